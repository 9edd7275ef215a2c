"""A trainee's own case, graded: what its record, its labels and its notes show, of real runs."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cyberforensics import case as cases
from cyberforensics.lab import shipped
from cyberforensics.lab.case_answers import read_case
from cyberforensics.lab.grading import Grade, Mark
from cyberforensics.lab.handed_in import by_trainee, grade_all
from cyberforensics.lab.handing_out import hand_out
from cyberforensics.lab.scenario_file import read_scenario
from cyberforensics.lab.steps import MOST_UNSUPPORTED
from cyberforensics.lab.truth import Truth
from cyberforensics.lab.wording import wording
from cyberforensics.model.scope import Scope
from cyberforensics.triage import Options, triage
from tests import helpers

WORDS = wording("en")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("leaver") / "made"
    return folder, hand_out(read_scenario(shipped.folder_of(Path("leaver"))), "7", folder)


def _case(made: tuple[Path, Truth], folder: Path, *images: str, **options: Any) -> Path:
    sources = {name: made[0] / "handout" / name for name in images or ("laptop.E01", "stick.raw")}
    triage(sources, folder, Options(rule_packs=(), workers=1, examiner="T. Test", **options))
    return folder


def _entries(folder: Path) -> Mapping[str, dict[str, Any]]:
    rows = (json.loads(line) for line in helpers.shown(folder)["entries"].splitlines())
    return {row["path"]: row for row in rows if row["stream"] is None}


def _do(*arguments: str | Path) -> None:
    done = helpers.inside(*arguments)
    assert done.returncode == 0, done.stderr


def _grade(made: tuple[Path, Truth], *handed_in: Path) -> Grade:
    (found,), refused = grade_all(made[0], handed_in, WORDS)
    assert not refused
    return found


def _mark(grade: Grade, name: str) -> Mark:
    (mark,) = (one for one in grade.marks if one.question == name)
    return mark


def _path(made: tuple[Path, Truth], plant: str) -> str:
    return next(one.path for one in made[1].planted if one.id == plant)


def test_labels_and_notes_answer_with_their_kind(made: tuple[Path, Truth], tmp_path: Path) -> None:
    case = _case(made, tmp_path / "ada")
    entries = _entries(case)
    prices, letter, wiper = (entries[_path(made, plant)] for plant in ("prices", "letter", "wiper"))
    before = _mark(_grade(made, case), "unprocessed items disclosed")
    assert (before.points, "0 of 1 disclosed" in before.why) == (0, True)  # its bytes could be read: nobody else knows
    _do("tag", case, prices["id"], "not-examined")
    _do("tag", case, prices["id"], "thing")
    _do("tag", case, letter["id"], "thing")
    _do("tag", case, entries["/TRAINING.txt"]["id"], "thing")
    _do("note", case, "stomped: neither")
    _do("note", case, "--opinion", "wiped: nonsense")
    _do("note", case, "--opinion", "why-disguised: so that the list would be overlooked")
    _do("note", case, "It must have been him.")
    _do("note", case, "The bag of stick.raw was whole.")
    _do("note", case, f"See {wiper['id'][:12]}: a program that overwrites.")
    _do("note", case, "--opinion", "It was him, I think.")
    found = _grade(made, case)
    assert _mark(found, "unprocessed items disclosed").points == 1
    things = _mark(found, "things")
    assert "2 of 7 planted things named: recall 0.29; 2 of 3 named were planted: precision 0.67" in things.why
    assert things.points == round(4 * (2 - 1) / 7, 2)
    assert _mark(found, "stomped").points == -0.25
    assert _mark(found, "wiped").points == 0  # an opinion
    apart = _mark(found, "facts and opinions apart")
    assert apart.points == round(2 / 10, 2) - 0.5
    assert apart.why.endswith("cost 0.5: It must have been him.")
    assert _mark(found, "sealed and verified").points == 0
    _do("seal", case, "--unsigned")
    assert _mark(_grade(made, case), "sealed and verified").points == 1
    report = next((case / "reports").glob("report.html"))
    report.write_text("another report")
    assert _mark(_grade(made, case), "sealed and verified").points == 0


@pytest.mark.parametrize(
    ("images", "options", "why"),
    [
        ((), {"scope": Scope(exclude=("/Users/*",))}, "wiper-setup.txt"),
        (("laptop.E01",), {}, "/to "),
        ((), {"stop_after": 0.0}, "not finished"),
    ],
)
def test_a_run_that_left_out_what_was_planted_discloses_nothing_by_that(
    made: tuple[Path, Truth], tmp_path: Path, images: tuple[str, ...], options: dict[str, Any], why: str
) -> None:
    case = _case(made, tmp_path / "ada", *images, **options)
    _do("note", case, f"not-examined: {_path(made, 'prices')}")
    mark = _mark(_grade(made, case), "unprocessed items disclosed")
    assert mark.points == 0
    assert why in mark.why


def test_what_the_record_says_of_an_entry_is_disclosed(tmp_path: Path) -> None:
    """The kernel's ext4 keeps no extents of a deleted file: its content is not found, and the record says so."""
    mine = Path(shutil.copytree(shipped.folder_of(Path("start")), tmp_path / "mine"))
    text = (mine / "scenario.toml").read_text("utf-8")
    (mine / "scenario.toml").write_text(text.replace('file_system = "fat16"', 'file_system = "ext4"'), "utf-8")
    made = tmp_path / "made", hand_out(read_scenario(mine), "7", tmp_path / "made")
    assert [one.id for one in made[1].planted if one.disclose] == ["letter"]
    case = _case(made, tmp_path / "ada", "stick.raw")
    mark = _mark(_grade(made, case), "unprocessed items disclosed")
    assert (mark.points, "1 of 1 disclosed" in mark.why) == (1, True)
    (tmp_path / "bob.csv").write_text("question,answer\nnot-examined,none\n")
    assert _mark(_grade(made, tmp_path / "bob.csv"), "unprocessed items disclosed").points == 0


