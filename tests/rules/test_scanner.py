"""Bytes to findings."""

import mmap
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import yara

from cyberforensics.model.entry import Name
from cyberforensics.model.examination import MAX_MATCH_BYTES, MAX_MATCHES, StringMatch
from cyberforensics.rules import EXTERNALS, Externals, Scanner, load, open_compiled, shipped_packs
from cyberforensics.rules.engines import yara_python
from cyberforensics.rules.scanner import Namespace
from tests.rules.helpers import ALWAYS, scanner_for, scanner_of, write_pack


def _name(path: str, *, stream: str | None = None, owner: str | None = None) -> Name:
    return Name("E/p1/64", path, stream, owner)


def test_a_finding_says_what_matched_where(tmp_path: Path) -> None:
    scanner = scanner_for(
        'rule found : first second { meta: author = "somebody" score = 80 checked = true author = "another"'
        ' strings: $text = "needle" $byte = { 00 } condition: all of them }',
        tmp_path,
    )
    result = scanner.scan(b"\0a needle\0needle", timeout=5)
    (finding,) = result.findings
    assert result.complete
    assert not result.problems
    assert (finding.source, finding.pack, finding.namespace, finding.rule) == ("yara", "pack", "rules", "found")
    assert finding.tags == ("first", "second")
    assert finding.meta == (("author", "somebody"), ("author", "another"), ("score", 80), ("checked", True))
    assert [type(value) for _, value in finding.meta] == [str, str, int, bool]
    assert finding.strings == (
        StringMatch("$byte", 0, 1, b"\0"),
        StringMatch("$text", 3, 6, b"needle"),
        StringMatch("$byte", 9, 1, b"\0"),
        StringMatch("$text", 10, 6, b"needle"),
    )
    assert (finding.strings_left_out, finding.per_name, finding.sensitive) == (0, False, False)


def test_findings_have_one_order(tmp_path: Path) -> None:
    last = write_pack(tmp_path / "z", b="rule b { condition: true } rule a { condition: true }", a=ALWAYS)
    first = write_pack(tmp_path / "y", c=ALWAYS)
    places = [[last, first], [first, last]]
    results = [scanner_of(load(paths), tmp_path / f"c{n}").scan(b"", timeout=5) for n, paths in enumerate(places)]
    assert results[0] == results[1]
    assert [(finding.pack, finding.namespace, finding.rule) for finding in results[0].findings] == [
        ("y", "c", "always"),
        ("z", "a", "always"),
        ("z", "b", "a"),
        ("z", "b", "b"),
    ]


def test_long_matches_are_cut_and_keep_their_length(tmp_path: Path) -> None:
    scanner = scanner_for("rule long { strings: $a = /a{1000}/ condition: $a }", tmp_path)
    ((match,),) = [finding.strings for finding in scanner.scan(b"a" * 1000, timeout=5).findings]
    assert (match.length, len(match.data)) == (1000, MAX_MATCH_BYTES)


def test_many_matches_are_counted_and_the_first_are_listed(tmp_path: Path) -> None:
    scanner = scanner_for('rule many { strings: $b = "b" $a = "a" condition: any of them }', tmp_path)
    (finding,) = scanner.scan(b"ab" * 5000, timeout=5).findings
    assert len(finding.strings) == MAX_MATCHES
    assert finding.strings_left_out == 10_000 - MAX_MATCHES
    assert [(match.offset, match.identifier) for match in finding.strings[:3]] == [(0, "$a"), (1, "$b"), (2, "$a")]


def test_too_many_matches_are_a_problem_that_names_rule_and_string(tmp_path: Path) -> None:
    scanner = scanner_for('rule flood { strings: $x = "x" condition: $x }', tmp_path)
    result = scanner.scan(b"x" * 1_000_100, timeout=30)
    (problem,) = result.problems
    assert problem.code == "rules.too-many-matches"
    assert "$x of the rule flood (rules in the pack pack)" in problem.message
    assert result.complete
    assert len(result.findings[0].strings) == MAX_MATCHES


def test_a_timeout_is_never_no_match(tmp_path: Path) -> None:
    text = (
        "rule slow { condition: for all i in (0..100000000) : (for all j in (0..100000000) : (uint8(i) == uint8(j))) }"
    )
    result = scanner_for(text, tmp_path).scan(b"aaaa" * 1000, timeout=0.1)
    # The engine looks at the clock between steps; either way nothing may be concluded.
    assert not result.complete
    assert [problem.code for problem in result.problems] == ["rules.timeout"]
    assert not result.findings


def test_another_failure_of_the_engine_is_a_problem_in_our_words() -> None:
    class Failing:
        def match(self, **_: object) -> None:
            raise yara.Error("internal error: 30 in /somewhere")

    scanner = Scanner(
        content=yara_python._Rules(Failing()),
        per_name=None,
        whole=None,
        lean=None,
        namespaces=[Namespace("p", "n", False)],
    )
    result = scanner.scan(b"", timeout=1)
    assert (result.complete, result.findings) == (False, ())
    assert [problem.code for problem in result.problems] == ["rules.error"]
    assert "somewhere" not in result.problems[0].message


