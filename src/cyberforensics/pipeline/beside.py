"""A job of our own in a worker of its own, beside what the caller does: nothing of the evidence is opened."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.model.run import Limits
from cyberforensics.pipeline.jobs import Job
from cyberforensics.pipeline.supervise import Supervisor, WorkerStopped

_SIGN_OF_LIFE = 86_400.0  # seconds: sorting is one statement, and says nothing until it is done


@dataclass(frozen=True, slots=True)
class Beside:
    """What is under way."""

    _result: Future[bool] | None = None

    def is_done(self) -> bool:
        """Wait for it: whether it was done. Where it was not, the caller does it.

        Raises:
            CannotWrite: this machine refused what the job writes.
        """
        return self._result is not None and self._result.result()


@contextmanager
def beside(job: Job, folder: Path) -> Iterator[Beside]:
    """Run a job while the block runs; `folder` is the case folder, the only place where the job may write."""
    supervisor = Supervisor(Limits(seconds=_SIGN_OF_LIFE), folder / "run.log", folder)
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as thread:
        try:
            yield Beside(thread.submit(_run, supervisor, job))
        finally:
            supervisor.close()
    supervisor.stop()


def _run(supervisor: Supervisor, job: Job) -> bool:
    try:
        return not tuple(supervisor.run(job))  # it says nothing but that it failed
    except WorkerStopped:
        return False
