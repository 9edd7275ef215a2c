"""Rules that look at names find under each name what YARA finds, whether a content was met before or not."""

from pathlib import Path

import pytest
import yara
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cyberforensics.rules import Externals, Scanner, load
from cyberforensics.rules.filetypes import file_type
from cyberforensics.rules.open_rules import name_rules_of, with_any
from cyberforensics.rules.rule_file import from_text
from tests.rules.helpers import scanner_of, write_pack
from tests.rules.test_lean import HEADER

OTHERS = "rule other { condition: filesize == 77 }"
CONTENTS = (b"", b"needle", b"text with a needle", b"\x7fELF text", HEADER + b"needle", b"Rar!\x1a\x07 text")
NAMES = (
    Externals("a.exe", "/Users/x", ".exe", "", "S-1"),
    Externals("b.rar", "/", ".rar", "", ""),
    Externals("0", "0", "0", "", "0"),
    Externals("", "/var/Cache", "", "", "root"),
)

LEAVES = some.sampled_from(
    [
        'filename == "a.exe"',
        "filename matches /^[ab]\\./i",
        'not filepath contains "Cache"',
        'not (filepath contains "Cache")',
        'filepath /* and ) or */ contains "/" // or filename\n',
        'extension != ".rar"',
        "owner",
        'filetype == "ELF"',
        "defined filename",
        "not defined pe.version_info[filename]",
        # undefined where the content is no program, so `not` of it is no `true`
        'pe.version_info["N"] == filename',
        'not pe.version_info["N"] == filename',
        'not (filename contains pe.version_info["N"])',
        "$_a",
        "not $_b",
        "#_a > 0",
        "$_a at 0",
        "any of them",
        "none of them",
        "filesize < 12",
        "uint16(0) == 0x5A4D",
        "uint32be(0) == 0x52617221",
        "pe.number_of_sections == 0",
        'for any i in (1..2) : (i == 2 and filename contains "a")',
        'for all of them : ($ or extension == ".exe")',
        'for any of them : (@ > 3 and not filepath == "/")',
        "first",
        "not first",
        "second",
        "any of (f*)",
        "none of (first, second)",
        "true",
        "false",
    ]
)
CONDITIONS = some.recursive(
    LEAVES,
    lambda inner: some.one_of(
        some.tuples(inner, some.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("not ({})".format),
        inner.map("not not ({})".format),
    ),
    max_leaves=7,
)
STRINGS = 'strings: $_a = "needle" $_b = "text"'


def _rules(conditions: list[str], modifiers: list[str]) -> str:
    """Three rules; one names only those before it."""
    text = 'import "pe"\n'
    names = ("first", "second", "third")
    for place, (condition, modifier) in enumerate(zip(conditions, modifiers, strict=True)):
        asks = {"first": 1, "second": 2, "(f*)": 1}
        if any(word in condition and place < least for word, least in asks.items()):
            condition = 'filename == "b.rar" and $_a'
        text += f"{modifier}rule {names[place]} {{ {STRINGS} condition: {condition}\n }}\n"
    return text


def _expected(text: str, data: bytes, externals: Externals) -> list[str]:
    values = externals.values()
    rules = yara.compile(source=text, externals=dict.fromkeys(values, ""))
    return sorted(match.rule for match in rules.match(data=data, externals=values))


def _agrees(scanner: Scanner, text: str) -> int:
    """Whether every way gives what YARA gives; how many contents were not read for another name."""
    spared = 0
    for data in CONTENTS:
        names = [Externals(each.filename, each.filepath, each.extension, file_type(data), each.owner) for each in NAMES]
        expected = [_expected(text, data, name) for name in names]
        for first, found in zip(names, expected, strict=True):
            met = scanner.scan_first(data, first, timeout=5)
            assert sorted(finding.rule for finding in met.findings) == found, (data, first)
            assert met.open_rules is not None
            settled = [finding.rule for finding in met.findings if scanner.is_settled(finding)]
            for other, wanted in zip(names, expected, strict=True):
                again = scanner.scan_name(data, other, timeout=5, open_rules=met.open_rules)
                assert sorted([*settled, *(one.rule for one in again.findings)]) == wanted, (data, first, other)
                spared += not scanner._can_match(met.open_rules, data, other.values())
    return spared


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60
)
@given(
    some.lists(CONDITIONS, min_size=3, max_size=3),
    some.lists(some.sampled_from(["", "", "private "]), min_size=3, max_size=3),
)
def test_any_condition(tmp_path: Path, conditions: list[str], modifiers: list[str]) -> None:
    text = _rules(conditions, modifiers)
    rules = load([write_pack(tmp_path / "p", a=text, b=OTHERS)])
    if rules.names is not None:  # there is none where no rule looks at a name
        _agrees(scanner_of(rules, tmp_path / "c"), text)


@pytest.mark.parametrize(
    ("condition", "read"),
    [
        ('$_a and not filepath contains "Cache"', 3 * 3),  # contents with a needle, names that are not in such a folder
        ('$_a and filename == "a.exe"', 6 * 1),  # asked of names alone
        ('uint16(0) == 0x5A4D and not filename == "a.exe"', 1 * 3),
        ('not ($_a or filename == "a.exe")', 3 * 3),
        ('filename == "a.exe"', 6 * 1),
    ],
)
def test_bytes_are_read_again_only_where_both_leave_a_rule_open(tmp_path: Path, condition: str, read: int) -> None:
    text = f"rule r {{ {STRINGS} condition: {condition} }}"
    rules = load([write_pack(tmp_path / "p", a=text, b=OTHERS)])
    ways = len(NAMES)  # under each name the content may have been met first
    assert _agrees(scanner_of(rules, tmp_path / "c"), text) == ways * (len(CONTENTS) * len(NAMES) - read)


def test_what_is_not_understood_is_always_asked(tmp_path: Path) -> None:
    named = 'rule n { condition: filename == "a.exe" }'
    for text in (
        f"global rule g {{ condition: filesize < 99 }} {named}",
        f'include "b.yar" {named}',
        "rule n { condition: filename == any_name_of_cyberforensics }",
    ):
        pack = write_pack(tmp_path / str(len(text)), a=text, b=OTHERS)
        assert load([pack], skip_broken=True).names is None
        assert load([pack], engine="yara-x", skip_broken=True).names is None


def test_what_is_asked_of_names_by_hand() -> None:
    text = (
        'rule r { condition: ($a and not filepath contains "x") or not (#a > 1 or extension == ".y")'
        ' and pe.f("z") == filename }'
    )
    (rule,) = name_rules_of(from_text(Path("a.yar"), b"", text), frozenset()) or ()
    assert " ".join(rule.condition.split()) == (
        '( true and not filepath contains "x") or not ( false or extension == ".y") and true'
    )
    any_name = "any_name_of_cyberforensics"
    assert " ".join(with_any(text, [rule]).split()) == (
        f'rule r {{ condition: ($a and ((not filepath contains "x") or {any_name}) ) or not (#a > 1 or'
        f' ((extension == ".y") and not {any_name}) ) and ((pe.f("z") == filename) or {any_name}) }}'
    )
