"""A class: a variant for each trainee, and the grades of all."""

import csv
import io
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from cyberforensics import case, pipeline
from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.lab.answers import read_sheet
from cyberforensics.lab.case_answers import sheet_of_case
from cyberforensics.lab.grading import Grade, grade
from cyberforensics.lab.handing_out import INSTRUCTOR, class_seed, hand_out
from cyberforensics.lab.scenario_file import read_scenario
from cyberforensics.lab.truth import Truth, read_truth
from cyberforensics.lab.wording import Wording

SECRET_FILE = "class-secret.txt"  # noqa: S105 - its name
_NAME = re.compile(r"[\w][\w .@+-]{0,63}", re.UNICODE)


def read_trainees(path: Path) -> tuple[str, ...]:
    """Names of trainees, one on each line; what follows a ``#`` is a comment.

    Raises:
        UsageError: it can't be read, or a name can't be that of a folder; its line is named.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: can't be read as text in UTF-8") from error
    names: list[str] = []
    for number, line in enumerate(lines, 1):
        name = line.partition("#")[0].strip()
        if not name:
            continue
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{path}, line {number}: {name!r} is no name of a folder", hint="letters, digits and .@+-_"
            )
        if name.casefold() in (one.casefold() for one in names):
            raise UsageError(f"{path}, line {number}: {name} stands twice", hint="give each trainee another name")
        names.append(name)
    if not names:
        raise UsageError(f"{path}: names nobody", hint="one name on each line")
    return tuple(names)


def build_class(scenario: Path, trainees: Sequence[str], folder: Path, processes: int) -> Iterator[str]:
    """Make a variant for each trainee, several at once; gives the name of each that is ready.

    A class folder that is there keeps its secret, so that a trainee who comes late gets a variant of the same class.

    Raises:
        ScenarioError: the scenario does not work.
        UsageError: a trainee's folder is not empty.
        CannotWrite: the folder can't be written.
    """
    read_scenario(scenario)
    secret = _secret(folder)
    jobs = [(scenario, class_seed(secret, trainee), folder / trainee) for trainee in trainees]
    for place in pipeline.in_processes(_one, jobs, processes):
        yield trainees[place]


def _one(job: tuple[Path, str, Path]) -> None:
    scenario, seed, folder = job
    hand_out(read_scenario(scenario), seed, folder)


def _secret(folder: Path) -> str:
    path = folder / SECRET_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            return path.read_text("utf-8").strip()
        made = secrets.token_hex(32)
        path.touch(mode=0o600)
        path.write_text(made + "\n", "utf-8")
    except OSError as error:
        raise CannotWrite(f"{path}: can't be written ({error.strerror})") from error
    return made


def grade_all(truth: Path, handed_in: Sequence[Path], words: Wording) -> tuple[Grade, ...]:
    """Grade sheets and cases.

    Args:
        truth: a ``truth.json``, or the folder of a class: then the name of what was handed in says whose truth it is.
        words: in which reasons are told.

    Raises:
        UsageError: a sheet or a truth can't be read, or there is none for a trainee.
        CaseRefused: a folder is no case.
        CaseDamaged: a case can't be read.
    """
    return tuple(_grade(_truth_of(truth, path), path, words) for path in handed_in)


def _grade(truth: Truth, path: Path, words: Wording) -> Grade:
    if path.is_dir():
        case.refuse_no_case(path)
        sheet, steps = sheet_of_case(path, truth, words)
        return grade(truth, sheet, words, steps)
    return grade(truth, read_sheet(path), words)


def _truth_of(truth: Path, handed_in: Path) -> Truth:
    if not truth.is_dir():
        return read_truth(truth)
    name = handed_in.name if handed_in.is_dir() else handed_in.stem
    for place in (truth / name / INSTRUCTOR, truth / INSTRUCTOR, truth):
        if (place / "truth.json").is_file():
            return read_truth(place / "truth.json")
    raise UsageError(f"{truth}: has no truth for {name}", hint=f"{truth / name / INSTRUCTOR / 'truth.json'}")


def table(grades: Sequence[Grade]) -> str:
    """The class as CSV: a row for each trainee, a column for each question."""
    questions = list(dict.fromkeys(mark.question for one in grades for mark in one.marks))
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(("trainee", "points", "of", *questions))
    for one in grades:
        marks = {mark.question: f"{mark.points:g}" for mark in one.marks}
        name = f"'{one.trainee}" if one.trainee[:1] in "=+-@" else one.trainee
        rows.writerow((name, f"{one.points:g}", f"{one.most:g}", *(marks.get(question, "") for question in questions)))
    return out.getvalue()


def as_json(grades: Sequence[Grade]) -> str:
    """All grades, with every mark."""
    objects = [{**asdict(one), "points": one.points, "of": one.most} for one in grades]
    return json.dumps(objects, indent=1, ensure_ascii=False) + "\n"
