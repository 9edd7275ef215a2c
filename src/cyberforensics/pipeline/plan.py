"""Listing an exhibit: its volumes and every entry, from a worker that may die and is then started again."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cyberforensics.disk import Source
from cyberforensics.errors import EvidenceError
from cyberforensics.model.entry import Entry
from cyberforensics.model.evidence import Evidence
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.run import Limits
from cyberforensics.model.volume import Volume
from cyberforensics.pipeline import wire
from cyberforensics.pipeline.jobs import OpenJob, RightsJob, WalkJob
from cyberforensics.pipeline.supervise import TRIES, Supervisor, WorkerStopped


def open_source(
    supervisor: Supervisor, source: Source, leave_out: Path | None
) -> tuple[Evidence, tuple[Volume | Problem, ...]]:
    """Open an exhibit and find its volumes.

    Raises:
        EvidenceError: it can't be opened, or no worker survives opening it.
    """
    for attempt in range(TRIES):
        try:
            return _opened(supervisor.run(OpenJob(source, leave_out)))
        except WorkerStopped as stopped:
            if attempt == TRIES - 1:
                raise _not_opened(source.exhibit, stopped.code, supervisor.limits) from stopped
    raise AssertionError("not reached")


def _not_opened(exhibit: str, code: str, limits: Limits) -> EvidenceError:
    """Why no worker opens it: that the time is over says more of the machine than of the evidence, mostly."""
    if code == "worker.timed-out":
        return EvidenceError(
            f"exhibit {exhibit}: it could not be opened within {limits.seconds:g} s, which was tried {TRIES} times",
            code="evidence.not-opened-in-time",
            hint="a busy machine or slow storage needs more: triage --time-limit SECONDS "
            f"({Limits().seconds:g} where it is left out); if that does not help, the container is damaged",
        )
    return EvidenceError(
        f"exhibit {exhibit}: no worker process survives opening it ({code})",
        hint="the container or its partition table is damaged; see run.log in the case folder",
    )


def _opened(messages: Iterable[wire.Message]) -> tuple[Evidence, tuple[Volume | Problem, ...]]:
    evidence: Evidence | None = None
    found: list[Volume | Problem] = []
    for message in messages:
        if isinstance(message, wire.Failed):
            raise EvidenceError(message.message, code=message.code, hint=message.hint)
        if isinstance(message, Evidence):
            evidence = message
        elif isinstance(message, Volume | Problem):
            found.append(message)
    if evidence is None:
        raise EvidenceError("the evidence could not be opened")
    return evidence, tuple(found)


def list_volume(
    supervisor: Supervisor,
    source: Source,
    volume: Volume,
    leave_out: Path | None,
    take: Callable[[Iterable[Entry | Problem]], None],
) -> int | None:
    """Walk a volume, giving `take` what is listed; the bytes that the file system marks as unallocated.

    The walk is deterministic, so a worker that died is replaced by one that goes on behind what was listed.
    """
    listed = numbered = 0
    code = ""
    for _ in range(TRIES):
        try:
            free: int | None = None
            for message in supervisor.run(WalkJob(source, volume, leave_out, skip=listed)):
                if isinstance(message, wire.Entries):
                    items = message.items
                    numbered = _checked(volume, items, numbered)
                    take(items)
                    listed += len(items)
                elif isinstance(message, wire.FreeSpace):
                    free = message.size
                elif isinstance(message, Problem):
                    take((message,))
                elif isinstance(message, wire.Failed):
                    sentence = "the evidence could not be opened again; what comes after these entries is unknown"
                    take((Problem(Stage.WALK, message.code, sentence, Severity.ERROR),))
            return free
        except WorkerStopped as stopped:
            code = stopped.code
    sentence = "no worker process survives the walk"
    if code == "worker.timed-out":
        sentence = f"the walk gave no answer within {supervisor.limits.seconds:g} s, which was tried {TRIES} times"
    sentence += "; what comes after these entries is unknown"
    take((Problem(Stage.WALK, "walk.died", sentence, Severity.ERROR),))
    return None


def _checked(volume: Volume, items: Iterable[Entry | Problem], numbered: int) -> int:
    """How many entries there are with these; their numbers, which the worker gave, must be those of the walk.

    No size is negative: it would take away from what the others add up to.

    Raises:
        WorkerStopped: they are not.
    """
    named = volume.id
    for item in items:
        if isinstance(item, Entry):
            if item.number != numbered or item.volume != named or not 0 <= (item.content or 0) <= numbered:
                raise WorkerStopped("worker.bad-reply")
            if (item.size or 0) < 0 or (item.allocated_size or 0) < 0:
                raise WorkerStopped("worker.bad-reply")
            numbered += 1
    return numbered


def enforced(supervisor: Supervisor) -> tuple[str, ...]:
    """What the supervisor's workers gave up, in words; nothing where it can't be told."""
    try:
        answers = [message for message in supervisor.run(RightsJob()) if isinstance(message, wire.Rights)]
    except WorkerStopped:
        return ()
    return answers[0].enforced if answers else ()


def opened_volumes(found: Iterable[Volume | Problem]) -> Iterator[Volume]:
    """The volumes that can be walked."""
    return (item for item in found if isinstance(item, Volume) and item.status == "opened")
