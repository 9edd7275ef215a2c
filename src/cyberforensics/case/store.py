"""The case folder and its SQLite store: opening, locking, and what every table shares."""

import fcntl
import json
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cyberforensics.case.log import LOG, last_line
from cyberforensics.case.own_tables import strange_objects
from cyberforensics.case.schema import FORMAT, TABLES
from cyberforensics.case.sealed import is_seal, is_sealed, refuse_half_sealed, refuse_sealed
from cyberforensics.errors import CannotWrite, CaseDamaged, CaseRefused
from cyberforensics.model.names import display_text
from cyberforensics.model.times import Encoding, Timestamp, decode

_HOST_TROUBLE = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
)
"""What the disk or the host refuses."""
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""What a file gives that is no sound store. Every other error of SQLite's is a bug of ours."""
_NAMED = 5
"""Strange objects of a store that a message names."""


def _explain(path: Path, error: sqlite3.DatabaseError) -> None:
    """Raise what is behind an error of SQLite's, where it is not us.

    Raises:
        CannotWrite: the disk is full, or the store can't be written.
        CaseDamaged: the file is damaged.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _HOST_TROUBLE:
        raise CannotWrite(
            f"{path}: the case store can't be written ({error})",
            hint="make room or choose another folder; what was recorded before is kept, and the run can go on",
        ) from error
    if code in _DAMAGE:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: sqlite3.DatabaseError) -> CaseDamaged:
    return CaseDamaged(
        f"{path}: damaged, or not a case store ({error})", hint="go back to a copy of the case, or triage again"
    )


def _strange(path: Path, objects: Sequence[str]) -> CaseDamaged:
    named = ", ".join(display_text(name) for name in objects[:_NAMED]) + (" …" if len(objects) > _NAMED else "")
    return CaseDamaged(
        f"{path}: not a case store, or changed by somebody: these are not the tables of one: {named}",
        hint="go back to a copy of the case, or triage again",
    )


STORE = "case.sqlite"
LOCK = ".lock"
FACTS = "case.toml"
REPORTS = "reports"
FILES = "files"


@dataclass(slots=True)
class Store:
    """An open case. Closing it releases the lock."""

    folder: Path
    database: sqlite3.Connection
    _lock: int | None

    def close(self) -> None:
        """Close the database and release the lock."""
        self.database.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.DatabaseError):
            _explain(self.folder / STORE, error)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing.

        Raises:
            CannotWrite: the disk is full, or the store can't be written.
        """
        try:
            self.database.execute("BEGIN IMMEDIATE")
            try:
                yield self.database
                self.database.execute("COMMIT")
            except BaseException:
                if self.database.in_transaction:  # a full disk ends the transaction by itself
                    self.database.execute("ROLLBACK")
                raise
        except sqlite3.DatabaseError as error:
            _explain(self.folder / STORE, error)
            raise


def open_or_create(folder: Path) -> Store:
    """Open a case for writing, or make a new one; what a run left that was stopped while it made one is no hindrance.

    Raises:
        CaseRefused: another run works on it, it is sealed, or the folder holds something else.
        CaseDamaged: it can't be read as a case.
        CannotWrite: it can't be made.
    """
    refuse_sealed(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / STORE).exists() and not all(map(_is_left_over, folder.iterdir())):
            raise CaseRefused(
                f"{folder}: the folder is not empty and holds no case", hint="name a new or empty folder with --case"
            )
        lock = _take_lock(folder)
    except OSError as error:
        raise CannotWrite(f"{folder}: the case folder can't be written ({error.strerror})") from error
    try:
        refuse_half_sealed(folder, last_line(folder))
        (folder / REPORTS).mkdir(exist_ok=True)
        store = Store(folder, _connect(folder / STORE), lock)
    except OSError as error:
        os.close(lock)
        raise CannotWrite(f"{folder}: the case folder can't be written ({error.strerror})") from error
    except BaseException:
        os.close(lock)
        raise
    with _closing_on_error(store):
        if not (folder / LOG).exists() and not _has_tables(store):
            with store.transaction() as database:
                for statement in TABLES.split(";"):
                    if statement.strip():
                        database.execute(statement)
                database.execute("INSERT INTO about VALUES ('format', ?)", (str(FORMAT),))
        _check_format(store)
    return store


