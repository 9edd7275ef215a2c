"""Timelines for other programs: CSV, and the JSON lines that Timesketch imports."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cyberforensics.model.case_document import TimelineRow
from cyberforensics.model.times import DAY, Moment
from cyberforensics.report.jsonl import json_line
from cyberforensics.report.spreadsheet import FORMULA, csv_line, neutralised
from cyberforensics.report.words import ZONES

NOTICES: Mapping[str, str] = MappingProxyType(
    {
        "csv": (
            "CSV: a cell that a spreadsheet would take for a formula (it begins with = + - @, tab or carriage "
            "return) has an apostrophe before it; the column `neutralised` names the columns where that was done. "
            "Spreadsheets may still round long numbers (`raw`, `instant_ns`): import these columns as text."
        ),
        "jsonl": (
            "Timesketch JSONL: rows without a moment (values that are zero, invalid or out of range) can't be "
            "imported and are left out; their number is printed. `datetime` always carries +00:00, since Timesketch "
            "knows no other: where `zone_basis` is local-unknown it is the local clock's reading, and "
            "`timestamp_desc` says so. A time that is only a date stands at midnight."
        ),
        "bodyfile": (
            "Bodyfile: whole seconds only, and no zone: local times of unknown zone stand as if they were UTC. A "
            "time that is not set is 0, as it is in 1970; deletion, added and backup times and the events of "
            "parsers have no column. mactime leaves out times before 1970. The MD5 is 0 where it is not of the "
            "whole content. In names | is written \\x7c, and control and invisible characters are escaped. The "
            "address of a ($FILE_NAME) line has no attribute number, and where a file system has no permissions "
            "(NTFS, FAT) none are written."
        ),
    }
)
"""What each format loses, for the command line to print on stderr."""

_COLUMNS = (
    *("time", "instant_ns", "precision_ns", "zone_basis", "flag", "raw", "encoding", "meaning", "description"),
    *("exhibit", "volume", "path", "stream", "meta_address", "name_state", "size", "message", "entry", "neutralised"),
)

_TEXTS = ("meaning", "description", "exhibit", "volume", "path", "stream", "message")
"""Columns whose text comes from evidence or from people."""


@dataclass(slots=True)
class LeftOut:
    """How many rows a format could not carry; to be read after the last line."""

    count: int = 0


def csv_lines(rows: Iterable[TimelineRow]) -> Iterator[str]:
    """The timeline as CSV, the header first, rows in the order given, lines without their ends."""
    yield csv_line(_COLUMNS)
    buffer = io.StringIO()
    write = csv.writer(buffer, lineterminator="").writerow
    for row in rows:
        moment = row.moment
        texts = (row.meaning, row.description, row.exhibit, row.volume, row.path, row.stream or "", row.message)
        changed = [name for name, text in zip(_TEXTS, texts, strict=True) if text.startswith(FORMULA)]
        meaning, description, exhibit, volume, path, stream, message = map(neutralised, texts)
        write(  # in the order of _COLUMNS; what is not in `texts` is made of digits and words of ours
            (
                *(moment.text, moment.instant, moment.precision, moment.zone_basis, moment.flag, row.raw),
                *(row.encoding, meaning, description, exhibit, volume, path, stream, row.meta_address),
                *(row.name_state, row.size, message, row.entry, " ".join(changed)),
            )
        )
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def timesketch_lines(rows: Iterable[TimelineRow], left_out: LeftOut | None = None) -> Iterator[str]:
    """The timeline as Timesketch's JSON lines: its three mandatory fields first, then ours.

    Rows without a moment can't be imported; they are counted in `left_out`.
    """
    for row in rows:
        datetime = iso_8601(row.moment)
        if datetime is None:
            if left_out is not None:
                left_out.count += 1
            continue
        unknown = f" ({ZONES['local-unknown']})" if row.moment.zone_basis == "local-unknown" else ""
        yield json_line(
            {
                "message": row.message or f"{_place(row)}: {row.description}",
                "datetime": datetime,
                "timestamp_desc": row.meaning + unknown,
                "time": row.moment.text,
                "instant_ns": row.moment.instant,
                "precision": row.moment.precision,
                "zone_basis": row.moment.zone_basis,
                "raw": row.raw,
                "encoding": row.encoding,
                "description": row.description,
                "evidence": row.exhibit,
                "volume": row.volume,
                "path": row.path,
                "stream": row.stream,
                "meta_address": row.meta_address,
                "name_state": row.name_state,
                "size": row.size,
                "entry": row.entry,
            }
        )


def _place(row: TimelineRow) -> str:
    return row.path if row.stream is None else f"{row.path}:{row.stream}"


def iso_8601(moment: Moment) -> str | None:
    """The moment with +00:00, as Timesketch wants it, with no more digits than there are; None where there is none."""
    if moment.instant is None or moment.text is None:
        return None
    if moment.precision >= DAY:
        return f"{moment.text}T00:00:00+00:00"
    return moment.text.removesuffix("Z") + "+00:00"
