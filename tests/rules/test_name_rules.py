"""What is known of a content and what depends on a name are together what every rule finds under that name."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyberforensics.model.examination import Finding
from cyberforensics.rules import Externals, Scanner, load
from cyberforensics.rules.filetypes import file_type
from tests.rules.helpers import scanner_of, write_pack
from tests.rules.test_lean import CONTENTS

OTHERS = "rule other { condition: filesize > 1 }"
NAMES = ("", "a.exe", "b.exe", "readme.txt")
PACKS = {
    "both kinds": 'rule n { condition: filename == "a.exe" } rule c { condition: filesize < 99 }',
    "through another": 'rule n { condition: filename == "a.exe" } rule c { condition: filesize < 99 and not n }',
    "through a private one": 'private rule n { condition: extension == ".exe" }'
    " rule c { condition: n } rule d { condition: true }",
    "one that is needed": "rule s { condition: filesize > 3 } rule n { condition: s and filename matches /a/ }",
    "a needed private one": "private rule s { condition: filesize > 3 }"
    " rule n { condition: s and filename matches /a/ }",
    "a set of rules": 'rule x_n { condition: filename == "b.exe" } rule x_c { condition: filesize < 9 }'
    " rule y { condition: any of (x_*) } rule z { condition: filesize < 99 }",
    "one of a list": 'rule x { condition: filename == "b.exe" } rule y { condition: 1 of (x*, y*) }'
    " rule z { condition: true }",
    "a global rule": 'global rule g { condition: filename != "b.exe" } rule c { condition: filesize < 99 }',
    "a global rule about content": "global rule g { condition: filesize < 99 }"
    ' rule n { condition: filename != "b.exe" }'
    " rule c { condition: true }",
    "a rule for programs": 'import "pe" rule p { condition: pe.number_of_sections > 0 or filename == "a.exe" }'
    ' rule c { condition: uint16(0) == 0x5A4D } rule n { condition: uint16(0) == 0x5A4D and filename == "a.exe" }',
    "hidden from judges": 'import "pe" rule p { condition: pe.is_pe and pe.version_info["N"] != filename }'
    ' rule c { condition: not pe.is_pe } rule n { condition: filename == "a.exe" }',
    "words in texts": 'rule c { strings: $a = "filename" condition: not $a } /* rule x { */'
    ' rule n { condition: owner == "" }'
    ' rule t { meta: a = "condition: }" condition: filesize < 99 }',
    "the type": 'rule t { condition: filetype == "EXE" } rule c { condition: filesize < 99 }',
}


@pytest.mark.parametrize("engine", ["yara-python", "yara-x"])
@pytest.mark.parametrize("pack", PACKS)
def test_nothing_is_lost_or_found_twice(tmp_path: Path, pack: str, engine: str) -> None:
    scanner = _scanner(tmp_path, PACKS[pack], engine)
    found = sum(len(_same(scanner, data)) for data in CONTENTS)
    assert found


def test_rules_of_two_files_with_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "p", a='rule r { condition: filename == "a.exe" } rule s { condition: true }')
    (folder / "a.yara").write_text('rule r { condition: true } rule s { condition: filename == "b.exe" }')
    scanner = scanner_of(load([folder]), tmp_path / "c")
    assert sum(len(_same(scanner, data)) for data in CONTENTS)


def test_files_that_include_others_stay_as_they_are(tmp_path: Path) -> None:
    folder = write_pack(
        tmp_path / "p",
        a='include "b.yar" rule n { condition: shared and filename == "a.exe" }',
        b="rule shared { condition: filesize > 3 }",
        c=OTHERS,
    )
    scanner = scanner_of(load([folder]), tmp_path / "c")
    assert sum(len(_same(scanner, data)) for data in CONTENTS)


def test_only_what_depends_is_run_again(tmp_path: Path) -> None:
    text = "".join(f"rule c{number} {{ condition: filesize > {number} }}" for number in range(50))
    pack = write_pack(tmp_path / "p", a=text + ' rule n { condition: c7 and filename == "a.exe" }', b=OTHERS)
    rules = load([pack])
    assert rules.again is not None
    assert list(rules.again.names()) == ["c7", "n"]
    assert rules.packs[0].name_rules == 1
    scanner = scanner_of(rules, tmp_path / "c")
    assert [found.rule for found in scanner.scan_name(b"12345678", _externals("a.exe", b""), timeout=5).findings] == [
        "n"
    ]


_CONDITION = st.sampled_from(
    [
        'filename == "a.exe"',
        "filesize > 1",
        "uint16(0) == 0x5A4D",
        'not extension == ".txt"',
        "any of (r*)",
        "none of (r1*)",
        "r0",
        "not r1",
        "r2 and r0",
        "pe.number_of_sections == 0",
        "not pe.is_pe",
        "true",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "", "private ", "global "]), _CONDITION, st.sampled_from(["and", "or"]), _CONDITION
        ),
        min_size=2,
        max_size=6,
    )
)
def test_any_mixture(tmp_path: Path, chosen: Sequence[tuple[str, str, str, str]]) -> None:
    kept: list[str] = []
    for modifier, left, word, right in chosen:
        number = len(kept)
        if any(f"r{later}" in left + right for later in range(number, 3)) or (not number and "(r" in left + right):
            continue  # a rule can't name those that come later
        kept.append(f"{modifier}rule r{number} {{ condition: {left} {word} {right} }}")
    if kept:
        scanner = _scanner(tmp_path, 'import "pe" ' + "\n".join(kept), "yara-python")
        for data in CONTENTS:
            _same(scanner, data)


def _scanner(folder: Path, text: str, engine: str) -> Scanner:
    pack = write_pack(folder / "p", a=text, b=OTHERS)
    return scanner_of(load([pack], engine=engine, skip_broken=True), folder / "c")


def _externals(name: str, data: bytes) -> Externals:
    return Externals(name, "/", Path(name).suffix, file_type(data))


def _same(scanner: Scanner, data: bytes) -> list[Finding]:
    """Under each name, whichever name it was first met under; what is found."""
    found: list[Finding] = []
    for first in NAMES:
        met = scanner.scan_first(data, _externals(first, data), timeout=5)
        settled = tuple(filter(scanner.is_settled, met.findings))
        for name in NAMES:
            expected = scanner.scan_first(data, _externals(name, data), timeout=5)
            again = scanner.scan_name(data, _externals(name, data), timeout=5)
            assert sorted((*settled, *again.findings), key=_order) == list(expected.findings), (data, first, name)
            asked = scanner.scan_name(data, _externals(name, data), timeout=5, open_rules=met.open_rules)
            assert asked.findings == again.findings, (data, first, name)
            found += expected.findings
    return found


def _order(finding: Finding) -> tuple[str, str, str]:
    return finding.pack, finding.namespace, finding.rule
