"""The reports of a case against the list of what a court and a laboratory need: nothing is written."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from cyberforensics import case
from cyberforensics.errors import CannotWrite, CaseDamaged, CaseRefused, Error
from cyberforensics.model.case_document import CaseDocument
from cyberforensics.model.shown import shown_zone
from cyberforensics.report import points, written

_LONGEST_REPORT = 1 << 30
"""Bytes of a report that is read: one that is larger is none of ours."""


def check(folder: Path) -> list[points.Checked]:
    """Every point of the list, in its order: met, not supplied or not met, each with its evidence.

    Raises:
        CaseRefused: there is no case.
        CaseDamaged: the store contradicts itself.
        CannotWrite: a file of the case can't be read.
    """
    return points.points_of(record_of(folder))


def record_of(folder: Path) -> points.Record:
    """All that the points look at.

    Raises:
        as `check`.
    """
    case.refuse_no_case(folder)
    document = _document(folder)
    try:
        record = case.seal_record(json.loads(case.last_line(folder)))
    except (ValueError, RecursionError, CaseDamaged):
        record = None
    document = replace(document, seal=record)
    printed = written.printed_object(document)
    reports = folder / case.REPORTS
    try:
        timeline = _timeline(reports / points.CSV)
        return points.Record(
            document=document,
            printed=printed,
            files={
                points.PDF: _pdf(reports, printed),
                points.HTML: _html(reports, document),
                points.CSV: _csv(reports, timeline, document),
            },
            timeline=timeline,
            log=_log(folder),
            manifest=_manifest(folder),
        )
    except OSError as error:
        raise CannotWrite(f"{error.filename}: can't be read ({error.strerror})") from error


def _document(folder: Path) -> CaseDocument:
    with case.open_existing(folder) as store:
        try:
            return case.case_document(store)
        except Error:
            raise
        except Exception as error:  # rows that somebody changed: whatever fails on them is that
            raise CaseDamaged(
                f"{folder / case.STORE}: its rows can't be read ({type(error).__name__})",
                hint="`cyberforensics verify CASE` names what is damaged",
            ) from error


def _read(path: Path) -> bytes:
    if path.stat().st_size > _LONGEST_REPORT:
        raise CaseRefused(f"{path}: is larger than any report of ours", hint="write the reports again")
    return path.read_bytes()


def _pdf(reports: Path, printed: dict[str, Any]) -> points.FileState:
    names = [points.PDF, *(name for name, *_ in printed["volumes"])]
    if not (reports / points.PDF).exists():
        return points.FileState("missing")
    for name in names:
        if not (reports / name).exists():
            return points.FileState("old", f"{name} is missing")
        found = written.id_of_pdf(_read(reports / name))
        if found != printed["id"]:
            return points.FileState(
                "old", f"{name} has the id {found or 'of no report'}, the record gives {printed['id']}"
            )
    return points.FileState("current")


def _html(reports: Path, document: CaseDocument) -> points.FileState:
    if not (reports / points.HTML).exists():
        return points.FileState("missing")
    told = written.object_of_html(_read(reports / points.HTML))
    if told is None:
        return points.FileState("old", "it is no report of ours")
    shown = told.get("shownZone")
    try:
        zone = shown_zone(str(shown["name"])) if isinstance(shown, dict) else None
    except (Error, KeyError):
        return points.FileState("old", "it shows times in an unknown zone")
    part = written.html_difference(document, told, zone)
    return points.FileState("current") if part is None else points.FileState("old", f"its part {part!r} differs")


def _csv(reports: Path, timeline: points.TimelineState, document: CaseDocument) -> points.FileState:
    if not (reports / points.CSV).exists():
        return points.FileState("missing")
    if timeline.rows != document.timeline_total:
        return points.FileState("old", f"it has {timeline.rows} rows, the record {document.timeline_total}")
    return points.FileState("current")


def _timeline(path: Path) -> points.TimelineState:
    if not path.exists():
        return points.TimelineState()
    with path.open("rb") as file:
        return written.timeline_state(file)


def _log(folder: Path) -> points.LogState:
    path = folder / case.LOG
    if not path.exists():
        return points.LogState()
    chain = case.check_chain(path)
    finished: Counter[str] = Counter()
    unnamed = 0
    for line in case.read_log(folder):
        if line.record is not None:
            action, exhibit = str(line.record["action"]), line.record["facts"].get("exhibit")
            finished[action if exhibit is None else f"{action} {exhibit}"] += 1
            unnamed += not line.record["operator"]
    return points.LogState(
        lines=chain.lines,
        differences=tuple(f"line {number} {what}" for number, what in chain.differences),
        backwards=tuple(f"line {number}: {what}" for number, what in chain.information if "backwards" in what),
        finished=finished,
        unnamed=unnamed,
    )


def _manifest(folder: Path) -> points.ManifestState | None:
    if not case.is_sealed(folder):
        return None
    files, differences = case.check_manifest(folder, (folder / case.MANIFEST).read_bytes())
    return points.ManifestState(
        files,
        tuple(f"{found.place} {found.what}" for found in differences),
        is_signed=(folder / case.SIGNATURE).exists(),
        is_stamped=(folder / case.TIME_STAMP).exists(),
    )
