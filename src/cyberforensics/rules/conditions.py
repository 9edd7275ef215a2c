"""What a rule's condition says about content that is no program of Windows: content that does not begin with ``MZ``.

Half of the rules of a usual pack can only match such programs. Which ones is read from their conditions, and only
where it is certain; docs/decisions/0008-rules-by-first-bytes.md has the reasons. The grammar is that of libyara
(``grammar.y``, ``lexer.l``), the meaning of an undefined value that of its ``exec.c``: every operator and function
that gets one gives one, ``and`` and ``or`` take it for false, and a loop over it has no turn.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

PROGRAM = b"MZ"
"""What content begins with that the rules for programs can match."""


class Token(NamedTuple):
    """A word, number, literal or sign of a condition."""

    text: str
    start: int
    end: int


class Replacement(NamedTuple):
    """A part of the text, and what says the same of content that is no program."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a condition, or of a part of it."""

    programs_only: bool
    """Whether it is false, or undefined, for all content that is no program."""
    replacements: tuple[Replacement, ...] = ()
    """Parts that ask the module ``pe`` in vain; without them the rule needs no such module."""


NOTHING_KNOWN = Verdict(False)

_TOKENS = re.compile(
    r"""
    [ \t\r\n]*+
    (?: //[^\n]* | /\*.*?\*/ | \Z | (
      "(?:[^"\\\n]|\\.)*"
    | /(?:[^/\\\n]|\\.)+/i?s?
    | 0x[0-9a-fA-F]+ | 0o[0-7]+ | [0-9]+\.[0-9]+ | [0-9]+(?:MB|KB)?
    | [a-zA-Z_][a-zA-Z0-9_]*
    | == | != | <= | >= | << | >> | \.\.
    | [$\#@!][a-zA-Z0-9_]*\*?
    | [^ \t\r\n]
    ))
    """,
    re.VERBOSE | re.DOTALL,
)
# The engine splits what has no space between as here: ``5or`` is a number and a word.

_DEEPEST = 50
"""Brackets in brackets: a condition with more is not judged."""

