"""A group of commands of which one is the default: what was one command goes on working under its name."""

from typing import Any

from typer.core import TyperGroup


class DefaultGroup(TyperGroup):
    """A group that runs its first command where the first argument is the name of none.

    A folder that is called as a command is named ``./check``.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - a context of whatever Typer brings
        """Put the default's name before its arguments."""
        known = {*self.commands, *self.get_help_option_names(ctx)}
        if args and args[0] not in known:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)
