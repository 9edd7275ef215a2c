"""Names as people may safely see them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.model.names import display_name, display_text, extension_of


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"plain.txt", "plain.txt"),
        ("入乡随俗.txt".encode(), "入乡随俗.txt"),
        (b"a\\b", "a\\\\b"),
        (b"bad\xff", "bad\\xff"),
        (b"nul\0", "nul\\x00"),
        (b"line\nbreak", "line\\x0abreak"),
        (b"\x1b[31m", "\\x1b[31m"),
        (b"a/b", "a\\x2fb"),
        ("gpj\u202eexe".encode(), "gpj\\u{202e}exe"),
        ("zero\u200bwidth".encode(), "zero\\u{200b}width"),
        ("\ufeffbom".encode(), "\\u{feff}bom"),
        (b"\xed\xa0\x80", "\\xed\\xa0\\x80"),  # a surrogate in UTF-8 is no UTF-8
    ],
)
def test_what_does_not_show_is_escaped(raw: bytes, shown: str) -> None:
    assert display_name(raw) == shown


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_two_different_names_never_look_the_same(one: bytes, other: bytes) -> None:
    assert (display_name(one) == display_name(other)) == (one == other)


@given(st.binary(max_size=200))
def test_nothing_that_acts_is_left(raw: bytes) -> None:
    shown = display_name(raw)
    shown.encode()  # no lone surrogates
    assert "/" not in shown
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in shown)


def test_text_keeps_its_slashes() -> None:
    assert display_text("C:/x\x1b") == "C:/x\\x1b"


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.TXT", ".txt"), ("a.tar.gz", ".gz"), (".bashrc", ""), ("noext", ""), ("dot.", ""), ("a.b c", ".b c")],
)
def test_extension(name: str, extension: str) -> None:
    assert extension_of(name) == extension
