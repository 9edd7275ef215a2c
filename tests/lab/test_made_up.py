"""What is made up: of the size that was asked for, in bounded pieces, and what it says it is."""

import hashlib
import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(data) and data[at : at + 4] != bytes(4):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        assert zlib.crc32(name + body) == struct.unpack_from(">I", data, at + 8 + length)[0]
        yield name, body
        at += 12 + length


def test_a_large_picture_is_one() -> None:
    data = b"".join(made_up("picture", "seed", 3 * MIB).blocks())
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    found = list(itertools.takewhile(lambda chunk: chunk[0] != b"IEND", _chunks(data)))
    width, height = struct.unpack_from(">II", found[0][1])
    rows = zlib.decompress(b"".join(body for name, body in found if name == b"IDAT"))
    assert len(rows) == height * (width + 1)
    assert width == height > 1700
    assert data.rstrip(b"\0").endswith(b"IEND\xaeB`\x82")


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
