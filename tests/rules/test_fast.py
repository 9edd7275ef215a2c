"""The engine's fast way keeps one match of a string where it may: it must find the rules that the full way finds."""

from pathlib import Path

import pytest

from cyberforensics import rules

# "ab" at 0, 150 and 252; "cd" three times from 254 on
DATA = b"ab" + b"." * 148 + b"ab" + b"." * 100 + b"ab" + b"cd" * 3

HOLDS = {
    "any of ($a*) in (100..200)": True,
    "all of ($a*) in (100..200)": True,
    "any of ($a*) in (151..200)": False,
    "$a in (100..200)": True,
    "$a at 150": True,
    "$a at 151": False,
    "any of them at 150": True,
    "#a == 3": True,
    "#a in (100..300) == 2": True,
    "@a[2] == 150": True,
    "for any of ($a*) : ($ at 252)": True,
    "for any of them : ($ in (151..200))": False,
    "for all of ($a*) : (# == 3)": True,
    "for any i in (1..#a) : (@a[i] == 252)": True,
    "for all i in (1..3) : (!a[i] == 2)": True,
    "not $a at 252": False,
    "$b and not #b > 3": True,
    "2 of ($a, $a2)": True,
}
"""Conditions, and what is true of each by hand."""


@pytest.mark.parametrize("condition", HOLDS)
def test_every_condition_sees_every_match(condition: str, tmp_path: Path) -> None:
    strings = '$a = "ab" $a2 = /a[b]/ $b = "cd"'
    used = "($a or true) and ($a2 or true) and ($b or true)"  # each must be used somewhere
    (tmp_path / "r.yar").write_text(f"rule r {{ strings: {strings} condition: ({condition}) and {used} }}")
    scanner = rules.open_compiled(rules.load([tmp_path / "r.yar"]).save(tmp_path))
    result = scanner.scan(DATA, timeout=10)
    assert result.complete
    assert bool(result.findings) == HOLDS[condition]
    for finding in result.findings:  # and what it lists is all there is
        assert [match.offset for match in finding.strings if match.identifier == "$a"] == [0, 150, 252]


@pytest.mark.parametrize("engine", ["yara-python", "yara-x"])
def test_keywords_keep_every_match_in_the_fast_way(engine: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("ab\n[utf-8, cp866; any case]\nstraße\n[exact case]\nre:c[d]\n")
    compiled = rules.load([], keywords=[tmp_path / "words.txt"], engine=engine).content
    assert compiled is not None
    data = DATA + "straße Straße".encode() + "ab".encode("utf-16-le") * 2
    found = compiled.match(data, {}, seconds=10, fast=True).rules
    counts = {dict(match.meta).get("keyword", "cd"): {s.identifier: s.count for s in match.strings} for match in found}
    assert counts == {"ab": {"$utf_8": 3, "$utf_16le": 2}, "straße": {"$utf_8": 2}, "cd": {"$utf_8": 3}}
