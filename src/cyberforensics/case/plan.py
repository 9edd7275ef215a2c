"""Writing what is known before anything is read: volumes, entries, and the batches cut from them."""

import sqlite3
from collections.abc import Callable, Iterable

from cyberforensics.case.problems import add_problems
from cyberforensics.case.schema import TIME_COLUMNS
from cyberforensics.case.store import Store, insert, storable, to_json
from cyberforensics.model.codec import encoder
from cyberforensics.model.entry import TIME_MEANINGS, Entry
from cyberforensics.model.problem import Problem
from cyberforensics.model.volume import Volume

_OTHER_COLUMNS = 27  # of an entry, beside its times


BATCH_COUNT = 256


BATCH_SIZE = 64 * 1024 * 1024
"""A batch ends with the content that reaches one of these (contents, bytes)."""


def restart_plan(store: Store, exhibit: str) -> None:
    """Forget an unfinished plan: nothing was examined by it yet."""
    with store.transaction() as database:
        numbers = [row[0] for row in database.execute("SELECT number FROM volume WHERE exhibit = ?", (exhibit,))]
        for number in numbers:
            database.execute("DELETE FROM entry WHERE volume = ?", (number,))
        database.execute("DELETE FROM problem WHERE exhibit = ?", (exhibit,))
        database.execute("DELETE FROM volume WHERE exhibit = ?", (exhibit,))


def add_volume(store: Store, volume: Volume) -> int:
    """Record a slot; its number."""
    with store.transaction() as database:
        return insert(database, "volume", (volume.exhibit, volume.id, to_json(encoder(Volume)(volume)), None, None, 0))


class Plan:
    """The entries of one volume, written as the walk yields them."""

    def __init__(self, store: Store, pass_number: int, number: int, priority: Callable[[Entry], int]) -> None:
        self._store = store
        self._pass = pass_number
        self._volume = number
        self._priority = priority
        self._kinds: dict[str, int] = dict(store.database.execute("SELECT kinds, number FROM time_kinds").fetchall())
        row = store.database.execute("SELECT coalesce(max(number), 0) + 1 FROM entry").fetchone()
        self._first = int(row[0])
        self._insert = f"INSERT INTO entry VALUES ({', '.join('?' * (_OTHER_COLUMNS + len(TIME_COLUMNS)))})"

    def add(self, volume: Volume, items: Iterable[Entry | Problem]) -> int:
        """Write some entries and problems, in one transaction; how many entries."""
        entries: list[tuple[object, ...]] = []
        problems: list[Problem] = []
        with self._store.transaction() as database:
            for item in items:
                if isinstance(item, Entry):
                    entries.append(self._row(item, database))
                else:
                    problems.append(item)
            database.executemany(self._insert, entries)
            add_problems(database, self._pass, volume.exhibit, volume.id, None, problems)
        return len(entries)

    def finish(self, free: int | None) -> None:
        """Set the plan's mark on the volume."""
        with self._store.transaction() as database:
            database.execute(
                "UPDATE volume SET first_entry = ?, free = ?, walked = 1 WHERE number = ?",
                (self._first, free, self._volume),
            )

    def _row(self, entry: Entry, database: sqlite3.Connection) -> tuple[object, ...]:
        times: dict[str, int | str] = {time.meaning: storable(time.timestamp.raw) for time in entry.times}
        kinds = to_json({time.meaning: time.timestamp.encoding for time in entry.times})
        if kinds not in self._kinds:
            self._kinds[kinds] = insert(database, "time_kinds", (kinds,))
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
            self._kinds[kinds],
            *(times.get(meaning) for meaning in TIME_MEANINGS),
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
            self._priority(entry),
        )


def cut_batches(store: Store, pass_number: int, exhibit: str) -> None:
    """Cut everything that is to be read into batches, by priority and then by place, and close the plan."""
    with store.transaction() as database:
        rows = database.execute(
            "SELECT entry.number, entry.volume, entry.size FROM entry JOIN volume ON volume.number = entry.volume "
            "WHERE volume.exhibit = ? AND entry.content = entry.number AND entry.status IS NULL "
            "ORDER BY entry.priority, entry.volume, entry.first_address, entry.number",
            (exhibit,),
        )
        numbers: list[int] = []
        current: int | None = None
        size = 0
        for number, volume, length in rows:
            if numbers and (volume != current or len(numbers) >= BATCH_COUNT or size >= BATCH_SIZE):
                insert(database, "batch", (pass_number, current, to_json(numbers), size, 0))
                numbers, size = [], 0
            current = volume
            numbers.append(number)
            size += length or 0
        if numbers:
            insert(database, "batch", (pass_number, current, to_json(numbers), size, 0))
        database.execute("UPDATE pass SET state = 'examining' WHERE number = ?", (pass_number,))
