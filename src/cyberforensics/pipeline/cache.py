"""A content cache that outlives the case: what follows from a content's bytes alone, by their digest. No names.

One file of sorted records for each set of rules, which workers map and search::

    magic        b"CFCACHE3"
    records      of 52 bytes, in order: SHA-256, then big-endian the size (u64), media type, findings and the rules
                 that the content leaves open (u32 each)
    lists        JSON of `model.examination.Finding`, one list after the other
    offsets      of each list from the start of the lists, big-endian u64, and of their end; a record counts them from
                 1, and 0 is none
    head         JSON: the key (what results depend on), how many records and lists there are, the media types, and the
                 rules left open, one list for all contents that leave open the same
    length       of the head in bytes, big-endian u64
    digest       SHA-256 of everything before

docs/decisions/0009-content-cache.md says what may be in it, and how far it can be trusted.
"""

import hashlib
import json
import mmap
import os
import struct
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.model.codec import decoder
from cyberforensics.model.examination import Finding
from cyberforensics.pipeline.known import Key, Known

MAGIC = b"CFCACHE3"
RECORD = struct.Struct(">32sQIII")
_TAIL = 8 + 32
_BLOCK = 1 << 20

Row = tuple[bytes, int, str, str | None, str | None]
"""SHA-256, size in bytes, media type, and as JSON a list of findings and one of the rules that the content leaves open;
None where there are none."""


@dataclass(frozen=True, slots=True)
class CacheFile:
    """The cache of one key, whether it is there yet or not. It may be pickled."""

    folder: Path
    key: str
    """Canonical JSON of what results depend on: rule packs, engine, versions."""

    @property
    def path(self) -> Path:
        """Each key has a file of its own."""
        return self.folder / f"contents-{hashlib.sha256(self.key.encode()).hexdigest()[:16]}.cache"


def cache_file(folder: Path, key: Mapping[str, object]) -> CacheFile:
    """The cache of a key, in a folder that is made where there is none; tried before the long work.

    Raises:
        CannotWrite: the folder can't be made or read.
        UsageError: the cache that lies there is damaged.
    """
    file = CacheFile(folder.absolute(), json.dumps(key, sort_keys=True, separators=(",", ":")))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        open_cache(file)
    except OSError as error:
        raise CannotWrite(f"{folder}: the content cache can't be used ({error.strerror})") from error
    return file


def open_cache(file: CacheFile) -> "Cache | None":
    """Map a cache and verify its digest; None where there is none yet.

    Raises:
        UsageError: it is damaged.
        OSError: it can't be read.
    """
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        size = os.fstat(descriptor).st_size
        data = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ) if size >= len(MAGIC) + _TAIL else None
    finally:
        os.close(descriptor)
    if data is None or not _is_sound(data):
        raise UsageError(f"{file.path}: the content cache is damaged", hint="delete the file: nothing is lost but time")
    head_size = int.from_bytes(data[size - _TAIL : size - 32], "big")
    head = json.loads(data[size - _TAIL - head_size : size - _TAIL])
    if head["key"] != file.key:
        raise UsageError(f"{file.path}: the content cache of other rules or versions", hint="delete the file")
    return Cache(
        data, size - _TAIL - head_size, head["records"], head["lists"], tuple(head["types"]), tuple(head["open"])
    )


def _is_sound(data: mmap.mmap) -> bool:
    digest = hashlib.sha256()
    end = len(data) - 32
    for place in range(0, end, _BLOCK):
        digest.update(data[place : min(end, place + _BLOCK)])
    return data[: len(MAGIC)] == MAGIC and digest.digest() == data[end:]


class Cache:
    """An open cache, for reading."""

    def __init__(
        self, data: mmap.mmap, head: int, records: int, lists: int, types: tuple[str, ...], left_open: tuple[str, ...]
    ) -> None:
        """`head` is where the head begins; everything behind it is what it says."""
        self._data = data
        self._records = records
        self._types = types
        self._open = left_open
        self._lists = len(MAGIC) + records * RECORD.size
        self._offsets = head - 8 * (lists + 1)

    def recall(self, key: Key) -> Known | None:
        """What is known of these bytes; None where they are not in the cache."""
        sha256 = bytes.fromhex(key[0])
        place = bisect_left(range(self._records), sha256, key=lambda number: self._record(number)[0])
        while place < self._records:
            found, size, kind, findings, left_open = self._record(place)
            if found != sha256:
                return None
            if size == key[1]:
                parts = json.loads(self._list(findings)) if findings else ()
                decode = decoder(Finding)
                return Known(
                    self._types[kind],
                    tuple(decode(part) for part in parts),
                    tuple(json.loads(self._open[left_open])),
                    from_cache=True,
                )
            place += 1
        return None

    def rows(self) -> Iterator[Row]:
        """All records, in their order."""
        for number in range(self._records):
            sha256, size, kind, findings, left_open = self._record(number)
            found = self._list(findings).decode() if findings else None
            yield sha256, size, self._types[kind], found, self._open[left_open] if left_open else None

    def _record(self, number: int) -> tuple[bytes, int, int, int, int]:
        place = len(MAGIC) + number * RECORD.size
        sha256, size, kind, findings, left_open = RECORD.unpack_from(self._data, place)
        return sha256, size, kind, findings, left_open

    def _list(self, number: int) -> bytes:
        start, end = struct.unpack_from(">QQ", self._data, self._offsets + 8 * (number - 1))
        return self._data[self._lists + start : self._lists + end]
