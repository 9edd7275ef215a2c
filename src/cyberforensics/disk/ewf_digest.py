"""Digests of a whole media: blocks are read by some threads and digested, in their order, by one for each algorithm.

libdeflate and OpenSSL release the interpreter's lock while they work, so plain threads use all cores.
"""

import hashlib
from collections.abc import Callable, Sequence
from threading import Condition, Event, Thread

_AHEAD = 3  # buffers for each reading thread
_TOLD_EVERY = 0.1  # seconds

ReadInto = Callable[[int, bytearray], int]
"""Puts a block, by its number, into a buffer and gives its length; called from several threads."""


class _Work:
    """What the threads share; everything in it is guarded by `changed`."""

    def __init__(self, blocks: int, buffers: list[bytearray], algorithms: Sequence[str]) -> None:
        self.changed = Condition()
        self.blocks = blocks
        self.next = 0
        self.free = buffers
        self.ready: dict[int, tuple[bytearray, int]] = {}
        self.digested = dict.fromkeys(algorithms, 0)
        self.bytes_done = 0
        self.ended = Event()
        self.error: BaseException | None = None

    def wait(self, until: Callable[[], bool]) -> bool:
        """Wait for a condition; False where the work failed meanwhile."""
        while self.error is None and not until():
            self.changed.wait()
        return self.error is None

    def fail(self, error: BaseException) -> None:
        """End all threads."""
        with self.changed:
            self.error = self.error or error
            self.changed.notify_all()
        self.ended.set()


def digest_blocks(
    read: ReadInto,
    blocks: int,
    block_size: int,
    algorithms: Sequence[str],
    *,
    threads: int = 2,
    progress: Callable[[int], None] | None = None,
) -> dict[str, str]:
    """Digest the blocks of a media once, with every algorithm at the same time.

    Args:
        read: see `ReadInto`.
        blocks: how many there are.
        block_size: bytes of the longest.
        algorithms: names that `hashlib` knows.
        threads: how many read.
        progress: is told, in the calling thread, how many bytes were digested since the last call.

    Raises:
        Whatever `read` or `progress` raises; no digest of a part is ever returned.
    """
    hashes = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
    if not hashes:
        return {}
    threads = max(1, min(threads, blocks))
    work = _Work(blocks, [bytearray(block_size) for _ in range(_AHEAD * threads)], tuple(hashes))
    workers = [Thread(target=_guarded, args=(work, _read, read), daemon=True) for _ in range(threads)]
    workers += [
        Thread(target=_guarded, args=(work, _digest, name, value), daemon=True) for name, value in hashes.items()
    ]
    for worker in workers:
        worker.start()
    try:
        _watch(work, progress)
    except BaseException as error:
        work.fail(error)
        raise
    finally:
        for worker in workers:
            worker.join()
    return {name: value.hexdigest() for name, value in hashes.items()}


def _guarded(work: _Work, target: Callable[..., None], *arguments: object) -> None:
    try:
        target(work, *arguments)
    except BaseException as error:  # noqa: BLE001 - it is raised again in the calling thread
        work.fail(error)


def _read(work: _Work, read: ReadInto) -> None:
    while True:
        with work.changed:
            # The number is taken together with a buffer: the oldest block is always on its way.
            if not work.wait(lambda: bool(work.free) or work.next >= work.blocks) or work.next >= work.blocks:
                return
            number, buffer = work.next, work.free.pop()
            work.next += 1
        size = read(number, buffer)
        with work.changed:
            work.ready[number] = (buffer, size)
            work.changed.notify_all()


def _digest(work: _Work, name: str, value: "hashlib._Hash") -> None:
    for number in range(work.blocks):
        with work.changed:
            if not work.wait(lambda wanted=number: wanted in work.ready):  # type: ignore[misc]
                return
            buffer, size = work.ready[number]
        value.update(memoryview(buffer)[:size])
        with work.changed:
            work.digested[name] = number + 1
            if min(work.digested.values()) > number:  # the last algorithm gives the buffer back
                work.free.append(work.ready.pop(number)[0])
                work.bytes_done += size
                work.changed.notify_all()
                if number + 1 == work.blocks:
                    work.ended.set()


def _watch(work: _Work, progress: Callable[[int], None] | None) -> None:
    """Tell of the progress until all is done, or raise what a thread raised."""
    told = 0
    ended = work.blocks == 0
    while not ended:
        ended = work.ended.wait(_TOLD_EVERY)
        with work.changed:
            if work.error is not None:
                raise work.error
            news, told = work.bytes_done - told, work.bytes_done
        if progress is not None and news:
            progress(news)
