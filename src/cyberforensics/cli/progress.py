"""Progress of long work: a live display on a terminal, quiet lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.live import Live
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from cyberforensics import report
from cyberforensics.cli import render
from cyberforensics.triage import Progress

_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_EVERY = 10.0  # seconds between two lines where there is no terminal


@contextmanager
def watching(*, quiet: bool = False) -> Iterator[Callable[[Progress], None]]:
    """What to tell of progress while the block runs."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        display = _Display()
        with display.live:
            yield display.show
    else:
        yield _Lines().show


@contextmanager
def counting(total: int) -> Iterator[Callable[[str], None]]:
    """What to tell of each that is ready, of several that are made at once, while the block runs."""
    if not sys.stderr.isatty():
        yield _Count(total).show
        return
    columns = (
        TextColumn("{task.completed} of {task.total}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Bar(*columns, console=render.console()) as bar:
        task = bar.add_task("begun", total=total)
        yield lambda name: bar.update(task, advance=1, description=Text(report.visible(name)).markup)


class _Count:
    """A line for each."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._ready = 0

    def show(self, name: str) -> None:
        self._ready += 1
        render.say(f"{self._ready} of {self._total}: {name}")


class _Lines:
    """A line for every stage, and one now and then in a long one."""

    def __init__(self) -> None:
        self._stage: tuple[str, str] | None = None
        self._said = 0.0

    def show(self, progress: Progress) -> None:
        for line in progress.lines:
            render.say(line)
        if progress.lines:
            return
        stage = (progress.exhibit, progress.stage)
        now = time.monotonic()
        if stage == self._stage and now - self._said < _EVERY:
            return
        self._stage, self._said = stage, now
        render.say(_line(progress))


def _line(progress: Progress) -> str:
    exhibit = f"{progress.exhibit}: " if progress.exhibit else ""
    if progress.stage == "listing":
        found = f"; findings: {_found(progress)}" if progress.findings else ""
        return f"{exhibit}listing, {render.grouped(progress.listed)} entries so far{found}"
    if progress.stage == "examining":
        return (
            f"{exhibit}examining, {render.grouped(progress.done)} of {render.grouped(progress.total)} contents, "
            f"{render.in_bytes(progress.done_size)} of {render.in_bytes(progress.total_size)}; "
            f"findings: {_found(progress) or 'none'}"
        )
    words = {
        "indexing": "indexing the list of digests, which is done once",
        "opening": "opening",
        "cross-checking": "comparing with a second reader",
        "verifying": "computing digests of the source",
        "reporting": "writing the reports",
    }
    return f"{exhibit}{words[progress.stage]}"


def _found(progress: Progress) -> str:
    return ", ".join(f"{count} {severity}" for severity, count in progress.findings.items())


class _Display:
    """Entries, bytes, rate, time left, and the findings so far."""

    def __init__(self) -> None:
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            console=render.console(),
        )
        self._task = self._bar.add_task("starting", total=None, detail="")
        self._findings = Text()
        self._began: float | None = None
        self._at_start = 0
        self.live = Live(self._table(), console=self._bar.console, refresh_per_second=8, transient=True)

    def _table(self) -> Table:
        table = Table.grid()
        table.add_row(self._bar)
        table.add_row(self._findings)
        return table

    def show(self, progress: Progress) -> None:
        if progress.lines:
            for line in progress.lines:
                self.live.console.print(Text(line))
            return
        if progress.stage != "examining":
            self._bar.update(self._task, description=_line(progress), total=None, detail="")
        else:
            self._examining(progress)
        self.live.update(self._table())

    def _examining(self, progress: Progress) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began, self._at_start = now, progress.done_size
        elapsed = max(0.001, now - self._began)
        rate = (progress.done_size - self._at_start) / elapsed
        self._bar.update(
            self._task,
            description=f"{progress.exhibit}: examining",
            total=max(1, progress.total_size),
            completed=progress.done_size,
            detail=f"{render.grouped(progress.done)}/{render.grouped(progress.total)} contents, "
            f"{render.in_bytes(progress.done_size)} at {render.in_bytes(int(rate))}/s",
        )
        self._findings = Text("findings: ")
        for severity, count in progress.findings.items():
            self._findings.append(f"{count} {severity}  ", style=_STYLES.get(severity, ""))
        if not progress.findings:
            self._findings.append("none so far", style="dim")
