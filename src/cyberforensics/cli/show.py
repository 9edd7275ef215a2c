"""``cyberforensics show``."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case, query, report
from cyberforensics.cli import options, render
from cyberforensics.model.annotations import checked_label
from cyberforensics.model.shown import ShownZone, for_eyes, zoned_for_eyes


class What(StrEnum):
    """Which table."""

    ENTRIES = "entries"
    FINDINGS = "findings"
    EVENTS = "events"
    PROBLEMS = "problems"
    VOLUMES = "volumes"
    COVERAGE = "coverage"
    FACTS = "facts"
    CROSS_CHECK = "cross-check"
    TAGS = "tags"


class Context(StrEnum):
    """Where findings lie: the words of `model.contexts`, which a test holds equal."""

    USER_FILE = "user-file"
    SYSTEM = "system"
    PAGE_OR_HIBERNATION = "page-or-hibernation"
    SECURITY_PRODUCT = "security-product"
    CACHE = "cache"
    RULE_TEXT = "rule-text"


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
    known: Annotated[
        bool | None, typer.Option("--known/--not-known", help="Only what a list of known digests holds, or does not.")
    ] = None,
    context: Annotated[Context | None, typer.Option(help="Findings that lie in such a place.")] = None,
    tag: Annotated[str | None, typer.Option(metavar="LABEL", help="Only what bears this label itself.")] = None,
    unmask: Annotated[
        bool, typer.Option("--unmask", help="Show what sensitive rules matched; the examination log records it.")
    ] = False,
    show_timezone: options.ShowTimezone = None,
    exact: options.Exact = False,
) -> None:
    """Show what a case holds. `--format jsonl` is the public interface: docs/case-format.md names every field.

    cyberforensics show findings CASE
    cyberforensics show entries CASE --deleted --category picture
    cyberforensics show findings CASE --format jsonl
    """
    filters = query.Filters(
        path=path,
        category=category,
        deleted=deleted,
        since=options.moment(since),
        until=options.moment(until),
        min_size=min_size,
        known=known,
        context=None if context is None else context.value,
        tag=None if tag is None else checked_label(tag),
    )
    zone = options.shown(show_timezone)
    with case.open_existing(folder) as store:
        asked_by = f"show {what.value} --format {form.value}" if unmask else None
        for_people = form is Format.TABLE
        objects = query.objects(store, what.value, filters, for_people=for_people, unmask=asked_by, zone=zone)
        if form is Format.JSONL:
            render.lines(report.json_line(found) for found in objects)
        elif form is Format.CSV:
            render.lines(report.object_csv_lines(_KINDS[what], objects, shown=zone is not None))
        else:
            render.lines(_table(what.value, objects, zone=zone, exact=exact))
    render.shown_zone(zone)


_KINDS: Mapping[What, str] = {
    What.ENTRIES: "entry",
    What.FINDINGS: "finding",
    What.EVENTS: "event",
    What.PROBLEMS: "problem",
    What.VOLUMES: "volume",
    What.COVERAGE: "coverage",
    What.FACTS: "fact",
    What.CROSS_CHECK: "cross-check",
    What.TAGS: "tag",
}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "entries": ("volume", "status", "name_state", "size", "media_type", "id", "path"),
    "findings": ("severity", "rule", "volume", "context", "id", "path"),
    "events": ("time", "meaning", "message"),
    "problems": ("severity", "code", "volume", "path", "message"),
    "facts": ("volume", "question", "state", "subject", "value", "time", "path"),
    "cross-check": ("volume", "state", "second", "compared", "known", "different", "reason"),
    "tags": ("id", "kind", "label", "operator", "time", "note"),
    "volumes": ("id", "status", "filesystem", "offset", "size", "type"),
}


_ONE: Mapping[str, str] = {name: name.removesuffix("s") for name in _COLUMNS} | {"entries": "entry"}
"""What one row is."""
_MEASURED = 500
"""Rows that are looked at before the first is written, to make the columns wide enough."""
_WIDEST = 48


def _table(what: str, objects: Iterator[Mapping[str, object]], *, zone: ShownZone | None, exact: bool) -> Iterator[str]:
    """Columns as wide as their cells; a path is never cut."""
    if what == "coverage":
        for found in objects:
            yield from report.coverage_lines(found)
        return
    columns = _COLUMNS[what]
    if zone is not None and what == "events":
        columns = ("time", "time_shown", *columns[1:])
    rows = ([_cell(found, name, exact=exact) for name in columns] for found in map(_with_keyword, objects))
    titles = [f"in {zone.name}" if zone is not None and name == "time_shown" else name for name in columns]
    first = list(islice(rows, _MEASURED))
    if not first:
        yield f"no {what}"
        return
    widths = [min(_WIDEST, max(map(len, cells))) for cells in zip(titles, *first, strict=True)]
    widths[columns.index("path") if "path" in columns else -1] = 0  # free in width: what follows it is short or last
    count = 0
    for count, cells in enumerate(chain([titles], first, rows)):  # noqa: B007 - the last one is the number
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()
    yield f"{render.grouped(count)} {_ONE.get(what, what) if count == 1 else what}"


def _with_keyword(found: Mapping[str, object]) -> Mapping[str, object]:
    """Of a keyword's finding: the keyword for the rule's name, and behind the path what stands around it."""
    shown = report.keyword_shown(found) if "source" in found else None
    return found if shown is None else {**found, "rule": shown[0], "beside": shown[1]}


def _cell(found: Mapping[str, object], name: str, *, exact: bool) -> str:
    """As people read it, or exact: sizes in bytes, times with all their digits."""
    value = found.get(name)
    if value is None:
        return "-"
    if name == "path":
        beside = f"  {found['beside']}" if "beside" in found else ""
        return (str(value) if found.get("stream") is None else f"{value}:{found['stream']}") + beside
    if exact:
        return str(value)
    if name == "size" and isinstance(value, int):
        return render.in_bytes(value)
    if name == "time" and "zone_basis" in found:
        return for_eyes(str(value), str(found["zone_basis"]))
    return zoned_for_eyes(str(value)) if name == "time_shown" else str(value)
