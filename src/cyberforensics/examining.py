"""The batches of one exhibit on their way: to the workers, back, and into the case."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cyberforensics import case, disk, pipeline, rules
from cyberforensics.model.entry import FIRST, Content
from cyberforensics.model.examination import FINDING_SEVERITIES, Examination
from cyberforensics.model.run import Observer, Progress
from cyberforensics.model.volume import Volume

Recorder = Callable[[case.Batch, pipeline.BatchResult], Sequence[tuple[Content, Examination]]]
"""Writes a batch into the case; what was written of it."""

_AHEAD = 3  # batches that wait for each worker
_WORTH_STARTING = 1000  # entries listed from which on each worker is started: they will be needed
_GRACE = 10.0  # seconds that batches under way have when the time of the run is over


@dataclass(slots=True)
class _Tally:
    """Counts for the progress display."""

    done: int = 0
    total: int = 0
    done_size: int = 0
    total_size: int = 0
    severities: dict[str, int] = field(default_factory=dict)

    def add(self, size: int, severities: Sequence[str]) -> None:
        self.done += 1
        self.done_size += size
        for severity in severities:
            self.severities[severity] = self.severities.get(severity, 0) + 1

    def by_severity(self) -> dict[str, int]:
        """The most severe first."""
        return {name: self.severities[name] for name in reversed(FINDING_SEVERITIES) if name in self.severities}


@dataclass(slots=True)
class Examining:
    """What is under way, and how far it has come. Results are recorded by the thread that calls."""

    store: case.Store
    pass_number: int
    source: disk.Source
    compiled: rules.CompiledRules | None
    options: pipeline.ExamineOptions
    pool: pipeline.Pool
    record: Recorder
    observer: Observer
    deadline: float | None = None
    """On the monotonic clock: when no further batch is begun; None for never."""
    _given: dict[int, case.Batch] = field(default_factory=dict)
    """What the workers have, by number."""
    _early: dict[int, int] = field(default_factory=dict)
    """Batches that were given out during the walk, as `case.cut_batches` takes them."""
    _tally: _Tally = field(default_factory=_Tally)
    _ready: bool = False
    """Whether the workers were told to get ready."""

    def during_walk(self, cut: Sequence[int], listed: int, volume: Volume) -> None:
        """Give out batches that were just cut, as far as there is room, and record what is done; never wait.

        Args:
            cut: numbers of the batches; those for which there is no room have their turn behind the walk.
            listed: entries listed so far.
            volume: the one that is listed. Listing it leaves half of a second core free, in which workers get ready.
        """
        if not self._ready and listed >= _WORTH_STARTING * self.pool.workers:
            self._ready = True
            self.pool.get_ready(pipeline.ReadyJob(self.source, volume, self.compiled, self.options))
        for number in cut:
            if self._has_room:
                batch = case.load_batch(self.store, number)
                self._early[number] = batch.listed
                self._give(batch)
        self._record(0)
        self.observer(Progress("listing", self.source.exhibit, listed, findings=self._tally.by_severity()))

    def close_plan(self) -> None:
        """Cut all the rest into batches: the walk is over."""
        case.cut_batches(self.store, self.pass_number, self.source.exhibit, self._early)

    def to_the_end(self, begin_digests: Callable[[], None]) -> bool:
        """Examine what remains; `begin_digests` is called once, before the first batch that can wait.

        Returns whether the end was reached: not where the time was over before.
        """
        self._tally.done, self._tally.total, self._tally.done_size, self._tally.total_size = case.progress_of(
            self.store, self.pass_number
        )
        begun = False
        for batch in case.remaining_batches(self.store, self.pass_number, tuple(self._given)):
            if not begun and batch.priority != FIRST:
                begun = True
                begin_digests()
            self._give(batch)
            while not self._has_room and not self._time_is_over():
                self._advance()
            if self._time_is_over():
                break
        if not begun:
            begin_digests()
        while self.pool.running and not self._time_is_over():
            self._advance()
        if self.pool.running:
            self._wind_down()
        return case.is_examined(self.store, self.pass_number)

    def _time_is_over(self, grace: float = 0.0) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline + grace

    def _wind_down(self) -> None:
        """Record what ends within the grace; the rest is read again when the pass goes on."""
        self.pool.cancel_waiting()
        while self.pool.running and not self._time_is_over(_GRACE):
            self._advance()

    @property
    def _has_room(self) -> bool:
        return self.pool.running < self.pool.workers * _AHEAD

    def _give(self, batch: case.Batch) -> None:
        self._given[batch.number] = batch
        job = pipeline.ExamineJob(self.source, batch.volume, batch.contents, self.compiled, self.options)
        self.pool.submit(batch.number, job)

    def _advance(self) -> None:
        self._record(0.5)
        self.observer(self.progress("examining"))

    def _record(self, timeout: float) -> None:
        for number, results in self.pool.finished(timeout):
            disk.still_there(self.source)  # else its contents would be recorded as unreadable, for good
            batch = self._given.pop(number)
            for content, examination in self.record(batch, results):
                self._tally.add(content.size, [finding.severity for finding in examination.findings])

    def progress(self, stage: str) -> Progress:
        """How far it has come."""
        tally = self._tally
        sizes = (tally.done, tally.total, tally.done_size, tally.total_size)
        return Progress(stage, self.source.exhibit, 0, *sizes, tally.by_severity())
