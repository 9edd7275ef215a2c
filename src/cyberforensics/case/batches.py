"""Batches and their contents, read back when their turn comes."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from cyberforensics.case.store import Store, joined, sum_of
from cyberforensics.model.codec import decoder
from cyberforensics.model.entry import Content, Name
from cyberforensics.model.volume import Volume


@dataclass(frozen=True, slots=True)
class Batch:
    """Contents of one volume that are examined together, and the unit that is recorded."""

    number: int
    volume: Volume
    contents: tuple[Content, ...]
    priority: int
    """Of its first content."""
    listed: int
    """Number of the last entry that was listed when the contents' names were read."""


def remaining_batches(store: Store, pass_number: int, taken: Collection[int] = ()) -> Iterator[Batch]:
    """Yield the batches that are not done and not `taken` before, in their order, each loaded when it is asked for."""
    pending = store.database.execute(
        "SELECT number FROM batch WHERE pass = ? AND done = 0 ORDER BY number", (pass_number,)
    ).fetchall()
    for (number,) in pending:
        if number not in taken:
            yield load_batch(store, number)


def load_batch(store: Store, number: int) -> Batch:
    """One batch with its contents, under all the names that are listed by now."""
    volume_number, contents = store.database.execute(
        "SELECT volume, contents FROM batch WHERE number = ?", (number,)
    ).fetchone()
    data = store.database.execute("SELECT data FROM volume WHERE number = ?", (volume_number,)).fetchone()[0]
    volume: Volume = decoder(Volume)(json.loads(data))
    numbers = json.loads(contents)
    priority = 0
    if numbers:  # none is left in one whose contents were all taken back
        priority = store.database.execute("SELECT priority FROM entry WHERE number = ?", (numbers[0],)).fetchone()[0]
    listed = store.database.execute("SELECT max(number) FROM entry").fetchone()[0]
    return Batch(number, volume, tuple(_contents(store, numbers)), priority, listed)


def content_of(store: Store, number: int) -> tuple[Volume, Content]:
    """A content by the number of its first name, and the volume it lies in."""
    data = store.database.execute(
        "SELECT data FROM volume WHERE number = (SELECT volume FROM entry WHERE number = ?)", (number,)
    ).fetchone()[0]
    (content,) = _contents(store, (number,))
    return decoder(Volume)(json.loads(data)), content


def is_examined(store: Store, pass_number: int) -> bool:
    """Whether every batch of a pass is done."""
    query = "SELECT NOT EXISTS (SELECT 1 FROM batch WHERE pass = ? AND done = 0)"
    return bool(store.database.execute(query, (pass_number,)).fetchone()[0])


def progress_of(store: Store, pass_number: int) -> tuple[int, int, int, int]:
    """Contents done and in all, bytes done and in all."""
    row = store.database.execute(
        "SELECT coalesce(sum(done * json_array_length(contents)), 0), coalesce(sum(json_array_length(contents)), 0), "
        f"{sum_of('done * size')}, {sum_of('size')} FROM batch WHERE pass = ?",
        (pass_number,),
    ).fetchone()
    return row[0], row[1], joined(row[2], row[3]), joined(row[4], row[5])


_CONTENTS = """
SELECT number, meta_address, locator, path, path_raw, size, allocated, reader, first_address, id, stream, owner
FROM (SELECT key, value FROM json_each(?)) AS wanted CROSS JOIN entry ON entry.number = wanted.value ORDER BY wanted.key
"""
_OTHER_NAMES = """
SELECT content, id, path, stream, owner
FROM (SELECT value FROM json_each(?)) AS wanted CROSS JOIN entry ON entry.content = wanted.value
WHERE content <> number ORDER BY number
"""


def _contents(store: Store, numbers: Sequence[int]) -> Iterator[Content]:
    """Contents by the numbers of their first names, in this order."""
    wanted = json.dumps(numbers)
    others: dict[int, list[Name]] = {}
    for content, *name in store.database.execute(_OTHER_NAMES, (wanted,)):
        others.setdefault(content, []).append(Name(*name))
    for row in store.database.execute(_CONTENTS, (wanted,)):
        first = Name(row[9], row[3], row[10], row[11])
        yield Content(
            number=row[0],
            meta_address=row[1],
            locator=row[2],
            path_raw=row[4] if row[4] is not None else row[3].encode(),
            size=row[5] or 0,
            deleted=not row[6],
            reader=row[7],
            first_address=row[8],
            names=(first, *others.get(row[0], ())),
        )
