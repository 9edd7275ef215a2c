"""Exporting contents from the evidence, addressed by their digests, with an index that says where they were."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import case, disk, pipeline, report
from cyberforensics.errors import CannotWrite, EvidenceError
from cyberforensics.model.case_document import EntryRow

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
    store: case.Store, conditions: case.Conditions, folder: Path, roots: Mapping[str, Path] | None = None
) -> tuple[ExportedFile, ...]:
    """Write every content that the conditions admit below ``folder/files``, and the index beside it.

    Args:
        roots: where each exhibit lies now; without one, where it lay when it was examined.

    Raises:
        EvidenceError: the evidence is gone, or is not what was examined.
        CannotWrite: the folder can't be written.
    """
    wanted = [row for row in case.entries(store, filters=conditions, order="walk") if row.entry.content is not None]
    files = folder / case.FILES
    try:
        files.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{files}: can't be made ({error.strerror})") from error
    done = tuple(_export(store, wanted, files, roots or {}))
    with report.replacing(folder / INDEX) as out:
        for item in done:
            line = report.json_line({**report.entry_object(item.row), "file": item.file, "not_exported": item.reason})
            out.write(line.encode() + b"\n")
    case.log_action(
        store.folder, "exported", {"contents": sum(item.file is not None for item in done), "asked": len(done)}
    )
    return done


def _export(
    store: case.Store, wanted: list[EntryRow], files: Path, roots: Mapping[str, Path]
) -> Iterator[ExportedFile]:
    supervisor = pipeline.Supervisor(pipeline.Limits())
    try:
        for exhibit in dict.fromkeys(row.exhibit for row in wanted):
            path = roots.get(exhibit) or case.source_of(store, exhibit)
            source = disk.identify(exhibit, path)
            evidence, _ = pipeline.open_source(supervisor, source, store.folder)
            if evidence.identity != case.identity_of(store, exhibit):
                raise EvidenceError(
                    f"{path}: not the media that was examined as exhibit {exhibit}",
                    hint="name where it is now: --source ID=PATH",
                )
            for row in (row for row in wanted if row.exhibit == exhibit):
                volume, content = case.content_of(store, row.entry.content or row.entry.number)
                job = pipeline.ExportJob(source, volume, (content,), files)
                yield _one(supervisor, job, row)
    finally:
        supervisor.stop()


def _one(supervisor: pipeline.Supervisor, job: pipeline.ExportJob, row: EntryRow) -> ExportedFile:
    try:
        for message in supervisor.run(job):
            if isinstance(message, pipeline.Exported) and message.sha256 is not None:
                name = message.sha256
                if row.digests is not None and row.digests.sha256 != name:
                    return ExportedFile(row, None, "its bytes are not those that were examined")
                return ExportedFile(row, f"{case.FILES}/{name[:2]}/{name[2:4]}/{name}", None)
    except pipeline.WorkerStopped as stopped:
        return ExportedFile(row, None, stopped.code)
    return ExportedFile(row, None, "content.unreadable")