def test_a_scope_that_left_out_nothing_planted_costs_nothing(made: tuple[Path, Truth], tmp_path: Path) -> None:
    case = _case(made, tmp_path / "ada", scope=Scope(exclude=("/ProgramData/*", "/music/*")))
    _do("note", case, f"not-examined: {_path(made, 'prices')}")
    assert _mark(_grade(made, case), "unprocessed items disclosed").points == 1


def test_media_that_the_case_did_not_digest_are_named(made: tuple[Path, Truth], tmp_path: Path) -> None:
    mark = _mark(_grade(made, _case(made, tmp_path / "ada", verify="no")), "digests of the media")
    assert mark.points == 0
    assert "laptop.E01, stick.raw" in mark.why
    one = _mark(_grade(made, _case(made, tmp_path / "bob", "stick.raw")), "digests of the media")
    assert one.points == 1.5
    assert "laptop.E01" in one.why


def test_a_sheet_beside_a_case_is_sealed_by_its_digest_and_broken_by_a_wrong_one(
    made: tuple[Path, Truth], tmp_path: Path
) -> None:
    folder = tmp_path / "ada"
    folder.mkdir()
    case = _case(made, folder / "case", "stick.raw")
    _do("seal", case, "--unsigned")
    sheet = folder / "answers.csv"
    sheet.write_text("question,answer\nstomped,both\n")
    assert _mark(_grade(made, folder), "sealed and verified").points == 1
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  answers.csv\n")
    found = _grade(made, folder)
    assert _mark(found, "sealed and verified").points == 0
    assert not [note for note in found.notes if "SHA256SUMS" in note]


def test_digests_among_what_is_given_are_of_the_sheets_beside_them(tmp_path: Path) -> None:
    for name in ("ada.csv", "ada.csv.sha256", "bob.csv", "SHA256SUMS"):
        (tmp_path / name).write_text("question,answer\n")
    found = by_trainee(sorted(tmp_path.iterdir()))
    assert [(one.trainee, len(one.sheets)) for one in found] == [("ada", 1), ("bob", 1)]
    assert [one.trainee for one in by_trainee([tmp_path / "SHA256SUMS"])] == ["SHA256SUMS"]  # and is refused as a sheet


def test_thousands_of_notes_and_labels_are_bounded(made: tuple[Path, Truth], tmp_path: Path) -> None:
    case = _case(made, tmp_path / "ada", "stick.raw")
    with cases.open_to_annotate(case) as store, store.transaction() as database:
        rows = [(f"not so {number} " + "deadbeef" * 300, "x", "2026-01-01T00:00:00Z") for number in range(6000)]
        database.executemany("INSERT INTO noted_fact VALUES (NULL, ?, ?, ?)", rows)
        items = [row["id"] for row in _entries(case).values()]
        tags = [("entry", item, "thing", "", "x", "2026-01-01T00:00:00Z") for item in items]
        database.executemany(
            "INSERT INTO tag (kind, item, label, note, operator, time) VALUES (?, ?, ?, ?, ?, ?)", tags
        )
    _, record = read_case(case, made[1], WORDS, MOST_UNSUPPORTED)
    assert len(record.unsupported) == 4
    found = _grade(made, case)
    assert _mark(found, "facts and opinions apart").points == -2
    assert _mark(found, "things").points == 0
    assert found.points >= 0
