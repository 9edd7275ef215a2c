"""What is made up: of the size that was asked for, in bounded pieces, and what it says it is."""

import csv
import hashlib
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from cyberforensics.lab.made_up import KINDS, archive, made_up, of_bytes
from cyberforensics.lab.scenario import Noise

MIB = 1 << 20


@pytest.mark.parametrize("kind", [kind for kind, _ in KINDS])
def test_a_large_one_comes_in_pieces_and_is_the_same_each_time(kind: Noise) -> None:
    content = made_up(kind, "seed", 5 * MIB + 3)
    first, second = (hashlib.sha256(), hashlib.sha256())
    sizes = []
    for block in content.blocks():
        first.update(block)
        sizes.append(len(block))
    for block in content.blocks():
        second.update(block)
    assert sum(sizes) == content.size == 5 * MIB + 3
    assert max(sizes) < 2 * MIB
    assert first.digest() == second.digest()


def _picture_of(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert (picture.format, picture.mode) == ("PNG", "L")
        assert picture.width == picture.height
    assert data.endswith(b"\0\0\0\0IEND\xaeB`\x82")


def _lines_of(data: bytes, end: str) -> list[str]:
    text = data.decode("ascii")
    *lines, rest = text.split(end)
    assert not rest
    assert not any("\r" in line or "\n" in line for line in lines)
    return lines


def _text_of(data: bytes) -> None:
    assert all(re.fullmatch(r"[A-Z][a-z]*( [a-z]+)*\. *", line) for line in _lines_of(data, "\r\n"))


def _table_of(data: bytes) -> None:
    head, *rows = csv.reader(io.StringIO(data.decode("ascii"), newline=""), delimiter=";")
    assert [cell.strip() for cell in head] == ["number", "item", "amount"]
    for count, (line, word, amount) in enumerate(rows, 1):
        assert (int(line), word.isalpha()) == (count, True)
        assert 0 <= float(amount) < 1000


def _page_of(data: bytes) -> None:
    assert data.startswith(b"<!DOCTYPE html>\n")
    page = ElementTree.fromstring(data)  # noqa: S314 - of our own making
    assert [part.tag for part in page] == ["head", "body"]
    assert all(part.tag == "p" and part.text for part in page[1])


def _archive_of(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        assert len(packed.comment) == 0
        for info in packed.infolist():
            if info.file_size > 200:
                _text_of(packed.read(info))
    assert data[-22:-18] == b"PK\x05\x06"


def _log_of(data: bytes) -> None:
    for count, line in enumerate(_lines_of(data, "\n"), 1):
        assert re.fullmatch(rf"{count:06} (ok|retry) [a-z]+ *", line, re.IGNORECASE)


READERS: dict[Noise, Callable[[bytes], None]] = {
    "text": _text_of,
    "picture": _picture_of,
    "table": _table_of,
    "page": _page_of,
    "archive": _archive_of,
    "log": _log_of,
}


@given(st.sampled_from(list(READERS)), st.text(max_size=5), st.integers(0, 80_000) | st.integers(0, 3_000))
@example("picture", "", 1864)  # once without its end
@example("picture", "", 3_000_000)
@example("picture", "", 40_000_000)
@example("page", "", 0)
@example("archive", "", 0)
@settings(max_examples=300, deadline=None)
def test_all_sizes_are_what_they_say_they_are(kind: Noise, seed: str, size: int) -> None:
    content = made_up(kind, seed, size)
    blocks = list(content.blocks())
    data = b"".join(blocks)
    assert all(blocks)
    assert len(data) == content.size == max(size, dict(KINDS)[kind].least)
    if size >= 200:  # else not even one line may have room
        READERS[kind](data)


@pytest.mark.skipif(shutil.which("pngcheck") is None, reason="the program pngcheck is not installed")
def test_pngcheck_finds_nothing_in_pictures(tmp_path: Path) -> None:
    """It calls it an error that something follows the end."""
    sizes = (*range(0, 4000, 61), *range(4000, MIB, 39_119), MIB, 3 * MIB + 1, 20 * MIB)
    for size in sizes:
        with (tmp_path / f"{size}.png").open("wb") as file:
            file.writelines(made_up("picture", f"seed {size}", size).blocks())
    done = subprocess.run(["pngcheck", "-q", *tmp_path.iterdir()], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(shutil.which("unzip") is None, reason="the program unzip is not installed")
@pytest.mark.parametrize("size", [0, 513, 1000, 4096, 70_001, 2 * MIB])
def test_unzip_finds_nothing_in_archives(tmp_path: Path, size: int) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(b"".join(made_up("archive", "seed", size).blocks()))
    done = subprocess.run(["unzip", "-tq", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"No errors detected in compressed data of {path}.\n"


@given(st.dictionaries(st.text("aé/b.", min_size=1, max_size=9), st.binary(max_size=300), max_size=4))
@settings(deadline=None)
def test_an_archive_is_what_zipfile_writes(files: dict[str, bytes]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in files.items():
            about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            about.create_system = 3
            packed.writestr(about, data)
    made = archive([(name, of_bytes(data)) for name, data in files.items()])
    assert b"".join(made.blocks()) == out.getvalue()
    assert made.size == len(out.getvalue())
