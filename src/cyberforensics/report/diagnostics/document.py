"""What all forms are made of."""

from collections import Counter
from dataclasses import dataclass

from cyberforensics.model.diagnostic import Diagnostic, Level

ORDER = (Level.ERROR, Level.WARNING, Level.NOTE)
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Told:
    """A diagnostic, and where its file lies for whoever reads it."""

    diagnostic: Diagnostic
    path: str
    """With slashes, relative to where the command ran; of what lies outside of that folder, as it was given."""
    fingerprint: str
    """The same after its lines have moved."""


@dataclass(frozen=True, slots=True)
class CodeHelp:
    """A code, explained."""

    code: str
    level: Level
    title: str
    why: str
    page: str = "docs/lints.md"
    """Of the documentation, which explains it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was tried, as pipelines list tests."""

    group: str
    """What it is one of: `rules`, `samples` and others, with the pack before it."""
    name: str
    """Unlike any other in its group."""
    told: tuple[Told, ...] = ()
    """What was said of it."""
    skipped: str = ""
    """Why it was not tried, in a sentence; empty where it was."""


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one pack."""

    name: str
    cases: tuple[Case, ...]
    notes: tuple[str, ...] = ()
    """What else is to be known of them, in sentences."""


@dataclass(frozen=True, slots=True)
class Document:
    """What one run said."""

    version: str
    """Of this program."""
    told: tuple[Told, ...]
    """In the order of packs, files and places."""
    codes: tuple[CodeHelp, ...]
    files: tuple[str, ...]
    """Every file that was looked at, as `Told.path` has it."""
    rules: int
    known: int = 0
    """Diagnostics of the baseline, which are not among the others."""
    excused: int = 0
    fail_level: Level = Level.ERROR
    command: str = "rules check"
    """What was run."""
    suites: tuple[Suite, ...] = ()
    """What was tried, by pack; where there are none, each file is a case."""

    def counts(self) -> dict[Level, int]:
        """How many there are of each level."""
        counted = Counter(one.diagnostic.level for one in self.told)
        return {level: counted[level] for level in ORDER}

    def fails(self, level: Level) -> bool:
        """Whether one of this level turns a pipeline red."""
        return ORDER.index(level) <= ORDER.index(self.fail_level)

    def notes(self) -> list[str]:
        """What was left out or is to be known, in sentences, each with its pack."""
        return [f"{suite.name}: {note}" for suite in self.suites for note in suite.notes]

    def worst_first(self) -> list[Told]:
        """In the order of levels, then as they were."""
        return sorted(self.told, key=lambda one: ORDER.index(one.diagnostic.level))
