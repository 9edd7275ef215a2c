"""One name of one stream."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, Self

from cyberforensics.model.codec import CHECK, integers
from cyberforensics.model.times import ENCODINGS, WIDEST, Encoding, Timestamp


class Kind(StrEnum):
    """What the entry is. An alternate stream has its owner's kind, and `Entry.stream` set."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    DEVICE = "device"
    FIFO = "fifo"
    SOCKET = "socket"
    VIRTUAL = "virtual"
    OTHER = "other"


class NameState(StrEnum):
    """Whether the name is in use."""

    ALLOCATED = "allocated"
    DELETED = "deleted"
    ORPHAN = "orphan"
    """A record without any name in a directory."""
    REALLOCATED = "reallocated"
    """A deleted name whose record was used again."""


class Recovery(StrEnum):
    """What is observed of a deleted entry's content, and no more than that."""

    NOT_APPLICABLE = "not-applicable"
    RESIDENT = "resident"
    RUNS_ALL_UNALLOCATED = "runs-all-unallocated"
    RUNS_PARTLY_REALLOCATED = "runs-partly-reallocated"
    RUNS_ALL_REALLOCATED = "runs-all-reallocated"
    RUNS_ASSUMED_CONTIGUOUS = "runs-assumed-contiguous"
    NO_RUNS = "no-runs"
    RECORD_REUSED = "record-reused"


class Status(StrEnum):
    """How far the entry's content was examined."""

    WHOLE = "whole"
    PARTIAL = "partial"
    SKIPPED = "skipped"
    UNREADABLE = "unreadable"
    NO_CONTENT = "no-content"


FIRST, EARLY, USUAL, LAST, OUT_OF_SCOPE = range(5)
"""In which order contents are examined. Those of the first do not wait for the end of the walk; recent entries of the
usual one become early when it is over. What has no name with another priority than the last is not examined."""

TimeMeaning = Literal[
    "modified",
    "accessed",
    "changed",
    "created",
    "deleted",
    "added",
    "backup",
    "fn-modified",
    "fn-accessed",
    "fn-changed",
    "fn-created",
    "recorded",
]
"""What a file system time is called there: `model.meanings` says what each is on each file system."""

TIME_MEANINGS: tuple[TimeMeaning, ...] = (
    "modified",
    "accessed",
    "changed",
    "created",
    "deleted",
    "added",
    "backup",
    "fn-modified",
    "fn-accessed",
    "fn-changed",
    "fn-created",
    "recorded",
)


_KINDS: Mapping[str, tuple[TimeMeaning, Encoding]] = MappingProxyType(
    {f"{meaning}:{encoding}": (meaning, encoding) for meaning in TIME_MEANINGS for encoding in ENCODINGS}
)


@dataclass(frozen=True, slots=True)
class EntryTime:
    """One file system time of an entry."""

    meaning: TimeMeaning
    timestamp: Timestamp


@dataclass(frozen=True, slots=True)
class EntryTimes:
    """The file system times of an entry, in the order in which its file system tells them.

    Entries of one file system nearly all have times of the same kinds, so these are one text that they share: with an
    object for each time, times were half of what a walk costs.
    """

    kinds: str = ""
    """Meaning and encoding of each, as ``modified:posix accessed:posix``."""
    raw: tuple[int, ...] = field(default=(), metadata={CHECK: integers(WIDEST)})
    """The value of each, as `Timestamp.raw`."""

    def __post_init__(self) -> None:
        if len(kinds_of(self.kinds)) != len(self.raw):
            raise ValueError("as many times as kinds of times were expected")

    @classmethod
    def of(cls, times: Iterable[EntryTime]) -> Self:
        """These times."""
        times = tuple(times)
        kinds = kinds_text([(time.meaning, time.timestamp.encoding) for time in times])
        return cls(kinds, tuple([time.timestamp.raw for time in times]))

    def stored(self) -> Iterator[tuple[tuple[TimeMeaning, Encoding], int]]:
        """Meaning and encoding of each, and its value, without an object for it."""
        return zip(kinds_of(self.kinds), self.raw, strict=True)

    def __iter__(self) -> Iterator[EntryTime]:
        for (meaning, encoding), raw in self.stored():
            yield EntryTime(meaning, Timestamp(raw, encoding))

    def __len__(self) -> int:
        return len(self.raw)

    def __getitem__(self, place: int) -> EntryTime:
        meaning, encoding = kinds_of(self.kinds)[place]
        return EntryTime(meaning, Timestamp(self.raw[place], encoding))


