"""``cyberforensics report``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case, triage
from cyberforensics.cli import options, render
from cyberforensics.model.annotations import checked_label


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    only: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="Only what bears this label, in a report of its own, with the totals."),
    ] = None,
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
    label = None if only is None else checked_label(only)
    facts = {} if zone is None else {"times shown in": str(zone)}
    with (
        case.open_existing(folder) as store,
        case.recorded(folder, "report", facts, ("cyberforensics", *sys.argv[1:])) as result,
    ):
        summary = triage.write_reports(store, unmask="report" if unmask else None, zone=zone, only=label)
        result["report"] = summary.report.name
    render.line(str(summary.report))
    render.shown_zone(zone)
