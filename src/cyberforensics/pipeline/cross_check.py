"""The cross-check's work on the evidence: a worker lists and digests with the second reader; the parent asks it."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cyberforensics import disk
from cyberforensics.model.cross_check import SecondContent, SecondEntry, SecondGap
from cyberforensics.model.problem import Problem
from cyberforensics.model.volume import Volume
from cyberforensics.pipeline import wire
from cyberforensics.pipeline.jobs import Worker
from cyberforensics.pipeline.supervise import TRIES, Supervisor, WorkerStopped

_ENTRIES_A_FRAME = 1000
_TEXT_A_FRAME = 1 << 20  # characters of paths: a hostile volume nests names of 255 characters


@dataclass(frozen=True, slots=True)
class RelistJob:
    """List a volume with its second reader."""

    source: disk.Source
    volume: Volume
    most: int
    skip: int = 0
    """How many items of the walk, which is deterministic, an earlier worker already gave."""

    def run(self, worker: Worker) -> Iterator[wire.Message]:  # noqa: ARG002 - the second reader opens for itself
        """Yield handfuls of what it lists."""
        try:
            reader = disk.SecondReader(self.source, self.volume)
        except OSError:
            yield wire.Failed("cross-check.not-compared", "the second reader does not open the volume")
            return
        items: list[SecondEntry | SecondGap] = []
        length = 0
        for number, item in enumerate(reader.walk(self.most)):
            if number < self.skip:
                continue
            items.append(item)
            length += len(item.path)
            if len(items) == _ENTRIES_A_FRAME or length > _TEXT_A_FRAME:
                yield _relisted(items)
                items.clear()
                length = 0
        yield _relisted(items)


def _relisted(items: Sequence[SecondEntry | SecondGap]) -> wire.Relisted:
    return wire.Relisted(
        tuple(item for item in items if isinstance(item, SecondEntry)),
        tuple(item for item in items if isinstance(item, SecondGap)),
    )


@dataclass(frozen=True, slots=True)
class RedigestJob:
    """Digest contents with the second reader, one answer each, in the order given."""

    source: disk.Source
    volume: Volume
    contents: tuple[SecondContent, ...]

    def run(self, worker: Worker) -> Iterator[wire.Message]:  # noqa: ARG002
        """Yield SHA-256 of every content that can be read to its size."""
        reader = disk.SecondReader(self.source, self.volume)
        for content in self.contents:
            digest, size = hashlib.sha256(), 0
            try:
                for block in reader.blocks(content):
                    digest.update(block)
                    size += len(block)
            except OSError:
                yield wire.Redigested(content.number, None, size)
            else:
                yield wire.Redigested(content.number, digest.hexdigest() if size == content.size else None, size)


def relist(
    supervisor: Supervisor,
    source: disk.Source,
    volume: Volume,
    most: int,
    take: Callable[[Sequence[SecondEntry], Sequence[SecondGap]], None],
) -> str:
    """List a volume with its second reader; why that did not come to its end, or nothing."""
    done = numbered = 0
    for _ in range(TRIES):
        try:
            for message in supervisor.run(RelistJob(source, volume, most, done)):
                if isinstance(message, wire.Failed | Problem):
                    return "the second reader does not open the volume"
                if not isinstance(message, wire.Relisted):
                    raise WorkerStopped("worker.bad-reply")
                for entry in message.entries:
                    if entry.number != numbered or (entry.size or 0) < 0 or numbered >= most:
                        raise WorkerStopped("worker.bad-reply")
                    numbered += 1
                take(message.entries, message.gaps)
                done += len(message.entries) + len(message.gaps)
        except WorkerStopped:
            continue
        return ""
    return "no worker process survives the walk of the second reader"


def redigest(
    supervisor: Supervisor, source: disk.Source, volume: Volume, contents: Sequence[SecondContent]
) -> Iterator[tuple[SecondContent, str | None, str]]:
    """Every content once, in order: its SHA-256 as the second reader reads it, or None and why there is none."""
    waiting = list(contents)
    tried: SecondContent | None = None
    while waiting:
        largest = max(content.size for content in waiting)
        try:
            for message in supervisor.run(RedigestJob(source, volume, tuple(waiting)), size=largest):
                if isinstance(message, wire.Failed | Problem):
                    yield from ((content, None, "the second reader does not open the volume") for content in waiting)
                    return
                if not isinstance(message, wire.Redigested) or not waiting or message.number != waiting[0].number:
                    raise WorkerStopped("worker.bad-reply")
                content = waiting.pop(0)
                why = "" if message.sha256 is not None else f"could not be read past byte {message.read}"
                yield content, message.sha256, why
            if waiting:
                raise WorkerStopped("worker.bad-reply")
        except WorkerStopped as stopped:
            if waiting and waiting[0] is tried:
                yield waiting.pop(0), None, f"no answer ({stopped.code})"
            tried = waiting[0] if waiting else None
