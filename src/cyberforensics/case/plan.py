"""Writing what is known before anything is read: exhibits, passes, volumes, entries, and the batches cut from them."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cyberforensics.case import log
from cyberforensics.case.problems import add_problems
from cyberforensics.case.schema import TIME_COLUMNS
from cyberforensics.case.store import Store, storable, to_json
from cyberforensics.errors import CaseRefused
from cyberforensics.model.case_document import PackRecord
from cyberforensics.model.codec import decoder, encoder
from cyberforensics.model.entry import TIME_MEANINGS, Content, Entry, Name
from cyberforensics.model.evidence import Evidence
from cyberforensics.model.problem import Problem
from cyberforensics.model.volume import Volume

_OTHER_COLUMNS = 27  # of an entry, beside its times

BATCH_COUNT = 256
BATCH_SIZE = 64 * 1024 * 1024
"""A batch ends with the content that reaches one of these (contents, bytes)."""


@dataclass(frozen=True, slots=True)
class PassSetup:
    """What a pass is made of."""

    kind: str
    run_key: Mapping[str, object]
    """What the results depend on: another value of any of these is another pass."""
    zone: str | None
    packs: tuple[PackRecord, ...]
    engine: str
    versions: tuple[tuple[str, str], ...]
    read_only: str
    examiner: str | None
    command: tuple[str, ...]
    source: Path
    """Where the exhibit lies on this host: for later exports, never in a result."""


@dataclass(frozen=True, slots=True)
class PassState:
    """Where a pass stands."""

    number: int
    session: int
    state: str
    """``planning``, ``examining`` or ``finished``."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Contents of one volume that are examined together, and the unit that is recorded."""

    number: int
    volume: Volume
    contents: tuple[Content, ...]
    priority: int
    """Of its first content."""


def begin_pass(store: Store, evidence: Evidence, setup: PassSetup) -> PassState:
    """Open a pass over an exhibit: a new one, or the one of the same run key; a finished one stays as it is.

    Raises:
        CaseRefused: the exhibit's id stands for other media, or an unfinished pass has another run key.
    """
    key = to_json(setup.run_key)
    with store.transaction() as database:
        row = database.execute("SELECT identity FROM exhibit WHERE exhibit = ?", (evidence.exhibit,)).fetchone()
        if row is None:
            database.execute(
                "INSERT INTO exhibit VALUES (?, ?, ?, ?)",
                (evidence.exhibit, evidence.identity, to_json(encoder(Evidence)(evidence)), setup.zone),
            )
        elif row[0] == NOT_OPENED:
            _replace_unopened(database, evidence, setup)
        elif row[0] != evidence.identity:
            raise CaseRefused(
                f"exhibit {evidence.exhibit} of this case is other media ({row[0]}), not this ({evidence.identity})",
                hint="give this source an id of its own: --exhibit ID=SOURCE",
            )
        found = database.execute(
            "SELECT number, run_key, state FROM pass WHERE exhibit = ? AND kind = ? ORDER BY number DESC LIMIT 1",
            (evidence.exhibit, setup.kind),
        ).fetchone()
        if found is not None and found[1] != key:
            _refuse(evidence.exhibit, found[1], setup.run_key, finished=found[2] == "finished")
        if found is None:
            number = _insert(
                database,
                "pass",
                (
                    evidence.exhibit,
                    setup.kind,
                    key,
                    "planning",
                    to_json([encoder(PackRecord)(pack) for pack in setup.packs]),
                    setup.engine,
                    to_json(setup.versions),
                    setup.read_only,
                ),
            )
            state = "planning"
        else:
            number, state = found[0], found[2]
        if state == "finished":
            return PassState(number, 0, state)
        session = _insert(
            database,
            "session",
            (number, log.now(), None, setup.examiner, to_json(setup.command), _stored_path(setup.source.absolute())),
        )
    return PassState(number, session, state)


NOT_OPENED = "not opened"
"""Identity of an exhibit that was named and could not be opened; a later run may open it."""


def record_unopened(store: Store, evidence: Evidence, setup: PassSetup, problem: Problem) -> None:
    """Record an exhibit that could not be opened, so that the case says so."""
    unopened = replace(evidence, identity=NOT_OPENED)
    row = store.database.execute("SELECT identity FROM exhibit WHERE exhibit = ?", (evidence.exhibit,)).fetchone()
    if row is not None and row[0] != NOT_OPENED:
        return  # it was opened and examined before: what is recorded of it stands
    state = begin_pass(store, unopened, setup)
    with store.transaction() as database:
        add_problems(database, state.number, evidence.exhibit, None, None, (problem,))


def _replace_unopened(database: sqlite3.Connection, evidence: Evidence, setup: PassSetup) -> None:
    database.execute("DELETE FROM problem WHERE exhibit = ?", (evidence.exhibit,))
    database.execute(
        "DELETE FROM session WHERE pass IN (SELECT number FROM pass WHERE exhibit = ?)", (evidence.exhibit,)
    )
    database.execute("DELETE FROM pass WHERE exhibit = ?", (evidence.exhibit,))
    database.execute(
        "UPDATE exhibit SET identity = ?, evidence = ?, zone = ? WHERE exhibit = ?",
        (evidence.identity, to_json(encoder(Evidence)(evidence)), setup.zone, evidence.exhibit),
    )


