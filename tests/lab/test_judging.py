"""Answers beside what is right: worked out by hand."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.errors import UsageError
from cyberforensics.lab.answers import read_sheet, sheet_lines
from cyberforensics.lab.grading import grade
from cyberforensics.lab.judging import JUDGES, judge, moment_of
from cyberforensics.lab.truth import FORMAT, Asked, Truth
from cyberforensics.lab.wording import wording

SECOND = 1_000_000_000
WORDS = wording("en")


def _asked(kind: str, *answer: str, precision: int = 0, within: int = 0) -> Asked:
    return Asked("q", 4, kind, answer, 1, 1, within, precision)


@pytest.mark.parametrize(
    ("question", "answer", "share"),
    [
        (_asked("text", "4C53", "4C53&0"), " 4c53 ", 1),
        (_asked("text", "4C53"), "4C54", 0),
        (_asked("text", "Straße"), "STRASSE.", 1),
        (_asked("number", "1200"), "1,200", 1),
        (_asked("number", "1200"), "1201", 0),
        (_asked("number", "1200"), "many", 0),
        (_asked("path", "/Users/mira/a.txt"), "C:\\users\\Mira\\A.TXT", 1),
        (_asked("path", "/Users/mira/a.txt"), "a.txt", 0.5),
        (_asked("path", "/Users/mira/a.txt"), "/Users/mira/b.txt", 0),
        (_asked("digest", "ab" * 32), "sha256:" + "AB" * 32, 1),
        (_asked("digest", "ab" * 32), "ac" * 32, 0),
        (_asked("time", "2026-03-17T03:42:40Z"), "2026-03-17 03:42:40 UTC", 1),
        (_asked("time", "2026-03-17T03:42:40Z"), "2026-03-17 09:12:40 +05:30", 1),
        (_asked("time", "2026-03-17T03:42:40Z"), "2026-03-17 03:42:40", 0.5),
        (_asked("time", "2026-03-17T03:42:40Z"), "2026-03-17 09:12:40 UTC", 0.5),  # local time taken for UTC
        (_asked("time", "2026-03-17T03:42:40Z"), "2026-03-17 03:42:42 UTC", 0),
        (_asked("time", "2026-03-17T03:42:40Z", precision=2 * SECOND), "2026-03-17 03:42:41 UTC", 1),
        (_asked("time", "2026-03-17T03:42:40Z", within=60 * SECOND), "2026-03-17 03:43 UTC", 1),
        (_asked("time", "2026-03-17T03:42:40.1234567Z", precision=100), "2026-03-17T03:42:40.1234567Z", 1),
        (_asked("time", "2026-03-17T03:42:40"), "2026-03-17 03:42:40", 1),  # FAT: there is no zone to state
        (_asked("time", "2026-03-17T03:42:40Z"), "17 March", 0),
        (_asked("list", "/a/b", "/c"), "/c; \\A\\b", 1),
        (_asked("list", "/a/b", "/c"), "/c", 0.5),
        (_asked("list", "/a/b", "/c"), "/c; /d", 0),
        (_asked("list", "/a/b", "/c"), "/a/b; /c; /d; /e; /f", 0),  # who names everything gets nothing
        (_asked("choice", "both"), "Both", 1),
        (_asked("choice", "both"), "", 0),
    ],
)
def test_shares(question: Asked, answer: str, share: float) -> None:
    judged = judge(question, answer, WORDS)
    assert judged.share == share, judged.why
    assert judged.why


@given(kind=st.sampled_from([kind for kind, _ in JUDGES]), answer=st.text(max_size=80))
def test_no_answer_crashes_it(kind: str, answer: str) -> None:
    assert 0 <= judge(_asked(kind, "2026-03-17T03:42:40Z"), answer, WORDS).share <= 1


def test_moments() -> None:
    moment = moment_of("1970-01-01 05:30:00.5 +0530")
    assert moment is not None
    assert (moment.seconds, moment.zone_known) == (0.5, True)
    assert moment_of("2026-02-30 00:00") is None


def test_a_grade_is_explained_line_by_line(tmp_path: Path) -> None:
    questions = tuple(replace(_asked("text", "yes"), id=f"q{number}") for number in range(4))
    truth = Truth(FORMAT, "s", "v", (), (), questions)
    path = tmp_path / "mira.csv"
    path.write_text("Question;Answer;hint\nQ0;yes;\nq1;yes;yes\nq2;no;\nq9;yes;\n", "utf-8-sig")
    found = grade(truth, read_sheet(path), WORDS)
    marks = [mark for mark in found.marks if mark.part == "questions"]
    assert [(mark.question, mark.points) for mark in marks] == [("q0", 4), ("q1", 3), ("q2", 0), ("q3", 0)]
    assert (found.trainee, found.points, found.most) == ("mira", 7, 24)
    assert found.notes == ("q9 is no question of this case",)
    assert "hint" in found.marks[1].why
    assert found.marks[3].why == "no answer"


def test_a_sheet_that_was_given_out_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(
        "".join(sheet_lines(["en", "fr"], [("q1", "Who?", "Qui ?"), ("q2", "What?", '=HYPERLINK("x")')])),
        "utf-8",
        newline="",
    )
    assert "'=HYPERLINK" in path.read_text("utf-8")
    sheet = read_sheet(path)
    assert [answer.question for answer in sheet.answers] == ["q1", "q2"]
    assert {answer.answer for answer in sheet.answers} == {""}


@pytest.mark.parametrize("data", [b"", b"\xff", b"a,b\n1,2\n", b"question\nq1\n"])
def test_what_is_no_sheet_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(UsageError):
        read_sheet(tmp_path / "x.csv")


@given(data=st.binary(max_size=200))
def test_no_bytes_crash_a_sheet(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("sheet") / "x.csv"
    path.write_bytes(b"question,answer\n" + data)
    with suppress(UsageError):
        read_sheet(path)
