"""Content that means nothing: the same for the same seed, on every machine and in every version of Python."""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from cyberforensics.lab.plan import Content
from cyberforensics.lab.scenario import Noise

_BLOCK = 64 * 1024


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


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of files, without times of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in files.items():
            about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            about.create_system = 3
            packed.writestr(about, data)
    return out.getvalue()


def made_up(kind: Noise, seed: str, size: int) -> Content:
    """Content of a kind, of this size in bytes, or of the least that the kind needs. It is made when it is read."""
    maker = dict(KINDS)[kind]
    whole = max(size, maker.least)

    def blocks() -> Iterator[bytes]:
        if whole:
            yield maker.make(seed, whole)[:whole].ljust(whole, maker.filling)

    return Content(whole, blocks)


def words(seed: str, count: int) -> list[str]:
    """Words that make no sense together."""
    known = _words()
    chosen = hashlib.shake_256(seed.encode()).digest(2 * count)
    return [known[(chosen[2 * i] << 8 | chosen[2 * i + 1]) % len(known)] for i in range(count)]


@cache
def _words() -> tuple[str, ...]:
    return tuple(resources.files("cyberforensics.lab").joinpath("vocabulary.txt").read_text("utf-8").split())


def _text(seed: str, size: int) -> bytes:
    found = words(seed, max(1, size // 7))
    lines = [" ".join(found[start : start + 12]).capitalize() + "." for start in range(0, len(found), 12)]
    return ("\r\n".join(lines) + "\r\n").encode()[:size]


def _table(seed: str, size: int) -> bytes:
    rows = ["number;item;amount"]
    rows += [
        f"{line};{word};{number(f'{seed}/{line}', 100_000) / 100:.2f}"
        for line, word in enumerate(words(seed, max(1, size // 22)), 1)
    ]
    return ("\r\n".join(rows) + "\r\n").encode()


def _page(seed: str, size: int) -> bytes:
    text = _text(seed, max(0, size - 100)).decode().replace("\r\n", "</p>\n<p>")
    title = " ".join(words(f"{seed}/title", 3))
    return f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><p>{text}</p></body></html>\n".encode()


def _log(seed: str, size: int) -> bytes:
    lines = [
        f"{line:06} {'ok' if number(f'{seed}/{line}', 9) else 'retry'} {word}"
        for line, word in enumerate(words(seed, max(1, size // 18)), 1)
    ]
    return ("\n".join(lines) + "\n").encode()


def _picture(seed: str, size: int) -> bytes:
    """A PNG (W3C, Portable Network Graphics, 2003) of grey noise."""
    side = max(2, min(4096, int(max(0, size - 100) ** 0.5)))
    noise = b"".join(random_bytes(seed, side * side).blocks())
    rows = b"".join(b"\0" + noise[line * side : (line + 1) * side] for line in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def _archive(seed: str, size: int) -> bytes:
    return archive({f"{name}.txt": _text(f"{seed}/{name}", max(0, size - 300) // 2) for name in words(seed, 2)})


@dataclass(frozen=True, slots=True)
class Maker:
    """How content of a kind is made."""

    ending: str
    """Of the names of its files."""
    least: int
    """Bytes that it needs."""
    filling: bytes
    """What may stand behind it without harm, so that it has just the size that it shall have."""
    make: Callable[[str, int], bytes]


KINDS: tuple[tuple[Noise, Maker], ...] = (
    ("text", Maker(".txt", 0, b" ", _text)),
    ("picture", Maker(".png", 128, b"\0", _picture)),
    ("table", Maker(".csv", 0, b" ", _table)),
    ("page", Maker(".html", 0, b" ", _page)),
    ("archive", Maker(".zip", 512, b"\0", _archive)),
    ("log", Maker(".log", 0, b" ", _log)),
)
"""Every kind of made-up content."""
