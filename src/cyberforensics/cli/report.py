"""``cyberforensics report``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case, triage
from cyberforensics.cli import render


def command(folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")]) -> None:
    """Write the reports of a case again, from its store alone."""
    with case.open_existing(folder) as store:
        summary = triage.write_reports(store)
        case.log_action(folder, "reports written", {})
    render.line(str(summary.report))
