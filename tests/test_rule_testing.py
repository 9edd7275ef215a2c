"""Testing packs: each thing that may be wrong with a rule or a sample is named with file and line."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cyberforensics.errors import RulePackError, UsageError
from cyberforensics.model.diagnostic import Level, Span
from cyberforensics.rule_testing import PackResult, Settings, run_tests
from tests.helpers import ROOT
from tests.rules.helpers import write_pack

FAT = ROOT / "fixtures" / "fat12.E01"
FOO = 'rule Foo {\n  strings:\n    $a = "foo"\n  condition:\n    $a\n}\n'


def _sample(pack: Path, rule: str, kind: str, data: bytes, name: str = "one") -> None:
    path = pack / "tests" / rule / kind / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _pack(folder: Path, manifest: str = "", **files: str) -> Path:
    pack = write_pack(folder / "pack", **files)
    (pack / "pack.toml").write_text(manifest)
    return pack


def _run(pack: Path, **settings: object) -> PackResult:
    (tested,) = run_tests([pack], Settings(workers=1, **settings))  # type: ignore[arg-type]
    return tested


def _told(tested: PackResult) -> list[tuple[str, str, str | None, int | None]]:
    return [(one.code, one.file, one.rule, None if one.span is None else one.span.line) for one in tested.diagnostics]


def test_a_rule_that_does_what_its_samples_say(tmp_path: Path) -> None:
    pack = _pack(tmp_path, 'profile = "cccs"', a=FOO)
    _sample(pack, "Foo", "match", b"a foo")
    _sample(pack, "Foo", "no-match", b"a bar")
    tested = _run(pack)
    assert tested.diagnostics == ()
    assert not tested.failed
    assert (tested.rules, tested.tested, tested.samples, tested.images, tested.known_good) == (1, 1, 2, 0, ())
    assert [name.split()[0] for name in tested.engines] == ["yara-python", "yara-x"]


def test_a_sample_that_no_longer_matches_is_named_with_file_and_line(tmp_path: Path) -> None:
    pack = _pack(tmp_path, sub__a="// first line\n" + FOO)
    _sample(pack, "Foo", "match", b"a bar")
    _sample(pack, "Foo", "no-match", b"a foo", "two")
    tested = _run(pack)
    assert _told(tested) == [
        ("CFR901", "sub/a.yar", "Foo", 2),
        ("CFR902", "sub/a.yar", "Foo", 2),
        ("CFR904", "sub/a.yar", "Foo", 2),
    ]
    assert tested.failed
    first = tested.diagnostics[0]
    assert first.span == Span(2, 6, 2, 9)
    assert first.excerpt == ("rule Foo {",)
    assert "tests/Foo/match/one" in first.message
    assert "tests/Foo/no-match/two" in tested.diagnostics[1].message


@pytest.mark.parametrize(("profile", "level"), [("minimal", Level.WARNING), ("cccs", Level.ERROR)])
def test_a_rule_without_a_sample_is_listed_and_fails_where_the_profile_says_so(
    tmp_path: Path, profile: str, level: Level
) -> None:
    pack = _pack(tmp_path, f'profile = "{profile}"', a=FOO)
    _sample(pack, "Foo", "no-match", b"a bar")
    (one,) = _run(pack).diagnostics
    assert (one.code, one.level, one.rule) == ("CFR904", level, "Foo")


def test_engines_that_differ_fail_with_what_each_found(tmp_path: Path) -> None:
    # libyara stops at "abc", as backtracking would not; yara-x goes on to "abcd": tried with both
    strings = "strings: $a = /(a|ab)(c|bcd)?/"
    text = f"rule Places {{ {strings} condition: $a }}\nrule Rule_ {{ {strings} condition: !a == 3 }}"
    pack = _pack(tmp_path, a=text)
    _sample(pack, "Places", "match", b"abcd")
    _sample(pack, "Rule_", "match", b"abcd")
    told = [one for one in _run(pack).diagnostics if one.code == "CFR903"]
    assert [(one.rule, one.span and one.span.line) for one in told] == [
        ("Places", 1),
        ("Places", 1),
        ("Rule_", 2),
        ("Rule_", 2),
    ]
    assert "tests/Places/match/one: yara-python matches $a at 0 (3 B); yara-x matches $a at 0 (4 B)." in told[0].message
    assert "tests/Rule_/match/one: yara-python matches $a at 0 (3 B); yara-x finds nothing." in told[3].message


def test_a_pack_for_one_engine_runs_on_that_one_and_says_so(tmp_path: Path) -> None:
    pack = _pack(tmp_path, '[engines]\nyara-x = ""', a="rule r { condition: 1 \\ 0 == 0 or true }")
    tested = _run(pack)
    assert [one.split()[0] for one in tested.engines] == ["yara-x"]
    assert tested.not_run == ("yara-python did not run: pack.toml does not name it.",)


def test_a_file_that_one_engine_refuses_is_named_and_the_others_are_tested(tmp_path: Path) -> None:
    pack = _pack(tmp_path, a=FOO, b="rule r {\n condition:\n  1 \\ 0 == 0 or true }")
    _sample(pack, "Foo", "match", b"a bar")
    tested = _run(pack)
    assert ("CFR901", "a.yar", "Foo", 1) in _told(tested)
    refused = [one for one in tested.diagnostics if one.code == "CFR910"]
    assert [(one.file, one.span and one.span.line) for one in refused] == [("b.yar", 3)]
    assert "yara-python can't compile the file: division by zero" in refused[0].message


def test_a_pack_of_which_an_engine_can_use_nothing_is_refused(tmp_path: Path) -> None:
    pack = _pack(tmp_path, a="rule r { condition: nonsense }")
    with pytest.raises(RulePackError):
        _run(pack)


def test_a_private_rule_is_tested_through_those_that_use_it(tmp_path: Path) -> None:
    text = (
        'private rule Inner { strings: $a = "foo" condition: $a }\n'
        "private rule Between { condition: Inner }\n"
        "rule Outer { condition: Between and filesize > 3 }\n"
        "private rule Unused { condition: true }\n"
    )
    pack = _pack(tmp_path, 'profile = "cccs"', a=text)
    _sample(pack, "Inner", "match", b"a foo")
    _sample(pack, "Inner", "no-match", b"a bar")
    _sample(pack, "Unused", "match", b"")
    _sample(pack, "Outer", "match", b"a foo")
    tested = _run(pack)
    assert _told(tested) == [
        ("CFR901", "a.yar", "Unused", 4),
        ("CFR904", "a.yar", "Unused", 4),
        ("CFR906", "a.yar", "Unused", 4),
    ]
    (pack / "tests" / "Inner" / "match" / "one").write_bytes(b"bar")
    (pack / "tests" / "Inner" / "no-match" / "one").write_bytes(b"a foo")
    told = _run(pack).diagnostics
    assert [one.message for one in told if one.rule == "Inner"] == [
        "The rule does not match its sample tests/Inner/match/one, nor does any rule that uses it.",
        "The rule matches tests/Inner/no-match/one, by way of Outer, which it must not match.",
    ]


def test_what_is_no_sample_is_named(tmp_path: Path) -> None:
    pack = _pack(tmp_path, a=FOO)
    _sample(pack, "Foo", "match", b"foo")
    _sample(pack, "Foo", "mtach", b"foo")
    _sample(pack, "Bar", "match", b"bar")
    _sample(pack, "Foo", "match", b"[[piece]]\ntext = 1", "broken.toml")
    _sample(pack, "Foo", "match", b"41\n4", "broken.hex")
    (pack / "tests" / "stray.bin").write_bytes(b"")
    assert _told(_run(pack)) == [
        ("CFR906", "tests/Bar", None, None),
        ("CFR905", "tests/Foo/match/broken.hex", None, 2),
        ("CFR905", "tests/Foo/match/broken.toml", None, 2),
        ("CFR906", "tests/Foo/mtach", None, None),
        ("CFR906", "tests/stray.bin", None, None),
    ]


def test_externals_of_a_sample_hold(tmp_path: Path) -> None:
    manifest = '[externals.level]\ntype = "integer"\ndefault = 1\n'
    pack = _pack(tmp_path, manifest, a='rule Foo { condition: level == 5 and owner == "S-1" and filename == "x.exe" }')
    recipe = 'filename = "x.exe"\n[externals]\nlevel = 5\nowner = "S-1"\n[[piece]]\ntext = "a"'
    _sample(pack, "Foo", "match", recipe.encode(), "a.toml")
    _sample(pack, "Foo", "no-match", recipe.replace("level = 5\n", "").encode(), "b.toml")
    assert _run(pack).diagnostics == ()


def test_the_same_with_any_number_of_workers(tmp_path: Path) -> None:
    pack = _pack(tmp_path, **{f"f{number}": FOO.replace("Foo", f"Foo{number}") for number in range(8)})
    for number in range(8):
        for kind in ("match", "no-match"):
            _sample(pack, f"Foo{number}", kind, b"foo" if number % 2 else b"bar")
    results = [next(run_tests([pack], Settings(workers=workers))) for workers in (1, 3)]
    assert results[0] == results[1]
    assert len(results[0].diagnostics) == 4 * 2 + 4


def test_rules_that_run_out_of_time_fail_with_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cyberforensics.rule_testing._SECONDS", 1.0)
    slow = "rule Slow { condition: for all i in (0..filesize) : ( for all j in (0..filesize) : ( i + j >= 0 ) ) }"
    pack = _pack(tmp_path, a=FOO, b=slow)
    _sample(pack, "Foo", "match", b"foo")
    _sample(pack, "Slow", "match", b"0" * 200_000)
    told = _run(pack).diagnostics
    assert {one.code for one in told} == {"CFR911", "CFR904"}
    assert all("tests/Slow/match/one" in one.file + one.message or one.code == "CFR904" for one in told)
    assert {one.level for one in told if one.code == "CFR911"} == {Level.ERROR}


def _image_pack(folder: Path, findings: str) -> Path:
    pack = _pack(folder, a='\nrule Name { condition: filename == "eicar.com" }')
    _sample(pack, "Name", "match", b'filename = "eicar.com"\n[[piece]]\ntext = "x"', "one.toml")
    lists = pack / "tests" / "images"
    lists.mkdir(parents=True, exist_ok=True)
    (lists / "fat.toml").write_text(f'image = "{FAT}"\n{findings}')
    return pack


def test_an_image_is_to_hold_what_is_listed_and_nothing_else(tmp_path: Path) -> None:
    truth = json.loads((ROOT / "fixtures" / "truth" / "fat12.json").read_text())
    paths = sorted(set(re.findall(r'"path": "([^"]*/eicar\.com)", "kind": "file", "stream": null', json.dumps(truth))))
    assert paths
    right = "".join(f'[[finding]]\nrule = "Name"\npath = "{path}"\n' for path in paths)
    tested = _run(_image_pack(tmp_path, right))
    (partly,) = tested.diagnostics  # the image holds contents that can't be read whole: what is not seen is said
    assert (partly.code, partly.level, partly.file) == ("CFR911", Level.WARNING, "tests/images/fat.toml")
    assert re.search(r"[0-9]+ of [0-9]+ contents of .*fat12.E01 were not examined whole", partly.message)
    assert (tested.images, tested.failed) == (1, False)
    tested = _run(_image_pack(tmp_path, right.replace(paths[0], "/elsewhere")))
    assert _told(tested)[:2] == [("CFR908", "a.yar", "Name", 2), ("CFR909", "a.yar", "Name", 2)]
    assert [one.message for one in tested.diagnostics[:2]] == [
        "tests/images/fat.toml: expected in /elsewhere, and not found.",
        f"tests/images/fat.toml: found in {paths[0]}, where it is not expected.",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("image = 1", "needs image"),
        ("more = 1", "needs image"),
        ("image =", "is no TOML"),
        ('image = "nowhere.raw"', "which is not there"),
        (f'image = "{FAT}"\n[[finding]]\nrule = "Name"', "has a rule and a path"),
        (f'image = "{FAT}"\n[[finding]]\nrule = "None"\npath = "/x"', "and the pack has none of that name"),
        ('image = "broken.E01"', "can't be opened"),
    ],
)
def test_a_list_of_an_image_that_can_not_be_used_is_named(tmp_path: Path, text: str, reason: str) -> None:
    pack = _image_pack(tmp_path, "")
    (pack / "tests" / "images" / "broken.E01").write_bytes(b"EVF\t\r\n\xff\0" + bytes(100))
    (pack / "tests" / "images" / "fat.toml").write_text(text)
    told = [one for one in _run(pack).diagnostics if one.code not in ("CFR909", "CFR911")]
    assert [(one.file, one.level) for one in told] == [("tests/images/fat.toml", Level.ERROR)]
    assert reason in told[0].message


_OFFICE = ROOT / "rules" / "extortion" / "tests" / "images" / "office"
_PACK = """
rule Ransom_Note { strings: $a = "TRAINING" $b = "have been encrypted" condition: all of them }
"""


def _scenario_pack(folder: Path, rules: str, text: str = 'scenario = "office"') -> Path:
    pack = _pack(folder, a=rules)
    images = pack / "tests" / "images"
    shutil.copytree(_OFFICE, images / "office")
    (images / "office.toml").write_text(text)
    return pack


def test_images_are_made_of_a_scenario_and_its_truth_says_what_is_found(tmp_path: Path) -> None:
    tested = _run(_scenario_pack(tmp_path, _PACK))
    assert tested.images == 2
    assert [one.message for one in tested.diagnostics if one.code != "CFR904"] == []
    again = _run(_scenario_pack(tmp_path / "other", _PACK, 'scenario = "office"\nseed = "another"'))
    assert [one.message for one in again.diagnostics if one.code != "CFR904"] == []


def test_a_rule_that_finds_less_or_more_than_the_truth_says_is_told(tmp_path: Path) -> None:
    less = _run(_scenario_pack(tmp_path, _PACK.replace("have been encrypted", "have been eaten")))
    told = [one.message for one in less.diagnostics if one.code == "CFR908"]
    assert told == [
        f"tests/images/office.toml: expected in {path}, and not found."
        for path in ("/Shared/Accounts/how to get files.txt", "/Users/mira/Documents/how to get files.txt",
                     "/how to get files.txt")
    ]  # fmt: skip
    more = _run(_scenario_pack(tmp_path / "more", _PACK.replace("all of them", "any of them")))
    assert "tests/images/office.toml: found in /TRAINING.txt, where it is not expected." in {
        one.message for one in more.diagnostics if one.code == "CFR909"
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('scenario = "office"\nimage = "x.raw"', "what is found, the truth says"),
        ('scenario = "office"\nseed = 1', "what is found, the truth says"),
        ('scenario = "nowhere"', "names the scenario nowhere, which is not there"),
        ('scenario = "start"', "in which no rule of the pack must find anything"),
    ],
)
def test_a_scenario_that_can_not_be_used_is_named(tmp_path: Path, text: str, reason: str) -> None:
    (one,) = [one for one in _run(_scenario_pack(tmp_path, _PACK, text)).diagnostics if one.code == "CFR905"]
    assert (one.file, one.level) == ("tests/images/office.toml", Level.ERROR)
    assert reason in one.message


def test_a_scenario_with_a_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    pack = _scenario_pack(tmp_path, _PACK)
    scenario = pack / "tests" / "images" / "office" / "scenario.toml"
    scenario.write_text(scenario.read_text().replace('do = "copy"', 'do = "copi"', 1))
    (one,) = [one for one in _run(pack).diagnostics if one.code == "CFR905"]
    assert re.search(r"which can't be built: scenario.toml:\d+: ", one.message)


def test_a_folder_of_known_good_files_has_a_budget(tmp_path: Path) -> None:
    good = tmp_path / "good"
    (good / "sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt"):
        (good / name).write_text(f"foo {name}")
    (good / "c.txt").write_text("bar")
    for budget, level in ((0, Level.ERROR), (1, Level.ERROR), (2, Level.NOTE)):
        pack = _pack(tmp_path, f"[budgets]\nknown-good = {budget}", a="\n" + FOO)
        tested = _run(pack, known_good=(good,))
        (coverage,) = tested.known_good
        assert (coverage.seen.count, coverage.whole.count) == (3, 3)
        (one,) = (one for one in tested.diagnostics if one.code == "CFR907")
        assert (one.level, one.file, one.span and one.span.line) == (level, "a.yar", 2)
        assert one.message == f"The rule matches 2 known-good files, and {budget} are borne: /a.txt, /sub/b.txt."


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_only_what_changed_since_a_revision_is_tested(tmp_path: Path) -> None:
    text = FOO + FOO.replace("Foo", "Bar").replace("foo", "bar") + "rule Uses_Bar { condition: Bar }\n"
    pack = _pack(tmp_path, a=text, b=FOO.replace("Foo", "Other"))
    for rule in ("Foo", "Bar", "Uses_Bar", "Other"):
        _sample(pack, rule, "match", b"nothing of it")

    def git(*words: str) -> None:
        name = ("-c", "user.name=n", "-c", "user.email=e@example.org")
        subprocess.run(["git", *name, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    tested = _run(pack, changed_since="HEAD")
    assert tested.diagnostics == ()
    assert tested.not_run == ("4 of 4 rules and 4 of 4 samples are as they were at HEAD, and were left out.",)
    (pack / "a.yar").write_text(text.replace('"bar"', '"baz"'))
    assert {one.rule for one in _run(pack, changed_since="HEAD").diagnostics} == {"Bar", "Uses_Bar"}
    _sample(pack, "Other", "no-match", b"foo", "new")  # never committed
    assert {one.rule for one in _run(pack, changed_since="HEAD").diagnostics} == {"Bar", "Uses_Bar", "Other"}
    (pack / "pack.toml").write_text('version = "2"')
    assert len({one.rule for one in _run(pack, changed_since="HEAD").diagnostics}) == 4
    for revision in ("nowhere", "--output=x"):
        with pytest.raises(UsageError, match="git knows no revision"):
            _run(pack, changed_since=revision)


def test_without_git_changes_can_not_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git is not installed"):
        _run(_pack(tmp_path, a=FOO), changed_since="HEAD")
