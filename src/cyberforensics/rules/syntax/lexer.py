"""Text to tokens. What is between two tokens is white space, so that tokens reproduce the text."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a token is."""

    COMMENT = "comment"
    TEXT = "text"
    """A quoted string."""
    REGEX = "regex"
    HEX = "hex"
    NUMBER = "number"
    WORD = "word"
    """A keyword or a name."""
    PATTERN = "pattern"
    """``$a``, ``#a``, ``@a``, ``!a``; with a star where a set of them is meant."""
    SIGN = "sign"
    BROKEN = "broken"
    """A literal or comment that does not end."""


class Token(NamedTuple):
    """A part of the text."""

    kind: Kind
    text: str
    start: int
    end: int
    """Excluded."""


# A slash begins a comment or a regular expression and nothing else: division is a backslash. What is repeated can be
# read in one way only, so that no text takes longer than its length. No group is possessive: before CPython 3.11.5 that
# loses its place (gh-106052), and Debian 12 has 3.11.2.
_TOKEN = re.compile(
    r"""
      (?P<COMMENT> //[^\n]*+ | /\* )
    | (?P<TEXT>    "[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*" )
    | (?P<REGEX>   /[^/\\\n]*+(?:\\[^\n][^/\\\n]*+)*/[is]*+ )
    | (?P<NUMBER>  0x[0-9a-fA-F]++ | 0o[0-7]++ | [0-9]++\.[0-9]++ | [0-9]++(?:MB|KB)? )
    | (?P<WORD>    [A-Za-z_][A-Za-z0-9_]*+ )
    | (?P<SIGN>    == | != | <= | >= | << | >> | \.\. )
    | (?P<PATTERN> \$[A-Za-z0-9_]*+\*? | [\#@!][A-Za-z0-9_]++ | [\#@!](?=[ \t]*[\[)\s]) )
    | (?P<BROKEN>  "[^\n]*+ | /[^\n]*+ )
    | (?P<OTHER>   \S )
    """,
    re.VERBOSE | re.DOTALL,
)
# Where a string of bytes is possible: after the sign that assigns it. Signs of other statements end the search.
_HEX = re.compile(r'[^{}"=$:/]*+')
_COMMENT = 4096
"""Characters of the longest comment in a string of bytes."""


def tokens_of(text: str) -> Iterator[Token]:
    """Every token of the text, comments included, in its order."""
    place = 0
    assigned = False
    while (found := _TOKEN.search(text, place)) is not None:
        start, place = found.span()
        name = found.lastgroup or "OTHER"
        if found.group() == "/*":
            close = text.find("*/", place)
            name, place = ("BROKEN", len(text)) if close < 0 else (name, close + 2)
        if assigned and name == "OTHER" and text[start] == "{":
            end = _hex_end(text, start)
            if end is not None:
                place = end
                name = "HEX"
        kind = Kind.SIGN if name == "OTHER" else Kind[name]
        if kind != Kind.COMMENT:
            assigned = name == "OTHER" and text[start] == "="
        yield Token(kind, text[start:place], start, place)


def _hex_end(text: str, start: int) -> int | None:
    """Where the string of bytes ends that begins here; None where none does."""
    place = start + 1
    while True:
        run = _HEX.match(text, place)
        place = place if run is None else run.end()
        sign = text[place : place + 2]
        if sign[:1] == "}":
            return place + 1
        if sign == "//":
            place = text.find("\n", place)
        elif sign == "/*":
            place = text.find("*/", place + 2, place + 2 + _COMMENT + 2) + 2
        else:
            return None
        if place < 2:  # no end was found
            return None
