"""Profiles: options in a file; what stands on the command line takes their place."""

import json
from pathlib import Path

import pytest

from cyberforensics import case
from cyberforensics.cli import profile
from cyberforensics.errors import UsageError
from tests import helpers

LEAVES_OUT = 'leaves-out = "What this test leaves out."\n'


def _file(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(LEAVES_OUT + text, "utf-8")
    return path


def _triage(tmp_path: Path, *arguments: str | Path) -> tuple[int, str]:
    result = helpers.inside("triage", helpers.STICK, "--case", tmp_path / "case", *arguments)
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize("name", profile.shipped())
def test_those_that_ship_say_what_they_leave_out(name: str, tmp_path: Path) -> None:
    _, said = _triage(tmp_path, "--profile", name, "--no-rules")
    assert f"profile {name}. {profile.read(name).leaves_out}" in said
    assert f'"profile":"{name}"' in (tmp_path / "case" / "reports" / "report.html").read_text("ascii")


def test_there_are_two() -> None:
    assert profile.shipped() == ("full", "quick")
    assert profile.read("full").options == {}


def test_the_command_line_takes_the_place_of_a_value(tmp_path: Path) -> None:
    path = _file(tmp_path, '[scope]\nexclude = ["/HOLIDAY", "/tools"]\n[packs]\nno-rules = true\n')
    _, said = _triage(tmp_path, "--profile", path, "--exclude", "/wallet*")
    assert 'limited by scope: without "/wallet*".' in said
    assert "no rules were used" in said


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "laboratory"
    folder.mkdir()
    (folder / "marked.yar").write_text(helpers.RULE)
    (folder / "words.txt").write_text("wallet\n")
    path = _file(folder, '[packs]\nrules = ["marked.yar"]\n[lists]\nkeywords = ["words.txt"]\n')
    _triage(tmp_path, "--profile", path)
    found = [json.loads(line) for line in helpers.shown(tmp_path / "case")["findings"].splitlines()]
    assert {row["source"] for row in found} == {"yara", "keyword"}


def test_numbers_and_times(tmp_path: Path) -> None:
    path = _file(tmp_path, '[limits]\ntime-limit = 77\nstop-after = "10m"\n[packs]\nno-rules = true\n')
    _triage(tmp_path, "--profile", path)
    with case.open_existing(tmp_path / "case") as store:
        limits = case.exhibit_document(store, "demo-stick.E01").passes[0].limits
    assert limits.startswith("77 s for each entry")


def test_checks_and_reports(tmp_path: Path) -> None:
    path = _file(tmp_path, "[packs]\nno-rules = true\n[checks]\ncross-check = true\n[reports]\npdf = true\n")
    _triage(tmp_path, "--profile", path)
    with case.open_existing(tmp_path / "case") as store:
        assert [check.state for check in case.cross_checks(store)] == ["compared"]
    assert (tmp_path / "case" / "reports" / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_what_comes_first_and_last(tmp_path: Path) -> None:
    path = _file(tmp_path, '[priorities]\nfirst = ["/wallet note.txt"]\nlast = ["/TOOLS", "/wallet*"]\n')
    _triage(tmp_path, "--profile", path, "--no-rules")
    with case.open_existing(tmp_path / "case") as store:
        rows = dict(store.database.execute("SELECT path, priority FROM entry WHERE content = number"))
    assert {name for name, priority in rows.items() if priority == 0} == {"/wallet note.txt"}
    assert {name.split("/")[1].lower() for name, priority in rows.items() if priority == 3} >= {"tools"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[scope]\nexcludes = []\n", "unknown key scope.excludes"),
        ("[scopes]\n", "unknown key scopes"),
        ("exclude = []\n", "unknown key exclude"),
        ("[scope]\nexclude = '/a'\n", "scope.exclude has a value of the wrong type"),
        ("[packs]\nno-rules = 1\n", "packs.no-rules has a value of the wrong type"),
        ("[limits]\ntime-limit = true\n", "limits.time-limit has a value of the wrong type"),
        ("[scope\n", "at line 2"),
    ],
)
def test_what_a_profile_can_not_hold(text: str, sentence: str, tmp_path: Path) -> None:
    code, said = _triage(tmp_path, "--profile", _file(tmp_path, text))
    assert code == 2
    assert sentence in said
    assert "mine.toml" in said
    assert not (tmp_path / "case").exists()


def test_a_profile_says_what_it_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "silent.toml").write_text("[scope]\n")
    with pytest.raises(UsageError, match="leaves-out must be one line"):
        profile.read(str(tmp_path / "silent.toml"))


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    code, said = _triage(tmp_path, "--profile", "quik")
    assert code == 2
    assert "those that ship: full, quick" in said


def test_its_values_are_looked_at_like_those_of_the_command_line(tmp_path: Path) -> None:
    code, said = _triage(tmp_path, "--profile", _file(tmp_path, '[limits]\nverify = "twice"\n'))
    assert code == 2
    assert "twice" in said
