"""The text of rules as a tree."""

import pytest
import yara
import yara_x
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.rules.syntax import Kind, Lines, PatternKind, SourceText, parse
from cyberforensics.rules.syntax.lexer import tokens_of
from cyberforensics.rules.syntax.literals import bytes_of, hex_jumps, text_of
from cyberforensics.rules.syntax.regexes import ends_open, literal_runs, unbounded
from tests.helpers import ROOT

_WORDS = tuple(
    """
    rule global private meta strings condition import include ascii wide xor base64 a _b $a $ $a* #a @a[1] !a { } ( )
    = == : , .. [ ] "x" "\\"" "x /a/ /a\\//is /* */ // { 4D 5A ?? [2-] ( A | B ) } 0x10 1.5 2KB and or not them of for é
    """.split()  # noqa: SIM905 - two lines of words are read, a list of each is not
)
_TEXTS = st.lists(st.sampled_from(_WORDS) | st.text(max_size=3), max_size=60).map(" ".join) | st.text(max_size=200)

_SOURCE = """import "pe" include "other.yar"
/* rule No { condition: true } */
private global rule First : one two {
    meta:
        a = "caf\\xe9 \\"x\\"" // condition: false
        b = -12
        c = true
    strings:
        $a = "te\\x78t" wide xor(1-255) private
        $ = { 4D 5A [2-4] ?? ( 01 | 02 ) /* } */ }
        $r = /a\\/b{2}/is
    condition:
        $a at 0 and for any of them : ( $ in (0..10) ) and "}" != "{"
}
rule Second{condition:First and filesize<2KB}"""


def _check(source: SourceText) -> None:
    text = source.text
    place = 0
    for token in tokens_of(text):
        assert token.start >= place
        assert text[token.start : token.end] == token.text
        assert not text[place : token.start].strip()
        place = token.end
    assert not text[place:].strip()
    ends = 0
    for rule in source.rules:
        assert ends <= rule.span[0] < rule.span[1] <= len(text)
        ends = rule.span[1]
        for pattern in rule.patterns:
            assert text[slice(*pattern.literal_span)] == pattern.literal
            assert text[slice(*pattern.span)].startswith(pattern.identifier)
        for meta in rule.meta:
            assert text[slice(*meta.span)].startswith(meta.name)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("/* a * b **/ x", "comment word"),
        ("/**/ /***/ x // y", "comment comment word comment"),
        ("/* a\n*/ x /* y", "comment word broken"),
        ("/* a / b\n c", "broken"),
        ("= { 41 /* } */ 42 }", "sign hex"),
        ("= { 41 // }\n 42 }", "sign hex"),
        ("= { 41 /* * */ // *\n 42 } x", "sign hex word"),
        ("= { 41 // 42 }", "sign sign number comment"),
        ("= { 41 /* 42 }", "sign sign number broken"),
        ("= { /*" + 4096 * "x" + "*/ }", "sign hex"),
        ("= { /*" + 4097 * "x" + "*/ }", "sign sign comment sign"),
        ('"a\\"b" /a\\/b/is "c', "text regex broken"),
    ],
)
def test_comments_and_literals_end_where_they_end(text: str, kinds: str) -> None:
    assert " ".join(token.kind for token in tokens_of(text)) == kinds


