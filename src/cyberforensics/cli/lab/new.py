"""``cyberforensics lab new``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.lab import shipped


def command(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="A new folder for the scenario.")],
    like: Annotated[str, typer.Option("--like", metavar="CASE", help="Begin with a case that ships.")] = shipped.START,
) -> None:
    """Write a commented scenario to start from. Then: `lab check NAME`, `lab build NAME -o FOLDER`.

    cyberforensics lab new my-case
    cyberforensics lab new my-case --like leaver
    """
    for path in shipped.write_new(name, like):
        render.line(str(path))
    render.say(f"next: cyberforensics lab check {name}")
