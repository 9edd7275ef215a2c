"""Read ``requirements.toml``, strictly: requirements, acceptance criteria and conclusion are the laboratory's."""

import tomllib
from collections.abc import Collection, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.model.validation import LaboratoryPart, Requirement

MAX_SIZE = 1 << 20
"""Bytes: far more than people write."""
_TEXTS = ("laboratory", "operator", "conclusion")
_OF_ONE = ("id", "text", "acceptance", "assertions")
_HINT = "`cyberforensics validate --new FILE` writes a template"


def new_requirements(path: Path) -> None:
    """Write the commented template.

    Raises:
        CannotWrite: the file is there already, or the folder refuses.
    """
    try:
        with path.open("xb") as out:
            out.write(resources.files("cyberforensics.assertions").joinpath("requirements.toml").read_bytes())
    except FileExistsError as error:
        raise CannotWrite(f"{path}: it is there already", hint="nothing was changed; name another file") from error
    except OSError as error:
        raise CannotWrite(f"{path}: can't be written ({error.strerror})", hint="choose another folder") from error


def read_requirements(path: Path, assertions: Collection[str]) -> LaboratoryPart:
    """Read what a laboratory supplied.

    Args:
        assertions: the ids that there are.

    Raises:
        UsageError: it can't be read or is not of its form; one sentence says where.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
        if len(data) > MAX_SIZE:
            raise UsageError(f"{path}: it has more than {MAX_SIZE:,} bytes", hint=_HINT)
        found = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror})", hint=_HINT) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not TOML in UTF-8: {error}", hint=_HINT) from error
    _known_keys(path, "", found, (*_TEXTS, "requirement"))
    tables = found.get("requirement", [])
    if not isinstance(tables, list):
        raise UsageError(f"{path}: requirement: it is written as [[requirement]], once for each", hint=_HINT)
    requirements = tuple(
        _requirement(path, f"requirement[{number}]", table, assertions) for number, table in enumerate(tables, 1)
    )
    ids = [one.id for one in requirements]
    double = next((one for one in ids if ids.count(one) > 1), None)
    if double is not None:
        raise UsageError(f"{path}: requirement: two have the id {double!r}", hint=_HINT)
    texts = {name: _text(path, name, found.get(name, "")) for name in _TEXTS}
    return LaboratoryPart(**texts, requirements=requirements)


def _requirement(path: Path, where: str, table: object, assertions: Collection[str]) -> Requirement:
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {where}: a table was expected", hint=_HINT)
    _known_keys(path, where, table, _OF_ONE)
    named = table.get("assertions", [])
    if not isinstance(named, list):
        raise UsageError(f"{path}: {where}.assertions: a list of ids was expected", hint=_HINT)
    for one in named:
        if one not in assertions:
            known = ", ".join(sorted(assertions))
            raise UsageError(f"{path}: {where}.assertions: {one!r} is none; there are {known}", hint=_HINT)
    texts = {name: _text(path, f"{where}.{name}", table.get(name, "")) for name in ("id", "text", "acceptance")}
    if not texts["id"]:
        raise UsageError(f"{path}: {where}.id: missing", hint=_HINT)
    return Requirement(**texts, assertions=tuple(named))


def _known_keys(path: Path, where: str, table: Mapping[str, Any], known: Collection[str]) -> None:
    for name in table:
        if name not in known:
            at = f"{where}.{name}" if where else name
            raise UsageError(f"{path}: {at}: unknown key; known here are {', '.join(known)}", hint=_HINT)


def _text(path: Path, where: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{path}: {where}: a text in quotes was expected", hint=_HINT)
    return value.strip()
