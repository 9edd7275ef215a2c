"""What NTFS records of a file beyond what TSK hands on: raw times, owners, reparse tags, the bitmap.

Formats: libyal's "New Technologies File System (NTFS)" documentation, sections 6 to 9 and 12.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cyberforensics.disk.tsk import FileSystem
from cyberforensics.model.entry import EntryTimes

STANDARD_INFORMATION = 16
FILE_NAME = 48
DATA = 128
INDEX_ROOT = 144
REPARSE_POINT = 192

BAD_CLUSTERS = 8
"""Record of $BadClus."""

WOF = 0x8000_0017
DEDUPLICATED = 0x8000_0013
_CLOUD = 0x9000_001A
_CLOUD_MASK = 0xFFFF_0FFF  # sixteen cloud tags differ in one digit
SYMBOLIC_LINK = 0xA000_000C
MOUNT_POINT = 0xA000_0003

_SI = struct.Struct("<4Q")
_FN = struct.Struct("<Q4Q")
_SDS_ENTRY = struct.Struct("<IIQI")
_MAX_SDS = 64 * 1024 * 1024
_BITMAP_BLOCK = 1024 * 1024

_SI_KINDS = "created:filetime modified:filetime changed:filetime accessed:filetime"
_FN_KINDS = "fn-created:filetime fn-modified:filetime fn-changed:filetime fn-accessed:filetime"
_BOTH_KINDS = f"{_SI_KINDS} {_FN_KINDS}"


class Attribute(NamedTuple):
    """One attribute of a record, as TSK lists it; there are four or five for each record."""

    type: int
    id: int
    name: bytes | None
    size: int
    flags: int
    runs: tuple[tuple[int, int], ...]
    """(first cluster, clusters) of every run that lies on the media; sparse and filler runs are not in it."""


def times_of(standard: tuple[int, ...], file_name: tuple[int, ...]) -> EntryTimes:
    """What `standard_information` and `file_name_times` gave, as the times of an entry."""
    if standard and file_name:
        return EntryTimes(_BOTH_KINDS, standard + file_name)
    return EntryTimes(_SI_KINDS, standard) if standard else EntryTimes(_FN_KINDS if file_name else "", file_name)


def standard_information(
    file: Any,  # noqa: ANN401 - pytsk3 has no types
    attributes: tuple[Attribute, ...],
) -> tuple[tuple[int, ...], int | None]:
    """Created, modified, changed and accessed as stored, and the security id, where the record has them."""
    found = next((attribute for attribute in attributes if attribute.type == STANDARD_INFORMATION), None)
    if found is None or found.size < _SI.size:
        return (), None
    data = file.read_random(0, min(found.size, 72), STANDARD_INFORMATION, found.id)
    if len(data) < _SI.size:
        return (), None
    security = int.from_bytes(data[52:56], "little") if len(data) >= 56 else None
    return _SI.unpack_from(data), security


def file_name_times(
    file: Any,  # noqa: ANN401 - pytsk3 has no types
    attributes: tuple[Attribute, ...],
    parent: int,
    name: bytes,
) -> tuple[int, ...]:
    """The four times, in the same order, of the file name attribute that this very name comes from.

    A record holds one attribute for each hard link, and one more for a short name; where none has this name and
    this parent (a name from a slack), the first long one stands for it.
    """
    fallback: tuple[int, ...] = ()
    for attribute in attributes:
        if attribute.type != FILE_NAME or attribute.size < 66:
            continue
        data = file.read_random(0, min(attribute.size, 66 + 2 * 255), FILE_NAME, attribute.id)
        if len(data) < 66:
            continue
        reference, *times = _FN.unpack_from(data)
        units = data[66 : 66 + 2 * data[64]]
        whole = units[: len(units) & ~1]  # a damaged attribute may end within a unit
        spelled = whole.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass")
        if spelled == name and reference & 0xFFFF_FFFF_FFFF == parent:
            return tuple(times)
        if not fallback and data[65] != 2:  # namespace 2 is DOS: a short name alone
            fallback = tuple(times)
    return fallback


def reparse_tag(file: Any, attributes: tuple[Attribute, ...]) -> int | None:  # noqa: ANN401 - pytsk3 has no types
    """The tag of the record's reparse point; None where it has none."""
    found = next((attribute for attribute in attributes if attribute.type == REPARSE_POINT), None)
    if found is None or found.size < 8:
        return None
    return int.from_bytes(file.read_random(0, 4, REPARSE_POINT, found.id), "little")


