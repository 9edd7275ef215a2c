"""Which of libmagic's rules may match a content, from the tests at fixed places that must hold for them.

Each answer errs to one side: a test is said to fail only where libmagic's own code leaves no way for it to hold
(`mget`, `mconvert`, `magiccheck` and `file_strncmp` in `softmagic.c`, `der_cmp` in `der.c`); of every other it is said
that it may hold.
"""

import re
from collections.abc import Callable, Iterable
from typing import Literal

from cyberforensics.pipeline.media_rules import (
    ADDED,
    DER,
    FROM_END,
    GUID,
    MOVED,
    NUMBERS,
    REGEX,
    STRING,
    UNSIGNED,
    Rule,
    Test,
)

Check = Callable[[bytes], bool]
_Checked = tuple[int, tuple[Check, ...]]  # a rule by its number, and what must hold for it
_ONE_BYTE = tuple(frozenset({byte}) for byte in range(256))
_SEQUENCES = frozenset(byte for byte in range(256) if byte & 0x1F in (0x10, 0x1F))  # or a tag of several bytes
_WHITESPACE, _IGNORE_LOWER, _IGNORE_UPPER = 0x1 | 0x2, 0x4, 0x8
_HARMLESS = 0x20 | 0x40 | 0x4000  # for text only, for binaries only, a full word
_COMMON = frozenset(b"\0\1\2\xff \t\r\n")  # bytes that tell little
_WORD = re.compile(rb"\(([a-z0-9/-]+)\)(-?)(?:\[|$)|([a-z0-9/-]+)$")  # begins with a word, or is one
_REGEX = 8192  # bytes that a regular expression sees, libmagic's limit
_LONGEST = 127  # bytes of a text that libmagic compares: it puts a NUL behind them


def wanted(test: Test) -> tuple[frozenset[int], ...]:
    """For each byte from the test's offset on, what it can be; nothing where that is not all that the test asks for."""
    if test.flags & MOVED or test.relation != b"=":
        return ()
    if test.kind == STRING:
        return _of_text(test)
    if test.kind == GUID:
        return tuple(_ONE_BYTE[byte] for byte in test.field[:16])
    if test.kind == DER and test.text.startswith(b"seq"):
        return (_SEQUENCES,)
    return _of_number(test) if test.kind in NUMBERS and not test.mask_op else ()


def decides(test: Test) -> Check | None:
    """A function that says whether a test may hold for a content; None where it always may."""
    if test.flags & MOVED:
        return None
    if test.kind in NUMBERS:
        return _compares(test)
    if test.kind == STRING and test.relation == b"<" and not test.mask:
        return _below(test.offset, test.text)
    if test.kind == DER and test.relation == b"=" and test.text.startswith(b"seq"):
        return _may_be_sequence
    allowed = wanted(test)
    if not allowed:
        return None
    if all(len(bytes_) == 1 for bytes_ in allowed):
        return _starts(test.offset, bytes(next(iter(bytes_)) for bytes_ in allowed))
    return _is_among(test.offset, allowed)


def all_of(tests: Iterable[Test]) -> tuple[Check, ...]:
    """What can be said of several tests that must all hold."""
    return tuple(check for test in tests if (check := decides(test)) is not None)


def never(test: Test) -> bool:
    """Whether a first test always fails: one from the end of the content, known of files only (`buffer_fill`)."""
    return bool(test.flags & FROM_END)


def _of_number(test: Test) -> tuple[frozenset[int], ...]:
    width, big, _ = NUMBERS[test.kind]
    order = range(width - 1, -1, -1) if big else range(width)
    mask = test.mask or (1 << 64) - 1
    pairs = [(test.number >> 8 * place & 0xFF, mask >> 8 * place & 0xFF) for place in order]
    return tuple(
        _ONE_BYTE[value] if bits == 0xFF else frozenset(byte for byte in range(256) if byte & bits == value)
        for value, bits in pairs
    )


def _of_text(test: Test) -> tuple[frozenset[int], ...]:
    """Up to the first white space, where that may be more or less of it than in the rule."""
    if test.reach or test.modifiers & ~(_WHITESPACE | _IGNORE_LOWER | _IGNORE_UPPER | _HARMLESS):
        return ()
    text = test.text[:_LONGEST]
    if test.modifiers & _WHITESPACE:
        text = text[: next((place for place, byte in enumerate(text) if bytes([byte]).isspace()), len(text))]
    if test.modifiers & (_IGNORE_LOWER | _IGNORE_UPPER):
        return tuple(frozenset(bytes([byte]).lower() + bytes([byte]).upper()) for byte in text)
    return tuple(_ONE_BYTE[byte] for byte in text)


def _may_be_sequence(head: bytes) -> bool:
    """`gettag` takes five bits or, where all are set, the bytes above 127 behind: with four its number overflows."""
    return len(head) > 0 and (head[0] & 0x1F == 0x10 or (head[0] & 0x1F == 0x1F and min(head[1:5], default=0) >= 0x80))


def _holds_word(end: int, words: tuple[bytes, ...]) -> Check:
    limit = (
        end + 128 + _REGEX
    )  # a first test that compares with `<` goes on behind all the bytes that it saw (`moffset`)

    def check(head: bytes) -> bool:
        stop = head.find(b"\0", end, limit)
        seen = head[: stop if stop >= 0 else limit]
        return any(word in seen for word in words)

    return check


def _starts(offset: int, text: bytes) -> Check:
    return lambda head: head.startswith(text, offset)


