"""E01 images (EnCase 6): compressed chunks, tables, digests, in one segment or several.

Layout: libyal, libewf, "Expert Witness Compression Format (EWF)". All values are little-endian; every checksum is
Adler-32 of what stands before it.

The media and its digests are the same wherever they are made. The compressed bytes are those of the zlib at hand:
another build of zlib may make others of the same media.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from cyberforensics.lab.containers.about import Acquisition
from cyberforensics.lab.plan import CannotHold
from cyberforensics.lab.scenario import Compression

_SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"
_SECTOR, _PER_CHUNK = 512, 64
_CHUNK = _SECTOR * _PER_CHUNK
_MOST_IN_TABLE = 16375  # chunks, as EnCase has it
_COMPRESSED = 0x80000000
_DESCRIPTOR = 76
_TAIL = 4096  # bytes kept free for what ends a segment, tables apart
_NUMBERED = 99  # segments from E01 to E99; behind them come EAA to EZZ, FAA and so on to ZZZ
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_SEGMENTS = _NUMBERED + (len(_LETTERS) - _LETTERS.index("E")) * len(_LETTERS) ** 2
_LEVELS: Mapping[Compression, int] = {"none": 0, "fast": 1, "best": 9}
"""Of zlib."""
_IN_MEDIA: Mapping[Compression, int] = {"none": 0, "fast": 1, "best": 2}
"""As the media's section says it."""
_LARGEST = 0x7FFFFFFF - (1 << 20)  # offsets in a table have 31 bits
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_e01(disk: BinaryIO, size: int, target: Path, about: Acquisition) -> tuple[Path, ...]:
    """Write an E01 image. See `Container`."""
    if size % _SECTOR:
        raise CannotHold(f"{target.name}: an E01 image holds whole sectors, and {size} bytes are not")
    set_identifier = hashlib.sha256(f"E01 {about.serial}".encode()).digest()[:16]
    writer = _Segments(
        target,
        _media(size, set_identifier, about.compression),
        min(about.segment_size, _LARGEST),
        _LEVELS[about.compression],
    )
    md5, sha1 = hashlib.md5(usedforsecurity=False), hashlib.sha1(usedforsecurity=False)
    writer.begin()
    try:
        writer.open(_headers(about))
        for chunk in _chunks(disk, size):
            md5.update(chunk)
            sha1.update(chunk)
            writer.add(chunk)
        writer.close(md5.digest(), sha1.digest())
    finally:
        writer.out.close()
    return tuple(writer.paths)


def _chunks(disk: BinaryIO, size: int) -> Iterator[bytes]:
    disk.seek(0)
    for start in range(0, size, _CHUNK):
        length = min(_CHUNK, size - start)
        yield disk.read(length).ljust(length, b"\0")  # a disk may end in a hole


