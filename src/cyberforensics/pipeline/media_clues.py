r"""What a content must hold before one of libmagic's rules that search can match.

A clue is necessary, not sufficient: every content that the rule matches has it. Clues are ASCII and say nothing of
other bytes, so they are the same in a text and in the UTF-8 that libmagic makes of it before it tries its text rules;
there a place can only be further from the beginning. libmagic's regular expressions are POSIX ones, see at most 8,192
bytes up to the first NUL, and `^` is the beginning of any line. `^` of a rule is `\n` of its clue: the beginning counts
as a line's, and of the white space before a word only that of its own line.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

from cyberforensics.pipeline.media_rules import MOVED, REGEX, SEARCH, Rule, Test

_WINDOW = 8192 + 256  # regular expressions see 8,192 bytes, libmagic's limit; the searches by hand below 4,096 places
_LOWERED = 512  # bytes within which texts are looked for in either case
_TEXT = 64 * 1024  # bytes from the start that libmagic takes for the text
_SPACE = b" \t\n\v\f\r"
_IGNORE_CASE, _NOT_PLAIN = 0x4 | 0x8, 0x1 | 0x2 | 0x4 | 0x8

_Hand = tuple[bytes, bytes, tuple[tuple[bytes, tuple[bytes, ...]], ...]]

BY_HAND: tuple[_Hand, ...] = (
    (b"\t", rb"\n[!-?A-~]{1,255}(?:\t[^\t\n]+){11}()", ((b"", (b"^[!-?A-~]{1,255}(\t[^\t]+){11}",)),)),
    (b"P", rb"P[0-9][0-9]()", ((b"", (rb"P[0-9][0-9]\.[0-9][0-9][0-9][0-9]\.[0-9][0-9][0-9][0-9]\.[0-9]",)),)),
    (
        b"def ",
        rb"def (?:(?<=[ \t\n\v\f\r]def )[a-z]|[A-Za-z]+::)()",
        ((b"", (b"def \0^[[:space:]]*def [a-z]|def [[:alpha:]]+::[a-z]",)),),
    ),
    (b"\x08", rb"\x08()", ((b"", (b"\x08REF[\t ]", b"\x08FLEX[\t ]*\\[", b"\x08MODE[\t ]")),)),
    (b"(;", rb"\(;()", ((b"", (b"\\(;.*GM\\[[0-9]{1,2}\\]",)),)),
    (
        b" -- ",
        rb" -- ()",
        (
            (
                b"",
                (
                    rb"[[:space:]]\(([[:space:]].*)? -- (.*[[:space:]])?\)",
                    rb"^:[[:space:]].*[[:space:]]\(([[:space:]].*)? -- (.*[[:space:]])?\)[[:space:]].*[[:space:]];$",
                ),
            ),
        ),
    ),
    (
        b"<",
        rb"(?i)<(!doctype|!subdoc|!--|script|title|style|table|head|html|a(?=[ \t\n\v\f\r]|href=))",
        (
            *((word, (b"<%b>" % word, b"<%b " % word)) for word in b"script title style table head html".split()),
            (b"!doctype", (b"<!doctype html", b"<!doctype svg", b"<!doctype")),
            *((b"!subdoc", (b"<!subdoc",)), (b"!--", (b"<!--",)), (b"a", (b"<a href=",))),
        ),
    ),
    (
        b"=",
        rb"=(pod|encoding|head)",
        (
            *((b"pod", (b"=pod\n", b"\n=pod\n")), (b"encoding", (b"=encoding ", b"\n=encoding "))),
            (b"head", (b"=head1 ", b"=head2 ", b"\n=head1 ", b"\n=head2 ")),
        ),
    ),
)
"""A text that is quickly looked for; an expression that holds it; which rules need each word that the
expression finds: by the text of their first test, or of that and of their one continuation."""


class LineStart(NamedTuple):
    """What must stand at the beginning of a line, behind white space."""

    keys: frozenset[bytes]
    """Its first two bytes."""
    clue: bytes
    """A regular expression that begins with the end of the line before."""


class Literal(NamedTuple):
    """A text that must be among the first bytes."""

    text: bytes
    stop: int
    any_case: bool
    """Whether in capitals or not: it is given without them."""


_ATOM = re.compile(rb"(\[\^?\]?(?:\[:[a-z]+:\]|[^\]])*\]|\\[^A-Za-z0-9]|[^\\\[\](){}|*+?.^$])([*+?]|\{\d+(?:,\d*)?\})?")
_GROUP = re.compile(rb"([^()|]*)\(([A-Za-z:;|]+)\)((?:[^*+?{(|].*)?)")
_CLASSES = {b"[:space:]": _SPACE, b"[:alpha:]": b"A-Za-z", b"[:digit:]": b"0-9"}
_ALL = tuple(bytes([byte]) for byte in range(256))
_LINES = re.compile(rb"(?s)\n[ \t\v\f\r]*(?=(..))").findall


def line_start(pattern: bytes) -> LineStart | None:
    """What a line must begin with where a POSIX expression matches; None where that is not simple."""
    if not pattern.startswith(b"^") or _alternatives(pattern):
        return None
    group = _GROUP.fullmatch(pattern)
    if group is not None:
        starts = [_line_start(group[1] + word + group[3]) for word in group[2].split(b"|")]
        if None in starts:
            return None
        known = [start for start in starts if start is not None]
        return LineStart(frozenset().union(*(start.keys for start in known)), b"|".join(start.clue for start in known))
    return _line_start(pattern)


def _line_start(pattern: bytes) -> LineStart | None:
    r"""Characters and sets in turn, as long as none can be taken for the one before: it never goes back.

    `^` and what may be missing behind it is `\\n` and white space of one line.
    """
    before, clue, tail = b" \\t\\v\\f\\r", b"", b""
    repeated, first, second = frozenset[int](), frozenset[int](), frozenset[int]()
    required = 0
    place = 1
    while (atom := _ATOM.match(pattern, place)) is not None:
        one, often = _bracket(atom[1]), atom[2] or b""
        if one is None:
            break
        bytes_ = frozenset(byte[0] for byte in _ALL if re.fullmatch(one, byte))
        optional = often in (b"*", b"?") or often.startswith(b"{0")
        if not clue and optional:
            before += one.strip(b"[]").replace(b"\n", b"")
        elif bytes_ & repeated:
            break
        elif optional:
            tail += one + b"*+"
            repeated |= bytes_
        else:
            clue += tail + one + (b"++" if often else b"")
            required += 1
            if required == 1:
                first = bytes_
            elif required == 2:
                second = repeated | bytes_
            tail, repeated = b"", bytes_ if often else frozenset()
        place = atom.end()
    if not 0 < len(first) <= 8:
        return None
    skipped = frozenset(byte[0] for byte in _ALL if re.fullmatch(b"[" + before + b"]", byte) and not byte.isspace())
    pairs = [(one, two) for one in first for two in second or range(256)]
    pairs += [(one, two) for one in skipped for two in range(256)]
    return LineStart(frozenset(map(bytes, pairs)), rb"\n[" + before + rb"]*+" + clue)


def literal_of(test: Test) -> Literal | None:
    """The text that a search asks for; None where it may ask for another."""
    if test.kind != SEARCH or test.relation != b"=" or test.flags & MOVED:
        return None
    text = test.text
    if test.modifiers & 0x3:  # white space may be more or less
        text = re.split(rb"\s", text, maxsplit=1)[0]
    if not text:
        return None
    stop = min(test.offset + test.reach + len(text) if test.reach else _TEXT, _TEXT)
    any_case = bool(test.modifiers & _IGNORE_CASE)
    return None if any_case and stop > _LOWERED else Literal(text.lower() if any_case else text, stop, any_case)


def _alternatives(pattern: bytes) -> bool:
    depth = 0
    for sign in re.findall(rb"\\.|\[\^?\]?(?:\[:[a-z]+:\]|[^\]])*\]|.", pattern, re.DOTALL):
        depth += (sign == b"(") - (sign == b")")
        if sign == b"|" and depth == 0:
            return True
    return False


def _bracket(atom: bytes) -> bytes | None:
    """One character of a POSIX expression as Python's; None where that is not simple."""
    if not atom.startswith(b"["):
        return re.escape(atom.removeprefix(b"\\"))
    inside = atom[1:-1]
    for name, characters in _CLASSES.items():
        inside = inside.replace(name, characters)
    if inside.startswith((b"^", b"]")) or b"\\" in inside or b"[" in inside:
        return None
    return b"[" + inside + b"]"


