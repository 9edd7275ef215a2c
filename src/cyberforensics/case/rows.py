"""Reading a case: rows back into the dataclasses that reports and exports take."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cyberforensics.case.conditions import Conditions
from cyberforensics.case.schema import TIME_COLUMNS
from cyberforensics.case.store import Store, stored_integer
from cyberforensics.model.case_document import EntryRow, LocatedFinding, TimelineRow
from cyberforensics.model.codec import decoder
from cyberforensics.model.entry import (
    TIME_MEANINGS,
    Entry,
    EntryTime,
    Kind,
    NameState,
    Recovery,
    Status,
)
from cyberforensics.model.event import Event
from cyberforensics.model.examination import Digests, Finding
from cyberforensics.model.locators import join
from cyberforensics.model.meanings import describe
from cyberforensics.model.media_types import extension_mismatch
from cyberforensics.model.names import extension_of
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.times import Timestamp, decode
from cyberforensics.model.volume import Volume

_ENTRY = f"""
SELECT entry.number, entry.volume, entry.id, entry.parent, entry.path, entry.path_raw, entry.stream, entry.kind,
       entry.meta_address, entry.allocated, entry.name_state, entry.recovery, entry.size, time_kinds.kinds,
       entry.mode, entry.uid, entry.gid, entry.owner, entry.link_target, entry.locator, entry.content, entry.reader,
       entry.first_address, entry.allocated_size, entry.status, entry.status_reason,
       examination.status, examination.status_reason, md5, sha1, sha256, digest_note, all_zero, media_type, category,
       {", ".join(f"entry.{column}" for column in TIME_COLUMNS)}
FROM entry LEFT JOIN examination ON examination.content = entry.content
JOIN time_kinds ON time_kinds.number = entry.time_kinds
"""
_FIRST_TIME = 35

EVERYTHING = Conditions()
_HAS_FINDING = "EXISTS (SELECT 1 FROM finding WHERE finding.entry = entry.number)"
ORDERS = {
    "id": "entry.id, entry.number",
    "walk": "entry.number",
    "weight": f"{_HAS_FINDING} DESC, entry.priority, entry.number",
}


def volumes(store: Store, exhibit: str | None = None) -> Iterator[Volume]:
    """Every slot of every exhibit, in the order of the media."""
    for (data,) in store.database.execute(
        "SELECT data FROM volume WHERE ?1 IS NULL OR exhibit = ?1 ORDER BY number", (exhibit,)
    ):
        yield decoder(Volume)(json.loads(data))


def zones(store: Store) -> dict[str, str | None]:
    """The zone declared for each exhibit's local clocks."""
    return dict(store.database.execute("SELECT exhibit, zone FROM exhibit ORDER BY exhibit"))


def entries(store: Store, *, filters: Conditions = EVERYTHING, order: str = "id") -> Iterator[EntryRow]:
    """Every entry that the filters admit; `order` is a key of `ORDERS`."""
    known = _Volumes(store)
    where, values = filters.sql()
    query = f"{_ENTRY} WHERE {where} ORDER BY {ORDERS[order]}"
    for row in store.database.execute(query, values):
        yield _entry_row(store, row, known)


class _Volumes:
    """Volumes by number, and each exhibit's zone."""

    def __init__(self, store: Store) -> None:
        self.by_number: dict[int, Volume] = {
            number: decoder(Volume)(json.loads(data))
            for number, data in store.database.execute("SELECT number, data FROM volume")
        }
        self.zones = zones(store)


@lru_cache(maxsize=1024)
def _kinds(text: str) -> dict[str, str]:
    kinds: dict[str, str] = json.loads(text)
    return kinds


def _entry_row(store: Store, row: tuple[Any, ...], known: _Volumes) -> EntryRow:
    volume = known.by_number[row[1]]
    digests = Digests(row[28], row[29], row[30]) if row[30] is not None else None
    status, reason = (row[26], row[27]) if row[26] is not None else (row[24], row[25])
    if status is None:
        status, reason = str(Status.SKIPPED), "not-reached"
    name = row[4].rpartition("/")[2]
    return EntryRow(
        id=row[2],
        exhibit=volume.exhibit,
        entry=_entry(row, volume),
        parent=row[3],
        names=_names(store, row),
        digests=digests,
        digest_note=row[31],
        all_zero=None if row[32] is None else bool(row[32]),
        media_type=row[33],
        extension_mismatch=extension_mismatch(extension_of(name), row[33]) if row[6] is None else None,
        category=row[34],
        status=status,
        status_reason=reason,
        zone=known.zones.get(volume.exhibit),
    )


