"""What trainees handed in, put together by trainee, and graded: a sheet, a case of this tool, or both as one."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cyberforensics import case
from cyberforensics.errors import Error, UsageError
from cyberforensics.lab.answers import Answer, Oddity, Sheet, read_sheet
from cyberforensics.lab.case_answers import Record, read_case
from cyberforensics.lab.custody import OWN_ENDING, SUMS_FILE, Sums, digest_beside
from cyberforensics.lab.grading import Grade, grade
from cyberforensics.lab.handing_out import INSTRUCTOR
from cyberforensics.lab.steps import MOST_UNSUPPORTED
from cyberforensics.lab.truth import Truth, read_truth
from cyberforensics.lab.wording import Wording
from cyberforensics.model.names import display_text

_SHEET = ".csv"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """All of one trainee."""

    trainee: str
    sheets: tuple[Path, ...]
    cases: tuple[Path, ...]
    strange: tuple[Path, ...] = ()
    """What lies in the trainee's folder and is neither."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A trainee who has no grade, and what is to be mended first."""

    trainee: str
    why: str


def by_trainee(paths: Sequence[Path]) -> tuple[HandedIn, ...]:
    """Put together what is of one trainee: in the order in which each trainee is named first.

    A file's name without its ending is the trainee's, so is that of a case; a folder that is no case is that of a
    trainee, and holds sheets and cases under any name. Links in it are not followed. A file of digests is of the sheet
    that it lies beside.
    """
    found: dict[str, HandedIn] = {}
    beside = {path.parent for path in paths if path.suffix.lower() == _SHEET}
    for path in dict.fromkeys(paths):
        if path.name == SUMS_FILE and path.parent in beside:
            continue  # it is read for each of the sheets that it lies beside
        one = _of(path)
        key = _plain(one.trainee)
        had = found.get(key, HandedIn(one.trainee, (), ()))
        found[key] = HandedIn(had.trainee, had.sheets + one.sheets, had.cases + one.cases, had.strange + one.strange)
    return tuple(found.values())


def _of(path: Path) -> HandedIn:
    if not path.is_dir():
        if path.name.lower().endswith(_SHEET + OWN_ENDING):
            return HandedIn(path.name[: -len(_SHEET + OWN_ENDING)], (), ())  # it is read with the sheet beside it
        return HandedIn(path.stem, (path,), ())
    name = path.resolve().name
    if _is_case(path):
        return HandedIn(name, (), (path,))
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror})") from error
    sheets = tuple(filter(_is_sheet, inside))
    cases = tuple(filter(_is_case, inside))
    digests = {one.with_name(one.name + OWN_ENDING) for one in sheets} | {path / SUMS_FILE}
    strange = (one for one in inside if one not in (*sheets, *cases) and one not in digests)
    return HandedIn(name, sheets, cases, tuple(strange))


def _is_sheet(path: Path) -> bool:
    return path.suffix.lower() == _SHEET and path.is_file() and not path.is_symlink()


def _is_case(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and (path / case.STORE).is_file()


def _plain(name: str) -> str:
    """The same for two ways to write a name: another system may have taken its accents apart."""
    return unicodedata.normalize("NFC", name).casefold()


def grade_all(truth: Path, paths: Sequence[Path], words: Wording) -> tuple[tuple[Grade, ...], tuple[Refused, ...]]:
    """Grade everybody; whose sheet or case can't be read is named, and does not keep the others from their grades.

    Args:
        truth: a ``truth.json``, or the folder of a class: then the trainee's name says which truth it is.
        paths: sheets, cases, and folders of trainees.
        words: in which reasons are told.

    Raises:
        UsageError: the one truth can't be read.
    """
    one_truth = None if truth.is_dir() else read_truth(truth)
    grades: list[Grade] = []
    refused: list[Refused] = []
    for one in by_trainee(paths):
        try:
            grades.append(_grade(one_truth or _truth_of(truth, one.trainee), one, words))
        except Error as error:
            why = f"{error}; {error.hint}" if error.hint else str(error)
            refused.append(Refused(display_text(one.trainee), why))
    return tuple(grades), tuple(refused)


def _grade(truth: Truth, one: HandedIn, words: Wording) -> Grade:
    for several in (one.sheets, one.cases):
        if len(several) > 1:
            raise UsageError(
                f"{' and '.join(str(path) for path in several)}: are both of {one.trainee}", hint="give one of them"
            )
    if not one.sheets and not one.cases:
        raise UsageError(
            f"{one.trainee}: neither a sheet nor a case was found", hint="give NAME.csv, a case, or a folder of both"
        )
    sums: Sums = "none"
    record: Record | None = None
    sheet = Sheet(one.trainee, (), ())
    if one.sheets:
        sheet, sums = read_sheet(one.sheets[0]), digest_beside(one.sheets[0])
    if one.cases:
        of_case, record = read_case(one.cases[0], truth, words, MOST_UNSUPPORTED)
        sheet = merged(sheet, of_case)
    named = replace(sheet, trainee=display_text(one.trainee))  # it is a file's name
    graded = grade(truth, named, words, sums=sums, record=record)
    strange = tuple(words.say("not looked at", name=display_text(path.name)) for path in one.strange)
    return replace(graded, notes=graded.notes + strange)


def merged(sheet: Sheet, of_case: Sheet) -> Sheet:
    """One sheet of two: what the sheet answers counts, and what it leaves empty is taken from the case.

    Where both answer and differ it is told. A hint stands in the sheet alone, and costs whoever answers.
    """
    noted = {answer.question.casefold(): answer for answer in of_case.answers}
    answers: list[Answer] = []
    oddities = list(sheet.oddities)
    for answer in sheet.answers:
        other = noted.pop(answer.question.casefold(), None)
        if other is not None and not answer.answer.strip():
            answer = replace(answer, answer=other.answer, kind=answer.kind or other.kind)
        elif other is not None and other.answer.split() != answer.answer.split():
            oddities.append(Oddity("answered differently", 0, answer.question))
        answers.append(answer)
    return Sheet(sheet.trainee, (*answers, *noted.values()), tuple(oddities))


def _truth_of(truth: Path, trainee: str) -> Truth:
    for place in (*_folders_of(truth, trainee), truth / INSTRUCTOR, truth):
        if (place / "truth.json").is_file():
            return read_truth(place / "truth.json")
    raise UsageError(
        f"{truth}: has no truth for {trainee}", hint="name what was handed in as the trainee's folder in it is named"
    )


def _folders_of(truth: Path, trainee: str) -> Iterator[Path]:
    for path in sorted(truth.iterdir()):
        if _plain(path.name) == _plain(trainee):
            yield path / INSTRUCTOR
