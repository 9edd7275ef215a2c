"""One worker process and its supervision: limits, deaths, and the one content that is to blame.

`Supervisor.examine` is the unit that is submitted: locally to a thread for each worker, later to a cluster.
"""

import fcntl
import math
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import IO

from cyberforensics.errors import CannotWrite, WorkerError
from cyberforensics.model.entry import Content
from cyberforensics.model.examination import Examination
from cyberforensics.model.problem import Problem
from cyberforensics.model.run import Limits
from cyberforensics.pipeline import wire
from cyberforensics.pipeline.examine import given_up
from cyberforensics.pipeline.jobs import GATHERED, ExamineJob, Job
from cyberforensics.pipeline.marker import Marker
from cyberforensics.pipeline.spool import remove_left_by
from cyberforensics.pipeline.wire import Message
from cyberforensics.pipeline.worker_memory import anonymous_memory

TRIES = 3
"""How often opening, listing and digesting are begun where the worker is killed; a walk goes on where it stopped."""


class WorkerStopped(Exception):
    """The worker gave no answer; `code` says why, and `how` more of it where more is known."""

    def __init__(self, code: str, how: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.how = how


class _EvidenceGone(Exception):
    """The worker could not open the evidence or the volume."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "worker.died": "the worker process died on this entry, twice",
        "worker.timed-out": "the worker process did not answer in time on this entry, twice",
        "worker.memory": "the worker process ran out of the memory it may hold on this entry, twice",
        "worker.bad-reply": "the worker process answered with something that is no answer, twice",
    }
)

_PIPE = 1 << 20  # bytes that a worker may be ahead of the parent: an answer with a thousand entries fits
_LOOK = 0.2  # seconds without an answer after which the worker's memory is looked at, again and again


class Supervisor:
    """Owns one worker process, and starts another where it died."""

    def __init__(
        self, limits: Limits, log: Path | None = None, writable: Path | None = None, readable: Sequence[Path] = ()
    ) -> None:
        """Nothing is started yet.

        Args:
            limits: what an answer may cost.
            log: where the worker's standard error goes.
            writable: the one folder that the worker may write to; None for none.
            readable: what it may read beside all that lies outside ``/dev``: the source.
        """
        self._limits = limits
        self._log = log
        self._writable = writable
        self._readable = readable
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()
        self._marker: Marker | None = None
        self._stopped_at = 0
        """The place of the content, in its job, on which the last worker that was stopped was working."""
        self._closed = False
        self._door = threading.Lock()
        """Held where a process is started and where `close`, from another thread, ends it: none slips through."""

    @property
    def limits(self) -> Limits:
        """What an answer may cost."""
        return self._limits

    def run(self, job: Job, *, size: int = 0) -> Iterator[Message]:
        """Yield a job's answers.

        Raises:
            WorkerStopped: the worker died, hung or answered rubbish; what was yielded before is good.
        """
        self._submit(job)
        is_done = False
        try:
            while not is_done:
                message = self._receive(self._limits.seconds_for(size))
                is_done = isinstance(message, wire.Done)
                if not is_done:
                    yield message
        finally:
            if not is_done:  # whoever stops listening leaves answers in the pipe: they must not meet the next job
                self.stop()

    def examine(self, job: ExamineJob) -> Iterator[tuple[Content, Examination]]:
        """Yield every content of the job with its examination: each exactly once, in the job's order.

        A content on which the worker stops is tried once more, alone, in a fresh process, and then given up. Those that
        were examined before it, and whose answers were lost with the worker, are examined again.
        """
        waiting = list(job.contents)
        while waiting:
            given = len(waiting)
            try:
                for content, examination in self._attempt(replace(job, contents=tuple(waiting))):
                    waiting.pop(0)
                    yield content, examination
            except WorkerStopped:
                if not waiting:
                    return  # it stopped after its last answer
                lost = self._stopped_at - (given - len(waiting))
                if not 0 <= lost < min(len(waiting), GATHERED):
                    lost = 0  # an honest worker says no such thing
                before, culprit = tuple(waiting[:lost]), waiting[lost]
                del waiting[: lost + 1]
                examination = self._alone(job, culprit)
                yield from self.examine(replace(job, contents=before))
                yield culprit, examination
            except _EvidenceGone as gone:
                for content in waiting:
                    yield content, given_up(content, gone.code, "the evidence could not be opened any more")
                return

    def _alone(self, job: ExamineJob, culprit: Content) -> Examination:
        result: Examination | None = None
        code, how = "worker.bad-reply", ""
        try:
            for _, examination in self._attempt(replace(job, contents=(culprit,))):
                result = examination  # and on to the end, so that no answer is left in the pipe
        except WorkerStopped as stopped:
            code, how = stopped.code, stopped.how
        except _EvidenceGone as gone:
            return given_up(culprit, gone.code, "the evidence could not be opened any more")
        return given_up(culprit, code, _SENTENCES[code] + how) if result is None else result

    def _attempt(self, job: ExamineJob) -> Iterator[tuple[Content, Examination]]:
        self._submit(job)
        is_done = False
        try:
            answers: list[wire.Examined] = []
            for content in job.contents:
                if not answers:  # those gathered with it have no more time than it has
                    answers = self._examinations(self._limits.seconds_for(content.size))
                answer = answers.pop()
                if answer.number != content.number:
                    raise WorkerStopped("worker.bad-reply")
                yield content, answer.examination
            if answers:
                raise WorkerStopped("worker.bad-reply")
            is_done = isinstance(self._receive(self._limits.seconds), wire.Done)
            if not is_done:
                raise WorkerStopped("worker.bad-reply")
        finally:
            if not is_done:
                self.stop()

    def _examinations(self, seconds: float) -> list[wire.Examined]:
        """What the next answer holds, the first at the end."""
        message = self._receive(seconds)
        if isinstance(message, wire.Failed | Problem):
            raise _EvidenceGone(message.code)
        if not isinstance(message, wire.Examinations) or not message.items:
            raise WorkerStopped("worker.bad-reply")
        return list(reversed(message.items))

    def close(self) -> None:
        """End for good, from any thread: whoever waits for an answer gets none."""
        with self._door:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        with self._door:
            process, self._process = self._process, None
            marker, self._marker = self._marker, None
        self._buffer.clear()
        if process is None:
            return
        process.kill()
        process.wait()
        if marker is not None:
            self._stopped_at = marker.get()
            marker.close()
        if self._writable is not None:
            remove_left_by(process.pid, self._writable)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _submit(self, job: Job) -> None:
        """Give the worker a job; one that does not take it in time is no better than one that does not answer."""
        descriptor = _pipe(self._alive().stdin).fileno()
        if self._marker is not None:
            self._marker.set(0)
        data = pickle.dumps(job)
        rest = memoryview(len(data).to_bytes(4, "big") + data)
        deadline = time.monotonic() + self._limits.seconds
        try:
            while rest:
                self._wait(descriptor, select.POLLOUT, deadline)
                rest = rest[os.write(descriptor, rest) :]
        except WorkerStopped:
            self.stop()
            raise
        except BrokenPipeError as error:
            how = self._how_it_died()
            self.stop()
            raise WorkerStopped("worker.died", how) from error

    def _alive(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
        with self._door:
            if self._closed:
                raise WorkerStopped("worker.died")
            if self._process is None:
                self._process, self._marker = _start(self._log, self._limits.memory, self._writable, self._readable)
            return self._process

    def _receive(self, seconds: float) -> Message:
        """The next answer.

        Raises:
            WorkerStopped: there is none.
        """
        deadline = time.monotonic() + seconds
        try:
            length = int.from_bytes(self._read(4, deadline), "big")
            if length > wire.MAX_FRAME:
                raise WorkerStopped("worker.bad-reply")
            message = wire.decode(self._read(length, deadline))
        except wire.BadReply as error:
            self.stop()
            raise WorkerStopped("worker.bad-reply") from error
        except WorkerStopped:
            self.stop()
            raise
        if isinstance(message, wire.HostTrouble):
            self.stop()
            raise message.error()
        if isinstance(message, wire.OutOfMemory):
            self.stop()
            raise WorkerStopped("worker.memory")
        return message

    def _read(self, size: int, deadline: float) -> bytes:
        descriptor = _pipe(self._process.stdout if self._process else None).fileno()
        while len(self._buffer) < size:
            self._wait(descriptor, select.POLLIN, deadline)
            data = os.read(descriptor, 1 << 20)
            if not data:
                raise WorkerStopped("worker.died", self._how_it_died())
            self._buffer += data
        with memoryview(self._buffer) as view:
            taken = bytes(view[:size])
        del self._buffer[:size]
        return taken

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        """Wait until a pipe can be used; not with `select`, which refuses descriptors above 1023.

        Raises:
            WorkerStopped: the time is over, or the worker holds more memory than it may.
        """
        poll = select.poll()
        poll.register(descriptor, event)
        while True:
            left = max(0.0, deadline - time.monotonic())
            if poll.poll(math.ceil(1000 * min(left, _LOOK))):
                return
            if time.monotonic() >= deadline:
                raise WorkerStopped("worker.timed-out")
            process = self._process
            if process is not None and (anonymous_memory(process.pid) or 0) > self._limits.memory:
                raise WorkerStopped("worker.memory")

    def _how_it_died(self) -> str:
        """The end of a sentence. A kill that is not ours may be the kernel's, but nothing here proves that it was."""
        if self._process is None:
            return ""
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ""
        if code == -signal.SIGKILL:
            return "; it was killed from outside (SIGKILL), as the kernel does where a machine runs out of memory"
        if code >= 0:
            return ""
        known = -code in {int(number) for number in signal.Signals}  # not all have a name
        return f"; it was ended by {signal.Signals(-code).name if known else f'signal {-code}'}"


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise WorkerError("a worker process without a pipe")
    return stream


def _start(
    log: Path | None, memory: int, writable: Path | None, readable: Sequence[Path]
) -> tuple[subprocess.Popen[bytes], Marker]:
    """A worker in a session of its own: Ctrl-C reaches the parent alone.

    It is started with ``-P``: modules are never looked for in the working directory, which may be evidence.
    """
    folder = "" if writable is None else str(writable.absolute())
    rights = [str(memory), folder, *(str(place.absolute()) for place in readable)]
    # what a library spools by itself goes where the worker may write
    temporary = {} if writable is None else {"TMPDIR": folder, "SQLITE_TMPDIR": folder}
    try:
        marker = Marker.make()
    except OSError as error:
        raise WorkerError(f"no memory could be shared with a worker process ({error.strerror})") from error
    try:
        target = _open_log(log) if log is not None else subprocess.DEVNULL
        try:
            arguments = [str(os.getpid()), str(marker.descriptor), *rights]
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "cyberforensics.pipeline.worker", *arguments],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=target,
                env={**os.environ, "TZ": "UTC", **temporary},
                start_new_session=True,
                pass_fds=(marker.descriptor,),
            )
        finally:
            if log is not None:
                os.close(target)
    except OSError as error:
        marker.close()
        raise WorkerError(f"no worker process could be started ({error.strerror})") from error
    except BaseException:
        marker.close()
        raise
    os.set_blocking(_pipe(process.stdin).fileno(), False)
    with suppress(OSError):  # where that is more than the host allows
        fcntl.fcntl(_pipe(process.stdout).fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
    return process, marker


def _open_log(path: Path) -> int:
    """A descriptor of the run log, at its end.

    Raises:
        CannotWrite: the folder refuses.
    """
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotWrite(f"{path}: the run log can't be written ({error.strerror})") from error
