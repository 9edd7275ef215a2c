"""The case folder and its SQLite store: opening, locking, and what every table shares."""

import fcntl
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cyberforensics.case.schema import FORMAT, TABLES
from cyberforensics.errors import CannotWrite, CaseDamaged, CaseRefused
from cyberforensics.model.times import Timestamp, decode

_HOST_TROUBLE = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
)
"""What the disk or the host refuses; every other error of SQLite's is a bug of ours."""

STORE = "case.sqlite"
LOCK = ".lock"
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
            except BaseException:
                self.database.execute("ROLLBACK")
                raise
            self.database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _HOST_TROUBLE:
                raise
            raise CannotWrite(
                f"{self.folder / STORE}: the case store can't be written ({error})",
                hint="make room or choose another folder; what was recorded before is kept, and the run can go on",
            ) from error


def open_or_create(folder: Path) -> Store:
    """Open a case for writing, or make a new one.

    Raises:
        CaseRefused: another run works on it, or the folder holds something else.
        CaseDamaged: it can't be read as a case.
        CannotWrite: it can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_new = not (folder / STORE).exists()
        if is_new and any(item.name not in (LOCK, "run.log") for item in folder.iterdir()):
            raise CaseRefused(
                f"{folder}: the folder is not empty and holds no case", hint="name a new or empty folder with --case"
            )
        lock = _take_lock(folder)
        (folder / REPORTS).mkdir(exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{folder}: the case folder can't be written ({error.strerror})") from error
    store = Store(folder, _connect(folder / STORE), lock)
    try:
        if is_new:
            with store.transaction() as database:
                for statement in TABLES.split(";"):
                    if statement.strip():
                        database.execute(statement)
                database.execute("INSERT INTO about VALUES ('format', ?)", (str(FORMAT),))
        _check_format(store)
    except BaseException:
        store.close()
        raise
    return store


def open_existing(folder: Path) -> Store:
    """Open a case for reading; it may be read while a run writes to it.

    Raises:
        CaseRefused: there is no case.
        CaseDamaged: it can't be read as a case.
    """
    if not (folder / STORE).is_file():
        raise CaseRefused(f"{folder}: there is no case here", hint=f"a case folder holds a file {STORE}")
    store = Store(folder, _connect(folder / STORE), None)
    _check_format(store)
    return store


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
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA temp_store = FILE")
    except sqlite3.DatabaseError as error:
        raise CaseDamaged(f"{path}: not readable as a case store ({error})") from error
    database.create_function("regexp", 2, _matches, deterministic=True)
    database.create_function("instant", 3, _instant, deterministic=True)
    return database


def _matches(pattern: str, text: str) -> bool:
    return re.compile(pattern).match(text) is not None


def _instant(raw: object, encoding: str, zone: str | None) -> int | None:
    """Microseconds since 1970, which SQLite's integers hold for every encoding; None where there is no moment."""
    moment = decode(Timestamp(stored_integer(raw), encoding), zone)
    return None if moment.instant is None else max(-(2**62), min(2**62, moment.instant // 1000))


def stored_integer(value: object) -> int:
    """A raw time as it was stored: SQLite holds 64 bits, what is longer stands as decimal text."""
    return int(value) if isinstance(value, int | str) else 0


def storable(value: int) -> int | str:
    """The inverse of `stored_integer`."""
    return value if -(2**63) <= value < 2**63 else str(value)


def _check_format(store: Store) -> None:
    try:
        row = store.database.execute("SELECT value FROM about WHERE key = 'format'").fetchone()
    except sqlite3.DatabaseError as error:
        raise CaseDamaged(f"{store.folder / STORE}: not readable as a case store ({error})") from error
    if row is None or row[0] != str(FORMAT):
        found = "none" if row is None else row[0]
        raise CaseRefused(
            f"{store.folder}: the case has format {found}, this version reads {FORMAT}",
            hint="use the version of cyberforensics that made it",
        )


def to_json(value: object) -> str:
    """Canonical JSON for a column."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
