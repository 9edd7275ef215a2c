"""Samples of rule packs, scanned by workers: they may be live, and are handled like evidence."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from queue import SimpleQueue

from cyberforensics.model.run import Limits
from cyberforensics.pipeline.jobs import Worker
from cyberforensics.pipeline.supervise import Supervisor, WorkerStopped
from cyberforensics.pipeline.wire import Message, SampleScanned
from cyberforensics.rules import BrokenSample, CompiledRules, Sample, read_sample

_SHARES = 4
"""Jobs for each worker, so that none waits long for the last."""
_GRACE = 60.0
"""Seconds more that a worker may take: to start, to load the rules, to put a sample together."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A sample, and what it came to; None where the worker stopped on it."""

    sample: Sample
    outcome: SampleScanned | None


@dataclass(frozen=True, slots=True)
class SampleJob:
    """Put samples together and run every engine on each."""

    compiled: tuple[CompiledRules, ...]
    samples: tuple[Sample, ...]
    seconds: float
    """That the rules may take for each."""

    def run(self, worker: Worker) -> Iterator[Message]:
        scanners = [scanner for rules in self.compiled if (scanner := worker.scanner(rules)) is not None]
        for number, sample in enumerate(self.samples):
            try:
                read = read_sample(sample)
            except BrokenSample as broken:
                yield SampleScanned(number, broken.reason, broken.line)
                continue
            results = [scanner.scan_first(read.data, read.externals, timeout=self.seconds) for scanner in scanners]
            yield SampleScanned(number, results=tuple(results))


def scan_samples(
    compiled: tuple[CompiledRules, ...], samples: Sequence[Sample], workers: int, seconds: float
) -> Iterator[Scanned]:
    """Yield every sample once, as they are done, whatever the order.

    Args:
        seconds: that the rules may take for each, with each engine.
    """
    limits = Limits(seconds=seconds * len(compiled) + _GRACE)
    size = max(1, len(samples) // (workers * _SHARES))
    jobs = [
        SampleJob(compiled, tuple(samples[start : start + size]), seconds) for start in range(0, len(samples), size)
    ]
    supervisors = [Supervisor(limits) for _ in range(min(workers, len(jobs)))]
    idle: SimpleQueue[Supervisor] = SimpleQueue()
    for supervisor in supervisors:
        idle.put(supervisor)

    def scan(job: SampleJob) -> list[Scanned]:
        supervisor = idle.get()
        try:
            return list(_scan(supervisor, job))
        finally:
            idle.put(supervisor)

    with ThreadPoolExecutor(max(1, len(supervisors)), thread_name_prefix="samples") as threads:
        try:
            for done in as_completed([threads.submit(scan, job) for job in jobs]):
                yield from done.result()
        finally:
            for supervisor in supervisors:
                supervisor.close()
            threads.shutdown(wait=True, cancel_futures=True)
            for supervisor in supervisors:
                supervisor.stop()


def _scan(supervisor: Supervisor, job: SampleJob) -> Iterator[Scanned]:
    waiting = list(job.samples)
    while waiting:
        rest = tuple(waiting)
        try:
            for number, message in enumerate(supervisor.run(replace(job, samples=rest))):
                if not isinstance(message, SampleScanned) or message.number != number or not waiting:
                    raise WorkerStopped("worker.bad-reply")
                yield Scanned(waiting.pop(0), message)
            if waiting:
                raise WorkerStopped("worker.bad-reply")
        except WorkerStopped:
            if waiting:
                yield Scanned(waiting.pop(0), None)
