"""Transaction logs of registry hives, applied in memory: what Windows had not yet written to the hive itself.

libregf reads a hive as it lies on the disk, and one taken from a running system is almost always dirty. Format, rules:
Maxim Suhanov, "Windows registry file format specification" (github.com/msuhanov/regf), sections "Format of transaction
log files", "Dirty state of a hive" and "Multiple transaction log files". The format of Windows 8.1 and later (``HvLE``)
is applied; the older one (``DIRT``) is recognised and named, not applied.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cyberforensics.errors import MalformedData

_SECTOR = 512
_BASE_BLOCK = 4096
_PAGE = 4096
_LARGEST = 512 * 1024 * 1024
"""Bytes to which a log may let a hive grow; Windows lets none grow beyond 2 GiB, and none here was above 0.2."""
_ENTRY = struct.Struct("<4sIIIIIQQ")  # signature, size, flags, sequence, hive bins size, dirty pages, hash 1, hash 2
_REFERENCE = struct.Struct("<II")  # offset from the start of the hive bins, size
_SEED = 0x82EF4D887A4E55C5
_MASK = 0xFFFFFFFF
_NEW_LOG = 6
"""File type of a log with ``HvLE`` entries."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A hive with what its logs held."""

    hive: bytearray | bytes
    applied: int
    """Log entries that were applied."""
    note: str
    """What was done, for the source of every fact."""
    complete: bool
    """Whether the hive is what Windows would read: not where it is dirty and nothing could be applied."""


@dataclass(frozen=True, slots=True)
class _Entry:
    flags: int
    sequence: int
    bins_size: int
    pages: tuple[tuple[int, int, int], ...]
    """Offset in the hive bins, size, offset in the log."""


@dataclass(frozen=True, slots=True)
class _Log:
    name: str
    data: bytes
    first: int
    """Sequence number of its base block, which is that of the first entry to apply."""


def replay(hive: bytes | bytearray, logs: Sequence[tuple[str, bytes]]) -> Replayed:
    """Apply the entries of the logs that follow what the hive holds.

    Args:
        hive: never changed; a dirty one is copied.
        logs: names, as they shall be told, and contents.

    Raises:
        MalformedData: it is no hive.
    """
    if len(hive) < _BASE_BLOCK or hive[:4] != b"regf":
        raise MalformedData("registry.signature", "the file does not begin as a hive does", offset=0)
    primary, secondary = struct.unpack_from("<II", hive, 4)
    is_sound = _checksum(hive) == struct.unpack_from("<I", hive, 508)[0]
    if primary == secondary and is_sound:
        return Replayed(hive, 0, "the hive is clean: no transaction log was needed", complete=True)
    given = [(name, data) for name, data in logs if data]
    read = sorted((log for log in map(_log, given) if log is not None), key=lambda log: log.first)
    if not is_sound:
        read = read[-1:]  # "only the transaction log file with latest log entries is used"
        if not read:
            return _untouched(hive, given, "its base block has a wrong checksum")
        secondary = read[0].first
    elif read and read[0].first < secondary:
        read = [log for log in read if log.first >= secondary]
    result: bytearray | None = None
    expected: int | None = None
    applied, used = 0, []
    for log in read:
        if expected is not None and log.first != expected:
            break
        count = 0
        for entry in _entries(log):
            if result is None:
                result = bytearray(hive)
                if not is_sound:  # "its base block is recovered from a transaction log file"
                    result[:_SECTOR] = log.data[:_SECTOR]
                    result[28:32] = bytes(4)
            _apply(result, log.data, entry)
            expected, count = entry.sequence + 1, count + 1
        if not count:
            break
        applied += count
        used.append(f"{count} of {log.name}")
    if result is None:
        return _untouched(hive, given, "its sequence numbers differ")
    gap = f"; the hive is at {secondary}, the first entry at {read[0].first}" if read[0].first != secondary else ""
    return Replayed(result, applied, f"transaction log entries applied: {', '.join(used)}{gap}", complete=True)


