"""The commands of ``rules`` that look at packs, as a rule author would call them."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from cyberforensics.rules import load
from cyberforensics.rules.packs import shipped_packs
from tests import helpers
from tests.rules.helpers import scanner_of

_BROKEN = "rule Broken { condition: nothere }\n"
_SHORT = 'rule Short { strings: $a = "ab" condition: filesize < 1KB and $a }\n'
_DAY = ("--date", "2025-01-01")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "my-pack"
    assert helpers.inside("rules", "new", folder, "--author", "A. Author").returncode == 0
    return folder


def test_a_new_pack_passes(pack: Path) -> None:
    done = helpers.inside("rules", "check", pack, "--profile", "minimal", "--fail-level", "note")
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 files, 1 rules: 0 errors, 0 warnings, 0 notes" in done.stderr
    assert helpers.inside("rules", "fmt", "--check", pack).returncode == 0
    assert helpers.inside("rules", "new", pack).returncode == 2
    assert helpers.inside("rules", "new", pack.parent / "No Name").returncode == 2


def test_its_samples_are_what_they_are_called(pack: Path, tmp_path: Path) -> None:
    """Both recipes hold plain text only: what they say is read here without the code that builds them."""
    scanner = scanner_of(load([pack]), tmp_path / "compiled")
    for path, times in ((next(pack.rglob("sample.toml")), 1), (next(pack.rglob("near.toml")), 0)):
        text = "".join(piece["text"] for piece in tomllib.loads(path.read_text("utf-8"))["piece"])
        assert len(scanner.scan(text.encode(), timeout=10).findings) == times


def test_the_gate(pack: Path) -> None:
    (pack / "short.yar").write_text(_SHORT, "utf-8")
    assert helpers.inside("rules", "check", pack, *_DAY).returncode == 0
    assert helpers.inside("rules", "check", pack, *_DAY, "--fail-level", "warning").returncode == 1
    (pack / "broken.yar").write_text(_BROKEN, "utf-8")
    done = helpers.inside("rules", "check", pack, *_DAY)
    assert done.returncode == 1
    assert "broken.yar:1:26: error[CFR008]" in done.stdout
    assert "1 | rule Broken { condition: nothere }" in done.stdout
    assert helpers.inside("rules", "check", pack / "none").returncode == 30
    assert helpers.inside("rules", "check", pack, "--date", "tomorrow").returncode == 2


def test_a_baseline(pack: Path) -> None:
    (pack / "broken.yar").write_text(_BROKEN, "utf-8")
    file = pack.parent / "baseline.json"
    assert helpers.inside("rules", "check", pack, *_DAY, "--write-baseline", file).returncode == 0
    done = helpers.inside("rules", "check", pack, *_DAY, "--baseline", file)
    assert done.returncode == 0
    assert "known from the baseline" in done.stderr
    (pack / "broken.yar").write_text("\n\n" + _BROKEN + _BROKEN.replace("Broken", "Other"), "utf-8")
    done = helpers.inside("rules", "check", pack, *_DAY, "--baseline", file)
    assert done.returncode == 1
    assert "broken.yar:4:" in done.stdout
    assert "broken.yar:3:" not in done.stdout
    (pack / "broken.yar").unlink()
    assert "1 of the baseline are gone" in helpers.inside("rules", "check", pack, *_DAY, "--baseline", file).stderr
    file.write_text("{}", "utf-8")
    assert helpers.inside("rules", "check", pack, "--baseline", file).returncode == 2
    assert helpers.inside("rules", "check", pack, "--baseline", pack / "none.json").returncode == 2


def test_externals_are_defined(pack: Path) -> None:
    (pack / "broken.yar").write_text('rule Named { condition: nothere > 3 and other contains "x" }\n', "utf-8")
    assert helpers.inside("rules", "check", pack, *_DAY).returncode == 1
    assert helpers.inside("rules", "check", pack, *_DAY, "--define", "nothere=3", "--define", "other=").returncode == 0
    assert helpers.inside("rules", "check", pack, "--define", "3").returncode == 2


def test_list(pack: Path) -> None:
    (pack / "more.yar").write_text(
        'import "pe"\nprivate rule Part { condition: pe.is_dll() }\n'
        'rule Whole : secret { meta: severity = "high" condition: Part and filename == "x" }\n',
        "utf-8",
    )
    done = helpers.inside("rules", "list", pack)
    assert "more:Whole  more.yar:3  high, sensitive, tag secret, external filename" in done.stdout
    listed = json.loads(helpers.inside("rules", "list", pack, "--json").stdout)
    assert [(one["name"], one["private"], one["modules"]) for one in listed] == [
        ("Part", True, ["pe"]),
        ("Whole", False, []),
        ("My_Pack", False, []),
    ]


def test_diff(pack: Path) -> None:
    old = pack.parent / "old"
    shutil.copytree(pack, old)
    file = pack / "my-pack.yar"
    text = file.read_text("utf-8")
    changed = text.replace("other words", "more words").replace('"medium"', '"high"').replace("1MB", "2MB")
    file.write_text("\n\n// moved\n" + changed + _SHORT, "utf-8")
    found = json.loads(helpers.inside("rules", "diff", old, pack, "--json").stdout)
    assert [one["name"] for one in found["added"]] == ["Short"]
    (one,) = found["changed"]
    assert one["matches_otherwise"] is True
    assert [part["what"] for part in one["parts"]] == ["meta severity", "string $second", "condition"]
    assert json.loads(helpers.inside("rules", "diff", old, old, "--json").stdout)["unchanged"] == 1
    assert "- my-pack:Short" in helpers.inside("rules", "diff", pack, old).stdout


def test_a_rule_that_went_to_another_file_is_the_same(pack: Path) -> None:
    old = pack.parent / "old"
    shutil.copytree(pack, old)
    (pack / "my-pack.yar").rename(pack / "other.yar")
    found = json.loads(helpers.inside("rules", "diff", old, pack, "--json").stdout)
    assert (found["added"], found["removed"]) == ([], [])
    assert [part["what"] for part in found["changed"][0]["parts"]] == ["file"]
    assert found["changed"][0]["matches_otherwise"] is False


def test_fmt(pack: Path) -> None:
    file = pack / "messy.yar"
    messy = '/* a */ rule   Messy{strings:$a="éx" // b\n condition:$a and filesize<1KB}\n'
    file.write_text(messy, "utf-8")
    assert helpers.inside("rules", "fmt", "--check", pack).returncode == 1
    assert "-/* a */ rule   Messy" in helpers.inside("rules", "fmt", "--diff", pack).stdout
    assert file.read_text("utf-8") == messy
    assert helpers.inside("rules", "fmt", pack).stdout == f"{file}\n"
    text = file.read_text("utf-8")
    assert '    strings:\n        $a = "éx"  // b\n' in text
    assert helpers.inside("rules", "fmt", "--check", pack).returncode == 0
    file.write_text("rule Broken { condition:\n", "utf-8")
    done = helpers.inside("rules", "fmt", pack)
    assert done.returncode == 1
    assert "left as it is" in done.stderr
    assert file.read_text("utf-8") == "rule Broken { condition:\n"


def test_shipped_packs_have_the_form() -> None:
    assert helpers.inside("rules", "fmt", "--check", *shipped_packs()).returncode == 0
