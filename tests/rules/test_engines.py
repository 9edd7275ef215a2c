"""Both engines, behind one interface, find the same."""

import mmap
from dataclasses import replace
from pathlib import Path

import pytest

from cyberforensics.errors import RulePackError, UsageError
from cyberforensics.model.examination import MAX_MATCHES
from cyberforensics.rules import ENGINES, Externals, MappedFile, Scanner, load, shipped_packs
from tests.rules.helpers import ALWAYS, scanner_for, scanner_of, write_pack
from tests.rules.samples import Sample, samples

NAMES = [engine.name for engine in ENGINES]
SAMPLES = samples()


@pytest.fixture(scope="module")
def scanners(tmp_path_factory: pytest.TempPathFactory) -> list[Scanner]:
    """The shipped packs and a list of keywords, in each engine."""
    folder = tmp_path_factory.mktemp("engines")
    words = folder / "words.txt"
    words.write_text("password\n\u043a\u043b\u044e\u0447\n", "utf-8")
    return [scanner_of(load(shipped_packs(), keywords=[words], engine=name), folder / name) for name in NAMES]


def test_there_are_two() -> None:
    assert NAMES == ["yara-python", "yara-x"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_findings_are_equal_in_everything(scanners: list[Scanner], sample: Sample) -> None:
    data = sample.data + b"\0my Password, " + "\u041a\u043b\u044e\u0447".encode("utf-16-le")
    first, second = (scanner.scan_first(data, sample.externals, timeout=10) for scanner in scanners)
    # Which rules another name could open is known of one engine alone.
    assert replace(first, open_rules=None) == replace(second, open_rules=None)
    assert "keyword" in {finding.source for finding in first.findings}
    assert (sample.rule in {finding.rule for finding in first.findings}) or sample.kind == "no-match"


HARD = """
import "pe"
import "math"
global rule not_empty { condition: filesize > 0 }
private rule helper { strings: $h = "help" condition: $h }
rule xored { strings: $x = "secret words" xor(1-255) condition: $x }
rule widened : t1 t2 { meta: k = "1" other = 2 k = true strings: $w = "needle" wide ascii nocase condition: #w > 1 }
rule hidden { strings: $seen = "seen" $unseen = "unseen" private $ = "need" condition: all of them }
rule jump { strings: $j = { 6e 65 [2-4] 6c ( 65 | 66 ) } condition: $j and helper }
rule expression { strings: $e = /ne+d?le[^\\n]{0,4}/ $b = "base64 text" base64 condition: any of them }
rule entropy { condition: math.entropy(0, filesize) > 1.0 and not pe.is_pe }
rule overlapping { strings: $o = "aaa" condition: #o > 3 }
"""


def test_findings_of_harder_rules_are_equal(tmp_path: Path) -> None:
    data = (
        b"help seen unseen NEEDLE needle "
        + "needle".encode("utf-16-le")
        + b" needle"
        + b"a" * 9
        + bytes(byte ^ 0x41 for byte in b"secret words")
        + b" YmFzZTY0IHRleHQ= "
    )
    first, second = (scanner_for(HARD, tmp_path, name).scan(data, timeout=5) for name in NAMES)
    assert first == second
    expected = {"not_empty", "xored", "widened", "hidden", "jump", "expression", "entropy", "overlapping"}
    assert {finding.rule for finding in first.findings} == expected
    assert not scanner_for(HARD, tmp_path, "yara-x").scan(b"", timeout=5).findings


@pytest.mark.parametrize("engine", NAMES)
def test_a_mapped_file_gives_what_its_bytes_give(tmp_path: Path, engine: str) -> None:
    scanner = scanner_for('rule end { strings: $a = "end" condition: $a at filesize - 3 }', tmp_path, engine)
    path = tmp_path / "spool"
    path.write_bytes(bytes(3_000_000) + b"end")
    with path.open("rb") as stream, MappedFile(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        unnamed = scanner.scan(mapped, timeout=5)
        mapped.path = path
        assert unnamed == scanner.scan(mapped, timeout=5) == scanner.scan(path.read_bytes(), timeout=5)
    assert unnamed.findings[0].strings[0].offset == 3_000_000


@pytest.mark.parametrize("engine", NAMES)
def test_externals_hold_for_one_name_only(tmp_path: Path, engine: str) -> None:
    scanner = scanner_for('rule named { condition: filename == "letter.pdf" }', tmp_path, engine)
    assert scanner.scan_name(b"", Externals("letter.pdf"), timeout=5).findings
    assert not scanner.scan_name(b"", Externals(), timeout=5).findings


@pytest.mark.parametrize("engine", NAMES)
def test_a_rule_that_takes_too_long(tmp_path: Path, engine: str) -> None:
    text = (
        "rule slow { condition: for all i in (0..filesize) : ( for all j in (0..filesize) : ( uint8(i) + j >= 0 ) ) }"
    )
    result = scanner_for(text, tmp_path, engine).scan(b"a" * 300_000, timeout=1)
    assert not result.complete
    assert [problem.code for problem in result.problems] == ["rules.timeout"]
    assert not result.findings


@pytest.mark.parametrize("engine", NAMES)
def test_more_matches_than_are_counted_are_said(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = scanner_for('rule many { strings: $m = "a" condition: #m > 10 }', tmp_path, engine)
    result = scanner.scan(b"a" * 1_200_000, timeout=60)
    assert [problem.code for problem in result.problems] == ["rules.too-many-matches"]
    assert len(result.findings[0].strings) == MAX_MATCHES


@pytest.mark.parametrize("engine", NAMES)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, engine: str) -> None:
    pack = write_pack(
        tmp_path / "p",
        good=ALWAYS,
        bad="rule one { condition: true }\n\nrule two { condition: nothing_of_this_name }",
        sub__outer='include "inner.yar"\nrule after { condition: true }',
        sub__inner="\nrule inner { strings: $a = { 0 } condition: $a }",
    )
    with pytest.raises(RulePackError) as caught:
        load([pack], engine=engine)
    places = sorted(line.removeprefix(str(pack)).split(": ")[0] for line in caught.value.details)
    assert places == ["/bad.yar:3", "/sub/inner.yar:2"]
    left = load([pack], engine=engine, skip_broken=True)
    assert left.packs[0].left_out == ("bad.yar", "sub/inner.yar", "sub/outer.yar")


@pytest.mark.parametrize("engine", NAMES)
def test_the_record_names_engine_and_version(engine: str) -> None:
    rules = load(shipped_packs(), engine=engine)
    assert rules.engine.startswith(f"{engine} ")
    assert any(character.isdigit() for character in rules.engine)
    assert rules.key["rule engine"] == rules.engine


def test_another_engine_is_refused() -> None:
    with pytest.raises(UsageError, match="yara-y"):
        load([], engine="yara-y")
