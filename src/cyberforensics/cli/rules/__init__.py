"""``cyberforensics rules``: its commands."""

from collections.abc import Callable

import typer

from cyberforensics.cli.help import Command
from cyberforensics.cli.rules import benching, building, check, diff, fmt, listing, new, testing

COMMANDS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("new", new.command),
    ("check", check.command),
    ("test", testing.command),
    ("bench", benching.command),
    ("fmt", fmt.command),
    ("build", building.command),
    ("list", listing.command),
    ("diff", diff.command),
)
"""Every command, in the order in which help lists them."""

app = typer.Typer(
    name="rules",
    help="Write, check, test, measure and ship rule packs.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _group() -> None:
    """Write, check, test, measure and ship rule packs."""


for _name, _command in COMMANDS:
    app.command(_name, cls=Command)(_command)
