"""``cyberforensics lab check``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.errors import UsageError
from cyberforensics.lab import shipped
from cyberforensics.lab.grading import parts_of
from cyberforensics.lab.scenario_file import ScenarioError, read_scenario
from cyberforensics.lab.trying import PLAYED, try_out


def command(
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO", help="Folder of a scenario, or a case that ships.")],
) -> None:
    """Say what is wrong in a scenario, with file and line, and what would be right. Exit code 2 where something is.

    cyberforensics lab check my-case
    """
    try:
        written = read_scenario(shipped.folder_of(scenario))
        try_out(written, render.say)
    except ScenarioError as error:
        render.lines(error.details)
        raise UsageError(str(error), hint=error.hint) from error
    found = written.scenario
    things = found.grading.things if any(action.plant and action.thing for action in found.actions) else 0
    parts = parts_of(sum(question.points for question in found.questions), things)
    counts = (
        _counted(len(found.volumes), "volume"),
        _counted(len(found.actions), "action"),
        _counted(len(found.questions), "question"),
        _counted(sum(points for _, points in parts), "point"),
    )
    tried = f"{PLAYED} variants were played, one was built"
    languages = ", ".join(found.languages)
    render.line(f"{found.name}: {', '.join(counts)}; in {languages}. No mistake was found; {tried}.")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
