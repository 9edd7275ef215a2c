"""``cyberforensics timeline``."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case, report
from cyberforensics.cli import options, render
from cyberforensics.errors import UsageError
from cyberforensics.replacing import replacing


class Format(StrEnum):
    """Who reads it."""

    CSV = "csv"
    JSONL = "jsonl"
    BODYFILE = "bodyfile"
    PARQUET = "parquet"


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    form: Annotated[
        Format, typer.Option("--format", help="CSV; JSON lines for Timesketch; TSK's body file; Parquet (an extra).")
    ] = Format.CSV,
    start: Annotated[
        str | None, typer.Option("--from", help="Nothing before this moment (RFC 3339, or a date).")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Nothing from this moment on.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file; standard output without it.")] = None,
    show_timezone: options.ShowTimezone = None,
) -> None:
    """Write every time of the case: file system times and events. What a format loses is said on standard error.

    cyberforensics timeline CASE --from 2026-03-17 --to 2026-03-22
    cyberforensics timeline CASE --format bodyfile -o case.body
    """
    zone = options.shown(show_timezone)
    if zone is not None and form is Format.BODYFILE:
        raise UsageError("--show-timezone: a body file has whole seconds and no zone", hint="use csv or jsonl")
    if form is Format.PARQUET:
        report.need_pyarrow()
        if output is None:
            raise UsageError("--format parquet is no text", hint="name a file: -o timeline.parquet")
    since, until = options.moment(start), options.moment(end)
    with case.open_existing(folder) as store:
        left_out = report.LeftOut()
        if form is Format.BODYFILE:  # its lines are entries: those that have a time between the two
            chosen = case.Conditions(since=since, until=until)
            lines = report.bodyfile_lines(case.entries(store, filters=chosen, order="walk"))
        elif form is not Format.PARQUET:
            rows = case.timeline(store, since, until)
            lines = (
                report.csv_lines(rows, zone) if form is Format.CSV else report.timesketch_lines(rows, left_out, zone)
            )
        if output is None:
            render.lines(lines)
        else:
            facts = {"format": form.value, **({} if zone is None else {"times shown in": str(zone)})}
            with case.recorded(folder, "timeline", facts, ("cyberforensics", *sys.argv[1:])) as result:
                with replacing(output) as out:
                    if form is Format.PARQUET:
                        report.write_parquet(case.timeline(store, since, until), out, zone)
                    else:
                        report.write_lines(lines, out)
                result["file"] = str(output)
    for notice in report.notice_lines(form.value, left_out):
        render.say(notice)
    render.shown_zone(zone)
