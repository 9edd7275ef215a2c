"""What a class hands in: put together by trainee, and nobody's broken sheet keeps the others from their grades."""

import csv
import json
from pathlib import Path

import pytest

from cyberforensics.errors import UsageError
from cyberforensics.lab.answers import Answer, Sheet, read_sheet
from cyberforensics.lab.classes import read_trainees
from cyberforensics.lab.handed_in import by_trainee, merged
from tests import helpers

SHEET = "question,answer,hint\nq1,Zoë,\nq2,two,yes\n"


def test_a_sheet_and_a_case_make_one_grade(tmp_path: Path) -> None:
    made = tmp_path / "class" / "mira"
    names = tmp_path / "names.txt"
    names.write_text("mira\n")
    assert helpers.run("lab", "build", "start", "-o", tmp_path / "class", "--trainees", names).returncode == 0
    truth = json.loads((made / "instructor" / "truth.json").read_text("utf-8"))
    right = {question["id"]: "; ".join(question["answer"]) for question in truth["questions"]}
    work = tmp_path / "handed-in" / "Mira"  # a folder of the trainee; another system may have changed the case
    case = work / "my case"
    image = next((made / "handout").glob("*.raw"))
    assert helpers.run("triage", image, "--case", case, "--examiner", "Mira").returncode in (0, 10)
    for text in (f"digest: {right['digest']}", "amount: 1"):
        assert helpers.inside("note", case, text).returncode == 0
    assert helpers.inside("note", case, "--opinion", "It was meant.").returncode == 0
    assert helpers.inside("seal", case, "--unsigned").returncode == 0
    (work / "answers.csv").write_text(f"question,answer\ndigest,\namount,{right['amount']}\n")
    (work / "photo.jpg").write_bytes(b"x")
    printed = helpers.run("lab", "grade", "--truth", tmp_path / "class", "--json", work)
    assert printed.returncode == 0, printed.stderr
    (grade,) = json.loads(printed.stdout)
    marks = {mark["question"]: mark["points"] for mark in grade["marks"]}
    assert marks["digest"] == 1  # of the case, as the sheet has none
    assert marks["amount"] == 2  # of the sheet
    assert marks["disguised"] == 0
    steps = set(marks) - set(right)
    assert marks["facts and opinions apart"] == 0.4  # one of five questions: what the sheet answers has no kind
    assert marks["things"] == 0
    assert sum(marks[step] for step in steps) == 3 + 1 + 1 + 0.4 + 1  # as docs/labs.md lists them
    assert grade["of"] == 21
    assert any("amount" in note and "the sheet counts" in note for note in grade["notes"])
    assert any("photo.jpg" in note for note in grade["notes"])


def test_a_hint_costs_whoever_answers() -> None:
    sheet = Sheet("mira", (Answer("Q1", " ", hint=True), Answer("q2", "of sheet", hint=False)), ())
    case = Sheet(
        "x", (Answer("q1", "of case", False), Answer("q2", "of  sheet", False), Answer("q3", "too", False)), ()
    )
    both = merged(sheet, case)
    assert both.answers == (Answer("Q1", "of case", True), Answer("q2", "of sheet", False), Answer("q3", "too", False))
    assert both.oddities == ()


def test_files_of_one_name_are_of_one_trainee(tmp_path: Path) -> None:
    (tmp_path / "Zoe\u0308").mkdir()
    (tmp_path / "Zoe\u0308" / "case.sqlite").write_bytes(b"")
    (tmp_path / "Zo\u00eb.csv").write_text(SHEET)
    (one,) = by_trainee([tmp_path / "Zo\u00eb.csv", tmp_path / "Zoe\u0308"])
    assert (one.trainee, len(one.sheets), len(one.cases)) == ("Zo\u00eb", 1, 1)


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(SHEET)
    (tmp_path / "mira").mkdir()
    (tmp_path / "mira" / "answers.csv").symlink_to(tmp_path / "secret.csv")
    (one,) = by_trainee([tmp_path / "mira"])
    assert (one.sheets, [path.name for path in one.strange]) == ((), ["answers.csv"])


