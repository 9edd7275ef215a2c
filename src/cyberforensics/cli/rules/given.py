"""What several commands of ``rules`` take and write."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.report.diagnostics import FORMATS, Document

_DEFINITION = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,127})=(.*)", re.DOTALL)


class Format(StrEnum):
    """The names of `FORMATS`."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"


Also = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="FORMAT=FILE", help="Write another form into a file as well; repeatable."),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on standard error.")]


def other_forms(given: Sequence[str] | None) -> tuple[tuple[str, Path], ...]:
    """``FORMAT=FILE``, each.

    Raises:
        UsageError: it is not of that form.
    """
    return tuple(map(_other_form, given or ()))


def _other_form(text: str) -> tuple[str, Path]:
    form, equals, place = text.partition("=")
    if form not in dict(FORMATS) or not equals or not place:
        raise UsageError(f"--also {text}: not of the form FORMAT=FILE", hint=f"formats: {', '.join(dict(FORMATS))}")
    return form, Path(place)


def printed(document: Document, form: Format) -> None:
    """The document, on standard output."""
    render.lines(dict(FORMATS)[str(form)](document))


def write_forms(document: Document, files: Iterable[tuple[str, Path]]) -> None:
    """The document, into files.

    Raises:
        CannotWrite: the folder or the disk refuses.
    """
    for form, path in files:
        written(path, "".join(line + "\n" for line in dict(FORMATS)[form](document)))


def definitions(given: Iterable[str]) -> dict[str, str | int | float | bool]:
    """``NAME=VALUE``; a value that reads as a number or as true or false is one.

    Raises:
        UsageError: it is not of that form.
    """
    found: dict[str, str | int | float | bool] = {}
    for text in given:
        parts = _DEFINITION.fullmatch(text)
        if parts is None:
            raise UsageError(f"--define {text}: not of the form NAME=VALUE")
        found[parts[1]] = _value(parts[2])
    return found


def _value(text: str) -> str | int | float | bool:
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if re.fullmatch(r"-?\d{1,18}\.\d{1,18}", text):
        return float(text)
    return text


def written(path: Path, text: str) -> None:
    """Write a file, whole or not at all.

    Raises:
        CannotWrite: the folder or the disk refuses.
    """
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(path)
    except OSError as error:
        raise CannotWrite(f"{path}: can't be written ({error.strerror})") from error
