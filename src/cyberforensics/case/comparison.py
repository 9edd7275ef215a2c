"""Two stores beside each other: the record of a case, and what its repetition came to. Every row that differs is named.

SQLite compares, and no row that is alike is loaded. The numbers of rows are facts of a run, so a row is known by what
survives one (an id), and where several share that, by its place among them.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cyberforensics.case.coverage import entry_coverage, media_coverage
from cyberforensics.case.scans import scan_coverage
from cyberforensics.case.schema import TIME_COLUMNS
from cyberforensics.case.store import STORE, Store
from cyberforensics.errors import CaseDamaged


@dataclass(frozen=True, slots=True)
class SamePass:
    """A pass of the record, and the one that repeated it."""

    recorded: int
    repeated: int
    exhibit: str
    kind: str
    label: str
    """What both are called, such as ``triage of DEMO-1``."""


@dataclass(frozen=True, slots=True)
class RowsCompared:
    """What became of one kind of rows."""

    what: str
    """``setting exhibit volume entry examination finding event problem fact coverage`` …"""
    recorded: int
    """Rows that the record has."""
    repeated: int
    differing: int
    """Rows of either side that the other has not, or has otherwise."""


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One value that the record and its repetition do not share."""

    what: str
    place: str
    """The id of the row, and the path where there is one."""
    field: str | None
    """None where the row as a whole stands on one side only."""
    recorded: object
    """As JSON has it: bytes in hex; null for a row that is not there."""
    repeated: object


@dataclass(frozen=True, slots=True)
class _Rows:
    """One kind of rows: what they are known by, and what of them is compared."""

    what: str
    key: str
    order: str
    """Among rows of one key."""
    columns: Mapping[str, str]
    tables: str
    """With ``{of}`` for the store."""


_AGAIN = "IN (SELECT exhibit FROM temp.same_pass)"
_VOLUME = "JOIN {of}.volume AS volume ON volume.number = entry.volume"
_ENTRY = "JOIN {of}.entry AS entry ON entry.number"
_SAME = "JOIN temp.same_pass AS same ON same.{of}"


def _of(table: str, *columns: str) -> dict[str, str]:
    return {column: f"{table}.{column}" for column in columns}


_COMPARED = (
    _Rows(
        "setting",
        "same.label || ': ' || setting.key",
        "1",
        _of("setting", "value"),
        "{of}.pass AS pass " + _SAME + " = pass.number, json_each(pass.run_key) AS setting",
    ),
    _Rows(
        "pass",
        "same.label",
        "1",
        _of("pass", "kind", "state", "packs", "engine", "scope", "lists", "skip_known"),
        "{of}.pass AS pass " + _SAME + " = pass.number",
    ),
    _Rows(
        "exhibit",
        "exhibit.exhibit",
        "1",
        _of("exhibit", "identity", "evidence", "zone"),
        "{of}.exhibit AS exhibit WHERE exhibit.exhibit " + _AGAIN,
    ),
    _Rows(
        "digest of the source",
        "digest_check.exhibit",
        "digest_check.number",
        _of("digest_check", "data"),
        "{of}.digest_check AS digest_check WHERE digest_check.exhibit " + _AGAIN,
    ),
    _Rows(
        "volume",
        "slot.volume",
        "1",
        _of("slot", "exhibit", "data", "free", "walked") | {"first_entry": "entry.id"},
        "{of}.volume AS slot LEFT " + _ENTRY + " = slot.first_entry WHERE slot.exhibit " + _AGAIN,
    ),
    _Rows(
        "entry",
        "entry.id",
        "entry.number",
        _of(
            "entry",
            *("parent", "path", "path_raw", "stream", "kind", "meta_address", "allocated", "name_state", "recovery"),
            *("size", *TIME_COLUMNS, "mode", "uid", "gid", "owner", "link_target", "locator", "reader"),
            *("first_address", "allocated_size", "status", "status_reason", "priority"),
        )
        | _of("volume", "volume")
        | _of("time_kinds", "kinds")
        | {"content": "first.id"},
        "{of}.entry AS entry "
        + _VOLUME
        + " LEFT JOIN {of}.time_kinds AS time_kinds ON time_kinds.number = entry.time_kinds"
        + " LEFT JOIN {of}.entry AS first ON first.number = entry.content WHERE volume.exhibit "
        + _AGAIN,
    ),
    _Rows(
        "examination",
        "entry.id",
        "entry.number",
        {"pass": "same.label"}
        | _of(
            "examination",
            *("status", "status_reason", "bytes_read", "md5", "sha1", "sha256", "digest_note", "all_zero"),
            *("media_type", "category", "known", "rules_skipped"),
        ),
        "{of}.examination AS examination " + _SAME + " = examination.pass " + _ENTRY + " = examination.content",
    ),
    _Rows(
        "content searched again",
        "same.label || ': ' || entry.id",
        "entry.number",
        {"entry": "entry.id"} | _of("scanned", "status", "status_reason"),
        "{of}.scanned AS scanned " + _SAME + " = scanned.pass " + _ENTRY + " = scanned.content",
    ),
    _Rows(
        "finding",
        "finding.id",
        "finding.data, finding.number",
        {"pass": "same.label", "entry": "entry.id"}
        | _of("finding", "severity", "context", "listed_in", "sha256", "data"),
        "{of}.finding AS finding " + _SAME + " = finding.pass " + _ENTRY + " = finding.entry",
    ),
    _Rows(
        "event",
        "event.id",
        "event.data, event.number",
        {"pass": "same.label", "entry": "entry.id"} | _of("event", "raw", "encoding", "data"),
        "{of}.event AS event " + _SAME + " = event.pass " + _ENTRY + " = event.entry",
    ),
    _Rows(
        "fact",
        "fact.id",
        "fact.data, fact.number",
        {"pass": "same.label"} | _of("volume", "volume") | _of("fact", "data"),
        "{of}.fact AS fact " + _SAME + " = fact.pass JOIN {of}.volume AS volume ON volume.number = fact.volume",
    ),
    _Rows(
        "problem",
        "problem.id",
        "problem.number",
        {"pass": "same.label"}
        | _of("problem", "exhibit", "volume", "entry", "stage", "code", "severity", "path", "offset", "message"),
        "{of}.problem AS problem " + _SAME + " = problem.pass",
    ),
    _Rows(
        "cross-check",
        "slot.volume",
        "1",
        {"pass": "same.label"} | _of("cross_check", "data"),
        "{of}.cross_check AS cross_check "
        + _SAME
        + " = cross_check.pass JOIN {of}.volume AS slot ON slot.number = cross_check.volume",
    ),
)
"""Every table that holds a result. Not here: sessions, batches, cached contents and the source's times, which are facts
of a run; labels and notes, which are people's."""


