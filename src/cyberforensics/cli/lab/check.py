"""``cyberforensics lab check``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.errors import UsageError
from cyberforensics.lab import shipped
from cyberforensics.lab.scenario_file import ScenarioError, read_scenario
from cyberforensics.lab.story import play
from cyberforensics.lab.variant import variant_of

_TRIED = 20
"""Variants that are played: a story may work with one choice of values and not with another."""


def command(
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO", help="Folder of a scenario, or a case that ships.")],
) -> None:
    """Say what is wrong in a scenario, with file and line, and what would be right. Exit code 2 where something is.

    cyberforensics lab check my-case
    """
    try:
        written = read_scenario(shipped.folder_of(scenario))
        for number in range(_TRIED):
            play(written, variant_of(written.scenario, str(number)))
    except ScenarioError as error:
        render.lines(error.details)
        raise UsageError(str(error), hint=error.hint) from error
    found = written.scenario
    counts = (
        _counted(len(found.volumes), "volume"),
        _counted(len(found.actions), "action"),
        _counted(len(found.questions), "question"),
        _counted(sum(question.points for question in found.questions), "point"),
    )
    languages = ", ".join(found.languages)
    render.line(
        f"{found.name}: {', '.join(counts)}; in {languages}. No mistake was found; {_TRIED} variants were played."
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