def reparse_target(file: Any, attributes: tuple[Attribute, ...], tag: int) -> str | None:  # noqa: ANN401
    """The print name of a symbolic link or a mount point, as stored."""
    found = next((attribute for attribute in attributes if attribute.type == REPARSE_POINT), None)
    if found is None or tag not in (SYMBOLIC_LINK, MOUNT_POINT) or not 16 <= found.size <= 16_384:
        return None
    data = file.read_random(0, found.size, REPARSE_POINT, found.id)
    if len(data) < 16:
        return None
    substitute, substitute_size, printed, printed_size = struct.unpack_from("<4H", data, 8)
    start = 20 if tag == SYMBOLIC_LINK else 16
    place, size = (printed, printed_size) if printed_size else (substitute, substitute_size)
    return str(data[start + place : start + place + size].decode("utf-16-le", "replace"))


def is_not_local(tag: int) -> bool:
    """Whether the tag says that the content lies elsewhere: deduplicated, or with a cloud provider."""
    return tag == DEDUPLICATED or tag & _CLOUD_MASK == _CLOUD


def owners(file_system: FileSystem) -> Mapping[int, str]:
    """Security id to owner's SID, from ``$Secure:$SDS``; empty where it can't be read."""
    try:
        secure = file_system.fs.open_meta(inode=9)
        stream = next((found for found in secure if int(found.info.type) == DATA and found.info.name == b"$SDS"), None)
        if stream is None:
            return {}
        size = min(int(stream.info.size), _MAX_SDS)
        data = secure.read_random(0, size, DATA, int(stream.info.id))
    except OSError:
        return {}
    return dict(_security_descriptors(data))


def _security_descriptors(data: bytes) -> Iterator[tuple[int, str]]:
    place = 0
    while place + _SDS_ENTRY.size <= len(data):
        _, security_id, _, size = _SDS_ENTRY.unpack_from(data, place)
        if not _SDS_ENTRY.size + 20 <= size <= 0x1_0000:
            # Blocks of 256 KiB are followed by their mirror; the rest of a block is zero.
            place = (place // 0x4_0000 + 1) * 0x4_0000
            continue
        descriptor = data[place + _SDS_ENTRY.size : place + size]
        sid = _sid(descriptor, int.from_bytes(descriptor[4:8], "little"))
        if sid is not None:
            yield security_id, sid
        place += (size + 15) & ~15


def _sid(data: bytes, offset: int) -> str | None:
    """[MS-DTYP] 2.4.2: revision, count, 48-bit authority, sub-authorities."""
    if offset == 0 or offset + 8 > len(data) or data[offset] != 1:
        return None
    count = data[offset + 1]
    if count > 15 or offset + 8 + 4 * count > len(data):
        return None
    authority = int.from_bytes(data[offset + 2 : offset + 8], "big")
    parts = struct.unpack_from(f"<{count}I", data, offset + 8)
    return "-".join(["S", "1", str(authority), *map(str, parts)])


def bitmap(file_system: FileSystem) -> bytes | None:
    """The content of ``$Bitmap``: one bit a cluster, the lowest bit first; None where it can't be read."""
    try:
        file = file_system.fs.open_meta(inode=6)
        size = int(file.info.meta.size)
        if size > file_system.block_count // 8 + 4096:
            return None
        pieces = [file.read_random(place, min(_BITMAP_BLOCK, size - place)) for place in range(0, size, _BITMAP_BLOCK)]
    except OSError:
        return None
    return b"".join(pieces)
