"""Content that means nothing: the same for the same seed, on every machine and in every version of Python."""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import isqrt

from cyberforensics.lab.plan import Content
from cyberforensics.lab.scenario import Noise

_BLOCK = 64 * 1024
_LINE = 12  # words
_LINES = 1 << 14  # of text, a table or a log that are in memory at a time
_STRIP = 1 << 20  # bytes of a picture that are
_LARGEST_SIDE = 4096
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

    def blocks() -> Iterator[bytes]:
        left = whole
        for piece in maker.make(seed, whole):
            if left:
                yield piece[:left]
            left -= min(left, len(piece))
            if not left:
                return
        for start in range(0, left, _BLOCK):
            yield maker.filling * min(_BLOCK, left - start)

    return Content(whole, blocks)


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


def _in_pieces(seed: str, count: int, most: int) -> Iterator[tuple[int, list[str]]]:
    """Words a bounded number at a time, each time with how many came before."""
    for start in range(0, count, most):
        yield start, words(f"{seed}/{start}" if start else seed, min(most, count - start))


def _text(seed: str, size: int) -> Iterator[bytes]:
    left = size
    for _, found in _in_pieces(seed, max(1, size // 7), _LINE * _LINES):
        lines = [" ".join(found[start : start + _LINE]).capitalize() + "." for start in range(0, len(found), _LINE)]
        piece = ("\r\n".join(lines) + "\r\n").encode()[:left]
        left -= len(piece)
        yield piece


def _table(seed: str, size: int) -> Iterator[bytes]:
    yield b"number;item;amount\r\n"
    for start, found in _in_pieces(seed, max(1, size // 22), _LINES):
        rows = [
            f"{line};{word};{number(f'{seed}/{line}', 100_000) / 100:.2f}\r\n"
            for line, word in enumerate(found, start + 1)
        ]
        yield "".join(rows).encode()


def _page(seed: str, size: int) -> Iterator[bytes]:
    title = " ".join(words(f"{seed}/title", 3))
    yield f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><p>".encode()
    for piece in _text(seed, max(0, size - 100)):
        yield piece.replace(b"\r\n", b"</p>\n<p>")
    yield b"</p></body></html>\n"


def _log(seed: str, size: int) -> Iterator[bytes]:
    for start, found in _in_pieces(seed, max(1, size // 18), _LINES):
        lines = [
            f"{line:06} {'ok' if number(f'{seed}/{line}', 9) else 'retry'} {word}\n"
            for line, word in enumerate(found, start + 1)
        ]
        yield "".join(lines).encode()


def _picture(seed: str, size: int) -> Iterator[bytes]:
    """A PNG (W3C, Portable Network Graphics, 2003) of grey noise; a large one has several chunks of data."""
    room = size - 100 if size <= _STRIP else size - size // 128
    side = max(2, min(_LARGEST_SIDE, isqrt(max(0, room))))
    yield b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    noise = random_bytes(seed, side * side).blocks()
    packer, held, done = zlib.compressobj(0), bytearray(), 0
    while done < side:
        count = min(side - done, max(1, _STRIP // side))
        while len(held) < count * side:
            held += next(noise)
        rows = b"".join(b"\0" + held[line * side : (line + 1) * side] for line in range(count))
        del held[: count * side]
        whole = not done and count == side
        done += count
        packed = zlib.compress(rows, 0) if whole else packer.compress(rows) + (packer.flush() if done == side else b"")
        yield _chunk(b"IDAT", packed)
    yield _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _archive(seed: str, size: int) -> Iterator[bytes]:
    each = max(0, size - 300) // 2
    names = dict.fromkeys(words(seed, 2))
    return archive([(f"{name}.txt", _whole(f"{seed}/{name}", each)) for name in names]).blocks()


def _whole(seed: str, size: int) -> Content:
    """A text, in the length that it comes to: no more than that many bytes."""
    return Content(sum(map(len, _text(seed, size))), lambda: _text(seed, size))


@dataclass(frozen=True, slots=True)
class Maker:
    """How content of a kind is made."""

    ending: str
    """Of the names of its files."""
    least: int
    """Bytes that it needs."""
    filling: bytes
    """What may stand behind it without harm, so that it has just the size that it shall have."""
    make: Callable[[str, int], Iterator[bytes]]
    """Gives it in bounded pieces: about as many bytes as it shall have, from what it is made of."""


KINDS: tuple[tuple[Noise, Maker], ...] = (
    ("text", Maker(".txt", 0, b" ", _text)),
    ("picture", Maker(".png", 128, b"\0", _picture)),
    ("table", Maker(".csv", 0, b" ", _table)),
    ("page", Maker(".html", 0, b" ", _page)),
    ("archive", Maker(".zip", 512, b"\0", _archive)),
    ("log", Maker(".log", 0, b" ", _log)),
)
"""Every kind of made-up content."""
