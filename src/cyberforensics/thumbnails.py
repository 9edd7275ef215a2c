"""Thumbnails of chosen pictures, in a file of their own that is marked RESTRICTED."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import case, pipeline, report
from cyberforensics.errors import UsageError
from cyberforensics.model.case_document import EntryRow
from cyberforensics.model.thumbnails import MAX_THUMBNAILS, PICTURES, REASONS, Thumbnail
from cyberforensics.reopening import refuse_unknown, reopened
from cyberforensics.replacing import replacing

THUMBNAILS = "thumbnails.html"
LIMITS = pipeline.Limits(seconds=60, memory=1024**3)
"""Of each picture: an honest one takes a second."""


@dataclass(frozen=True, slots=True)
class Written:
    """The page that was written."""

    path: Path
    shown: int
    asked: int
    """Contents that were chosen; those that are not shown stand in the page with the reason."""


def write_thumbnails(
    store: case.Store,
    selection: str,
    roots: Mapping[str, Path] | None = None,
    *,
    restricted: bool = False,
    command: Sequence[str] = (),
) -> Written:
    """Write ``reports/thumbnails.html`` from the evidence; the examination log has it before anything is read.

    Args:
        selection: a label, or `PICTURES` for all pictures.
        roots: where each exhibit lies now; without one, where it lay when it was examined.
        restricted: show what is labelled restricted, too.
        command: as it was given, for the examination log.

    Raises:
        UsageError: Pillow is not installed, nothing bears the label, or `roots` names what is no exhibit of the case.
        EvidenceError: the evidence is gone, or is not what was examined.
        CannotWrite: the page or the log can't be written.
        CaseRefused: the case is sealed.
    """
    case.refuse_sealed(store.folder)
    pipeline.need_pillow()
    refuse_unknown(store, roots or {})
    everything = selection == PICTURES
    if not everything and next(case.tags(store, selection), None) is None:
        raise UsageError(
            f"nothing bears the label {selection}",
            hint=f"`cyberforensics show tags CASE` has those there are; {PICTURES} are all pictures",
        )
    filters = case.Conditions(category="picture") if everything else case.Conditions(selected=selection)
    chosen = _by_content(case.entries(store, filters=filters, order="weight"))
    held_back = case.restricted(store)
    facts = {"selection": selection, "contents": len(chosen), "restricted shown": restricted}
    with case.recorded(store.folder, "thumbnails", facts, command) as result:
        reasons = _reasons_before(chosen, lambda row: not restricted and held_back(row))
        wanted = [row for row, reason in zip(chosen, reasons, strict=True) if reason is None]
        made = dict(_made(store, wanted, roots or {}))
        items = [
            (row, Thumbnail(row.entry.number, None, reason=reason) if reason is not None else made[row.id])
            for row, reason in zip(chosen, reasons, strict=True)
        ]
        path = store.folder / case.REPORTS / THUMBNAILS
        with replacing(path) as out:
            title = case.read_facts(store.folder).report.title or store.folder.absolute().name
            report.write_thumbnails(title, selection, items, out, restricted=restricted)
        shown = sum(item.reason is None for _, item in items)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        result |= {"file": THUMBNAILS, "sha256": digest, "shown": shown}
    return Written(path, shown, len(chosen))


def _by_content(found: Iterator[EntryRow]) -> list[EntryRow]:
    """One row for each content: that of its first name here; entries without content have none of their own."""
    rows: dict[object, EntryRow] = {}
    for row in found:
        rows.setdefault(row.id if row.entry.content is None else row.entry.content, row)
    return list(rows.values())


def _reasons_before(chosen: Sequence[EntryRow], held_back: report.Test) -> list[str | None]:
    """Why a content is not even read; None where it is."""
    reasons: list[str | None] = []
    taken = 0
    for row in chosen:
        if held_back(row):
            reasons.append("restricted")
        elif row.category != "picture" or row.entry.content is None:
            reasons.append("not-a-picture")
        elif row.digests is None or row.status != "whole":
            reasons.append("not-examined")
        elif taken == MAX_THUMBNAILS:
            reasons.append("left-out")
        else:
            taken += 1
            reasons.append(None)
    return reasons


def _made(store: case.Store, wanted: Sequence[EntryRow], roots: Mapping[str, Path]) -> Iterator[tuple[str, Thumbnail]]:
    for exhibit in dict.fromkeys(row.exhibit for row in wanted):
        with reopened(store, exhibit, roots, limits=LIMITS) as (source, _, supervisor):
            for row in (row for row in wanted if row.exhibit == exhibit):
                volume, content = case.content_of(store, row.entry.content or row.entry.number)
                sha256 = row.digests.sha256 if row.digests is not None else ""
                yield row.id, _one(supervisor, pipeline.ThumbnailJob(source, volume, content, sha256))


def _one(supervisor: pipeline.Supervisor, job: pipeline.ThumbnailJob) -> Thumbnail:
    """What the worker answers, where that holds together: it met hostile bytes, and is not believed."""
    number = job.content.number
    found = Thumbnail(number, None, reason="content.unreadable")
    try:
        for message in supervisor.run(job, size=job.content.size):
            if isinstance(message, Thumbnail):
                found = message
    except pipeline.WorkerStopped as stopped:
        return Thumbnail(number, None, reason=stopped.code)
    believable = found.is_whole and found.sha256 == job.expected if found.reason is None else found.reason in REASONS
    if not believable:
        return Thumbnail(number, None, reason="worker.bad-reply")
    return found
