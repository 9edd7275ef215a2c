"""What several commands of ``rules`` take and write."""

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from cyberforensics.errors import CannotWrite, UsageError

_DEFINITION = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,127})=(.*)", re.DOTALL)


class Format(StrEnum):
    """The names of `FORMATS`."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"


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
