"""``cyberforensics rules fmt``."""

import difflib
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.cli.rules import told
from cyberforensics.cli.rules.given import Quiet, written
from cyberforensics.errors import EXIT_FINDINGS_IN_PACK
from cyberforensics.rules.formatting import Formatted, format_pack


def command(
    packs: Annotated[list[Path], typer.Argument(metavar="PACK...", help="Folders of rules, or rule files.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if something would change.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
    quiet: Quiet = False,
) -> None:
    """Lay out rule files in one form. A file of which more than white space would change stays as it is.

    cyberforensics rules fmt my-rules --check
    """
    with told.counting(quiet=quiet) as counter:
        files = [one for pack in dict.fromkeys(packs) for one in format_pack(pack, counter)]
    for one in files:
        if one.trouble:
            render.say(f"{one.path}: left as it is: {one.trouble}")
        elif one.changes:
            _change(one, check=check, diff=diff)
    changed = sum(one.changes for one in files)
    left = sum(bool(one.trouble) for one in files)
    word = "would be changed" if check or diff else "changed"
    render.say(f"{render.grouped(len(files))} files: {changed} {word}, {left} left as they are")
    if left or (check and changed):
        raise typer.Exit(EXIT_FINDINGS_IN_PACK)


def _change(one: Formatted, *, check: bool, diff: bool) -> None:
    if diff:
        lines = difflib.unified_diff(
            one.old.splitlines(), one.new.splitlines(), f"a/{one.name}", f"b/{one.name}", lineterm=""
        )
        render.lines(lines)
    else:
        render.line(str(one.path))
    if not check and not diff:
        path = one.path.resolve()
        mode = path.stat().st_mode
        written(path, one.new)
        path.chmod(mode)
