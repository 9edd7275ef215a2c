"""What a worker may be asked to do. Jobs travel to workers by pickle; what they yield comes back as JSON."""

import errno
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cyberforensics import disk
from cyberforensics.errors import CannotWrite, EvidenceError, WorkerError
from cyberforensics.model.entry import Content, Entry
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.volume import Volume
from cyberforensics.pipeline import digest, wire
from cyberforensics.pipeline.cache import CacheFile, open_cache
from cyberforensics.pipeline.examine import ExamineOptions, examine
from cyberforensics.pipeline.known import Memory
from cyberforensics.pipeline.marker import Marker
from cyberforensics.pipeline.media_type import media_type
from cyberforensics.pipeline.wire import Message
from cyberforensics.rules import CompiledRules, HashList, Lists, Scanner, open_compiled, open_lists

_ENTRIES_A_FRAME = 1000

GATHERED = 64
"""Contents of one answer at most: each answer costs both sides a switch between processes. What is found is told at
once, and so is what was gathered before a larger content."""
GATHERED_SIZE = 256 * 1024
"""Bytes of a content that others may wait for: fewer than those from which on it has more time."""
_GATHERED_SECONDS = 0.05


@dataclass(slots=True)
class Worker:
    """What a worker process keeps open between its jobs."""

    rights: tuple[str, ...] = ()
    """What it gave up, in words."""
    marker: Marker | None = None
    """Where it notes the content that it works on."""
    _evidence: dict[disk.Source, disk.OpenEvidence] = field(default_factory=dict)
    _readers: dict[tuple[disk.Source, str], disk.ContentReader] = field(default_factory=dict)
    _scanners: dict[CompiledRules, Scanner] = field(default_factory=dict)
    _lists: dict[tuple[HashList, ...], Lists] = field(default_factory=dict)
    _memories: dict[tuple[CompiledRules | None, CacheFile | None], Memory] = field(default_factory=dict)

    def is_at(self, place: int) -> None:
        """Note a place in the job's contents."""
        if self.marker is not None:
            self.marker.set(place)

    def evidence(self, source: disk.Source) -> disk.OpenEvidence:
        if source not in self._evidence:
            self._evidence.clear()
            self._readers.clear()
            self._evidence[source] = disk.open_evidence(source)
        return self._evidence[source]

    def reader(self, source: disk.Source, volume: Volume) -> disk.ContentReader:
        opened = self.evidence(source)
        if (source, volume.id) not in self._readers:
            self._readers[source, volume.id] = disk.open_reader(opened, volume)
        return self._readers[source, volume.id]

    def scanner(self, rules: CompiledRules | None) -> Scanner | None:
        if rules is None:
            return None
        if rules not in self._scanners:
            if len(self._scanners) > 1:  # two: where both engines are compared
                self._scanners.clear()
            try:
                self._scanners[rules] = open_compiled(rules)
            except OSError as error:
                raise WorkerError("the compiled rules of this run are gone from the spool folder") from error
        return self._scanners[rules]

    def lists(self, lists: tuple[HashList, ...]) -> Lists | None:
        if lists and lists not in self._lists:
            self._lists.clear()
            self._lists[lists] = open_lists(lists)
        return self._lists.get(lists)

    def memory(self, rules: CompiledRules | None, cache: CacheFile | None) -> Memory:
        if (rules, cache) not in self._memories:
            self._memories.clear()
            self._memories[rules, cache] = Memory(None if cache is None else open_cache(cache))
        return self._memories[rules, cache]


@dataclass(frozen=True, slots=True)
class RightsJob:
    """Tell what the worker gave up before it met evidence."""

    def run(self, worker: Worker) -> Iterator[Message]:
        """Yield one answer."""
        yield wire.Rights(worker.rights)


@dataclass(frozen=True, slots=True)
class OpenJob:
    """Open the container and find its volumes."""

    source: disk.Source
    leave_out: Path | None = None

    def run(self, worker: Worker) -> Iterator[Message]:
        opened = worker.evidence(self.source)
        yield disk.with_identity(opened, self.leave_out)
        yield from disk.find_volumes(opened)


