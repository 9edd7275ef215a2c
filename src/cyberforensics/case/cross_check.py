"""The cross-check in the store: what the second reader lists, beside what the examination recorded; and its result.

The second listing lies in temporary tables, on disk, for as long as one volume is compared.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cyberforensics.case.passes import PassState
from cyberforensics.case.problems import add_problems
from cyberforensics.case.schema import TIME_COLUMNS
from cyberforensics.case.store import Store, stored_integer, to_json
from cyberforensics.model.codec import decoder, encoder
from cyberforensics.model.cross_check import CrossCheck, SecondContent, SecondEntry, SecondTime
from cyberforensics.model.entry import TIME_MEANINGS, EntryTime, Kind
from cyberforensics.model.problem import Problem
from cyberforensics.model.times import Timestamp
from cyberforensics.model.volume import Volume

_COMPARED = "entry.volume = ?1 AND entry.allocated = 1 AND entry.name_state = 'allocated' AND entry.kind <> 'virtual'"
_FAT_ENTRY = 32  # bytes of a directory entry, by which TSK counts and libfsfat names its place

_TABLES = """
DROP TABLE IF EXISTS temp.second;
DROP TABLE IF EXISTS temp.pair;
DROP TABLE IF EXISTS temp.redigest;
CREATE TEMP TABLE second (
    number INTEGER PRIMARY KEY, path TEXT, stream TEXT, place INTEGER, record INTEGER, steps TEXT,
    is_directory INTEGER, size INTEGER, times TEXT
);
CREATE TEMP TABLE redigest (
    record INTEGER, place INTEGER, sha256 TEXT, why TEXT, PRIMARY KEY (record, place)
) WITHOUT ROWID
"""

_PAIR_BY_PATH = f"""
CREATE TEMP TABLE pair AS
WITH one AS (
    SELECT number, path, stream, CAST(meta_address AS INTEGER) AS record,
           row_number() OVER (PARTITION BY path, stream ORDER BY number) AS place
    FROM entry WHERE {_COMPARED.replace("?1", "{volume:d}")}
), other AS (
    SELECT number, path, stream, row_number() OVER (PARTITION BY path, stream ORDER BY number) AS place FROM second
)
SELECT one.number AS first, other.number AS second, one.record AS record, one.stream AS stream
FROM one LEFT JOIN other ON other.path = one.path AND other.stream IS one.stream AND other.place = one.place
"""

_PAIR_BY_RECORD = """
UPDATE pair SET second = (
    SELECT min(second.number) FROM second
    WHERE second.record = pair.record * ?1 + ?2 AND second.stream IS pair.stream
          AND second.number NOT IN (SELECT second FROM pair WHERE second IS NOT NULL)
    HAVING count(*) = 1
)
WHERE second IS NULL AND (
    SELECT count(*) FROM pair AS same
    WHERE same.record = pair.record AND same.stream IS pair.stream AND same.second IS NULL
) = 1
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A stream of a name, as both readers have it."""

    path: str
    stream: str | None
    kind: Kind
    meta_address: str
    size: int | None
    times: tuple[EntryTime, ...]
    sha256: str | None
    reader: str | None
    """Who read the content in the examination: see `Content.reader`."""
    all_zero: bool
    second: SecondEntry | None
    """None where the second reader does not list it."""
    redigested: tuple[str | None, str] | None
    """SHA-256 as the second reader reads it, and why there is none; None where it was not asked."""


def begin_cross_check(store: Store) -> None:
    """Make room for what a second reader lists."""
    for statement in _TABLES.split(";"):
        store.database.execute(statement)


def add_second(store: Store, entries: Sequence[SecondEntry]) -> None:
    """Keep a handful of it."""
    with store.transaction() as database:
        database.executemany(
            "INSERT INTO second VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    entry.number,
                    entry.path,
                    entry.stream,
                    entry.place,
                    entry.record,
                    to_json(list(entry.steps)),
                    entry.is_directory,
                    entry.size,
                    to_json([encoder(SecondTime)(time) for time in entry.times]),
                )
                for entry in entries
            ],
        )


def count_first(store: Store, number: int) -> int:
    """Allocated names and streams that the examination's reader lists in a volume, by its number."""
    found = store.database.execute(f"SELECT count(*) FROM entry WHERE {_COMPARED}", (number,)).fetchone()
    return int(found[0])


def pair_up(store: Store, number: int, filesystem: str) -> None:
    """Find for each entry what the second reader says of it: by its path and stream, then by its record."""
    with store.transaction() as database:
        database.execute(_PAIR_BY_PATH.format(volume=number))
        database.execute("CREATE INDEX temp.pair_second ON pair (second)")
        database.execute("CREATE INDEX temp.pair_record ON pair (record)")
        database.execute("CREATE INDEX temp.second_record ON second (record)")
        factor, base = 1, 0
        if filesystem.startswith("fat") or filesystem == "exfat":
            # both count directory entries, TSK from 1 and libfsfat in bytes of the volume: what most pairs tell
            factor = _FAT_ENTRY
            query = (
                "SELECT second.record - pair.record * ? FROM pair JOIN second ON second.number = pair.second "
                "WHERE second.path <> '/' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
            )
            row = database.execute(query, (factor,)).fetchone()
            if row is None:
                return
            base = row[0]
        database.execute(_PAIR_BY_RECORD, (factor, base))


