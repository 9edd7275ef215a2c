"""``cyberforensics lab grade``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.errors import EXIT_PROBLEMS, CannotWrite, UsageError
from cyberforensics.lab.classes import as_json, table
from cyberforensics.lab.grading import Grade
from cyberforensics.lab.handed_in import grade_all
from cyberforensics.lab.pages import grade_page
from cyberforensics.lab.rendering import as_html, as_pdf
from cyberforensics.lab.wording import Wording, wording


def command(
    handed_in: Annotated[
        list[Path],
        typer.Argument(
            metavar="ANSWERS_OR_CASE...", help="Answer sheets (CSV), sealed cases, or a folder of both for each."
        ),
    ],
    truth: Annotated[Path, typer.Option("--truth", metavar="FILE", help="truth.json, or the folder of a class.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="Write a page for each, and class.csv.")
    ] = None,
    language: Annotated[str, typer.Option(help="Of pages and reasons, such as fr.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print all marks as JSON.")] = False,
) -> None:
    """Grade what trainees handed in, line by line: questions, things found, steps; with a reason for each point.

    cyberforensics lab grade --truth course mira.csv -o grades
    """
    words = wording(language)
    grades, refused = grade_all(truth, handed_in, words)
    if output is not None:
        try:
            output.mkdir(parents=True, exist_ok=True)
            for one in grades:
                page = grade_page(one, words)
                (output / f"{one.trainee}.html").write_text(as_html(page), "utf-8")
                (output / f"{one.trainee}.pdf").write_bytes(as_pdf(page))
            # With its mark: a spreadsheet takes it for another encoding otherwise.
            (output / "class.csv").write_text(table(grades, refused), "utf-8-sig", newline="")
            (output / "grades.json").write_text(as_json(grades, refused), "utf-8")
        except OSError as error:
            raise CannotWrite(f"{error.filename}: can't be written ({error.strerror})") from error
    if json:
        render.lines(as_json(grades, refused).splitlines())
    else:
        for one in grades:
            render.line(f"{one.trainee}: {one.points:g} of {one.most:g}")
            if len(grades) == 1:
                render.lines(_marks(one, words))
        render.lines(f"{one.trainee}: not graded: {one.why}" for one in refused)
    if refused and not grades:
        raise UsageError(f"nobody has a grade: {refused[0].trainee}: {refused[0].why}", hint="mend what was handed in")
    if refused:
        render.say(f"{len(refused)} of {len(grades) + len(refused)} trainees have no grade; all others are graded")
        raise typer.Exit(EXIT_PROBLEMS)


def _marks(one: Grade, words: Wording) -> list[str]:
    width = max(len(mark.question) for mark in one.marks)
    lines: list[str] = []
    for part in one.subtotals:
        lines.append(f" {words[part.part]}: {part.points:g} of {part.most:g}")
        marks = (mark for mark in one.marks if mark.part == part.part)
        lines += [f"  {mark.question:<{width}}  {mark.points:>5g} of {mark.most:<4g} {mark.why}" for mark in marks]
    return lines + [f"  {note}" for note in one.notes]
