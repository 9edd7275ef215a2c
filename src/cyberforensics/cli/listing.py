"""``cyberforensics ls``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import pipeline, report
from cyberforensics.cli import options, render
from cyberforensics.errors import EXIT_PROBLEMS, UsageError
from cyberforensics.model.entry import Entry, NameState
from cyberforensics.model.problem import Problem, Severity
from cyberforensics.model.volume import Volume

_MARKS = {
    NameState.ALLOCATED: " ",
    NameState.DELETED: "*",
    NameState.ORPHAN: "o",
    NameState.REALLOCATED: "!",
}


def command(
    source: Annotated[Path, typer.Argument(help="An image, a device, a folder or a file.")],
    path: Annotated[str, typer.Argument(help="Only what lies in this folder, as in /Users.")] = "/",
    tree: Annotated[bool, typer.Option("--tree", help="As a tree, without sizes and addresses.")] = False,
    exact: options.Exact = False,
    accept_writable_source: options.AcceptWritable = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON array of objects.")] = False,
) -> None:
    """List every entry: `*` marks deleted names, `!` those whose record was used again, `o` orphans.

    cyberforensics ls disk.E01 /Users
    cyberforensics ls disk.E01 --tree
    """
    prefix = path.rstrip("/")
    troubled = False
    found = False
    before = "["
    for item in pipeline.list_entries(source, accept_writable=accept_writable_source):
        if isinstance(item, Problem):
            troubled |= item.severity != Severity.INFO
            render.say(f"{item.severity}: {item.message}{f' ({item.path})' if item.path else ''} [{item.code}]")
        elif isinstance(item, Volume):
            if not json:
                render.line(f"{item.id}: {item.filesystem}")
        elif not (item.path == prefix or item.path.startswith(prefix + "/")):
            continue
        elif json:
            found = True
            render.line(before + report.json_line(report.listed_object(item)))
            before = ","
        else:
            found = True
            render.lines(_shown(item, tree=tree, exact=exact))
    if json:
        render.line("]" if before == "," else "[]")
    if prefix and not found:
        raise UsageError(f"{path}: nothing of that path is listed in {source.name}", hint="paths begin with a slash")
    if troubled:
        raise typer.Exit(EXIT_PROBLEMS)


def _shown(entry: Entry, *, tree: bool, exact: bool) -> Iterator[str]:
    stream = f":{entry.stream}" if entry.stream is not None else ""
    slash = "/" if entry.kind == "directory" and not stream and entry.path != "/" else ""
    mark = _MARKS[entry.name_state]
    if tree:
        depth = entry.path.count("/") if entry.path != "/" else 0
        yield f"{mark} {'  ' * depth}{entry.path.rpartition('/')[2] or '/'}{stream}{slash}"
    else:
        size = str(entry.size) if exact and entry.size is not None else render.in_bytes(entry.size)
        yield f"{mark} {size:>12}  {entry.meta_address:>16}  {entry.path}{stream}{slash}"
