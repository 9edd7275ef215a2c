"""Jobs that misbehave inside the worker, for tests. What they do, and where, stands in the environment.

POISON          die, die-as-first, die-as-third, die-nowhere, die-once, abort, signal-40, allocate, grow, hang,
                hang-in-c, not-json, wrong-type, wrong-shape, surrogate, too-long, pickle, no-room
POISON_PATH     display path of the content on which it happens
POISON_ONCE     a file whose time is set to 1970 when it happened (for die-once): a worker may write nothing
POISON_MARK     a file that must never be made (for pickle)
"""

import ctypes
import fcntl
import os
import pickle
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cyberforensics.errors import CannotWrite
from cyberforensics.model.entry import Content
from cyberforensics.model.examination import Examination
from cyberforensics.pipeline import jobs, wire
from cyberforensics.pipeline.examine import examine
from cyberforensics.pipeline.jobs import ExamineJob, OpenJob, ReadyJob, WalkJob, Worker
from cyberforensics.pipeline.spool import Spool
from cyberforensics.pipeline.wire import Message

GROWN = 700
"""MiB that ``grow`` takes."""

_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class PoisonedExamine(ExamineJob):
    """Examines as always, but for one content."""

    def run(self, worker: Worker) -> Iterator[Message]:
        vars(jobs)["examine"] = partial(_poisoned, worker)
        yield from ExamineJob(self.source, self.volume, self.contents, self.rules, self.options).run(worker)


def _poisoned(worker: Worker, content: Content, *rest: Any) -> Examination:
    if content.names[0].path == os.environ["POISON_PATH"]:
        if os.environ["POISON"] in _PLACES:
            worker.is_at(_PLACES[os.environ["POISON"]])
        _ACTS[os.environ["POISON"]]()
    return examine(content, *rest)


@dataclass(frozen=True, slots=True)
class PoisonedWalk(WalkJob):
    """Lists in handfuls of five, and dies once after the third."""

    def run(self, worker: Worker) -> Iterator[Message]:
        jobs._ENTRIES_A_FRAME = 5
        for number, message in enumerate(WalkJob(self.source, self.volume, self.leave_out, self.skip).run(worker)):
            if number == 3:
                _die_once()
            yield message


@dataclass(frozen=True, slots=True)
class PoisonedOpen(OpenJob):
    """Dies once before it answers."""

    def run(self, worker: Worker) -> Iterator[Message]:
        _die_once()
        yield from OpenJob(self.source, self.leave_out).run(worker)


@dataclass(frozen=True, slots=True)
class PoisonedReady(ReadyJob):
    """Gets ready, and notes it; then it does what POISON says, if anything."""

    def run(self, worker: Worker) -> Iterator[Message]:
        yield from ReadyJob(self.source, self.volume, self.rules, self.options).run(worker)
        os.utime(os.environ["POISON_ONCE"], (0, 0))
        if act := os.environ.get("POISON"):
            _ACTS[act]()


@dataclass(frozen=True, slots=True)
class Large:
    """A job of many bytes that says how many there are."""

    data: bytes

    def run(self, _worker: Worker) -> Iterator[Message]:
        yield wire.DigestProgress(len(self.data))


@dataclass(frozen=True, slots=True)
class Chatty:
    """A job with more answers than anybody listens to."""

    def run(self, _worker: Worker) -> Iterator[Message]:
        for number in range(100_000):
            yield wire.DigestProgress(number)


@dataclass(frozen=True, slots=True)
class Hang:
    """A job that stays in a C library for good, with the interpreter's lock held."""

    def run(self, _worker: Worker) -> Iterator[Message]:
        _hang_in_c()
        yield wire.Done()


@dataclass(frozen=True, slots=True)
class SpoolAndDie:
    """A job that dies while it spools."""

    folder: Path

    def run(self, _worker: Worker) -> Iterator[Message]:
        with Spool(self.folder, 1 << 30) as spool:
            spool.write(b"x" * 1000)
            yield wire.DigestProgress(len(list(self.folder.iterdir())))
            _die()


class Evil:
    """Makes a folder where it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return os.mkdir, (os.environ["POISON_MARK"],)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_once() -> None:
    once = Path(os.environ["POISON_ONCE"])
    if once.stat().st_mtime != 0:
        os.utime(once, (0, 0))
        _die()


def _allocate() -> None:
    """More than RLIMIT_DATA admits: Python raises MemoryError."""
    bytearray(1 << 40)


def _grow() -> None:
    """More than the worker may hold, and less than RLIMIT_DATA admits; then it goes on as if nothing were."""
    held = b"x" * (GROWN << 20)
    time.sleep(_A_MINUTE)
    del held


def _hang() -> None:
    time.sleep(_A_MINUTE)


def _hang_in_c() -> None:
    ctypes.PyDLL(None).sleep(_A_MINUTE)  # a PyDLL keeps the interpreter's lock, as many C libraries do


def _say(frame: bytes, length: int | None = None) -> None:
    """Write into the pipe of the answers, past everything that would check it."""
    size = len(frame) if length is None else length
    for place in list(Path("/proc/self/fd").iterdir()):
        descriptor = int(place.name)
        try:
            is_reply = descriptor > 2 and str(place.readlink()).startswith("pipe:")
            if is_reply and fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                os.write(descriptor, size.to_bytes(4, "big") + frame)
        except OSError:
            continue


def _no_room() -> None:
    raise CannotWrite("the spool: no room", hint="make room")


_PLACES: Mapping[str, int] = {"die-as-first": 0, "die-as-third": 2, "die-nowhere": (1 << 32) - 1}
"""Where a worker says it is before it dies, which is not where it is."""

_ACTS: Mapping[str, Callable[[], None]] = {
    "die": _die,
    **dict.fromkeys(_PLACES, _die),
    "die-once": _die_once,
    "abort": os.abort,
    "signal-40": lambda: os.kill(os.getpid(), 40),  # one of those that have no name
    "allocate": _allocate,
    "grow": _grow,
    "hang": _hang,
    "hang-in-c": _hang_in_c,
    "not-json": lambda: _say(b"\xff\xfe{"),
    "wrong-type": lambda: _say(b'["Rubbish",[]]'),
    "wrong-shape": lambda: _say(b'["Examinations",[["1",null]]]'),
    "surrogate": lambda: _say(b'["Failed",["evidence.unreadable","\\ud800",""]]'),
    "too-long": lambda: _say(b"", wire.MAX_FRAME + 1),
    "pickle": lambda: _say(pickle.dumps(Evil())),
    "no-room": _no_room,
}
