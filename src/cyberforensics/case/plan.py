"""Writing what is known before anything is read: volumes, entries, and the batches cut from them."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from cyberforensics.case.problems import add_problems
from cyberforensics.case.recent import raise_recent
from cyberforensics.case.schema import TIME_COLUMNS
from cyberforensics.case.store import Store, insert, storable, to_json
from cyberforensics.model.codec import encoder
from cyberforensics.model.entry import FIRST, OUT_OF_SCOPE, TIME_MEANINGS, Entry, Status, kinds_of
from cyberforensics.model.problem import Problem
from cyberforensics.model.scope import EXCLUDED
from cyberforensics.model.volume import Volume

_OTHER_COLUMNS = 27  # of an entry, beside its times

BATCH_COUNT = 256
BATCH_SIZE = 64 * 1024 * 1024
"""A batch ends with the content that reaches one of these (contents, bytes)."""

MOST_BYTES = 2**63 - 1
"""That SQLite can count: a batch ends before a content with which it would claim more."""

EARLY_COUNT = 32
"""Contents of a batch that is cut during the walk: few, so that the first findings come soon."""


def restart_plan(store: Store, exhibit: str) -> None:
    """Forget an unfinished plan, and what was examined by it before it was closed: the walk begins again."""
    with store.transaction() as database:
        volumes = "SELECT number FROM volume WHERE exhibit = ?"
        passes = "SELECT number FROM pass WHERE exhibit = ?"
        for table in ("examination", "from_cache", "open_rules", "finding", "event", "batch"):
            database.execute(f"DELETE FROM {table} WHERE pass IN ({passes})", (exhibit,))
        database.execute(f"DELETE FROM fact WHERE volume IN ({volumes})", (exhibit,))
        database.execute(f"DELETE FROM entry WHERE volume IN ({volumes})", (exhibit,))
        database.execute("DELETE FROM problem WHERE exhibit = ?", (exhibit,))
        database.execute("DELETE FROM volume WHERE exhibit = ?", (exhibit,))


def add_volume(store: Store, volume: Volume) -> int:
    """Record a slot; its number."""
    with store.transaction() as database:
        return insert(database, "volume", (volume.exhibit, volume.id, to_json(encoder(Volume)(volume)), None, None, 0))


@dataclass(slots=True)
class Cutter:
    """Contents of one volume on their way into batches."""

    pass_number: int
    volume: int
    most: int
    """Contents of a batch."""
    batches: list[int] = field(default_factory=list)
    """Numbers of those that were cut."""
    _contents: list[int] = field(default_factory=list)
    _size: int = 0

    def add(self, database: sqlite3.Connection, content: int, size: int) -> None:
        """Put a content into the batch, cutting before it what it does not fit into, and behind it what it fills."""
        if self._size + size > MOST_BYTES:
            self.cut(database)
        self._contents.append(content)
        self._size += size
        if len(self._contents) >= self.most or self._size >= BATCH_SIZE:
            self.cut(database)

    def cut(self, database: sqlite3.Connection) -> None:
        """End the batch, if there is anything in it."""
        if self._contents:
            row = (self.pass_number, self.volume, to_json(self._contents), self._size, 0)
            self.batches.append(insert(database, "batch", row))
        self._contents, self._size = [], 0


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Kinds of times that entries share: their row, and where the value of each column stands among the raw ones."""

    number: int
    places: tuple[int | None, ...]


class Plan:
    """The entries of one volume, written as the walk yields them; those of `FIRST` priority are cut into batches."""

    def __init__(self, store: Store, pass_number: int, number: int, priority: Callable[[Entry], int]) -> None:
        self._store = store
        self._pass = pass_number
        self._volume = number
        self._priority = priority
        self._kinds: dict[str, _Kinds] = {}
        row = store.database.execute("SELECT coalesce(max(number), 0) + 1 FROM entry").fetchone()
        self._first = int(row[0])
        self._early = Cutter(pass_number, number, min(EARLY_COUNT, BATCH_COUNT))
        self._insert = f"INSERT INTO entry VALUES ({', '.join('?' * (_OTHER_COLUMNS + len(TIME_COLUMNS)))})"

    def add(self, volume: Volume, items: Iterable[Entry | Problem]) -> int:
        """Write some entries and problems, in one transaction; how many entries."""
        entries: list[tuple[object, ...]] = []
        problems: list[Problem] = []
        with self._store.transaction() as database:
            for item in items:
                if isinstance(item, Entry):
                    priority = self._priority(item)
                    entries.append(self._row(item, priority, database))
                    if priority == FIRST and item.content == item.number and item.status is None:
                        self._early.add(database, self._first + item.number, item.size or 0)
                else:
                    problems.append(item)
            self._early.cut(database)  # few as they may be: the first findings shall come soon
            database.executemany(self._insert, entries)
            add_problems(database, self._pass, volume.exhibit, volume.id, None, problems)
        return len(entries)

    def cut(self) -> tuple[int, ...]:
        """The numbers of the batches that were cut since this was last asked."""
        numbers = tuple(self._early.batches)
        self._early.batches.clear()
        return numbers

    def finish(self, free: int | None) -> None:
        """Set the plan's mark on the volume."""
        with self._store.transaction() as database:
            database.execute(
                "UPDATE volume SET first_entry = ?, free = ?, walked = 1 WHERE number = ?",
                (self._first, free, self._volume),
            )

    def _row(self, entry: Entry, priority: int, database: sqlite3.Connection) -> tuple[object, ...]:
        kinds = self._kinds.get(entry.times.kinds)
        if kinds is None:
            kinds = self._kinds[entry.times.kinds] = _kinds_of(database, entry.times.kinds)
        raw = entry.times.raw
        times = [None if place is None else storable(raw[place]) for place in kinds.places]
        return (
            self._first + entry.number,
            self._volume,
            entry.id,
            entry.parent,
            entry.path,
            None if entry.path.encode() == entry.path_raw else entry.path_raw,
            entry.stream,
            str(entry.kind),
            entry.meta_address,
            entry.allocated,
            str(entry.name_state),
            str(entry.recovery),
            entry.size,
            kinds.number,
            *times,
            entry.mode,
            entry.uid,
            entry.gid,
            entry.owner,
            entry.link_target,
            entry.locator,
            None if entry.content is None else self._first + entry.content,
            entry.reader,
            entry.first_address,
            entry.allocated_size,
            None if entry.status is None else str(entry.status),
            entry.status_reason,
            priority,
        )