def _untouched(hive: bytes | bytearray, logs: Sequence[tuple[str, bytes]], why: str) -> Replayed:
    old = [name for name, data in logs if data[_SECTOR : _SECTOR + 4] == b"DIRT"]
    if old:
        reason = f"{', '.join(old)} has the format before Windows 8.1, which is not replayed"
    elif logs:
        reason = "no entry of its transaction logs follows it"
    else:
        reason = "no transaction log with content was found"
    return Replayed(hive, 0, f"THE HIVE IS DIRTY ({why}) and was read as it lies: {reason}", complete=False)


def _log(given: tuple[str, bytes]) -> _Log | None:
    """A log of the new format with a sound base block."""
    name, data = given
    if len(data) < _SECTOR or data[:4] != b"regf" or struct.unpack_from("<I", data, 28)[0] != _NEW_LOG:
        return None
    if _checksum(data) != struct.unpack_from("<I", data, 508)[0]:
        return None
    return _Log(name, data, struct.unpack_from("<I", data, 4)[0])


def _entries(log: _Log) -> Iterator[_Entry]:
    """The entries from the log's sequence number on, each the successor of the one before; up to one that is not sound.

    What stands before the first of them was applied long ago.
    """
    data, offset, wanted = log.data, _SECTOR, log.first
    while offset + _ENTRY.size <= len(data):
        signature, size, flags, sequence, bins_size, count, hash_1, hash_2 = _ENTRY.unpack_from(data, offset)
        if signature != b"HvLE" or size < _ENTRY.size or size % _SECTOR or offset + size > len(data):
            return
        if sequence >= wanted:
            if sequence != wanted or bins_size % _PAGE or bins_size + _BASE_BLOCK > _LARGEST:
                return
            if hash_2 != marvin32(data[offset : offset + 32]) or hash_1 != marvin32(data[offset + 40 : offset + size]):
                return
            pages = _pages(data, offset, size, count, bins_size)
            if pages is None:
                return
            yield _Entry(flags, sequence, bins_size, pages)
            wanted += 1
        offset += size


def _pages(log: bytes, offset: int, size: int, count: int, bins_size: int) -> tuple[tuple[int, int, int], ...] | None:
    """Where the pages of an entry go; None where one lies outside of the entry or the hive."""
    place = offset + _ENTRY.size + count * _REFERENCE.size
    end = offset + size
    if place > end:
        return None
    pages = []
    for number in range(count):
        target, length = _REFERENCE.unpack_from(log, offset + _ENTRY.size + number * _REFERENCE.size)
        if place + length > end or target + length > bins_size:
            return None
        pages.append((target, length, place))
        place += length
    return tuple(pages)


def _apply(hive: bytearray, log: bytes, entry: _Entry) -> None:
    if len(hive) < _BASE_BLOCK + entry.bins_size:
        hive.extend(bytes(_BASE_BLOCK + entry.bins_size - len(hive)))
    for target, length, place in entry.pages:
        hive[_BASE_BLOCK + target : _BASE_BLOCK + target + length] = log[place : place + length]
    struct.pack_into("<II", hive, 4, entry.sequence, entry.sequence)
    struct.pack_into("<I", hive, 40, entry.bins_size)
    struct.pack_into("<I", hive, 144, entry.flags)
    struct.pack_into("<I", hive, 508, _checksum(hive))


def _checksum(block: bytes | bytearray) -> int:
    """Of a base block: its first 508 bytes by 32 bits, in exclusive or."""
    value = 0
    for word in struct.unpack_from("<127I", block):
        value ^= word
    return {0: 1, _MASK: _MASK - 1}.get(value, value)


def marvin32(data: bytes, seed: int = _SEED) -> int:
    """The Marvin32 hash, 64 bits (Microsoft, SymCrypt)."""
    low, high = seed & _MASK, seed >> 32
    whole = len(data) // 4
    tail = int.from_bytes(data[4 * whole :] + b"\x80", "little")
    for word in (*struct.unpack_from(f"<{whole}I", data), tail, 0):
        low = (low + word) & _MASK
        high ^= low
        low = (((low << 20) | (low >> 12)) + high) & _MASK
        high = (((high << 9) | (high >> 23)) & _MASK) ^ low
        low = (((low << 27) | (low >> 5)) + high) & _MASK
        high = ((high << 19) | (high >> 13)) & _MASK
    return low | high << 32
