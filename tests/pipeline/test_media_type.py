"""Media types: the quick answers are those of libmagic with all its rules."""

import re
import sys
from pathlib import Path

import pylibmagic
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cyberforensics.pipeline import media_type
from cyberforensics.pipeline.media_clues import BY_HAND
from cyberforensics.pipeline.media_exact import EXACT, exact, shape
from cyberforensics.pipeline.media_rules import NUMBERS, REGEX, SEARCH, TEXT, Database, Rule
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
DATABASE = Database(Path(str(pylibmagic.data)) / "magic.mgc")
RULES = list(DATABASE.rules())
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


TYPICAL = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0",
    b"\x1f\x8b\x08\x08\0\x10\x20\x30\x02\x03name\0" + bytes(range(200)),
    b"\x7fELF\x02\x01\x01\0" + bytes(8) + b"\x03\0\x3e\0\x01\0\0\0" + bytes(120),
    b"\xa7\r\r\n\0\0\0\0" + bytes(range(60)),
    b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(20) + b"name.txt" + bytes(60),
    b"MZ\x90\0" + bytes(56) + b"\x40\0\0\0PE\0\0\x64\x86" + bytes(40),
    b"SQLite format 3\0\x10\0\1\1\0\x40\x20\x20" + bytes(80),
    bytes(512) + b"\x55\xaa" + bytes(8),
    b"#include <a.h>\n#ifndef A\n#define A\nstruct a {\n  char *b;\n};\nextern int c;\n#endif\n",
    b'"""Words."""\n\nimport os\nfrom a import b\n\nclass A(B):\n    pass\n\ndef c(d):\n    return d\n',
    b"class A\n  def a\n    1\n  end\nend\n",
    b'<?xml version="1.0"?>\n<html>\n<head><title>a</title></head>\n<a href="b">c</a>\n<!-- d -->\n</html>\n',
    b"A few words, and more of them.\nA second line: one, two\nand a third, fourth\n",
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


def test_every_rule_at_its_place() -> None:
    """The bytes that each first test compares with, in either byte order and of every width, whole and cut by one."""
    for rule in RULES:
        test = rule.tests[0]
        if test.offset > 5000:
            continue
        value = test.text or test.field[:16]
        values = {value}
        if test.kind in NUMBERS or not test.text:
            values = {part for width in (1, 2, 4, 8) for part in (value[:width], value[:width][::-1])}
        for found in values:
            head = b"\x01" * test.offset + found
            assert_same(head + b"\x01\0\x02 \n" * 4)
            if found in (value, value[:8]):
                assert_same(head)
                assert_same(head[:-1])


@pytest.mark.parametrize("head", [b"\x12\0\0\0\0\xc0\x13\x05", b"\xff\xff\0\0\0\0\x7f\0"], ids=repr)
def test_little_endian_numbers_of_eight_bytes(head: bytes) -> None:
    """DOS device drivers, which were once missed: their numbers had been read in the other order."""
    assert media_type.media_type(head + b"\1\2\3\4" * 20) == "application/x-dosdriver"


def test_every_byte_changed() -> None:
    """An answer may depend on any byte: each of the first 600 of typical contents, with two other values."""
    for head in TYPICAL:
        for place in range(min(len(head), 600)):
            for value in (0, head[place] ^ 0x20):
                assert_same(head[:place] + bytes([value]) + head[place + 1 :])


PATTERNS = sorted({test.text for rule in RULES for test in rule.tests[:3] if test.kind == REGEX and test.level < 2})
SEARCHED = sorted({rule.tests[0].text for rule in RULES if rule.tests[0].kind == SEARCH and rule.tests[0].flags & TEXT})


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_texts_that_expressions_match(data: st.DataObject) -> None:
    """Each expression in a text, alone or with words that rules search, before and behind other lines."""
    pattern = data.draw(st.sampled_from(PATTERNS))
    found = data.draw(st.from_regex(re.compile(posix(pattern), re.MULTILINE)))
    before = data.draw(st.lists(st.sampled_from(SEARCHED), max_size=2).map(b"\n".join))
    line = data.draw(st.sampled_from([b"", b"\n", b" ", b"\xef\xbb\xbf", b"\xe4\n", b"\xc3\xa4 "]))
    assert_same(before + line + found)
    assert_same(line + found + b"\n" + before)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(SEARCHED), min_size=1, max_size=3), st.sampled_from([b"", b"x", b"\n", b"x" * 70 + b" "])
)
def test_texts_that_are_searched(words: list[bytes], before: bytes) -> None:
    assert_same(before + b"\n".join(words) + b"\n")
    assert_same(before + b" ".join(words).swapcase() + b" ")


