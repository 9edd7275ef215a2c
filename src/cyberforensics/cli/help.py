"""How a command's help reads: values in words, nothing behind a flag."""

from pathlib import Path
from typing import Any, get_args

from typer.core import TyperCommand, TyperOption

_VALUES: dict[object, str] = {bool: "", str: "TEXT", Path: "PATH", int: "N", float: "N"}
"""What stands for an option's value where the option names nothing itself; Typer would say ``<bool>`` of a flag."""


class Command(TyperCommand):
    """A command whose help is for people: ``--rules PATH`` and not ``<list[Path]>``."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - Typer's own copy of Click has no public name
        """Its options and arguments, and ``--help``."""
        params = super().get_params(ctx)
        for param in params:
            if isinstance(param, TyperOption) and param.metavar is None and not param.type_descriptor.is_choice:
                annotation = param.type_descriptor.annotation
                param.metavar = _VALUES.get(next(iter(get_args(annotation)), annotation))
        return params
