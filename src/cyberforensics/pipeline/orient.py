"""Orientation of one installation: its files are read and parsed by a worker, bounded, and its answers are checked."""

from collections.abc import Iterator
from dataclasses import dataclass

from cyberforensics import disk
from cyberforensics.model.entry import Content
from cyberforensics.model.orientation import Fact
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.times import Timestamp
from cyberforensics.model.volume import Volume
from cyberforensics.parsers.orientation import SYSTEMS, File, System, orient
from cyberforensics.pipeline import wire
from cyberforensics.pipeline.jobs import Worker
from cyberforensics.pipeline.supervise import Supervisor, WorkerStopped

MOST_BYTES = 256 * 1024 * 1024
"""Of one file: the largest hive that was seen had 200 MiB."""
MOST_IN_ALL = 640 * 1024 * 1024
"""Of all files of an installation: with a copy for its logs, a worker's memory holds them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One name that an installation was asked for."""

    below_root: str
    """Its path below the installation's root, in lower case."""
    entry: str
    """Entry id."""
    path: str
    """Display path."""
    content: Content | None
    """None where there is nothing to read."""
    link_target: str | None = None
    is_folder: bool = False
    modified: Timestamp | None = None
    trouble: str | None = None
    """Why the walk already decided that it can't be read."""


@dataclass(frozen=True, slots=True)
class OrientJob:
    """Ask one installation."""

    source: disk.Source
    volume: Volume
    system: str
    root: str
    wanted: tuple[Wanted, ...]

    @property
    def size(self) -> int:
        """Bytes that there are to read."""
        return sum(min(one.content.size, MOST_BYTES) for one in self.wanted if one.content is not None)

    def run(self, worker: Worker) -> Iterator[wire.Message]:
        """Yield one answer."""
        reader = worker.reader(self.source, self.volume)
        problems: list[Problem] = []
        files: dict[str, File] = {}
        room = MOST_IN_ALL
        for one in self.wanted:
            file, problem = _read(one, reader, min(room, MOST_BYTES))
            room -= len(file.data or b"")
            files[one.below_root] = file
            problems += [] if problem is None else [problem]
        answers = tuple(orient(_system(self.system), self.root, files))
        facts = tuple(item for item in answers if isinstance(item, Fact))
        problems += [item for item in answers if isinstance(item, Problem)]
        yield wire.Oriented(facts, tuple(problems))


def _system(name: str) -> System:
    return next(system for system in SYSTEMS if system.name == name)


def _read(one: Wanted, reader: disk.ContentReader, most: int) -> tuple[File, Problem | None]:
    """A file with its bytes, or with why it has none."""
    data: bytearray | None = None
    trouble = one.trouble
    if one.content is not None and one.content.size > most:
        trouble = f"its {one.content.size} bytes are more than the {most} that orientation reads"
    elif one.content is not None:
        data = bytearray()
        try:
            for block in reader.blocks(one.content):
                data += block
                if len(data) > one.content.size:
                    break
        except OSError:
            trouble = f"it could not be read past byte {len(data)}"
        else:
            if len(data) != one.content.size:
                trouble = f"{len(data)} of its {one.content.size} bytes could be read"
    file = File(
        one.entry,
        one.path,
        data if trouble is None else None,
        one.link_target,
        one.is_folder,
        one.modified,
        trouble,
    )
    if trouble is None:
        return file, None
    severity = Severity.INFO if one.trouble is not None else Severity.WARNING  # the walk counts what it left out
    message = f"not asked for orientation: {trouble}"
    return file, Problem(Stage.READ, "orientation.skipped", message, severity, one.path)


def ask(supervisor: Supervisor, job: OrientJob) -> tuple[tuple[Fact, ...], tuple[Problem, ...]]:
    """What an installation answers; a worker that stops is started once more, and then the answer is a problem."""
    code = "worker.bad-reply"
    for _ in range(2):
        try:
            for message in supervisor.run(job, size=job.size):
                if isinstance(message, wire.Oriented):
                    return _checked(job, message)
                if isinstance(message, wire.Failed | Problem):
                    code = message.code
        except WorkerStopped as stopped:
            code = stopped.code
    sentence = f"the orientation of {job.root} gave no answer: what the installation records of itself is unknown"
    first = (job.wanted[0].entry, job.wanted[0].path) if job.wanted else (None, None)
    facts = tuple(
        Fact(
            job.system, job.root, question, "unreadable", entry=first[0], path=first[1], note="no worker gave an answer"
        )
        for question in _system(job.system).asks
    )
    return facts, (Problem(Stage.WORKER, code, sentence, Severity.ERROR, first[1]),)


def _checked(job: OrientJob, answer: wire.Oriented) -> tuple[tuple[Fact, ...], tuple[Problem, ...]]:
    """The answer, where it speaks of this installation and of names that were asked.

    Raises:
        WorkerStopped: it does not.
    """
    names = {(one.entry, one.path) for one in job.wanted} | {(None, None)}
    for fact in answer.facts:
        if (fact.system, fact.root) != (job.system, job.root) or (fact.entry, fact.path) not in names:
            raise WorkerStopped("worker.bad-reply")
    paths = {path for _, path in names}
    if any(problem.path not in paths for problem in answer.problems):
        raise WorkerStopped("worker.bad-reply")
    return answer.facts, answer.problems
