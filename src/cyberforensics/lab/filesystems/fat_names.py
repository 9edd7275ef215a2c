"""Names in FAT directories: the eleven bytes of a short name, and the slots of a long one.

Layout: Microsoft FAT32 File System Specification 1.03, "FAT Directory Structure" and "FAT Long Directory Entries".
"""

import struct
from collections import Counter

from cyberforensics.lab.plan import CannotHold

SLOT = 32
READ_ONLY, HIDDEN, LABEL, DIRECTORY, ARCHIVE, LONG = 0x01, 0x02, 0x08, 0x10, 0x20, 0x0F
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'()-@^_`{}~")
_REFUSED = frozenset('"*/:<>?\\|') | {chr(code) for code in range(32)} | {"\x7f"}
_LONGEST = 255  # UTF-16 code units
_UNITS = 13  # code units in a slot


class ShortNames:
    """The short names of one folder: each belongs to one living file."""

    def __init__(self) -> None:
        self._taken: set[bytes] = set()
        self._last: Counter[bytes] = Counter()

    def give(self, name: str, *, deleted: bool) -> tuple[bytes, bool]:
        """The eleven bytes of a short name, and whether long-name slots must say the rest.

        Only a name in capitals that fits is its own short name; every other one gets ``~`` and a number. What a
        deleted file had is free again.
        """
        own = _fitting(name)
        if own is not None and own not in self._taken:
            if not deleted:
                self._taken.add(own)
            return own, False
        stem, extension = _parts(name)
        key = stem[:6] + b"." + extension
        while True:
            self._last[key] += 1
            tail = f"~{self._last[key]}".encode()
            short = (stem[: 8 - len(tail)] + tail).ljust(8) + extension.ljust(3)
            if short not in self._taken:
                self._taken.add(short)
                return short, True


def check_name(name: str, path: str) -> int:
    """The UTF-16 code units of a name.

    Raises:
        CannotHold: FAT and exFAT refuse it, or Windows would not keep it as it is.
    """
    units = len(name.encode("utf-16-le")) // 2
    if units > _LONGEST:
        raise CannotHold(f"{path}: a name of {units} code units, and {_LONGEST} is the longest")
    if _REFUSED & set(name):
        raise CannotHold(f"{path}: a name can't hold {min(_REFUSED & set(name))!r}")
    if name.endswith((" ", ".")):
        raise CannotHold(f"{path}: a name can't end in a space or a dot")
    return units


def long_slots(name: str, short: bytes) -> list[bytes]:
    """The slots of a long name, in the order in which they stand before the short one."""
    units = name.encode("utf-16-le")
    count = -(-len(units) // (2 * _UNITS))
    if len(units) < count * 2 * _UNITS:
        units = (units + b"\0\0").ljust(count * 2 * _UNITS, b"\xff")
    check = 0
    for byte in short:
        check = ((check & 1) << 7 | check >> 1) + byte & 0xFF
    slots = []
    for order in range(count, 0, -1):
        part = units[2 * _UNITS * (order - 1) : 2 * _UNITS * order]
        head = struct.pack("<B10sBBB", order | (0x40 if order == count else 0), part[:10], LONG, 0, check)
        slots.append(head + part[10:22] + b"\0\0" + part[22:])
    return slots


def _fitting(name: str) -> bytes | None:
    stem, dot, extension = name.partition(".")
    if not name.isascii() or not 0 < len(stem) <= 8 or len(extension) > 3 or (dot and not extension):
        return None
    raw = stem.encode() + extension.encode()
    return stem.encode().ljust(8) + extension.encode().ljust(3) if _PLAIN.issuperset(raw) else None


def _parts(name: str) -> tuple[bytes, bytes]:
    stem, dot, extension = name.strip(". ").upper().rpartition(".")
    if not dot:
        stem, extension = extension, ""
    return _squeezed(stem)[:6] or b"_", _squeezed(extension)[:3]


def _squeezed(text: str) -> bytes:
    kept = text.replace(" ", "").replace(".", "").encode("ascii", "replace")
    return bytes(byte if byte in _PLAIN else ord("_") for byte in kept)