def _is_left_over(item: Path) -> bool:
    """Whether it is what a run makes before its store is there, or what people supplied beforehand."""
    return item.name in (LOCK, "run.log", FACTS) or (item.name == REPORTS and not any(item.iterdir()))


def open_existing(folder: Path, *, closed: bool = False) -> Store:
    """Open a case for reading, as it is now: a run that writes to it meanwhile changes nothing of what is read.

    Args:
        closed: nobody writes to it any more, so not a byte of its file may change by being read; so it is with a sealed
            case in any event.

    Raises:
        CaseRefused: there is no case.
        CaseDamaged: it can't be read as a case.
    """
    refuse_no_case(folder)
    closed = closed or is_sealed(folder) or is_seal(last_line(folder))
    connect = _connect_to_closed if closed else _connect_to_read
    store = Store(folder, connect(folder / STORE), None)
    with _closing_on_error(store):
        store.database.execute("BEGIN")
        _check_format(store)
    return store


def open_to_annotate(folder: Path) -> Store:
    """Open a case for what people add to it: also while a run works on it, since nothing of a result is touched.

    Raises:
        CaseRefused: there is no case, or it is sealed.
        CaseDamaged: it can't be read as a case.
        CannotWrite: it can't be written.
    """
    refuse_no_case(folder)
    refuse_sealed(folder)
    if not (os.access(folder, os.W_OK) and os.access(folder / STORE, os.W_OK)):
        raise CannotWrite(f"{folder}: the case folder can't be written", hint="copy it to a place that can be written")
    store = Store(folder, _connect(folder / STORE), None)
    with _closing_on_error(store):
        _check_format(store)
    return store


def refuse_no_case(folder: Path) -> None:
    """For commands that need one.

    Raises:
        CaseRefused: there is none.
    """
    if not (folder / STORE).is_file():
        raise CaseRefused(f"{folder}: there is no case here", hint=f"a case folder holds a file {STORE}")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a case without opening it. The file of the lock is gone afterwards.

    Raises:
        CaseRefused: another run works on it.
        CannotWrite: the folder can't be written.
    """
    try:
        lock = _take_lock(folder)
    except OSError as error:
        raise CannotWrite(f"{folder}: the case folder can't be written ({error.strerror})") from error
    try:
        yield
        (folder / LOCK).unlink(missing_ok=True)
    finally:
        os.close(lock)


def close_store(folder: Path) -> None:
    """Make the store one file that nothing was left out of: no write-ahead log, and sound. For those who hold the lock.

    Raises:
        CaseRefused: somebody reads it.
        CaseDamaged: it contradicts itself.
        CannotWrite: it can't be written.
    """
    path = folder / STORE
    database = _connect(path)
    try:
        database.execute("PRAGMA busy_timeout = 2000")
        if database.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete":
            raise CaseRefused(f"{folder}: another command reads this case", hint="wait for it to end, and start again")
    except sqlite3.OperationalError as error:
        _explain(path, error)
        raise CaseRefused(
            f"{folder}: another command reads this case", hint="wait for it to end, and start again"
        ) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error
    finally:
        database.close()
    for problem in unsoundness(folder):
        raise CaseDamaged(f"{path}: {problem}", hint="a case that contradicts itself is not sealed; triage again")


_MOST = 100
"""Contradictions that are named."""


def unsoundness(folder: Path, *, closed: bool = True) -> tuple[str, ...]:
    """What SQLite finds wrong with the store, in its words; nothing where it is sound.

    `closed` is that of `open_existing`.
    """
    path = folder / STORE
    try:
        database = _connect_to_closed(path) if closed else _connect_to_read(path)
    except CaseDamaged as error:
        return (str(error),)
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        found = [row[0] for row in database.execute(f"PRAGMA integrity_check({_MOST})") if row[0] != "ok"]
        strays = database.execute("PRAGMA foreign_key_check").fetchmany(_MOST)
        found += [f"row {row} of {table} names a row of {parent} that is not there" for table, row, parent, _ in strays]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    finally:
        database.close()
    return tuple(found)


@contextmanager
def _closing_on_error(store: Store) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        store.close()
        if isinstance(error, sqlite3.DatabaseError):
            _explain(store.folder / STORE, error)
        raise


def _has_tables(store: Store) -> bool:
    return bool(store.database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _take_lock(folder: Path) -> int:
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise CaseRefused(
            f"{folder}: another run works on this case", hint="wait for it to end, or stop it, and start again"
        ) from error
    return descriptor


def _connect(path: Path) -> sqlite3.Connection:
    try:
        database = sqlite3.connect(path, isolation_level=None, timeout=60)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
        except BaseException:
            database.close()
            raise
    except sqlite3.DatabaseError as error:
        _explain(path, error)
        raise _damaged(path, error) from error
    return _prepared(database)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Where the folder can't be written, the file is read as it is: nobody else can write to it either.

    SQLite then ignores a write-ahead log beside it, so that is copied nowhere and never silently left out.
    """
    if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK):
        return _connect(path)
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size > 0:
        raise CannotWrite(
            f"{path}: the case was not closed and its folder can't be written, so its last changes can't be read",
            hint="copy the whole case folder to a place that can be written",
        )
    return _connect_to_closed(path)


