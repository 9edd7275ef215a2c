"""The first mistake that yara-python sees in a file, at its place.

On its own it names the last one only, and the line up to which it had read: of a quote that is missing the line behind,
of a bracket that is missing none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.rules.checking import libyara, yarax
from cyberforensics.rules.checking.compiling import targets_of
from cyberforensics.rules.checking.complaints import Complaint, Externals, Sort
from cyberforensics.rules.checking.source import flatten
from cyberforensics.rules.syntax import Lines, parse


@dataclass(frozen=True, slots=True)
class Mistake:
    """What does not compile, and where."""

    path: Path
    line: int
    reason: str


def first_mistake(head: Path, texts: Mapping[Path, str], externals: Externals) -> Mistake | None:
    """The first mistake in a file with what it includes; None where it compiles.

    Where YARA-X complains of the same rule, its place is taken: it knows it to the character.
    """
    files = {path: parse(text) for path, text in texts.items()}
    flat = flatten(head, files, targets_of(files))
    source = parse(flat.text)
    said = _mistakes(libyara.complaints(source, externals))
    if not said:
        return None
    first = min(said, key=lambda one: one.start)
    same = [one for one in _mistakes(yarax.complaints(source, externals)) if one.rule == first.rule]
    exact = min(same, key=lambda one: one.start) if same and first.rule is not None else first
    place = flat.place(exact.start, exact.end)
    return Mistake(place.path, Lines(texts[place.path]).line_of(place.start), first.message)


def _mistakes(said: list[Complaint]) -> list[Complaint]:
    return [one for one in said if one.sort not in (Sort.WARNING, Sort.STRICT)]
