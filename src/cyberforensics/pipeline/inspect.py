"""Looking at a source without a case: what it is, what is in it, and whether its stored digests hold."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import disk
from cyberforensics.errors import EvidenceError
from cyberforensics.model.case_document import DigestCheck
from cyberforensics.model.entry import Entry
from cyberforensics.model.evidence import Evidence, StoredDigest
from cyberforensics.model.names import display_name
from cyberforensics.model.problem import Problem
from cyberforensics.model.run import Limits
from cyberforensics.model.volume import Volume
from cyberforensics.pipeline import wire
from cyberforensics.pipeline.jobs import DigestJob
from cyberforensics.pipeline.plan import list_volume, open_source, opened_volumes
from cyberforensics.pipeline.source_check import digest_checks
from cyberforensics.pipeline.supervise import Supervisor, WorkerStopped


@dataclass(frozen=True, slots=True)
class Inspected:
    """A source as it was opened."""

    source: disk.Source
    evidence: Evidence
    volumes: tuple[Volume, ...]
    problems: tuple[Problem, ...]


def inspect(path: Path, *, accept_writable: bool = False) -> Inspected:
    """Open a source and find its volumes; `accept_writable` is that of `disk.identify`.

    Raises:
        EvidenceError: it can't be opened.
    """
    source = _source(path, accept_writable=accept_writable)
    supervisor = Supervisor(Limits(), readable=source.paths)
    try:
        return _inspect(supervisor, source)
    finally:
        supervisor.stop()


def _source(path: Path, *, accept_writable: bool) -> disk.Source:
    exhibit = display_name(os.fsencode(path.absolute().name))  # it is printed, and names may hold anything
    return disk.identify(exhibit, path, accept_writable=accept_writable)


def _inspect(supervisor: Supervisor, source: disk.Source) -> Inspected:
    evidence, found = open_source(supervisor, source, None)
    return Inspected(
        source,
        evidence,
        tuple(item for item in found if isinstance(item, Volume)),
        tuple(item for item in found if isinstance(item, Problem)),
    )


def list_entries(path: Path, *, accept_writable: bool = False) -> Iterator[Volume | Entry | Problem]:
    """Yield every volume that can be walked, each before its entries, and the problems met.

    Raises:
        EvidenceError: it can't be opened.
    """
    source = _source(path, accept_writable=accept_writable)
    supervisor = Supervisor(Limits(), readable=source.paths)
    try:
        opened = _inspect(supervisor, source)
        yield from opened.problems
        for volume in opened_volumes(opened.volumes):
            yield volume
            items: list[Entry | Problem] = []

            def take(some: Iterable[Entry | Problem], items: list[Entry | Problem] = items) -> None:
                items.extend(some)

            list_volume(supervisor, opened.source, volume, None, take)
            yield from items
    finally:
        supervisor.stop()


def verify_image(
    path: Path,
    expected: tuple[StoredDigest, ...],
    progress: Callable[[int, int], None],
    *,
    accept_writable: bool = False,
) -> tuple[DigestCheck, ...]:
    """Recompute the digests of the media that the container stores or somebody stated, or SHA-256 if there are none.

    A single file or other logical evidence has no media: then the SHA-256 of the files is computed.

    Args:
        progress: is told how many bytes were digested since the last call, and how many there are.

    Raises:
        EvidenceError: it can't be opened, or read to its end.
    """
    source = _source(path, accept_writable=accept_writable)
    supervisor = Supervisor(Limits(), readable=source.paths)
    try:
        opened = _inspect(supervisor, source)
        algorithms = tuple(stated.algorithm for stated in (*opened.evidence.stored_digests, *expected))
        files = sum(segment.size for segment in opened.evidence.segments)
        total = files if opened.evidence.media_size is None else opened.evidence.media_size
        result: wire.SourceDigests | None = None
        for message in supervisor.run(DigestJob(opened.source, algorithms, stated_only=True)):
            if isinstance(message, wire.DigestProgress):
                progress(message.done, total)
            elif isinstance(message, wire.SourceDigests):
                result = message
        if result is None or (result.problems and not result.media):
            raise EvidenceError(f"{path}: the media could not be read to its end; it has no digest")
        checks = digest_checks(opened.evidence, expected, result, "open")
        return tuple(check for check in checks if check.stated is not None or check.computed is not None)
    except WorkerStopped as stopped:
        raise EvidenceError(f"{path}: no worker process survives reading it ({stopped.code})") from stopped
    finally:
        supervisor.stop()
