"""How a command's help reads: values in words, nothing behind a flag, examples line by line."""

import re
from pathlib import Path
from typing import Any, get_args

from typer.core import TyperArgument, TyperCommand, TyperOption

_VALUES: dict[object, str] = {bool: "", str: "TEXT", Path: "PATH", int: "N", float: "N"}
"""What stands for an option's value where the option names nothing itself; Typer would say ``<bool>`` of a flag."""


_EXAMPLES = re.compile(r"(?:^ *cyberforensics .*\n?)+", re.MULTILINE)
"""Lines of a docstring that are commands, however far the formatter has moved them in."""


class Command(TyperCommand):
    """A command whose help is for people: ``--rules PATH`` and not ``<list[Path]>``."""

    def __init__(self, *positional: Any, **settings: Any) -> None:  # noqa: ANN401 - whatever Typer gives its commands
        super().__init__(*positional, **settings)
        # In a fence, since Typer takes an indentation for that of the docstring and joins the lines.
        self.help = _EXAMPLES.sub(lambda found: f"```text\n{_moved_out(found[0])}\n```\n", self.help or "")

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - Typer's own copy of Click has no public name
        """Its options and arguments, and ``--help``."""
        params = super().get_params(ctx)
        for param in params:
            if isinstance(param, TyperArgument):
                param.display_type_rich = _no_type  # type: ignore[method-assign]  # there is no setting for none
                if param.metavar is None and param.nargs == 1:
                    param.metavar = param.display_name_raw.upper()
            elif isinstance(param, TyperOption) and param.metavar is None and not param.type_descriptor.is_choice:
                annotation = param.type_descriptor.annotation
                param.metavar = _VALUES.get(next(iter(get_args(annotation)), annotation))
        return params

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as above
        """The words of the usage line: ``CASE``, ``[SOURCE]...``; Typer would say ``{CASE}``."""
        return ["[OPTIONS]", *(_usage(param) for param in self.get_params(ctx) if isinstance(param, TyperArgument))]


def _moved_out(lines: str) -> str:
    return "\n".join(line.strip() for line in lines.splitlines())


def _no_type(ctx: Any) -> None:  # noqa: ANN401, ARG001 - Typer's signature
    return None


def _usage(argument: TyperArgument) -> str:
    name = argument.display_name_raw.removesuffix("...")
    name = name if argument.required else f"[{name}]"
    return name if argument.nargs == 1 else f"{name}..."