class Clues:
    """Rules that have a clue, found by it."""

    def __init__(self, rules: Iterable[tuple[int, Rule]], by_key: Container[int] = ()) -> None:
        """Sort rules, each with its number, by their clues; of those in `by_key` only two bytes are looked at."""
        self.without: list[int] = []
        """The rules of which no clue is known."""
        self._by_hand = [
            (gate, re.compile(clue).findall, {word: list[int]() for word, _ in words}) for gate, clue, words in BY_HAND
        ]
        self._line_starts: dict[LineStart, list[int]] = {}
        literals: dict[Literal, list[int]] = {}
        for number, rule in rules:
            clue = _clue(rule)
            if clue is None:
                self.without.append(number)
            elif isinstance(clue, LineStart):
                self._line_starts.setdefault(clue, []).append(number)
            elif isinstance(clue, Literal):
                literals.setdefault(clue, []).append(number)
            else:
                self._by_hand[clue[0]][2][clue[1]].append(number)
        self._searches = {
            start: re.compile(start.clue).search
            for start, numbers in self._line_starts.items()
            if not all(number in by_key for number in numbers)
        }
        self._keys: dict[bytes, list[LineStart]] = {}
        for start in self._line_starts:
            for key in start.keys:
                self._keys.setdefault(key, []).append(start)
        self._near: dict[int, list[tuple[Literal, list[int]]]] = {}
        self._any_case = [(literal, numbers) for literal, numbers in literals.items() if literal.any_case]
        groups: dict[bytes, list[tuple[Literal, list[int]]]] = {}
        for literal, numbers in literals.items():
            if literal.any_case:
                continue
            if literal.stop <= len(literal.text) + 1:
                self._near.setdefault(literal.text[0], []).append((literal, numbers))
            else:
                groups.setdefault(literal.text[:1], []).append((literal, numbers))
        self._groups = [(found, group) for group in groups.values() if (found := _any_of(group)) is not None]
        self._literals = [
            (_rare(literal.text), literal, numbers)
            for group in groups.values()
            if _any_of(group) is None
            for literal, numbers in group
        ]
        self._by_hand = [hand for hand in self._by_hand if any(hand[2].values())]

    def may_match(self, text: bytes) -> Iterator[int]:
        """The rules whose clue a text has, by number, in no order; those of `without` are not among them."""
        window = b"\n" + text[:_WINDOW] + b"\0\0"
        for gate, words, rules in self._by_hand:
            if gate in window:
                for word in {word.lower() for word in words(window)}:
                    yield from rules[word]
        nul = text.find(b"\0", 0, _WINDOW)
        lines = window if nul < 0 else b"\n" + text[:nul] + b"\0\0"
        starts = set[LineStart]()
        for key in self._keys.keys() & set(_LINES(lines)):
            starts.update(self._keys[key])
        for start in starts:
            search = self._searches.get(start)
            if search is None or search(lines) is not None:
                yield from self._line_starts[start]
        for byte in text[:2]:
            if byte in self._near:
                for (sought, stop, _), numbers in self._near[byte]:
                    if text.find(sought, 0, stop) >= 0:
                        yield from numbers
        for rare, (sought, stop, _), numbers in self._literals:
            if text.find(rare, 0, stop) >= 0 and text.find(sought, 0, stop) >= 0:
                yield from numbers
        for any_of, group in self._groups:
            if any_of(text, 0, _WINDOW) is not None:
                for (sought, stop, _), numbers in group:
                    if text.find(sought, 0, stop) >= 0:
                        yield from numbers
        lower = text[:_LOWERED].lower()
        for (sought, stop, _), numbers in self._any_case:
            if lower.find(sought, 0, stop) >= 0:
                yield from numbers


