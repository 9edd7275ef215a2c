"""The rules that libmagic works with, read from the database it was compiled into (`magic.mgc`).

The layout is that of version 16, which file 5.41 writes (`struct magic` in `file.h`): a header record, the rules in
the order in which they are tried, then the named rules that others use. A rule is a test and its continuations.
"""

import mmap
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

RECORD = 376
"""Bytes of a record."""
_HEADER = struct.Struct("<IIII")  # magic number, version, rules, named rules
_MAGIC_NUMBER, _VERSION = 0xF11E041C, 16
_TEST = struct.Struct("<HBxcBBxxBxxi8xQ128sc63x80s72x")

STRING, REGEX, SEARCH, INDIRECT, NAME, USE, DER, GUID = 5, 17, 20, 41, 45, 46, 48, 49
NUMBERS: Mapping[int, tuple[int, bool, bool]] = {
    1: (1, False, False),
    2: (2, False, False), 10: (2, False, False), 7: (2, True, False),
    4: (4, False, False), 11: (4, False, False), 8: (4, True, False),
    24: (8, False, True), 25: (8, False, True), 26: (8, True, True),
}  # fmt: skip
"""Of the kinds that compare a number: its width, whether it is big-endian, whether NUL bytes follow the end.

1, 2, 4 and 24 are in the machine's order: this is for little-endian ones.
"""

ADDED = 0x02
MOVED = 0x01 | ADDED | 0x04 | 0x80
"""Flags of a test whose place is not simply its offset from the start."""
UNSIGNED, BINARY, TEXT, FROM_END = 0x08, 0x20, 0x40, 0x80


class Test(NamedTuple):
    """One line of a rule."""

    level: int
    flags: int
    relation: bytes
    length: int
    """Of the value, where it is text."""
    kind: int
    mask_op: int
    offset: int
    mask: int
    """Of a number; for text, how far is searched and the modifiers."""
    field: bytes
    description: bytes
    """Its first byte; NUL where the line has none."""
    mime: bytes
    """Padded with NUL bytes; all NUL where the line gives no media type."""

    @property
    def speaks(self) -> bool:
        """Whether the line by itself ends the search for an answer."""
        return self.description != b"\0" or self.mime.strip(b"\0") != b""

    @property
    def reach(self) -> int:
        """How many places are tried, or lines looked at; 0 is libmagic's limit."""
        return self.mask & 0xFFFFFFFF

    @property
    def modifiers(self) -> int:
        """How text is compared: 0 is byte by byte."""
        return self.mask >> 32

    @property
    def number(self) -> int:
        """The number compared with, as 64 bits."""
        return int.from_bytes(self.field[:8], "little")

    @property
    def text(self) -> bytes:
        """The text compared with."""
        return self.field[: self.length]

    @property
    def name(self) -> bytes:
        """Of a named rule, where it stands and where it is used (`^` turns the byte order)."""
        return self.field.partition(b"\0")[0].removeprefix(b"\\").removeprefix(b"^")


_FOR_TEXT = 0x20 << 32  # among the modifiers


@dataclass(frozen=True, slots=True)
class Rule:
    """A test and its continuations, and where their records lie."""

    tests: tuple[Test, ...]
    start: int
    end: int


class Database:
    """A compiled database: what is in it, and how to write a smaller one."""

    def __init__(self, path: Path) -> None:
        """Map the file.

        Raises:
            ValueError: it is of another version, or damaged.
        """
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        number, version, rules, named = _HEADER.unpack_from(self._data)
        if (number, version) != (_MAGIC_NUMBER, _VERSION) or len(self._data) != RECORD * (1 + rules + named):
            raise ValueError(f"{path.name} is no database of version {_VERSION}")
        self._named_from = RECORD * (1 + rules)

    def rules(self) -> Iterator[Rule]:
        """The rules, in the order in which they are tried."""
        return self._rules(RECORD, self._named_from)

    def named(self) -> Iterator[Rule]:
        """The rules that others use by name."""
        return self._rules(self._named_from, len(self._data))

    def _rules(self, position: int, end: int) -> Iterator[Rule]:
        tests: list[Test] = []
        start = position
        for test in map(Test._make, _TEST.iter_unpack(self._data[position:end])):
            if test.level == 0 and tests:
                yield Rule(tuple(tests), start, position)
                tests, start = [], position
            tests.append(test)
            position += RECORD
        if tests:
            yield Rule(tuple(tests), start, position)

    def smaller(self, rules: list[tuple[int, int]], named: list[tuple[int, int]], answer: str | None = None) -> bytes:
        """A database of the records at these places, in this order; behind the rules one that gives texts an answer."""
        counts = [sum(end - start for start, end in part) // RECORD for part in (rules, named)]
        last = b""
        if answer is not None:
            last = _TEST.pack(0, TEXT, b"x", 0, STRING, 0, 0, _FOR_TEXT, b"", b"\0", answer.encode("ascii"))
            counts[0] += 1
        header = _HEADER.pack(_MAGIC_NUMBER, _VERSION, *counts).ljust(RECORD, b"\0")
        records = [[self._data[start:end] for start, end in part] for part in (rules, named)]
        return b"".join((header, *records[0], last, *records[1]))
