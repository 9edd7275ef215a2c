"""Media types: the quick answers are those of libmagic with all its rules."""

import re
import sys
from pathlib import Path

import pylibmagic
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cyberforensics.pipeline import media_clues, media_type
from cyberforensics.pipeline.media_clues import CLUES, clues
from cyberforensics.pipeline.media_type import HEAD, by_all_rules
from tests.pipeline.compare_media_types import files, harmed

SIGNATURES = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"II*\0", b"RIFF", b"\0\0\0 ftypisom", b"ID3\x03"),
    *(
        b"\x7fELF\x02\x01\x01",
        b"MZ",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\x1f\x8b\x08",
        b"BZh9",
        b"\xfd7zXZ\0",
        b"(\xb5/\xfd",
    ),
    *(b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"!<arch>\n", b"%PDF-1.", b"SQLite format 3\0", b"regf", b"ElfFile\0"),
    *(b"\xca\xfe\xba\xbe", b"\xa7\r\r\n", b"\xde\x12\x04\x95", b"\0\1\0\0", b"OTTO", b"wOF2", b"\xd0\xcf\x11\xe0"),
    *(
        b"L\0\0\0\1\x14\2\0",
        b"\0asm",
        b"P*M\x18",
        b"\0\0\1\0",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\0\0\xfe\xff",
    ),
    *(
        b"#!/bin/sh\n",
        b"<?xml version='1.0'?>",
        b"{\\rtf1",
        b"#include <a>\n",
        b"From: ",
        b"@",
        b"\x30\x82",
        b"",
        b"\0",
    ),
)
FRAGMENTS = (
    *(b" ", b"\n", b"\t", b"\r\n", b"a", b"word", b"0", b"\0", b"\xe4", b"\xc3\xa4", b"\x15", b"\x81\x40", b"\x0c"),
    *(
        b"\tx" * 11,
        b"\t1\t*",
        b"BEGIN {",
        b"  .globl",
        b".text",
        b".if ",
        b".PP\n",
        b"\bMODE ",
        b"MAX=1,2\n",
        b"(;GM[1]",
    ),
    *(b"%SiSU text", b"%sisu-1", b" ( -- ) ", b": x ( -- ) y ;\n", b"class A", b"module B", b"end\n", b"def a(b):\n"),
    *(b"require 'a'\n", b"include Ab::", b"<HTML>", b"<a  href=", b"<!-- ", b"=pod\n", b"\n=head1 ", b"#include <b>\n"),
    *(
        b"import a;\n",
        b"a,b\n",
        b'{"a": 1}',
        b"[1]\n",
        b"struct ",
        b"public:",
        b"try:\n",
        b"except:\n",
        b"#define a_width 1",
    ),
)


def test_the_library_is_that_of_the_wheel_and_its_rules_are_known() -> None:
    """A machine's own libmagic of another version would give other answers. Another wheel: read its code first."""
    magic = sys.modules["magic"]  # as media_type imported it: an import here might come first
    assert Path(magic.libmagic._name).is_relative_to(str(pylibmagic.data))
    assert magic.magic_version() == media_type.KNOWN_VERSION
    assert media_type._rules() is not None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"", "application/x-empty"),
        (b"\0", "application/octet-stream"),
        (b"hello, world\n", "text/plain"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\3", "application/gzip"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1", "image/png"),
        (b"#!/bin/sh\nexit 0\n", "text/x-shellscript"),
        (b"x\0y <!DOCTYPE svg ", "image/svg+xml"),  # a rule for texts and for other content alike
    ],
)
def test_known_contents(head: bytes, expected: str) -> None:
    assert media_type.media_type(head) == expected


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SIGNATURES), st.binary(max_size=600))
def test_a_signature_and_any_bytes(signature: bytes, rest: bytes) -> None:
    assert_same(signature + rest)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SIGNATURES), st.lists(st.sampled_from(FRAGMENTS), max_size=30))
@example(b"", [b" ", b"word", b"\0"])
def test_texts_of_what_text_rules_look_for(signature: bytes, fragments: list[bytes]) -> None:
    assert_same(signature + b"".join(fragments))


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-32", "utf-32-be", "utf-8-sig", "utf-7", "cp500", "cp037"]
)
@pytest.mark.parametrize(
    "text", ["<html> <head>\n", ": x ( -- ) y ;\n", "  .globl main\n", "BEGIN {\n", "class A\nend\n"]
)
def test_other_encodings(text: str, encoding: str) -> None:
    assert_same(text.encode(encoding) * 3)


@pytest.mark.parametrize(
    ("clue", "rule"), [(number, rule) for number, (_, rules) in enumerate(CLUES) for rule in rules], ids=repr
)
@settings(max_examples=15, deadline=None)
@given(st.data())
def test_what_a_rule_matches_has_its_clue(clue: int, rule: bytes, data: st.DataObject) -> None:
    last = rule.rpartition(b"\0")[2]
    text = data.draw(st.from_regex(re.compile(posix(last), re.MULTILINE)) if is_regex(last) else searched(last))
    if len(text) < 4000:
        assert clues(text) >> clue & 1
    assert_same(text)


def test_every_clue_has_rules() -> None:
    rules = media_type._rules()
    assert rules is not None
    needed = {known.needs.clue for known in rules._known}
    assert needed == {0, *(1 << number for number in range(len(CLUES)))}
    assert len(media_clues._NEEDED) == sum(len(texts) for _, texts in CLUES), "a rule stands twice"


def test_public_evidence_and_harmed_copies(evidence: Path) -> None:
    for number, path in enumerate(files(evidence)):
        if number % 6 == 0:
            head = path.read_bytes()[:HEAD]
            assert_same(head, path)
            if number % 60 == 0 and head:
                for copy in harmed(head, number):
                    assert_same(copy, path)


def assert_same(head: bytes, path: Path | None = None) -> None:
    assert media_type.media_type(head) == by_all_rules(head), path or head[:200]


def is_regex(rule: bytes) -> bool:
    return rule.startswith((b"^", b"[[", b"\b", b"\\("))


def posix(rule: bytes) -> bytes:
    """The rule as Python's: `[^x]` does not match a newline in libmagic."""
    return rule.replace(b"[[:space:]]", rb"[ \t\n\v\f\r]").replace(rb"[^\t]", rb"[^\t\n]").replace(b"[^\t]", b"[^\t\n]")


def searched(rule: bytes) -> st.SearchStrategy[bytes]:
    """A searched text, in either case, with more white space."""
    forms = st.sampled_from([rule, rule.upper() if rule.startswith(b"<") else rule, rule.replace(b" ", b" \t ")])
    return st.tuples(st.sampled_from([b"", b"x\n", b" "]), forms, st.binary(max_size=20)).map(b"".join)
