"""Lists of keywords as people write them: one keyword a line, and how it is to be searched for.

- A line that begins with ``#`` is a comment; ``# name: …`` and ``# version: …`` are those of the list.
- A line in brackets says how the keywords below it are searched for, until the next one:
  ``[utf-8, utf-16le, windows-1251; any case; whole words]``. What it does not name is as at the start of the file:
  UTF-8 and UTF-16LE, any case, anywhere.
- ``re:`` begins a regular expression of YARA's, over bytes; ``text:`` a keyword that looks like one of the above.
- Everything else is a keyword. Blanks around it do not count.
"""

import codecs
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.errors import ListError
from cyberforensics.model.names import display_name, display_text
from cyberforensics.rules.hash_list import shown

MOST_CHARACTERS = 200
"""Of a keyword or an expression."""

MOST_KEYWORDS = 10_000
"""Of a list: to compile so many in three encodings takes half a minute, and more than in proportion for more."""

MOST_BYTES = 16 << 20
"""Of a list; a larger one is another kind of file."""

_ABOUT = re.compile(r"#\s*(name|version)\s*:\s*(.*)", re.IGNORECASE)
_NAMES = {"utf8": "utf-8", "utf16": "utf-16le", "utf-16": "utf-16le", "utf16le": "utf-16le", "utf16be": "utf-16be"}
_NOT_THESE = frozenset(("utf-16", "utf-32", "utf-7", "utf-8-sig", "idna", "punycode", "hz", "unicode_escape"))
"""Codecs that put marks or escapes into a text: the bytes of a word in a text are not those of the word alone."""

_MEND = "mend the line or remove it"


@dataclass(frozen=True, slots=True)
class How:
    """How a keyword is searched for."""

    encodings: tuple[str, ...] = ("utf-8", "utf-16le")
    """Names of Python's codecs, as the list spells them in lower case."""
    any_case: bool = True
    whole_words: bool = False


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword of a list."""

    line: int
    written: str
    """As it stands in the list, without ``text:`` and ``re:``."""
    expression: bool
    """Whether it is a regular expression."""
    how: How

    @property
    def identifier(self) -> str:
        """The same for the same keyword, searched for in the same way, in whatever list and line it stands."""
        parts = (self.written, str(self.expression), *map(str, self.how.encodings), str(self.how.any_case))
        text = "\0".join((*parts, str(self.how.whole_words)))
        return f"keyword_{hashlib.sha256(text.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class KeywordList:
    """A list of keywords that could be read."""

    path: Path
    raw: bytes
    name: str
    version: str
    keywords: tuple[Keyword, ...]
    """Each once; at least one."""

    @property
    def sha256(self) -> str:
        """Of the file's bytes."""
        return hashlib.sha256(self.raw).hexdigest()

    def broken(self, keyword: Keyword, why: str) -> ListError:
        """What is wrong with one of them."""
        return _broken(self.path, keyword.line, why)


def read_keywords(path: Path) -> KeywordList:
    """Read a list of keywords.

    Raises:
        ListError: it can't be read, or a line is none of such a list: file, line and what to do.
    """
    raw = _content(path)
    about: dict[str, str] = {}
    keywords: dict[tuple[str, bool, How], Keyword] = {}
    how = How()
    for number, line in _lines(path, raw):
        if line.startswith("#"):
            found = _ABOUT.fullmatch(line)
            if found is not None and found[2]:
                about.setdefault(found[1].lower(), display_text(found[2])[:MOST_CHARACTERS])
        elif line.startswith("["):
            how = _how(path, number, line)
        else:
            keyword = _keyword(path, number, line, how)
            keywords.setdefault((keyword.written, keyword.expression, how), keyword)
            if len(keywords) > MOST_KEYWORDS:
                raise _broken(path, number, f"a list has at most {MOST_KEYWORDS:,} keywords", "leave some out")
    if not keywords:
        raise ListError(f"{shown(path)}: the list holds no keyword", hint="write one on each line")
    name = about.get("name") or display_name(os.fsencode(path.name))
    return KeywordList(path, raw, name, about.get("version", ""), tuple(keywords.values()))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise ListError(
            f"{shown(path)}: the list can't be read ({error.strerror})", hint="name a file that can be read"
        ) from error
    if len(raw) > MOST_BYTES:
        raise ListError(f"{shown(path)}: a list of keywords has at most {MOST_BYTES >> 20} MiB", hint="divide it")
    return raw


def _lines(path: Path, raw: bytes) -> Iterator[tuple[int, str]]:
    """Lines that hold something, with their numbers."""
    encoding = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _broken(
            path, line, "it is neither UTF-8 nor UTF-16", "save the list as UTF-8; its line ends do not matter"
        ) from error
    for number, whole in enumerate(text.split("\n"), 1):
        if stripped := whole.strip():
            yield number, stripped


def _how(path: Path, number: int, line: str) -> How:
    """What a line in brackets says."""
    if not line.endswith("]"):
        raise _broken(path, number, "a line that begins with [ ends with ]", "write text:[… for a keyword like it")
    encodings: dict[str, None] = {}
    any_case, whole_words = True, False
    for part in filter(None, (piece.strip() for piece in re.split("[;,]", line[1:-1]))):
        word = " ".join(part.lower().split())
        if word in ("any case", "exact case"):
            any_case = word == "any case"
        elif word in ("whole words", "anywhere"):
            whole_words = word == "whole words"
        else:
            encodings[_encoding(path, number, word)] = None
    return How(tuple(encodings) or How().encodings, any_case, whole_words)


def _encoding(path: Path, number: int, word: str) -> str:
    name = _NAMES.get(word, word)
    try:
        known = codecs.lookup(name).name
        is_text = isinstance("a".encode(name), bytes)
    except (LookupError, ValueError, TypeError):
        known, is_text = "", False
    if not is_text or known in _NOT_THESE or known.startswith("iso2022"):
        why = (
            f'"{display_text(word)}" is neither an encoding that can be searched for, nor any case, exact case, whole'
            " words or anywhere"
        )
        raise _broken(path, number, why, "encodings are utf-8, utf-16le, utf-16be and code pages such as windows-1251")
    return name


def _keyword(path: Path, number: int, line: str, how: How) -> Keyword:
    expression = line.startswith("re:")
    written = line.removeprefix("re:") if expression else line.removeprefix("text:").strip()
    if not written:
        raise _broken(path, number, "nothing stands behind the colon", _MEND)
    if len(written) > MOST_CHARACTERS:
        raise _broken(
            path, number, f"a keyword has at most {MOST_CHARACTERS} characters", "shorten it, or search for a part"
        )
    if not all(character.isprintable() for character in written):
        raise _broken(
            path, number, "it holds a character that does not show", "write it anew; one keyword stands on each line"
        )
    if expression and not set(how.encodings) <= {"utf-8", "utf-16le"}:
        raise _broken(
            path, number, "an expression is searched for as UTF-8 and UTF-16LE only", "put it below [utf-8, utf-16le]"
        )
    if expression and not written.isascii():
        raise _broken(path, number, "an expression is written in ASCII", r"write other bytes as \xNN")
    return Keyword(number, written, expression, how)


def _broken(path: Path, line: int, why: str, hint: str = _MEND) -> ListError:
    return ListError(f"{shown(path)}, line {line}: {why}", hint=hint)
