"""What a rule engine gives, whichever it is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")
"""Variables that a rule may use without declaring them: facts of the entry's name, from the evidence."""

ExternalValue = str | int | float | bool

Meta = tuple[tuple[str, str | int | bool], ...]

NONE_DECLARED: Mapping[str, ExternalValue] = MappingProxyType({})

Place = tuple[int, int, bytes]
"""Offset and length of a match, and its first bytes."""


class DoesNotCompile(Exception):
    """The first mistake of a source text."""

    def __init__(self, reason: str, line: int | None = None, source: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.source = source
        """Key of the included text that has the mistake; None where it is the text itself."""


class OutOfTime(Exception):
    """The rules were stopped before they were through."""


class EngineFailed(Exception):
    """The engine gave up on this content."""


class MappedFile(mmap):
    """A file mapped to memory that knows its path: an engine may want to open it itself."""

    path: Path | None = None


Data = bytes | mmap


@dataclass(frozen=True, slots=True)
class MatchedString:
    """A string of a rule, and where it matched; private strings are left out."""

    identifier: str
    count: int
    places: Callable[[], Iterator[Place]]
    """In the order of offsets."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that matched."""

    namespace: str
    rule: str
    tags: tuple[str, ...]
    meta: Meta
    strings: tuple[MatchedString, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """What one run over one content gave."""

    rules: tuple[Match, ...]
    too_many: frozenset[tuple[str, str, str]] = frozenset()
    """Namespace, rule and string of which further matches were not looked for."""


class Rules(Protocol):
    """Compiled rules. One thread at a time may use them."""

    def match(self, data: Data, externals: Mapping[str, ExternalValue], *, seconds: int, fast: bool) -> Matches:
        """Run them. In the `fast` way, matches may be left out that no condition needs: the same rules match.

        Raises:
            OutOfTime: `seconds` were not enough.
            EngineFailed: the engine gave up.
        """
        ...

    def names(self) -> Iterator[str]:
        """The rules' names, as often as they occur."""
        ...

    def dump(self) -> bytes:
        """What `Engine.load` reads."""
        ...


class Engine(Protocol):
    """A rule engine."""

    @property
    def name(self) -> str:
        """As ``--engine`` takes it."""
        ...

    @property
    def names_first(self) -> bool:
        """Whether `DoesNotCompile` is about the first mistake, at the line where it is."""
        ...

    @property
    def lean_is_exact(self) -> bool:
        """Whether it is known what this version does on content that is no program (`rules.lean`)."""
        ...

    def version(self) -> str:
        """Name and version, as every pass records it."""
        ...

    def compile(
        self,
        texts: Mapping[str, str],
        includes: Mapping[str, str],
        *,
        with_externals: bool,
        declared: Mapping[str, ExternalValue] = NONE_DECLARED,
    ) -> Rules:
        """Compile every text in the namespace that is its key; ``include "KEY"`` inserts an included text.

        Args:
            with_externals: whether `EXTERNALS` are known.
            declared: further variables that are known, and what they are where nothing else is said.

        Raises:
            DoesNotCompile: one of the texts has a mistake; which one is known only where it was compiled alone.
        """
        ...

    def load(self, dumped: bytes) -> Rules:
        """Load what `Rules.dump` gave, in the process that runs them."""
        ...
