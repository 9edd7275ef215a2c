"""Samples from files, hex dumps and recipes, against other programs where there are any."""

import base64
import io
import shutil
import subprocess
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.rules.manifest import External
from cyberforensics.rules.recipes import LARGEST, BrokenSample, from_hex, from_recipe
from cyberforensics.rules.samples import Sample, read_sample, samples_in


def _recipe(text: str) -> bytes:
    return from_recipe(text.encode()).data


def test_pieces_are_joined() -> None:
    assert _recipe('[[piece]]\ntext = "a€"\n[[piece]]\nutf16 = "b"\n[[piece]]\nhex = "00 ff"\nrepeat = 2') == (
        b"a\xe2\x82\xacb\x00\x00\xff\x00\xff"
    )


def test_what_is_done_to_a_piece_is_done_in_order() -> None:
    # by hand: "ab" twice, each xor 0x01 -> "`c`c", in base64
    assert _recipe('[[piece]]\ntext = "ab"\nbase64 = true\nxor = 1\nrepeat = 2') == base64.b64encode(b"`c`c")
    assert _recipe('[[piece]]\nhex = "000000"\nxor = "0a0b"') == b"\x0a\x0b\x0a"


def test_pieces_hold_pieces() -> None:
    text = '[[piece]]\nxor = 0x20\n[[piece.piece]]\ntext = "A"\nrepeat = 2\n[[piece.piece]]\ntext = "b"'
    assert _recipe(text) == b"aaB"


def test_a_zip_is_one_and_is_always_the_same() -> None:
    text = (
        '[[piece]]\ntext = "x"\n[[piece]]\n[[piece.zip]]\nname = "a/b.txt"\ntext = "hello"\nrepeat = 100\n'
        '[[piece.zip]]\nname = "c"\nstored = true\nhex = "01"'
    )
    data = _recipe(text)
    assert data == _recipe(text)
    with zipfile.ZipFile(io.BytesIO(data[1:])) as archive:
        assert archive.testzip() is None
        assert archive.read("a/b.txt") == b"hello" * 100
        assert [(about.filename, about.compress_type) for about in archive.infolist()] == [
            ("a/b.txt", zipfile.ZIP_DEFLATED),
            ("c", zipfile.ZIP_STORED),
        ]


@pytest.mark.skipif(shutil.which("xxd") is None, reason="xxd is not installed")
@pytest.mark.parametrize("options", [[], ["-p"], ["-u"], ["-g", "1"], ["-c", "7"]])
def test_what_xxd_writes_is_read(options: list[str]) -> None:
    data = bytes(range(256)) + b"  0a: 41 #\n" * 3
    dump = subprocess.run(["xxd", *options], input=data, capture_output=True, check=True).stdout
    assert from_hex(dump) == data


def test_a_dump_by_hand() -> None:
    dump = b"# an MZ header\n00000000: 4d5a 9000  MZ..\n00000004: 03         .\n"
    assert from_hex(dump) == b"MZ\x90\x00\x03"
    assert from_hex(b"4d 5a\n9000\n") == b"MZ\x90\x00"


@pytest.mark.parametrize(
    ("dump", "line"), [(b"00000000: 41\n00000002: 42", 2), (b"41\n4", 2), (b"xyz", 1), (b"41\n*\n", 2)]
)
def test_a_broken_dump_names_its_line(dump: bytes, line: int) -> None:
    with pytest.raises(BrokenSample) as caught:
        from_hex(dump)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("piece = ", "is no TOML"),
        ("", "has no [[piece]]"),
        ("more = 1", "which is no key of a recipe"),
        ('[[piece]]\ntext = "a"\nhex = "00"', "exactly one of"),
        ("[[piece]]\nrepeat = 2", "exactly one of"),
        ("[[piece]]\ntext = 1", "has a text that is no text"),
        ('[[piece]]\nhex = "0"', "something else than hexadecimal"),
        ('[[piece]]\ntext = "a"\nrepeat = -1', "has a repeat that is no number"),
        ('[[piece]]\ntext = "a"\nrepeat = 99999999999', f"more than {LARGEST:,} bytes"),
        ('[[piece]]\ntext = "a"\nxor = 256', "has an xor that is neither"),
        ('[[piece]]\ntext = "a"\nxor = ""', "has an xor that is neither"),
        ('[[piece]]\ntext = "a"\nrot13 = true', "which is no key of a piece"),
        ('[[piece]]\n[[piece.zip]]\ntext = "a"', "without a name"),
        ('filename = 3\n[[piece]]\ntext = "a"', "has a filename that is no text"),
        ("piece = [1]", "has a piece that is no table"),
        ("[[piece]]\n" + "".join(f"[[piece{'.piece' * depth}]]\n" for depth in range(1, 12)), "deep"),
        ('[externals]\nowner = [1]\n[[piece]]\ntext = "a"', "has externals that are no table"),
    ],
)
def test_a_mistake_in_a_recipe_is_named(text: str, reason: str) -> None:
    with pytest.raises(BrokenSample) as caught:
        from_recipe(text.encode())
    assert reason in caught.value.reason


@given(st.binary())
def test_no_bytes_crash_it(data: bytes) -> None:
    for read in (from_hex, from_recipe):
        with suppress(BrokenSample):
            read(data)


def test_a_recipe_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(BrokenSample, match="nested"):
        from_recipe(b"a = " + b"[" * 100_000)


def _sample(folder: Path, name: str, text: str, kind: str = "match") -> None:
    path = folder / "tests" / "rule" / kind / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_samples_are_found_and_have_the_externals_of_their_name(tmp_path: Path) -> None:
    _sample(tmp_path, "Letter.PDF", "%PDF-1.7")
    _sample(tmp_path, "b.exe.hex", "4d5a")
    _sample(tmp_path, "c.toml", 'filename = "x.vbs"\n[externals]\nowner = "0"\nsite = "S"\n[[piece]]\ntext = "a"')
    _sample(tmp_path, ".hidden", "")
    _sample(tmp_path, "plain", "x", "no-match")
    (tmp_path / "tests" / "images").mkdir()
    found = list(samples_in(tmp_path, (External("site", "text", ""),)))
    assert [(sample.rule, sample.kind, sample.path.name) for sample in found] == [
        ("rule", "match", "Letter.PDF"),
        ("rule", "match", "b.exe.hex"),
        ("rule", "match", "c.toml"),
        ("rule", "no-match", "plain"),
    ]
    first, second, third, _ = map(read_sample, found)
    assert (first.externals.filename, first.externals.extension, first.externals.filetype) == (
        "Letter.PDF",
        ".pdf",
        "PDF",
    )
    assert (second.data, second.externals.filename) == (b"MZ", "b.exe")
    assert (third.externals.filename, third.externals.owner, third.externals.declared) == (
        "x.vbs",
        "0",
        (("site", "S"),),
    )


@pytest.mark.parametrize(("line", "reason"), [("other = 1", "no external"), ("owner = 1", "another type")])
def test_externals_of_a_sample_are_those_that_there_are(tmp_path: Path, line: str, reason: str) -> None:
    _sample(tmp_path, "c.toml", f'[externals]\n{line}\n[[piece]]\ntext = "a"')
    (sample,) = samples_in(tmp_path)
    assert isinstance(sample, Sample)
    with pytest.raises(BrokenSample, match=reason):
        read_sample(sample)
