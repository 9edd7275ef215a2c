"""``cyberforensics rules new``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.cli.rules.given import written
from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.rules.new_pack import is_name, new_pack


def command(
    folder: Annotated[Path, typer.Argument(metavar="NAME", help="The pack's name, or the folder to make for it.")],
    author: Annotated[str, typer.Option("--author", help="Who writes the rules.")] = "your name",
) -> None:
    """Make a pack to begin with: one rule, a sample that it matches and one that it does not.

    cyberforensics rules new my-rules
    """
    name = folder.resolve().name
    if not is_name(name):
        raise UsageError(f"{name!r} is no name for a pack", hint="lower case, digits and hyphens, as in web-shells")
    if not author.isprintable():
        raise UsageError("--author: one line of text")
    if folder.exists():
        raise UsageError(f"{folder} is there already", hint="choose another name; nothing was written")
    for place, text in new_pack(name, author, datetime.now(UTC).date()).items():
        path = folder / place
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWrite(f"{path.parent}: can't be made ({error.strerror})") from error
        written(path, text)
        render.line(str(path))
    render.say(f"next: cyberforensics rules check {folder}")
