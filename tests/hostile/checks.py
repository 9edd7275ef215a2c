"""What must hold of every triage, however hostile the image: run it, and say what does not hold."""

import hashlib
import os
import re
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any

from cyberforensics import case, query, report
from cyberforensics.cli.summary import summary_lines
from cyberforensics.errors import EvidenceError
from cyberforensics.model.problem import PROBLEM_CODES
from cyberforensics.model.run import Limits, Options, Summary
from cyberforensics.triage import triage

SECONDS = 120
"""That one triage may take before it is called a hang. A worker is given ten for each answer, and three tries."""

OPTIONS = Options(
    rule_packs=(),
    workers=1,
    limits=Limits(seconds=10.0, seconds_per_mib=0.1, most_seconds=SECONDS / 3, zeros=64 << 20),
)

ACTING = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""Controls, bidi controls and invisible characters: none stands in what is printed or reported."""

_CASE = frozenset({"case.sqlite", "examination-log.jsonl", "reports", "run.log", ".lock"})
"""What a case folder holds; no spool, and nothing else."""

_TABLES = ("entries", "findings", "events", "problems", "volumes", "coverage")


class Hang(BaseException):
    """A triage did not end in time; no `Exception`, so that nothing on the way takes it for trouble of its own."""


@dataclass(slots=True)
class Outcome:
    """What became of one triage."""

    opened: bool = False
    refused: str | None = None
    """The code of the `EvidenceError`, where the source could not be opened."""
    problems: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    failures: list[str] = field(default_factory=list)
    """What did not hold, in words; a test asserts that there is nothing."""
    summary: Summary | None = None
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Every table as ``show --format jsonl`` gives it, where it was opened."""

    def entry(self, path: str, stream: str | None = None) -> dict[str, Any]:
        """The one entry of a display path."""
        (found,) = [row for row in self.rows["entries"] if (row["path"], row["stream"]) == (path, stream)]
        return found

    def said(self, code: str) -> list[dict[str, Any]]:
        """The problems of a code."""
        return [row for row in self.rows["problems"] if row["code"] == code]


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Raise `Hang` where it takes longer. In the main thread only."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def checked_triage(sources: dict[str, Path], folder: Path, options: Options = OPTIONS) -> Outcome:
    """Examine sources into ``folder/case`` and hold the result against what must hold of every result.

    Args:
        folder: exists; nothing but ``case`` may appear in it.
    """
    outcome = Outcome()
    before, media = _listing(folder), _digests(sources)
    try:
        with within(SECONDS):
            outcome.summary = triage(sources, folder / "case", options)
            outcome.opened = True
    except EvidenceError as error:
        outcome.refused = error.code
        if ACTING.search(str(error).replace("\n", " ")):
            outcome.failures.append(f"the error would act on a terminal: {str(error)!r}")
    except Hang:
        outcome.failures.append(f"it did not end within {SECONDS} s")
    except Exception as error:  # noqa: BLE001 - every other end is what is looked for
        outcome.failures.append(f"it ended in {type(error).__name__}: {error}")
    outcome.failures += _outside(folder, before)
    if _digests(sources) != media:
        outcome.failures.append("the evidence was changed")
    outcome.failures += _log(folder / "case")
    if outcome.summary is not None:
        _look(folder / "case", outcome.summary, outcome)
    for code in {*outcome.problems, *filter(None, (outcome.refused,))} - PROBLEM_CODES.keys():
        outcome.failures.append(f"the problem code {code} is unknown")
    return outcome


def _listing(folder: Path) -> frozenset[str]:
    return frozenset(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.relative_to(folder).parts[0] != "case"
    )


def _digests(sources: dict[str, Path]) -> dict[str, object]:
    """Of every file of the sources' folders; of giants the size and the time of change alone."""
    found: dict[str, object] = {}
    for path in sorted({sibling for source in sources.values() for sibling in source.parent.iterdir()}):
        if path.is_file():
            status = path.stat()
            found[path.name] = (status.st_size, status.st_mtime_ns)
            if status.st_blocks * 512 < 1 << 24:
                with path.open("rb") as file:
                    found[path.name] = (*found[path.name], hashlib.file_digest(file, "blake2b").digest())  # type: ignore[misc]
    return found


def _outside(folder: Path, before: frozenset[str]) -> list[str]:
    found = [f"it wrote outside the case folder: {name}" for name in sorted(_listing(folder) - before)]
    place = folder / "case"
    if place.exists():
        found += [f"left in the case folder: {path.name}" for path in place.iterdir() if path.name not in _CASE]
    return found


def _log(folder: Path) -> list[str]:
    """A traceback in the run log is a bug of ours, even where the run survived it."""
    place = folder / "run.log"
    if not place.exists():
        return []
    text = place.read_text("utf-8", "replace")
    lines = text.splitlines()
    return [
        f"a traceback in the run log, ending in {_end(lines[number + 1 :])}"
        for number, line in enumerate(lines)
        if line.startswith("Traceback ")
    ]


def _end(lines: list[str]) -> str:
    """The line after a traceback's frames, which names the error."""
    return next((line[:300] for line in lines if line[:1] not in ("", " ")), "nothing")


def _look(folder: Path, summary: Summary, outcome: Outcome) -> None:
    for exhibit in summary.document.exhibits:
        if not exhibit.coverage.reconciles:
            outcome.failures.append("the first equation does not reconcile")
        outcome.entries += exhibit.coverage.names
    for group in summary.document.problems:
        outcome.problems[group.code] += group.count
    outcome.failures += _unsound(folder / "case.sqlite")
    for line in summary_lines(replace(summary, report=Path("report"), timeline=Path("timeline"))):
        if ACTING.search(line):
            outcome.failures.append(f"the summary would act on a terminal: {line!r}")
    for name in ("report.html", "timeline.csv"):
        text = (folder / "reports" / name).read_bytes().decode("utf-8")  # strict: half characters end here
        found = ACTING.search(text.replace("\r\n", "\n"))
        if found:
            outcome.failures.append(f"{name} holds the character U+{ord(found[0]):04X}")
    with case.open_existing(folder) as store:
        for what in _TABLES:
            rows: list[dict[str, Any]] = list(query.objects(store, what, query.Filters()))
            outcome.rows[what] = rows
            for row in rows:
                line = report.json_line(row)
                line.encode()
                if ACTING.search(line):
                    outcome.failures.append(f"show {what} would act on a terminal: {line!r}"[:300])


def _unsound(path: Path) -> list[str]:
    database = sqlite3.connect(path)
    try:
        found = [str(row[0]) for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found += [str(row) for row in database.execute("PRAGMA foreign_key_check")]
    finally:
        database.close()
    return [f"the store is unsound: {what}" for what in found]


def scratch() -> Path | None:
    """Where many short-lived cases are written: memory, where there is any."""
    place = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    return place if os.access(place, os.W_OK) else None
