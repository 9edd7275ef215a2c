"""Help that people read: its examples are taken by the commands, and values are named in words."""

import inspect
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cyberforensics.cli.app import app


def _commands(group: Any, *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, *above, name)
        else:
            yield (*above, name), command


def _text(command: Any) -> str:
    return inspect.cleandoc(command.help or "")


GROUP: Any = typer.main.get_command(app)
COMMANDS = dict(_commands(GROUP))
EXAMPLES = [
    (names, line.strip())
    for names, command in COMMANDS.items()
    for line in re.findall(r"^(cyberforensics .*)", _text(command), flags=re.MULTILINE)
]


@pytest.mark.parametrize(("names", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_an_example_is_taken_by_its_command(names: tuple[str, ...], line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "cyberforensics"
    assert tuple(words[: len(names)]) == names
    COMMANDS[names].make_context(" ".join(names), words[len(names) :])


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_help_has_its_examples_line_by_line_and_no_types_of_python(names: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*names, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    lines = [line.strip() for line in shown.output.splitlines()]
    examples = [line for name, line in EXAMPLES if name == names]
    assert examples
    assert set(examples) <= set(lines)
    usage = next(line for line in lines if line.startswith("Usage:"))
    assert not set(usage) & set("{}<>")
    assert not re.findall(r"<(?:bool|str|path|file|directory|int|float|list\[.*?\])>", shown.output)


def test_the_overview_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).output
    assert set(GROUP.commands) <= set(re.findall(r"^│ ([a-z-]+) ", shown, flags=re.MULTILINE))
