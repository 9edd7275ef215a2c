"""The cross-check: what a second reader of a volume says, and where both readers differ."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["filetime", "posix-ns", "hfs", "fat-10ms"]
"""How the second reader gives a time: 100 ns since 1601, ns since 1970, s since 1904, 10 ms since 1980 (local)."""
Clock = Literal["modified", "accessed", "changed", "created"]
"""Times that both readers give."""
Field = Literal["name", "size", "time", "digest"]
FIELDS: tuple[Field, ...] = ("name", "size", "time", "digest")


EVERYWHERE = ""
"""Path of a gap that is the rest of the volume."""


@dataclass(frozen=True, slots=True)
class SecondTime:
    """A time as the second reader gives it."""

    meaning: Clock
    raw: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class SecondEntry:
    """One stream of one name, as the second reader lists it."""

    number: int
    """Its place in the second walk, from 0."""
    path: str
    """Display form, from the volume's root."""
    stream: str | None
    place: int
    """Of the stream among the alternate ones of its record, from 0; -1 for the main one."""
    record: int
    """MFT entry, inode, catalogue node; of FAT and exFAT the library's own number of the directory entry."""
    steps: tuple[int, ...]
    """Where the record alone does not open it again (FAT, exFAT): its place in each directory from the root."""
    is_directory: bool
    size: int | None
    """Bytes; None where the record has no such stream."""
    times: tuple[SecondTime, ...]
    """Of the main stream's row only."""


@dataclass(frozen=True, slots=True)
class SecondContent:
    """A stream that the second reader is to read; fields as in `SecondEntry`."""

    number: int
    place: int
    record: int
    steps: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class SecondGap:
    """What the second reader could not list."""

    path: str
    """Display path of the directory, or `EVERYWHERE`."""
    names: int | None
    """How many of its names could not be read; None where all below it is unknown."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where both readers differ, with both values."""

    field: Field
    path: str
    stream: str | None
    detail: str
    """Which time it is; empty elsewhere."""
    first: str
    """What the reader of the examination says, and ``not listed`` where it lists nothing."""
    second: str


@dataclass(frozen=True, slots=True)
class Compared:
    """How one field fared. ``compared = agreed + known + different``."""

    field: Field
    compared: int
    agreed: int
    known: int
    """Explained by a documented defect of a reader."""
    different: int


@dataclass(frozen=True, slots=True)
class Folded:
    """Differences that one documented defect explains."""

    name: str
    sentence: str
    reference: str
    count: int
    example: Difference


@dataclass(frozen=True, slots=True)
class NotCompared:
    """What was left out of the comparison."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """What came of one volume."""

    exhibit: str
    volume: str
    """Volume id."""
    state: Literal["compared", "incomplete", "not-cross-checked"]
    reason: str
    """Why it is not ``compared``; else empty."""
    first: str
    """Name and version of the reader of the examination."""
    second: str | None
    """Of the second reader; None where there is none."""
    entries_first: int = 0
    """Allocated names and streams that the first reader lists."""
    entries_second: int = 0
    compared: tuple[Compared, ...] = ()
    known: tuple[Folded, ...] = ()
    differences: tuple[Difference, ...] = ()
    """The first of them, in the order of the walk."""
    different: int = 0
    """All of them."""
    not_compared: tuple[NotCompared, ...] = ()
    shared: tuple[str, ...] = ()
    """Layers that both readers share: agreement says nothing of them."""
