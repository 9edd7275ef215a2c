"""A small writer of EWF-E01, for tests only: written from the format's description, sharing nothing with the reader.

Source: libyal, libewf, "Expert Witness Compression Format (EWF)".
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

GUID = bytes(range(16))
HEADER = "1\nmain\nc\tn\ta\te\tt\tav\tov\tm\tu\tp\n7/26\tE-1\tdisk\tJ. Doe\tnotes\t6.19\tLinux\t{date}\t{date}\t0\n\n"


@dataclass(frozen=True)
class Plan:
    """How the media is to be written."""

    sector_size: int = 512
    sectors_per_chunk: int = 64
    compression: Literal["never", "always", "smaller"] = "smaller"
    chunks_per_table: int = 16375
    chunks_per_segment: int = 1 << 30
    table2: bool = True
    encase1: bool = False
    """Chunks lie in the table's section, behind the entries."""
    base_offset: bool = False
    """As EnCase 6 does: entries count from the sectors section."""
    errors: Sequence[tuple[int, int]] = ()
    sessions: Sequence[int] = ()
    digests: bool = True
    header2: bool = True


def noise(seed: int, size: int) -> bytes:
    """Bytes that do not compress, the same in every run."""
    return hashlib.shake_128(seed.to_bytes(4, "little")).digest(size)


def extension(number: int) -> str:
    """E01 to E99, then EAA and on."""
    if number < 100:
        return f"E{number:02d}"
    number -= 100
    return chr(ord("E") + number // 676) + chr(ord("A") + number // 26 % 26) + chr(ord("A") + number % 26)


def write(folder: Path, data: bytes, plan: Plan | None = None, name: str = "image") -> list[Path]:
    """Write an image of `data`; the paths of its segments, in order."""
    paths = []
    for number, segment in enumerate(build(data, plan or Plan()), 1):
        paths.append(folder / f"{name}.{extension(number)}")
        paths[-1].write_bytes(segment)
    return paths


def build(data: bytes, plan: Plan) -> list[bytes]:
    """The bytes of the segments."""
    size = plan.sector_size * plan.sectors_per_chunk
    chunks = [data[place : place + size] for place in range(0, len(data), size)]
    described = _described(data, plan, len(chunks))
    parts = [
        chunks[place : place + plan.chunks_per_segment] for place in range(0, len(chunks), plan.chunks_per_segment)
    ]
    return [_segment(number, part, data, plan, described, number == len(parts)) for number, part in enumerate(parts, 1)]


def signed(data: bytes) -> bytes:
    """Data and its checksum."""
    return data + struct.pack("<I", zlib.adler32(data))


def section(kind: bytes, start: int, body: bytes) -> bytes:
    """A section at a place; ``next`` and ``done`` point to themselves."""
    following = start if kind in (b"next", b"done") else start + 76 + len(body)
    return signed(struct.pack("<16sQQ40x", kind, following, following - start)) + body


def _segment(number: int, chunks: list[bytes], data: bytes, plan: Plan, described: bytes, last: bool) -> bytes:
    image = bytearray(b"EVF\x09\x0d\x0a\xff\x00\x01" + struct.pack("<HH", number, 0))

    def add(kind: bytes, body: bytes = b"") -> None:
        image.extend(section(kind, len(image), body))

    if number == 1:
        _add_headers(add, plan)
        add(b"volume", described)
    else:
        add(b"data", described)
    for place in range(0, len(chunks), plan.chunks_per_table):
        _add_chunks(image, add, chunks[place : place + plan.chunks_per_table], plan)
    if not last:
        add(b"next")
        return bytes(image)
    if number == 1:
        add(b"data", described)
    if plan.sessions:
        entries = b"".join(struct.pack("<II24x", 0, start) for start in plan.sessions)
        add(b"session", signed(struct.pack("<I28x", len(plan.sessions))) + signed(entries))
    if plan.errors:
        entries = b"".join(struct.pack("<II", *error) for error in plan.errors)
        add(b"error2", signed(struct.pack("<I512x", len(plan.errors))) + signed(entries))
    if plan.digests:
        md5, sha1 = hashlib.md5(data).digest(), hashlib.sha1(data).digest()  # noqa: S324 - what the format stores
        add(b"digest", signed(md5 + sha1 + bytes(40)))
        add(b"hash", signed(md5 + bytes(16)))
    add(b"done")
    return bytes(image)


def _add_headers(add: Callable[[bytes, bytes], None], plan: Plan) -> None:
    if plan.header2:
        text = HEADER.format(date="1142163845").replace("J. Doe", "Jörg Doe").encode("utf-16")
        add(b"header2", zlib.compress(text))
        add(b"header2", zlib.compress(text))
    add(b"header", zlib.compress(HEADER.format(date="2006 3 12 11 44 5").replace("\n", "\r\n").encode()))


def _described(data: bytes, plan: Plan, chunks: int) -> bytes:
    sectors = len(data) // plan.sector_size
    body = struct.pack("<B3xIIIQ", 1, chunks, plan.sectors_per_chunk, plan.sector_size, sectors)
    body += struct.pack("<12xB15xB3xI4x16s", 3, 1, plan.sectors_per_chunk, GUID)
    return signed(body.ljust(1048, b"\0"))


def _add_chunks(image: bytearray, add: Callable[[bytes, bytes], None], chunks: Iterable[bytes], plan: Plan) -> None:
    stored = [_store(chunk, plan.compression) for chunk in chunks]
    room = 76 + 24 + 4 * len(stored) + 4 if plan.encase1 else 76
    base = len(image) if plan.base_offset else 0
    place = len(image) + room - base
    entries = bytearray()
    for body, compressed in stored:
        entries += struct.pack("<I", place | compressed << 31)
        place += len(body)
    bodies = b"".join(body for body, _ in stored)
    table = signed(struct.pack("<I4xQ4x", len(stored), base)) + signed(bytes(entries))
    if plan.encase1:
        add(b"table", table + bodies)
        return
    add(b"sectors", bodies)
    add(b"table", table)
    if plan.table2:
        add(b"table2", table)


def _store(chunk: bytes, compression: str) -> tuple[bytes, int]:
    plain = signed(chunk)
    if compression == "never":
        return plain, 0
    packed = zlib.compress(chunk, 1)
    return (packed, 1) if compression == "always" or len(packed) < len(plain) else (plain, 0)
