"""The records of a ZIP archive: its end, the central directory, the header before each member, and their extra fields.

Layout: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 to 4.6 (0x0001 ZIP64, 0x000a NTFS, 0x7075 Unicode path); Info-ZIP,
extrafld.txt (0x5455 extended timestamp, 0x7875 Unix ids). Read by ourselves: Python's zipfile and dfVFS end at
the first record that they refuse, decode names, cut them at a NUL, and let one of two equal names hide the other.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from cyberforensics.disk.media import ReadAt
from cyberforensics.errors import MalformedData

STORED = 0
ENCRYPTED = 0x0001
HAS_DESCRIPTOR = 0x0008
"""Bits of `Member.flags`: sizes and CRC may stand behind the content, too."""

_END = struct.Struct("<4s4H2IH")
_END64_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQ2H2I4Q")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_FAR16, _FAR32 = 0xFFFF, 0xFFFF_FFFF  # "see the ZIP64 record"
_TAIL = 1 << 20
"""Bytes before the end in which the end record is looked for: a comment has 65,535 at most; more was appended."""
_LONGEST_RECORD = _CENTRAL.size + 3 * 0xFFFF
_WINDOW = 1 << 20
_MALFORMED = "evidence.structure-damaged"


@dataclass(frozen=True, slots=True)
class End:
    """What the end record says; offsets and sizes in bytes of the archive."""

    directory: int
    """Where the central directory begins."""
    directory_size: int
    members: int
    """How many the directory has, as the end record counts them."""
    offset: int
    """Of the end record itself."""
    end: int
    """Behind its comment: what follows belongs to nothing."""
    comment: bytes
    is_split: bool
    """Whether the archive has further disks."""


@dataclass(frozen=True, slots=True)
class Member:
    """A record of the central directory."""

    address: int
    """Where the record lies."""
    raw_name: bytes
    host: int
    """The system whose attributes these are: 0 MS-DOS, 3 Unix, 10 Windows NTFS, 19 macOS …"""
    flags: int
    method: int
    dos_time: int
    """``date << 16 | time``, the clock on the wall."""
    crc: int
    stored_size: int
    size: int
    local: int
    """Where the header before the member lies."""
    attributes: int
    extra: bytes
    record_size: int


@dataclass(frozen=True, slots=True)
class Local:
    """The header before a member."""

    raw_name: bytes
    flags: int
    method: int
    extra: bytes
    content: int
    """Where the member's stored bytes begin."""


def find_end(read_at: ReadAt, size: int) -> End | None:
    """The last end record that leads to a central directory; None where there is none.

    Raises:
        OSError: the bytes could not be read.
    """
    start = max(0, size - _TAIL)
    tail = read_at(start, size - start)
    place = len(tail)
    while (place := tail.rfind(b"PK\x05\x06", 0, place)) >= 0:
        found = _end_at(read_at, tail, start, place)
        if found is not None:
            return found
    return None


def _end_at(read_at: ReadAt, tail: bytes, start: int, place: int) -> End | None:
    if len(tail) - place < _END.size:
        return None
    _, disk, first_disk, _, members, length, directory, comment_size = _END.unpack_from(tail, place)
    offset = start + place
    comment_at = place + _END.size
    if comment_at + comment_size > len(tail):
        return None
    if _FAR16 in (members, disk) or _FAR32 in (length, directory):
        far = _end64(read_at, offset)
        if far is not None:
            disk, first_disk, members, length, directory, record = far
            if directory + length > record:
                return None
    is_split = bool(disk or first_disk)
    if not is_split and (directory + length > offset or (length and read_at(directory, 4) != b"PK\x01\x02")):
        return None
    comment = tail[comment_at : comment_at + comment_size]
    return End(directory, length, members, offset, start + comment_at + comment_size, comment, is_split)


def _end64(read_at: ReadAt, end: int) -> tuple[int, int, int, int, int, int] | None:
    """Disk, disk of the directory, members, size and offset of the directory; and the record's own place."""
    data = read_at(max(0, end - _END64_LOCATOR.size), _END64_LOCATOR.size) if end >= _END64_LOCATOR.size else b""
    if len(data) != _END64_LOCATOR.size or data[:4] != b"PK\x06\x07":
        return None
    place = _END64_LOCATOR.unpack(data)[2]
    if place > end - _END64_LOCATOR.size:
        return None
    data = read_at(place, _END64.size)
    if len(data) != _END64.size or data[:4] != b"PK\x06\x06":
        return None
    _, _, _, _, disk, first_disk, _, members, length, directory = _END64.unpack(data)
    return disk, first_disk, members, length, directory, place


