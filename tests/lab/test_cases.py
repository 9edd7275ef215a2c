"""Every case that ships: a triage finds what the truth says, and grades are what they should be."""

import csv
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cyberforensics.lab import shipped
from cyberforensics.lab.answers import NOT_EXAMINED, Sheet
from cyberforensics.lab.case_answers import THING
from cyberforensics.lab.grading import grade
from cyberforensics.lab.handed_in import grade_all
from cyberforensics.lab.handing_out import hand_out
from cyberforensics.lab.scenario_file import read_scenario
from cyberforensics.lab.truth import Truth, read_truth
from cyberforensics.lab.wording import wording
from cyberforensics.triage import Options, triage
from tests import helpers
from tests.lab.answered import all_right

WORDS = wording("en")
NAMES = [one.name for one in shipped.cases()]


@dataclass(frozen=True)
class Made:
    """A variant, and what a triage says of it."""

    folder: Path
    case: Path
    truth: Truth
    entries: list[dict[str, Any]]
    findings: list[dict[str, Any]]


@pytest.fixture(scope="module", params=NAMES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp(request.param)
    truth = hand_out(read_scenario(shipped.folder_of(Path(request.param))), "7", folder / "made")
    sources = {image.id: folder / "made" / "handout" / image.file for image in truth.images}
    triage(sources, folder / "case", Options(workers=2, examiner="T. Test"))
    shown = helpers.shown(folder / "case")
    return Made(
        folder / "made",
        folder / "case",
        truth,
        [json.loads(line) for line in shown["entries"].splitlines()],
        [json.loads(line) for line in shown["findings"].splitlines()],
    )


def _of(made: Made, path: str, stream: str | None, volume: str, address: str | None) -> Iterator[dict[str, Any]]:
    for entry in made.entries:
        place = (entry["path"], entry["stream"], entry["evidence"])
        if place == (path, stream, volume) and address in (None, entry["meta_address"]):
            yield entry


def test_the_truth_is_read_back(made: Made) -> None:
    assert read_truth(made.folder / "instructor" / "truth.json") == made.truth
    assert made.truth.planted


def test_everything_planted_is_found_as_the_truth_says(made: Made) -> None:
    for planted in made.truth.planted:
        found = list(_of(made, planted.path, planted.stream, planted.volume, planted.meta_address))
        assert len(found) == 1, planted
        (entry,) = found
        assert entry["size"] == planted.size
        assert (entry["name_state"] == "deleted") == (planted.name_state == "deleted")
        if planted.content_readable:
            assert (entry["md5"], entry["sha256"]) == (planted.md5, planted.sha256), planted.id
        if planted.stream is None:
            times = {time["meaning"]: time["time"] for time in entry["times"]}
            assert {time.meaning: time.time for time in planted.times}.items() <= times.items(), planted.id


def test_each_kind_of_find_is_there(made: Made) -> None:
    for planted in made.truth.planted:
        (entry,) = _of(made, planted.path, planted.stream, planted.volume, planted.meta_address)
        for wanted in planted.finds:
            kind, _, name = wanted.partition(":")
            if kind == "rule":
                rules = {finding["rule"] for finding in made.findings if finding["entry"] == entry["id"]}
                assert name in rules, planted.id
            elif kind == "mismatch":
                assert entry["extension_mismatch"], planted.id
            elif kind == "deleted":
                assert entry["name_state"] != "allocated", planted.id
            elif kind == "stream":
                owners = [one for one in made.entries if one["path"] == planted.path and one["stream"]]
                assert owners, planted.id
            else:
                assert kind == "entry"


def test_bytes_lie_where_the_truth_says(made: Made) -> None:
    raw = {image.id: made.folder / "handout" / image.file for image in made.truth.images if image.file.endswith("raw")}
    looked_at = 0
    for planted in made.truth.planted:
        if planted.volume in raw and planted.content_readable and planted.runs:
            with raw[planted.volume].open("rb") as file:
                total = hashlib.sha256()
                for start, length in planted.runs:
                    file.seek(start)
                    total.update(file.read(length))
            assert total.hexdigest() == planted.sha256, planted.id
            looked_at += 1
    assert looked_at or not raw


def test_a_perfect_sheet_gets_all_an_empty_one_none_and_a_neighbours_few(made: Made, tmp_path: Path) -> None:
    perfect = grade(made.truth, all_right(made.truth), WORDS, sums="right")
    assert perfect.points == perfect.most > 0, [mark for mark in perfect.marks if mark.points < mark.most]
    assert grade(made.truth, Sheet("empty", (), ()), WORDS).points == 0
    scenario = read_scenario(shipped.folder_of(Path(made.truth.scenario)))
    shares = []
    for number in range(3):
        other = hand_out(scenario, f"neighbour {number}", tmp_path / str(number))
        copied = grade(made.truth, all_right(other), WORDS, sums="right")
        shares.append(copied.points / copied.most)
    assert min(shares) < 0.5, shares


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(made: Made, tmp_path: Path) -> None:
    scenario = read_scenario(shipped.folder_of(Path(made.truth.scenario)))
    hand_out(scenario, "7", tmp_path / "again")
    other = hand_out(scenario, "8", tmp_path / "other")
    files = sorted(path.relative_to(made.folder) for path in made.folder.rglob("*") if path.is_file())
    assert files == sorted(
        path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*") if path.is_file()
    )
    for name in files:
        assert (made.folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
    assert not {image.media_sha256 for image in other.images} & {image.media_sha256 for image in made.truth.images}


def test_the_commitment_can_be_checked_by_others(made: Made) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here (Debian package openssl)")
    key = (made.folder / "instructor" / "commitment-key.txt").read_text().strip()
    command = ["openssl", "dgst", "-sha256", "-hmac", key, str(made.folder / "instructor" / "truth.json")]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert (made.folder / "handout" / "commitment.txt").read_text().split()[0] == printed.split()[-1]


def test_images_say_that_they_are_for_training(made: Made) -> None:
    marks = [entry for entry in made.entries if entry["path"] == "/TRAINING.txt"]
    assert len(marks) == len(made.truth.images)


def test_what_is_handed_out_tells_no_answer(made: Made) -> None:
    questions: Mapping[str, tuple[str, ...]] = {one.id: one.answer for one in made.truth.questions}
    for name in ("answers.csv", "commitment.txt", "brief.en.html"):
        text = (made.folder / "handout" / name).read_text("utf-8")
        for identity, answer in questions.items():
            kinds = next(one.kind for one in made.truth.questions if one.id == identity)
            if kinds in ("path", "digest", "time"):
                assert answer[0] not in text, (name, identity)


def test_a_trainees_case_is_graded_by_labels_notes_and_steps(made: Made, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made.case, tmp_path / "trainee"))
    for question in made.truth.questions:
        if question.kind == "path":
            entry = next(one for one in made.entries if one["path"] == question.answer[0])
            assert helpers.inside("tag", folder, entry["id"], question.id).returncode == 0
        else:
            text = "; ".join(question.answer) if question.kind == "list" else question.answer[0]
            opinion = ["--opinion"] * (question.asks == "opinion")
            assert helpers.inside("note", folder, *opinion, f"{question.id}: {text}").returncode == 0
    for planted in made.truth.planted:
        (entry,) = _of(made, planted.path, planted.stream, planted.volume, planted.meta_address)
        for label in [THING] * planted.thing + [NOT_EXAMINED] * planted.disclose:
            assert helpers.inside("tag", folder, entry["id"], label).returncode == 0
    assert helpers.inside("note", folder, f"{made.truth.images[0].file} came in a sealed bag.").returncode == 0
    assert helpers.inside("note", folder, "--opinion", "It was done on purpose.").returncode == 0
    assert helpers.inside("seal", folder, "--unsigned").returncode == 0
    (found,), _ = grade_all(made.folder, [folder], WORDS)
    assert found.points == found.most, [mark for mark in found.marks if mark.points < mark.most]
    (empty,), _ = grade_all(made.folder, [made.case], WORDS)
    work = tmp_path / "both"
    shutil.copytree(folder, work / "case")
    with (work / "answers.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("question", "answer", "kind"))
        rows.writerows((one.question, one.answer, one.kind or "") for one in all_right(made.truth).answers)
    digest = hashlib.sha256((work / "answers.csv").read_bytes()).hexdigest()
    (work / "answers.csv.sha256").write_text(f"{digest}  answers.csv\n")
    (both,), _ = grade_all(made.folder, [work], WORDS)
    assert (both.points, both.most) == (found.points, found.most)
    assert both.points == both.most, [mark for mark in both.marks if mark.points < mark.most]
    nothing_closed = not any(one.disclose for one in made.truth.planted)
    assert {mark.question for mark in empty.marks if mark.points} == {
        "digests of the media", "examiner named", *["unprocessed items disclosed"] * nothing_closed,
    }  # fmt: skip
