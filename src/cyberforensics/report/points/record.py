"""What the points look at, and what they answer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cyberforensics.model.case_document import CaseDocument
from cyberforensics.model.case_facts import CaseFacts

Verdict = Literal["MET", "NOT SUPPLIED", "NOT MET"]
"""NOT SUPPLIED: a person owes it. NOT MET: the tool owes it, or a command of it that nobody ran."""

PDF, HTML, CSV = "report.pdf", "report.html", "timeline.csv"


@dataclass(frozen=True, slots=True)
class FileState:
    """A written report beside what the record gives now."""

    state: Literal["current", "missing", "old"]
    why: str = ""
    """Of one that is old, what shows it: the end of a sentence."""


@dataclass(frozen=True, slots=True)
class TimelineState:
    """What stands in ``timeline.csv``, read through."""

    columns: tuple[str, ...] = ()
    rows: int = 0
    disorder: int | None = None
    """Number of the first row that comes before the one above it, from 1; None: they are in order."""


@dataclass(frozen=True, slots=True)
class LogState:
    """What the lines of the examination log say."""

    lines: int = 0
    """0: there is none."""
    differences: tuple[str, ...] = ()
    """Where its chain does not hold."""
    backwards: tuple[str, ...] = ()
    """Where the clock went backwards."""
    finished: Mapping[str, int] = field(default_factory=dict)
    """How often each action came to its end; of exhibits, the id behind it: ``exhibit examined E1``."""
    unnamed: int = 0
    """Lines without an operator."""


@dataclass(frozen=True, slots=True)
class ManifestState:
    """The manifest, held against the folder."""

    files: int
    """Those that are as it says."""
    differences: tuple[str, ...] = ()
    is_signed: bool = False
    is_stamped: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A case as it is: its document, what its reports print, and what lies in its folder."""

    document: CaseDocument
    """With its seal, where it has one."""
    printed: Mapping[str, Any]
    """What `report.pdf` prints when it is made of the record now."""
    files: Mapping[str, FileState] = field(default_factory=dict)
    """State of `PDF`, `HTML` and `CSV`."""
    timeline: TimelineState = TimelineState()
    log: LogState = LogState()
    manifest: ManifestState | None = None

    @property
    def facts(self) -> CaseFacts:
        """What people supplied."""
        return self.document.facts


@dataclass(frozen=True, slots=True)
class Answer:
    """What a point came to, before the written files are looked at."""

    verdict: Verdict
    evidence: str
    """One clause: where it stands, or what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the list."""

    code: str
    title: str
    check: Callable[[Record], Answer]
    needs: tuple[str, ...] = ()
    """Written files without which it is not met, whatever the record holds."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One point and what it came to, as a table and JSON print it."""

    code: str
    point: str
    verdict: Verdict
    evidence: str


_COMMAND = {
    PDF: "cyberforensics report CASE --pdf",
    HTML: "cyberforensics report CASE",
    CSV: "cyberforensics report CASE",
}


def checked(points: Iterable[Point], record: Record) -> list[Checked]:
    """Every point, in their order."""
    return [_checked(point, record) for point in points]


def _checked(point: Point, record: Record) -> Checked:
    answer = point.check(record)
    if answer.verdict == "MET":
        for name in point.needs:
            found = record.files.get(name, FileState("missing"))
            if found.state != "current":
                what = "is missing" if found.state == "missing" else f"is older than the record: {found.why}"
                answer = lacks(f"{name} {what}; write it with `{_COMMAND[name]}`")
                break
    return Checked(point.code, point.title, answer.verdict, answer.evidence)


def met(evidence: str) -> Answer:
    """It stands there."""
    return Answer("MET", evidence)


def owed(evidence: str) -> Answer:
    """A person owes it."""
    return Answer("NOT SUPPLIED", evidence)


def lacks(evidence: str) -> Answer:
    """The tool owes it, or a command that nobody ran."""
    return Answer("NOT MET", evidence)


def first(texts: list[str], most: int = 3) -> str:
    """The first of several texts, and how many more there are."""
    return "; ".join(texts[:most]) + (f"; and {len(texts) - most} more" if len(texts) > most else "")


def supplied(facts: object, names: Iterable[str], where: str) -> Answer:
    """Keys of `case.toml`, as ``table.key``: met where each has a text.

    Args:
        where: in which part of the report they stand.
    """
    names = tuple(names)
    missing = [name for name in names if not _value(facts, name)]
    if missing:
        return owed(f"case.toml has no {', '.join(missing)}")
    return met(f"{', '.join(names)} of case.toml: {where}")


def of_exhibits(record: Record, names: Iterable[str], where: str) -> Answer:
    """The same for the keys of every exhibit that was opened."""
    if not record.document.exhibits:
        return nothing_opened()
    names = tuple(names)
    missing = [
        f"{exhibit.evidence.exhibit}: {', '.join(lacking)}"
        for exhibit in record.document.exhibits
        if (lacking := [name for name in names if not _value(record.facts.of_exhibit(exhibit.evidence.exhibit), name)])
    ]
    if missing:
        return owed(f"case.toml lacks, under [[exhibit]], {first(missing)}")
    return met(f"{', '.join(names)} of each exhibit: {where}")


def nothing_opened() -> Answer:
    """Of a case without an exhibit."""
    return lacks("the case holds no exhibit; examine one with `cyberforensics triage SOURCE --case CASE`")


def _value(facts: object, name: str) -> object:
    for part in name.split("."):
        facts = getattr(facts, part)
    return facts