def members(read_at: ReadAt, end: End) -> Iterator[Member]:
    """Yield the records of the central directory in its order.

    Raises:
        MalformedData: a record contradicts the format; where the next one begins is then unknown.
        OSError: the bytes could not be read.
    """
    place, stop = end.directory, end.directory + end.directory_size
    window, base = b"", place
    while place < stop:
        if place + _LONGEST_RECORD > base + len(window) < stop:
            base = place
            window = read_at(base, min(_WINDOW, stop - base))
            if not window:
                raise MalformedData(_MALFORMED, "the central directory ends before its end", offset=place)
        found = _member(window, place - base, place)
        yield found
        place += found.record_size


def member_at(read_at: ReadAt, address: int) -> Member:
    """The record at a place of the archive.

    Raises:
        MalformedData: there is none.
        OSError: the bytes could not be read.
    """
    return _member(read_at(address, _LONGEST_RECORD), 0, address)


def _member(data: bytes, place: int, address: int) -> Member:
    if len(data) - place < _CENTRAL.size or not data.startswith(b"PK\x01\x02", place):
        raise MalformedData(_MALFORMED, "there is no record of the central directory", offset=address)
    (
        _,
        by,
        _,
        flags,
        method,
        time,
        date,
        crc,
        stored,
        size,
        name_size,
        extra_size,
        comment_size,
        _,
        _,
        far,
        local,
    ) = _CENTRAL.unpack_from(data, place)
    name_at = place + _CENTRAL.size
    extra_at = name_at + name_size
    record_size = _CENTRAL.size + name_size + extra_size + comment_size
    if place + record_size > len(data):
        raise MalformedData(_MALFORMED, "a record of the central directory is cut short", offset=address)
    extra = data[extra_at : extra_at + extra_size]
    wide = extra_field(extra, 0x0001)
    if len(wide) < 8 * sum(value == _FAR32 for value in (size, stored, local)):
        wide = b""  # the numbers stand for themselves: such a member reaches past every end, and is told there
    if wide:
        numbers = iter(struct.unpack(f"<{len(wide) // 8}Q", wide[: len(wide) // 8 * 8]))
        size = next(numbers, size) if size == _FAR32 else size
        stored = next(numbers, stored) if stored == _FAR32 else stored
        local = next(numbers, local) if local == _FAR32 else local
    name = data[name_at:extra_at]
    return Member(
        address, name, by >> 8, flags, method, date << 16 | time, crc, stored, size, local, far, extra, record_size
    )


def local_of(read_at: ReadAt, member: Member) -> Local:
    """The header before a member.

    Raises:
        MalformedData: there is none where the central directory says.
        OSError: the bytes could not be read.
    """
    head = read_at(member.local, _LOCAL.size)
    if len(head) != _LOCAL.size or head[:4] != b"PK\x03\x04":
        raise MalformedData("walk.entry-unreadable", "there is no header before the member", offset=member.local)
    _, _, flags, method, _, _, _, _, _, name_size, extra_size = _LOCAL.unpack(head)
    rest = read_at(member.local + _LOCAL.size, name_size + extra_size)
    if len(rest) != name_size + extra_size:
        raise MalformedData("walk.entry-unreadable", "the header before the member is cut short", offset=member.local)
    content = member.local + _LOCAL.size + len(rest)
    return Local(rest[:name_size], flags, method, rest[name_size:], content)


def extra_field(extra: bytes, wanted: int) -> bytes:
    """The first extra field of that number; empty where there is none. Padding and rubbish end the list."""
    place = 0
    while place + 4 <= len(extra):
        number, size = struct.unpack_from("<2H", extra, place)
        if number == wanted:
            data = extra[place + 4 : place + 4 + size]
            return data if len(data) == size else b""
        place += 4 + size
    return b""


def unicode_name(member: Member) -> bytes:
    """The name in UTF-8 where an extra field has one that is still this name's; else the name as it stands."""
    field = extra_field(member.extra, 0x7075)
    if len(field) > 5 and field[0] == 1 and int.from_bytes(field[1:5], "little") == zlib.crc32(member.raw_name):
        return field[5:]
    return member.raw_name
