"""The line of the first mistake, counted by hand, as a triage and `rules test` name it with each engine."""

from pathlib import Path

import pytest

from cyberforensics.errors import RulePackError
from cyberforensics.rules import load
from tests.rules.helpers import write_pack


def _line(pack: Path, engine: str) -> str:
    with pytest.raises(RulePackError) as refused:
        load([pack], engine=engine)
    (detail,) = refused.value.details
    name, line, _ = Path(detail).name.split(":", 2)
    return f"{name}:{line}"


@pytest.mark.parametrize("engine", ["yara-python", "yara-x"])
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('rule A {\n strings:\n  $a = "abc\n condition: $a\n}\n', 3),
        ("rule A {\n strings:\n  $a = /abc\n condition: $a\n}\n", 3),
        ('rule A {\n strings:\n  $a = "C:\\Win"\n condition:\n   $a\n}\n', 3),
        ("rule A {\n strings:\n  $a = { 41\n 4 }\n condition: $a\n}\n", 4),
        ('rule A {\n strings:\n  $a = "abc"\n  $b = "abd"\n condition:\n   $a\n\n}\n', 4),
        ('rule A {\n strings:\n  $a = "abc"\n condition:\n   $b\n\n}\n', 5),
        ('rule A {\n condition:\n   filesize == "a"\n\n}\n', 3),
        ("rule A {\n condition:\n  filesize >\n\n}\n", 5),
        ("rule A {\n condition:\n   nothere\n}\nrule B {\n condition:\n   nothere\n}\n", 3),
        ("rule A {\n condition:\n   true\n /* never ends\n}\n", 4),
        ("rule A {\n condition: true\n\n\n\nrule B { condition: true }\n", 6),
        ('// a comment\nimport "pee"\nrule A { condition: true }\n', 2),
    ],
)
def test_the_first_mistake_has_its_line(tmp_path: Path, text: str, line: int, engine: str) -> None:
    assert _line(write_pack(tmp_path / "pack", a=text), engine) == f"a.yar:{line}"


def test_a_brace_that_is_missing_at_the_end(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", a="rule A {\n condition: true\n\n")
    assert _line(pack, "yara-python") == "a.yar:2"  # YARA-X names the end of the file, in no rule


@pytest.mark.parametrize("engine", ["yara-python", "yara-x"])
def test_a_mistake_in_an_included_file(tmp_path: Path, engine: str) -> None:
    head = 'include "b.yar"\nrule A { condition: filename == "x" and B }\n'
    pack = write_pack(tmp_path / "pack", a=head)
    (pack / "b.yar").write_text('rule B {\n strings:\n  $a = "abc\n condition: $a\n}\n', "utf-8")
    assert _line(pack, engine) == "b.yar:3"


def test_a_rule_of_two_engines_is_no_mistake_for_the_one_that_takes_it(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", a="rule A {\n condition:\n  with n = filesize : (n < 1KB)\n}\n")
    assert load([pack], engine="yara-x").defects == ()
    assert _line(pack, "yara-python") == "a.yar:3"