def compare(recorded: Store, repeated: Store, passes: Sequence[SamePass]) -> Iterator[RowsCompared | RowDifference]:
    """Compare what these passes recorded with what repeating them gave; of each kind the counts, then its differences.

    Raises:
        CaseDamaged: rows of the record are not of their form.
    """
    database = recorded.database
    try:
        _attach(database, repeated, passes)
        for rows in _COMPARED:
            yield from _of_kind(database, rows)
    except sqlite3.OperationalError as error:
        raise CaseDamaged(
            f"{recorded.folder / STORE}: its rows can't be compared ({error})", hint="go back to a copy of the case"
        ) from error
    yield from _coverage(recorded, repeated, passes)


def _attach(database: sqlite3.Connection, repeated: Store, passes: Sequence[SamePass]) -> None:
    """Beside the record, which is not written to: what is made here lies in temporary tables."""
    if database.in_transaction:
        database.execute("COMMIT")
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("ATTACH ? AS repeated", (str(repeated.folder / STORE),))
    database.execute("BEGIN")
    database.execute("CREATE TEMP TABLE same_pass (main INTEGER, repeated INTEGER, exhibit TEXT, label TEXT)")
    database.executemany(
        "INSERT INTO temp.same_pass VALUES (?, ?, ?, ?)",
        [(same.recorded, same.repeated, same.exhibit, same.label) for same in passes],
    )


def _of_kind(database: sqlite3.Connection, rows: _Rows) -> Iterator[RowsCompared | RowDifference]:
    ours, theirs = _query(rows, "main"), _query(rows, "repeated")
    recorded, repeated = (database.execute(f"SELECT count(*) FROM ({query})").fetchone()[0] for query in (ours, theirs))
    database.execute(f"CREATE TEMP TABLE gone AS {ours} EXCEPT {theirs}")
    database.execute(f"CREATE TEMP TABLE come AS {theirs} EXCEPT {ours}")
    for table in ("gone", "come"):
        database.execute(f"CREATE INDEX temp.{table}_place ON {table} (place, ordinal)")
    on = "ON come.place = gone.place AND come.ordinal = gone.ordinal"
    pairs = (
        f"SELECT gone.*, come.* FROM temp.gone LEFT JOIN temp.come {on} "
        f"UNION ALL SELECT gone.*, come.* FROM temp.come LEFT JOIN temp.gone {on} WHERE gone.place IS NULL"
    )
    (differing,) = database.execute(f"SELECT count(*) FROM ({pairs.replace('gone.*, come.*', '1')})").fetchone()
    yield RowsCompared(rows.what, recorded, repeated, differing)
    for row in database.execute(f"{pairs} ORDER BY 1, 2"):
        half = len(row) // 2
        yield from _differences(database, rows, row[:half], row[half:])
    database.execute("DROP TABLE temp.gone")
    database.execute("DROP TABLE temp.come")


