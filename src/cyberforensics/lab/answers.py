"""Answer sheets: CSV that a spreadsheet writes. What stands in them is text and stays text."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from cyberforensics import report
from cyberforensics.errors import UsageError
from cyberforensics.lab.scenario import Claim
from cyberforensics.lab.wording import languages, wording

COLUMNS = ("question", "answer", "kind", "hint")
"""Of a sheet; what other columns hold is not read."""
THINGS, MEDIA_DIGEST, EXAMINER, NOT_EXAMINED = ROWS = ("things", "media-digest", "examiner", "not-examined")
"""Rows of every sheet behind those of the questions: what was found, and the steps of an examination."""
_MOST = 4 << 20
LONGEST = 20_000
"""Characters of an answer that are judged."""
_LONGEST_NAME = 80
"""Characters of a question's name, which a remark repeats."""
_YES = frozenset({"yes", "y", "x", "1", "true"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One row."""

    question: str
    answer: str
    hint: bool
    """Whether the trainee took the hint."""
    kind: Claim | None = None
    """What it is given as; None where that is not said."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something odd about a row."""

    name: str
    """Of the words that say it: ``answer cut``, ``answered twice``, ``other kind`` or ``answered differently``."""
    row: int
    """From 1; 0 where it is of no row."""
    question: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one trainee handed in."""

    trainee: str
    answers: tuple[Answer, ...]
    oddities: tuple[Oddity, ...]


def read_sheet(path: Path) -> Sheet:
    """Read an answer sheet; its name without the ending is the trainee's.

    Raises:
        UsageError: it can't be read, is neither UTF-8 nor UTF-16, or has no columns `question` and `answer`.
    """
    text = _text_of(path)
    if text[:4].lower() == "sep=":  # a line of Excel's own, before the first row
        text = text.partition("\n")[2]
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    csv.field_size_limit(_MOST)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise UsageError(f"{path}: can't be read as CSV ({error})", hint="save it as CSV again") from error
    head = [name.strip().lower() for name in rows[0]] if rows else []
    if "question" not in head or "answer" not in head:
        raise UsageError(f"{path}: the first row has no columns question and answer", hint="begin with the sheet given")
    return Sheet(path.stem, *_answers(rows[1:], head, _said_in_any()))


@dataclass(frozen=True, slots=True)
class _Said:
    """Words of every language by what they say."""

    yes: frozenset[str]
    kinds: Mapping[str, Claim]


def _said_in_any() -> _Said:
    words = [wording(language) for language in languages()]
    kinds: dict[str, Claim] = {}
    for kind in get_args(Claim):
        kinds |= {kind: kind, **{_plain(one[kind]): kind for one in words}}
    return _Said(_YES | {_plain(one["yes"]) for one in words}, kinds)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _text_of(path: Path) -> str:
    """The text of a sheet, with line feeds alone: UTF-8, or what Excel calls Unicode text (UTF-16 with its mark)."""
    try:
        if not path.exists():
            raise UsageError(f"{path}: can't be read (No such file or directory)")
        if not path.is_file():
            raise UsageError(f"{path}: is no file", hint="give the sheet that was filled in")
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror})") from error
    if len(data) > _MOST:
        raise UsageError(f"{path}: an answer sheet of more than {_MOST:,} bytes", hint="hand in the sheet alone")
    if data[:4] == b"PK\x03\x04":
        raise UsageError(f"{path}: a zip archive or a workbook (xlsx, ods), not CSV", hint="save it as CSV in UTF-8")
    encoding = "utf-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    try:
        return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}, line {line}: not UTF-8", hint="save it as CSV in UTF-8") from error


def _answers(rows: list[list[str]], head: list[str], said: _Said) -> tuple[tuple[Answer, ...], tuple[Oddity, ...]]:
    found: dict[str, Answer] = {}
    oddities: list[Oddity] = []
    for number, row in enumerate(rows, 2):
        cells = dict(zip(head, row, strict=False))
        name = cells.get("question", "").strip()[:_LONGEST_NAME]
        if not name:
            continue
        answer = cells.get("answer", "").lstrip("'")  # a spreadsheet's sign that a cell is text
        if len(answer) > LONGEST:
            oddities.append(Oddity("answer cut", number, name))
        if name in found:
            oddities.append(Oddity("answered twice", number, name))
        kind = _plain(cells.get("kind", "")[:_LONGEST_NAME])
        if kind and kind not in said.kinds:
            oddities.append(Oddity("other kind", number, name))
        hint = _plain(cells.get("hint", "")[:_LONGEST_NAME]) in said.yes
        found[name] = Answer(name, answer[:LONGEST], hint, said.kinds.get(kind))
    return tuple(found.values()), tuple(oddities)


def sheet_lines(written_in: Sequence[str], questions: Iterable[Sequence[str]]) -> Iterator[str]:
    """An empty sheet: the id of each question and of each other row, and its text in each language.

    A cell that a spreadsheet would run as a formula is text.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow((*COLUMNS, *(f"text {language}" for language in written_in)))
    for identity, *texts in questions:
        rows.writerow((identity, *("" for _ in COLUMNS[1:]), *map(report.kept_as_text, texts)))
    yield out.getvalue()
