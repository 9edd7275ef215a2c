"""Writing a content cache: what was there and what is new, merged in order, in place of the old file at once."""

import fcntl
import hashlib
import heapq
import json
import os
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from cyberforensics.errors import CannotWrite
from cyberforensics.pipeline.cache import MAGIC, RECORD, CacheFile, Row, open_cache
from cyberforensics.replacing import replacing

_HINT = "it is the content cache: the case is whole, and only its part of the cache is missing"


def update_cache(file: CacheFile, new: Iterable[Row]) -> None:
    """Add rows to a cache; of the same bytes the row that was there first stays.

    Args:
        new: ordered by SHA-256 and size.

    Raises:
        CannotWrite: the folder or the disk refuses; the old cache is then still there.
        UsageError: the old cache is damaged.
    """
    try:
        with _alone(file.folder):
            old = open_cache(file)
            rows = heapq.merge(old.rows() if old is not None else (), new, key=_place)
            with (
                replacing(file.path, mode=0o600, hint=_HINT) as out,
                tempfile.TemporaryFile(dir=file.folder) as lists,
            ):
                _write(out, lists, file.key, (next(same) for _, same in groupby(rows, key=_place)))
    except OSError as error:
        raise CannotWrite(f"{file.path}: can't be written ({error.strerror})", hint=_HINT) from error


def _place(row: Row) -> tuple[bytes, int]:
    return row[:2]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Runs that use one cache take turns in writing it: nothing that one of them adds is lost."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(out: BinaryIO, lists: BinaryIO, key: str, rows: Iterable[Row]) -> None:
    types: dict[str, int] = {}
    opens = {"[]": 0}
    offsets = array("Q", [0])
    records = 0
    digest = hashlib.sha256()

    def put(data: bytes) -> None:
        out.write(data)
        digest.update(data)

    put(MAGIC)
    for sha256, size, media_type, findings, left_open in rows:
        number = 0
        if findings is not None:
            lists.write(findings.encode())
            number = len(offsets)
            offsets.append(lists.tell())
        kind = types.setdefault(media_type, len(types))
        put(RECORD.pack(sha256, size, kind, number, opens.setdefault(left_open or "[]", len(opens))))
        records += 1
    lists.seek(0)
    while block := lists.read(1 << 20):
        put(block)
    for offset in offsets:
        put(offset.to_bytes(8, "big"))
    head = json.dumps(
        {"key": key, "records": records, "lists": len(offsets) - 1, "types": list(types), "open": list(opens)},
        separators=(",", ":"),
    ).encode()
    put(head)
    put(len(head).to_bytes(8, "big"))
    out.write(digest.digest())
