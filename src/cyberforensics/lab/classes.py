"""A class: a variant for each trainee, and the grades of all."""

import csv
import io
import json
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from cyberforensics import pipeline, report
from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.lab.grading import Grade
from cyberforensics.lab.handed_in import Refused
from cyberforensics.lab.handing_out import class_seed, hand_out
from cyberforensics.lab.scenario_file import read_scenario

SECRET_FILE = "class-secret.txt"  # noqa: S105 - its name
_BESIDE = frozenset(" .@+-_'’,()")
_LONGEST = 200  # bytes; file systems end at 255, and .html comes behind it
_WRONG_NAMED = 10
_NAME_HINT = f"a folder is named after each: letters of any script, digits and {' '.join(sorted(_BESIDE - {' '}))}"


def read_trainees(path: Path) -> tuple[str, ...]:
    """Names of trainees, one on each line; what follows a ``#`` is a comment.

    Raises:
        UsageError: it can't be read, or a name can't be that of a folder; the lines are named.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: can't be read as text in UTF-8") from error
    names: dict[str, int] = {}
    wrong: list[str] = []
    for number, line in enumerate(lines, 1):
        name = unicodedata.normalize("NFC", line.partition("#")[0].strip())
        if not name:
            continue
        same = next((of for one, of in names.items() if one.casefold() == name.casefold()), None)
        if (why := _no_folder(name)) is not None:
            wrong.append(f"line {number}: {name[:40]!r}{'…' if len(name) > 40 else ''} {why}")
        elif same is not None:
            wrong.append(f"line {number}: {name} stands in line {same}, too; tell them apart, as in {name} 2")
        else:
            names[name] = number
    if wrong:
        raise UsageError(f"{path}, {'; '.join(wrong[:_WRONG_NAMED])}", hint=_NAME_HINT)
    if not names:
        raise UsageError(f"{path}: names nobody", hint="one name on each line")
    return tuple(names)


def _no_folder(name: str) -> str | None:
    """Why it can't be the name of a folder, and of pages that are named after it."""
    strange = [one for one in name if not (one.isalnum() or unicodedata.category(one)[0] == "M" or one in _BESIDE)]
    if not name[0].isalnum():
        return "does not begin with a letter or a digit"
    if len(name.encode()) > _LONGEST:
        return f"has {len(name.encode())} bytes, and {_LONGEST} fit"
    return f"has {strange[0]!r} in it" if strange else None


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


def table(grades: Sequence[Grade], refused: Sequence[Refused] = ()) -> str:
    """The class as CSV: a row for each trainee, a column for each question; who has no grade has the reason why not."""
    questions = list(dict.fromkeys(mark.question for one in grades for mark in one.marks))
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(("trainee", "points", "of", *questions, "not graded"))
    for one in grades:
        marks = {mark.question: f"{mark.points:g}" for mark in one.marks}
        reached = (f"{one.points:g}", f"{one.most:g}", *(marks.get(question, "") for question in questions))
        rows.writerow((report.kept_as_text(one.trainee), *reached, ""))
    for who in refused:
        rows.writerow(
            (report.kept_as_text(who.trainee), "", "", *("" for _ in questions), report.kept_as_text(who.why))
        )
    return out.getvalue()


def as_json(grades: Sequence[Grade], refused: Sequence[Refused] = ()) -> str:
    """All grades, with every mark; who has none has ``not_graded``, with the reason."""
    objects = [
        {**asdict(one), "points": one.points, "of": one.most, "parts": [asdict(part) for part in one.subtotals]}
        for one in grades
    ]
    objects += [{"trainee": one.trainee, "not_graded": one.why} for one in refused]
    return json.dumps(objects, indent=1, ensure_ascii=False) + "\n"
