"""Digests of the media and of the files that hold it: two different things, never mixed."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from cyberforensics import disk
from cyberforensics.errors import EvidenceError
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.pipeline.wire import DigestProgress, SourceDigests

BLOCK = 4 * 1024 * 1024
"""Bytes of one read."""

SEGMENT_ALGORITHMS = ("sha256",)


def digest_source(
    opened: disk.OpenEvidence, algorithms: Sequence[str], *, stated_only: bool = False
) -> Iterator[DigestProgress | SourceDigests]:
    """Yield progress, and at the end the digests of the media and of every segment.

    Args:
        opened: what is read, whole.
        algorithms: of the media's digests, beside SHA-256.
        stated_only: leave out what has nothing to be compared with: SHA-256 of the media where other algorithms are
            given, and the segments where there is a media.
    """
    progress: SimpleQueue[int | SourceDigests | BaseException] = SimpleQueue()

    def work() -> None:
        try:
            progress.put(_digests(opened, algorithms, stated_only, progress.put))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            progress.put(error)

    Thread(target=work, daemon=True).start()
    while True:
        item = progress.get()
        if isinstance(item, BaseException):
            raise item
        if isinstance(item, SourceDigests):
            yield item
            return
        yield DigestProgress(item)


def _digests(
    opened: disk.OpenEvidence, algorithms: Sequence[str], stated_only: bool, progress: Callable[[int], None]
) -> SourceDigests:
    paths = opened.source.paths if not opened.source.paths[0].is_dir() else ()
    media: dict[str, str] = {}
    problems: list[Problem] = []
    if opened.media is not None:
        wanted = tuple(dict.fromkeys(algorithms if stated_only and algorithms else (*algorithms, "sha256")))
        try:
            media = disk.digest_media(opened.media, wanted, progress)
        except (OSError, EvidenceError):
            message = "the media could not be read to its end; it has no digest"
            problems.append(Problem(Stage.VERIFY, "evidence.unreadable", message, Severity.ERROR))
        problems.extend(disk.media_problems(opened.media))
        if stated_only:
            return SourceDigests(media, (), tuple(problems))
    if opened.source.device is not None:
        return SourceDigests(media, (), tuple(problems))
    if len(paths) == 1 and opened.source.container == "raw" and media:
        # the same bytes: the file is the media
        return SourceDigests(media, ({"sha256": media["sha256"]},), tuple(problems))
    return SourceDigests(media, tuple(_file(path, progress) for path in paths), tuple(problems))


def _file(path: Path, progress: Callable[[int], None]) -> dict[str, str]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size

        def read(number: int, buffer: bytearray) -> int:
            return os.preadv(descriptor, [buffer], number * BLOCK)

        return disk.digest_blocks(read, -(-size // BLOCK), BLOCK, SEGMENT_ALGORITHMS, progress=progress)
    finally:
        os.close(descriptor)
