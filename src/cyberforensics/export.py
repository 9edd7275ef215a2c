"""Exporting contents from the evidence, addressed by their digests, with an index that says where they were."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import case, pipeline, report
from cyberforensics.errors import CannotWrite
from cyberforensics.model.case_document import EntryRow
from cyberforensics.reopening import refuse_unknown, reopened
from cyberforensics.replacing import replacing

INDEX = "index.jsonl"


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One entry of the index."""

    row: EntryRow
    file: str | None
    """Path below the export folder; None where the content could not be written."""
    reason: str | None
    """Why not."""


def export(
    store: case.Store,
    conditions: case.Conditions,
    folder: Path,
    roots: Mapping[str, Path] | None = None,
    *,
    accept_writable: bool = False,
) -> tuple[ExportedFile, ...]:
    """Write every content that the conditions admit below ``folder/files``, and the index beside it.

    Args:
        roots: where each exhibit lies now; without one, where it lay when it was examined.
        accept_writable: take a block device that is in use or not read-only at the kernel.

    Raises:
        UsageError: `roots` names what is no exhibit of the case.
        EvidenceError: the evidence is gone, or is not what was examined.
        CannotWrite: the folder can't be written.
    """
    roots = roots or {}
    refuse_unknown(store, roots)
    wanted = [row for row in case.entries(store, filters=conditions, order="walk") if row.entry.content is not None]
    files = folder / case.FILES
    try:
        files.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{files}: can't be made ({error.strerror})") from error
    case.log_action(store.folder, "export started", {"contents": len(wanted)})
    done = tuple(_export(store, wanted, files, roots, accept_writable=accept_writable))
    with replacing(folder / INDEX) as out:
        for item in done:
            line = report.json_line({**report.entry_object(item.row), "file": item.file, "not_exported": item.reason})
            out.write(line.encode() + b"\n")
    case.log_action(
        store.folder, "exported", {"contents": sum(item.file is not None for item in done), "asked": len(done)}
    )
    return done


def _export(
    store: case.Store, wanted: list[EntryRow], files: Path, roots: Mapping[str, Path], *, accept_writable: bool
) -> Iterator[ExportedFile]:
    for exhibit in dict.fromkeys(row.exhibit for row in wanted):
        with reopened(store, exhibit, roots, writable=files, accept_writable=accept_writable) as (source, _, supervisor):
            for row in (row for row in wanted if row.exhibit == exhibit):
                volume, content = case.content_of(store, row.entry.content or row.entry.number)
                expected = row.digests.sha256 if row.digests is not None else None
                job = pipeline.ExportJob(source, volume, content, expected, files)
                yield _one(supervisor, job, row)


def _one(supervisor: pipeline.Supervisor, job: pipeline.ExportJob, row: EntryRow) -> ExportedFile:
    sha256: str | None = None
    reason = "content.unreadable"
    try:
        for message in supervisor.run(job, size=job.content.size):  # to the end, so that the worker can be used again
            if isinstance(message, pipeline.Exported):
                sha256 = message.sha256
    except pipeline.WorkerStopped as stopped:
        reason = stopped.code
    if sha256 is None:
        return ExportedFile(row, None, reason)
    if job.expected not in (None, sha256):
        return ExportedFile(row, None, "its bytes are not those that were examined")
    return ExportedFile(row, f"{case.FILES}/{sha256[:2]}/{sha256[2:4]}/{sha256}", None)
