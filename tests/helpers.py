"""What the tests of whole runs share: starting the command line, reading a case, finding worker processes."""

import hashlib
import io
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from cyberforensics import case, query, report
from cyberforensics.cli import app
from cyberforensics.triage import Options, triage

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures"
STICK = FIXTURES / "demo-stick.E01"
DEMO = FIXTURES / "demo.E01"
TABLES = ("entries", "findings", "events", "facts", "problems", "volumes", "coverage")
SECONDS = 60
"""That a command of a test may take."""

RULE = 'rule Marked { meta: severity = "low" strings: $a = "example" condition: $a }\n'
"""Matches often enough in the demo images to make findings."""


def environment(**more: str) -> dict[str, str]:
    """Of a command: it finds the tests, and so do its workers."""
    paths = (str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", ""))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **more}


def command(*arguments: str | Path, module: str = "cyberforensics") -> list[str]:
    """The command line of a command."""
    return [sys.executable, "-P", "-m", module, *map(str, arguments)]


def run(
    *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(**(env or {})),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        encoding="utf-8",
    )


def inside(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in this process: the same but for signals, the environment and what a new process costs."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["cyberforensics", *map(str, arguments)]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = app._outcome()
    finally:
        sys.argv = before
    return subprocess.CompletedProcess(list(map(str, arguments)), code, out.getvalue(), err.getvalue())


def start(*arguments: str | Path, **more: str) -> subprocess.Popen[str]:
    """Start the command line cut into small batches; `more` goes into its environment."""
    return subprocess.Popen(
        command(*arguments, module="tests.slowed"),
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def rule_file(folder: Path) -> Path:
    """A pack of one rule."""
    path = folder / "marked.yar"
    path.write_text(RULE)
    return path


def made(folder: Path, *sources: Path, options: Options | None = None) -> Path:
    """A case of some sources, without rules where nothing else is said."""
    triage(sources or (STICK,), folder, options or Options(rule_packs=(), workers=2))
    return folder


def shown(folder: Path) -> dict[str, bytes]:
    """Every table of a case as ``show --format jsonl`` writes it."""
    with case.open_existing(folder) as store:
        return {
            what: "".join(
                report.json_line(found) + "\n" for found in query.objects(store, what, query.Filters())
            ).encode()
            for what in TABLES
        }


def assert_sound(folder: Path) -> None:
    """The store is one that SQLite finds nothing wrong with."""
    database = sqlite3.connect(folder / "case.sqlite")
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        database.close()


def digests(folder: Path, names: Sequence[str] = ("reports/report.html", "reports/timeline.csv")) -> dict[str, str]:
    """SHA-256 of some files of a case."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def workers_of(parent: int) -> list[int]:
    """Process ids of the workers that a process started, whether or not it is still there."""
    return [process for process, started_by in _workers() if started_by == parent]


def _workers() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"cyberforensics.pipeline.worker" in words:
            yield int(folder.name), int(words[words.index(b"cyberforensics.pipeline.worker") + 1])


def await_no_workers(parent: int, seconds: float = 3.0) -> None:
    """No worker outlives its parent."""
    deadline = time.monotonic() + seconds
    while left := workers_of(parent):
        assert time.monotonic() < deadline, f"workers {left} outlived their parent"
        time.sleep(0.02)