def to_redigest(store: Store) -> Iterator[SecondContent]:
    """Every stream that has a digest and the same size by both readers, once, in the order of its place."""
    query = """
    SELECT min(second.number), second.place, second.record, second.steps, second.size
    FROM pair JOIN entry ON entry.number = pair.first JOIN second ON second.number = pair.second
    JOIN examination ON examination.content = entry.content
    WHERE examination.sha256 IS NOT NULL AND second.size = entry.size AND entry.reader <> 'libfsntfs'
    GROUP BY second.record, second.place ORDER BY min(entry.first_address), 1
    """
    for number, place, record, steps, size in store.database.execute(query).fetchall():
        yield SecondContent(number, place, record, tuple(json.loads(steps)), size)


def add_redigested(store: Store, found: Sequence[tuple[SecondContent, str | None, str]]) -> None:
    """Keep what contents are by the second reader."""
    with store.transaction() as database:
        database.executemany(
            "INSERT INTO redigest VALUES (?, ?, ?, ?)",
            [(content.record, content.place, sha256, why) for content, sha256, why in found],
        )


def pairs(store: Store) -> Iterator[Pair]:
    """Every entry of the first reader in the order of its walk, with what the second reader has."""
    times = ", ".join(f"entry.{column}" for column in TIME_COLUMNS)
    query = f"""
    SELECT entry.path, entry.stream, kind, meta_address, entry.size, kinds, {times},
           examination.sha256, entry.reader, all_zero, second.number, second.path,
           second.stream, second.place, second.record, steps, is_directory, second.size, second.times,
           redigest.sha256, redigest.why
    FROM pair JOIN entry ON entry.number = pair.first
    LEFT JOIN time_kinds ON time_kinds.number = entry.time_kinds
    LEFT JOIN second ON second.number = pair.second
    LEFT JOIN examination ON examination.content = entry.content
    LEFT JOIN redigest ON redigest.record = second.record AND redigest.place = second.place
                          AND second.size = entry.size
    ORDER BY entry.number
    """
    for row in store.database.execute(query):
        stored = dict(zip(TIME_MEANINGS, row[6 : 6 + len(TIME_MEANINGS)], strict=True))
        kinds = json.loads(row[5]) if row[5] is not None else {}
        sha256, reader, all_zero, *second, resha256, why = row[6 + len(TIME_MEANINGS) :]
        yield Pair(
            path=row[0],
            stream=row[1],
            kind=Kind(row[2]),
            meta_address=row[3],
            size=row[4],
            times=tuple(
                EntryTime(meaning, Timestamp(stored_integer(stored[meaning]), kinds[meaning]))
                for meaning in TIME_MEANINGS
                if meaning in kinds
            ),
            sha256=sha256,
            reader=reader,
            all_zero=bool(all_zero),
            second=None if second[0] is None else _second(second),
            redigested=None if why is None else (resha256, why),
        )


def only_second(store: Store) -> Iterator[SecondEntry]:
    """What the second reader alone lists; a record without a stream counts as listed under any stream's name."""
    query = """
    SELECT number, path, stream, place, record, steps, is_directory, size, times FROM second
    WHERE number NOT IN (SELECT second FROM pair WHERE second IS NOT NULL)
          AND NOT (stream IS NULL AND size IS NULL AND EXISTS (
              SELECT 1 FROM pair JOIN entry ON entry.number = pair.first
              WHERE pair.record = second.record AND entry.path = second.path))
    ORDER BY number
    """
    for row in store.database.execute(query):
        yield _second(row)


def _second(row: Sequence[object]) -> SecondEntry:
    number, path, stream, place, record, steps, is_directory, size, times = row
    return SecondEntry(
        number=number,  # type: ignore[arg-type]  # a row of SQLite's
        path=path,  # type: ignore[arg-type]
        stream=stream,  # type: ignore[arg-type]
        place=place,  # type: ignore[arg-type]
        record=record,  # type: ignore[arg-type]
        steps=tuple(json.loads(str(steps))),
        is_directory=bool(is_directory),
        size=size,  # type: ignore[arg-type]
        times=tuple(decoder(SecondTime)(time) for time in json.loads(str(times))),
    )


def record_cross_check(
    store: Store, state: PassState, number: int, result: CrossCheck, problems: Sequence[Problem]
) -> None:
    """Write what came of a volume, in place of what an interrupted run wrote of it."""
    with store.transaction() as database:
        database.execute("DELETE FROM problem WHERE volume = ? AND code LIKE 'cross-check.%'", (result.volume,))
        add_problems(database, state.number, result.exhibit, result.volume, None, problems)
        values = (number, state.number, to_json(encoder(CrossCheck)(result)))
        database.execute("INSERT OR REPLACE INTO cross_check VALUES (?, ?, ?)", values)
    for table in ("second", "pair", "redigest"):
        store.database.execute(f"DROP TABLE IF EXISTS temp.{table}")


def cross_checks(store: Store, exhibit: str | None = None) -> Iterator[CrossCheck]:
    """What came of every volume that was to be cross-checked, of an exhibit or of all, in their order."""
    query = (
        "SELECT cross_check.data FROM cross_check JOIN volume ON volume.number = cross_check.volume "
        "WHERE ?1 IS NULL OR volume.exhibit = ?1 ORDER BY volume.exhibit, volume.number"
    )
    for (data,) in store.database.execute(query, (exhibit,)):
        yield decoder(CrossCheck)(json.loads(data))


def opened_volumes(store: Store, exhibit: str) -> tuple[tuple[int, Volume], ...]:
    """The volumes of an exhibit that were walked, by their number."""
    query = "SELECT number, data FROM volume WHERE exhibit = ? ORDER BY number"
    found = [(number, decoder(Volume)(json.loads(data))) for number, data in store.database.execute(query, (exhibit,))]
    return tuple((number, volume) for number, volume in found if volume.status == "opened")
