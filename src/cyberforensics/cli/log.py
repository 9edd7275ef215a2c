"""``cyberforensics log``."""

import json as json_text
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case
from cyberforensics.cli import render
from cyberforensics.errors import EXIT_PROBLEMS


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show the examination log: what the tool did, when, for whom, and whether its chain holds.

    Exit code 10: the chain is broken, or a line is torn.

        cyberforensics log CASE
    """
    lines = list(case.read_log(folder))
    troubles = [line for line in lines if line.trouble is not None]
    if json:
        render.as_json(
            {
                "lines": [{"line": line.number, "trouble": line.trouble, "record": line.record} for line in lines],
                "chain_holds": not troubles,
            }
        )
    else:
        render.lines(text for line in lines for text in _shown(line))
    for line in troubles:
        render.say(f"line {line.number}: {line.trouble}")
    if troubles:
        raise typer.Exit(EXIT_PROBLEMS)
    render.say(f"{render.grouped(len(lines))} lines; each names the digest of the one before it")


def _shown(line: case.LogLine) -> Iterator[str]:
    """The action on a line, its facts under it; versions only as their number."""
    if line.record is None:
        yield f"{line.number:>5}  NOT A WHOLE RECORD"
        return
    record = line.record
    yield f"{line.number:>5}  {record['time']}  {record['operator']}  {record['action']}"
    for name, value in record["facts"].items():
        if name == "versions" and isinstance(value, dict):
            product = value.get("cyberforensics", "?")
            more = len(value) - 1
            text = f"cyberforensics {product}{f', and those of {more} more (--json has them)' if more else ''}"
        elif name == "command" and isinstance(value, list):
            text = " ".join(map(str, value))
        else:
            text = value if isinstance(value, str) else json_text.dumps(value, ensure_ascii=False, sort_keys=True)
        for number, part in enumerate(text.split("\n")):
            yield f"       {name + ':' if number == 0 else ' ' * (len(name) + 1)} {part}"
