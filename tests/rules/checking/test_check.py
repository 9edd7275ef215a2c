"""Both engines over packs: every mistake at its place, none hidden, none invented."""

from datetime import date
from pathlib import Path

import pytest

from cyberforensics.errors import RulePackError
from cyberforensics.model.diagnostic import Diagnostic
from cyberforensics.rules.checking import CheckOptions, baseline_text, check, fingerprints, read_baseline
from cyberforensics.rules.packs import shipped_packs

_OPTIONS = CheckOptions(date(2025, 1, 1))
_SOUND = "rule Sound { condition: filesize < 1KB }\n"


def _check(folder: Path, **files: str) -> tuple[Diagnostic, ...]:
    for name, text in files.items():
        (folder / f"{name}.yar").write_text(text, "utf-8", newline="")
    return check(folder, _OPTIONS).diagnostics


def _places(found: tuple[Diagnostic, ...]) -> list[tuple[str, str, int, int]]:
    return [(one.code, one.file, one.span.line, one.span.column) for one in found if one.span is not None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Hand-counted: code, line and column of the first character that is wrong.
        ("rule A { condition: nothere }", [("CFR008", 1, 21)]),
        ("rule A {\n condition:\n  filesize >\n}", [("CFR001", 4, 1)]),
        ("rule A { strings: $a = { 4 } condition: $a }", [("CFR001", 1, 26)]),
        ('rule A { strings: $a = "x\n condition: $a }', [("CFR001", 1, 24)]),
        ('rule A { strings: $a = "abcd" condition: $b }', [("CFR001", 1, 42)]),
        ('rule A { strings: $a = "abcd" $b = "efgh" condition: $a at 0 }', [("CFR001", 1, 31)]),
        ("rule A { condition: filesize < 1KB\nrule B { condition: filesize < 2KB }", [("CFR001", 1, 34)]),
        ("rule A { condition: filesize < 1 }\nrule A { condition: filesize < 2 }", [("CFR001", 2, 6)]),
        ("nonsense\nrule A { condition: filesize < 1 }", [("CFR001", 1, 1)]),
        ('import "nosuch"\nrule A { condition: nosuch.x }', [("CFR004", 1, 1)]),
        ('rule A { strings: $a = "éé" condition: #a > nothere }', [("CFR008", 1, 45)]),
        ("rule A { condition: B }\nrule B { condition: nothere }", [("CFR008", 1, 21), ("CFR008", 2, 21)]),
        ('rule A { condition: pe.is_dll() }\nimport "pe"\nrule B { condition: pe.is_pe }', [("CFR008", 1, 21)]),
        ("rule B { condition: nothere }\nrule A { condition: B }", [("CFR008", 1, 21)]),
    ],
)
def test_a_mistake_is_named_at_its_place(tmp_path: Path, text: str, expected: list[tuple[str, int, int]]) -> None:
    errors = tuple(one for one in _check(tmp_path, a=text, b=_SOUND) if one.level == "error")
    assert [(code, line, column) for code, _, line, column in _places(errors)] == expected
    assert {one.file for one in errors} == {"a.yar"}


def test_every_broken_rule_of_a_large_file_is_named(tmp_path: Path) -> None:
    broken = {7, 8, 40, 99}
    conditions = ["nothere" if number in broken else f"filesize < {number}" for number in range(1, 101)]
    rules = (f"rule R{number} {{ condition: {text} }}\n" for number, text in enumerate(conditions, 1))
    found = _check(tmp_path, a="".join(rules))
    assert [one.span and one.span.line for one in found if one.level == "error"] == sorted(broken)


def test_mistakes_of_one_engine_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.yar").write_text("rule A { condition: with n = filesize : (n < 1KB) }", "utf-8")
    both = check(tmp_path, _OPTIONS).diagnostics
    assert [one.code for one in both] == ["CFR002"]
    assert check(tmp_path, CheckOptions(date(2025, 1, 1), frozenset(("yara-x",)))).diagnostics == ()


def test_a_mistake_in_an_included_file_is_named_there(tmp_path: Path) -> None:
    found = _check(
        tmp_path,
        head='// one\ninclude "part.yar"\nrule Head { condition: Part }\n',
        part="\n\nrule Part { condition: nothere }",
    )
    (one,) = found
    assert (one.code, one.file, one.span and one.span.line) == ("CFR008", "part.yar", 3)
    assert "included by head.yar, line 2" in one.hint


def test_includes_that_lead_nowhere_or_in_a_circle(tmp_path: Path) -> None:
    found = _check(
        tmp_path,
        a='include "b.yar"\n' + _SOUND,
        b='include "a.yar"\nrule B { condition: filesize > 1MB }',
        c='include "d.yar"\nrule C { condition: filesize > 2MB }',
    )
    assert [place[:3] for place in _places(found)] == [("CFR005", "b.yar", 1), ("CFR005", "c.yar", 1)]


def test_externals_are_declared(tmp_path: Path) -> None:
    (tmp_path / "a.yar").write_text('rule A { condition: filename == "x" and level > 3 }', "utf-8")
    assert [one.code for one in check(tmp_path, _OPTIONS).diagnostics] == ["CFR008"]
    assert check(tmp_path, CheckOptions(date(2025, 1, 1), externals={"level": 0})).diagnostics == ()


def test_shipped_packs_compile_everywhere() -> None:
    for path in shipped_packs():
        assert [one for one in check(path, _OPTIONS).diagnostics if one.level == "error"] == []


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulePackError):
        check(tmp_path / "none", _OPTIONS)


_SHORT = 'rule A { strings: $a = "ab" condition: filesize < 1KB and $a }'


def test_excuses(tmp_path: Path) -> None:
    assert "CFR030" in {one.code for one in _check(tmp_path, a=_SHORT)}
    comment = "cfr:allow CFR030 why"
    for text in (f"// {comment}\n{_SHORT}", f"{_SHORT} // {comment}", f"/* {comment} */\n\n// more\n{_SHORT}"):
        assert _check(tmp_path, a=text) == ()
    for text, code in (
        (f"// cfr:allow CFR030\n{_SHORT}", "CFR009"),
        (f"// cfr:allow CFR999 why\n{_SHORT}", "CFR009"),
        (f"// cfr:allow CFR031 why\n{_SHORT}", "CFR010"),
    ):
        assert {one.code for one in _check(tmp_path, a=text)} == {"CFR030", code}
    elsewhere = _check(tmp_path, a=f"// {comment}\n{_SOUND}{_SHORT}")
    assert [one.code for one in elsewhere] == ["CFR010", "CFR030"]


def test_a_baseline_survives_moved_lines_and_counts(tmp_path: Path) -> None:
    before = _check(tmp_path, a=_SHORT)
    known = read_baseline(baseline_text(zip(before, fingerprints("p", before), strict=True)), "baseline.json")
    moved = _check(tmp_path, a="\n\n// a comment\n  " + _SHORT)
    assert set(fingerprints("p", moved)) == known
    twice = _check(tmp_path, a=_SHORT + "\n" + _SHORT.replace("rule A", "rule B").replace('"ab"', '"cd"'))
    assert len(set(fingerprints("p", twice)) - known) == 1
    assert len(set(fingerprints("p", twice))) == len(twice)
