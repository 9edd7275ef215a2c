"""Every command, each loaded when it is asked for: what signs, prints or reads disks is not needed by the others."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from cyberforensics.cli.help import Command

COMMANDS = (
    ("new", "new"),
    ("triage", "triage"),
    ("scan", "scan"),
    ("info", "info"),
    ("ls", "listing"),
    ("verify-image", "verify_image"),
    ("show", "show"),
    ("timeline", "timeline"),
    ("export", "export"),
    ("tag", "tag"),
    ("note", "note"),
    ("report", "report"),
    ("log", "log"),
    ("seal", "seal"),
    ("stamp", "stamp"),
    ("verify", "verify"),
    ("validate", "validate"),
    ("rules", "rules"),
    ("lab", "lab"),
)
"""Name and module of every command, in the order in which help lists them.

The module has a function ``command``; where a command has commands of its own, an ``app`` of Typer.
"""


class Commands(TyperGroup):
    """The group of all commands, which loads the one that is run, and all for the overview."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - whatever Typer gives its groups
        super().__init__(**{**settings, "commands": _Loaded(dict(COMMANDS))})


class _Loaded(Mapping[str, object]):
    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, name: str) -> object:
        module = import_module(f"cyberforensics.cli.{self._modules[name]}")
        if hasattr(module, "app"):
            group = typer.main.get_command(module.app)
            group.name = name
            return group
        alone = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False, add_completion=False)
        alone.command(name, cls=Command)(module.command)
        return typer.main.get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)