def _clue(rule: Rule) -> tuple[int, bytes] | LineStart | Literal | None:
    first = rule.tests[0]
    if first.flags & MOVED:
        return None
    below = [test for test in rule.tests if test.level == 1]
    below = below if len(below) == 1 and not first.speaks else []
    if first.relation == b"=" and first.offset <= 4 and (first.kind == REGEX or 0 < first.reach <= 8192):
        both = [first.text + b"\0" + test.text for test in below if not test.offset and not test.flags & MOVED]
        texts_of = {first.text, *both}
        for number, (_, _, words) in enumerate(BY_HAND):
            for word, texts in words:
                if not texts_of.isdisjoint(texts):
                    return number, word
    for test in [*below, first]:
        if test.kind == REGEX and test.relation == b"=" and not test.offset and not test.flags & MOVED:
            start = line_start(test.text) if not test.modifiers & _IGNORE_CASE else None
            if start is not None:
                return start
    return literal_of(first)


def _rare(text: bytes) -> int:
    """A byte of the text, if possible a sign: looking for one byte is quickest."""
    return next((byte for byte in text if not bytes([byte]).isalnum() and not bytes([byte]).isspace()), text[0])


def _any_of(group: list[tuple[Literal, list[int]]]) -> Callable[[bytes, int, int], object] | None:
    """A search for any of some texts that begin alike; None where one by one is as quick."""
    if len(group) < 3 or any(literal.stop > _WINDOW for literal, _ in group):
        return None
    rest = b"|".join(re.escape(literal.text[1:]) for literal, _ in group)
    return re.compile(re.escape(group[0][0].text[:1]) + b"(?:" + rest + b")").search
