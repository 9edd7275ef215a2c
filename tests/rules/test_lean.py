"""Rules that only match programs: which are told apart, and that leaving them out changes nothing.

The engine itself is the judge: it scans with every rule, and its findings are what must come out.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yara
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.rules import Externals, Scanner, compiling, file_type, load, open_compiled, shipped_packs
from cyberforensics.rules.engines.yara_python import KNOWN_VERSION, YaraPython
from cyberforensics.rules.lean import LeanText, lean_text
from cyberforensics.rules.rule_file import RuleFile, read
from tests.rules.compare_partition import harmed
from tests.rules.helpers import ALWAYS, write_pack
from tests.rules.samples import samples

HEADER = (
    b"MZ".ljust(0x3C, b"\0")
    + struct.pack("<I", 0x40)
    + b"PE\0\0"
    + struct.pack("<HHIIIHH", 0x14C, 0, 0x5F000000, 0, 0, 0xE0, 0x2102)
    + struct.pack("<H", 0x10B).ljust(0xE0, b"\0")
)
"""A program of Windows as small as it can be: a DLL for the i386, without sections."""

CONTENTS = (
    b"",
    b"M",
    b"MZ",
    b"MZ some text with a needle",
    b"some text with a needle",
    b"\x7fELF needle",
    b"\0MZ",
    HEADER,
    HEADER + b"needle",
    b"ZM" + HEADER[2:] + b"needle",
    b"needle" + HEADER,
)

# A string whose name begins with an underscore need not stand in the condition.
STRINGS = '$_a = "needle" $_b = {{ 4D 5A [0-60] 50 45 }} $_c = "PE"'
WITH_STRINGS = 'import "pe" import "hash" import "math" rule r {{ strings: ' + STRINGS + " condition: {} }}"
PROGRAMS_ONLY = (
    "uint16(0) == 0x5A4D",
    "uint16(0)==0x5a4d",
    "uint16 ( 0 ) == 23117",
    "0x5A4D == uint16(0x0)",
    "uint16be(0) == 0x4D5A",
    "uint32(0) == 0x00905A4D",
    "uint32(0) == 0x5A4D",
    "uint16(/* } */ 0) == 0x5A4D // }",
    "((uint16(0) == 0x5A4D))",
    "uint16(0) == 0x5A4D and $_a",
    "filesize < 1MB and (uint16(0) == 0x5A4D) and 1 of them",
    "filesize < 1MB and ($_a and (uint16(0) == 0x5A4D and ($_b or $_c)))",
    "(uint16(0) == 0x5A4D and $_a) or (uint16be(0) == 0x4D5A and $_b)",
    "uint16(0) == 0x5A4D and not $_a",
    "not $_a and uint16(0) == 0x5A4D",
    "pe.is_pe",
    "pe.is_pe and $_a",
    "pe.number_of_sections == 0",
    "pe.timestamp > 1000",
    'pe.imphash() == "d41d8cd98f00b204e9800998ecf8427e"',
    'pe.imphash() != "0"',
    "pe.machine == pe.MACHINE_I386 and $_a",
    "pe.characteristics & pe.DLL",
    "pe.is_dll() and $_a",
    'pe.exports("Entry") or pe.imports("kernel32.dll", "LoadLibraryA")',
    "not pe.is_dll()",
    "not (pe.number_of_signatures > 0)",
    "not not pe.is_dll()",
    'pe.version_info["CompanyName"] contains "Micro"',
    "pe.sections[0].raw_data_size == 0",
    "$_a at pe.entry_point",
    "uint8(pe.entry_point) == 0",
    "pe.overlay.size < filesize",
    'hash.md5(pe.rich_signature.clear_data) == "d41d8cd98f00b204e9800998ecf8427e"',
    'for any i in (0 .. pe.number_of_sections - 1) : (pe.sections[i].name == ".text")',
    "for none i in (0 .. pe.number_of_signatures) : ($_a)",
    "for all s in pe.sections : (s.raw_data_size > 0)",
)
"""Certain for a person as well."""

NOT_CERTAIN = (
    "$_a",
    "uint16(0) != 0x5A4D",
    "not uint16(0) == 0x5A4D",
    "not (uint16(0) == 0x5A4D)",
    "uint16(0) == 0x5A4D or $_a",
    "uint16(0) == 0x5A4D and $_a or $_c",
    "uint16(0) == 0x5A4D and #_a > 0or $_c",
    "$_c or uint16(0) == 0x5A4D and $_a",
    "(uint16(0) == 0x5A4D or $_a) and filesize > 0",
    "uint16(1) == 0x5A4D",
    "uint16(0) == 0x4D5A",
    "uint16be(0) == 0x5A4D",
    "uint8(0) == 0x4D",
    "for any of them : (uint16(0) == 0x5A4D or $)",
    "for any i in (0..4) : (uint16(i) == 0x5A4D)",
    "not pe.is_pe",
    "pe.is_pe == 0",
    "pe.is_pe != 1",
    "not defined pe.machine",
    "defined pe.is_pe",
    "not (pe.is_dll() and $_a)",
    "not (pe.is_dll() or $_a)",
    "not (pe.is_dll() or $_a) or $_c",
    "not ($_a at pe.entry_point)",
    "not for any s in pe.sections : (s.raw_data_size == 0)",
    "pe.MACHINE_I386 == 0x14C",
    "pe.DLL & 0x2000 == 0x2000",
    "(pe.is_dll() and $_a) or $_c",
    'pe.imphash() == "0" or $_a',
    "$_a at pe.entry_point or $_c",
    "not pe.number_of_signatures > 0 or $_a",
    "for any i in (0 .. pe.MACHINE_I386) : (uint8(i) == 0x6E)",
    "for any i in (0 .. 2) : (pe.is_dll() or $_a)",
    "math.entropy(0, filesize) >= 0.0 and $_a",
    "2 of them or pe.is_32bit()",
)

_plain = st.sampled_from((*PROGRAMS_ONLY, *NOT_CERTAIN))
_conditions = st.recursive(
    _plain.map(lambda text: f"({text}\n)"),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(("and", "or")), inner).map(" ".join),
        inner.map(lambda text: f"not {text}"),
        inner.map(lambda text: f"({text})"),
    ),
    max_leaves=6,
)


def _file(folder: Path, text: str) -> RuleFile:
    path = folder / "rules.yar"
    path.write_text(text, "utf-8")
    file = read(path)
    assert isinstance(file, RuleFile)
    return file


def _matches(text: str, data: bytes) -> list[str]:
    return [match.rule for match in yara.compile(source=text).match(data=data)]


def _modules(rules: yara.Rules) -> list[str]:
    seen: list[str] = []

    def note(module: dict[str, str]) -> int:
        seen.append(module["module"])
        go_on: int = yara.CALLBACK_CONTINUE
        return go_on

    rules.match(data=b"", modules_callback=note)
    return seen


def _scanners(folder: Path, *paths: Path) -> tuple[Scanner, Scanner]:
    folder.mkdir(exist_ok=True)
    compiled = load(paths).save(folder)
    assert compiled.lean is not None
    return open_compiled(replace(compiled, lean=None)), open_compiled(compiled)


def test_the_engine_takes_the_header_for_a_program() -> None:
    assert _matches('import "pe" rule p { condition: pe.is_pe and pe.is_dll() and pe.is_32bit() }', HEADER) == ["p"]


@pytest.mark.parametrize("condition", PROGRAMS_ONLY)
def test_a_rule_that_only_matches_programs_is_left_out(tmp_path: Path, condition: str) -> None:
    lean = lean_text(_file(tmp_path, WITH_STRINGS.format(f"{condition}\n")))
    assert lean.gone == ("r",)
    assert not lean.text.strip()


@pytest.mark.parametrize("condition", NOT_CERTAIN)
def test_another_rule_stays(tmp_path: Path, condition: str) -> None:
    assert lean_text(_file(tmp_path, WITH_STRINGS.format(f"{condition}\n"))).gone == ()


@pytest.mark.parametrize("condition", [*PROGRAMS_ONLY, *NOT_CERTAIN])
def test_on_what_is_no_program_the_lean_text_matches_as_the_whole_one(tmp_path: Path, condition: str) -> None:
    _hold(tmp_path, condition)


@settings(max_examples=100, deadline=None)
@given(condition=_conditions)
def test_any_mixture_matches_as_before(tmp_path_factory: pytest.TempPathFactory, condition: str) -> None:
    _hold(tmp_path_factory.mktemp("mixture"), condition)


def _hold(folder: Path, condition: str) -> None:
    text = WITH_STRINGS.format(f"{condition}\n") + " rule last { condition: true }"
    whole = yara.compile(source=text)
    lean = yara.compile(source=lean_text(_file(folder, text)).text)
    for data in CONTENTS:
        if data[:2] != b"MZ":
            expected, found = (
                [(match.rule, [(s.identifier, s.instances) for s in match.strings]) for match in rules.match(data=data)]
                for rules in (whole, lean)
            )
            assert str(found) == str(expected), data


@pytest.mark.parametrize(
    "condition",
    [
        '(uint16(0) == 0x5A4D and pe.imphash() == "0") or $_a',
        '(pe.number_of_exports == 1 and pe.exports("x")) or any of ($_*)',
        "$_a at pe.entry_point or $_c",
        "not pe.number_of_signatures > 0 or $_a",
        "not pe.is_pe and $_a",
        "not (pe.is_dll() or $_a)",
        "for any s in pe.sections : (s.raw_data_size == 0) or $_a",
    ],
)
def test_what_asks_pe_in_vain_is_left_out_of_other_rules(tmp_path: Path, condition: str) -> None:
    lean = lean_text(_file(tmp_path, WITH_STRINGS.format(condition)))
    assert lean.gone == ()
    assert _modules(yara.compile(source=lean.text)) == []


_PIECES = (
    *'()[]{}:,./"\\*$#@!\n0r',
    *("//", "/*", "*/", "..", "==", "rule", "condition", "condition:", "import", "include", '"x"', "private", "global"),
    *("for", "any", "in", "not", "and", "or", "at", "true", "pe", "is_dll", "pe.is_dll()", "uint16(0)", "0x5A4D"),
    *("$a", "hash", "\xe9", "filename"),
)
_pieces = st.lists(st.sampled_from(_PIECES), max_size=40)


@settings(max_examples=200, deadline=None)
@given(text=_pieces, glue=st.sampled_from(("", " ")))
def test_no_text_stops_the_reading(tmp_path_factory: pytest.TempPathFactory, text: list[str], glue: str) -> None:
    pieces = glue.join(text)
    begun = "rule r { condition: " + pieces
    for each in (pieces, begun, begun + " }"):
        lean_text(_file(tmp_path_factory.mktemp("text"), each))


def test_a_module_that_a_rule_needs_stays(tmp_path: Path) -> None:
    text = (
        'import "math" import "pe" import "hash"'
        " rule gone { condition: pe.is_dll() } rule stays { condition: math.entropy(0, filesize) > 1.0 }"
    )
    assert _modules(yara.compile(source=lean_text(_file(tmp_path, text)).text)) == ["math"]
    needed = 'import "pe" rule r { condition: uint16(0) == 0x5A4D } rule other { condition: defined pe.machine }'
    assert _modules(yara.compile(source=lean_text(_file(tmp_path, needed)).text)) == ["pe"]


PROGRAM = "uint16(0) == 0x5A4D"
TRAPS = {
    "another rule names it": f"rule p {{ condition: {PROGRAM} }} rule o {{ condition: not p }}",
    "a private one is named": f"private rule p {{ condition: {PROGRAM} }} rule o {{ condition: filesize > 0"
    " and not p }",
    "a set of rules": f"rule p_1 {{ condition: {PROGRAM} }} rule p_2 {{ condition: true }}"
    " rule o { condition: 1 of (p_*) }",
    "none of a set of rules": f"rule p_1 {{ condition: {PROGRAM} }} rule o {{ condition: none of (p_*) }}",
    "it names another": f"rule o {{ condition: true }} rule p {{ condition: o and {PROGRAM} }}",
    "it is global": f"global rule p {{ condition: {PROGRAM} }} rule o {{ condition: true }}",
    "it is global and private": f"private global rule p {{ condition: {PROGRAM} }} rule o {{ condition: true }}",
    "another is global": f"global rule g {{ condition: filesize > 3 }} rule p {{ condition: {PROGRAM} }} {ALWAYS}",
    "braces in strings": f'rule p {{ meta: x = "}} rule y {{ condition:" strings: $a = "}}" $b = {{ 7D // }}\n 7D }}'
    f" $c = /}}\\/}}/ private condition: {PROGRAM} and any of them }} {ALWAYS}",
    "braces in comments": f"rule p /* {{ */ {{ condition: // }}\n {PROGRAM} /* }} rule y {{ */ and true }} {ALWAYS}",
    "names like words": f'rule rules : conditions {{ strings: $rule = "needle" $condition = "x" condition:'
    f" {PROGRAM} and ($rule or $condition) }} {ALWAYS}",
    "no spaces": f"rule p{{condition:{PROGRAM}}}rule o{{condition:true}}rule q{{condition:{PROGRAM}}}",
    "a private string": f'rule p {{ strings: $a = "needle" private condition: {PROGRAM} and $a }}'
    f' rule q {{ strings: $a = "needle" private condition: $a }} rule s {{ condition: {PROGRAM} }} {ALWAYS}',
    "modifiers of the next": f"rule p {{ condition: {PROGRAM} }} global rule g {{ condition: filesize > 3 }} {ALWAYS}",
    "a number and a word in one": f'rule p {{ strings: $a = "needle" condition: {PROGRAM} and #a > 5or $a }} {ALWAYS}',
    "an or in brackets": f'rule p {{ strings: $a = "needle" condition: ({PROGRAM}) or ($a) }} {ALWAYS}',
    "a commented import": '/* import "pe" */ import "pe" rule p { condition: pe.is_pe }'
    " rule o { condition: not pe.is_pe }",
    "deep brackets": f"rule p {{ condition: {'(' * 60}{PROGRAM}{')' * 60} }} rule o {{ condition: {PROGRAM} }}"
    f" {ALWAYS}",
    "a number and the condition in one": f'rule p {{ meta: a = 1condition: filename == "name" }}'
    f" rule o {{ condition: {PROGRAM} }} {ALWAYS}",
    "an external": f'rule p {{ condition: {PROGRAM} and filename != "" }} rule o {{ condition: filename != "" }}',
}


@pytest.mark.parametrize("trap", TRAPS)
def test_rules_that_belong_together_match_as_before(tmp_path: Path, trap: str) -> None:
    other = f"rule never {{ condition: {PROGRAM} }} {ALWAYS}"  # so that there is something to leave out
    pack = write_pack(tmp_path / "p", a=TRAPS[trap], b=other)
    every, fitting = _scanners(tmp_path / "c", pack)
    found = 0
    for data in (*CONTENTS, *(copy for content in CONTENTS for copy in harmed(content))):
        externals = Externals("name", "/", "", file_type(data))
        for scan in ("scan", "scan_name", "scan_first"):
            extra = () if scan == "scan" else (externals,)
            expected = getattr(every, scan)(data, *extra, timeout=5)
            assert getattr(fitting, scan)(data, *extra, timeout=5) == expected, data
            found += sum(finding.namespace == "a" for finding in expected.findings)
    assert found


def test_included_files_stay_as_they_are(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "p",
        a=f'include "b.yar" rule p {{ condition: {PROGRAM} }} rule o {{ condition: shared }}',
        b=f'import "pe" rule shared {{ condition: not pe.is_dll() or {PROGRAM} }}',
        c=f"rule p {{ condition: {PROGRAM} }}",
    )
    every, fitting = _scanners(tmp_path / "c", pack)
    for data in CONTENTS:
        assert fitting.scan(data, timeout=5) == every.scan(data, timeout=5)
    assert {finding.rule for finding in every.scan(HEADER, timeout=5).findings} == {"p", "o", "shared"}


def test_of_rules_for_programs_alone_none_is_left(tmp_path: Path) -> None:
    every, fitting = _scanners(tmp_path / "c", write_pack(tmp_path / "p", a=f"rule p {{ condition: {PROGRAM} }}"))
    for data in CONTENTS:
        assert fitting.scan(data, timeout=5) == every.scan(data, timeout=5)


@pytest.mark.parametrize(
    "wrong",
    [
        LeanText("", ()),  # a rule is gone that was not to go
        LeanText(f"rule p {{ condition: {PROGRAM} }} {ALWAYS}", ("always",)),  # one is not gone that was to go
        LeanText("rule p { condition: ", ("p",)),  # what is left does not compile
    ],
)
def test_where_other_rules_are_left_than_meant_all_are_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: LeanText
) -> None:
    pack = write_pack(tmp_path / "p", a=f"rule p {{ condition: {PROGRAM} }} {ALWAYS}")
    assert load([pack]).lean is not None
    monkeypatch.setattr(compiling, "lean_text", lambda _file: wrong)
    assert load([pack]).lean is None


def test_the_engine_is_the_one_whose_code_was_read() -> None:
    """With another one, read what decision 0008 says was read, before the constant is changed."""
    assert yara.YARA_VERSION == KNOWN_VERSION


def test_with_another_engine_all_rules_are_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(YaraPython, "lean_is_exact", False)
    assert load([write_pack(tmp_path / "p", a=f"rule p {{ condition: {PROGRAM} }} {ALWAYS}")]).lean is None


def test_without_rules_for_programs_there_is_one_set(tmp_path: Path) -> None:
    assert load([write_pack(tmp_path / "p", a=ALWAYS)]).lean is None


def _shipped_contents() -> Iterator[tuple[str, bytes]]:
    for sample in samples():
        yield sample.externals.filename, sample.data
        yield from ((sample.externals.filename, copy) for copy in harmed(sample.data))


def test_the_shipped_packs_find_what_they_found(tmp_path: Path) -> None:
    every, fitting = _scanners(tmp_path / "c", *shipped_packs())
    found = 0
    for name, data in _shipped_contents():
        externals = Externals(name, "/", Path(name).suffix, file_type(data))
        expected = every.scan_first(data, externals, timeout=10)
        assert fitting.scan_first(data, externals, timeout=10) == expected
        assert fitting.scan(data, timeout=10) == every.scan(data, timeout=10)
        found += len(expected.findings)
    assert found > 42
