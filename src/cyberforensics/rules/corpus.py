"""What rules are measured on: files of a folder, or a corpus made on the spot, the same bytes everywhere."""

import io
import os
import random
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.errors import UsageError

MOST_BYTES = 64 << 20
"""Of a folder's files that are measured on; which, and how many are left out, is said."""
_LARGEST = 8 << 20
"""Bytes of one file: its first."""
_SEED = "cyberforensics rules bench 1"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Contents to run rules on."""

    contents: tuple[bytes, ...]
    left_out: int = 0
    """Files of the folder that are not among them, or not whole."""

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(map(len, self.contents))


def open_corpus(folder: Path | None) -> Corpus:
    """The files of a folder, or the built-in corpus.

    Raises:
        UsageError: the folder holds no file that can be read.
    """
    return Corpus(tuple(_built_in())) if folder is None else _of_folder(folder)


def _of_folder(folder: Path) -> Corpus:
    """From all over the folder, where there is more than fits: by a shuffle that is always the same."""
    paths = sorted(Path(place, name) for place, _, names in os.walk(folder) for name in names)
    random.Random(_SEED).shuffle(paths)  # noqa: S311 - the same on every machine is what is wanted
    contents: list[bytes] = []
    room, left_out = MOST_BYTES, 0
    for path in paths:
        try:
            if not path.is_file() or path.is_symlink():
                continue
            size = path.stat().st_size
            if min(size, _LARGEST) > room:
                left_out += 1
                continue
            with path.open("rb") as file:
                content = file.read(_LARGEST)
        except OSError:
            left_out += 1
            continue
        left_out += size > _LARGEST
        room -= len(content)
        contents.append(content)
    if not any(contents):
        raise UsageError(f"{folder}: no file to measure on can be read there")
    return Corpus(tuple(contents), left_out)


def _built_in() -> Iterator[bytes]:
    """About 4 MB: prose, pages, scripts, logs, UTF-16, programs, archives, random bytes, zeros; small and large."""
    dice = random.Random(_SEED)  # noqa: S311
    for size in (200, 900, 4_000, 20_000, 60_000, 120_000):
        yield _prose(dice, size)
        yield _page(dice, size)
        yield _script(dice, size)
        yield _log(dice, size)
        yield _prose(dice, size // 2).decode("ascii").encode("utf-16-le")
    for size in (12_000, 40_000, 150_000, 400_000, 800_000):
        yield _program(dice, size)
    for size in (30_000, 250_000):
        yield _archive(dice, size)
    for size in (16_384, 300_000, 900_000):
        yield dice.randbytes(size)
    yield bytes(262_144)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_WORDS = _words(
    """
    the of and to in is that for it was on are as with his they at be this from have or by one had not but what
    all were when we there can an your which their said if do will each about how up out them then she many some
    so these would other into has more her two like him see time could no make than first been its who now people
    my made over system update service manager network user password account address invoice payment windows
    microsoft http www com
    """
)


def _prose(dice: random.Random, size: int) -> bytes:
    words: list[str] = []
    length = 0
    while length < size:
        word = dice.choice(_WORDS)
        word = word.capitalize() if dice.random() < 0.1 else word
        words.append(word + (".\n" if dice.random() < 0.07 else ""))
        length += len(words[-1]) + 1
    return " ".join(words).encode("ascii")[:size]


def _page(dice: random.Random, size: int) -> bytes:
    parts = ["<!DOCTYPE html><html><head><title>Page</title></head><body>"]
    while sum(map(len, parts)) < size:
        number = dice.randrange(1 << 30)
        parts.append(
            f'<div class="c{number % 97}"><a href="https://www.example.com/{number:x}/index.php?id={number}">'
            f"{dice.choice(_WORDS)} {dice.choice(_WORDS)}</a><script>var x{number % 31} = document.getElementById("
            f'"e{number}"); x.innerHTML = unescape("%u{number & 0xFFFF:04x}");</script></div>\n'
        )
    return "".join(parts).encode("ascii")[:size]


def _script(dice: random.Random, size: int) -> bytes:
    parts = ["<?php\n"]
    while sum(map(len, parts)) < size:
        one, two = dice.choice(_WORDS), dice.choice(_WORDS)
        packed = dice.randbytes(24).hex()
        parts.append(
            f"function {one}_{two}($a, $b) {{ $c = base64_decode('{packed}'); if (isset($_POST['{one}'])) "
            f"{{ return system_{two}($a . $c); }} // {one}\n}}\n"
            f"$ErrorActionPreference = 'Stop'; New-Object System.Net.{two}; [Convert]::FromBase64String('{packed}')\n"
        )
    return "".join(parts).encode("ascii")[:size]


def _log(dice: random.Random, size: int) -> bytes:
    parts: list[str] = []
    while sum(map(len, parts)) < size:
        octets = ".".join(str(dice.randrange(256)) for _ in range(4))
        parts.append(
            f"2026-01-{dice.randrange(1, 29):02d}T{dice.randrange(24):02d}:00:00Z {octets} GET /{dice.choice(_WORDS)}"
            f"?id={dice.randrange(1 << 20)} HTTP/1.1 200 {dice.randrange(1 << 16)} Mozilla/5.0 (Windows NT 10.0)\n"
        )
    return "".join(parts).encode("ascii")[:size]


_CODE = (
    b"\x55\x8b\xec", b"\x48\x89\x5c\x24\x08", b"\x48\x83\xec\x28", b"\xe8", b"\x85\xc0", b"\x0f\x84", b"\x8b\x45\x08",
    b"\xff\x15", b"\x33\xc0", b"\xc3\xcc\xcc\xcc", b"\x48\x8b\x05", b"\x83\xc4\x10", b"\x6a\x00", b"\x68", b"\x90",
)  # fmt: skip
_APIS = (
    b"KERNEL32.dll", b"GetProcAddress", b"LoadLibraryA", b"VirtualAlloc", b"CreateFileW", b"ADVAPI32.dll",
    b"RegOpenKeyExW", b"WS2_32.dll", b"This program cannot be run in DOS mode.", b"WriteFile", b"ExitProcess",
)  # fmt: skip


def _program(dice: random.Random, size: int) -> bytes:
    """A PE32 file with two sections, whose headers are right: code of common instructions, then strings and zeros."""
    raw = (size - 0x400) // 0x200 * 0x200
    half = raw // 2 // 0x200 * 0x200
    dos = b"MZ" + bytes(58) + struct.pack("<I", 0x80) + _APIS[8].ljust(64, b"\0")
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x14C, 2, 0x60000000, 0, 0, 0xE0, 0x102)
    optional = struct.pack("<HBBIIIIII", 0x10B, 14, 0, half, raw - half, 0, 0x1000, 0x1000, 0x1000)
    windows = (0x400000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x2000 + raw, 0x400, 0, 3, 0)
    optional += struct.pack("<IIIHHHHHHIIIIHH", *windows) + struct.pack("<IIIIII", 1 << 20, 4096, 1 << 20, 4096, 0, 16)
    optional = optional.ljust(0xE0, b"\0")
    sections = struct.pack("<8sIIIIIIHHI", b".text", half, 0x1000, half, 0x400, 0, 0, 0, 0, 0x60000020)
    sections += struct.pack(
        "<8sIIIIIIHHI", b".rdata", raw - half, 0x1000 + half, raw - half, 0x400 + half, 0, 0, 0, 0, 0x40000040
    )
    code = bytearray()
    while len(code) < half:
        code += dice.choice(_CODE) + (dice.randbytes(4) if dice.random() < 0.5 else b"")
    data = bytearray()
    while len(data) < raw - half:
        data += dice.choice(_APIS) + b"\0" * dice.randrange(1, 12) + dice.randbytes(dice.randrange(24))
    return (dos + coff + optional + sections).ljust(0x400, b"\0") + bytes(code[:half]) + bytes(data[: raw - half])


def _archive(dice: random.Random, size: int) -> bytes:
    """A ZIP of members that look compressed: no version of a library has a say in its bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(8):
            about = zipfile.ZipInfo(f"word/part{number}.xml", (1980, 1, 1, 0, 0, 0))
            about.create_system = 3
            archive.writestr(about, dice.randbytes(size // 8))
    return out.getvalue()
