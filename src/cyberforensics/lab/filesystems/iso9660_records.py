"""Directory records of ISO 9660: identifiers, times, numbers in both orders of bytes.

Layout: ECMA-119 (chapters 6.8, 8.4.26.1, 9.1, 9.3, 9.4); Joliet Specification 1995 for the second tree.
"""

import struct
from collections.abc import Iterable
from datetime import datetime

from cyberforensics.lab.filesystems.moments import SECOND, clock
from cyberforensics.lab.plan import CannotHold

SECTOR = 2048
HIDDEN, FOLDER = 0x01, 0x02
LONGEST = 254
"""Bytes of a record: its length is one byte, and even."""
_YEARS = (1900, 2155)
_LONGEST_PRIMARY = 30  # letters of name and extension together, and the dot: interchange level 2
_LONGEST_JOLIET = 64  # UTF-16 code units
_REFUSED_BY_JOLIET = frozenset("*/:;?\\") | {chr(code) for code in range(32)}
_QUARTER = 15  # minutes


def both32(value: int) -> bytes:
    return struct.pack("<I", value) + struct.pack(">I", value)


def both16(value: int) -> bytes:
    return struct.pack("<H", value) + struct.pack(">H", value)


def seven_bytes(nanoseconds: int, path: str, offset: int) -> bytes:
    """A time of a record: the local clock, and its quarters of an hour from UTC."""
    shown, quarters = _local(nanoseconds, path, offset)
    return struct.pack(
        "<6Bb", shown.year - 1900, shown.month, shown.day, shown.hour, shown.minute, shown.second, quarters
    )


def seventeen_bytes(nanoseconds: int, offset: int) -> bytes:
    """A time of a volume descriptor, to 10 ms."""
    shown, quarters = _local(nanoseconds, "/", offset)
    return f"{shown:%Y%m%d%H%M%S}{nanoseconds % SECOND // 10_000_000:02}".encode() + struct.pack("b", quarters)


def record(identifier: bytes, extent: int, size: int, when: bytes, flags: int, system_use: bytes = b"") -> bytes:
    """One record.

    Args:
        extent: first sector.
        size: in bytes.
    """
    name = identifier + b"\0" * (1 - len(identifier) % 2)
    body = b"\0" + both32(extent) + both32(size) + when + bytes((flags, 0, 0)) + both16(1)
    whole = body + bytes((len(identifier),)) + name + system_use
    whole += b"\0" * (1 - len(whole) % 2)
    return bytes((len(whole) + 1,)) + whole


def in_sectors(records: Iterable[bytes]) -> bytes:
    """Records one behind the other, none of them over the end of a sector."""
    out = bytearray()
    for one in records:
        if len(out) % SECTOR + len(one) > SECTOR:
            out += bytes(-len(out) % SECTOR)
        out += one
    return bytes(out + bytes(-len(out) % SECTOR))


def sectors_of(lengths: Iterable[int]) -> int:
    """How many sectors `in_sectors` makes of records of these lengths."""
    end = 0
    for length in lengths:
        if end % SECTOR + length > SECTOR:
            end += -end % SECTOR
        end += length
    return -(-end // SECTOR)


class PrimaryNames:
    """The identifiers of one folder in the primary tree: capitals, digits and underlines, each once."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str]] = set()
        self._next: dict[tuple[str, str], int] = {}

    def give(self, name: str, *, is_folder: bool) -> tuple[bytes, tuple[str, str]]:
        """An identifier, and what the records of a folder are sorted by."""
        stem, dot, extension = ("", "", "") if is_folder else name.rpartition(".")
        if not dot:
            stem, extension = name, ""
        extension = _squeezed(extension)[:8]
        stem = _squeezed(stem)[: _LONGEST_PRIMARY - len(extension)]
        first, number = (stem, extension), self._next.get((stem, extension), 0)
        while (stem, extension) in self._taken:
            number += 1
            tail = f"_{number}"
            stem = first[0][: _LONGEST_PRIMARY - len(extension) - len(tail)] + tail
        self._next[first] = number
        self._taken.add((stem, extension))
        written = stem if is_folder else f"{stem}.{extension};1"
        return written.encode(), (stem.ljust(31), extension.ljust(31))


def joliet_name(name: str, path: str) -> bytes:
    """The identifier in the Joliet tree.

    Raises:
        CannotHold: Joliet would change the name.
    """
    raw = name.encode("utf-16-be")
    if len(raw) // 2 > _LONGEST_JOLIET:
        raise CannotHold(f"{path}: a name of {len(raw) // 2} code units, and Joliet has {_LONGEST_JOLIET}")
    if _REFUSED_BY_JOLIET & set(name):
        raise CannotHold(f"{path}: a name can't hold {min(_REFUSED_BY_JOLIET & set(name))!r}")
    if name.endswith("."):
        raise CannotHold(f"{path}: a name can't end in a dot, which readers take away")
    return raw


def _squeezed(text: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text).upper()


def _local(nanoseconds: int, path: str, offset: int) -> tuple[datetime, int]:
    quarters, rest = divmod(offset, _QUARTER)
    if rest or not -48 <= quarters <= 52:
        raise CannotHold(f"{path}: ISO 9660 keeps offsets in quarters of an hour, -12 to +13 h, not {offset} minutes")
    return clock(nanoseconds, path, offset, _YEARS), quarters