def _kinds_of(database: sqlite3.Connection, text: str) -> _Kinds:
    """The row of these kinds, written where there is none."""
    kinds = kinds_of(text)
    places = {meaning: place for place, (meaning, _) in enumerate(kinds)}
    stored = to_json(dict(kinds))
    row = database.execute("SELECT number FROM time_kinds WHERE kinds = ?", (stored,)).fetchone()
    number = insert(database, "time_kinds", (stored,)) if row is None else int(row[0])
    return _Kinds(number, tuple(places.get(meaning) for meaning in TIME_MEANINGS))


def cut_batches(store: Store, pass_number: int, exhibit: str, taken: Mapping[int, int]) -> None:
    """Cut everything that is still to be read into batches, by priority and then by place, and close the plan.

    Args:
        taken: batches that workers were given during the walk, and the number of the last entry that was listed when
            their contents' names were read. A content that got further names since is examined again, with all.
    """
    with store.transaction() as database:
        for (volume,) in database.execute("SELECT number FROM volume WHERE exhibit = ?", (exhibit,)).fetchall():
            raise_recent(database, volume)
        database.execute(_EXCLUDE, (str(Status.SKIPPED), EXCLUDED, OUT_OF_SCOPE, exhibit))
        again = [number for batch, listed in taken.items() for number in _take_back(database, batch, listed)]
        rows = database.execute(
            "SELECT entry.number, entry.volume, entry.size FROM entry JOIN volume ON volume.number = entry.volume "
            "WHERE volume.exhibit = ? AND entry.content = entry.number AND entry.status IS NULL "
            "AND (entry.priority <> ? OR entry.number IN (SELECT value FROM json_each(?))) "
            "ORDER BY entry.priority, entry.volume, entry.first_address, entry.number",
            (exhibit, FIRST, to_json(again)),
        )
        for volume, contents in groupby(rows, key=itemgetter(1)):
            cutter = Cutter(pass_number, volume, BATCH_COUNT)
            for number, _, size in contents:
                cutter.add(database, number, size or 0)
            cutter.cut(database)
        database.execute("UPDATE pass SET state = 'examining' WHERE number = ?", (pass_number,))


_EXCLUDE = """
UPDATE entry SET status = ?1, status_reason = ?2
WHERE content = number AND status IS NULL AND priority = ?3 AND volume IN (SELECT number FROM volume WHERE exhibit = ?4)
      AND NOT EXISTS (SELECT 1 FROM entry AS other
                      WHERE other.content = entry.number AND other.content <> other.number AND other.priority <> ?3)
"""

_WITH_LATER_NAMES = """
SELECT DISTINCT each.value FROM batch, json_each(batch.contents) AS each
JOIN entry ON entry.content = each.value AND entry.content <> entry.number AND entry.number > ?
WHERE batch.number = ?
"""


def _take_back(database: sqlite3.Connection, batch: int, listed: int) -> list[int]:
    """Take the contents out of a batch that got further names after entry `listed`, with what was recorded of them."""
    late = [number for (number,) in database.execute(_WITH_LATER_NAMES, (listed, batch))]
    if late:
        gone = to_json(late)
        contents, size = database.execute("SELECT contents, size FROM batch WHERE number = ?", (batch,)).fetchone()
        kept = [number for number in json.loads(contents) if number not in late]
        sizes = database.execute("SELECT size FROM entry WHERE number IN (SELECT value FROM json_each(?))", (gone,))
        size -= sum(length or 0 for (length,) in sizes)
        database.execute("UPDATE batch SET contents = ?, size = ? WHERE number = ?", (to_json(kept), size, batch))
        these = "IN (SELECT value FROM json_each(?))"
        database.execute(f"DELETE FROM examination WHERE content {these}", (gone,))
        database.execute(f"DELETE FROM from_cache WHERE content {these}", (gone,))
        database.execute(f"DELETE FROM open_rules WHERE content {these}", (gone,))
        database.execute(f"DELETE FROM event WHERE entry {these}", (gone,))
        database.execute(
            f"DELETE FROM finding WHERE entry IN (SELECT number FROM entry WHERE content {these})", (gone,)
        )
        database.execute(f"DELETE FROM problem WHERE entry IN (SELECT id FROM entry WHERE number {these})", (gone,))
    return late
