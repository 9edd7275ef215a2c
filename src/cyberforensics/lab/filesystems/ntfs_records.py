"""Records and attributes of NTFS as bytes: what an entry of the MFT is made of.

Layout: libyal's "New Technologies File System (NTFS)", sections 5 to 7, and
https://flatcap.github.io/linux-ntfs/ntfs/ (file record, attribute headers, data runs, $FILE_NAME).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from cyberforensics.lab.filesystems.ntfs_upcase import collation_key
from cyberforensics.lab.plan import CannotHold, Stamps

RECORD_SIZE = 1024
RECORD_ROOM = RECORD_SIZE - 0x38 - 8
"""What attributes may take: a record less its header, update sequence and end mark."""

STANDARD_INFORMATION, FILE_NAME, VOLUME_NAME, VOLUME_INFORMATION = 0x10, 0x30, 0x60, 0x70
DATA, INDEX_ROOT, INDEX_ALLOCATION, BITMAP, REPARSE_POINT = 0x80, 0x90, 0xA0, 0xB0, 0xC0

IN_USE, IS_DIRECTORY, IN_EXTEND, IS_VIEW = 1, 2, 4, 8
"""Flags of a record."""
HIDDEN, SYSTEM, ARCHIVE, REPARSE = 0x02, 0x04, 0x20, 0x400
"""File attributes."""
DIRECTORY_NAME, VIEW_NAME = 0x1000_0000, 0x2000_0000
"""File attributes that stand in $FILE_NAME only."""

POSIX, WIN32_AND_DOS = 0, 3
"""Marks of a name."""

_SECTOR = 512
_FIRST_USN = 1
_HEADER = struct.Struct("<4sHHQHHHHIIQHHI")
_UNIX_EPOCH = 116_444_736_000_000_000  # FILETIME of 1970-01-01
_END_OF_TIME = 2_650_467_744_000_000_000  # FILETIME of 10000-01-01

Runs = tuple[tuple[int, int], ...]
"""First cluster and number of clusters, in the order of the content."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute, packed but for its id."""

    kind: int
    name: str
    data: bytes
    """Header, name and value (or runs), a multiple of 8 bytes."""
    value_at: int
    """Where in `data` the value of a resident one begins."""
    id: int


def filetime(nanoseconds: int, path: str) -> int:
    """A moment as FILETIME: 100 ns since 1601, what is finer is cut off.

    Raises:
        CannotHold: it lies before 1601, where NTFS begins, or after 9999, where dates as text end.
    """
    value = nanoseconds // 100 + _UNIX_EPOCH
    if not 0 <= value < _END_OF_TIME:
        raise CannotHold(f"{path}: a time must lie in the years 1601 to 9999; {nanoseconds} ns since 1970 does not")
    return value


def four_times(stamps: Stamps, path: str) -> bytes:
    """Created, modified, changed, accessed: the order of $STANDARD_INFORMATION and $FILE_NAME."""
    moments = (stamps.created, stamps.modified, stamps.changed, stamps.accessed)
    return struct.pack("<4Q", *(filetime(moment, path) for moment in moments))


def standard_information(times: bytes, file_attributes: int, security_id: int) -> bytes:
    """The 72 bytes of NTFS 3: no quota, no update sequence number."""
    return times + struct.pack("<4I", file_attributes, 0, 0, 0) + struct.pack("<2I2Q", 0, security_id, 0, 0)