@dataclass(slots=True)
class _Segments:
    """The files of an image while they are written; only one table of chunks is in memory."""

    target: Path
    media: bytes
    segment_size: int
    level: int
    """Of compression; 0 for none."""
    paths: list[Path] = field(default_factory=list)
    out: BinaryIO = field(init=False)
    _sectors_at: int = 0
    _table: list[int] = field(default_factory=list)
    _zeros: dict[int, bytes] = field(default_factory=dict)

    def open(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Say what the first segment says alone."""
        for kind, body in headers:
            self._section(kind, body)
        self._section(b"volume", self.media)
        self._begin_sectors()

    def add(self, chunk: bytes) -> None:
        """Write a chunk, into the next segment if this one is full."""
        packed, flag = self._packed(chunk)
        tables = 2 * (_DESCRIPTOR + 28 + 4 * len(self._table))
        if self._table and self.out.tell() + len(packed) + tables + _TAIL > self.segment_size:
            self._end_sectors()
            self._mark(b"next")
            self.begin()
            self._section(b"data", self.media)
            self._begin_sectors()
        elif len(self._table) == _MOST_IN_TABLE:
            self._end_sectors()
            self._begin_sectors()
        self._table.append(self.out.tell() - self._sectors_at | flag)
        self.out.write(packed)

    def close(self, md5: bytes, sha1: bytes) -> None:
        """End the last segment with the digests."""
        self._end_sectors()
        if len(self.paths) == 1:
            self._section(b"data", self.media)
        self._section(b"digest", _signed((md5 + sha1).ljust(76, b"\0")))
        self._section(b"hash", _signed(md5.ljust(32, b"\0")))
        self._mark(b"done")

    def _packed(self, chunk: bytes) -> tuple[bytes, int]:
        if not self.level:
            return _signed(chunk), 0
        if chunk.count(0) == len(chunk):
            if len(chunk) not in self._zeros:
                self._zeros[len(chunk)] = zlib.compress(chunk, self.level)
            return self._zeros[len(chunk)], _COMPRESSED
        packed = zlib.compress(chunk, self.level)
        return (packed, _COMPRESSED) if len(packed) < len(chunk) else (_signed(chunk), 0)

    def begin(self) -> None:
        """Begin the next segment."""
        number = len(self.paths) + 1
        if number > _MOST_SEGMENTS:
            raise CannotHold(f"{self.target.name}: more than {_MOST_SEGMENTS:,} segments; let them be larger")
        path = self.target.with_name(f"{self.target.stem}.{_ending(number)}")
        if self.paths:
            self.out.close()
        self.paths.append(path)
        self.out = path.open("xb")
        self.out.write(_SIGNATURE + struct.pack("<BHH", 1, number, 0))

    def _section(self, kind: bytes, body: bytes) -> None:
        start = self.out.tell()
        self.out.write(_descriptor(kind, start + _DESCRIPTOR + len(body), _DESCRIPTOR + len(body)) + body)

    def _mark(self, kind: bytes) -> None:
        self.out.write(_descriptor(kind, self.out.tell(), 0))

    def _begin_sectors(self) -> None:
        self._sectors_at, self._table = self.out.tell(), []
        self.out.write(bytes(_DESCRIPTOR))

    def _end_sectors(self) -> None:
        end = self.out.tell()
        self.out.seek(self._sectors_at)
        self.out.write(_descriptor(b"sectors", end, end - self._sectors_at))
        self.out.seek(end)
        entries = _signed(struct.pack(f"<{len(self._table)}I", *self._table))
        table = _signed(struct.pack("<I4xQ4x", len(self._table), self._sectors_at)) + entries
        self._section(b"table", table)
        self._section(b"table2", table)


def _ending(number: int) -> str:
    if number <= _NUMBERED:
        return f"E{number:02}"
    rest, last = divmod(number - _NUMBERED - 1, len(_LETTERS))
    first, middle = divmod(rest, len(_LETTERS))
    return _LETTERS[_LETTERS.index("E") + first] + _LETTERS[middle] + _LETTERS[last]


def _signed(data: bytes) -> bytes:
    return data + struct.pack("<I", zlib.adler32(data))


def _descriptor(kind: bytes, following: int, size: int) -> bytes:
    return _signed(struct.pack("<16sQQ40x", kind, following, size))


def _media(size: int, set_identifier: bytes, compression: Compression) -> bytes:
    fixed, physical = 1, 0x03
    head = struct.pack("<B3xIIIQ12xB3x12xB3xI4x16s", fixed, -(-size // _CHUNK), _PER_CHUNK, _SECTOR, size // _SECTOR,
                       physical, _IN_MEDIA[compression], _PER_CHUNK, set_identifier)  # fmt: skip
    return _signed(head.ljust(1048, b"\0"))


def _headers(about: Acquisition) -> list[tuple[bytes, bytes]]:
    """The header in UTF-16, twice as EnCase does, and the old one in ASCII."""
    moment = _EPOCH + timedelta(seconds=about.acquired // 1_000_000_000)
    seconds = str(about.acquired // 1_000_000_000)
    said = [about.description, about.case, about.evidence, about.examiner, about.notes]
    said = [" ".join(text.split()) for text in said]
    names = ["a", "c", "n", "e", "t", "md", "sn", "av", "ov", "m", "u", "p", "dc"]
    values = [*said, "", "", "cyberforensics", "", seconds, seconds, "0", ""]
    wide = ["3", "main", "\t".join(names), "\t".join(values), ""]
    wide += ["srce", "0\t1", "p\tn\tid\tev\ttb\tlo\tpo\tah\tgu\taq", "0\t0", "\t\t\t\t\t-1\t-1\t\t\t", ""]
    wide += ["sub", "0\t1", "p\tn\tid\tnu\tco\tgu", "0\t0", "\t\t\t\t1\t", "", ""]
    clock = f"{moment.year} {moment.month} {moment.day} {moment.hour} {moment.minute} {moment.second}"
    a, c, n, e, t = said
    old = [c, n, a, e, t, "cyberforensics", "", clock, clock, "0"]
    plain = ["1", "main", "\t".join(["c", "n", "a", "e", "t", "av", "ov", "m", "u", "p"]), "\t".join(old), "", ""]
    header2 = zlib.compress(b"\xff\xfe" + "\n".join(wide).encode("utf-16-le"), 9)
    header = zlib.compress("\r\n".join(plain).encode("ascii", "replace"), 9)
    return [(b"header2", header2), (b"header2", header2), (b"header", header)]