def test_a_file_is_read() -> None:
    source = parse(_SOURCE)
    _check(source)
    assert [one.value for one in source.imports] == ["pe"]
    assert [one.value for one in source.includes] == ["other.yar"]
    first, second = source.rules
    assert (first.name, first.modifiers, first.tags) == ("First", frozenset(("private", "global")), ("one", "two"))
    assert _SOURCE[slice(*first.span)].startswith("private global rule")
    assert [(meta.name, meta.value) for meta in first.meta] == [("a", 'café "x"'), ("b", -12), ("c", True)]
    assert [(one.identifier, one.kind) for one in first.patterns] == [
        ("$a", PatternKind.TEXT),
        ("$", PatternKind.HEX),
        ("$r", PatternKind.REGEX),
    ]
    assert [(one.name, one.argument) for one in first.patterns[0].modifiers] == [
        ("wide", ""),
        ("xor", "1-255"),
        ("private", ""),
    ]
    assert first.condition[0].text == "$a"
    assert first.condition[-1].text == '"{"'
    assert (second.name, second.complete) == ("Second", True)
    assert [token.text for token in second.condition] == ["First", "and", "filesize", "<", "2KB"]
    assert [one.text for one in source.comments] == ["/* rule No { condition: true } */", "// condition: false"]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("rule A { condition: true\nrule B { condition: true }", [False, True]),
        ('rule A { strings: $a = "x\n condition: $a }\nrule B { condition: true }', [False, True]),
        ("rule A { strings: $a = { 4D\n condition: $a }\nrule B { condition: true }", [False, True]),
        ("rule { condition: true }\nprivate rule B { condition: true }", [False, True]),
        ("rule A { nonsense condition: true }\nglobal rule B { condition: true }", [False, True]),
        ('rule A { strings: $a = "x" private rule B { condition: true }', [False, True]),
    ],
)
def test_a_broken_rule_hides_no_other(text: str, whole: list[bool]) -> None:
    source = parse(text)
    _check(source)
    assert [rule.complete for rule in source.rules] == whole
    assert source.rules[-1].name == "B"


@given(_TEXTS)
def test_no_text_crashes_it_and_places_reproduce_it(text: str) -> None:
    _check(parse(text))


def test_shipped_rules_are_read_as_the_engines_read_them() -> None:
    for path in sorted((ROOT / "rules").glob("*/*.yar")):
        text = path.read_text("utf-8")
        source = parse(text)
        _check(source)
        values = dict.fromkeys(("filename", "filepath", "extension", "filetype", "owner"), "")
        compiled = list(yara.compile(source=text, externals=values))
        assert [rule.name for rule in source.rules] == [rule.identifier for rule in compiled]
        assert [list(rule.tags) for rule in source.rules] == [list(rule.tags) for rule in compiled]
        assert [{meta.name: meta.value for meta in rule.meta} for rule in source.rules] == [
            rule.meta for rule in compiled
        ]
        compiler = yara_x.Compiler()
        for name in values:
            compiler.define_global(name, "")
        compiler.add_source(text)
        of_x = list(compiler.build())
        assert [rule.name for rule in source.rules] == [rule.identifier for rule in of_x]


@pytest.mark.parametrize("literal", ['"a"', '"\\x4d\\x5A\\n\\"\\\\"', '"é"'])
def test_bytes_of_a_string_are_those_that_the_engine_looks_for(literal: str) -> None:
    rules = yara.compile(source=f"rule A {{ strings: $a = {literal} condition: $a }}")
    data = bytes_of(literal)
    (match,) = rules.match(data=b"...." + data + b"....")
    assert [one.matched_data for string in match.strings for one in string.instances] == [data]


def test_small_readings() -> None:
    assert text_of('"a\\tb"') == "a\tb"
    assert list(hex_jumps("{ 4D [2] 5A [3-4] 00 [-] 01 [7-] // [9]\n }")) == [(2, 2), (3, 4), (0, None), (7, None)]
    assert max(literal_runs("/ab(cd)[0-9]e/")) == 4
    assert max(literal_runs("/abc?d|efg{4}/")) == 6
    assert max(literal_runs("/(90){2,20}/")) == 4
    assert unbounded("/abc.*d/") == ".*"
    assert unbounded(r"/abc\.*d[.*]/") == ""
    assert (ends_open("/.*abc/"), ends_open("/abc.+/"), ends_open("/abc.{2}/")) == ("begins", "ends", "")


def test_lines_and_columns() -> None:
    lines = Lines("ab\r\nc\n")
    assert len(lines) == 3
    assert lines.text_of(1) == "ab"
    assert lines.text_of(9) == ""
    span = lines.span(4, 5)
    assert (span.line, span.column, span.end_line, span.end_column) == (2, 1, 2, 2)


def test_kinds_are_named() -> None:
    kinds = [token.kind for token in tokens_of('x "a" /b/ 1 $c { // d\n')]
    assert kinds == [Kind.WORD, Kind.TEXT, Kind.REGEX, Kind.NUMBER, Kind.PATTERN, Kind.SIGN, Kind.COMMENT]
