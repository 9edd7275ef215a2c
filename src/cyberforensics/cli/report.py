"""``cyberforensics report``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case, triage
from cyberforensics.cli import options, render


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    unmask: Annotated[
        bool,
        typer.Option(
            "--unmask",
            help="Show what sensitive rules matched, in a report of its own; the examination log records it.",
        ),
    ] = False,
    show_timezone: options.ShowTimezone = None,
) -> None:
    """Write the reports of a case again, from its store alone."""
    zone = options.shown(show_timezone)
    with case.open_existing(folder) as store:
        summary = triage.write_reports(store, unmask="report" if unmask else None, zone=zone)
        shown = {} if zone is None else {"times shown in": str(zone)}
        case.log_action(folder, "reports written", {"report": summary.report.name, **shown})
    render.line(str(summary.report))
    render.shown_zone(zone)
