"""The check of a chained log: every line holds the SHA-256 of the one before."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.errors import CannotWrite

Object = dict[str, object]


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a log's lines say of each other."""

    lines: int
    last: Object | None
    """The last line, where it could be read."""
    head: str
    """SHA-256 of the last line's bytes without its newline."""
    differences: tuple[tuple[int, str], ...]
    """Number of the line, from 1, and what is wrong with it."""
    information: tuple[tuple[int, str], ...]
    """What is no sign of a change: clocks that went backwards, lines that were cut short while they were written."""


def check_chain(path: Path, first: bytes = b"") -> ChainCheck:
    """Check a log; `first` is what its first line is chained to.

    Raises:
        CannotWrite: it can't be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CannotWrite(
            f"{path}: can't be read ({error.strerror})", hint="verify needs to read every file"
        ) from error
    lines = data.split(b"\n")
    ends_whole = not lines.pop() if data.endswith(b"\n") or not data else False
    digests = [hashlib.sha256(line).hexdigest() for line in (first, *lines)]
    places = {digest: at for at, digest in enumerate(digests)}
    objects = [_object(line) for line in lines]
    differences: list[tuple[int, str]] = []
    information: list[tuple[int, str]] = []
    latest = ""
    for number, found in enumerate(objects, start=1):
        is_last = number == len(lines)
        if found is None:
            follows = not is_last and _chain(objects[number]) == digests[number]
            if follows or (is_last and not ends_whole):
                information.append((number, "was cut short while it was written; what it was to say is lost"))
            else:
                differences.append((number, "is no line of a log: it was changed"))
            continue
        chain = _chain(found)
        if chain != digests[number - 1]:
            differences.append((number, _broken(number, places.get(chain))))
        moment = str(found.get("time", ""))
        if moment < latest:
            information.append((number, f"the clock went backwards: {moment} comes after {latest}"))
        latest = max(latest, moment)
    if lines and objects[-1] is not None and not ends_whole:
        information.append((len(lines), "has no newline at its end"))
    return ChainCheck(len(lines), objects[-1] if objects else None, digests[-1], tuple(differences), tuple(information))


def _object(line: bytes) -> Object | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _chain(found: Object | None) -> str:
    return "" if found is None else str(found.get("chain", ""))


def _broken(number: int, chained_to: int | None) -> str:
    before = f"line {number - 1}" if number > 1 else "the beginning"
    if chained_to is None:
        return f"is not chained to {before}: {before} was changed, or what stood between them was removed or added"
    other = f"line {chained_to}" if chained_to > 0 else "the beginning"
    return f"is chained to {other}, not to {before}: lines were reordered, removed or added here"
