"""``cyberforensics lab list``."""

from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.lab import shipped


def command(json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """List the cases that ship, with their length and what they are about.

    cyberforensics lab list
    """
    cases = shipped.cases()
    if json:
        render.as_json([{"name": one.name, "minutes": one.minutes, "title": one.title} for one in cases])
        return
    width = max(len(one.name) for one in cases)
    render.lines(f"{one.name:<{width}}  {one.minutes:>4} minutes  {one.title}" for one in cases)
