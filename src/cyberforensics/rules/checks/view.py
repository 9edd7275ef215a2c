"""What a check sees of a pack, and what it gives."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from cyberforensics.model.diagnostic import Level
from cyberforensics.rules.syntax import RuleText, SourceText


@dataclass(frozen=True, slots=True)
class Remark:
    """A diagnostic before its place is counted in lines."""

    code: str
    file: str
    """Name of the file in the pack, as `View.files` has it."""
    span: tuple[int, int] | None
    """Offsets in characters; None where it is about the file as a whole."""
    message: str
    hint: str = ""
    rule: str | None = None
    level: Level | None = None
    """None where it is the level of its code."""


@dataclass(frozen=True, slots=True)
class View:
    """A pack as checks see it: its files by their names, and what holds for all of them."""

    files: Mapping[str, SourceText]
    externals: frozenset[str]
    profile: str
    """Name of a metadata profile; empty where metadata is not asked for."""
    today: date
    """The day of the run, given from outside."""
    severities: frozenset[str] = frozenset()
    """Words for a severity that the pack declares, in lower case."""
    joined: frozenset[str] = frozenset()
    """Files that include others or are included: what they declare may be for another file."""

    def rules(self) -> Iterator[tuple[str, RuleText]]:
        """Every rule that was understood, with its file."""
        for name, source in self.files.items():
            for rule in source.rules:
                if rule.complete:
                    yield name, rule


@dataclass(frozen=True, slots=True)
class Check:
    """A check of ours."""

    codes: tuple[str, ...]
    """The codes that it may give."""
    run: Callable[[View], Iterator[Remark]]


def about(code: str, file: str, rule: RuleText, message: str, hint: str = "") -> Remark:
    """A remark about a rule as a whole, at its name."""
    return Remark(code, file, rule.name_span, message, hint, rule.name)
