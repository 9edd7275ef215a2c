"""One worker process and its supervision: limits, deaths, and the one content that is to blame.

`Supervisor.examine` is the unit that is submitted: locally to a thread for each worker, later to a cluster.
"""

import contextlib
import os
import pickle
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from cyberforensics.errors import WorkerError
from cyberforensics.model.entry import Content
from cyberforensics.model.examination import Examination
from cyberforensics.model.problem import Problem
from cyberforensics.pipeline import wire
from cyberforensics.pipeline.examine import given_up
from cyberforensics.pipeline.jobs import ExamineJob, Job
from cyberforensics.pipeline.wire import Message


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may take for one answer."""

    seconds: float = 300.0
    """For every answer."""
    seconds_per_mib: float = 1.0
    """More for each MiB of the content."""

    def seconds_for(self, size: int) -> float:
        """Seconds for a content of this size."""
        return self.seconds + self.seconds_per_mib * (size >> 20)


class WorkerStopped(Exception):
    """The worker gave no answer; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _EvidenceGone(Exception):
    """The worker could not open the evidence or the volume."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_SENTENCES = {
    "worker.died": "the worker process died on this entry, twice",
    "worker.timed-out": "the worker process did not answer in time on this entry, twice",
    "worker.bad-reply": "the worker process answered with something that is no answer, twice",
}


class Supervisor:
    """Owns one worker process, and starts another where it died."""

    def __init__(self, limits: Limits, log: Path | None = None) -> None:
        self._limits = limits
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()
        self._closed = False

    def run(self, job: Job, *, size: int = 0) -> Iterator[Message]:
        """Yield a job's answers.

        Raises:
            WorkerStopped: the worker died, hung or answered rubbish; what was yielded before is good.
        """
        self._submit(job)
        while True:
            message = self._receive(self._limits.seconds_for(size))
            if isinstance(message, wire.Done):
                return
            yield message

    def examine(self, job: ExamineJob) -> Iterator[tuple[Content, Examination]]:
        """Yield every content of the job with its examination: each exactly once, in the job's order.

        A content on which the worker stops is tried once more, alone, in a fresh process, and then given up.
        """
        waiting = list(job.contents)
        while waiting:
            try:
                for content, examination in self._attempt(replace(job, contents=tuple(waiting))):
                    waiting.pop(0)
                    yield content, examination
            except WorkerStopped:
                if not waiting:
                    return  # it stopped after its last answer
                culprit = waiting.pop(0)
                yield culprit, self._alone(job, culprit)
            except _EvidenceGone as gone:
                for content in waiting:
                    yield content, given_up(content, gone.code, "the evidence could not be opened any more")
                return

    def _alone(self, job: ExamineJob, culprit: Content) -> Examination:
        try:
            return next(iter(self._attempt(replace(job, contents=(culprit,)))))[1]
        except WorkerStopped as stopped:
            return given_up(culprit, stopped.code, _SENTENCES[stopped.code])
        except _EvidenceGone as gone:
            return given_up(culprit, gone.code, "the evidence could not be opened any more")

    def _attempt(self, job: ExamineJob) -> Iterator[tuple[Content, Examination]]:
        self._submit(job)
        for content in job.contents:
            message = self._receive(self._limits.seconds_for(content.size))
            if isinstance(message, wire.Failed | Problem):
                self.stop()
                raise _EvidenceGone(message.code)
            if not isinstance(message, wire.Examined) or message.number != content.number:
                self.stop()
                raise WorkerStopped("worker.bad-reply")
            yield content, message.examination
        if not isinstance(self._receive(self._limits.seconds), wire.Done):
            self.stop()
            raise WorkerStopped("worker.bad-reply")

    def close(self) -> None:
        """End for good, from any thread: whoever waits for an answer gets none."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        self._buffer.clear()
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _submit(self, job: Job) -> None:
        process = self._alive()
        data = pickle.dumps(job)
        try:
            stream = _pipe(process.stdin)
            stream.write(len(data).to_bytes(4, "big") + data)
            stream.flush()
        except BrokenPipeError as error:
            self.stop()
            raise WorkerStopped("worker.died") from error

    def _alive(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise WorkerStopped("worker.died")
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = _start(self._log)
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
            return wire.decode(self._read(length, deadline))
        except wire.BadReply as error:
            self.stop()
            raise WorkerStopped("worker.bad-reply") from error
        except WorkerStopped:
            self.stop()
            raise

    def _read(self, size: int, deadline: float) -> bytes:
        descriptor = _pipe(self._process.stdout if self._process else None).fileno()
        while len(self._buffer) < size:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise WorkerStopped("worker.timed-out")
            data = os.read(descriptor, 1 << 20)
            if not data:
                raise WorkerStopped("worker.died")
            self._buffer += data
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise WorkerError("a worker process without a pipe")
    return stream


def _start(log: Path | None) -> subprocess.Popen[bytes]:
    """A worker in a session of its own: Ctrl-C reaches the parent alone."""
    environment = {**os.environ, "TZ": "UTC"}
    try:
        target = log.open("ab") if log is not None else subprocess.DEVNULL
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "cyberforensics.pipeline.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=target,
                env=environment,
                start_new_session=True,
            )
        finally:
            if not isinstance(target, int):
                target.close()
    except OSError as error:
        raise WorkerError(f"no worker process could be started ({error.strerror})") from error
