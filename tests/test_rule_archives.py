"""Built packs in ``rules test`` and ``rules bench``: used like their folders, refused as in a triage."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cyberforensics import signing
from cyberforensics.errors import RulePackError, UsageError
from cyberforensics.rule_benching import Settings as BenchSettings
from cyberforensics.rule_benching import bench
from cyberforensics.rule_building import build
from cyberforensics.rule_testing import Settings, run_tests
from tests.helpers import run
from tests.rules.helpers import write_pack

RULES = '\nrule Foo { strings: $a = "foo" condition: $a }\nrule Bar { strings: $a = "bar" condition: $a }\n'


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = write_pack(tmp_path / "pack", sub__a=RULES)
    (folder / "pack.toml").write_text('name = "built"\nprofile = "cccs"\n')
    return folder


@pytest.fixture
def archive(pack: Path, tmp_path: Path) -> Path:
    return build(pack, tmp_path / "built.zip", signing.make_key(tmp_path / "key")).path


def test_known_good_files_are_held_against_an_archive(archive: Path, tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.mkdir()
    (good / "a.txt").write_text("a foo")
    done = run("rules", "test", archive, "--goodware", good)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{archive}/sub/a.yar:2:6: error: Foo: The rule matches 1 known-good files")
    assert "built: not run: A built archive holds no samples: none of its rules was proved." in done.stdout
    assert "CFR904" not in done.stdout


def test_no_rule_of_an_archive_passes_unseen(archive: Path) -> None:
    done = run("rules", "test", archive, "--format", "junit")
    assert done.returncode == 0
    root = ElementTree.fromstring(done.stdout)  # noqa: S314 - our own output
    cases = [(case.get("name"), [child.tag for child in case]) for case in root.iter("testcase")]
    assert cases == [("sub/a.yar: Foo", ["skipped"]), ("sub/a.yar: Bar", ["skipped"])]
    assert "none of its rules was proved" in (root.findtext("testsuite/system-out") or "")


def test_an_archive_is_measured(archive: Path, pack: Path) -> None:
    result = bench(archive, BenchSettings(workers=1, compare=pack))
    assert (result.pack, result.rules, result.rule_files) == ("built", 2, ("sub/a.yar",))
    assert [change.rule for change in result.changed] == [""]  # the same rules: the pack alone is compared


def test_one_that_was_changed_or_that_nobody_allowed_is_refused(archive: Path, pack: Path, tmp_path: Path) -> None:
    signers = tmp_path / "signers"
    signers.write_text("a@example.org " + signing.make_key(tmp_path / "other").public + "\n")
    for settings in (Settings(allowed_signers=signers), Settings(allowed_signers=signers, known_good=(tmp_path,))):
        with pytest.raises(RulePackError, match="not among the allowed signers"):
            list(run_tests([archive], settings))
    with pytest.raises(RulePackError, match="not among the allowed signers"):
        bench(archive, BenchSettings(allowed_signers=signers))
    with pytest.raises(RulePackError, match="is no signed archive"):
        list(run_tests([pack], Settings(allowed_signers=signers)))
    raw = archive.read_bytes()
    archive.write_bytes(raw.replace(b'"foo"', b'"fox"'))
    for command in ("test", "bench"):
        assert run("rules", command, archive).returncode == 30
    archive.write_bytes(raw)
    with pytest.raises(UsageError, match="is a built archive"):
        list(run_tests([archive], Settings(changed_since="HEAD")))


def test_json_names_the_archive(archive: Path) -> None:
    (about,) = json.loads(run("rules", "test", archive, "--json").stdout)["packs"]
    assert (about["folder"], about["rules"], about["tested"], about["known_good"]) == (str(archive), 2, 0, None)
