"""A list of digests as workers search it: sorted, mapped, built once.

One file for each list::

    magic        b"CFHASH01"
    digests      of each algorithm, in order and each once, without anything between them
    tables       of each algorithm: how many digests are less than each first byte, or each first two bytes, and how
                 many there are; big-endian u64
    blocks       SHA-256 of each 16 KiB of the digests
    head         JSON: what the list is, from which file it was made, how many digests of each algorithm
    length       of the head in bytes, big-endian u64
    digest       SHA-256 of tables, blocks, head and length

Opening it reads what stands behind the digests and verifies that. A block of digests is verified when it is first
searched, so that a list of ten million is open at once and no damaged byte of it is ever believed.
"""

import hashlib
import json
import mmap
import os
import struct
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from cyberforensics.errors import CannotWrite, ListError, WorkerError
from cyberforensics.rules.hash_list import ALGORITHMS, SIZES, Algorithm, HashListReader, shown

MAGIC = b"CFHASH01"
BLOCK = 16 * 1024
"""Bytes that are verified together."""

SUFFIX = ".cfhash"

_TAIL = 8 + 32
_PAIR = struct.Struct(">QQ")
_LARGE = 1 << 17
"""Digests of an algorithm from which on its table is of the first two bytes."""
_HELD = 64 << 20
"""Bytes of digests that are held in memory before they go to the temporary file."""
_SIZE_OF: Mapping[Algorithm, int] = {name: size for size, name in SIZES.items()}


class Damaged(Exception):
    """The index is not what was written."""


@dataclass(frozen=True, slots=True)
class Head:
    """What an index says of its list."""

    name: str
    version: str
    sha256: str
    """Of the list."""
    size: int
    """Of the list, in bytes."""
    modified: int
    """Of the list, in nanoseconds since 1970, and so is the next."""
    changed: int
    without_digest: int
    counts: tuple[tuple[Algorithm, int], ...]
    """Different digests of each algorithm, in the order of the file."""

    @property
    def count(self) -> int:
        """Different digests."""
        return sum(count for _, count in self.counts)


