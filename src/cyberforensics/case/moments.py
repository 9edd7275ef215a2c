"""The timeline: every file system time and event of a case, sorted once for all that is made of it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from cyberforensics.case import rows
from cyberforensics.case.annotations import labels_of
from cyberforensics.case.conditions import SELECTED_ENTRIES
from cyberforensics.case.schema import TIME_COLUMNS
from cyberforensics.case.store import Store, stored_integer
from cyberforensics.model.case_document import TimelinePlace, TimelineRow
from cyberforensics.model.codec import decoder
from cyberforensics.model.entry import TIME_MEANINGS
from cyberforensics.model.event import Event
from cyberforensics.model.meanings import describe
from cyberforensics.model.times import Timestamp, decode


@dataclass(frozen=True, slots=True)
class Times:
    """Every time of a case, in no order, as a temporary table of its connection: enough for counts and the latest."""

    store: Store
    table: str


@dataclass(frozen=True, slots=True)
class SortedTimes(Times):
    """The same in the order of the timeline."""


_RAW = " ".join(
    f"WHEN '{meaning}' THEN entry.{column}" for meaning, column in zip(TIME_MEANINGS, TIME_COLUMNS, strict=True)
)
_STORED = f"""
SELECT entry.number AS entry, entry.id AS id, entry.volume AS volume, kinds.key AS meaning,
       CASE kinds.key {_RAW} END AS raw, kinds.value AS encoding, NULL AS event
FROM entry CROSS JOIN time_kinds ON time_kinds.number = entry.time_kinds CROSS JOIN json_each(time_kinds.kinds) AS kinds
"""
_EVENTS = """
SELECT event.entry, entry.id, entry.volume, '', event.raw, event.encoding, event.number
FROM event JOIN entry ON entry.number = event.entry
"""
MOMENT = """
CASE WHEN typeof(times.raw) <> 'integer' THEN instant(times.raw, times.encoding, exhibit.zone)
     WHEN times.encoding = 'filetime' AND times.raw >= 116444736000000000 THEN (times.raw - 116444736000000000) / 10
     WHEN times.encoding = 'posix-ns' AND times.raw > 0
     THEN (times.raw >> 30) * 1000000 + (times.raw & 1073741823) / 1000
     WHEN times.encoding IN ('apfs', 'host-ns') AND times.raw > 0 THEN times.raw / 1000
     ELSE instant(times.raw, times.encoding, exhibit.zone) END
"""
"""Microseconds since 1970, as `store._instant` gives them: the frequent encodings in SQL's own arithmetic, ten times
as fast; a test holds both equal."""
LOCAL = """
CASE WHEN times.encoding IN ('filetime', 'posix', 'posix-ns', 'apfs', 'hfs', 'host-ns') THEN 0
     ELSE local_unknown(times.raw, times.encoding, exhibit.zone) END
