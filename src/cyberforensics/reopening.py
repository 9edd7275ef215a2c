"""Evidence that was examined, opened again: the very same media, wherever it lies now."""

from collections.abc import Mapping
from pathlib import Path

from cyberforensics import case, disk, pipeline
from cyberforensics.errors import EvidenceError, UsageError


def reopen(
    store: case.Store, supervisor: pipeline.Supervisor, exhibit: str, roots: Mapping[str, Path]
) -> tuple[disk.Source, Path]:
    """The source of an exhibit that was examined, and where it lies now.

    Args:
        roots: where exhibits lie now; without one, where it lay when it was examined.

    Raises:
        EvidenceError: it is gone, or is not what was examined.
    """
    path = roots.get(exhibit) or case.source_of(store, exhibit)
    hint = f"name where it is now: --source {exhibit}=PATH"
    try:
        source = disk.identify(exhibit, path)
        evidence, _ = pipeline.open_source(supervisor, source, store.folder)
    except EvidenceError as error:
        raise EvidenceError(str(error), code=error.code, hint=hint) from error
    if evidence.identity != case.identity_of(store, exhibit):
        raise EvidenceError(f"{path}: not the media that was examined as exhibit {exhibit}", hint=hint)
    return source, path


def refuse_unknown(store: case.Store, roots: Mapping[str, Path]) -> None:
    """What is named must be in the case.

    Raises:
        UsageError: `roots` names what is no exhibit of the case.
    """
    unknown = [exhibit for exhibit in roots if exhibit not in case.zones(store)]
    if unknown:
        raise UsageError(f"{unknown[0]} is no exhibit of this case", hint=f"it has: {', '.join(case.zones(store))}")