def _entry(row: tuple[Any, ...], volume: Volume) -> Entry:
    kinds = _kinds(row[13])
    times = tuple(
        EntryTime(meaning, Timestamp(stored_integer(row[_FIRST_TIME + place]), kinds[meaning]))
        for place, meaning in enumerate(TIME_MEANINGS)
        if meaning in kinds
    )
    return Entry(
        volume=volume.id,
        id=row[2],
        parent=row[3],
        number=row[0],
        path=row[4],
        path_raw=row[5] if row[5] is not None else row[4].encode(),
        stream=row[6],
        kind=Kind(row[7]),
        meta_address=row[8],
        allocated=bool(row[9]),
        name_state=NameState(row[10]),
        recovery=Recovery(row[11]),
        size=row[12],
        times=times,
        mode=row[14],
        uid=row[15],
        gid=row[16],
        owner=row[17],
        link_target=row[18],
        locator=join(volume.locator or "{}", row[19]) if row[19] is not None else None,
        content=row[20],
        reader=row[21],
        first_address=row[22],
        allocated_size=row[23],
        status=None if row[24] is None else Status(row[24]),
        status_reason=row[25],
    )


def _names(store: Store, row: tuple[Any, ...]) -> tuple[str, ...]:
    content = row[20]
    if content is None:
        return (row[4],)
    others = store.database.execute(
        "SELECT path FROM entry WHERE content = ? AND content <> number ORDER BY number", (content,)
    ).fetchall()
    if not others:
        return (row[4],)
    first = store.database.execute("SELECT path FROM entry WHERE number = ?", (content,)).fetchone()
    return (first[0], *(other[0] for other in others))


_FINDING = """
SELECT finding.id, finding.context, finding.data, volume.exhibit, volume.volume, entry.id, entry.path, entry.stream,
       entry.meta_address, entry.name_state, entry.recovery, entry.size, md5, sha1, examination.sha256, digest_note,
       entry.content, entry.path
FROM finding JOIN entry ON entry.number = finding.entry JOIN volume ON volume.number = entry.volume
JOIN time_kinds ON time_kinds.number = entry.time_kinds
LEFT JOIN examination ON examination.content = entry.content
"""
FINDING_ORDERS = {
    "id": "finding.id, finding.number",
    "severity": "finding.severity DESC, volume.exhibit, entry.number, finding.id",
}


def findings(
    store: Store, *, filters: Conditions = EVERYTHING, order: str = "id", limit: int = -1
) -> Iterator[LocatedFinding]:
    """Findings in entries that the filters admit, with their place."""
    where, values = filters.sql()
    query = f"{_FINDING} WHERE {where} ORDER BY {FINDING_ORDERS[order]} LIMIT {limit:d}"
    for row in store.database.execute(query, values):
        names = _names(store, (*row[:4], row[6], *([None] * 15), row[16]))
        yield LocatedFinding(
            id=row[0],
            exhibit=row[3],
            volume=row[4],
            entry=row[5],
            path=row[6],
            stream=row[7],
            meta_address=row[8],
            name_state=row[9],
            recovery=row[10],
            size=row[11],
            digests=Digests(row[12], row[13], row[14]) if row[14] is not None else None,
            digest_note=row[15],
            other_names=tuple(name for name in names if name != row[6]),
            context=row[1],
            finding=decoder(Finding)(json.loads(row[2])),
        )


def problems(store: Store) -> Iterator[tuple[str, str, str | None, str | None, Problem]]:
    """Problems in the order of their ids: id, exhibit, volume, entry id, problem."""
    query = (
        "SELECT id, exhibit, volume, entry, stage, code, message, severity, path, offset FROM problem "
        "ORDER BY id, number"
    )
    for row in store.database.execute(query):
        yield (*row[:4], Problem(Stage(row[4]), row[5], row[6], Severity(row[7]), row[8], row[9]))


def events(store: Store) -> Iterator[tuple[str, str, str, Event]]:
    """Events of parsers in the order of their ids: id, exhibit, entry id, event."""
    query = (
        "SELECT event.id, volume.exhibit, entry.id, event.data FROM event JOIN entry ON entry.number = event.entry "
        "JOIN volume ON volume.number = entry.volume ORDER BY event.id, event.number"
    )
    for row in store.database.execute(query):
        yield row[0], row[1], row[2], decoder(Event)(json.loads(row[3]))


