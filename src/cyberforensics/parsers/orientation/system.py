"""What a system of orientation is, what it is given, and how it answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from cyberforensics.model.names import display_text
from cyberforensics.model.orientation import Fact, Question
from cyberforensics.model.problem import Problem
from cyberforensics.model.times import Timestamp

LONGEST_TEXT = 512
"""Characters of an answer; a longer one is cut, and says so."""
MOST_OF_A_KIND = 200
"""Accounts, logons or profiles that are listed for one installation; the rest is counted."""


@dataclass(frozen=True, slots=True)
class File:
    """One name that an installation was asked for."""

    entry: str
    """Entry id."""
    path: str
    """Display path."""
    data: bytes | bytearray | None = None
    """None for links and folders, and where it was not read."""
    link_target: str | None = None
    is_folder: bool = False
    modified: Timestamp | None = None
    trouble: str | None = None
    """Why it was not read, in a sentence."""


Files = Mapping[str, File]
"""By the path below the installation's root, in lower case."""

Answers = Iterator[Fact | Problem]


@dataclass(frozen=True, slots=True)
class System:
    """One operating system: what it is recognised by, what is asked of it, and where the answers stand."""

    name: str
    """As facts carry it."""
    title: str
    proof: tuple[str, ...]
    """Paths below the root, in lower case; one of them makes a folder the root of an installation."""
    companions: tuple[str, ...]
    """What else is read, as GLOBs in which ``*`` stands for one name."""
    asks: Mapping[Question, tuple[str, ...]]
    """Each question, and the paths that answer it: where none does, the answer is `not-found` or `unreadable`."""
    read: Callable[[Files], Answers]
    references: tuple[str, ...]
    limitations: tuple[str, ...]
    verified_on: tuple[str, ...]


def text(value: str) -> str:
    """Text of the evidence in display form, cut where it is longer than an answer may be."""
    shown = display_text(value[:LONGEST_TEXT])
    return shown if len(value) <= LONGEST_TEXT else f"{shown}… ({len(value)} characters)"


def answer(
    question: Question, file: File, value: str | None, place: str, *, note: str = "", timestamp: Timestamp | None = None
) -> Fact:
    """A fact that was found; `orient` sets system and root."""
    return Fact(
        system="",
        root="",
        question=question,
        state="found",
        value=None if value is None else text(value),
        timestamp=timestamp,
        entry=file.entry,
        path=file.path,
        place="\\".join(map(text, place.split("\\"))),  # no name of a key has a backslash
        note=note,
    )


def of(fact: Fact, subject: str, **attributes: str) -> Fact:
    """The same fact of somebody, with the further fields that are not empty."""
    pairs = tuple((name, text(value)) for name, value in attributes.items() if value)
    return replace(fact, subject=text(subject), attributes=pairs)


def folders_below(files: Files, parent: str, left_out: frozenset[str] = frozenset()) -> Iterator[Fact]:
    """User profiles: the folders below one, but for those that systems make."""
    found = [
        file
        for path, file in files.items()
        if file.is_folder and path.rpartition("/")[0] == parent and path.rpartition("/")[2] not in left_out
    ]
    for file in found[:MOST_OF_A_KIND]:
        yield answer("user-profile", file, file.path, "the folder itself")
    if len(found) > MOST_OF_A_KIND:
        yield more("user-profile", found[0], len(found) - MOST_OF_A_KIND, "folders that are not listed")


def more(question: Question, file: File, count: int, what: str) -> Fact:
    """That there are more than are listed."""
    return replace(answer(question, file, f"{count} further {what}", ""), count=count)


def lines_of(data: bytes | bytearray) -> list[str]:
    """The lines of a text file, undecodable bytes kept as escapes."""
    return bytes(data).decode("utf-8", "surrogateescape").splitlines()
