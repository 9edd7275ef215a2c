"""What a content must have for one of libmagic's rules to match: decided from the rule's first test alone.

Each answer errs to one side: a rule is said to need something only where libmagic's own code leaves no other way
(`mget` and `magiccheck` in `softmagic.c`); of every other test it is said that it may match.
"""

from dataclasses import dataclass
from enum import Enum

from cyberforensics.pipeline.media_clues import clue_needed
from cyberforensics.pipeline.media_rules import BINARY, MOVED, NUMBERS, STRING, TEXT, UNSIGNED, Rule, Test

ANY = frozenset(range(256))
GROUPS = tuple(
    frozenset(
        next(
            (
                group
                for group in (b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789")
                if byte in group
            ),
            bytes([byte]),
        )
    )
    for byte in range(256)
)
"""For every first byte, those it is treated with alike: each group costs a database."""
_WHITESPACE, _IGNORE_LOWER, _IGNORE_UPPER = 0x1 | 0x2, 0x4, 0x8
_HARMLESS = 0x20 | 0x40 | 0x4000  # for text only, for binaries only, a full word
_ONE_BYTE = tuple(frozenset({byte}) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be true of a content before the rule can match."""

    text: bool
    """A text rule: it is tried on text only, after it was converted to UTF-8."""
    first: frozenset[int]
    """What the first byte can be."""
    nul: bool
    """A NUL byte somewhere."""
    high: bool
    """A byte above 127 somewhere."""
    clue: int
    """A clue (`media_clues`), as a bit; 0 is none."""


class Bytes(Enum):
    """Which bytes a content holds."""

    ALL = "binary"
    NO_NUL = "no NUL"
    ASCII = "ASCII without NUL"


def may_match(need: Needs, first: frozenset[int], kind: Bytes) -> bool:
    """Whether a rule may match a content that begins with one of these bytes: clues are left to the caller."""
    begins = not need.first.isdisjoint(first)
    if need.text:
        return kind is not Bytes.ALL and (begins or max(first) >= 0x80)  # the conversion to UTF-8 changes these
    return begins and not (need.nul and kind is not Bytes.ALL) and not (need.high and kind is Bytes.ASCII)


def exact_bytes(test: Test) -> tuple[int, bytes] | None:
    """Where a test asks for exactly these bytes; None where it asks for something else."""
    if test.flags & MOVED:
        return None
    number = _bytes_of_number(test)
    if number is not None:
        return (test.offset, bytes(value for value, _ in number)) if all(mask == 0xFF for _, mask in number) else None
    plain = test.kind == STRING and test.relation == b"=" and test.mask == 0 and test.text
    return (test.offset, test.text) if plain else None


def needs(rule: Rule) -> Needs:
    """What a rule's first test asks for."""
    test = rule.tests[0]
    if test.flags & TEXT and test.flags & BINARY:  # tried on the content and on the converted text
        return Needs(text=False, first=ANY, nul=False, high=False, clue=0)
    nul, high = _kinds_of_bytes(test)
    return Needs(bool(test.flags & TEXT), _first_bytes(test), nul, high, clue_needed(rule))


def holds(test: Test, head: bytes) -> bool:
    """Whether a test may hold; True where that is not decided here."""
    if test.flags & MOVED or test.mask_op or test.relation not in b"=<>":
        return True
    if test.kind == STRING and test.relation == b"=" and test.mask == 0:
        return head.startswith(test.text, test.offset)
    if test.kind not in NUMBERS:
        return True
    width, big = NUMBERS[test.kind]
    if test.offset + width > len(head):
        return False
    raw = head[test.offset : test.offset + width]
    signed = not test.flags & UNSIGNED
    if test.relation == b"=":
        ones = (1 << 8 * width) - 1
        mask = test.mask & ones if test.mask else ones
        return int.from_bytes(raw, "big" if big else "little") & mask == _number(test) & ones
    if test.mask:
        return True
    found = int.from_bytes(raw, "big" if big else "little", signed=signed)
    limit = int.from_bytes(test.field[:8], "little", signed=signed)
    return found < limit if test.relation == b"<" else found > limit


def _number(test: Test) -> int:
    return int.from_bytes(test.field[:8], "little")


def _bytes_of_number(test: Test) -> list[tuple[int, int]] | None:
    """The bytes in the order of the content, each with its mask; None where the test is no plain equality."""
    if test.kind not in NUMBERS or test.relation != b"=" or test.mask_op:
        return None
    width, big = NUMBERS[test.kind]
    order = range(width - 1, -1, -1) if big else range(width)
    mask = test.mask or (1 << 64) - 1
    return [(_number(test) >> 8 * place & 0xFF, mask >> 8 * place & 0xFF) for place in order]


def _first_bytes(test: Test) -> frozenset[int]:
    if test.flags & MOVED or test.offset:
        return ANY
    number = _bytes_of_number(test)
    if number is not None:
        value, mask = number[0]
        return _ONE_BYTE[value] if mask == 0xFF else frozenset(byte for byte in ANY if byte & mask == value)
    if test.kind != STRING or test.relation != b"=" or not test.text or test.reach:
        return ANY
    if test.modifiers & ~(_WHITESPACE | _IGNORE_LOWER | _IGNORE_UPPER | _HARMLESS) or test.text[:1].isspace():
        return ANY
    first = test.text[:1]
    if test.modifiers & (_IGNORE_LOWER | _IGNORE_UPPER):
        return frozenset(first.lower() + first.upper())
    return _ONE_BYTE[first[0]]


def _kinds_of_bytes(test: Test) -> tuple[bool, bool]:
    """Whether the content must hold a NUL byte, and one above 127."""
    number = _bytes_of_number(test)
    if number is not None:
        return (
            any(value == 0 and mask == 0xFF for value, mask in number),
            any(value & mask & 0x80 for value, mask in number),
        )
    if test.kind == STRING and test.relation == b"=" and test.mask == 0:
        return b"\0" in test.text, not test.text.isascii()
    return False, False
