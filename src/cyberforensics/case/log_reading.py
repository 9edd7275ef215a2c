"""Reading the examination log back, and holding its chain."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberforensics.case.log import LOG
from cyberforensics.errors import CaseRefused

_FIELDS = frozenset({"action", "chain", "facts", "monotonic", "operator", "time"})


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log as it stands."""

    number: int
    """From 1."""
    record: dict[str, Any] | None
    """Its fields; None where it is no line of ours."""
    trouble: str | None
    """What is wrong with it, in words; None where it is whole and fits the line before."""


def read_log(folder: Path) -> Iterator[LogLine]:
    """Every line in order, each with what is wrong with it.

    Raises:
        CaseRefused: there is no log, or it can't be read.
    """
    path = folder / LOG
    try:
        file = path.open("rb")
    except OSError as error:
        raise CaseRefused(
            f"{path}: there is no examination log to read ({error.strerror})", hint="name the folder of a case"
        ) from error
    with file:
        before = b""
        for number, line in enumerate(file, 1):
            text = line.removesuffix(b"\n")
            record = _record(text)
            yield LogLine(number, record, _trouble(record, line, before))
            before = text


def _record(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.keys() >= _FIELDS and isinstance(found["facts"], dict) else None


def _trouble(record: dict[str, Any] | None, line: bytes, before: bytes) -> str | None:
    if record is None:
        return "torn: not a whole record; the disk or the power failed while it was written, or somebody changed it"
    if record["chain"] != hashlib.sha256(before).hexdigest():
        return "the chain is broken here: this line does not name the digest of the line before it"
    if not line.endswith(b"\n"):
        return "torn: its end is missing; the disk or the power failed while it was written"
    return None
