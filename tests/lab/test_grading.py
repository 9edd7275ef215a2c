"""Grades, word by word as docs/labs.md promises them: figures worked out by hand."""

import hashlib
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.lab.answers import LONGEST, Answer, Sheet, read_sheet
from cyberforensics.lab.case_answers import Record
from cyberforensics.lab.claims import unsupported
from cyberforensics.lab.custody import digest_beside
from cyberforensics.lab.grading import Grade, Mark, grade
from cyberforensics.lab.things import named, names_in
from cyberforensics.lab.truth import FORMAT, Asked, Image, ImageFile, Planted, Truth
from cyberforensics.lab.wording import wording

WORDS = wording("en")
SHEET = b"question,answer\nq1,x\n"
RAW = Image("card", (ImageFile("card.raw", "a" * 64),), "a" * 64, "a" * 32, 1, "whole", ())
E01 = Image("disk", (ImageFile("disk.E01", "c" * 64),), "b" * 64, "b" * 32, 1, "whole", ())
RECORD = Record(
    sealed=True, seal="sealed", computed=frozenset({"a" * 64, "b" * 64}), has_examiner=True, unfinished="",
    left_out=(), told=frozenset(), unsupported=(),
)  # fmt: skip


def _planted(path: str, volume: str = "disk", stream: str | None = None, **more: Any) -> Planted:
    one = Planted(
        id=f"{volume}{path}", volume=volume, path=path, stream=stream, meta_address="44-128-1", name_state="allocated",
        size=1, md5="", sha256="", content_readable=True, recovery="not-applicable", runs=(), slack_at=None, times=(),
        finds=(), left="whole", thing=True, disclose=False,
    )  # fmt: skip
    return replace(one, **more)


PLANTED = (
    _planted("/a/one.txt"),
    _planted("/a/two.txt", name_state="deleted"),
    _planted("/a/log.txt", stream="cfg"),
    _planted("/both.txt"),
    _planted("/both.txt", volume="stick"),
    _planted("/a/locked.bin", disclose=True),
    _planted("/a/gone.bin", name_state="deleted", disclose=True),
    _planted("/a/decoy.txt", thing=False),
)
QUESTIONS = (
    Asked("q1", 4, "path", ("/a/one.txt",), 1, 2, 0, 0, (), "fact", 100),
    Asked("q2", 4, "text", ("yes",), 1, 0, 0, 0, (), "opinion", 100),
    Asked("q3", 4, "time", ("2026-03-17T03:42:40Z",), 1, 0, 0, 0, (), "fact", 100),
    Asked("q4", 4, "list", ("/a/one.txt", "/a/two.txt"), 1, 0, 0, 0, (), "fact", 0),
)
TRUTH = Truth(FORMAT, "s", "v", (RAW, E01), PLANTED, QUESTIONS, (), 7, "")


def _sheet(**rows: Any) -> Sheet:
    answers = []
    for name, row in rows.items():
        text, kind, hint = (row, None, False) if isinstance(row, str) else (*row, False)[:3]
        answers.append(Answer(name.replace("_", "-"), text, hint, kind))
    return Sheet("ada", tuple(answers), ())


def _mark(grade: Grade, name: str) -> Mark:
    (mark,) = (one for one in grade.marks if one.question == name)
    return mark


def _step(name: str, sheet: Sheet = Sheet("ada", (), ()), **more: Any) -> Mark:  # noqa: B008 - it is frozen
    return _mark(grade(TRUTH, sheet, WORDS, **more), name)


# The same points for everybody


def test_sheet_alone_case_alone_both_and_nothing_are_out_of_the_same_points() -> None:
    sheet = _sheet(q1=("/a/one.txt", "fact"))
    found = [
        grade(TRUTH, sheet, WORDS),
        grade(TRUTH, sheet, WORDS, record=RECORD),
        grade(TRUTH, sheet, WORDS, sums="right", record=RECORD),
        grade(TRUTH, Sheet("nobody", (), ()), WORDS),
    ]
    assert {one.most for one in found} == {16 + 7 + 8}
    assert len({tuple((mark.question, mark.most, mark.part) for mark in one.marks) for one in found}) == 1
    assert [(one.part, one.most) for one in found[0].subtotals] == [("questions", 16), ("things", 7), ("steps", 8)]
    assert found[-1].points == 0


def test_an_empty_sheet_gets_nothing_even_with_its_digest() -> None:
    assert grade(TRUTH, _sheet(q1="", things=" ", examiner=""), WORDS, sums="right").points == 0


