"""Exporting contents from the evidence, addressed by their digests, with an index that says where they were."""

import hashlib
import io
import shutil
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import case, pipeline, report
from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.model.case_document import EntryRow
from cyberforensics.reopening import refuse_unknown, reopened
from cyberforensics.replacing import replacing

INDEX = "index.jsonl"
INDEX_CSV = "index.csv"


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One entry of the index."""

    row: EntryRow
    file: str | None
    """Path below the export folder, and in the archive; None where the content could not be written."""
    reason: str | None
    """Why not."""


def export(
    store: case.Store,
    conditions: case.Conditions,
    folder: Path,
    roots: Mapping[str, Path] | None = None,
    *,
    accept_writable: bool = False,
    restricted: bool = False,
    command: Sequence[str] = (),
) -> tuple[ExportedFile, ...]:
    """Write every content that the conditions admit below ``folder/files``, and the index beside it, twice.

    Args:
        roots: where each exhibit lies now; without one, where it lay when it was examined.
        accept_writable: take a block device that is in use or not read-only at the kernel.
        restricted: write what is labelled restricted, too; without it the index has the entry and the reason.
        command: as it was given, for the examination log.

    Raises:
        UsageError: `roots` names what is no exhibit of the case.
        EvidenceError: the evidence is gone, or is not what was examined.
        CannotWrite: the folder can't be written.
    """
    wanted, held_back = _wanted(store, conditions, roots or {}, restricted=restricted)
    files = folder / case.FILES
    _make(files)
    with case.recorded(store.folder, "export", _asked(wanted, held_back, restricted=restricted), command) as result:
        done = tuple(_export(store, wanted, held_back, files, roots or {}, accept_writable=accept_writable))
        for name, data in _indexes(done):
            with replacing(folder / name) as out:
                out.write(data)
        result |= _counts(done)
    return done


def export_zip(
    store: case.Store,
    conditions: case.Conditions,
    archive: Path,
    roots: Mapping[str, Path] | None = None,
    *,
    accept_writable: bool = False,
    restricted: bool = False,
    command: Sequence[str] = (),
) -> tuple[tuple[ExportedFile, ...], str]:
    """Write the same into the conventional archive for suspected malware; with the SHA-256 of the archive.

    Contents lie unprotected in a spool folder beside the archive (mode 0700), one at a time, and are gone afterwards;
    what a killed run left there, the next one to the same archive removes.

    Raises:
        UsageError, EvidenceError, CannotWrite: as `export`.
    """
    if archive.is_dir():
        raise UsageError(f"{archive}: is a folder", hint="name the file of the archive")
    wanted, held_back = _wanted(store, conditions, roots or {}, restricted=restricted)
    spool = archive.with_name(f".{archive.name}.unprotected")
    _remove(spool)
    _make(spool, 0o700)
    facts = {**_asked(wanted, held_back, restricted=restricted), "protected archive": True}
    try:
        with case.recorded(store.folder, "export", facts, command) as result:
            with replacing(archive) as out:
                exported = _export(store, wanted, held_back, spool, roots or {}, accept_writable=accept_writable)
                with closing(exported):
                    done = _pack(report.ProtectedZip(out), exported, spool)
            with archive.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            result |= {**_counts(done), "archive sha256": sha256}
    finally:
        _remove(spool)
    return done, sha256


def _pack(archive: report.ProtectedZip, exported: Iterator[ExportedFile], spool: Path) -> tuple[ExportedFile, ...]:
    """Every content once, whatever the number of its names; the indexes are the last members."""
    done: list[ExportedFile] = []
    packed: set[str] = set()
    for item in exported:
        done.append(item)
        if item.file is None:
            continue
        plain = spool / item.file.removeprefix(f"{case.FILES}/")
        if item.file not in packed:
            packed.add(item.file)
            with plain.open("rb") as content:
                archive.add(item.file, content)
        plain.unlink()
    for name, data in _indexes(done):
        archive.add(name, io.BytesIO(data))
    archive.close()
    return tuple(done)


def _wanted(
    store: case.Store, conditions: case.Conditions, roots: Mapping[str, Path], *, restricted: bool
) -> tuple[list[EntryRow], frozenset[str]]:
    """Entries that were asked for, and the ids of those that are held back."""
    refuse_unknown(store, roots)
    is_restricted = case.restricted(store)
    wanted = [row for row in case.entries(store, filters=conditions, order="walk") if row.entry.content is not None]
    return wanted, frozenset() if restricted else frozenset(row.id for row in wanted if is_restricted(row))


def _asked(wanted: Sequence[EntryRow], held_back: frozenset[str], *, restricted: bool) -> dict[str, object]:
    """What the log says before anything is read."""
    asked: dict[str, object] = {"contents": len(wanted)}
    if restricted:
        asked["restricted exported"] = True
    if held_back:
        asked["restricted left out"] = len(held_back)
    return asked


def _make(folder: Path, mode: int = 0o777) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as error:
        raise CannotWrite(f"{folder}: can't be made ({error.strerror})") from error


def _remove(spool: Path) -> None:
    """Remove the folder of contents without protection, and say where that is not possible."""
    try:
        if spool.is_dir() and not spool.is_symlink():
            shutil.rmtree(spool)
    except OSError as error:
        raise CannotWrite(
            f"{spool}: contents without protection can't be removed ({error.strerror})", hint="remove the folder"
        ) from error


def _indexes(done: Sequence[ExportedFile]) -> Iterator[tuple[str, bytes]]:
    objects = [report.index_object(item.row, item.file, item.reason) for item in done]
    yield INDEX, "".join(f"{report.json_line(item)}\n" for item in objects).encode()
    yield INDEX_CSV, "".join(f"{line}\r\n" for line in report.index_csv_lines(objects)).encode()


def _counts(done: Sequence[ExportedFile]) -> dict[str, object]:
    return {"contents": sum(item.file is not None for item in done), "asked": len(done)}


def _export(
    store: case.Store,
    wanted: list[EntryRow],
    held_back: frozenset[str],
    files: Path,
    roots: Mapping[str, Path],
    *,
    accept_writable: bool,
) -> Generator[ExportedFile]:
    for exhibit in dict.fromkeys(row.exhibit for row in wanted):
        with reopened(store, exhibit, roots, writable=files, accept_writable=accept_writable) as (
            source,
            _,
            supervisor,
        ):
            for row in (row for row in wanted if row.exhibit == exhibit):
                if row.id in held_back:
                    yield ExportedFile(row, None, "restricted")
                    continue
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