_READS = re.compile(r"uint(8|16|32)(be)?")
_FUNCTION = re.compile(r"u?int(?:8|16|32)(?:be)?")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*")
_LITERAL = re.compile(r'["/].*|[0-9][^.]*', re.DOTALL)
_FIELD = re.compile(r"[a-z_][a-z0-9_]*")
_STRING_COMPARISONS = frozenset(
    ("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "iequals", "matches")
)
_SIGNS = frozenset(("==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "%", "&", "|", "^", "<<", ">>", "~"))
_PUNCTUATION = frozenset(("(", ")", "[", "]", ","))
_STRICT = _STRING_COMPARISONS | _SIGNS | _PUNCTUATION | {"filesize"}
"""What an undefined value passes through: an expression of these alone is undefined where a part of it is."""


def tokens_of(text: str, start: int) -> Iterator[Token]:
    """The tokens from a place on, without comments and white space."""
    for found in _TOKENS.finditer(text, start):
        if found[1] is not None:  # else it is a comment, or the end
            yield Token(found[1], *found.span(1))


def judge(condition: Sequence[Token]) -> Verdict:
    """What the condition says about content that is no program; where in doubt, nothing."""
    asks = False
    depth = deepest = 0
    for text, _, _ in condition:
        if text == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif text == ")":
            depth -= 1
        elif text == "pe" or text.startswith("uint"):
            asks = True
    return _judge(condition) if asks and deepest <= _DEEPEST else NOTHING_KNOWN


def _judge(condition: Sequence[Token]) -> Verdict:
    inner = without_brackets(condition)
    for word, decide in (("or", all), ("and", any)):
        parts = split(inner, word)
        if len(parts) > 1:
            verdicts = [_judge(part) for part in parts]
            replacements = tuple(one for verdict in verdicts for one in verdict.replacements)
            return Verdict(decide(verdict.programs_only for verdict in verdicts), replacements)
    return _judge_operand(inner)


def _judge_operand(operand: Sequence[Token]) -> Verdict:
    # An operand of `and` and `or`, where undefined is as good as false.
    words = [token.text for token in operand]
    if _is_undefined(operand) or words == ["pe", ".", "is_pe"]:
        return Verdict(True, (_false(operand),))
    if words[:1] == ["not"]:
        return Verdict(False, _negated(operand[1:]))
    if len(words) > 2 and words[0][0] == "$" and words[1] == "at" and _is_undefined(operand[2:]):
        # The string must still be named, or the rule does not compile; no match begins behind the last byte.
        return Verdict(True, (Replacement(operand[2].start, operand[-1].end, " filesize "),))
    if _loops_in_vain(operand):
        names_strings = any(word[0] in "$#@!" and word != "!=" for word in words)
        return Verdict(True, () if names_strings else (_false(operand),))
    return Verdict(_reads_beginning(words))


def _negated(operand: Sequence[Token]) -> tuple[Replacement, ...]:
    # `not` of undefined is undefined, of false true: nothing undefined may become false right behind it.
    inner = without_brackets(operand)
    words = [token.text for token in inner]
    defined = words[:1] == ["for"] or words == ["pe", ".", "is_pe"]
    if defined or any(len(split(inner, word)) > 1 for word in ("or", "and")):
        return _judge(inner).replacements
    return ()


def _false(operand: Sequence[Token]) -> Replacement:
    return Replacement(operand[0].start, operand[-1].end, " false ")


def _is_undefined(expression: Sequence[Token]) -> bool:
    """Whether a field or function of ``pe`` that only programs have stands in an expression that it makes undefined.

    In modules/pe/pe.c of YARA 4.5.4 nothing but the constants, in capitals, and ``is_pe`` is set before the header is
    found, and a header begins with ``MZ``; functions look for the header as well.
    """
    inner = without_brackets(expression)
    while inner and inner[0].text == "not":
        inner = without_brackets(inner[1:])
    asks = False
    place = 0
    while place < len(inner):
        word = inner[place].text
        if word == "pe":
            field = inner[place + 2].text if place + 2 < len(inner) and inner[place + 1].text == "." else ""
            if _FIELD.fullmatch(field):
                asks = asks or field != "is_pe"
            elif not _CONSTANT.fullmatch(field):
                return False
            place += 3
        elif word == "hash":
            place += 3  # its functions of what is undefined are undefined as well
        elif word == ".":
            place += 2  # a field of a field
        elif word in _STRICT or _LITERAL.fullmatch(word) or _FUNCTION.fullmatch(word):
            place += 1
        else:
            return False
    return asks


def _loops_in_vain(operand: Sequence[Token]) -> bool:
    """Whether it is a loop over what only programs have: without a turn it is false, whatever it counts."""
    words = [token.text for token in operand]
    if words[:1] != ["for"] or ":" not in words[5:] or words[1] not in ("all", "any", "none") or words[3] != "in":
        return False
    over = split(operand[4:], ":")[0]
    if over and over[0].text == "(":
        ends = split(over[1:-1], "..")
        return over[-1].text == ")" and len(ends) == 2 and _is_undefined(ends[1])
    return all(_FIELD.fullmatch(token.text) or token.text == "." for token in over) and _is_undefined(over)


def _reads_beginning(words: Sequence[str]) -> bool:
    """Whether it is ``uint16(0) == 0x5A4D``, in any of its spellings."""
    if len(words) != 6 or "==" not in words:
        return False
    number, read = (words[5], words[:4]) if words[4] == "==" else (words[0], words[2:])
    width = _READS.fullmatch(read[0])
    if width is None or (read[1], read[3]) != ("(", ")") or _number(read[2]) != 0:
        return False
    value = _number(number)
    size = int(width[1]) // 8
    if value is None or value >= 256**size:
        return False
    return value.to_bytes(size, "big" if width[2] else "little").startswith(PROGRAM)


def _number(word: str) -> int | None:
    try:
        return int(word, 0 if word[:2] in ("0x", "0o") else 10)
    except ValueError:
        return None


def without_brackets(tokens: Sequence[Token]) -> Sequence[Token]:
    """The same expression without brackets around all of it."""
    while len(tokens) > 2 and tokens[0].text == "(" and _closing(tokens) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _closing(tokens: Sequence[Token]) -> int:
    depth = 0
    for place, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return place
    return -1


def split(tokens: Sequence[Token], word: str) -> list[Sequence[Token]]:
    """At every `word` that stands in no brackets."""
    parts: list[Sequence[Token]] = []
    start = depth = 0
    for place, token in enumerate(tokens):
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if depth == 0 and token.text == word:
            parts.append(tokens[start:place])
            start = place + 1
    return [*parts, tokens[start:]]