# Recall and precision on the planted things


@pytest.mark.parametrize(
    ("row", "hits", "recall", "precision", "points"),
    [
        ("", 0, "0.00", "–", 0),
        ("/a/one.txt", 1, "0.14", "1.00", 1),
        ("a\\ONE.txt; C:\\a\\two.txt", 2, "0.29", "1.00", 2),
        ("/a/one.txt; /a/one.txt", 1, "0.14", "1.00", 1),
        ("/a/log.txt:cfg", 1, "0.14", "1.00", 1),
        ("/a/log.txt", 0, "0.00", "–", 0),  # the stream was planted, and not its file
        ("/a/one.txt:Zone.Identifier", 1, "0.14", "1.00", 1),
        ("/both.txt", 2, "0.29", "1.00", 2),  # on both volumes
        ("/a/one.txt; /a/decoy.txt; /a; /", 1, "0.14", "1.00", 1),  # decoys and folders above cost nothing
        ("/a/one.txt; /a/two.txt; /x.txt", 2, "0.29", "0.67", 1),
        ("/a/one.txt; /x.txt; /y.txt; /z.txt", 1, "0.14", "0.25", 0),
        ("/a/one.txt\n/a/two.txt|/a/log.txt:cfg;/both.txt;/a/locked.bin;/a/gone.bin", 7, "1.00", "1.00", 7),
    ],
)
def test_recall_and_precision(row: str, hits: int, recall: str, precision: str, points: float) -> None:
    mark = _step("things", _sheet(things=row))
    assert (mark.points, mark.most) == (points, 7)
    assert f"{hits} of 7 planted things named: recall {recall};" in mark.why
    assert mark.why.endswith(f"precision {precision}")


def test_paths_that_are_right_in_answers_need_not_be_named_again() -> None:
    sheet = _sheet(q1="/wrong.txt", q4="/a/one.txt; /a/two.txt; /wrong.txt", things="/both.txt")
    assert _step("things", sheet).points == 4  # and what is wrong in an answer costs there


def test_what_lost_its_folder_may_have_the_name_that_tools_give_it() -> None:
    orphan = _planted("/old/plan.txt", name_state="orphan")
    for name in ("/old/plan.txt", "/$OrphanFiles/plan.txt", "$OrphanFiles/OrphanFile-44"):
        assert named(names_in(name), [orphan], []).hits == 1
    assert named(names_in("/$OrphanFiles/OrphanFile-45"), [orphan], []).false == 1


def test_two_plants_of_one_file_are_one_thing() -> None:
    assert named(names_in("/a"), [_planted("/a"), _planted("/a", id="again")], []).all == 1


def test_a_case_in_which_nothing_was_planted_has_no_points_for_it() -> None:
    assert [one.part for one in grade(replace(TRUTH, things=0, planted=()), _sheet(), WORDS).subtotals] == [
        "questions",
        "steps",
    ]


# Times, hints, claims and partial credit


@pytest.mark.parametrize(
    ("name", "row", "points", "why"),
    [
        ("q1", ("/a/one.txt", "fact"), 4, "right"),
        ("q1", ("/b/one.txt", "fact"), 2, "the name is right, the folder is not"),
        ("q1", ("/x.txt", "fact"), -1, "another path; 0 before costs; wrong, and given as a fact: it cost 1"),
        ("q1", ("/x.txt", None), -1, "another path; 0 before costs; wrong, and not given as an opinion: it cost 1"),
        ("q1", ("/x.txt", "opinion"), 0, "another path"),
        ("q1", (" ", "fact"), 0, "no answer"),
        ("q1", ("/a/one.txt", "fact", True), 2, "right; 4 before costs; the hint cost 2"),
        ("q1", ("/b/one.txt", "fact", True), 0, "the folder is not; 2 before costs; the hint cost 2"),
        ("q1", ("/x.txt", "fact", True), -1, "0 before costs; the hint cost 0; wrong, and given as a fact: it cost 1"),
        ("q3", ("2026-03-17 03:42:40 UTC", "fact"), 4, "right within 0 s"),
        ("q3", ("2026-03-17 03:42:40", "fact"), 2, "its zone is not stated"),
        ("q3", ("2026-03-17 03:42:41 UTC", "fact"), -1, "another moment"),
        ("q4", ("/x.txt; /y.txt", "fact"), 0, "and 2 that should not be"),
        ("q4", ("/a/one.txt", "fact"), 2, "1 of 2 named"),
    ],
)
def test_a_line_says_how_its_points_came_about(name: str, row: tuple[Any, ...], points: float, why: str) -> None:
    mark = _step(name, _sheet(**{name: row}))
    assert mark.points == points
    assert why in mark.why