_TIMES = " UNION ALL ".join(
    f"SELECT entry.number AS entry, '{meaning}' AS meaning, entry.{column} AS raw, "
    f"json_extract(time_kinds.kinds, '$.\"{meaning}\"') AS encoding, NULL AS data "
    f"FROM entry JOIN time_kinds ON time_kinds.number = entry.time_kinds WHERE entry.{column} IS NOT NULL"
    for meaning, column in zip(TIME_MEANINGS, TIME_COLUMNS, strict=True)
)
_MOMENT = """
CASE WHEN typeof(times.raw) <> 'integer' THEN instant(times.raw, times.encoding, exhibit.zone)
     WHEN times.encoding = 'filetime' AND times.raw >= 116444736000000000 THEN (times.raw - 116444736000000000) / 10
     WHEN times.encoding = 'posix-ns' AND times.raw > 0
     THEN (times.raw >> 30) * 1000000 + (times.raw & 1073741823) / 1000
     WHEN times.encoding IN ('apfs', 'host-ns') AND times.raw > 0 THEN times.raw / 1000
     ELSE instant(times.raw, times.encoding, exhibit.zone) END
"""
"""Microseconds since 1970, as `store._instant` gives them: the frequent encodings in SQL's own arithmetic, ten times
as fast; a test holds both equal."""
_TIMED = f"""
timed AS MATERIALIZED (
    SELECT times.entry AS entry, times.meaning AS meaning, times.raw AS raw, times.encoding AS encoding,
           times.data AS data, {_MOMENT} AS moment
    FROM ({_TIMES} UNION ALL SELECT entry, '', raw, encoding, data FROM event) AS times
    JOIN entry ON entry.number = times.entry JOIN volume ON volume.number = entry.volume
    JOIN exhibit ON exhibit.exhibit = volume.exhibit
)
"""
"""Every time with its moment: materialized, so that each value is decoded once."""
_TIMELINE = """
SELECT chosen.meaning, chosen.raw, chosen.encoding, chosen.data, volume.exhibit, volume.volume,
       json_extract(volume.data, '$.filesystem'), exhibit.zone, entry.id, entry.path, entry.stream,
       entry.meta_address, entry.name_state, entry.size
FROM chosen JOIN entry ON entry.number = chosen.entry JOIN volume ON volume.number = entry.volume
JOIN exhibit ON exhibit.exhibit = volume.exhibit
ORDER BY moment IS NULL, moment, iif(chosen.encoding IN ('filetime', 'posix-ns', 'apfs', 'host-ns'), chosen.raw, 0),
         entry.id, chosen.meaning, chosen.raw
"""
_BETWEEN = (
    f"WITH {_TIMED}, chosen AS (SELECT * FROM timed WHERE (?1 IS NULL OR moment >= ?1) "
    f"AND (?2 IS NULL OR moment < ?2)) {_TIMELINE}"
)
_LATEST = f"""
WITH {_TIMED}, chosen AS (
    SELECT * FROM timed ORDER BY moment DESC NULLS LAST, entry DESC, meaning DESC, raw DESC LIMIT ?1
) {_TIMELINE}"""


def timeline(store: Store, start: int | None = None, end: int | None = None) -> Iterator[TimelineRow]:
    """Every file system time and event, sorted by moment, those that are no moment at the end.

    Args:
        start: microseconds since 1970; nothing before it.
        end: nothing from it on.
    """
    yield from map(_timeline_row, store.database.execute(_BETWEEN, (start, end)))


def latest(store: Store, count: int) -> Iterator[TimelineRow]:
    """The last of the timeline, in its order: what a report shows where it can't show all."""
    yield from map(_timeline_row, store.database.execute(_LATEST, (count,)))


_ACTIVITY = f"""
WITH {_TIMED}
SELECT moment / ?1 - (moment % ?1 < 0) AS day, iif(data IS NULL, meaning, 'event') AS kind, count(*)
FROM timed GROUP BY day, kind ORDER BY day, kind
"""


def activity(store: Store, width: int) -> Iterator[tuple[int | None, str, int]]:
    """Times by bins of `width` microseconds since 1970 and by meaning; None for those that are no moment."""
    yield from store.database.execute(_ACTIVITY, (width,))


def _timeline_row(row: tuple[Any, ...]) -> TimelineRow:
    raw = stored_integer(row[1])
    meaning, message, description = row[0], "", ""
    if row[3] is not None:
        event: Event = decoder(Event)(json.loads(row[3]))
        meaning, message, description = event.meaning, event.message, event.data_type
    else:
        description = describe(row[6] or "", meaning)
    return TimelineRow(
        exhibit=row[4],
        volume=row[5],
        entry=row[8],
        path=row[9],
        stream=row[10],
        meta_address=row[11],
        name_state=row[12],
        size=row[13],
        moment=decode(Timestamp(raw, row[2]), row[7]),
        raw=raw,
        encoding=row[2],
        meaning=meaning,
        description=description,
        message=message,
    )
