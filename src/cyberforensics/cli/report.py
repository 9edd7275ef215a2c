"""``cyberforensics report``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case, reports, triage
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
    case_jsonld: Annotated[
        bool, typer.Option("--case-jsonld", help="Write the case as a graph of CASE/UCO, too: reports/case.jsonld.")
    ] = False,
    pdf: options.Pdf = False,
    show_timezone: options.ShowTimezone = None,
) -> None:
    """Write the reports of a case again, from its store alone."""
    zone = options.shown(show_timezone)
    label = None if only is None else checked_label(only)
    facts = {} if zone is None else {"times shown in": str(zone)}
    case.refuse_sealed(folder)
    with (
        case.open_existing(folder) as store,
        case.recorded(folder, "report", facts, ("cyberforensics", *sys.argv[1:])) as result,
    ):
        summary = triage.write_reports(store, unmask="report" if unmask else None, zone=zone, only=label, pdf=pdf)
        result["report"] = summary.report.name
        if summary.pdf is not None:
            result["pdf"] = summary.pdf.name
        graph = reports.write_case_jsonld(store) if case_jsonld else None
        if graph is not None:
            result["graph"] = graph.name
    render.line(str(summary.report))
    for written in (summary.pdf, graph):
        if written is not None:
            render.line(str(written))
    render.shown_zone(zone)