def test_empty_content_is_scanned(tmp_path: Path) -> None:
    scanner = scanner_for("rule empty { condition: filesize == 0 }", tmp_path)
    assert [finding.rule for finding in scanner.scan(b"", timeout=1).findings] == ["empty"]


def test_a_mapped_file_gives_what_its_bytes_give(tmp_path: Path) -> None:
    scanner = scanner_for('rule end { strings: $a = "end" condition: $a at filesize - 3 }', tmp_path)
    path = tmp_path / "spool"
    path.write_bytes(bytes(3_000_000) + b"end")
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        result = scanner.scan(mapped, timeout=5)
    assert result == scanner.scan(path.read_bytes(), timeout=5)
    assert result.findings[0].strings[0].offset == 3_000_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filename", "letter.PDF"),
        ("filepath", "/Users/mira"),
        ("extension", ".pdf"),
        ("filetype", "EXE"),
        ("owner", "S-1-5-21-1-2-3-1001"),
    ],
)
def test_each_external_comes_from_the_evidence(tmp_path: Path, name: str, value: str) -> None:
    scanner = scanner_for(f'rule external {{ condition: {name} == "{value}" }}', tmp_path)
    externals = Externals.of(_name("/Users/mira/letter.PDF", owner="S-1-5-21-1-2-3-1001"), b"MZ\x90")
    (finding,) = scanner.scan_name(b"MZ\x90", externals, timeout=5).findings
    assert finding.per_name
    assert not scanner.scan_name(b"", Externals(), timeout=5).findings
    assert not scanner.scan(b"MZ\x90", timeout=5).findings
    assert name in EXTERNALS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (_name("/top"), Externals("top", "/", "", "", "")),
        (_name("/a/.bashrc", owner="0"), Externals(".bashrc", "/a", "", "", "0")),
        (_name("/a/b.txt", stream="Zone.Identifier"), Externals("b.txt:Zone.Identifier", "/a", ".identifier", "", "")),
        (_name("/a/\\x0ab\\u{202e}.e\\\\xE"), Externals("\\x0ab\\u{202e}.e\\\\xE", "/a", ".e\\\\xe", "", "")),
    ],
)
def test_externals_are_the_display_path_in_parts(name: Name, expected: Externals) -> None:
    assert Externals.of(name, b"") == expected


def test_one_pass_gives_what_two_give(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "p",
        a='rule n { strings: $x = "x" condition: $x and filename != "" } rule m { condition: true }',
        b='rule c { strings: $x = "x" condition: $x }',
    )
    clash = write_pack(tmp_path / "clash", a="rule owner { condition: true }")
    for number, paths in enumerate([[pack], [pack, clash], [clash], [pack / "a.yar"], []]):
        scanner = scanner_of(load(paths), tmp_path / f"c{number}")
        content = scanner.scan(b"-x", timeout=5).findings
        named = scanner.scan_name(b"-x", Externals("x"), timeout=5).findings
        first = scanner.scan_first(b"-x", Externals("x"), timeout=5)
        assert set(first.findings) == {*content, *named}
        assert len(first.findings) == len(content) + len(named)
        assert [scanner.is_settled(finding) for finding in first.findings] == [
            finding in content for finding in first.findings
        ]
        assert list(first.findings) == sorted(first.findings, key=lambda each: (each.pack, each.namespace, each.rule))


def test_rules_with_externals_run_once_a_name_and_the_others_once_a_content(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", name='rule n { condition: filename != "" }', content=ALWAYS)
    scanner = scanner_of(load([pack]), tmp_path / "c")
    assert scanner.looks_at_names
    assert [finding.rule for finding in scanner.scan(b"", timeout=1).findings] == ["always"]
    assert [finding.rule for finding in scanner.scan_name(b"", Externals("x"), timeout=1).findings] == ["n"]


def test_a_fresh_process_opens_what_this_one_compiled(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", a="rule long { strings: $a = /a{600}/ condition: $a }")
    compiled = load([pack]).save(tmp_path)
    data = b"-" + b"a" * 600
    (tmp_path / "job").write_bytes(pickle.dumps((compiled, data)))
    script = (
        "import pickle, sys; from cyberforensics.rules import open_compiled;"
        "compiled, data = pickle.load(open(sys.argv[1], 'rb'));"
        "sys.stdout.buffer.write(pickle.dumps(open_compiled(compiled).scan(data, timeout=5)))"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path / "job"], check=True, capture_output=True)
    assert pickle.loads(done.stdout) == open_compiled(compiled).scan(data, timeout=5)  # noqa: S301 - our own


def test_two_scans_give_the_same(tmp_path: Path) -> None:
    scanner = scanner_of(load(shipped_packs()), tmp_path)
    data = Path(sys.executable).read_bytes()[:3_000_000] + b"http://" + b"training" * 6 + b"trainind.onion"
    assert scanner.scan(data, timeout=60) == scanner.scan(data, timeout=60)
