"""What written reports say of themselves, to be held against what the record gives now."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from cyberforensics.model.case_document import CaseDocument
from cyberforensics.model.shown import ShownZone
from cyberforensics.report.html_document import document_object
from cyberforensics.report.html_json import embedded
from cyberforensics.report.pdf import VOLUME_ROWS, pdf_name, pdf_volumes
from cyberforensics.report.pdf_document import report_object
from cyberforensics.report.points.record import TimelineState

_ISLAND = re.compile(rb'<script type="application/json" id="data-document">(.*?)</script>', re.DOTALL)
_ID = re.compile(rb"<pdf:Keywords>(CF-[0-9A-F]{8}-[0-9A-F]{8})</pdf:Keywords>")


def printed_object(document: CaseDocument) -> dict[str, Any]:
    """What ``report.pdf`` prints when it is made of this document."""
    volumes = pdf_volumes(document)
    names = [pdf_name(number) for number in range(1, volumes + 1)]
    return report_object(document, 0 if volumes else len(document.findings), names, VOLUME_ROWS)


def id_of_pdf(data: bytes) -> str | None:
    """The report id in a PDF's own description; None where there is none."""
    found = set(_ID.findall(data))
    return found.pop().decode() if len(found) == 1 else None


def object_of_html(data: bytes) -> Mapping[str, Any] | None:
    """The bounded part of a written ``report.html``; None where it is none of ours."""
    found = _ISLAND.search(data)
    try:
        told = json.loads(found[1]) if found is not None else None
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def html_difference(document: CaseDocument, told: Mapping[str, Any], zone: ShownZone | None) -> str | None:
    """Where what is written is not what the record gives: the name of the first part; None where nothing is."""
    shown = (str(told.get("entriesShown")), str(told.get("timelineShown")))
    now = json.loads(embedded(document_object(document, shown, zone)))
    return next((key for key in (*now, *told) if now.get(key) != told.get(key)), None)


def timeline_state(lines: Iterable[bytes]) -> TimelineState:
    """Read a ``timeline.csv`` through: its columns, how many rows it has, and whether they are in order.

    Rows are sorted by microseconds; those that are no moment come last.
    """
    columns: tuple[str, ...] = ()
    rows, disorder = 0, None
    latest: float = float("-inf")
    for place, line in enumerate(lines):
        if place == 0:
            columns = tuple(line.decode("utf-8", "replace").rstrip("\r\n").split(","))
            continue
        rows += 1
        cells = line.split(b",", 2)
        try:
            moment = int(cells[1]) // 1000 if len(cells) > 2 and cells[1] else float("inf")
        except ValueError:
            moment = float("-inf")
        if moment < latest and disorder is None:
            disorder = rows
        latest = max(latest, moment)
    return TimelineState(columns, rows, disorder)
