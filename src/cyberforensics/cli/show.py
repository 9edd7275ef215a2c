"""``cyberforensics show``."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case, query, report
from cyberforensics.cli import options, render


class What(StrEnum):
    """Which table."""

    ENTRIES = "entries"
    FINDINGS = "findings"
    EVENTS = "events"
    PROBLEMS = "problems"
    VOLUMES = "volumes"
    COVERAGE = "coverage"


class Format(StrEnum):
    """How it is written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


def command(
    what: Annotated[What, typer.Argument(help="Which part of the case.")],
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    form: Annotated[
        Format, typer.Option("--format", help="A table to read, or every field as JSON lines or CSV.")
    ] = Format.TABLE,
    path: Annotated[str | None, typer.Option(help="GLOB of the path, as in `'/Users/*/Downloads/*'`.")] = None,
    category: Annotated[str | None, typer.Option(help="picture, document, archive …")] = None,
    deleted: Annotated[bool, typer.Option("--deleted", help="Only what is not allocated.")] = False,
    since: Annotated[str | None, typer.Option(help="With a time at or after this (RFC 3339, or a date).")] = None,
    until: Annotated[str | None, typer.Option(help="With a time before this.")] = None,
    min_size: Annotated[int | None, typer.Option(min=0, help="At least this many bytes.")] = None,
) -> None:
    """Show what a case holds. `--format jsonl` is the public interface: docs/case-format.md names every field."""
    filters = query.Filters(
        path=path,
        category=category,
        deleted=deleted,
        since=options.moment(since),
        until=options.moment(until),
        min_size=min_size,
    )
    with case.open_existing(folder) as store:
        objects = query.objects(store, what.value, filters)
        if form is Format.JSONL:
            render.lines(report.json_line(found) for found in objects)
        elif form is Format.CSV:
            render.lines(report.object_csv_lines(_KINDS[what], objects))
        else:
            render.lines(_table(what.value, objects))


_KINDS: Mapping[What, str] = {
    What.ENTRIES: "entry",
    What.FINDINGS: "finding",
    What.EVENTS: "event",
    What.PROBLEMS: "problem",
    What.VOLUMES: "volume",
    What.COVERAGE: "coverage",
}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "entries": ("status", "size", "name_state", "media_type", "path", "stream"),
    "findings": ("severity", "rule", "context", "path", "stream", "id"),
    "events": ("time", "meaning", "message"),
    "problems": ("severity", "code", "path", "message"),
    "volumes": ("id", "status", "filesystem", "offset", "size", "type"),
}


def _table(what: str, objects: Iterator[Mapping[str, object]]) -> Iterator[str]:
    """Columns in fixed order; the last ones are free in width, so that a long path is never cut."""
    if what == "coverage":
        for found in objects:
            yield from report.coverage_lines(found)
        return
    columns = _COLUMNS[what]
    widths = [max(len(name), 9) for name in columns]
    yield "  ".join(f"{name:<{width}}" for name, width in zip(columns, widths, strict=True)).rstrip()
    for found in objects:
        cells = ["-" if found.get(name) is None else str(found[name]) for name in columns]
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()
