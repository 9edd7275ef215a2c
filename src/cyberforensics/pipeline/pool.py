"""Some supervisors, each with a worker of its own, and the threads that wait for them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from cyberforensics.errors import Error
from cyberforensics.model.entry import Content
from cyberforensics.model.examination import Examination
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.run import Limits
from cyberforensics.pipeline.jobs import DigestJob, ExamineJob, ReadyJob
from cyberforensics.pipeline.supervise import TRIES, Supervisor, WorkerStopped
from cyberforensics.pipeline.wire import Failed, SourceDigests

PendingDigests = Future[SourceDigests]

BatchResult = tuple[tuple[Content, Examination], ...]


def are_done(pending: Sequence[PendingDigests], timeout: float | None) -> bool:
    """Wait for all, `timeout` seconds at most: whether they are done."""
    return not wait(pending, timeout).not_done


class Pool:
    """Runs batches on a number of workers. Results come back as they are done, whatever the order."""

    def __init__(
        self,
        workers: int,
        limits: Limits,
        log: Path | None = None,
        writable: Path | None = None,
        readable: Sequence[Path] = (),
    ) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._supervisors = [Supervisor(limits, log, writable, readable) for _ in range(workers)]
        self._idle: SimpleQueue[Supervisor] = SimpleQueue()
        for supervisor in self._supervisors:
            self._idle.put(supervisor)
        self._running: dict[Future[BatchResult], int] = {}
        self._stopping = False
        self.workers = workers

    @property
    def running(self) -> int:
        """Batches that were submitted and not yet taken back."""
        return len(self._running)

    def submit(self, batch: int, job: ExamineJob) -> None:
        """Put a batch, by its number, at the end of the queue."""
        self._running[self._threads.submit(self._examine, job)] = batch

    def _examine(self, job: ExamineJob) -> BatchResult:
        with self._idle_one() as supervisor:
            results = []
            for content, examination in supervisor.examine(job):
                if self._stopping:
                    break
                results.append((content, examination))
            return tuple(results)

    @contextmanager
    def _idle_one(self) -> Iterator[Supervisor]:
        """A supervisor that has nothing to do, and its return."""
        supervisor = self._idle.get()
        try:
            yield supervisor
        finally:
            self._idle.put(supervisor)

    def get_ready(self, job: ReadyJob) -> None:
        """Start every worker, and let it open what it will need; trouble is left to the jobs that meet it."""
        for _ in self._supervisors:
            self._threads.submit(self._ready, job)

    def _ready(self, job: ReadyJob) -> None:
        with self._idle_one() as supervisor, suppress(WorkerStopped, Error):
            for _ in supervisor.run(job):
                pass

    def cancel_waiting(self) -> None:
        """Take back the batches that no worker has begun."""
        for future in [future for future in self._running if future.cancel()]:
            del self._running[future]

    def finished(self, timeout: float | None) -> Iterator[tuple[int, BatchResult]]:
        """Yield the batches that are done by now; wait for at least one, `timeout` seconds at most."""
        if not self._running:
            return
        done, _ = wait(self._running, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            yield self._running.pop(future), future.result()

    def digest(self, job: DigestJob) -> PendingDigests:
        """Compute the digests of a source beside the batches; where that fails, the result says why."""
        return self._threads.submit(self._digest, job)

    def _digest(self, job: DigestJob) -> SourceDigests:
        code = "evidence.unreadable"
        with self._idle_one() as supervisor:
            for _ in range(TRIES):
                result: SourceDigests | None = None
                try:
                    for message in supervisor.run(job):
                        if isinstance(message, SourceDigests):
                            result = message
                        elif isinstance(message, Failed | Problem):
                            code = message.code
                except WorkerStopped as stopped:
                    code = stopped.code
                if result is not None:
                    return result
        sentence = "the digests of the source could not be computed"
        return SourceDigests({}, (), (Problem(Stage.VERIFY, code, sentence, Severity.ERROR),))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        for future in self._running:
            future.cancel()
        for supervisor in self._supervisors:
            supervisor.close()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for supervisor in self._supervisors:
            supervisor.stop()
