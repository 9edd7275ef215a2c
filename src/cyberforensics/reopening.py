"""Evidence that was examined, opened again: the very same media, wherever it lies now."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cyberforensics import case, disk, pipeline
from cyberforensics.errors import EvidenceError, UsageError


@contextmanager
def reopened(
    store: case.Store,
    exhibit: str,
    roots: Mapping[str, Path],
    *,
    limits: pipeline.Limits | None = None,
    log: Path | None = None,
    writable: Path | None = None,
    accept_writable: bool = False,
) -> Iterator[tuple[disk.Source, Path, pipeline.Supervisor]]:
    """The source of an exhibit that was examined, where it lies now, and a worker that may read it.

    Args:
        roots: where exhibits lie now; without one, where it lay when it was examined.
        limits, log, writable: those of the worker.
        accept_writable: that of `disk.identify`.

    Raises:
        EvidenceError: it is gone, or is not what was examined.
    """
    path = roots.get(exhibit) or case.source_of(store, exhibit)
    hint = f"name where it is now: --source {exhibit}=PATH"
    try:
        source = disk.identify(exhibit, path, accept_writable=accept_writable)
    except EvidenceError as error:
        raise EvidenceError(str(error), code=error.code, hint=error.hint or hint) from error
    supervisor = pipeline.Supervisor(limits or pipeline.Limits(), log, writable, source.paths)
    try:
        try:
            evidence, _ = pipeline.open_source(supervisor, source, store.folder)
        except EvidenceError as error:
            raise EvidenceError(str(error), code=error.code, hint=hint) from error
        if evidence.identity != case.identity_of(store, exhibit):
            raise EvidenceError(f"{path}: not the media that was examined as exhibit {exhibit}", hint=hint)
        yield source, path, supervisor
    finally:
        supervisor.stop()


def refuse_unknown(store: case.Store, roots: Mapping[str, Path]) -> None:
    """What is named must be in the case.

    Raises:
        UsageError: `roots` names what is no exhibit of the case.
    """
    unknown = [exhibit for exhibit in roots if exhibit not in case.zones(store)]
    if unknown:
        raise UsageError(f"{unknown[0]} is no exhibit of this case", hint=f"it has: {', '.join(case.zones(store))}")
