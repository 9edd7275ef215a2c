"""Every code has a section in docs/lints.md, and its examples are what they say."""

import re
from datetime import date
from pathlib import Path

import pytest

from cyberforensics.rules.checking import CheckOptions, check
from cyberforensics.rules.checking.complaints import ENGINES
from cyberforensics.rules.checks import CHECKS, CODES, Code
from tests.helpers import ROOT

_TEXT = (ROOT / "docs" / "lints.md").read_text("utf-8")
_SECTIONS = dict(re.findall(r"^## (CFR\d{3}): .*?$\n(.*?)(?=^## |\Z)", _TEXT, re.MULTILINE | re.DOTALL))
_OF_ENGINES = {f"CFR{number:03}" for number in (*range(1, 11), 24, 25, 26, 32, 34, 35, 36, 39, 43, 45)}
"""Codes that no check of ours gives."""
_TODAY = date(2025, 1, 1)


def _examples(code: str) -> dict[str, str]:
    return dict(re.findall(r"^(Bad|Good):\n\n```yara\n(.*?)\n```$", _SECTIONS[code], re.MULTILINE | re.DOTALL))


def _codes(folder: Path, text: str, code: str) -> set[str]:
    profile = "minimal" if code in ("CFR011", "CFR012") else ""
    engines = frozenset(ENGINES if code != "CFR044" else ("yara-python",))
    for number, part in enumerate(re.split(r"^// file: .*$", text, flags=re.MULTILINE)):
        (folder / f"{number}.yar").write_text(part, "utf-8")
    return {one.code for one in check(folder, CheckOptions(_TODAY, engines, profile)).diagnostics}


def test_every_code_has_its_section() -> None:
    headings = re.findall(r"^## (CFR\d{3}): (.*)$", _TEXT, re.MULTILINE)
    assert headings == [(code.code, code.title) for code in CODES]
    for code in CODES:
        assert f"*{code.level}.* {code.why}" in _SECTIONS[code.code]


def test_every_code_is_given_by_someone() -> None:
    given = {code for check in CHECKS for code in check.codes}
    assert given | _OF_ENGINES == {code.code for code in CODES}


@pytest.mark.parametrize(
    "code", [code for code in CODES if code.code not in ("CFR006", "CFR007", "CFR039")], ids=lambda code: code.code
)
def test_examples_are_what_they_say(code: Code, tmp_path: Path) -> None:
    examples = _examples(code.code)
    for name, text in examples.items():
        folder = tmp_path / name
        folder.mkdir()
        codes = _codes(folder, text, code.code)
        if name == "Bad":
            assert code.code in codes
        else:
            assert codes == set()
    assert set(examples) == {"Bad", "Good"}


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "latin.yar").write_bytes(b'rule A { strings: $a = "caf\xe9" condition: $a }')
    (tmp_path / "sound.yar").write_text("rule B { condition: filesize < 1KB }")
    found = check(tmp_path, CheckOptions(_TODAY)).diagnostics
    assert [(one.code, one.file) for one in found] == [("CFR006", "latin.yar")]


def test_a_malformed_manifest(tmp_path: Path) -> None:
    (tmp_path / "a.yar").write_text("rule A { condition: filesize < 1KB }")
    (tmp_path / "pack.toml").write_text('version = "1"\nname = web shells\n')
    (found,) = check(tmp_path, CheckOptions(_TODAY)).diagnostics
    assert (found.code, found.file, found.span and found.span.line) == ("CFR007", "pack.toml", 2)
    assert found.excerpt == ("name = web shells",)
