"""What workers say, as JSON that is decoded and checked into dataclasses: nothing of a worker's is ever unpickled.

A frame is four bytes of length, big-endian, and a JSON array ``["type",value]`` without blanks. Bytes travel as base64.
A value of another shape than its dataclass says is refused: the worker that sent it is not trusted any further.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, Self, get_args

import msgspec

from cyberforensics.errors import CannotWrite, Error, WorkerError
from cyberforensics.model.codec import BadShape, decoder
from cyberforensics.model.cross_check import SecondEntry, SecondGap
from cyberforensics.model.entry import Entry
from cyberforensics.model.evidence import Evidence
from cyberforensics.model.examination import Examination
from cyberforensics.model.orientation import Fact
from cyberforensics.model.problem import Problem
from cyberforensics.model.thumbnails import Thumbnail
from cyberforensics.model.volume import Volume
from cyberforensics.rules import ScanResult

MAX_FRAME = 32 * 1024 * 1024
"""Bytes of the longest answer that is read. An honest one fits: 5,000 findings with their metadata are 5 to 10 MB, a
listed string at most 600 bytes, 200 entries with paths of 4 kB 5 MB; `frames` splits or cuts what is longer. A hostile
one of this length (empty lists: three bytes, and 64 decoded) makes the parent hold 0.8 GB for a moment, not more."""

_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_TWENTY = b"0" * 20
_NINETEEN = re.compile(rb"9[0-9]{18}")
"""Begins with a byte that is looked for fast; an expression for both took longer than the decoding."""


class BadReply(Exception):
    """The worker answered with something that is no answer."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What one content yielded, and which content that was."""

    number: int
    examination: Examination


@dataclass(frozen=True, slots=True)
class Examinations:
    """A handful of contents with what they yielded, in the order of the job."""

    items: tuple[Examined, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A handful of what a walk met."""

    entries: tuple[Entry, ...]
    problems: tuple[tuple[int, Problem], ...] = ()
    """Each with the number of entries of this handful that were met before it."""

    @classmethod
    def of(cls, items: Iterable[Entry | Problem]) -> Self:
        """What a walk met, in its order."""
        entries: list[Entry] = []
        problems: list[tuple[int, Problem]] = []
        for item in items:
            if isinstance(item, Entry):
                entries.append(item)
            else:
                problems.append((len(entries), item))
        return cls(tuple(entries), tuple(problems))

    @property
    def items(self) -> tuple[Entry | Problem, ...]:
        """Both, in the order of the walk."""
        items: list[Entry | Problem] = []
        done = 0
        for place, problem in self.problems:
            if place > done:
                items += self.entries[done:place]
                done = place
            items.append(problem)
        return (*items, *self.entries[done:])


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """What a file system says of its own unallocated space; None where it can't be told."""

    size: int | None


@dataclass(frozen=True, slots=True)
class DigestProgress:
    """How many bytes of the source were digested."""

    done: int


@dataclass(frozen=True, slots=True)
class SourceDigests:
    """Digests of the media and of each segment; the media's are missing for logical evidence."""

    media: Mapping[str, str]
    segments: tuple[Mapping[str, str], ...]
    problems: tuple[Problem, ...] = ()
    """What kept the media from being read whole, and what the container says is damaged in it."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of a content that was to be written out."""

    number: int
    sha256: str | None
    """None where it could not be read."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Oriented:
    """What one installation answers."""

    facts: tuple[Fact, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Relisted:
    """A handful of what the second reader lists."""

    entries: tuple[SecondEntry, ...]
    gaps: tuple[SecondGap, ...]


@dataclass(frozen=True, slots=True)
class Redigested:
    """A content as the second reader reads it."""

    number: int
    sha256: str | None
    """None where it could not be read to its size."""
    read: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class SampleScanned:
    """What a sample of a rule pack came to."""

    number: int
    broken: str = ""
    """Why it can't be put together."""
    line: int | None = None
    """Of the sample, where that is known."""
    results: tuple[ScanResult, ...] = ()
    """Of each engine."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of rules, in plain rules."""

    what: Literal["made", "rule", "rest", "total", "module", "against"]
    """``made``: how many measurements; ``rest``: the most that any other rule may cost."""
    number: int = 0
    """Of the rule or the module."""
    low: float = 0.0
    median: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Rights:
    """What the worker gave up before it met evidence, in words."""

    enforced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """The worker met its limit of memory and ends."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The job as a whole could not be done: a code of ours and a sentence."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class HostTrouble:
    """This machine is to blame, not the evidence: the run ends, and nothing of it is held against an entry."""

    kind: Literal["write", "worker"]
    message: str
    hint: str = ""

    def error(self) -> Error:
        """What ends the run."""
        return {"write": CannotWrite, "worker": WorkerError}[self.kind](self.message, hint=self.hint)


@dataclass(frozen=True, slots=True)
class Done:
    """The job is over."""


Message = (
    Entries
    | Evidence
    | Volume
    | Problem
    | Examinations
    | FreeSpace
    | DigestProgress
    | SourceDigests
    | Exported
    | Oriented
    | Relisted
    | Redigested
    | Thumbnail
    | SampleScanned
    | Figure
    | Rights
    | OutOfMemory
    | Failed
    | HostTrouble
    | Done
)
_TYPES: Mapping[str, type] = MappingProxyType({kind.__name__: kind for kind in get_args(Message)})


def encode(message: Message) -> bytes:
    """One message as the JSON of a frame."""
    return b'["%b",%b]' % (type(message).__name__.encode(), to_json(message))


def to_json(value: object) -> bytes:
    """A message or a part of one, as it stands in a frame."""
    return msgspec.json.encode(value)


def decode(frame: bytes) -> Message:
    """The message of a frame.

    Raises:
        BadReply: it is no JSON, of no known type, or of another shape than its type.
    """
    try:
        name, comma, value = frame[2:-1].partition(b'",')
        if frame[:2] != b'["' or frame[-1:] != b"]" or not comma:
            raise BadReply("an answer of an unknown shape")
        message: Message
        if not _has_long_number(value):
            message = _decoders()[name.decode()].decode(value)
        else:
            message = decoder(_TYPES[name.decode()])(json.loads(value.decode()))
    except (msgspec.MsgspecError, BadShape, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadReply("an answer of an unknown shape") from error
    return message


def _has_long_number(value: bytes) -> bool:
    """Whether there may be a number of more than 64 bits: it has twenty digits, or nineteen and begins with a nine.

    Where there is none each fits; elsewhere, as in the long times of ISO 9660, the codec of the store looks at every
    value by itself.
    """
    return _TWENTY in value.translate(_DIGITS) or _NINETEEN.search(value) is not None


@cache
def _decoders() -> Mapping[str, msgspec.json.Decoder[Message]]:
    return {name: msgspec.json.Decoder(kind) for name, kind in _TYPES.items()}
