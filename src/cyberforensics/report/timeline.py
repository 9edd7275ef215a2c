"""Timelines for other programs: CSV, and the JSON lines that Timesketch imports."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from cyberforensics.model.case_document import TimelinePlace, TimelineRow
from cyberforensics.model.shown import ShownZone, in_zone
from cyberforensics.model.times import DAY, Moment, Timestamp
from cyberforensics.report.jsonl import SHOWN_FIELDS, json_line
from cyberforensics.report.spreadsheet import FORMULA, csv_line, neutralised, quoted
from cyberforensics.report.words import ZONES, visible

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
            "`timestamp_desc` says so. A time that is only a date stands at midnight. Labels are not in it."
        ),
        "parquet": (
            "Parquet: no row and no cell of the CSV is lost, and none is changed for a spreadsheet. `instant_ns` is a "
            "decimal of 38 digits and `raw` is text, since both can be longer than 64 bits; `time` is text, with the "
            "digits that it has and no zone where none is known. What is missing is null."
        ),
        "bodyfile": (
            "Bodyfile: whole seconds only, and no zone: local times of unknown zone stand as if they were UTC. A "
            "time that is not set is 0, as it is in 1970; deletion, added and backup times and the events of "
            "parsers have no column. mactime leaves out times before 1970. The MD5 is 0 where it is not of the "
            "whole content. In names | is written \\x7c, and control and invisible characters are escaped. The "
            "address of a ($FILE_NAME) line has no attribute number, and where a file system has no permissions "
            "(NTFS, FAT) none are written. Labels are not in it."
        ),
    }
)
"""What each format loses, for the command line to print on stderr."""

_COLUMNS = (
    *("time", "instant_ns", "precision_ns", "zone_basis", "flag", "raw", "encoding", "meaning", "description"),
    *("exhibit", "volume", "path", "stream", "meta_address", "name_state", "size", "message", "entry", "labels"),
    "neutralised",
)


@dataclass(slots=True)
class LeftOut:
    """How many rows a format could not carry; to be read after the last line."""

    count: int = 0


def csv_lines(rows: Iterable[TimelineRow], shown: ShownZone | None = None) -> Iterator[str]:
    """The timeline as CSV, the header first, rows in the order given, lines without their ends.

    What the row before holds as well (its entry, its time) is not made again. `shown` is a zone that was asked for:
    two more columns.
    """
    yield csv_line(_COLUMNS if shown is None else (*_COLUMNS, *SHOWN_FIELDS))
    beside, zone = "", "" if shown is None else "," + quoted(str(shown))
    timestamp, moment, place = None, None, None
    for row in rows:
        if row.timestamp is not timestamp or row.moment is not moment:
            timestamp, moment = row.timestamp, row.moment
            when = _when(timestamp, moment)
            if shown is not None:
                beside = f",{in_zone(moment, shown) or ''}{zone}"
        if row.place is not place:
            place = row.place
            where, changed_where = _where(place)
            entry = quoted(visible(place.entry))
            marked, changed_marked = _marked(place.labels)
        what, changed = _what(row.meaning, row.description)
        changed += changed_where
        message = ""
        if row.message:
            message = _cell(row.message)
            changed += _changed(message=row.message)
        own, changed_own = _marked((*place.labels, *row.labels)) if row.labels else (marked, changed_marked)
        changed += changed_own
        yield f"{when},{what},{where},{message},{entry},{own},{' '.join(changed) if changed else ''}{beside}"


def _when(timestamp: Timestamp, moment: Moment) -> str:
    """The columns from `time` to `encoding`: digits and words of ours."""
    instant = "" if moment.instant is None else moment.instant
    text = f"{moment.text or ''},{instant},{moment.precision},{moment.zone_basis},{moment.flag or ''}"
    return f"{text},{timestamp.raw},{timestamp.encoding}"


@lru_cache(maxsize=256)
def _what(meaning: str, description: str) -> tuple[str, tuple[str, ...]]:
    """The columns `meaning` and `description`, and which of them were changed."""
    return f"{_cell(meaning)},{_cell(description)}", _changed(meaning=meaning, description=description)


def _where(place: TimelinePlace) -> tuple[str, tuple[str, ...]]:
    """The columns from `exhibit` to `size`, and which of them were changed."""
    stream = place.stream or ""
    volume, changed = _volume(place.exhibit, place.volume)
    size = "" if place.size is None else place.size
    address = quoted(visible(place.meta_address))
    cells = f"{volume},{_cell(place.path)},{_cell(stream)},{address},{place.name_state},{size}"
    return cells, changed + _changed(path=place.path, stream=stream)


@lru_cache(maxsize=256)
def labels_in_one(labels: tuple[str, ...]) -> str:
    """Labels as one text; a semicolon of a label itself has a backslash before it."""
    return "; ".join(label.replace(";", "\\;") for label in labels)


def _marked(labels: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The column `labels`, and whether it was changed."""
    text = labels_in_one(labels)
    return _cell(text), _changed(labels=text)


@lru_cache(maxsize=256)
def _volume(exhibit: str, volume: str) -> tuple[str, tuple[str, ...]]:
    """The columns `exhibit` and `volume`, and which of them were changed."""
    return f"{_cell(exhibit)},{_cell(volume)}", _changed(exhibit=exhibit, volume=volume)


def _cell(text: str) -> str:
    return quoted(neutralised(text))


def _changed(**texts: str) -> tuple[str, ...]:
    """The columns whose text, from evidence or from people, a spreadsheet would take for a formula."""
    return tuple([name for name, text in texts.items() if text.startswith(FORMULA)])


def timesketch_lines(
    rows: Iterable[TimelineRow], left_out: LeftOut | None = None, shown: ShownZone | None = None
) -> Iterator[str]:
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
                "raw": row.timestamp.raw,
                "encoding": row.timestamp.encoding,
                "description": row.description,
                "evidence": row.place.exhibit,
                "volume": row.place.volume,
                "path": row.place.path,
                "stream": row.place.stream,
                "meta_address": row.place.meta_address,
                "name_state": row.place.name_state,
                "size": row.place.size,
                "entry": row.place.entry,
                **({} if shown is None else {"time_shown": in_zone(row.moment, shown), "zone_shown": str(shown)}),
            }
        )


def _place(row: TimelineRow) -> str:
    return row.place.path if row.place.stream is None else f"{row.place.path}:{row.place.stream}"


def iso_8601(moment: Moment) -> str | None:
    """The moment with +00:00, as Timesketch wants it, with no more digits than there are; None where there is none."""
    if moment.instant is None or moment.text is None:
        return None
    if moment.precision >= DAY:
        return f"{moment.text}T00:00:00+00:00"
    return moment.text.removesuffix("Z") + "+00:00"