def test_the_others_are_graded(tmp_path: Path) -> None:
    assert helpers.run("lab", "build", "start", "-o", tmp_path / "made", "--seed", "1").returncode == 0
    (tmp_path / "in").mkdir()
    hostile = {
        "book.csv": b"PK\x03\x04" + bytes(99),
        "large.csv": b"question,answer\n" + b"x" * (5 << 20),
        "latin.csv": "question,answer\nq,Zo\u00eb\n".encode("latin-1"),
        "good.csv": b"question,answer\namount,1\n",
        "odd.csv": b"question,answer\n" + b"".join(b"\x1b[31mq%d,x\n" % number for number in range(200)),
        "=1+1.csv": b"\xff\xfe\xff",
        "es\x1b[7mc\u202e.csv": b"question,answer\namount,1\n",
    }
    for name, data in hostile.items():
        (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in" / "folder.csv").mkdir()
    (tmp_path / "in" / "twice").mkdir()
    for name in ("a.csv", "b.csv"):
        (tmp_path / "in" / "twice" / name).write_text(SHEET)
    files = [*sorted((tmp_path / "in").iterdir()), tmp_path / "in" / "none.csv"]
    done = helpers.run("lab", "grade", "--truth", tmp_path / "made", "-o", tmp_path / "out", *files)
    assert done.returncode == 10
    assert "7 of 10 trainees have no grade" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    with (tmp_path / "out" / "class.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = {row["trainee"]: row for row in csv.DictReader(file)}
    for name, why in (
        ("book", "not CSV"),
        ("large", "more than"),
        ("latin", "line 2: not UTF-8"),
        ("'=1+1", "not UTF-8"),
        ("folder.csv", "neither a sheet nor a case"),
        ("twice", "both of twice"),
        ("none", "No such file"),
    ):
        assert why in rows[name]["not graded"], name
        assert not rows[name]["points"]
    assert (rows["good"]["points"], rows["good"]["not graded"]) == ("0", "")
    page = (tmp_path / "out" / "odd.html").read_text("utf-8")
    assert "150 more remarks are not shown" in page
    assert "\x1b" not in page
    page = (tmp_path / "out" / r"es\x1b[7mc\u{202e}.html").read_text("utf-8")
    assert r"es\x1b[7mc\u{202e}" in page
    assert not {"\x1b", "\u202e"} & set(page)
    told = json.loads((tmp_path / "out" / "grades.json").read_text("utf-8"))
    assert len([one for one in told if "not_graded" in one]) == 7


@pytest.mark.parametrize(
    "data",
    [
        SHEET.encode("utf-8-sig"),
        SHEET.replace(",", ";").encode(),
        b"sep=;\r\n" + SHEET.replace(",", ";").replace("\n", "\r\n").encode(),
        SHEET.replace(",", "\t").replace("\n", "\r\n").encode("utf-16"),
        b"\xfe\xff" + SHEET.encode("utf-16-be"),
        SHEET.replace("\n", "\r").encode(),
        SHEET.replace("two", '"two"').encode(),
    ],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(data)
    assert read_sheet(tmp_path / "x.csv").answers == (Answer("q1", "Zoë", False), Answer("q2", "two", True))


def test_names_of_people_are_names_of_folders(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    names = ("Zoë Ångström", "O'Brien", "Nuñez, María", "עדי כהן", "सीता", "Nguye\u0302\u0303n")
    path.write_text("\n".join(names), "utf-8")
    assert read_trainees(path) == (*names[:-1], "Nguyễn")


def test_every_name_that_can_not_be_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("=SUM(A1)\nmira\nMira\n" + "x" * 300 + "\na/b\n", "utf-8")
    with pytest.raises(UsageError) as told:
        read_trainees(path)
    for line, why in ((1, "begin"), (3, "stands in line 2"), (4, "300 bytes"), (5, "'/' in it")):
        assert f"line {line}:" in str(told.value)
        assert why in str(told.value)


@pytest.mark.parametrize(
    ("damage", "key"),
    [
        ('do = "self"\npath = "/pictures/2025/{animal} {photo}.png"', "path"),
        ('do = "cut"\nat = 99999999', "at"),
        ('do = "zero"\nat = 99999999', "at"),
        ('do = "zero"\npath = "/nope.txt"', "path"),
        ('do = "overlap"\npath = "/pictures/2025/{animal} {photo}.png"\nother = "/nope"', "other"),
    ],
)
def test_damage_that_can_not_be_is_refused_by_check_at_its_line(tmp_path: Path, damage: str, key: str) -> None:
    assert helpers.inside("lab", "new", tmp_path / "mine").returncode == 0
    path = tmp_path / "mine" / "scenario.toml"
    fine = '\n[[damage]]\nvolume = "stick"\ndo = "flip"\nat = 90000\n'
    text = path.read_text("utf-8") + fine + '\n[[damage]]\nvolume = "stick"\n' + damage + "\n"
    path.write_text(text, "utf-8")
    lines = text.split("\n")
    line = max(number for number, one in enumerate(lines, 1) if one.startswith(f"{key} ="))
    done = helpers.inside("lab", "check", tmp_path / "mine")
    assert done.returncode == 2
    assert f"scenario.toml:{line}: " in done.stdout, done.stdout