def test_the_total_is_never_below_zero() -> None:
    found = grade(TRUTH, _sheet(q1="/x", q2="no", q3="never"), WORDS)
    assert sum(mark.points for mark in found.marks) == -3
    assert found.points == 0
    assert found.subtotals[0].points == -3


# Fact and opinion apart


@pytest.mark.parametrize(
    ("rows", "points"),
    [
        ({"q1": ("/a/one.txt", "fact"), "q2": ("yes", "opinion")}, 1),
        ({"q1": ("/a/one.txt", "opinion"), "q2": ("yes", "fact")}, 0),
        ({"q1": ("/a/one.txt", None), "q2": ("yes", "opinion")}, 0.5),
        ({"q1": ("/x.txt", "fact"), "q2": ("no", "opinion")}, 0),  # nobody sets apart what is wrong anyway
        (
            {
                "q1": ("/b/one.txt", "fact"),
                "q2": ("yes", "opinion"),
                "q3": ("2026-03-17 03:42:40", "fact"),
                "q4": ("/a/one.txt", "fact"),
            },
            2,
        ),
        ({}, 0),
    ],
)
def test_facts_and_opinions_are_told_apart_in_each_answer(rows: dict[str, Any], points: float) -> None:
    assert _step("facts and opinions apart", _sheet(**rows)).points == points


def test_notes_of_fact_that_rest_on_nothing_cost_points() -> None:
    ids = {"deadbeef"}
    notes = (
        "He did it.",
        "disk.E01 came in a sealed bag.",
        "The last line of /A/ONE.TXT names a server.",
        "The event deadbeef was first.",
        "The event abcdef12 was first.",
    )
    found = unsupported(notes, TRUTH, ["disk.E01", ""], ids.__contains__, 4)
    assert found == (notes[0], notes[4])
    assert unsupported(["x"] * 9000, TRUTH, [], ids.__contains__, 4) == ("x",) * 4
    mark = _step("facts and opinions apart", record=replace(RECORD, unsupported=found))
    assert mark.points == -1
    assert "cost 0.5: He did it." in mark.why
    assert "cost 0.5: The event abcdef12 was first." in mark.why
    hostile = replace(RECORD, unsupported=("\x1b[31m" + "<b>" * 500,))
    why = _step("facts and opinions apart", record=hostile).why
    assert "\x1b" not in why
    assert len(why) < 300


# Custody and digest steps really done


@pytest.mark.parametrize(
    ("row", "points", "why"),
    [
        ("a" * 32 + " " + "B" * 64, 3, "right"),
        ("card: " + "a" * 32 + "; disk: " + "b" * 64, 3, "right"),
        ("a" * 32, 1.5, "disk.E01"),
        ("a" * 64 + ";" + "b" * 64, 1.5, "card.raw was handed out"),  # it stands in SHA256SUMS
        ("a" * 32 + ";" + "b" * 32, 1.5, "disk.E01 was handed out or stored"),  # it stands in the E01 file
        ("c" * 64, 0, "card.raw, disk.E01"),  # of the file, not of the medium
        ("a" * 33 + ";" + "b" * 65, 0, "card.raw"),
        ("", 0, "card.raw"),
    ],
)
def test_digests_count_that_a_trainee_computed(row: str, points: float, why: str) -> None:
    mark = _step("digests of the media", _sheet(media_digest=row))
    assert mark.points == points
    assert why in mark.why


def test_a_digest_that_answers_a_question_need_not_be_stated_again() -> None:
    truth = replace(TRUTH, questions=(*QUESTIONS, Asked("d", 1, "digest", ("a" * 32,), 1, 0, 0, 0)))
    found = grade(truth, _sheet(d="A" * 32, media_digest="b" * 64), WORDS)
    assert _mark(found, "digests of the media").points == 3
    assert _step("digests of the media", _sheet(q2="a" * 32)).points == 0  # that is no question for a digest


def test_digests_of_a_case_were_computed_by_it() -> None:
    assert _step("digests of the media", record=RECORD).points == 3
    assert _step("digests of the media", record=replace(RECORD, computed=frozenset({"a" * 64}))).points == 1.5
    assert _step("digests of the media", record=replace(RECORD, computed=frozenset())).points == 0