def _insert(database: sqlite3.Connection, table: str, values: tuple[object, ...]) -> int:
    marks = ", ".join("?" * len(values))
    cursor = database.execute(f"INSERT INTO {table} VALUES (NULL, {marks})", values)
    return int(cursor.lastrowid or 0)


def _refuse(exhibit: str, stored: str, wanted: Mapping[str, object], *, finished: bool) -> None:
    before, now = json.loads(stored), json.loads(to_json(wanted))
    differences = [
        f"{name}: {_short(before.get(name))} then, {_short(now.get(name))} now"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
    state = "was examined" if finished else "has an unfinished pass"
    raise CaseRefused(
        f"exhibit {exhibit} {state} with other settings; " + "; ".join(differences),
        hint="use the same settings, or a new case folder",
    )


def _short(value: object) -> str:
    text = value if isinstance(value, str) else to_json(value)
    return text if len(text) <= 200 else text[:200] + "…"


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
        return _insert(database, "volume", (volume.exhibit, volume.id, to_json(encoder(Volume)(volume)), None, None, 0))


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
            self._kinds[kinds] = _insert(database, "time_kinds", (kinds,))
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
                _insert(database, "batch", (pass_number, current, to_json(numbers), size, 0))
                numbers, size = [], 0
            current = volume
            numbers.append(number)
            size += length or 0
        if numbers:
            _insert(database, "batch", (pass_number, current, to_json(numbers), size, 0))
        database.execute("UPDATE pass SET state = 'examining' WHERE number = ?", (pass_number,))


def remaining_batches(store: Store, pass_number: int) -> Iterator[Batch]:
    """Yield the batches that are not done, in their order, each loaded when it is asked for."""
    pending = store.database.execute(
        "SELECT number FROM batch WHERE pass = ? AND done = 0 ORDER BY number", (pass_number,)
    ).fetchall()
    for (number,) in pending:
        volume_number, contents = store.database.execute(
            "SELECT volume, contents FROM batch WHERE number = ?", (number,)
        ).fetchone()
        data = store.database.execute("SELECT data FROM volume WHERE number = ?", (volume_number,)).fetchone()[0]
        volume: Volume = decoder(Volume)(json.loads(data))
        numbers = json.loads(contents)
        priority = store.database.execute("SELECT priority FROM entry WHERE number = ?", (numbers[0],)).fetchone()[0]
        yield Batch(number, volume, tuple(_content(store, one) for one in numbers), priority)


def content_of(store: Store, number: int) -> tuple[Volume, Content]:
    """A content by the number of its first name, and the volume it lies in."""
    data = store.database.execute(
        "SELECT data FROM volume WHERE number = (SELECT volume FROM entry WHERE number = ?)", (number,)
    ).fetchone()[0]
    return decoder(Volume)(json.loads(data)), _content(store, number)


def identity_of(store: Store, exhibit: str) -> str:
    """What the exhibit's media was told by."""
    row = store.database.execute("SELECT identity FROM exhibit WHERE exhibit = ?", (exhibit,)).fetchone()
    return str(row[0])


def source_of(store: Store, exhibit: str) -> Path:
    """Where the exhibit lay when it was last examined."""
    row = store.database.execute(
        "SELECT source FROM session JOIN pass ON pass.number = session.pass WHERE exhibit = ? "
        "ORDER BY session.number DESC LIMIT 1",
        (exhibit,),
    ).fetchone()
    return Path(os.fsdecode(row[0]))


def _stored_path(path: Path) -> str | bytes:
    """A path of the host as text, or as bytes where it is no text: SQLite takes no surrogates."""
    raw = os.fsencode(path)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def progress_of(store: Store, pass_number: int) -> tuple[int, int, int, int]:
    """Contents done and in all, bytes done and in all."""
    row = store.database.execute(
        "SELECT coalesce(sum(done * json_array_length(contents)), 0), coalesce(sum(json_array_length(contents)), 0), "
        "coalesce(sum(done * size), 0), coalesce(sum(size), 0) FROM batch WHERE pass = ?",
        (pass_number,),
    ).fetchone()
    return row[0], row[1], row[2], row[3]


_CONTENT = (
    "SELECT number, meta_address, locator, path, path_raw, size, allocated, reader, first_address, id, stream, owner "
    "FROM entry WHERE number = ?"
)
_OTHER_NAMES = "SELECT id, path, stream, owner FROM entry WHERE content = ? AND content <> number ORDER BY number"


def _content(store: Store, number: int) -> Content:
    row = store.database.execute(_CONTENT, (number,)).fetchone()
    first = Name(row[9], row[3], row[10], row[11])
    others = (Name(*other) for other in store.database.execute(_OTHER_NAMES, (number,)))
    return Content(
        number=row[0],
        meta_address=row[1],
        locator=row[2],
        path_raw=row[4] if row[4] is not None else row[3].encode(),
        size=row[5] or 0,
        deleted=not row[6],
        reader=row[7],
        first_address=row[8],
        names=(first, *others),
    )
