"""``cyberforensics lab build``."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import progress, render
from cyberforensics.errors import UsageError
from cyberforensics.lab import shipped
from cyberforensics.lab.classes import build_class, read_trainees
from cyberforensics.lab.handing_out import HANDOUT, INSTRUCTOR, hand_out
from cyberforensics.lab.scenario_file import ScenarioError, read_scenario


def command(
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO", help="Folder of a scenario, or a case that ships.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="A new folder.")],
    seed: Annotated[
        str | None, typer.Option(help="The same seed gives the same bytes. Without it one is made and said.")
    ] = None,
    trainees: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A variant for each name in this file, one on each line.")
    ] = None,
    processes: Annotated[int | None, typer.Option(min=1, max=256, help="Variants at once; one for each core.")] = None,
) -> None:
    """Build images and questions for trainees, and the truth for instructors. Nothing of the system is mounted.

    cyberforensics lab build leaver -o try --seed 1
    cyberforensics lab build leaver -o course --trainees names.txt
    """
    folder = shipped.folder_of(scenario)
    if seed is not None and trainees is not None:
        raise UsageError("--seed and --trainees exclude each other", hint="a class has a secret of its own")
    try:
        if trainees is not None:
            names = read_trainees(trainees)
            ready = build_class(folder, names, output, processes or os.cpu_count() or 1)
            with progress.counting(len(names)) as tell:
                for name in ready:
                    tell(name)
            render.line(f"{len(names)} variants in {output}; hand out FOLDER/NAME/{HANDOUT}, keep the rest")
            return
        chosen = secrets.token_hex(16) if seed is None else seed
        truth = hand_out(read_scenario(folder), chosen, output, render.say)
    except ScenarioError as error:
        render.lines(error.details)
        raise UsageError(str(error), hint=error.hint) from error
    render.line(f"seed: {chosen}")
    render.line(f"for trainees: {output / HANDOUT} ({', '.join(image.file for image in truth.images)})")
    render.line(f"for instructors: {output / INSTRUCTOR}")
