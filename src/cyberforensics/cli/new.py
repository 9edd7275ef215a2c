"""``cyberforensics new``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case
from cyberforensics.cli import render


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="A new folder, or a case that has no case.toml.")],
) -> None:
    """Make a case folder with a case.toml to fill in: laboratory, request, exhibits, custody, who authorises.

    cyberforensics new CASE
    """
    render.line(str(case.new_case(folder)))