def test_far_from_the_beginning() -> None:
    """Around the places where libmagic stops to look."""
    reaches = {rule.tests[0].text: rule.tests[0].reach for rule in RULES if rule.tests[0].kind == SEARCH}
    far = [(word, reaches[word] or 65536) for word in SEARCHED if reaches[word] > 1000 or not reaches[word]]
    far += [(word, 8192) for word in (b"public:", b"union x", b"from a import b", b"class A:", b"def a(b):")]
    for word, reach in far:
        for distance in (reach - len(word) - 1, reach - 1, reach, reach + 1):
            assert_same((b"x \n" * 30000)[: distance - 1] + b"\n" + word + b"\n")
        assert_same((b"\xe4 \n" * 30000)[: reach - 1] + b"\n" + word + b"\n")


def test_a_tag_with_much_white_space() -> None:
    assert_same(b"x\n<a" + b" " * 9000 + b"href=y>\n")


EXACTLY = [rule for rule in RULES if shape(rule) in EXACT]


@pytest.mark.parametrize("rule", EXACTLY, ids=lambda rule: repr(rule.tests[-1].text))
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_decided_here_is_what_libmagic_decides(rule: Rule, data: st.DataObject) -> None:
    """One rule alone, as libmagic applies it, on texts made of what it looks for and its neighbours."""
    decided = exact(rule)
    assert decided is not None
    texts = [test.text for test in rule.tests]
    drawn = [
        st.from_regex(re.compile(posix(text), re.MULTILINE)) if is_regex(text) else st.just(text) for text in texts
    ]
    piece = st.one_of(
        *drawn, st.sampled_from([b"\n", b" ", b";", b"{", b"end", b"(a, b):", b"x", b"class A", b"def a"])
    )
    text = b"".join(data.draw(st.lists(piece, min_size=1, max_size=6))) + data.draw(
        st.sampled_from([b"", b"\n", b" x"])
    )
    text = bytes(byte for byte in text if byte in b"\t\n\f\r" or 32 <= byte < 127)
    padded = b"y\n" * data.draw(st.sampled_from([0, 1, 4094, 4090])) + text
    if len(text) > 1:
        alone = media_type._Asked(DATABASE.smaller([(rule.start, rule.end)], []))
        for tried in (text, padded):
            found = alone.from_buffer(tried)
            if found in ("text/plain", decided.mime):  # else it is JSON, CSV or so
                assert decided.matches(tried) == (found == decided.mime), tried


def test_every_rule_written_here_is_one_of_the_database() -> None:
    """A rule with another text would be decided by nobody here: a line that does nothing."""
    assert {shape(rule) for rule in EXACTLY} == set(EXACT)
    assert all(exact(rule) is not None for rule in EXACTLY)
    first = {rule.tests[0].text for rule in RULES}
    first |= {rule.tests[0].text + b"\0" + rule.tests[1].text for rule in RULES if len(rule.tests) > 1}
    by_hand = [text for _, _, words in BY_HAND for _, texts in words for text in texts]
    assert set(by_hand) <= first
    assert len(by_hand) == len(set(by_hand)), "a rule stands twice"


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


def is_regex(text: bytes) -> bool:
    return text.startswith((b"^", b"[[", b"\b", b"\\(", b"("))


CLASSES = {b"[:space:]": rb" \t\n\v\f\r", b"[:alpha:]": b"A-Za-z", b"[:digit:]": b"0-9", b"[:xdigit:]": b"0-9A-Fa-f"}


def posix(expression: bytes) -> bytes:
    """An expression of a rule as Python's: it ends at a NUL, and a set of what is not does not match a newline."""
    for name, characters in CLASSES.items():
        expression = expression.replace(name, characters)
    return expression.partition(b"\0")[0].replace(b"[^", rb"[^\n")
