"""The methods of ZIP members: those that are read, beside the programs that wrote them; the others, by their names."""

import bz2
import hashlib
import lzma
import struct
import subprocess
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.disk.zip_methods import BLOCK, METHODS, MOST_RATIO, expanded, method_of
from cyberforensics.disk.zip_records import Member
from cyberforensics.model.entry import Entry, Status
from cyberforensics.model.problem import Problem
from tests.disk.test_zip import NOISE, TEXT, made, needs_program, put_together, raw, read, walked

BZIP2, LZMA, XZ = 12, 14, 95
END_MARK = 0x0002
PAGES = TEXT * 20 + NOISE  # several blocks of what is given, several pieces of what is stored


def packed(folder: Path, *options: str) -> Path:
    """What 7-Zip makes of the pages."""
    (folder / "pages").write_bytes(PAGES)
    subprocess.run(["7z", "a", *options, "one.zip", "pages"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "one.zip"


def first(path: Path) -> tuple[Entry, list[Problem]]:
    entries, problems = walked(path)
    return list(entries.values())[1], problems


def one(folder: Path, data: bytes, method: int, *, size: int, flags: int = 0, crc: int = 0) -> tuple[Path, Entry]:
    """An archive of one member with these stored bytes."""
    path = folder / "one.zip"
    path.write_bytes(put_together(raw(b"a", data, method=method, size=size, flags=flags, crc=crc)))
    return path, first(path)[0]


def bare_lzma(data: bytes) -> bytes:
    """As an archive has it (APPNOTE.TXT 5.8.8), with an end mark."""
    stream = lzma.compress(data, lzma.FORMAT_ALONE)  # properties, dictionary, size, then the same
    return b"\x05\x04\x05\0" + stream[:5] + stream[13:]


@needs_program("7z")
@pytest.mark.parametrize(
    ("method", "flags", "options"),
    [
        (BZIP2, 0, ("-mm=BZip2",)),
        (LZMA, END_MARK, ("-mm=LZMA",)),
        (LZMA, 0, ("-mm=LZMA:eos=off",)),
        (LZMA, END_MARK, ("-mm=LZMA", "-mx=9", "-mlc=0", "-mlp=3", "-mpb=1")),
        (XZ, 0, ("-mm=xz",)),
    ],
)
def test_what_7_zip_compresses_is_read(tmp_path: Path, method: int, flags: int, options: tuple[str, ...]) -> None:
    path = packed(tmp_path, *options)
    head = struct.unpack_from("<4s3H", path.read_bytes())
    assert (head[2] & END_MARK, head[3]) == (flags, method)
    entry, problems = first(path)
    assert not problems
    assert hashlib.sha256(read(path, entry)).digest() == hashlib.sha256(PAGES).digest()


@needs_program("zip", "unzip")
def test_bzip2_of_info_zip_is_read_as_unzip_reads_it(tmp_path: Path) -> None:
    (tmp_path / "pages").write_bytes(PAGES)
    subprocess.run(["zip", "-q", "-Z", "bzip2", "one.zip", "pages"], cwd=tmp_path, check=True)
    path = tmp_path / "one.zip"
    given = subprocess.run(["unzip", "-p", path, "pages"], capture_output=True, check=True).stdout
    assert read(path, first(path)[0]) == given == PAGES


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_python_compresses_is_read_as_python_reads_it(tmp_path: Path, method: int) -> None:
    members = {"a": PAGES, "empty": b"", "zeros": bytes(3_000_000)}
    path = made(tmp_path / "one.zip", members, method)
    entries, problems = walked(path)
    with zipfile.ZipFile(path) as archive:
        given = {name: archive.read(name) for name in members}
    refused = ["zeros"] if method == zipfile.ZIP_BZIP2 else []
    assert [entry.path[1:] for entry in entries.values() if entry.status_reason == "content.ratio-too-high"] == refused
    assert [problem.code for problem in problems] == ["content.ratio-too-high"] * len(refused)
    for name in members.keys() - set(refused):
        assert read(path, entries[f"/{name}"]) == given[name] == members[name]


WORDS = {
    # What 7-Zip 26.02 calls them; None where it gives the number alone.
    0: "Store", 1: "Shrink", 2: "Reduce1", 3: "Reduce2", 4: "Reduce3", 5: "Reduce4", 6: "Implode", 7: None,
    8: "Deflate", 9: "Deflate64", 10: "PKImploding", 12: "BZip2", 14: "LZMA", 16: None, 18: None, 19: None,
    20: None, 93: "zstd", 94: "MP3", 95: "xz", 96: "Jpeg", 97: "WavPack", 98: "PPMd",
}  # fmt: skip


def test_the_names_are_those_of_the_format() -> None:
    """PKWARE, APPNOTE.TXT 6.3.10, 4.4.5: 11, 13, 15 and 17 are reserved, what is between 20 and 93 is nobody's."""
    assert [method.number for method in METHODS] == [*range(11), 12, 14, 16, 18, 19, 20, *range(93, 100)]
    assert [method.number for method in METHODS if method.expand is not None] == [0, 8, BZIP2, LZMA, XZ]
    assert {number for number, word in WORDS.items() if word is None} == {7, 16, 18, 19, 20}


@needs_program("7z")
@pytest.mark.parametrize("number", [number for number, word in WORDS.items() if word is not None])
def test_the_names_are_those_that_7_zip_has(tmp_path: Path, number: int) -> None:
    path, _ = one(tmp_path, b"x" * 100, number, size=100)
    listed = subprocess.run(["7z", "l", "-slt", path], capture_output=True, text=True, check=True).stdout
    (word,) = [line.removeprefix("Method = ") for line in listed.splitlines() if line.startswith("Method = ")]
    assert word == WORDS[number]
    ours = next(method.name for method in METHODS if method.number == number).replace("PKWARE DCL ", "PK")
    plain = ours.lower().replace(", factor ", "").replace("zstandard", "zstd").removesuffix(" variant")
    assert plain.replace("none", "store")[:7] == word.lower()[:7]


@needs_program("7z")
@pytest.mark.parametrize(("word", "said"), [("Deflate64", "Deflate64 (method 9)"), ("PPMd", "PPMd (method 98)")])
def test_a_member_that_is_not_read_is_skipped_by_the_name_of_its_method(tmp_path: Path, word: str, said: str) -> None:
    entry, problems = first(packed(tmp_path, f"-mm={word}"))
    assert (entry.status, entry.status_reason) == (Status.SKIPPED, "content.method-unsupported")
    assert [problem.message for problem in problems] == [
        f"1 member compressed by {said}, which is not read; not examined"
    ]


def test_each_method_is_told_once_and_one_without_a_name_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(put_together(*(raw(b"%d" % place, b"x", method=(93, 77, 93)[place]) for place in range(3))))
    _, problems = walked(path)
    nameless = "a method that the format does not name"
    assert [(problem.path, problem.message) for problem in problems] == [
        ("/0", "2 members compressed by Zstandard (method 93), which is not read; not examined; this is the first"),
        ("/1", f"1 member compressed by {nameless} (method 77), which is not read; not examined"),
    ]


@pytest.mark.parametrize(
    ("method", "stored", "flags"),
    [(BZIP2, bz2.compress(TEXT), 0), (LZMA, bare_lzma(TEXT), END_MARK), (XZ, lzma.compress(TEXT), 0)],
)
def test_a_member_that_lies_is_not_whole(tmp_path: Path, method: int, stored: bytes, flags: int) -> None:
    size = len(TEXT)
    path, entry = one(tmp_path, stored, method, size=size, flags=flags, crc=zlib.crc32(TEXT))
    assert read(path, entry) == TEXT
    path, entry = one(tmp_path, stored, method, size=size - 1, flags=flags)
    with pytest.raises(OSError, match="goes on beyond its size"):
        read(path, entry)
    path, entry = one(tmp_path, stored + b"more", method, size=size, flags=flags)
    with pytest.raises(OSError, match="bytes follow the end"):
        read(path, entry)
    path, entry = one(tmp_path, stored[:-200], method, size=size, flags=flags)
    assert len(read(path, entry)) < size
    path, entry = one(tmp_path, stored, method, size=size + 1000, flags=flags)
    assert read(path, entry) == TEXT
    path, entry = one(tmp_path, b"\xff" * 300, method, size=size, flags=flags)
    with pytest.raises(OSError, match=r"decompressed|header of LZMA"):
        read(path, entry)


@needs_program("7z")
def test_bytes_behind_lzma_without_an_end_mark_are_noticed(tmp_path: Path) -> None:
    path = packed(tmp_path, "-mm=LZMA:eos=off")
    entry, _ = first(path)
    place, size = entry.first_address or 0, entry.allocated_size or 0
    stored = path.read_bytes()[place : place + size]
    assert b"".join(expanded(member(LZMA, stored, len(PAGES)), iter((stored,)))) == PAGES
    for more in (b"\0\0", NOISE[:50], NOISE[:600_000]):
        longer = stored + more
        pieces = (longer[start : start + 256 * 1024] for start in range(0, len(longer), 256 * 1024))
        with pytest.raises(OSError, match="bytes follow the end"):
            b"".join(expanded(member(LZMA, longer, len(PAGES)), pieces))
    for step in (1, 2, 7):  # however few bytes the media gives at a time
        pieces = (stored[start : start + step] for start in range(0, 20_000, step))
        found = b"".join(expanded(member(LZMA, stored, len(PAGES)), pieces))
        assert len(found) > 20_000
        assert PAGES.startswith(found)


def member(method: int, stored: bytes, size: int, flags: int = 0) -> Member:
    return Member(0, b"a", 3, flags, method, 0, 0, len(stored), size, 0, 0, b"", 46)


def test_what_claims_more_than_its_stored_bytes_can_hold_is_not_read(tmp_path: Path) -> None:
    stored = bz2.compress(bytes(45_000_000))
    assert len(stored) < 100  # one bomb, of a kind that deflate can't make
    for size in (45_000_000, MOST_RATIO * len(stored) + 1, 0xFFFF_FFFE):
        path, entry = one(tmp_path, stored, BZIP2, size=size)
        assert (entry.status, entry.status_reason, entry.content) == (Status.SKIPPED, "content.ratio-too-high", None)
    path, entry = one(tmp_path, stored, BZIP2, size=MOST_RATIO * len(stored))
    tracemalloc.start()
    with pytest.raises(OSError, match="goes on beyond its size"):
        read(path, entry)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_dictionaries_that_are_asked_for_in_gigabytes_are_not_held(tmp_path: Path) -> None:
    lzma_stored, xz_stored = bytearray(bare_lzma(TEXT)), bytearray(lzma.compress(TEXT))
    lzma_stored[5:9] = b"\xff" * 4  # 4 GiB - 1: more than there is, so the same bytes come out
    # The xz Format Specification 1.2.1, 3.1 and 5.3.1: filter 0x21, one byte of properties, of which 40 is 4 GiB - 1.
    assert xz_stored[14:16] == b"\x21\x01"
    xz_stored[16] = 40
    xz_stored[20:24] = struct.pack("<I", zlib.crc32(xz_stored[12:20]))
    tracemalloc.start()  # Python's lzma takes its memory where this sees it
    path, entry = one(tmp_path, bytes(lzma_stored), LZMA, size=len(TEXT), flags=END_MARK)
    assert read(path, entry) == TEXT
    path, entry = one(tmp_path, bytes(xz_stored), XZ, size=len(TEXT))
    with pytest.raises(OSError, match="can't be decompressed"):
        read(path, entry)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


SAMPLES = (
    (0, TEXT[:500]),
    (8, zlib.compress(TEXT, wbits=-15)),
    (BZIP2, bz2.compress(TEXT)),
    (LZMA, bare_lzma(TEXT)),
    (XZ, lzma.compress(TEXT)),
)


@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8),
    st.integers(0, 300),
    st.binary(max_size=40),
    st.integers(1, 4000),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_no_bytes_crash_it(
    sample: tuple[int, bytes],
    patches: list[tuple[int, int]],
    cut: int,
    more: bytes,
    step: int,
    marked: bool,
    is_only_more: bool,
) -> None:
    method, stored = sample
    data = bytearray(more if is_only_more else stored[: len(stored) - cut] + more)
    for place, value in patches if data else ():
        data[place % len(data)] = value
    pieces = (bytes(data[start : start + step]) for start in range(0, len(data), step))
    asked = member(method, bytes(data), len(TEXT), END_MARK if marked else 0)
    total = 0
    try:
        for block in expanded(asked, pieces):
            assert 0 < len(block) <= BLOCK
            total += len(block)
            if total > len(TEXT):
                break
    except OSError:
        pass


@given(st.integers(0, 0xFFFF))
def test_every_number_has_a_name(number: int) -> None:
    found = method_of(SimpleNamespace(method=number))  # type: ignore[arg-type]
    assert found.number == number
    assert found.name