"""
"""1 where the time is of a clock of unknown zone; of encodings that are UTC by format none is."""
_PLACE = "SELECT volume, id, path, stream, meta_address, name_state, size FROM entry WHERE number = ?"
_SELECTED = f"times.entry IN (SELECT number FROM entry WHERE {SELECTED_ENTRIES.replace('?', ':only')})"
_ALL = f"""
SELECT times.moment, times.raw, times.encoding, times.meaning, times.entry, times.event, times.local FROM (
    SELECT times.*, {MOMENT} AS moment, {LOCAL} AS local FROM ({_STORED} UNION ALL {_EVENTS}) AS times
    CROSS JOIN volume ON volume.number = times.volume CROSS JOIN exhibit ON exhibit.exhibit = volume.exhibit
) AS times
WHERE (:start IS NULL OR moment >= :start) AND (:end IS NULL OR moment < :end) AND (:only IS NULL OR {_SELECTED})
"""
_ORDER = """
times.moment IS NULL, times.moment,
iif(times.encoding IN ('filetime', 'posix-ns', 'apfs', 'host-ns'), times.raw, 0),
{id}, times.meaning, times.raw, times.event
"""


@contextmanager
def sorted_times(
    store: Store, start: int | None = None, end: int | None = None, only: str | None = None
) -> Iterator[SortedTimes]:
    """Sort the times of the case as it is now, those that are no moment at the end; forgotten when the block ends.

    The table is narrow, so that sorting millions moves little, and each time's moment is computed once.

    Args:
        start: microseconds since 1970; nothing before it.
        end: nothing from it on.
        only: a label; times of the entries that it selects.
    """
    query = f"{_ALL} ORDER BY {_ORDER.format(id='times.id')}"
    with _table(store, query, {"start": start, "end": end, "only": only}) as table:
        yield SortedTimes(store, table)


@contextmanager
def unsorted_times(store: Store, only: str | None = None) -> Iterator[Times]:
    """The times of the case as it is now, in half the time that sorting takes; `only` is that of `sorted_times`."""
    with _table(store, _ALL, {"start": None, "end": None, "only": only}) as table:
        yield Times(store, table)


@contextmanager
def _table(store: Store, query: str, values: Mapping[str, int | str | None]) -> Iterator[str]:
    database = store.database
    (number,) = database.execute("SELECT coalesce(max(rowid), 0) + 1 FROM temp.sqlite_master").fetchone()
    table = f"temp.times_{number}"  # as its own row there will be numbered, so that no two are called the same
    database.execute(f"CREATE TABLE {table} AS {query}", values)
    try:
        yield table
    finally:
        with suppress(sqlite3.Error):  # where it is still read, after an error, it goes with the connection
            database.execute(f"DROP TABLE {table}")


def timeline(store: Store, start: int | None = None, end: int | None = None) -> Iterator[TimelineRow]:
    """Every file system time and event, sorted by moment; the arguments are those of `sorted_times`."""
    with sorted_times(store, start, end) as times:
        yield from timeline_rows(times)


def timeline_rows(times: SortedTimes) -> Iterator[TimelineRow]:
    """All of them, in their order."""
    yield from _rows(times, f"FROM {times.table} AS times ORDER BY rowid", ())


def latest(times: Times, count: int) -> Iterator[TimelineRow]:
    """The last of the timeline, in its order: what a report shows where it can't show all.

    Where moments are equal, the later name is chosen.
    """
    newest = (
        f"FROM {times.table} AS times CROSS JOIN entry ON entry.number = times.entry "
        f"WHERE times.rowid IN (SELECT rowid FROM {times.table} "
        "ORDER BY moment DESC NULLS LAST, entry DESC, meaning DESC, raw DESC, event DESC LIMIT ?) "
        f"ORDER BY {_ORDER.format(id='entry.id')}"
    )
    yield from _rows(times, newest, (count,))


def activity(times: Times, width: int) -> Iterator[tuple[int | None, str, int, int]]:
    """Times by bins of `width` microseconds since 1970 and by meaning; None for those that are no moment.

    Each comes with its number, and the number of those that are of a clock of unknown zone.
    """
    yield from times.store.database.execute(
        "SELECT moment / ?1 - (moment % ?1 < 0) AS bin, iif(event IS NULL, meaning, 'event') AS kind, count(*), "
        f"sum(local) FROM {times.table} GROUP BY bin, kind ORDER BY bin, kind",
        (width,),
    )


def _rows(times: Times, chosen: str, values: tuple[int, ...]) -> Iterator[TimelineRow]:
    """Rows with what they share made once: rows of one entry stand side by side, and so do equal times."""
    database = times.store.database
    volumes = rows.volumes_by_number(times.store)
    zones = rows.zones(times.store)
    labels = labels_of(times.store)
    entry = number = stored = encoding = None
    query = f"SELECT times.entry, times.raw, times.encoding, times.meaning, times.event {chosen}"
    for row in database.execute(query, values):
        if row[0] != entry:
            entry = row[0]
            found = database.execute(_PLACE, (entry,)).fetchone()
            if found[0] != number:
                number, stored = found[0], None  # equal values of another volume may have another zone
                volume = volumes[number]
                filesystem = volume.filesystem or ""
            place = TimelinePlace(volume.exhibit, volume.id, *(*found[1:], labels.get(found[1], ())))
        if row[1] != stored or row[2] != encoding:
            stored, encoding = row[1], row[2]
            timestamp = Timestamp(stored_integer(stored), encoding)
            moment = decode(timestamp, zones[volume.exhibit])
        if row[4] is None:
            yield TimelineRow(place, timestamp, moment, row[3], describe(filesystem, row[3]), "")
        else:
            data, identity = database.execute("SELECT data, id FROM event WHERE number = ?", (row[4],)).fetchone()
            event: Event = decoder(Event)(json.loads(data))
            own = labels.get(identity, ())
            yield TimelineRow(place, timestamp, moment, event.meaning, event.data_type, event.message, own)
