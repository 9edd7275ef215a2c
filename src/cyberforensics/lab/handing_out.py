"""A built variant to what people get: trainees the images and the questions, instructors the truth.

FOLDER/handout/      images, brief.<language>.html and .pdf, answers.csv, commitment.txt, SHA256SUMS
FOLDER/instructor/   truth.json, commitment-key.txt, notes.<language>.html and .pdf,
                         ctfd/<question>/challenge.yml
"""

import hashlib
import hmac
from pathlib import Path

from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.lab.answers import ROWS, sheet_lines
from cyberforensics.lab.building import build
from cyberforensics.lab.ctfd import challenges
from cyberforensics.lab.imaging import Observer
from cyberforensics.lab.pages import Page, brief, notes
from cyberforensics.lab.rendering import as_html, as_pdf
from cyberforensics.lab.scenario_file import Written
from cyberforensics.lab.truth import Truth, written
from cyberforensics.lab.variant import fill
from cyberforensics.lab.wording import wording

HANDOUT, INSTRUCTOR = "handout", "instructor"


def hand_out(scenario: Written, seed: str, folder: Path, observer: Observer = lambda _: None) -> Truth:
    """Make one variant, with all that goes with it, in a new or empty folder.

    Raises:
        ScenarioError: the scenario does not work.
        UsageError: the folder is not empty.
        CannotWrite: it can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder}: is not empty", hint="name a new folder: -o FOLDER")
        handout, instructor = folder / HANDOUT, folder / INSTRUCTOR
        handout.mkdir()
        instructor.mkdir(mode=0o700)
    except OSError as error:
        raise CannotWrite(f"{folder}: can't be made ({error.strerror})") from error
    try:
        built = build(scenario, seed, handout, observer)
    except BaseException:
        _clear(folder, handout, instructor)
        raise
    truth = written(built.truth)
    # Of a seed that can be guessed the key can be, too: `class_seed` makes seeds that can't.
    key = hashlib.sha256(f"commitment/{seed}".encode()).hexdigest()
    try:
        (instructor / "truth.json").write_bytes(truth)
        (instructor / "commitment-key.txt").write_text(key + "\n")
        (handout / "commitment.txt").write_text(_commitment(truth, key))
        for texts in scenario.texts:
            words = wording(texts.language)
            _sheet(handout / f"brief.{texts.language}", brief(scenario, texts, words, built.truth, built.values))
            _sheet(instructor / f"notes.{texts.language}", notes(texts, words, built.truth, built.values))
        first = scenario.texts[0]
        rows = [
            (question.id, *(fill(texts.questions[question.id], built.values) for texts in scenario.texts))
            for question in scenario.scenario.questions
        ]
        rows += [(row, *(wording(language)[f"row {row}"] for language in scenario.scenario.languages)) for row in ROWS]
        lines = sheet_lines(scenario.scenario.languages, rows)
        # With its mark: a spreadsheet takes it for another encoding otherwise.
        (handout / "answers.csv").write_text("".join(lines), "utf-8-sig", newline="")
        for name, text in challenges(built.truth, first, wording(first.language), built.values):
            place = instructor / "ctfd" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        sums = [f"{one.sha256}  {one.name}\n" for image in built.truth.images for one in image.files]
        (handout / "SHA256SUMS").write_text("".join(sums), "utf-8")
    except OSError as error:
        raise CannotWrite(f"{error.filename}: can't be written ({error.strerror})") from error
    return built.truth


def _sheet(path: Path, page: Page) -> None:
    path.with_name(f"{path.name}.html").write_text(as_html(page), "utf-8")
    path.with_name(f"{path.name}.pdf").write_bytes(as_pdf(page))


def _clear(folder: Path, *made: Path) -> None:
    """What is not finished is not there: the same command can be given again."""
    for place in made:
        for path in place.iterdir():
            path.unlink()
        place.rmdir()
    folder.rmdir()


def class_seed(secret: str, trainee: str) -> str:
    """The seed of one trainee's variant: nobody without the secret can build it."""
    return hmac.new(secret.encode(), trainee.encode(), hashlib.sha256).hexdigest()


def _commitment(truth: bytes, key: str) -> str:
    digest = hmac.new(key.encode(), truth, hashlib.sha256).hexdigest()
    return (
        f"{digest}\n\n"
        "HMAC-SHA256 of truth.json, which fixes the right answers before the exercise and tells none of them.\n"
        "Afterwards, with truth.json and the key from commitment-key.txt, anybody can compute it again:\n\n"
        "    openssl dgst -sha256 -hmac KEY truth.json\n"
    )
