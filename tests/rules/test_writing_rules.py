"""The examples of docs/writing-rules.md are what they say: the good ones have no warning, the bad ones have theirs."""

import re
from datetime import date
from pathlib import Path

import pytest

from cyberforensics.rules.checking import CheckOptions, check
from cyberforensics.rules.checking.complaints import ENGINES
from tests.helpers import ROOT

_TEXT = (ROOT / "docs" / "writing-rules.md").read_text("utf-8")
_SECTIONS = dict(re.findall(r"^## (\w+).*?$\n(.*?)(?=^## |\Z)", _TEXT, re.MULTILINE | re.DOTALL))
_EXAMPLE = re.compile(r"^(Bad|Good):[^\n]*\n\n```yara\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_BAD = {
    "Metadata": ("minimal", "CFR011"),
    "Strings": ("", "CFR033"),
    "Guards": ("", "CFR030"),
    "Cost": ("", "CFR038"),
    "Excuses": ("", "CFR009"),
}
"""What the check says of the bad example; of severity and sensitive it can know nothing."""


def _codes(folder: Path, text: str, profile: str) -> set[str]:
    (folder / "rule.yar").write_text(text, "utf-8")
    return {one.code for one in check(folder, CheckOptions(date(2025, 1, 1), frozenset(ENGINES), profile)).diagnostics}


def test_every_point_has_a_bad_and_a_good_example() -> None:
    assert list(_SECTIONS) == [
        *("Metadata", "Strings", "Guards", "Samples", "Severity", "Sensitive", "Cost", "Excuses", "Before"),
    ]
    for name, text in _SECTIONS.items():
        if name != "Before":
            assert "\nBad:" in text
            assert "\nGood:" in text


@pytest.mark.parametrize("section", sorted(_SECTIONS))
def test_examples_are_what_they_say(section: str, tmp_path: Path) -> None:
    profile, code = _BAD.get(section, ("", ""))
    for kind, text in _EXAMPLE.findall(_SECTIONS[section]):
        found = _codes(tmp_path, text, profile)
        if kind == "Bad" and code:
            assert code in found
        else:
            assert found == set()


def test_the_good_metadata_holds_to_the_strictest_profile(tmp_path: Path) -> None:
    good = dict(_EXAMPLE.findall(_SECTIONS["Metadata"]))["Good"]
    assert _codes(tmp_path, good, "cccs") == set()
