"""A rule file with what it includes put in, as one text that any engine takes, and the way back to the files."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.rules.syntax import SourceText

_NOT_LINE = re.compile(r"[^\r\n]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the files something stands; the end is excluded."""

    path: Path
    start: int
    end: int
    included_by: tuple[tuple[Path, int], ...] = ()
    """File and offset of each include that leads there, from the outermost on."""


@dataclass(frozen=True, slots=True)
class Circle:
    """An include that leads back to a file which is being included."""

    path: Path
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Piece:
    flat: int
    path: Path
    start: int
    included_by: tuple[tuple[Path, int], ...]


@dataclass(frozen=True, slots=True)
class FlatSource:
    """One text."""

    text: str
    pieces: tuple[_Piece, ...]
    circles: tuple[Circle, ...]

    def place(self, start: int, end: int) -> Place:
        """Where in the files a part of the text stands."""
        piece = self.pieces[max(0, bisect_right(self.pieces, start, key=lambda piece: piece.flat) - 1)]
        begin = piece.start + start - piece.flat
        return Place(piece.path, begin, begin + max(0, end - start), piece.included_by)


def flatten(head: Path, files: Mapping[Path, SourceText], targets: Mapping[Path, Mapping[int, Path]]) -> FlatSource:
    """Put in what is included. Includes of files that are not there, and those that close a circle, are left out.

    Args:
        head: the file to begin with.
        files: every file by its path.
        targets: for each file, what the include statement that begins at an offset leads to.
    """
    parts: list[str] = []
    pieces: list[_Piece] = []
    circles: list[Circle] = []
    length = 0

    def add(text: str, path: Path, start: int, chain: tuple[tuple[Path, int], ...]) -> None:
        nonlocal length
        pieces.append(_Piece(length, path, start, chain))
        parts.append(text)
        length += len(text)

    def put(path: Path, chain: tuple[tuple[Path, int], ...]) -> None:
        source = files[path]
        place = 0
        for statement in source.includes:
            begin, end = statement.span
            target = targets[path].get(begin)
            open_files = {path, *(outer for outer, _ in chain)}
            if target in open_files:
                circles.append(Circle(path, statement.span))
            if target is None or target not in files or target in open_files:
                add(source.text[place:begin] + blank(source.text[begin:end]), path, place, chain)
            else:
                add(source.text[place:begin] + "\n", path, place, chain)
                put(target, (*chain, (path, begin)))
                add("\n", path, end, chain)
            place = end
        add(source.text[place:], path, place, chain)

    put(head, ())
    return FlatSource("".join(parts), tuple(pieces), tuple(circles))


def blank(text: str) -> str:
    """White space that has the same lines."""
    return _NOT_LINE.sub(" ", text)


def edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """The text with parts of it replaced; its lines stay where they are, since what goes leaves its line ends.

    Args:
        text: the text.
        edits: begin, end and what stands there instead, on one line; they do not overlap.
    """
    parts: list[str] = []
    place = 0
    for start, end, instead in sorted(edits):
        parts += [text[place:start], instead, blank(text[start:end])]
        place = end
    return "".join((*parts, text[place:]))