def _below(offset: int, text: bytes) -> Check:
    end = offset + len(text)
    return lambda head: len(head) >= end and head[offset:end] < text


def _is_among(offset: int, allowed: tuple[frozenset[int], ...]) -> Check:
    end = offset + len(allowed)

    def check(head: bytes) -> bool:
        found = head[offset:end]
        return len(found) == len(allowed) and all(map(frozenset.__contains__, allowed, found))

    return check


def _compares(test: Test) -> Check | None:
    if test.mask_op or test.relation not in b"=<>!&":
        return None
    width, big, padded = NUMBERS[test.kind]
    order: Literal["big", "little"] = "big" if big else "little"
    offset, end, relation = test.offset, test.offset + width, test.relation
    ones = (1 << 8 * width) - 1
    mask = test.mask & ones if test.mask else ones
    sign = 0 if test.flags & UNSIGNED else 1 << 8 * width - 1
    wanted_bits = test.number & ones
    limit = int.from_bytes(test.field[:8], "little", signed=bool(sign))

    def check(head: bytes) -> bool:
        raw = head[offset:end]
        if len(raw) < width:
            if not padded:
                return relation == b"!"  # a continuation counts as held there
            raw = raw.ljust(width, b"\0")
        found = int.from_bytes(raw, order) & mask
        if relation == b"=":
            return found == wanted_bits
        if relation == b"!":
            return found != wanted_bits
        if relation == b"&":
            return found & wanted_bits == wanted_bits
        signed = (found ^ sign) - sign
        return signed < limit if relation == b"<" else signed > limit

    return check


def _chain(rule: Rule) -> list[Test]:
    """The tests that must hold before a rule says anything: its first and, while it has one continuation, that one."""
    chain, place = list[Test](), 0
    while decides(rule.tests[place]) is not None:
        test = rule.tests[place]
        chain.append(test)
        below = list[int]()
        for number in range(place + 1, len(rule.tests)):
            if rule.tests[number].level <= test.level:
                break
            if rule.tests[number].level == test.level + 1:
                below.append(number)
        if test.speaks or len(below) != 1:
            break
        (place,) = below
    return chain


def _words(rule: Rule) -> tuple[bytes, ...]:
    """Words of which one must stand behind a first test that is text: all that follows is expressions with them.

    An expression sees what is before the first NUL.
    """
    below = [test for test in rule.tests if test.level == 1]
    words = [_WORD.match(test.text) for test in below]
    if rule.tests[0].kind != STRING or not all(
        word and test.kind == REGEX and test.relation == b"=" and test.flags & MOVED == ADDED and not test.offset
        for test, word in zip(below, words, strict=True)
    ):
        return ()
    if any(test.modifiers for test in below):
        return ()
    return tuple(b"".join(word.groups(b"")) for word in words if word)


class Places:
    """Rules whose first test looks at fixed places, found by some of the bytes there."""

    def __init__(self, rules: Iterable[tuple[int, Rule]]) -> None:
        """Sort rules, each with its number, by where they look."""
        self.anywhere: list[int] = []
        """The rules that look for something else."""
        self._four: dict[bytes, list[_Checked]] = {}
        self._two: dict[bytes, list[_Checked]] = {}
        self._unsorted: list[_Checked] = []
        places: dict[int, dict[int, list[_Checked]]] = {}
        for number, rule in rules:
            if never(rule.tests[0]):
                continue
            chain = _chain(rule)
            checks = list(all_of(chain))
            words = _words(rule) if len(chain) == 1 and not chain[0].speaks else ()
            if words:
                checks.append(_holds_word(chain[0].offset + chain[0].length, words))
            checked = (number, tuple(checks))
            if not chain:
                self.anywhere.append(number)
                continue
            bytes_ = {
                test.offset + place: allowed
                for test in chain
                for place, allowed in enumerate(wanted(test))
                if 0 not in allowed or not _padded(test)
            }
            if all(len(bytes_.get(place, ())) == 1 for place in range(4)):
                self._four.setdefault(bytes(next(iter(bytes_[place])) for place in range(4)), []).append(checked)
            elif all(0 < len(bytes_.get(place, ())) < 3 for place in range(2)):
                for pair in [bytes((first, second)) for first in bytes_[0] for second in bytes_[1]]:
                    self._two.setdefault(pair, []).append(checked)
            elif bytes_:
                best = min(bytes_, key=lambda place: _tells(bytes_[place]))
                for byte in bytes_[best]:
                    places.setdefault(best, {}).setdefault(byte, []).append(checked)
            else:
                self._unsorted.append(checked)
        self._places = sorted(places.items(), key=lambda item: item[0])

    def may_match(self, head: bytes) -> list[int]:
        """The rules that may match, by number, in no order; those of `anywhere` are not among them."""
        likely = [*self._unsorted, *self._four.get(head[:4], ()), *self._two.get(head[:2], ())]
        size = len(head)
        for place, rules in self._places:
            if place >= size:
                break
            if head[place] in rules:
                likely += rules[head[place]]
        kept = list[int]()
        for number, checks in likely:
            for check in checks:
                if not check(head):
                    break
            else:
                kept.append(number)
        return kept


def _padded(test: Test) -> bool:
    """Whether a test takes what is behind the end of the content for NUL bytes."""
    return test.kind in NUMBERS and NUMBERS[test.kind][2]


def _tells(allowed: frozenset[int]) -> tuple[int, bool]:
    return (len(allowed), not allowed.isdisjoint(_COMMON))