def test_the_examiner_is_named() -> None:
    assert _step("examiner named", _sheet(examiner="Zoë")).points == 1
    assert _step("examiner named", _sheet(examiner="- .")).points == 0
    assert _step("examiner named", record=RECORD).points == 1
    assert _step("examiner named", record=replace(RECORD, has_examiner=False)).points == 0


@pytest.mark.parametrize(
    ("sums", "record", "points", "why"),
    [
        ("right", None, 1, "is that of the sheet"),
        ("wrong", None, 0, "is not that of the sheet"),
        ("unnamed", None, 0, "has no SHA-256 of it"),
        ("none", None, 0, "no SHA-256 was handed in"),
        ("none", RECORD, 1, "sealed"),
        ("none", replace(RECORD, sealed=False, seal="it is open"), 0, "it is open"),
        ("wrong", RECORD, 0, "is not that of the sheet"),
        ("right", replace(RECORD, sealed=False), 1, "is that of the sheet"),
    ],
)
def test_what_is_handed_in_is_sealed(sums: Any, record: Record | None, points: float, why: str) -> None:
    mark = _step("sealed and verified", _sheet(q1="x"), sums=sums, record=record)
    assert mark.points == points
    assert why in mark.why


def _beside(folder: Path, data: bytes, name: str = "ada.csv.sha256") -> str:
    sheet = folder / "ada.csv"
    sheet.write_bytes(SHEET)
    (folder / name).write_bytes(data)
    return digest_beside(sheet)


def test_digests_beside_a_sheet_as_programs_write_them(tmp_path: Path) -> None:
    right, other = hashlib.sha256(SHEET).hexdigest(), "0" * 64
    certutil = "SHA256 hash of ada.csv:\r\n{}\r\nCertUtil: -hashfile command completed successfully.\r\n"
    pairs = " ".join(right[place : place + 2] for place in range(0, 64, 2))
    for text in (
        f"{right}  ada.csv\n", f"{right.upper()} *ada.csv\r\n", f"SHA256 (ada.csv) = {right}\n",
        certutil.format(right), certutil.format(pairs),
    ):  # fmt: skip
        assert _beside(tmp_path, text.encode()) == "right", text
    assert _beside(tmp_path, f"{right.upper()}\r\n".encode("utf-16")) == "right"  # PowerShell's > of Get-FileHash
    assert _beside(tmp_path, f"{other}  ada.csv\n".encode()) == "wrong"
    assert _beside(tmp_path, f"{right}\n{other}\n".encode()) == "wrong"  # not one of many
    assert _beside(tmp_path, right[:63].encode()) == "unnamed"
    assert _beside(tmp_path, b"") == "unnamed"
    (tmp_path / "ada.csv.sha256").unlink()
    sums = f"{other}  card.raw\n{right}  handed-in/ada.csv\n"
    assert _beside(tmp_path, sums.encode(), "SHA256SUMS") == "right"
    assert _beside(tmp_path, f"{other}  ada.csv\n{right}  bob.csv\n".encode(), "SHA256SUMS") == "wrong"
    assert _beside(tmp_path, f"{right}  bob.csv\n".encode(), "SHA256SUMS") == "unnamed"
    (tmp_path / "SHA256SUMS").unlink()
    assert digest_beside(tmp_path / "ada.csv") == "none"
    (tmp_path / "x").write_text(right)
    (tmp_path / "ada.csv.sha256").symlink_to(tmp_path / "x")
    assert digest_beside(tmp_path / "ada.csv") == "none"


@pytest.mark.parametrize("command", [("sha256sum",), ("sha256sum", "--tag"), ("shasum", "-a", "256")])
def test_what_other_programs_print_is_read(command: tuple[str, ...], tmp_path: Path) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not here (Debian packages coreutils, perl)")
    (tmp_path / "ada.csv").write_text("question,answer\n")
    printed = subprocess.run([*command, "ada.csv"], cwd=tmp_path, check=True, capture_output=True).stdout
    (tmp_path / "ada.csv.sha256").write_bytes(printed)
    assert digest_beside(tmp_path / "ada.csv") == "right"
    (tmp_path / "ada.csv").write_text("question,answer\nq1,changed afterwards\n")
    assert digest_beside(tmp_path / "ada.csv") == "wrong"


