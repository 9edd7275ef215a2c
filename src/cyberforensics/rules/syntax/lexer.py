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


# A slash begins a comment or a regular expression and nothing else: division is a backslash. Possessive throughout,
# so that no text takes longer than its length.
_TOKEN = re.compile(
    r"""
      (?P<COMMENT> //[^\n]*+ | /\*(?:[^*]|\*(?!/))*+\*/ )
    | (?P<TEXT>    "(?:[^"\\\n]|\\[^\n])*+" )
    | (?P<REGEX>   /(?:[^/\\\n]|\\[^\n])++/[is]*+ )
    | (?P<NUMBER>  0x[0-9a-fA-F]++ | 0o[0-7]++ | [0-9]++\.[0-9]++ | [0-9]++(?:MB|KB)? )
    | (?P<WORD>    [A-Za-z_][A-Za-z0-9_]*+ )
    | (?P<SIGN>    == | != | <= | >= | << | >> | \.\. )
    | (?P<PATTERN> \$[A-Za-z0-9_]*+\*? | [\#@!][A-Za-z0-9_]++ | [\#@!](?=[ \t]*[\[)\s]) )
    | (?P<BROKEN>  /\*.*+ | "[^\n]*+ | /[^\n]*+ )
    | (?P<OTHER>   \S )
    """,
    re.VERBOSE | re.DOTALL,
)
# Where one is possible: after the sign that assigns it. Signs of other statements end the search.
_HEX = re.compile(r'\{(?:[^{}"=$:/]|//[^\n]*+|/\*(?:[^*]|\*(?!/)){0,4096}+\*/)*+\}')


def tokens_of(text: str) -> Iterator[Token]:
    """Every token of the text, comments included, in its order."""
    place = 0
    assigned = False
    while (found := _TOKEN.search(text, place)) is not None:
        start, place = found.span()
        name = found.lastgroup or "OTHER"
        if assigned and name == "OTHER" and text[start] == "{":
            whole = _HEX.match(text, start)
            if whole is not None:
                place = whole.end()
                name = "HEX"
        kind = Kind.SIGN if name == "OTHER" else Kind[name]
        if kind != Kind.COMMENT:
            assigned = name == "OTHER" and text[start] == "="
        yield Token(kind, text[start:place], start, place)