def _connect_to_closed(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        database = sqlite3.connect(uri, uri=True, isolation_level=None)
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error
    return _prepared(database)


def _prepared(database: sqlite3.Connection) -> sqlite3.Connection:
    database.execute("PRAGMA temp_store = FILE")
    database.create_function("regexp", 2, _matches, deterministic=True)
    database.create_function("instant", 3, _instant, deterministic=True)
    database.create_function("local_unknown", 3, _local_unknown, deterministic=True)
    return database


def _matches(pattern: str, text: str) -> bool:
    return re.compile(pattern).match(text) is not None


def _instant(raw: object, encoding: Encoding, zone: str | None) -> int | None:
    """Microseconds since 1970, which SQLite's integers hold for every encoding; None where there is no moment."""
    moment = decode(Timestamp(stored_integer(raw), encoding), zone)
    return None if moment.instant is None else max(-(2**62), min(2**62, moment.instant // 1000))


def _local_unknown(raw: object, encoding: Encoding, zone: str | None) -> int:
    """Whether the time is of a clock whose zone is not known."""
    return int(decode(Timestamp(stored_integer(raw), encoding), zone).zone_basis == "local-unknown")


def stored_integer(value: object) -> int:
    """A raw time as it was stored: SQLite holds 64 bits, what is longer stands as decimal text."""
    return int(value) if isinstance(value, int | str) else 0


def storable(value: int) -> int | str:
    """The inverse of `stored_integer`."""
    return value if -(2**63) <= value < 2**63 else str(value)


def _check_format(store: Store) -> None:
    try:
        strange = strange_objects(store.database)
        if "about" in strange:
            raise _strange(store.folder / STORE, strange)
        row = store.database.execute("SELECT value FROM about WHERE key = 'format'").fetchone()
    except sqlite3.DatabaseError as error:
        _explain(store.folder / STORE, error)
        raise _damaged(store.folder / STORE, error) from error
    if row is None or row[0] != str(FORMAT):
        found = "none" if row is None else row[0]
        raise CaseRefused(
            f"{store.folder}: the case has format {found}, this version reads {FORMAT}",
            hint="use the version of cyberforensics that made it",
        )
    if strange:
        raise _strange(store.folder / STORE, strange)


def sum_of(size: str) -> str:
    """Two columns of a query, the halves of a sum of sizes; `joined` makes it one.

    What a hostile image claims may not fit an integer of SQLite's, whose `sum` then ends the query.
    """
    return f"coalesce(sum(({size}) >> 32), 0), coalesce(sum(({size}) & 0xFFFFFFFF), 0)"


def joined(high: int, low: int) -> int:
    """The sum behind the two columns of `sum_of`."""
    return (high << 32) + low


def to_json(value: object) -> str:
    """Canonical JSON for a column."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def insert(database: sqlite3.Connection, table: str, values: tuple[object, ...]) -> int:
    """Insert a row whose number SQLite chooses; that number."""
    marks = ", ".join("?" * len(values))
    cursor = database.execute(f"INSERT INTO {table} VALUES (NULL, {marks})", values)
    return int(cursor.lastrowid or 0)
