"""``cyberforensics note``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case
from cyberforensics.cli import render


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    text: Annotated[str, typer.Argument(help="What is noted; several lines are fine.")],
    opinion: Annotated[
        bool, typer.Option("--opinion", help="It is an opinion, kept and printed apart from every fact.")
    ] = False,
) -> None:
    """Add a note of the examiner's: to the examination log, to the store, and so to every report made from now on.

    Without `--opinion` it is a note of fact: what was seen, done or handed over.

        cyberforensics note CASE 'The seal of the bag was whole.'
        cyberforensics note CASE --opinion 'The two lists have one source.'
    """
    with case.open_to_annotate(folder) as store:
        case.add_note(store, "opinion" if opinion else "fact", text, ("cyberforensics", *sys.argv[1:]))
    render.say(f"noted as {'an opinion' if opinion else 'a fact'}; `cyberforensics report` writes it into the report")
