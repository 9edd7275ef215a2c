"""Reading a case: rows back into the dataclasses that reports and exports take."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from cyberforensics.case.annotations import labels_of
from cyberforensics.case.conditions import Conditions
from cyberforensics.case.finding_json import finding_of
from cyberforensics.case.schema import TIME_COLUMNS
from cyberforensics.case.store import Store, stored_integer
from cyberforensics.model.case_document import MAX_NAMES, EntryRow, LocatedFinding, Names
from cyberforensics.model.codec import decoder
from cyberforensics.model.contexts import GROUPS
from cyberforensics.model.entry import (
    TIME_MEANINGS,
    Entry,
    EntryTimes,
    Kind,
    NameState,
    Recovery,
    Status,
    kinds_text,
)
from cyberforensics.model.event import Event
from cyberforensics.model.examination import Digests
from cyberforensics.model.locators import join
from cyberforensics.model.media_types import extension_mismatch
from cyberforensics.model.names import extension_of
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.volume import Volume

_FIRST = "(SELECT first.%s FROM entry AS first WHERE first.number = entry.content)"
"""What was decided of a content before it was read stands with its first name, and holds for all."""

_ENTRY_TABLES = """entry LEFT JOIN examination ON examination.content = entry.content
JOIN time_kinds ON time_kinds.number = entry.time_kinds"""
_ENTRY = f"""
SELECT entry.number, entry.volume, entry.id, entry.parent, entry.path, entry.path_raw, entry.stream, entry.kind,
       entry.meta_address, entry.allocated, entry.name_state, entry.recovery, entry.size, time_kinds.kinds,
       entry.mode, entry.uid, entry.gid, entry.owner, entry.link_target, entry.locator, entry.content, entry.reader,
       entry.first_address, entry.allocated_size,
       coalesce(entry.status, {_FIRST % "status"}), coalesce(entry.status_reason, {_FIRST % "status_reason"}),
       examination.status, examination.status_reason, md5, sha1, sha256, digest_note, all_zero, media_type, category,
       examination.known, coalesce(examination.rules_skipped, 0),
       {", ".join(f"entry.{column}" for column in TIME_COLUMNS)},
       EXISTS (SELECT 1 FROM entry AS other WHERE other.content = entry.content AND other.content <> other.number)
FROM {_ENTRY_TABLES}
"""
_FIRST_TIME = 37
_HAS_OTHER_NAMES = _FIRST_TIME + len(TIME_COLUMNS)

EVERYTHING = Conditions()
_NamesOf = Callable[[int], Names]
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


def count_entries(store: Store, filters: Conditions = EVERYTHING) -> int:
    """How many entries a case has, of those that the filters admit."""
    where, values = filters.sql()
    tables = "entry" if filters == EVERYTHING else _ENTRY_TABLES
    return int(store.database.execute(f"SELECT count(*) FROM {tables} WHERE {where}", values).fetchone()[0])


def zones(store: Store) -> dict[str, str | None]:
    """The zone declared for each exhibit's local clocks."""
    return dict(store.database.execute("SELECT exhibit, zone FROM exhibit ORDER BY exhibit"))


def entries(
    store: Store, *, filters: Conditions = EVERYTHING, order: str = "id", limit: int = -1
) -> Iterator[EntryRow]:
    """Entries that the filters admit, at most `limit`; `order` is a key of `ORDERS`."""
    volumes, zone_of = volumes_by_number(store), zones(store)
    names, labels = _names_of(store), labels_of(store)
    where, values = filters.sql()
    query = f"{_ENTRY} WHERE {where} ORDER BY {ORDERS[order]} LIMIT {limit:d}"
    for row in store.database.execute(query, values):
        volume = volumes[row[1]]
        yield _entry_row(names, row, volume, zone_of[volume.exhibit], labels.get(row[2], ()))


def volumes_by_number(store: Store) -> dict[int, Volume]:
    """Every slot by its number in the store."""
    found = store.database.execute("SELECT number, data FROM volume")
    return {number: decoder(Volume)(json.loads(data)) for number, data in found}


@lru_cache(maxsize=1024)
def _kinds(text: str) -> tuple[str, tuple[int, ...]]:
    """Which times an entry has, as `EntryTimes.kinds`, and the column of `_ENTRY` of each."""
    kinds: dict[str, str] = json.loads(text)
    meanings = [meaning for meaning in TIME_MEANINGS if meaning in kinds]
    columns = tuple(_FIRST_TIME + TIME_MEANINGS.index(meaning) for meaning in meanings)
    return kinds_text((meaning, kinds[meaning]) for meaning in meanings), columns


