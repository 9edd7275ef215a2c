"""Labels and notes of people, in tables of their own; each is in the examination log before it is in the store."""

import re
from collections.abc import Iterator, Sequence

from cyberforensics.case import log
from cyberforensics.case.store import Store
from cyberforensics.errors import UsageError
from cyberforensics.model.annotations import (
    MAX_LABELS,
    MAX_NOTES,
    Annotations,
    LabelCount,
    Note,
    NoteKind,
    Tag,
    TaggedKind,
    checked_label,
    checked_note,
)
from cyberforensics.model.versions import PRODUCT, product_version

_SHORTEST = 4
_ID = re.compile(r"[0-9a-f]{4,20}")
_KINDS: tuple[TaggedKind, ...] = ("entry", "finding", "event")
_TABLES: dict[NoteKind, str] = {"fact": "noted_fact", "opinion": "opinion"}


def identified(store: Store, text: str) -> tuple[TaggedKind, str]:
    """What an id, or its beginning, stands for.

    Raises:
        UsageError: nothing of the case has it, or several things begin with it.
    """
    beginning = text.lower()
    if not _ID.fullmatch(beginning):
        raise UsageError(
            f"{text!r} is no id",
            hint=f"20 hexadecimal digits, or the first {_SHORTEST} of them or more, as show has them",
        )
    found = [
        (kind, item)
        for kind in _KINDS
        for (item,) in store.database.execute(
            f"SELECT DISTINCT id FROM {kind} WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 2", (beginning,)
        )
    ]
    if not found:
        raise UsageError(
            f"{text}: no entry, finding or event of the case has this id", hint="`cyberforensics show` has the ids"
        )
    if len(found) > 1:
        raise UsageError(f"{text}: several ids begin so ({found[0][1]}, {found[1][1]} …)", hint="give more digits")
    return found[0]


def add_tag(store: Store, item: str, label: str, note: str = "", command: Sequence[str] = ()) -> Tag:
    """Put a label on an entry, a finding or an event; a label it has gets the new note.

    Raises:
        UsageError: there is no such item, or the label or the note is not of its form.
        CannotWrite: the log or the store can't be written: then it is not done.
    """
    label, note = checked_label(label), checked_note(note) if note else ""
    with store.transaction() as database:
        kind, whole = identified(store, item)
        tag = Tag(kind, whole, label, note, log.operator(), log.now())
        facts = {"kind": kind, "item": whole, "label": label, "note": note}
        log.append(store.folder, "tagged", {**facts, **_run(command)})
        database.execute(
            "INSERT INTO tag VALUES (NULL, ?, ?, ?, ?, ?, ?) ON CONFLICT (item, label) DO UPDATE SET "
            "note = excluded.note, operator = excluded.operator, time = excluded.time",
            (kind, whole, label, note, tag.operator, tag.time),
        )
    return tag


def remove_tag(store: Store, item: str, label: str, note: str = "", command: Sequence[str] = ()) -> Tag:
    """Take a label off; the log keeps that it was there, and the note says why.

    Raises:
        UsageError: the item is not there, or does not bear the label.
        CannotWrite: as with `add_tag`.
    """
    label, note = checked_label(label), checked_note(note) if note else ""
    with store.transaction() as database:
        kind, whole = identified(store, item)
        if not database.execute("SELECT 1 FROM tag WHERE item = ? AND label = ?", (whole, label)).fetchone():
            raise UsageError(
                f"{kind} {whole} does not bear the label {label}", hint="`cyberforensics show tags` has all"
            )
        facts = {"kind": kind, "item": whole, "label": label, "note": note}
        log.append(store.folder, "tag removed", {**facts, **_run(command)})
        database.execute("DELETE FROM tag WHERE item = ? AND label = ?", (whole, label))
    return Tag(kind, whole, label, note, log.operator(), log.now())


def tags(store: Store, label: str | None = None) -> Iterator[Tag]:
    """Every label of every item, or the items of one label, in the order of their ids."""
    query = (
        "SELECT kind, item, label, note, operator, time FROM tag WHERE ?1 IS NULL OR label = ?1 ORDER BY item, label"
    )
    for row in store.database.execute(query, (label,)):
        yield Tag(*row)


def labels_of(store: Store) -> dict[str, tuple[str, ...]]:
    """The labels of each item that bears any, by its id: people set them one by one, so they are few."""
    result: dict[str, tuple[str, ...]] = {}
    for item, label in store.database.execute("SELECT item, label FROM tag ORDER BY item, label"):
        result[item] = (*result.get(item, ()), label)
    return result


def add_note(store: Store, kind: NoteKind, text: str, command: Sequence[str] = ()) -> Note:
    """Add a note of the examiner's; facts and opinions go into tables of their own.

    Raises:
        UsageError: its text is not of its form.
        CannotWrite: the log or the store can't be written: then it is not done.
    """
    note = Note(checked_note(text), log.operator(), log.now())
    with store.transaction() as database:
        action = "opinion noted" if kind == "opinion" else "fact noted"
        log.append(store.folder, action, {"text": note.text, **_run(command)})
        database.execute(f"INSERT INTO {_TABLES[kind]} VALUES (NULL, ?, ?, ?)", (note.text, note.operator, note.time))
    return note


def notes(store: Store, kind: NoteKind, limit: int = -1) -> Iterator[Note]:
    """Notes of one kind, in the order in which they were written."""
    query = f"SELECT text, operator, time FROM {_TABLES[kind]} ORDER BY number LIMIT ?"
    for row in store.database.execute(query, (limit,)):
        yield Note(*row)


def annotations(store: Store) -> Annotations:
    """All that people added, bounded, with its totals."""
    counts = store.database.execute(
        "SELECT label, count(*) FILTER (WHERE kind = 'entry'), count(*) FILTER (WHERE kind = 'finding'), "
        "count(*) FILTER (WHERE kind = 'event') FROM tag GROUP BY label ORDER BY label LIMIT ?",
        (MAX_LABELS,),
    ).fetchall()
    labels, facts, opinions = (
        store.database.execute(f"SELECT count({what}) FROM {table}").fetchone()[0]
        for what, table in (("DISTINCT label", "tag"), ("*", "noted_fact"), ("*", "opinion"))
    )
    return Annotations(
        labels=tuple(LabelCount(*row) for row in counts),
        labels_total=labels,
        facts=tuple(notes(store, "fact", MAX_NOTES)),
        facts_total=facts,
        opinions=tuple(notes(store, "opinion", MAX_NOTES)),
        opinions_total=opinions,
    )


def _run(command: Sequence[str]) -> dict[str, object]:
    """What made a change, for the log."""
    return {"command": list(command), "versions": {PRODUCT: product_version()}}