@given(data=st.binary(max_size=300))
def test_no_digest_file_crashes_it(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert _beside(tmp_path_factory.mktemp("sums"), data) in ("unnamed", "wrong")


# Unprocessed items disclosed


@pytest.mark.parametrize(
    ("row", "points"),
    [
        ("/a/locked.bin; /a/gone.bin", 1),
        ("/a/locked.bin", 0.5),
        ("/a/locked.bin; /a/gone.bin; /a/one.txt", 0.5),
        ("/a/locked.bin; /a/gone.bin; /a/two.txt", 1),  # of a deleted file nobody can be sure
        ("none", 0),
        ("", 0),
    ],
)
def test_what_can_not_be_examined_is_disclosed(row: str, points: float) -> None:
    assert _step("unprocessed items disclosed", _sheet(not_examined=row)).points == points


@pytest.mark.parametrize(
    ("record", "row", "points", "why"),
    [
        (RECORD, "", 0, "0 of 2"),
        (replace(RECORD, told=frozenset({"disk/a/gone.bin"})), "", 0.5, "1 of 2"),
        (replace(RECORD, told=frozenset({"disk/a/gone.bin"})), "/a/locked.bin", 1, "2 of 2"),
        (replace(RECORD, unfinished="disk.E01"), "/a/locked.bin; /a/gone.bin", 0, "not finished"),
        (replace(RECORD, left_out=("/a/one.txt",)), "/a/locked.bin; /a/gone.bin", 0, "/a/one.txt"),
    ],
)
def test_a_case_discloses_by_its_record_if_its_run_left_nothing_out(
    record: Record, row: str, points: float, why: str
) -> None:
    mark = _step("unprocessed items disclosed", _sheet(not_examined=row), record=record)
    assert mark.points == points
    assert why in mark.why


def test_where_nothing_is_to_be_disclosed_it_is_said() -> None:
    truth = replace(TRUTH, planted=(PLANTED[0], PLANTED[1]))
    for row, record, points in (
        ("none", None, 1), ("Aucun.", None, 1), ("", None, 0), ("/a/one.txt", None, 0), ("/a/two.txt", None, 1),
        ("", RECORD, 1), ("", replace(RECORD, unfinished="x"), 0), ("", replace(RECORD, left_out=("/a",)), 0),
    ):  # fmt: skip
        found = grade(truth, _sheet(not_examined=row), WORDS, record=record)
        assert _mark(found, "unprocessed items disclosed").points == points, (row, record)


# Hostile sheets


def test_a_hostile_sheet_is_judged_as_text(tmp_path: Path) -> None:
    path = tmp_path / "=1+1.csv"
    rows = [
        "question,answer,kind,hint",
        "q1,\"=HYPERLINK('x')\",<b>fact</b>,",
        'q2,"yes\0",opinion\u0000,yes',
        f"q3,{'9' * 50_000},{'k' * 50_000},{'h' * 50_000}",
        f"things,{';' * 1_000_000},,",
        f"not-examined,{'/a;' * 100_000},,",
        f"media-digest,{'a' * 900_000},,",
        f"examiner,{'<script>' * 100},,",
        *(f"q{number},x,y,z" for number in range(5, 3000)),
    ]
    path.write_text("\n".join(rows), "utf-8")
    sheet = read_sheet(path)
    assert max(len(answer.answer) for answer in sheet.answers) == LONGEST
    found = grade(TRUTH, sheet, WORDS)
    assert found.points < 4
    assert _mark(found, "q1").why.endswith("not given as an opinion: it cost 1")
    assert any("its kind could not be read" in note for note in found.notes)
    assert len(found.notes) == 51
    assert all(len(mark.why) < 500 for mark in found.marks)


@given(text=st.text(max_size=300))
def test_no_row_crashes_it(text: str) -> None:
    rows = dict.fromkeys(("q1", "q2", "q3", "q4", "things", "media-digest", "examiner", "not-examined"), text)
    for record in (None, RECORD):
        found = grade(
            TRUTH, _sheet(**{name.replace("-", "_"): row for name, row in rows.items()}), WORDS, record=record
        )
        assert 0 <= found.points <= found.most


@pytest.mark.parametrize(
    ("kind", "read"),
    [("fact", "fact"), (" Opinion ", "opinion"), ("fait", "fact"), ("AVIS", "opinion"), ("", None), ("maybe", None)],
)
def test_kinds_are_read_in_every_language(kind: str, read: str | None, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"question,answer,kind\nq1,x,{kind}\n", "utf-8")
    sheet = read_sheet(tmp_path / "x.csv")
    assert sheet.answers[0].kind == read
    assert bool(sheet.oddities) == (kind == "maybe")