def file_name(
    parent: int, times: bytes, sizes: tuple[int, int], file_attributes: int, name: bytes, namespace: int, tag: int = 0
) -> bytes:
    """A $FILE_NAME: reference of the folder, four times, allocated size and size, attributes, reparse tag, name.

    The folder's index holds the same structure, with the times of $STANDARD_INFORMATION.
    """
    head = struct.pack("<Q", parent) + times + struct.pack("<2Q2I", *sizes, file_attributes, tag)
    return head + struct.pack("<2B", len(name) // 2, namespace) + name


def resident(kind: int, attribute_id: int, value: bytes, name: str = "", *, indexed: bool = False) -> Attribute:
    """An attribute whose value lies in the record."""
    label = name.encode("utf-16-le", "surrogatepass")
    start = _aligned(24 + len(label))
    size = _aligned(start + len(value))
    # An attribute without name says that it would begin behind the header, which is where mkntfs points, too.
    header = struct.pack(
        "<IIBBHHHIHBB", kind, size, 0, len(label) // 2, 24, 0, attribute_id, len(value), start, indexed, 0
    )
    return Attribute(
        kind, name, (header + label).ljust(start, b"\0") + value.ljust(size - start, b"\0"), start, attribute_id
    )


def non_resident(
    kind: int, attribute_id: int, runs: Runs, size: int, cluster_size: int, name: str = "", *, hole: int = 0
) -> Attribute:
    """An attribute whose value lies in clusters; `hole` is a number of clusters that were never allocated."""
    label = name.encode("utf-16-le", "surrogatepass")
    clusters = hole or sum(length for _, length in runs)
    pairs = _hole(hole) if hole else mapping_pairs(runs)
    start = _aligned(64 + len(label))
    total = _aligned(start + len(pairs))
    header = struct.pack("<IIBBHHH", kind, total, 1, len(label) // 2, 64, 0, attribute_id)
    header += struct.pack("<2QHH4x", 0, clusters - 1, start, 0)
    header += struct.pack("<3Q", clusters * cluster_size, size, 0 if hole else size)
    return Attribute(
        kind, name, (header + label).ljust(start, b"\0") + pairs.ljust(total - start, b"\0"), 0, attribute_id
    )


def resident_size(size: int, name_units: int = 0) -> int:
    """What a resident attribute takes of a record."""
    return _aligned(_aligned(24 + 2 * name_units) + size)


def non_resident_size(run_count: int, name_units: int = 0) -> int:
    """What a non-resident attribute takes of a record at most, with runs as long and as far as they may be."""
    return _aligned(_aligned(64 + 2 * name_units) + 10 * run_count + 1)


def mapping_pairs(runs: Runs) -> bytes:
    """Runs as NTFS stores them: lengths, and signed distances from the start of the run before."""
    packed, before = bytearray(), 0
    for start, length in runs:
        count, distance = _signed(length), _signed(start - before)
        packed += bytes((len(count) | len(distance) << 4,)) + count + distance
        before = start
    return bytes(packed) + b"\0"


def record(
    number: int, sequence: int, flags: int, attributes: Sequence[Attribute], path: str, *, links: int = 1
) -> bytes:
    """A record of the MFT, with its update sequence applied.

    Raises:
        CannotHold: the attributes don't fit into 1,024 bytes. Records that go on in others are not written.
    """
    placed = sorted(attributes, key=_order)
    body = b"".join(item.data for item in placed)
    if len(body) > RECORD_ROOM:
        raise CannotHold(
            f"{path}: its attributes take {len(body)} bytes of a record, and {RECORD_ROOM} is what there is; "
            "use shorter names or fewer streams"
        )
    used = 0x38 + len(body) + 8
    next_id = max((item.id for item in placed), default=-1) + 1
    header = _HEADER.pack(
        b"FILE", 0x30, 3, 0, sequence & 0xFFFF, links, 0x38, flags, used, RECORD_SIZE, 0, next_id, 0, number
    )
    whole = header.ljust(0x38, b"\0") + body + struct.pack("<II", 0xFFFF_FFFF, 0)
    return protected(bytearray(whole.ljust(RECORD_SIZE, b"\0")))


def value_places(
    number_at: int, attributes: Sequence[Attribute], wanted: Attribute, size: int
) -> list[tuple[int, int]]:
    """Where the bytes of a resident value lie, as offset and length, for a record that begins at `number_at`.

    The last two bytes of each sector of a record lie in its update sequence, behind the header.
    """
    start = 0x38 + wanted.value_at
    for item in sorted(attributes, key=_order):
        if item is wanted:
            break
        start += len(item.data)
    places, at, end = [], start, start + size
    while at < end:
        sector, within = divmod(at, _SECTOR)
        if within >= _SECTOR - 2:
            upto = min(end, (sector + 1) * _SECTOR)
            places.append((number_at + 0x30 + 2 + 2 * sector + within - (_SECTOR - 2), upto - at))
        else:
            upto = min(end, (sector + 1) * _SECTOR - 2)
            places.append((number_at + at, upto - at))
        at = upto
    return places


def protected(block: bytearray) -> bytes:
    """Move the last bytes of each sector into the update sequence: so readers notice a block written in part."""
    offset, count = struct.unpack_from("<HH", block, 4)
    struct.pack_into("<H", block, offset, _FIRST_USN)
    for index in range(1, count):
        end = index * _SECTOR
        block[offset + 2 * index : offset + 2 * index + 2] = block[end - 2 : end]
        block[end - 2 : end] = block[offset : offset + 2]
    return bytes(block)


def _order(item: Attribute) -> tuple[int, bytes, str]:
    return item.kind, collation_key(item.name), item.name


def _hole(clusters: int) -> bytes:
    count = _signed(clusters)
    return bytes((len(count),)) + count + b"\0"


def _signed(value: int) -> bytes:
    """As few bytes as hold it with its sign."""
    return value.to_bytes((value if value >= 0 else ~value).bit_length() // 8 + 1, "little", signed=True)


def _aligned(size: int) -> int:
    return -(-size // 8) * 8
