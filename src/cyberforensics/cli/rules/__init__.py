"""``cyberforensics rules``: its commands."""

from collections.abc import Callable

import typer

COMMANDS: tuple[tuple[str, Callable[..., None]], ...] = ()
"""Every command, in the order in which help lists them."""

app = typer.Typer(
    help="Write, check, test, measure and ship rule packs.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
for _name, _command in COMMANDS:
    app.command(_name)(_command)