def kinds_text(kinds: Iterable[tuple[str, str]]) -> str:
    """`EntryTimes.kinds` of times of these meanings and encodings."""
    return " ".join([f"{meaning}:{encoding}" for meaning, encoding in kinds])


@lru_cache(maxsize=1024)
def kinds_of(kinds: str) -> tuple[tuple[TimeMeaning, Encoding], ...]:
    """Meaning and encoding of each time, from `EntryTimes.kinds`.

    Raises:
        ValueError: one is not known.
    """
    try:
        return tuple([_KINDS[kind] for kind in kinds.split(" ")]) if kinds else ()
    except KeyError as error:
        raise ValueError("a known kind of time was expected") from error


@dataclass(frozen=True, slots=True)
class Name:
    """One name under which rules may look at a content."""

    entry: str
    """Entry id."""
    path: str
    """Display form, from the volume's root."""
    stream: str | None
    owner: str | None

    def __reduce__(self) -> tuple[type["Name"], tuple[object, ...]]:
        """Names travel to workers by the hundred; what a slotted dataclass is pickled with takes five times as long."""
        return Name, (self.entry, self.path, self.stream, self.owner)


@dataclass(frozen=True, slots=True)
class Content:
    """What is read once, however many names it has."""

    number: int
    """`Entry.number` of its first name."""
    meta_address: str
    locator: str | None
    """The leaf, as in `Entry.locator`."""
    path_raw: bytes
    """Of the first name."""
    size: int
    """Bytes that the file system says there are."""
    deleted: bool
    """Whether its digests are of the bytes read, and no more than that."""
    reader: str
    """``tsk``, ``libfsntfs`` (system-compressed files), ``raw`` (FAT and exFAT entries that TSK does not open or
    reads past what was written), ``zip``, ``dfvfs`` or ``host``."""
    first_address: int | None
    names: tuple[Name, ...]
    """At least one; all hard links, in the order of the walk."""

    def __reduce__(self) -> tuple[type["Content"], tuple[object, ...]]:
        """As `Name.__reduce__`."""
        place = (self.number, self.meta_address, self.locator, self.path_raw)
        return Content, (*place, self.size, self.deleted, self.reader, self.first_address, self.names)


NO_TIMES = EntryTimes()


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of one stream, as the walk met it."""

    volume: str
    """The volume's id."""
    id: str
    """Stable: from the exhibit, the volume's slot and the place in the volume; `model.identity` makes it."""
    parent: str | None
    """The id of the directory it stands in; None for the root."""
    number: int
    """Its place in the walk of its volume, from 0."""
    path: str
    """Display form, from the volume's root, beginning with a slash, without the stream."""
    path_raw: bytes
    """The same as the file system spells it, UTF-8 where the file system has Unicode names."""
    stream: str | None
    """Display name of an alternate stream; None for the main one."""
    kind: Kind
    meta_address: str
    """As TSK writes it: ``entry-seq-type-id`` on NTFS, a number elsewhere."""
    allocated: bool
    """Whether both the name and its record are in use."""
    name_state: NameState
    recovery: Recovery
    size: int | None
    """Bytes of the stream; None where nothing is known of it."""
    times: EntryTimes = NO_TIMES
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    owner: str | None = None
    """SID, or uid as text."""
    link_target: str | None = None
    locator: str | None = None
    """Canonical JSON of the leaf of the path specification; None where nothing can be reopened."""
    content: int | None = None
    """`number` of the first entry with the same content (its own, mostly); None where there is nothing to
    read: directories, links, devices, reused records."""
    reader: str | None = None
    """Who reads the content: see `Content.reader`."""
    first_address: int | None = None
    """Bytes from the start of the media to the first run; None where resident or unknown."""
    allocated_size: int | None = None
    """Bytes of the runs, slack included."""
    status: Status | None = None
    """Set by the walk where it already decides: no-content, skipped or unreadable; None where it is to be read."""
    status_reason: str | None = None
    """The problem code, or a word of the contract, behind the status."""
