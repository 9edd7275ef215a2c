"""Notable paths: wallets, messengers, remote access …, from a data file that laboratories can add to."""

import hashlib
import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from cyberforensics.errors import UsageError
from cyberforensics.model.names import display_text
from cyberforensics.pipeline.path_globs import is_glob_of_a_path

SHIPPED = "notable.toml"
_LARGEST = 1 << 20
_KEYS = ("category", "label", "paths", "note")


@dataclass(frozen=True, slots=True)
class Notable:
    """One kind of path that an examiner wants to know of."""

    category: str
    label: str
    paths: tuple[str, ...]
    """GLOBs of display paths in lower case."""
    note: str


@dataclass(frozen=True, slots=True)
class NotablePaths:
    """All that is looked for."""

    kinds: tuple[Notable, ...]
    digests: tuple[str, ...]
    """Name and SHA-256 of each file they were read from."""


def load_notable(files: Sequence[Path]) -> NotablePaths:
    """The kinds that ship, and those of a laboratory's own files.

    Raises:
        UsageError: a file can't be read, or is not of the form that docs/orientation.md describes.
    """
    shipped = resources.files("cyberforensics.pipeline").joinpath(SHIPPED).read_bytes()
    given = [(SHIPPED, shipped), *((display_text(os.fsdecode(path.name)), _bytes(path)) for path in files)]
    kinds = tuple(kind for name, data in given for kind in _kinds(name, data))
    return NotablePaths(kinds, tuple(f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in given))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"--notable {path}: can't be read ({error.strerror})") from error
    if len(data) > _LARGEST:
        raise UsageError(f"--notable {path}: more than {_LARGEST} bytes are no list of paths")
    return data


def _kinds(name: str, data: bytes) -> Iterator[Notable]:
    hint = "docs/orientation.md shows the form, and notable.toml of this product is an example"
    try:
        loaded = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{name}: no TOML ({display_text(str(error))})", hint=hint) from error
    entries: object = loaded.pop("notable", None)
    if loaded or not isinstance(entries, list) or not entries:
        strange = display_text(next(iter(loaded), "notable"))
        raise UsageError(f"{name}: {strange}: the file has one or more tables [[notable]], nothing else", hint=hint)
    for number, entry in enumerate(entries, 1):
        place = f"{name}: notable {number}"
        if not isinstance(entry, dict):
            raise UsageError(f"{place}: no table", hint=hint)
        for key in entry:
            if key not in _KEYS:
                raise UsageError(f"{place}: {display_text(key)}: no such key", hint=f"keys are {', '.join(_KEYS)}")
        for key in _KEYS:
            value = entry.get(key, "" if key == "note" else None)
            kind = list if key == "paths" else str
            if not isinstance(value, kind) or (key != "note" and not value):
                wanted = "list" if key == "paths" else "text"
                raise UsageError(f"{place}: {key}: missing, empty or no {wanted}", hint=hint)
        for glob in entry["paths"]:
            if not isinstance(glob, str) or not is_glob_of_a_path(glob):
                shown = display_text(str(glob))
                raise UsageError(
                    f"{place}: paths: {shown} is no GLOB of a path in lower case that ends in a name",
                    hint='as in "*/appdata/roaming/tor"',
                )
        texts = (display_text(entry["category"]), display_text(entry["label"]))
        yield Notable(*texts, tuple(entry["paths"]), display_text(entry.get("note", "")))
