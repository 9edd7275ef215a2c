"""The names of a FAT or exFAT directory, from its raw slots.

TSK leaves out entries without a word (a long name that is too long as UTF-8, a short name with a space inside), and
it cuts or replaces a part of others. So each allocated directory is read here as well, and compared (`fat_listing`).
Sources: Microsoft's FAT specification ("FAT Directory Structure", "FAT Long Directory Entries") and the exFAT file
system specification, 7.4 to 7.7. Only entries in use are given: what is left of deleted names is TSK's work.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cyberforensics.disk.media import ReadAt
from cyberforensics.disk.raw_exfat import FILE_ENTRY, IN_USE, STREAM_EXTENSION
from cyberforensics.disk.raw_fat import ENTRY_SIZE
from cyberforensics.model.names import display_name, display_text

LARGEST_DIRECTORY = 16 * 1024 * 1024
"""Bytes that are read of one directory; FAT allows 2 MiB."""

_DELETED, _END = 0xE5, 0x00
_VOLUME_LABEL, _LONG_NAME = 0x08, 0x0F
_LAST, _SEQUENCE = 0x40, 0x3F
_LOWER_BASE, _LOWER_EXTENSION = 0x08, 0x10
_FILE_NAME = 0x41
_UNITS = 15  # of a name in one exFAT slot

Slot = tuple[int, bytes]
"""Offset in the volume, and 32 bytes."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name as the medium has it."""

    raw: bytes
    """UTF-8, with lone surrogates as three bytes each; the stored bytes of a short name."""
    shown: str
    """Display form."""


@dataclass(frozen=True, slots=True)
class SlotName:
    """One entry in use."""

    offset: int
    """Of its short entry (FAT) or its file directory entry (exFAT) in the volume."""
    name: Spelled
    is_directory: bool


def slots(read_at: ReadAt, runs: Iterable[tuple[int, int]]) -> Iterator[Slot]:
    """Yield the slots of a directory that lies in these runs of (offset, bytes)."""
    left = LARGEST_DIRECTORY
    for offset, size in runs:
        data = read_at(offset, min(size, left))
        left -= len(data)
        for place in range(0, len(data) - ENTRY_SIZE + 1, ENTRY_SIZE):
            yield offset + place, data[place : place + ENTRY_SIZE]


def of_text(units: bytes) -> Spelled:
    """A name of UTF-16, little-endian, whatever the units are; half a unit at the end is none."""
    text = units[: len(units) & ~1].decode("utf-16-le", "surrogatepass")
    return Spelled(text.encode("utf-8", "surrogatepass"), display_text(text).replace("/", "\\x2f"))


def fat_names(found: Iterable[Slot]) -> Iterator[SlotName]:
    """Yield the entries in use of a FAT directory, without labels and the two of the directory itself."""
    pieces: list[bytes] = []
    checksum = expected = -1
    for offset, slot in found:
        first = slot[0]
        if first == _END:
            return
        if first == _DELETED:
            pieces, expected = [], -1
        elif slot[11] & 0x3F == _LONG_NAME:
            number = first & _SEQUENCE
            if first & _LAST:
                pieces, checksum, expected = [], slot[13], number
            if number != expected or slot[13] != checksum:
                pieces, expected = [], -1
                continue
            pieces.append(slot[1:11] + slot[14:26] + slot[28:32])
            expected -= 1
        elif slot[11] & _VOLUME_LABEL:
            pieces, expected = [], -1
        else:
            if not (first == 0x2E and slot[:11] in (b".          ", b"..         ")):
                is_long = bool(pieces) and expected == 0 and checksum == _checksum(slot)
                yield SlotName(offset, _long_name(pieces) if is_long else _short_name(slot), bool(slot[11] & 0x10))
            pieces, expected = [], -1


def exfat_names(found: Iterable[Slot]) -> Iterator[SlotName]:
    """Yield the entry sets in use of an exFAT directory."""
    start, is_directory, left, length = -1, False, 0, 0
    pieces: list[bytes] = []
    for offset, slot in found:
        kind = slot[0]
        if kind == _END:
            return
        if kind == FILE_ENTRY | IN_USE:
            start, is_directory, left, length, pieces = offset, bool(slot[4] & 0x10), slot[1], 0, []
        elif left and kind == STREAM_EXTENSION | IN_USE:
            length, left = slot[3], left - 1
        elif left and kind == _FILE_NAME | IN_USE:
            pieces.append(slot[2:])
            left -= 1
            if length and len(pieces) * _UNITS >= length:
                yield SlotName(start, of_text(b"".join(pieces)[: 2 * length]), is_directory)
                left = 0
        elif left and kind & IN_USE:
            left -= 1  # a secondary entry of another kind, a vendor's
        else:
            left = 0


def _long_name(pieces: list[bytes]) -> Spelled:
    units = b"".join(reversed(pieces))
    end = next((place for place in range(0, len(units), 2) if units[place : place + 2] == b"\0\0"), len(units))
    return of_text(units[:end])


def _short_name(slot: bytes) -> Spelled:
    base, extension = slot[:8], slot[8:11]
    if base[0] == 0x05:
        base = b"\xe5" + base[1:]  # the byte that would mean a deleted entry
    base, extension = base.rstrip(b" "), extension.rstrip(b" ")
    if slot[12] & _LOWER_BASE:
        base = base.lower()
    if slot[12] & _LOWER_EXTENSION:
        extension = extension.lower()
    raw = base + b"." + extension if extension else base
    return Spelled(raw, display_name(raw))


def _checksum(slot: bytes) -> int:
    total = 0
    for byte in slot[:11]:
        total = ((total & 1) << 7 | total >> 1) + byte & 0xFF
    return total