def _entry_row(
    names: _NamesOf, row: tuple[Any, ...], volume: Volume, zone: str | None, labels: tuple[str, ...]
) -> EntryRow:
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
        names=names(row[20]) if row[_HAS_OTHER_NAMES] else Names((row[4],)),
        digests=digests,
        digest_note=row[31],
        all_zero=None if row[32] is None else bool(row[32]),
        media_type=row[33],
        extension_mismatch=extension_mismatch(extension_of(name), row[33]) if row[6] is None else None,
        category=row[34],
        status=status,
        status_reason=reason,
        zone=zone,
        known=tuple(json.loads(row[35])) if row[35] is not None else (),
        rules_skipped=bool(row[36]),
        labels=labels,
    )


def _entry(row: tuple[Any, ...], volume: Volume) -> Entry:
    kinds, columns = _kinds(row[13])
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
        times=EntryTimes(kinds, tuple([stored_integer(row[column]) for column in columns])),
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


def _names_of(store: Store) -> _NamesOf:
    """Names by content; those asked last are remembered, since a content with many is asked for each of them."""

    @lru_cache(maxsize=1024)
    def names(content: int) -> Names:
        paths = store.database.execute(
            "SELECT path FROM entry WHERE number = ?1 UNION ALL "
            "SELECT * FROM (SELECT path FROM entry WHERE content = ?1 AND content <> number ORDER BY number) LIMIT ?2",
            (content, MAX_NAMES),
        ).fetchall()
        left_out = 0
        if len(paths) == MAX_NAMES:
            count = "SELECT count(*) FROM entry WHERE content = ? AND content <> number"
            left_out = store.database.execute(count, (content,)).fetchone()[0] + 1 - MAX_NAMES
        return Names(tuple(path for (path,) in paths), left_out)

    return names


FINDING_TABLES = """
FROM finding JOIN entry ON entry.number = finding.entry JOIN volume ON volume.number = entry.volume
JOIN time_kinds ON time_kinds.number = entry.time_kinds
LEFT JOIN examination ON examination.content = entry.content
"""
_FINDING = f"""
SELECT finding.id, finding.context, finding.data, volume.exhibit, volume.volume, entry.id, entry.path, entry.stream,
       entry.meta_address, entry.name_state, entry.recovery, entry.size, md5, sha1, examination.sha256, digest_note,
       entry.content, finding.listed_in
{FINDING_TABLES}
"""
_PLACES = " ".join(f"WHEN '{group}' THEN {place}" for place, group in enumerate(GROUPS, 1))
FINDING_ORDERS = {
    "id": "finding.id, finding.number",
    "first": f"CASE listed_in {_PLACES} ELSE 0 END, finding.severity DESC, volume.exhibit, entry.number, finding.id",
}


def findings(
    store: Store, *, filters: Conditions = EVERYTHING, order: str = "id", limit: int = -1
) -> Iterator[LocatedFinding]:
    """Findings in entries that the filters admit, with their place."""
    names, labels = _names_of(store), labels_of(store)
    where, values = filters.sql()
    query = f"{_FINDING} WHERE {where} ORDER BY {FINDING_ORDERS[order]} LIMIT {limit:d}"
    for row in store.database.execute(query, values):
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
            names=Names((row[6],)) if row[16] is None else names(row[16]),
            context=row[1],
            group=row[17],
            finding=finding_of(row[2]),
            labels=labels.get(row[0], ()),
        )


def problems(store: Store) -> Iterator[tuple[str, str, str | None, str | None, Problem]]:
    """Problems in the order of their ids: id, exhibit, volume, entry id, problem."""
    query = (
        "SELECT id, exhibit, volume, entry, stage, code, message, severity, path, offset FROM problem "
        "ORDER BY id, number"
    )
    for row in store.database.execute(query):
        yield (*row[:4], Problem(Stage(row[4]), row[5], row[6], Severity(row[7]), row[8], row[9]))


def events(store: Store, label: str | None = None) -> Iterator[tuple[str, str, str, Event, tuple[str, ...]]]:
    """Events of parsers in the order of their ids: id, exhibit, entry id, event, labels; of all, or of one label."""
    labels = labels_of(store)
    query = (
        "SELECT event.id, volume.exhibit, entry.id, event.data FROM event JOIN entry ON entry.number = event.entry "
        "JOIN volume ON volume.number = entry.volume "
        "WHERE ?1 IS NULL OR event.id IN (SELECT item FROM tag WHERE label = ?1) ORDER BY event.id, event.number"
    )
    for row in store.database.execute(query, (label,)):
        yield row[0], row[1], row[2], decoder(Event)(json.loads(row[3])), labels.get(row[0], ())
