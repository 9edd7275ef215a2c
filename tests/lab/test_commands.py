"""From `lab new` to a graded class, through the commands."""

import csv
import json
from pathlib import Path

import pytest

from tests import helpers


def _run(*arguments: str | Path) -> str:
    result = helpers.run("lab", *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_from_a_new_scenario_to_a_graded_class(tmp_path: Path) -> None:
    _run("new", tmp_path / "mine")
    assert "No mistake was found" in _run("check", tmp_path / "mine")
    (tmp_path / "names.txt").write_text("mira\ntomas  # late\n\nAna Sousa\n")
    names = ("mira", "tomas", "Ana Sousa")
    _run("build", tmp_path / "mine", "-o", tmp_path / "class", "--trainees", tmp_path / "names.txt", "--processes", "2")
    truths = {}
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    for name in names:
        truths[name] = json.loads((tmp_path / "class" / name / "instructor" / "truth.json").read_text("utf-8"))
        with (sheets / f"{name}.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("question", "answer"))
            # The last one hands in what is right for the first.
            source = truths["mira"] if name == "Ana Sousa" else truths[name]
            rows.writerows((question["id"], question["answer"][0]) for question in source["questions"])
    assert len({truth["images"][0]["media_sha256"] for truth in truths.values()}) == 3
    files = [sheets / f"{name}.csv" for name in names]
    printed = _run("grade", "--truth", tmp_path / "class", "-o", tmp_path / "grades", *files)
    assert "mira: 14 of 21" in printed  # 9 of questions, one of two things, and the digest of the medium
    assert "tomas: 14 of 21" in printed
    with (tmp_path / "grades" / "class.csv").open(newline="", encoding="utf-8-sig") as file:
        copied = next(row for row in csv.DictReader(file) if row["trainee"] == "Ana Sousa")
    # Of few names two variants may have the same one; no two have one digest.
    assert copied["digest"] == "-0.25"  # a wrong claim
    assert float(copied["points"]) < 8
    page = (tmp_path / "grades" / "mira.html").read_text("utf-8")
    assert "TRAINING" in page
    assert "right" in page
    assert (tmp_path / "grades" / "mira.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads(_run("grade", "--truth", tmp_path / "class", "--json", files[0]))[0]["points"] == 14


def test_who_comes_late_gets_a_variant_of_the_same_class(tmp_path: Path) -> None:
    for name in ("first", "late"):
        (tmp_path / "names.txt").write_text(name)
        _run("build", "start", "-o", tmp_path / "class", "--trainees", tmp_path / "names.txt")
    secret = (tmp_path / "class" / "class-secret.txt").read_text()
    assert len(secret.strip()) == 64
    for name in ("first", "late"):
        for path in (tmp_path / "class" / name / "handout").iterdir():
            assert secret.strip().encode() not in path.read_bytes()


def test_answers_are_text_and_nothing_else(tmp_path: Path) -> None:
    _run("build", "start", "-o", tmp_path / "made", "--seed", "1")
    sheet = tmp_path / "=1+1.csv"
    sheet.write_text('question,answer\namount,"<script>alert(1)</script>"\n<b>x</b>,y\n')
    _run("grade", "--truth", tmp_path / "made", "-o", tmp_path / "out", sheet)
    page = (tmp_path / "out" / "=1+1.html").read_text("utf-8")
    assert "<script>" not in page
    assert "&lt;b&gt;x&lt;/b&gt; is no question" in page
    assert "'=1+1," in (tmp_path / "out" / "class.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("build", "no-such", "-o", "x"), "there is no scenario"),
        (("new", "."), "is there already"),
        (("new", "x", "--like", "no-such"), "there is no scenario"),
        (("build", "start", "-o", "x", "--seed", "1", "--trainees", "y"), "exclude each other"),
        (("build", "start", "-o", "x", "--trainees", "y"), "can't be read"),
        (("grade", "--truth", "x", "y.csv"), "can't be read"),
        (("grade", "--truth", "x", "--language", "xx", "y.csv"), "no words in the language"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = helpers.inside("lab", *arguments)
    assert result.returncode == 2
    assert message in result.stderr


@pytest.mark.parametrize("names", ["../x", "a/b", ".hidden", "mira\nMIRA", "", "x" * 201])
def test_names_that_are_no_folders_are_refused_with_their_line(tmp_path: Path, names: str) -> None:
    (tmp_path / "names.txt").write_text("good\n" + names if names else "")
    result = helpers.inside("lab", "build", "start", "-o", tmp_path / "o", "--trainees", tmp_path / "names.txt")
    assert result.returncode == 2
    assert "line" in result.stderr or "nobody" in result.stderr
    assert not (tmp_path / "o").exists()


def test_a_volume_that_is_too_small_leaves_nothing_behind(tmp_path: Path) -> None:
    _run("new", tmp_path / "mine")
    path = tmp_path / "mine" / "scenario.toml"
    path.write_text(path.read_text("utf-8").replace("files = 25", "files = 4000").replace("16 MiB", "5 MiB"), "utf-8")
    result = helpers.run("lab", "build", tmp_path / "mine", "-o", tmp_path / "made", "--seed", "1")
    assert result.returncode == 2
    line = next(number for number, text in enumerate(path.read_text("utf-8").splitlines(), 1) if "5 MiB" in text)
    assert f"scenario.toml:{line}: volume stick" in result.stdout
    assert not (tmp_path / "made").exists()
