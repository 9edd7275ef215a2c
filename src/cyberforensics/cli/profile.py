"""Profiles: the options of a triage in a file that people can read, and that a laboratory agrees on.

A profile stands in for options that were not given; what stands on the command line takes the place of its value.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import typer

from cyberforensics.errors import UsageError

_LISTS = ("include", "exclude", "category", "first", "last", "rules", "hashes", "known", "keywords", "notable")
_PATHS = ("rules", "hashes", "known", "keywords", "notable", "list-index")
_FLAGS = ("no-rules", "skip-broken-rules", "skip-known", "cross-check", "pdf")
_NUMBERS = ("time-limit", "time-limit-per-mib", "time-limit-most", "memory-limit", "sparse-limit")

TABLES: Mapping[str, tuple[str, ...]] = {
    "scope": ("include", "exclude", "since", "until", "category", "scope-note"),
    "priorities": ("first", "last"),
    "packs": ("rules", "no-rules", "skip-broken-rules", "engine", "allowed-signers"),
    "lists": ("hashes", "known", "keywords", "skip-known", "list-index", "notable"),
    "limits": ("stop-after", "verify", *_NUMBERS),
    "checks": ("cross-check",),
    "reports": ("pdf",),
}
"""What may stand in a profile: the options of ``triage`` by their names, without the dashes in front."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as it was read."""

    name: str
    leaves_out: str
    """What a run with it does not look at, in the words of whoever wrote it."""
    options: Mapping[str, object]
    """By the names of the parameters of the command."""


def shipped() -> tuple[str, ...]:
    """Names of the profiles that ship."""
    folder = resources.files("cyberforensics.cli.profiles")
    return tuple(sorted(place.name.removesuffix(".toml") for place in folder.iterdir() if place.name.endswith(".toml")))


def read(name: str) -> Profile:
    """A profile that ships, by its name, or one in a file.

    Raises:
        UsageError: there is none; it can't be read; it holds what a profile can't hold.
    """
    if name in shipped():
        place = Path(name)
        text = resources.files("cyberforensics.cli.profiles").joinpath(f"{name}.toml").read_text("utf-8")
    else:
        place = Path(name)
        try:
            text = place.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            hint = f"those that ship: {', '.join(shipped())}; others are named by their file"
            raise UsageError(f"--profile {name}: can't be read ({reason})", hint=hint) from error
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"--profile {name}: {error}") from error
    return Profile(place.stem, _text(name, content, "leaves-out"), dict(_options(name, place.parent, content)))


def _text(name: str, content: Mapping[str, object], key: str) -> str:
    value = content.get(key)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise UsageError(f"--profile {name}: {key} must be one line that says what the profile does not look at")
    return value


def _options(name: str, folder: Path, content: Mapping[str, object]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for table, values in content.items():
        if table in ("about", "leaves-out"):
            continue
        if table not in TABLES or not isinstance(values, dict):
            raise UsageError(f"--profile {name}: unknown key {table}", hint=f"tables: {', '.join(TABLES)}")
        for key, value in values.items():
            if key not in TABLES[table]:
                raise UsageError(
                    f"--profile {name}: unknown key {table}.{key}", hint=f"it has: {', '.join(TABLES[table])}"
                )
            if not _is_right(key, value):
                raise UsageError(f"--profile {name}: {table}.{key} has a value of the wrong type")
            found.append((key.replace("-", "_"), _from(folder, value) if key in _PATHS else value))
    return found


def _is_right(key: str, value: object) -> bool:
    if key in _LISTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if key in _FLAGS:
        return isinstance(value, bool)
    if key in _NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _from(folder: Path, value: object) -> object:
    """Paths of a profile are relative to its file."""
    if isinstance(value, list):
        return [str(folder / item) for item in value]
    return str(folder / str(value))


def apply(context: typer.Context, name: str | None) -> str | None:
    """Let the options of a profile stand in for those that were not given; called before they are looked at."""
    if name is not None:
        context.default_map = {**(context.default_map or {}), **read(name).options}
    return name
