"""Comparisons that no value meets, or every value, alone or with what stands beside them.

What is compared has bounds: a size and a count are never below 0, ``uint8`` is 0 to 255. A string is a count as well:
``$a`` is ``#a >= 1``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from cyberforensics.rules.checks.logic import Node, closing, parts_of, tree
from cyberforensics.rules.checks.view import Check, Remark, View
from cyberforensics.rules.syntax import Kind, RuleText, Token
from cyberforensics.rules.syntax.parser import number_of

_READ = re.compile(r"(?P<unsigned>u?)int(?P<bits>8|16|32)(?:be)?")
_MOST = (1 << 63) - 1
"""Integers of conditions have 64 bits and a sign."""
_LONGEST = 80
"""Characters of a comparison that a message shows."""
_MOST_COMPARED = 200
"""Comparisons of one thing beside each other that are looked at in pairs."""

_Set = tuple[tuple[int, int], ...]
"""Integers as ranges that do not meet, in their order; both ends are included."""
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class _Quantity:
    """What is compared with a number."""

    name: str
    low: int
    high: int
    defined: bool = True
    """Whether it always has a value: behind the end of the content nothing is read, and no comparison of it holds."""

    @property
    def all(self) -> _Set:
        return ((self.low, self.high),)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A comparison, or the negation of one: the values that meet it."""

    of: _Quantity
    values: _Set
    text: str
    span: tuple[int, int]


def _ranges(view: View) -> Iterator[Remark]:
    for file, rule in view.rules():
        text = view.files[file].text
        yield from _judged(tree(rule.condition), file, rule, text, "the condition")


def _judged(node: Node, file: str, rule: RuleText, text: str, whole: str) -> Iterator[Remark]:
    """Every operand, and what stands beside each other; `whole` is what the node is of its rule's condition."""
    claim = _claim(node, text)
    if claim is not None:
        yield from _alone(claim, file, rule)
        return
    claims: dict[str, list[_Claim]] = {}
    for part in parts_of(node) if node.word in ("and", "or") else node.parts:
        claim = _claim(part, text)
        if claim is not None and _decides(claim):
            claims.setdefault(claim.of.name, []).append(claim)
        yield from _judged(part, file, rule, text, "a part of the condition")
    for beside in claims.values():
        yield from _together(beside, node.word, file, rule, whole)


def _decides(claim: _Claim) -> bool:
    return claim.values not in ((), claim.of.all)


def _alone(claim: _Claim, file: str, rule: RuleText) -> Iterator[Remark]:
    of = claim.of
    if _decides(claim):
        return
    bounds = f"at least {of.low}" if of.high == _MOST else f"between {of.low} and {of.high}"
    why = f": {of.name} is {bounds}" if of.low < of.high else ""
    hint = "mend it, or leave it out"
    if not claim.values:
        yield Remark("CFR040", file, claim.span, f'"{claim.text}" is never met{why}', hint, rule.name)
        return
    where = "is always met" if of.defined else "is met wherever there is something to read"
    yield Remark("CFR041", file, claim.span, f'"{claim.text}" {where}{why}', hint, rule.name)


def _together(claims: Sequence[_Claim], word: str, file: str, rule: RuleText, whole: str) -> Iterator[Remark]:
    """What two comparisons of the same thing come to, where both must hold or one of them."""
    for one, other in combinations(claims[:_MOST_COMPARED], 2):
        both = f'"{one.text}" and "{other.text}"'
        if word == "and" and not _common(one.values, other.values):
            message = f"{whole} of {rule.name} can't be met: {both} exclude each other"
            yield Remark("CFR040", file, other.span, message, "one of the two is meant otherwise", rule.name)
            return
        if word == "or" and not _common(_others(one), _others(other)):
            where = "always" if one.of.defined else "wherever there is something to read"
            message = f"of {both}, one is met {where}"
            yield Remark("CFR041", file, other.span, message, "one of the two is meant otherwise", rule.name)
            return


def _claim(node: Node, text: str) -> _Claim | None:
    """What an operand says of a quantity; None where it says something else."""
    if node.word == "not":
        inner = _claim(node.parts[0], text)
        return inner and _Claim(inner.of, _others(inner), f"not {inner.text}", inner.span)
    if node.word or not node.tokens:
        return None
    span = (node.tokens[0].start, node.tokens[-1].end)
    shown = " ".join(text[slice(*span)].split())
    shown = shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"
    first = node.tokens[0]
    if len(node.tokens) == 1 and first.kind == Kind.PATTERN and first.text.startswith("$") and len(first.text) > 1:
        return _Claim(_Quantity(f"#{first.text[1:]}", 0, _MOST), ((1, _MOST),), shown, span)
    places = [place for place, token in enumerate(node.tokens) if token.text in _TURNED]
    if len(places) != 1:
        return None
    sign = node.tokens[places[0]].text
    left, right = _quantity(node.tokens[: places[0]]), _quantity(node.tokens[places[0] + 1 :])
    if left is None or right is None:
        return None
    if left.low == left.high:
        left, right, sign = right, left, _TURNED[sign]
    if right.low < right.high:  # of two that vary nothing is known
        return None
    return _Claim(left, _values(left, sign, right.low), shown, span)


def _quantity(tokens: Sequence[Token]) -> _Quantity | None:
    words = [token.text for token in tokens]
    minus = words[:1] == ["-"]
    if len(words) == 1 + minus and tokens[-1].kind == Kind.NUMBER:
        number = number_of(words[-1])
        if not isinstance(number, int) or number > _MOST:
            return None
        number = -number if minus else number
        return _Quantity(str(number), number, number)
    if words == ["filesize"]:
        return _Quantity("filesize", 0, _MOST)
    if words and tokens[0].kind == Kind.PATTERN and words[0].startswith("#") and len(words[0]) > 1:
        within = words[1:3] == ["in", "("] and closing(tokens[2:]) == len(tokens) - 3
        return _Quantity(" ".join(words), 0, _MOST, defined=len(words) == 1) if len(words) == 1 or within else None
    read = _READ.fullmatch(words[0]) if len(words) > 3 and words[1] == "(" else None
    if read is None or closing(tokens[1:]) != len(tokens) - 2:
        return None
    bits = int(read["bits"])
    low, high = (0, (1 << bits) - 1) if read["unsigned"] else (-(1 << bits - 1), (1 << bits - 1) - 1)
    return _Quantity("".join(words), low, high, defined=False)


def _values(of: _Quantity, sign: str, number: int) -> _Set:
    """The values for which the comparison holds."""
    wanted: Mapping[str, _Set] = {
        "<": ((of.low, number - 1),),
        "<=": ((of.low, number),),
        ">": ((number + 1, of.high),),
        ">=": ((number, of.high),),
        "==": ((number, number),),
        "!=": ((of.low, number - 1), (number + 1, of.high)),
    }
    return _common(wanted[sign], of.all)


def _others(claim: _Claim) -> _Set:
    """The values for which it does not hold."""
    found: list[tuple[int, int]] = []
    low = claim.of.low
    for start, end in claim.values:
        found.append((low, start - 1))
        low = end + 1
    return _joined((*found, (low, claim.of.high)))


def _common(one: _Set, other: _Set) -> _Set:
    return _joined((max(a, c), min(b, d)) for a, b in one for c, d in other)


def _joined(ranges: Iterable[tuple[int, int]]) -> _Set:
    """Without the empty ones; those that touch become one."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(one for one in ranges if one[0] <= one[1]):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


CHECKS = (Check(("CFR040", "CFR041"), _ranges),)