@dataclass(frozen=True, slots=True)
class WalkJob:
    """List every entry of a volume."""

    source: disk.Source
    volume: Volume
    leave_out: Path | None = None
    skip: int = 0
    """How many items of the walk, which is deterministic, an earlier worker already gave."""

    def run(self, worker: Worker) -> Iterator[Message]:
        opened = worker.evidence(self.source)
        items: list[Entry | Problem] = []
        for number, item in enumerate(disk.walk(opened, self.volume, leave_out=self.leave_out)):
            if number < self.skip:
                continue
            items.append(item)
            if len(items) == _ENTRIES_A_FRAME:
                yield wire.Entries.of(items)
                items.clear()
        yield wire.Entries.of(items)
        yield wire.FreeSpace(disk.free_space(opened, self.volume))


@dataclass(frozen=True, slots=True)
class ExamineJob:
    """Examine some contents of one volume, in the order given."""

    source: disk.Source
    volume: Volume
    contents: tuple[Content, ...]
    rules: CompiledRules | None
    options: ExamineOptions

    def run(self, worker: Worker) -> Iterator[Message]:
        reader = worker.reader(self.source, self.volume)
        scanner = worker.scanner(self.rules)
        memory = worker.memory(self.rules, self.options.cache)
        lists = worker.lists(self.options.lists)
        gathered: list[wire.Examined] = []
        due = 0.0
        for place, content in enumerate(self.contents):
            if gathered and content.size > GATHERED_SIZE:
                yield wire.Examinations(tuple(gathered))
                gathered.clear()
            if not gathered:
                due = time.monotonic() + _GATHERED_SECONDS
            worker.is_at(place)
            examination = examine(content, reader, scanner, self.options, memory, self.volume.size, lists)
            gathered.append(wire.Examined(content.number, examination))
            is_plain = not (examination.findings or examination.events or examination.problems)
            if not is_plain or len(gathered) == GATHERED or time.monotonic() >= due:
                yield wire.Examinations(tuple(gathered))
                gathered.clear()
        if gathered:
            yield wire.Examinations(tuple(gathered))


@dataclass(frozen=True, slots=True)
class ReadyJob:
    """Get ready to examine contents of a volume: what a first `ExamineJob` would wait for."""

    source: disk.Source
    volume: Volume
    rules: CompiledRules | None
    options: ExamineOptions

    def run(self, worker: Worker) -> Iterator[Message]:
        worker.reader(self.source, self.volume)
        worker.scanner(self.rules)
        worker.lists(self.options.lists)
        media_type(b"\n")  # its rules are read with the first content
        return iter(())


@dataclass(frozen=True, slots=True)
class DigestJob:
    """Compute the digests of the media and of every segment, or those alone that can be compared with something."""

    source: disk.Source
    algorithms: tuple[str, ...]
    stated_only: bool = False

    def run(self, worker: Worker) -> Iterator[Message]:
        opened = worker.evidence(self.source)
        yield from digest.digest_source(opened, self.algorithms, stated_only=self.stated_only)


class Job(Protocol):
    """Something that a worker can do."""

    def run(self, worker: Worker) -> Iterator[Message]:
        """Yield the answers."""


def run(job: Job, worker: Worker) -> Iterator[Message]:
    """Run a job to its end; trouble with the evidence as a whole, or with this machine, is a message too."""
    try:
        yield from job.run(worker)
    except EvidenceError as error:
        yield wire.Failed(error.code, str(error), error.hint)
    except CannotWrite as error:
        yield wire.HostTrouble("write", str(error), error.hint)
    except WorkerError as error:
        yield wire.HostTrouble("worker", str(error), error.hint)
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise MemoryError from error
        yield Problem(Stage.WORKER, "evidence.unreadable", "the volume could not be opened", Severity.ERROR)
    yield wire.Done()