class HashIndex:
    """An open index, for searching."""

    def __init__(self, path: Path) -> None:
        """Map it, and verify all but the digests.

        Raises:
            Damaged: it is not what was written.
            OSError: it can't be read.
        """
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size < len(MAGIC) + _TAIL:
                raise Damaged
            self._data = mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_READ)
        self._path = path
        self.digest = self._data[size - 32 :].hex()
        """Of everything but the digests, which stand in it by their blocks."""
        head_size = int.from_bytes(self._data[size - _TAIL : size - 32], "big")
        if self._data[: len(MAGIC)] != MAGIC or head_size > size - len(MAGIC) - _TAIL:
            raise Damaged
        head = size - _TAIL - head_size
        try:
            self.head = _head(json.loads(self._data[head : size - _TAIL]))
        except (ValueError, TypeError, KeyError) as error:
            raise Damaged from error
        self._end = len(MAGIC) + sum(_SIZE_OF[name] * count for name, count in self.head.counts)
        self._blocks = head - 32 * -(-(self._end - len(MAGIC)) // BLOCK)
        tables = self._blocks - sum(8 * _entries(count) for _, count in self.head.counts)
        if tables != self._end or hashlib.sha256(self._data[tables : size - 32]).hexdigest() != self.digest:
            raise Damaged
        self._sound = bytearray(-(-(self._end - len(MAGIC)) // BLOCK))
        self._parts: dict[int, _Part] = {}
        start = len(MAGIC)
        for name, count in self.head.counts:
            self._parts[_SIZE_OF[name]] = _Part(start, tables, 2 if count >= _LARGE else 1)
            start += _SIZE_OF[name] * count
            tables += 8 * _entries(count)

    def __contains__(self, digest: bytes) -> bool:
        """Whether the list has the digest.

        Raises:
            Damaged: the digests around it are not what was written.
        """
        part = self._parts.get(len(digest))
        if part is None:
            return False
        place = part.table + 8 * int.from_bytes(digest[: part.width], "big")
        first, last = _PAIR.unpack_from(self._data, place)
        if first == last:
            return False
        size = len(digest)
        start, end = part.start + first * size, part.start + last * size
        self._verify(start, end)
        # The few that begin alike are looked through as bytes, which is quicker than to halve them step by step.
        found = self._data.find(digest, start, end)
        while found > 0 and (found - start) % size:
            found = self._data.find(digest, found + 1, end)
        return found > 0

    def _verify(self, start: int, end: int) -> None:
        """Verify the blocks that hold these bytes, once each."""
        for number in range((start - len(MAGIC)) // BLOCK, (end - len(MAGIC) - 1) // BLOCK + 1):
            if self._sound[number]:
                continue
            place = len(MAGIC) + number * BLOCK
            block = self._data[place : min(place + BLOCK, self._end)]
            written = self._data[self._blocks + 32 * number : self._blocks + 32 * (number + 1)]
            if hashlib.sha256(block).digest() != written:
                raise Damaged
            self._sound[number] = 1


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    """Where its digests begin in the file."""
    table: int
    """Where its table begins."""
    width: int
    """First bytes of a digest that the table goes by."""


def _entries(count: int) -> int:
    return (65536 if count >= _LARGE else 256) + 1


def _head(value: Mapping[str, object]) -> Head:
    counts = value["counts"]
    if not isinstance(counts, list) or not all(name in _SIZE_OF and type(count) is int for name, count in counts):
        raise ValueError
    return Head(**{**value, "counts": tuple((name, count) for name, count in counts)})  # type: ignore[arg-type]


def index_path(path: Path, folder: Path | None) -> Path:
    """Where the index of a list lies: beside it, or in a folder, where lists of one name do not meet."""
    if folder is None:
        return path.with_name(path.name + SUFFIX)
    place = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]
    return folder / f"{path.name}-{place}{SUFFIX}"


def up_to_date(path: Path, index: Path) -> HashIndex | None:
    """Open the index of a list; None where there is none, it is damaged, or the list is not what it was made from.

    A list of the same size and the same times (also that of its last change of state, which nobody can set) is taken
    for the same; where a time differs its SHA-256 decides.

    Raises:
        ListError: the list can't be read.
    """
    try:
        about = path.stat()
    except OSError as error:
        raise ListError(
            f"{shown(path)}: the list can't be read ({error.strerror})", hint="name a file that can be read"
        ) from error
    try:
        found = HashIndex(index)
    except (Damaged, OSError):
        return None
    head = found.head
    if head.size != about.st_size:
        return None
    if (head.modified, head.changed) == (about.st_mtime_ns, about.st_ctime_ns):
        return found
    try:
        with path.open("rb") as stream:
            return found if hashlib.file_digest(stream, "sha256").hexdigest() == head.sha256 else None
    except OSError as error:
        raise ListError(
            f"{shown(path)}: the list can't be read ({error.strerror})", hint="name a file that can be read"
        ) from error


def build(path: Path, index: Path) -> None:
    """Read a list and write its index, in place of the old one at once.

    Memory is bounded: digests go to a temporary file by their first byte, and those of one byte are sorted at a time.

    Raises:
        ListError: the list is broken, or holds no digest.
        CannotWrite: the index can't be written.
    """
    beside = index.with_name(f"{index.name}.{os.getpid()}.part")
    reader = HashListReader(path)
    try:
        index.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as out, tempfile.TemporaryFile(dir=index.parent) as held:
                about = path.stat()
                sorter = _Sorter(held)
                sorter.take(reader.digests())
                if not sorter.count:
                    raise ListError(f"{shown(path)}: the list holds no digest", hint="remove it from the command")
                _write(out, sorter, reader, about)
                out.flush()
                os.fsync(out.fileno())
            beside.replace(index)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise CannotWrite(
            f"{shown(index)}: the index of the list can't be written ({error.strerror})",
            hint="name a folder that can be written to: --list-index FOLDER",
        ) from error


class _Sorter:
    """Digests by size and first byte."""

    def __init__(self, held: BinaryIO) -> None:
        self._held = held
        self._buckets: dict[int, list[bytearray]] = {size: [bytearray() for _ in range(256)] for size in SIZES}
        self._pieces: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self.count = 0
        """Digests taken, the same ones as often as they came."""

    def take(self, digests: Iterable[bytes]) -> None:
        """Take digests of any size in any order."""
        buckets = self._buckets
        room = _HELD
        for digest in digests:
            buckets[len(digest)][digest[0]] += digest
            self.count += 1
            room -= len(digest)
            if room < 0:
                self._let_go()
                room = _HELD

    def _let_go(self) -> None:
        for size, buckets in self._buckets.items():
            for first, bucket in enumerate(buckets):
                if bucket:
                    self._pieces.setdefault((size, first), []).append((self._held.tell(), len(bucket)))
                    self._held.write(bucket)
                    buckets[first] = bytearray()

    def sorted(self, size: int) -> Iterator[Sequence[bytes]]:
        """Give the different digests of a size in order, those of each first byte together."""
        for first, bucket in enumerate(self._buckets[size]):
            parts = []
            for place, length in self._pieces.get((size, first), ()):
                self._held.seek(place)
                parts.append(self._held.read(length))
            data = b"".join((*parts, bucket))
            yield sorted({data[place : place + size] for place in range(0, len(data), size)})


def _write(out: BinaryIO, sorter: _Sorter, reader: HashListReader, about: os.stat_result) -> None:
    out.write(MAGIC)
    blocks = _Blocks()
    counts: list[tuple[Algorithm, int]] = []
    tables: list[bytes] = []
    for name in ALGORITHMS:
        firsts = array("Q", bytes(8 * 65536))
        for digests in sorter.sorted(_SIZE_OF[name]):
            for digest in digests:
                firsts[digest[0] << 8 | digest[1]] += 1
            data = b"".join(digests)
            out.write(data)
            blocks.add(data)
        count = sum(firsts)
        if count:
            counts.append((name, count))
            tables.append(
                _table(firsts if count >= _LARGE else [sum(firsts[n : n + 256]) for n in range(0, 65536, 256)])
            )
    head = Head(
        reader.name,
        reader.version,
        reader.sha256,
        reader.size,
        about.st_mtime_ns,
        about.st_ctime_ns,
        reader.without_digest,
        tuple(counts),
    )
    text = json.dumps(asdict(head), sort_keys=True, separators=(",", ":")).encode()
    tail = b"".join((*tables, blocks.finish(), text, len(text).to_bytes(8, "big")))
    out.write(tail)
    out.write(hashlib.sha256(tail).digest())


def _table(firsts: Iterable[int]) -> bytes:
    return b"".join(less.to_bytes(8, "big") for less in accumulate(firsts, initial=0))


class _Blocks:
    """SHA-256 of each block of what is written."""

    def __init__(self) -> None:
        self._rest = b""
        self._digests: list[bytes] = []

    def add(self, data: bytes) -> None:
        data = self._rest + data
        whole = len(data) - len(data) % BLOCK
        self._digests += [hashlib.sha256(data[place : place + BLOCK]).digest() for place in range(0, whole, BLOCK)]
        self._rest = data[whole:]

    def finish(self) -> bytes:
        if self._rest:
            self._digests.append(hashlib.sha256(self._rest).digest())
        return b"".join(self._digests)


def open_unchanged(index: Path, digest: str) -> HashIndex:
    """Open the very index that this run found or made, in the process that searches it.

    Raises:
        WorkerError: it is gone, or another one.
    """
    try:
        found = HashIndex(index)
    except (Damaged, OSError) as error:
        raise changed(index) from error
    if found.digest != digest:
        raise changed(index)
    return found


def changed(index: Path) -> WorkerError:
    """What ends the run where an index is not what it was when the run began."""
    return WorkerError(
        f"{shown(index)}: the index of a list of digests is damaged or was changed during the run",
        hint="delete it and start the same command again: it is made anew, and the case goes on where it stopped",
    )
