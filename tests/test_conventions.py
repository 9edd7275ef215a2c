"""What every module, command, parser and problem code of the project has."""

import ast
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import cyberforensics
from cyberforensics import parsers
from cyberforensics.cli.commands import COMMANDS
from cyberforensics.model.problem import PROBLEM_CODES
from cyberforensics.parsers import PARSERS, Parser
from tests import helpers

SOURCE = Path(cyberforensics.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
_CODE = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")
_FAMILIES = {code.partition(".")[0] for code in PROBLEM_CODES}
_MALFORMED = frozenset({"volume.truncated"})
"""Codes of `MalformedData` that do not stand where it is raised."""
_POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{\d*,?\d*\})\+|\(\?>")
_FILES = (".js", ".css", ".html", ".json", ".yarc")


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_every_module_says_what_it_is(module: Path) -> None:
    assert ast.get_docstring(_tree(module))


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_only_the_command_line_prints(module: Path) -> None:
    calls = [node for node in ast.walk(_tree(module)) if isinstance(node, ast.Call)]
    names = [node.func.id for node in calls if isinstance(node.func, ast.Name)]
    assert "print" not in names


def test_such_a_group_would_be_seen() -> None:
    for group in ("(?:a|b)*+", "(ab?)++", "(a)?+x", "(?:a){0,9}+$", "(?>ab)"):
        assert _POSSESSIVE_GROUP.search(f'"{group}"')
    assert not _POSSESSIVE_GROUP.search('"[ab]*+(?:a|b)*"')


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_no_group_of_a_regular_expression_is_possessive(module: Path) -> None:
    """Before CPython 3.11.5 such a group loses its place (gh-106052), and Debian 12 has 3.11.2."""
    assert not _POSSESSIVE_GROUP.search(module.read_text("utf-8"))


def _codes(module: Path) -> Iterator[str]:
    """Text literals that look like a problem code of one of the known families.

    Not those of `MalformedData`: the boundary of the parsers turns them into ``parser.malformed``, and the disk room
    into a code of its own.
    """
    tree = _tree(module)
    inner = {
        (part.lineno, part.col_offset)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "MalformedData"
        for part in ast.walk(node)
        if isinstance(part, ast.Constant)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value)):
            continue
        if node.value.partition(".")[0] in _FAMILIES and (node.lineno, node.col_offset) not in inner:
            yield node.value


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_every_problem_code_is_known(module: Path) -> None:
    assert {code for code in _codes(module) if not code.endswith(_FILES)} - _MALFORMED <= PROBLEM_CODES.keys()


def test_every_problem_code_is_documented() -> None:
    text = (helpers.ROOT / "docs" / "problems.md").read_text("utf-8")
    assert {code for code in PROBLEM_CODES if f"`{code}`" not in text} == set()


def test_every_problem_code_is_used() -> None:
    used = {code for module in MODULES if module.name != "problem.py" for code in _codes(module)}
    built = {code for code in PROBLEM_CODES if code.startswith("volume.")}  # from the status of the volume
    assert PROBLEM_CODES.keys() - used - built <= RESERVED


RESERVED = frozenset({"worker.memory"})
"""Documented ahead of their use."""


def test_every_command_has_help() -> None:
    for name, module in COMMANDS:
        loaded = importlib.import_module(f"cyberforensics.cli.{module}")
        assert loaded.app.info.help if hasattr(loaded, "app") else loaded.command.__doc__, name
    overview = helpers.inside("--help")
    assert overview.returncode == 0
    for name, _ in COMMANDS:
        result = helpers.inside(name, "--help")
        assert result.returncode == 0
        assert name in overview.stdout
        assert result.stdout.strip()


def test_every_parser_written_is_listed() -> None:
    written = {
        value
        for module in pkgutil.walk_packages(parsers.__path__, "cyberforensics.parsers.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, Parser)
    }
    assert written == set(PARSERS)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_every_parser_has_references_and_a_test(parser: Parser) -> None:
    assert parser.title
    assert parser.patterns
    assert all(pattern == pattern.lower() for pattern in parser.patterns)
    assert parser.references
    assert parser.limitations
    assert parser.verified_on
    assert (helpers.ROOT / "tests" / "parsers" / f"test_{parser.name}.py").is_file()


def test_versions_are_named() -> None:
    result = helpers.inside("--version")
    assert result.returncode == 0
    names = [line.split()[0] for line in result.stdout.splitlines()]
    assert {"cyberforensics", "python", "dfvfs", "pytsk3", "yara-python", "deflate"} <= set(names)


def test_every_limitation_of_a_system_is_documented() -> None:
    text = (helpers.ROOT / "docs" / "orientation.md").read_text("utf-8")
    for system in parsers.SYSTEMS:
        assert system.references
        assert [one for one in system.limitations if one not in text] == []


def test_the_extras_are_pinned_by_themselves() -> None:
    """An extra is named twice, in pyproject.toml and in what its pins are made of: both say the same."""
    with (helpers.ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    for name, wanted in extras.items():
        lines = (helpers.ROOT / f"requirements/{name}.in").read_text("utf-8").splitlines()
        assert [line for line in lines if line and line[0] not in "#-"] == wanted
        pins = (helpers.ROOT / f"requirements/{name}.txt").read_text("utf-8")
        assert re.match(r"[a-z]+", wanted[0])[0] + "==" in pins  # type: ignore[index]
        assert "--hash=sha256:" in pins
