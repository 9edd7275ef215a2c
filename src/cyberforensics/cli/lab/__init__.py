"""``cyberforensics lab``: its commands."""

import typer

from cyberforensics.cli.help import Command
from cyberforensics.cli.lab import build, check, grade, listing, new

COMMANDS = (
    ("list", listing.command),
    ("new", new.command),
    ("check", check.command),
    ("build", build.command),
    ("grade", grade.command),
)
"""Every command, in the order in which help lists them."""

app = typer.Typer(
    help="Training cases with known answers: write a scenario, build a variant for each trainee, grade the answers.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
for _name, _command in COMMANDS:
    app.command(_name, cls=Command)(_command)
