"""What is said about a place in a rule pack: by a compiler, a check, or a test of its rules."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much it matters; `--fail-level` sets from which on a pipeline turns red."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file of the pack. Lines and columns count from 1, columns in characters; the end is excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to mend or to know."""

    code: str
    """Stable: ``CFR012``. Its section in docs/lints.md says why, with a bad and a good example; what tests and
    measurements say (``CFR9..``) stands in docs/rules-testing.md and docs/rules-bench.md."""
    level: Level
    message: str
    """One sentence of ours: what is wrong."""
    file: str
    """Within the pack, with slashes, in display form."""
    span: Span | None = None
    """None where it is about the file as a whole."""
    rule: str | None = None
    hint: str = ""
    """What to do."""
    excerpt: tuple[str, ...] = ()
    """The lines of the file that the span touches, in display form."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing of a pack that was tried: a rule, a sample, an image."""

    group: str
    name: str
    diagnostics: tuple[Diagnostic, ...] = ()
    skipped: str = ""
    """Why it was not tried; empty where it was."""
