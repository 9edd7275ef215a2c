"""Names of alternate streams from the raw MFT record, where TSK replaced something in them.

TSK writes ``^`` for controls and for what it can't turn into UTF-8, also inside a stream's name. Layout: libyal's "New
Technologies File System (NTFS)" documentation, "MFT entry" (fix-up values) and "MFT attribute".
"""

from collections.abc import Iterator

from cyberforensics.disk import ntfs
from cyberforensics.disk.raw_fat_names import Spelled, of_text
from cyberforensics.disk.tsk import FileSystem

_STRIDE = 512  # bytes that one fix-up value guards
_ATTRIBUTE_LIST = 0x20
_END = 0xFFFF_FFFF
_LARGEST_RECORD = 65_536
_HEADER = 24  # bytes of the shortest attribute


def stream_name(file_system: FileSystem, number: int, attribute: int) -> Spelled | None:
    """The name of an attribute of a record; None where the record alone does not tell.

    A record with an attribute list has attributes elsewhere, and TSK numbers those itself.
    """
    try:
        record = _record(file_system, number)
    except OSError:
        return None
    found = None
    for place, kind in _attributes(record):
        if kind == _ATTRIBUTE_LIST:
            return None
        if kind == ntfs.DATA and int.from_bytes(record[place + 14 : place + 16], "little") == attribute:
            start = place + int.from_bytes(record[place + 10 : place + 12], "little")
            found = record[start : start + 2 * record[place + 9]]
    return of_text(found) if found else None


def has_no_stream(file_system: FileSystem, number: int) -> bool:
    """Whether the attributes of a record can be followed to the mark of their end, and none is a data stream.

    Raises:
        OSError: it can't be read.
    """
    kinds = [kind for _, kind in _attributes(_record(file_system, number))]
    return kinds[-1:] == [_END] and ntfs.DATA not in kinds


def _attributes(record: bytes) -> Iterator[tuple[int, int]]:
    """Place and type of each attribute, the mark of the end included, as far as their sizes can be followed."""
    place = int.from_bytes(record[20:22], "little")
    while place + 4 <= len(record):
        kind = int.from_bytes(record[place : place + 4], "little")
        size = int.from_bytes(record[place + 4 : place + 8], "little")
        if kind != _END and (size < _HEADER or place + _HEADER > len(record)):
            return
        yield place, kind
        if kind == _END:
            return
        place += size


def _record(file_system: FileSystem, number: int) -> bytes:
    """Read a record, with the last two bytes of each stride put back."""
    size = record_size(file_system)
    data = bytearray(file_system.fs.open_meta(inode=0).read_random(number * size, size))
    if data[:4] != b"FILE":
        return b""
    start, count = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
    guard = data[start : start + 2]
    for stride in range(1, count):
        end = stride * _STRIDE
        if end > len(data) or data[end - 2 : end] != guard:
            return b""
        data[end - 2 : end] = data[start + 2 * stride : start + 2 * stride + 2]
    return bytes(data)


def record_size(file_system: FileSystem) -> int:
    """Bytes: clusters, or two to the power of the negative number, as the boot sector's byte 64 says.

    Raises:
        OSError: it can't be read, or it says what can't be.
    """
    stored = int.from_bytes(file_system.media.read_at(64, 1), "little", signed=True)
    size = 1 << -stored if stored < 0 else stored * file_system.block_size
    if not _STRIDE <= size <= _LARGEST_RECORD:
        raise OSError("an MFT record of a size that can't be")
    return size