def _query(rows: _Rows, of: str) -> str:
    columns = ", ".join(f"{column} AS {name}" for name, column in rows.columns.items())
    ordinal = f"row_number() OVER (PARTITION BY {rows.key} ORDER BY {rows.order})"
    return f"SELECT {rows.key} AS place, {ordinal} AS ordinal, {columns} FROM {rows.tables.format(of=of)}"


def _differences(
    database: sqlite3.Connection, rows: _Rows, ours: Sequence[Any], theirs: Sequence[Any]
) -> Iterator[RowDifference]:
    sides = [None if side[0] is None else dict(zip(rows.columns, side[2:], strict=True)) for side in (ours, theirs)]
    key = ours[0] if ours[0] is not None else theirs[0]
    place = f"{key}{_path(database, rows, key, *sides)}"
    before, after = sides
    if before is None or after is None:
        whole = [None if side is None else {name: _plain(value) for name, value in side.items()} for side in sides]
        yield RowDifference(rows.what, place, None, *whole)
        return
    for name in rows.columns:
        if before[name] != after[name]:
            for field, *values in _within(name, _plain(before[name]), _plain(after[name])):
                yield RowDifference(rows.what, place, field, *values)


def _path(database: sqlite3.Connection, rows: _Rows, key: str, *sides: Mapping[str, Any] | None) -> str:
    """Where the entry of a row lies, after a blank."""
    wanted = next((side["entry"] for side in sides if side is not None and "entry" in side), None)
    if rows.what in ("entry", "examination"):
        wanted = key
    for of in ("main", "repeated") if wanted is not None else ():
        query = (
            f"SELECT volume.volume || entry.path || coalesce(':' || entry.stream, '') FROM {of}.entry AS entry "
            f"{_VOLUME.format(of=of)} WHERE entry.id = ?"
        )
        found = database.execute(query, (wanted,)).fetchone()
        if found is not None:
            return f" {found[0]}"
    return ""


def _plain(value: object) -> object:
    """A value as JSON has it: bytes in hex, and JSON in a column as what it says."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _within(field: str, before: object, after: object) -> Iterator[tuple[str, object, object]]:
    """The members of an object that differ; of two lists what only one has; any other value as a whole."""
    if isinstance(before, list) and isinstance(after, list):
        gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
        if gone or come:
            yield f"{field}, what only one of them has", gone, come
            return
    if not (isinstance(before, dict) and isinstance(after, dict)) or before == after:
        yield field, before, after
        return
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"{field}.{name}", before.get(name), after.get(name)


def _coverage(recorded: Store, repeated: Store, passes: Sequence[SamePass]) -> Iterator[RowsCompared | RowDifference]:
    """The equations of both, each computed from its own rows."""
    found: list[RowDifference] = []
    lines = 0
    for same in passes:
        sides = [_equations(recorded, same, same.recorded), _equations(repeated, same, same.repeated)]
        for name in sides[0]:
            lines += 1
            for field, *values in _within("equation", sides[0][name], sides[1][name]):
                if values[0] != values[1]:
                    found.append(RowDifference("coverage", f"{same.label}, {name}", field, *values))
    yield RowsCompared("coverage", lines, lines, len({difference.place for difference in found}))
    yield from found


def _equations(store: Store, same: SamePass, number: int) -> dict[str, object]:
    if same.kind != "triage":
        return {"contents": asdict(scan_coverage(store, number, same.exhibit))}
    (data,) = store.database.execute("SELECT evidence FROM exhibit WHERE exhibit = ?", (same.exhibit,)).fetchone()
    media = media_coverage(store, same.exhibit, json.loads(data)["media_size"])
    parts = {f"{part.where} {part.what} {part.reason}": [part.size, part.examined] for part in media.parts}
    return {"entries": asdict(entry_coverage(store, same.exhibit)), "media": parts}
