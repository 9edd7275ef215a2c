"""What rules cost, measured in workers: the files of a corpus may be samples, and are handled like evidence."""

import queue
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cyberforensics.errors import WorkerError
from cyberforensics.model.run import Limits
from cyberforensics.pipeline.jobs import Job, Worker
from cyberforensics.pipeline.supervise import Supervisor, WorkerStopped
from cyberforensics.pipeline.wire import Failed, Figure, Message
from cyberforensics.rules.benching import Bench, Found, Spread, thread_clock
from cyberforensics.rules.corpus import open_corpus
from cyberforensics.rules.engines import ExternalValue, engine_named
from cyberforensics.rules.groups import Part

_SECONDS = 7200.0
"""For one answer: a rule that takes longer over a corpus of some megabytes has been found."""

Numbered = tuple[tuple[int, Part], ...]


@dataclass(frozen=True, slots=True)
class BenchPack:
    """What all jobs of one bench share."""

    engine: str
    corpus: Path | None
    shared: tuple[str, ...]
    """Modules that several rules use."""
    declared: Mapping[str, ExternalValue] = field(default_factory=dict)

    def open(self) -> Bench:
        """Load the corpus, and compile the plain rule."""
        return Bench(engine_named(self.engine), self.declared, open_corpus(self.corpus), self.shared, thread_clock)


@dataclass(frozen=True, slots=True)
class PackJob:
    """Measure the whole pack, and each module that its rules share."""

    pack: BenchPack
    parts: tuple[Part, ...]

    def run(self, worker: Worker) -> Iterator[Message]:  # noqa: ARG002 - every job is given it
        bench = self.pack.open()
        yield _figure("total", 0, bench.total(self.parts))
        for number, module in enumerate(self.pack.shared):
            yield _figure("module", number, bench.module(module))


@dataclass(frozen=True, slots=True)
class SearchJob:
    """Find the dearest of some rules."""

    pack: BenchPack
    parts: Numbered
    most: int
    least: float

    def run(self, worker: Worker) -> Iterator[Message]:  # noqa: ARG002
        for step in self.pack.open().search(self.parts, most=self.most, least=self.least):
            if not isinstance(step, Found):
                yield Figure("made", step)
                continue
            for cost in step.dear:
                yield _figure("rule", cost.part, cost.times)
            yield Figure("rest", 0, step.rest, step.rest, step.rest)


@dataclass(frozen=True, slots=True)
class SureJob:
    """Measure single rules, in turns with each other, often enough to rely on it."""

    pack: BenchPack
    parts: Numbered

    def run(self, worker: Worker) -> Iterator[Message]:  # noqa: ARG002
        for cost in self.pack.open().costs(self.parts):
            yield _figure("rule", cost.part, cost.times)


@dataclass(frozen=True, slots=True)
class AgainstJob:
    """Measure groups in turns with what they were before."""

    pack: BenchPack
    pairs: tuple[tuple[int, tuple[Part, ...], tuple[Part, ...]], ...]

    def run(self, worker: Worker) -> Iterator[Message]:  # noqa: ARG002
        bench = self.pack.open()
        for number, parts, before in self.pairs:
            yield _figure("against", number, bench.against(parts, before))


def measure(jobs: Sequence[Job], folder: Path) -> Iterator[tuple[int, Figure]]:
    """Run jobs beside each other, each in a worker of its own; yield what they say as they say it.

    Args:
        folder: where the workers may write.

    Raises:
        WorkerError: a worker stopped.
        UsageError: the corpus can't be used.
    """
    limits = Limits(seconds=_SECONDS, most_seconds=_SECONDS)
    supervisors = [Supervisor(limits, None, folder) for _ in jobs]
    said: queue.SimpleQueue[tuple[int, Figure | WorkerError | None]] = queue.SimpleQueue()

    def run(number: int) -> None:
        try:
            for message in supervisors[number].run(jobs[number]):
                if isinstance(message, Figure):
                    said.put((number, message))
                elif isinstance(message, Failed):
                    raise WorkerStopped(message.code)
            said.put((number, None))
        except WorkerStopped as stopped:
            sentence = f"the worker that measured stopped ({stopped.code}{stopped.how})"
            said.put((number, WorkerError(sentence, hint="measure with another corpus, or a part of the pack")))
        except WorkerError as error:
            said.put((number, error))

    with ThreadPoolExecutor(len(jobs), thread_name_prefix="bench") as threads:
        try:
            for number in range(len(jobs)):
                threads.submit(run, number)
            left = len(jobs)
            while left:
                number, figure = said.get()
                if isinstance(figure, WorkerError):
                    raise figure
                if figure is None:
                    left -= 1
                else:
                    yield number, figure
        finally:
            for supervisor in supervisors:
                supervisor.close()
            threads.shutdown(wait=True, cancel_futures=True)
            for supervisor in supervisors:
                supervisor.stop()


def _figure(what: str, number: int, spread: Spread) -> Figure:
    return Figure(what, number, *(round(value, 4) for value in (spread.low, spread.median, spread.high)))  # type: ignore[arg-type]
