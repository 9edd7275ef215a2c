"""Work of our own in several processes: nothing of the evidence is in it, and nothing comes back from it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

Job = TypeVar("Job")


def in_processes(do: Callable[[Job], None], jobs: Sequence[Job], processes: int) -> Iterator[int]:
    """Do every job; gives the number of each that is done, in the order in which they end.

    What a job raises is raised here, after those that had begun ended.

    Args:
        do: a function of a module, so that a new process finds it.
    """
    with ProcessPoolExecutor(min(processes, len(jobs)) or 1, get_context("spawn")) as pool:
        under_way = {pool.submit(do, job): number for number, job in enumerate(jobs)}
        try:
            for done in as_completed(under_way):
                done.result()
                yield under_way[done]
        finally:
            pool.shutdown(cancel_futures=True)
