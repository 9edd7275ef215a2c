"""``cyberforensics rules test``, as a pipeline runs it."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cyberforensics.rules.checks import PROOFS
from tests.helpers import ROOT, run


def test_the_shipped_packs_are_as_they_declare() -> None:
    packs = sorted(path.parent for path in (ROOT / "rules").glob("*/pack.toml"))
    done = run("rules", "test", *packs, "--json")
    assert done.returncode == 0, done.stdout
    result = json.loads(done.stdout)
    assert not result["failed"]
    assert [pack["pack"] for pack in result["packs"]] == [path.name for path in packs]
    assert all(pack["rules"] == pack["tested"] and not pack["diagnostics"] for pack in result["packs"])


def test_what_is_to_be_mended_ends_in_1_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "tests" / "Foo" / "match").mkdir(parents=True)
    (tmp_path / "tests" / "Foo" / "match" / "one").write_text("bar")
    (tmp_path / "pack.toml").write_text("")
    (tmp_path / "a.yar").write_text('rule Foo {\n strings: $a = "foo" condition: $a }\n')
    done = run("rules", "test", tmp_path)
    assert done.returncode == 1
    first, excerpt, caret, *_ = done.stdout.splitlines()
    assert first == (
        f"{tmp_path}/a.yar:1:6: error: Foo: The rule does not match its sample tests/Foo/match/one. [CFR901]"
    )
    assert (excerpt, caret) == ("    rule Foo {", "         ^^^")


def test_a_pack_that_is_none_ends_in_30(tmp_path: Path) -> None:
    assert run("rules", "test", tmp_path / "nowhere").returncode == 30


@pytest.mark.parametrize("form", ["github", "junit", "sarif", "markdown", "json"])
def test_the_same_in_the_forms_of_machines(tmp_path: Path, form: str) -> None:
    (tmp_path / "tests" / "Foo" / "match").mkdir(parents=True)
    (tmp_path / "tests" / "Foo" / "match" / "one").write_text("bar")
    (tmp_path / "pack.toml").write_text("")
    (tmp_path / "a.yar").write_text('rule Foo {\n strings: $a = "foo" condition: $a }\n')
    done = run("rules", "test", tmp_path, "--format", form)
    assert done.returncode == 1
    assert "CFR901" in done.stdout
    assert "a.yar" in done.stdout
    if form in ("json", "sarif"):
        json.loads(done.stdout)
    if form == "github":
        assert done.stdout.startswith("::error file=")
        assert "line=1," in done.stdout
    if form == "junit":
        root = ElementTree.fromstring(done.stdout)  # noqa: S314 - our own output
        assert (root.get("tests"), root.get("failures")) == ("2", "2")
        names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
        assert [name for _, name in names] == ["a.yar: Foo", "tests/Foo/match/one"]
        assert {group.rpartition(".")[2] for group, _ in names if group} == {"rules", "samples"}


def test_junit_lists_what_passed_and_what_was_left_out(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    rules = "".join(f'rule {name} {{ strings: $a = "foo" condition: $a }}\n' for name in ("Foo", "Bare"))
    (pack / "tests" / "Foo" / "match").mkdir(parents=True)
    (pack / "tests" / "Foo" / "match" / "one").write_text("a foo")
    (pack / "pack.toml").write_text("")
    (pack / "a.yar").write_text(rules)
    outputs = []
    for workers in ("1", "3"):
        done = run("rules", "test", pack, "--workers", workers, "--also", f"junit={tmp_path / 'out.xml'}")
        assert done.returncode == 0
        outputs.append((tmp_path / "out.xml").read_text("utf-8"))
    assert outputs[0] == outputs[1]
    root = ElementTree.fromstring(outputs[0])  # noqa: S314 - our own output
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases == {"a.yar: Foo": [], "a.yar: Bare": ["skipped", "system-out"], "tests/Foo/match/one": []}


def test_codes_of_tests_are_those_of_the_documentation() -> None:
    documented = set()
    for name in ("rules-testing.md", "rules-bench.md"):
        documented |= set(re.findall(r"^\| `(CFR9\d\d)` \|", (ROOT / "docs" / name).read_text("utf-8"), re.MULTILINE))
    assert {code.code for code in PROOFS} == documented
