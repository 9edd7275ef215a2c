"""Directory entries of exFAT: sets with checksum and name hash, the up-case table, times with their offset.

Layout: Microsoft exFAT file system specification, sections 6 and 7.
"""

import struct
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from cyberforensics.lab.filesystems.moments import SECOND, TEN_MS, clock
from cyberforensics.lab.plan import CannotHold, Stamps

SLOT = 32
ARCHIVE, FOLDER, HIDDEN = 0x20, 0x10, 0x02
_IN_USE = 0x80
_POSSIBLE, _NO_CHAIN = 1, 2
_UNITS = 15  # of a name in one slot
_YEARS = (1980, 2107)
_QUARTER = 15  # minutes


def entry_set(
    name: str, attributes: int, stamps: Stamps, path: str, offset: int, *, first: int, size: int, chained: bool
) -> bytes:
    """The slots of one name, in use.

    Args:
        offset: minutes that the local clock was ahead of UTC.
        first: first cluster; 0 where there is none.
        chained: whether the clusters are listed in the FAT, rather than in one piece.
    """
    units = struct.unpack(f"<{len(name.encode('utf-16-le')) // 2}H", name.encode("utf-16-le"))
    slots = 1 + -(-len(units) // _UNITS)
    zone = _offset_byte(offset, path)
    born, last, seen = (_packed(at, path, offset) for at in (stamps.created, stamps.modified, stamps.accessed))
    file = struct.pack("<BBHHHIIIBBBBB7x", 0x85, slots, 0, attributes, 0, born[0], last[0], seen[0], born[1], last[1],
                       zone, zone, zone)  # fmt: skip
    flags = _POSSIBLE | (_NO_CHAIN if first and not chained else 0)
    upper = b"".join(struct.pack("<H", upcase_units()[unit]) for unit in units)
    stream = struct.pack("<BBBBHHQIIQ", 0xC0, flags, 0, len(units), _sum16(upper), 0, size, 0, first, size)
    whole = bytearray(file + stream)
    for start in range(0, len(units), _UNITS):
        part = units[start : start + _UNITS]
        whole += struct.pack("<BB15H", 0xC1, 0, *part, *[0] * (_UNITS - len(part)))
    struct.pack_into("<H", whole, 2, _sum16(bytes(whole[:2] + whole[4:])))
    return bytes(whole)


def slots_of(units: int) -> int:
    """Slots that a name of so many UTF-16 code units takes."""
    return 2 + -(-units // _UNITS)


def deleted(entries: bytes) -> bytes:
    """The slots of a name after its deletion: not in use, and else as they were."""
    gone = bytearray(entries)
    for start in range(0, len(gone), SLOT):
        gone[start] &= ~_IN_USE & 0xFF
    return bytes(gone)


@lru_cache(maxsize=1)
def upcase_units() -> tuple[int, ...]:
    """The upper-case unit of each of the 65,536.

    Of the letters of Unicode 3.2, whose pairs will never change, so that each version of Python gives the same table.
    """
    known = unicodedata.ucd_3_2_0.category
    units = list(range(0x10000))
    for unit in range(0x10000):
        upper = chr(unit).upper() if known(chr(unit)) not in ("Cn", "Cs") else ""
        if len(upper) == 1 and ord(upper) < 0x10000 and known(upper) != "Cn":
            units[unit] = ord(upper)
    return tuple(units)


def upcase_table(units: Sequence[int]) -> bytes:
    """The table in its packed form: FFFF and a count stand for units that map to themselves."""
    out, unit = bytearray(), 0
    while unit < 0x10000:
        run = 0
        while unit + run < 0x10000 and units[unit + run] == unit + run:
            run += 1
        if run > 2:
            run = min(run, 0xFFFF)
            out += struct.pack("<HH", 0xFFFF, run)
            unit += run
        else:
            out += struct.pack("<H", units[unit])
            unit += 1
    return bytes(out)


def folded(name: str) -> str:
    """What exFAT takes for the same name."""
    return "".join(chr(upcase_units()[ord(letter)]) if ord(letter) < 0x10000 else letter for letter in name)


def checksum32(data: bytes, skip: tuple[int, ...] = ()) -> int:
    """The checksum of the boot sectors and of the up-case table."""
    value = 0
    for index, byte in enumerate(data):
        if index not in skip:
            value = ((value << 31 | value >> 1) + byte) & 0xFFFFFFFF
    return value


def _sum16(data: bytes) -> int:
    value = 0
    for byte in data:
        value = ((value << 15 | value >> 1) + byte) & 0xFFFF
    return value


def _packed(nanoseconds: int, path: str, offset: int) -> tuple[int, int]:
    """Date and time, and the units of 10 ms beside them."""
    shown = clock(nanoseconds, path, offset, _YEARS)
    date = (shown.year - 1980) << 9 | shown.month << 5 | shown.day
    time = shown.hour << 11 | shown.minute << 5 | shown.second // 2
    return date << 16 | time, shown.second % 2 * 100 + nanoseconds % SECOND // TEN_MS


def _offset_byte(minutes: int, path: str) -> int:
    quarters, rest = divmod(minutes, _QUARTER)
    if rest or not -64 <= quarters <= 63:
        raise CannotHold(f"{path}: exFAT keeps offsets from UTC in quarters of an hour, and {minutes} minutes are none")
    return 0x80 | quarters & 0x7F
