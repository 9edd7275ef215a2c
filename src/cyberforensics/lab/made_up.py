"""Content that means nothing: the same for the same seed, on every machine and in every version of Python."""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import isqrt

from cyberforensics.lab.plan import Content
from cyberforensics.lab.scenario import Noise

_BLOCK = 64 * 1024
_LINE = 12  # words
_LINES = 1 << 14  # of text, a table or a log that are in memory at a time
_SHORTEST = 4  # bytes of a word and what is behind it
_SHORTEST_ROW = 10  # bytes
_LARGEST_SIDE = 4096
_STORED = 0xFFFF  # bytes of a stored block
_CHUNK = 12  # bytes of one in a picture, beside its data
_STRIP = 1 << 20  # bytes of one that fills it
_FILLING = b"fiLl"  # ancillary, private, safe to copy
_UTF8_NAME = 0x800
_ZIP_FILE = struct.Struct("<4sHHHHHIIIHH")
_ZIP_NAME = struct.Struct("<4sBBHHHHHIIIHHHHHII")
_ZIP_END = struct.Struct("<4sHHHHIIH")
_NO_TIME = 1 << 5 | 1  # 1980-01-01
_MODE = 0o600 << 16


def number(seed: str, below: int) -> int:
    """A number from 0 to `below` - 1 that looks like chance and is decided by the seed alone."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") % below


def of_bytes(data: bytes) -> Content:
    """Content that is there."""
    return Content(len(data), lambda: iter((data,) if data else ()))


def random_bytes(seed: str, size: int) -> Content:
    """Bytes without any order."""

    def blocks() -> Iterator[bytes]:
        for start in range(0, size, _BLOCK):
            yield hashlib.shake_256(f"{seed}/{start}".encode()).digest(min(_BLOCK, size - start))

    return Content(size, blocks)


def archive(files: Sequence[tuple[str, Content]]) -> Content:
    """A zip of files that are stored in it as they are, without times of their own.

    Layout: PKWARE, APPNOTE.TXT 6.3.10; the bytes are those that Python's zipfile writes.
    """
    named = [(name.encode(), content) for name, content in files]
    size = _ZIP_END.size + sum(
        _ZIP_FILE.size + _ZIP_NAME.size + 2 * len(name) + content.size for name, content in named
    )

    def blocks() -> Iterator[bytes]:
        listed, at = [], 0
        for name, content in named:
            check = 0
            for block in content.blocks():
                check = zlib.crc32(block, check)
            flags = 0 if name.isascii() else _UTF8_NAME
            said = (flags, 0, 0, _NO_TIME, check, content.size, content.size, len(name), 0)
            yield _ZIP_FILE.pack(b"PK\x03\x04", 20, *said) + name
            yield from content.blocks()
            listed.append(_ZIP_NAME.pack(b"PK\x01\x02", 20, 3, 20, *said, 0, 0, 0, _MODE, at) + name)
            at += _ZIP_FILE.size + len(name) + content.size
        names = b"".join(listed)
        yield names + _ZIP_END.pack(b"PK\x05\x06", 0, 0, len(named), len(named), len(names), at, 0)

    return Content(size, blocks)


def made_up(kind: Noise, seed: str, size: int) -> Content:
    """Content of a kind, of this size in bytes, or of the least that the kind needs. It is made when it is read."""
    maker = dict(KINDS)[kind]
    whole = max(size, maker.least)
    return Content(whole, lambda: maker.make(seed, whole))


def words(seed: str, count: int) -> list[str]:
    """Words that make no sense together."""
    known = _words()
    chosen = struct.unpack(f">{count}H", hashlib.shake_256(seed.encode()).digest(2 * count))
    return [known[number] for number in chosen]


@cache
def _words() -> tuple[str, ...]:
    """A word for each number of 16 bits."""
    known = resources.files("cyberforensics.lab").joinpath("vocabulary.txt").read_text("utf-8").split()
    return tuple(known[number % len(known)] for number in range(1 << 16))


def _in_pieces(seed: str, most: int, each: int) -> Iterator[tuple[int, list[str]]]:
    """`most` words, `each` at a time, each time with how many came before."""
    for start in range(0, most, each):
        yield start, words(f"{seed}/{start}" if start else seed, min(each, most - start))


def _filled(pieces: Iterable[bytes], end: bytes, size: int) -> Iterator[bytes]:
    """Whole lines of the pieces, which have no less than `size` bytes of them; blanks in the last make up the rest.

    Where not even the first line has room, its beginning.
    """
    held = b""
    for piece in pieces:
        held += piece
        if len(held) >= size:
            break
        last = held.rfind(end, 0, -len(end))
        if last >= 0:
            yield held[:last]
            held = held[last:]
            size -= last
    last = held.rfind(end, 0, size)
    if size:
        yield held[:size] if last < 0 else held[:last] + b" " * (size - last - len(end)) + end


def _text(seed: str, size: int) -> Iterator[bytes]:
    return _filled(_paragraphs(seed, size), b"\r\n", size)


def _paragraphs(seed: str, size: int) -> Iterator[bytes]:
    for _, found in _in_pieces(seed, _LINE * (1 + size // (_LINE * _SHORTEST)), _LINE * _LINES):
        lines = [" ".join(found[start : start + _LINE]).capitalize() for start in range(0, len(found), _LINE)]
        yield (".\r\n".join(lines) + ".\r\n").encode()


def _table(seed: str, size: int) -> Iterator[bytes]:
    return _filled(_rows(seed, size), b"\r\n", size)


def _rows(seed: str, size: int) -> Iterator[bytes]:
    yield b"number;item;amount\r\n"
    for start, found in _in_pieces(seed, 1 + size // _SHORTEST_ROW, _LINES):
        rows = [
            f"{line};{word};{number(f'{seed}/{line}', 100_000) / 100:.2f}\r\n"
            for line, word in enumerate(found, start + 1)
        ]
        yield "".join(rows).encode()


def _page(seed: str, size: int) -> Iterator[bytes]:
    title = " ".join(words(f"{seed}/title", 3))
    head = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body>\n".encode()
    foot = b"</body></html>\n"
    yield head
    body = (b"<p>" + piece.replace(b"\r\n", b"</p>\n<p>").removesuffix(b"<p>") for piece in _paragraphs(seed, size))
    yield from _filled(body, b"</p>\n", size - len(head) - len(foot))
    yield foot


def _log(seed: str, size: int) -> Iterator[bytes]:
    return _filled(_log_lines(seed, size), b"\n", size)


def _log_lines(seed: str, size: int) -> Iterator[bytes]:
    for start, found in _in_pieces(seed, 1 + size // _SHORTEST_ROW, _LINES):
        lines = [
            f"{line:06} {'ok' if number(f'{seed}/{line}', 9) else 'retry'} {word}\n"
            for line, word in enumerate(found, start + 1)
        ]
        yield "".join(lines).encode()


def _picture(seed: str, size: int) -> Iterator[bytes]:
    """A PNG (W3C, Portable Network Graphics, 2003) of grey noise, filled with chunks that no program knows.

    Each chunk of data is one stored block (RFC 1951, 3.2.4), so that how many bytes it takes is the same everywhere.
    """
    side = min(_LARGEST_SIDE, isqrt(size))
    while size - _png_size(side) < _CHUNK and side > 1:
        side -= 1
    yield b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    left, check, start = side * (side + 1), 1, b"\x78\x01"
    for block in _even(_rows_of_noise(seed, side), _STORED):
        left -= len(block)
        check = zlib.adler32(block, check)
        stored = struct.pack("<BHH", not left, len(block), len(block) ^ 0xFFFF) + block
        yield _chunk(b"IDAT", start + stored + (b"" if left else struct.pack(">I", check)))
        start = b""
    filling = size - _png_size(side)
    while filling:
        room = min(filling, _STRIP)
        if 0 < filling - room < _CHUNK:
            room -= _CHUNK
        yield _chunk(_FILLING, bytes(room - _CHUNK))
        filling -= room
    yield _chunk(b"IEND", b"")


def _png_size(side: int) -> int:
    """Bytes of a square picture without anything to fill it."""
    rows = side * (side + 1)
    blocks = -(-rows // (_STORED))
    return 8 + (_CHUNK + 13) + 2 + rows + blocks * (_CHUNK + 5) + 4 + _CHUNK


def _rows_of_noise(seed: str, side: int) -> Iterator[bytes]:
    """Rows, each behind the byte that says that it is as it stands."""
    held = bytearray()
    for block in random_bytes(seed, side * side).blocks():
        held += block
        whole = len(held) // side * side
        yield b"".join(b"\0" + held[place : place + side] for place in range(0, whole, side))
        del held[:whole]


def _even(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same bytes, `size` at a time."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _archive(seed: str, size: int) -> Iterator[bytes]:
    names = [f"{name}.txt" for name in dict.fromkeys(words(seed, 2))]
    left = size - archive([(name, of_bytes(b"")) for name in names]).size
    files = []
    for place, name in enumerate(names):
        files.append((name, made_up("text", f"{seed}/{name}", left // (len(names) - place))))
        left -= files[-1][1].size
    return archive(files).blocks()


@dataclass(frozen=True, slots=True)
class Maker:
    """How content of a kind is made."""

    ending: str
    """Of the names of its files."""
    least: int
    """Bytes that it needs."""
    make: Callable[[str, int], Iterator[bytes]]
    """Gives it in bounded pieces, from what it is made of: just as many bytes as it shall have."""


KINDS: tuple[tuple[Noise, Maker], ...] = (
    ("text", Maker(".txt", 0, _text)),
    ("picture", Maker(".png", 128, _picture)),
    ("table", Maker(".csv", 0, _table)),
    ("page", Maker(".html", 256, _page)),
    ("archive", Maker(".zip", 512, _archive)),
    ("log", Maker(".log", 0, _log)),
)
"""Every kind of made-up content."""
