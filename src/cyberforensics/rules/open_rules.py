"""Which rules that look at a name a content leaves open, and which of them a name leaves open.

A rule can match a content under a name only if its condition could be true of the content under some name, and of the
name with some content. Both are asked of YARA itself. For the first, a variable of the engine's, `ANY`, is put beside
every part of a condition that looks at the name: while it is true, the rule matches wherever it can match under any
name, and while it is false, it matches what it matched before. So one set of rules answers both. For the second, the
parts that look at the content are taken for what lets the rule match.

Rules that only match under few names are asked about the name alone, and nothing is put into them: what a name leaves
open is then run, and that is rare.

docs/decisions/0009-content-cache.md has the reasons.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType

from cyberforensics.rules.conditions import Replacement, Token, split, without_brackets
from cyberforensics.rules.engines.base import EXTERNALS, ExternalValue
from cyberforensics.rules.name_rules import named_by
from cyberforensics.rules.rule_file import RuleFile

ANY = "any_name_of_cyberforensics"
"""The variable that stands for whatever a name may be."""
LEFT_OPEN = "left_open_by_content_of_cyberforensics"
"""The variable that says which rules are asked about a name: namespace and name of each, between bars."""

PLAIN_NAME: Mapping[str, ExternalValue] = MappingProxyType(dict.fromkeys(EXTERNALS, "0"))
"""A name that is nothing special: a rule that can match under it is asked about contents, too."""
_VARIABLES = frozenset(EXTERNALS)
_OF_THE_NAME = _VARIABLES - {"filetype"}  # the type is told by the first bytes
_LOOKS = frozenset(
    (
        *_VARIABLES,
        *("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "iequals", "matches"),
        *("==", "!=", "not", "(", ")"),
    )
)
"""What a part of a condition that looks at nothing but the name is made of, beside literals."""
_DEEPEST = 50
"""Brackets in brackets: a condition with more is one part."""


@dataclass(frozen=True, slots=True)
class NameRule:
    """A rule whose matches depend on the name, or may."""

    name: str
    condition: str
    """True of a name under which the rule matches some content."""
    of_name_alone: bool
    """Whether it says nothing of the content."""
    gaps: tuple[Replacement, ...]
    """What puts `ANY` into the rule."""

    def text(self, word: str | None = None) -> str:
        """A rule about names alone; with a word, only where `LEFT_OPEN` has it between bars."""
        asked = "" if word is None else f'{LEFT_OPEN} contains "|{word}|" and '
        return f"rule {self.name} {{ condition: {asked}({self.condition}\n)}}\n"


def name_rules_of(file: RuleFile, settled: AbstractSet[str]) -> tuple[NameRule, ...] | None:
    """What the rules of a file say of names; None where it includes others, has a global rule or is not understood.

    Args:
        settled: its rules that are known to look at content alone.
    """
    conditions = {rule.name: file.condition_of(rule) for rule in file.rules}
    if file.includes or len(conditions) < len(file.rules) or any(rule.is_global for rule in file.rules):
        return None
    if not all(conditions.values()):
        return None
    names = [rule.name for rule in file.rules if rule.name not in settled]
    # what a private rule finds nobody sees, and a part that names it is taken for one that looks at the name
    seen = (rule for rule in file.rules if rule.name not in settled and not rule.private)
    return tuple(_name_rule(file.text, rule.name, conditions[rule.name], names) for rule in seen)


def _name_rule(text: str, name: str, condition: Sequence[Token], names: Sequence[str]) -> NameRule:
    gaps: list[Replacement] = []
    of_content: list[Replacement] = []
    for part, positive in _parts(condition):
        words = [token.text for token in part]
        start, end = part[0].start, part[-1].end
        if not _OF_THE_NAME.isdisjoint(words) or named_by(words, names):
            gaps.append(Replacement(start, start, " (("))
            gaps.append(Replacement(end, end, f") or {ANY}) " if positive else f") and not {ANY}) "))
        if _VARIABLES.isdisjoint(words) or not all(word in _LOOKS or word[0] in '"/' for word in words):
            of_content.append(Replacement(start, end, " true " if positive else " false "))
    about_name = _replaced(text, condition[0].start, condition[-1].end, of_content)
    return NameRule(name, about_name, not of_content, tuple(gaps))


def with_any(text: str, rules: Iterable[NameRule]) -> str:
    """A file's text with `ANY` in some of its rules, which are in their order."""
    return _replaced(text, 0, len(text), [gap for rule in rules for gap in rule.gaps])


def _replaced(text: str, start: int, end: int, gaps: Sequence[Replacement]) -> str:
    parts: list[str] = []
    for gap in gaps:  # in their order, and none in another
        parts += [text[start : gap.start], gap.text]
        start = gap.end
    return "".join((*parts, text[start:end]))


def _parts(condition: Sequence[Token]) -> Iterator[tuple[Sequence[Token], bool]]:
    """What `and`, `or` and `not` join, and whether the condition is the likelier to be true if the part is.

    Only where undefined is as good as false: `not` of a single part belongs to it, since `not` of undefined is
    undefined, and of false true.
    """
    depth = deepest = 0
    for token in condition:
        depth += (token.text == "(") - (token.text == ")")
        deepest = max(deepest, depth)
    yield from ((condition, True),) if deepest > _DEEPEST else _joined(condition, True)


def _joined(expression: Sequence[Token], positive: bool) -> Iterator[tuple[Sequence[Token], bool]]:
    inner = without_brackets(expression)
    operands = _operands(inner)
    if operands:
        for operand in operands:
            yield from _joined(operand, positive)
        return
    if inner[0].text == "not":
        below = without_brackets(inner[1:])
        if _operands(below):
            yield from _joined(below, not positive)
            return
    yield inner, positive


def _operands(expression: Sequence[Token]) -> list[Sequence[Token]]:
    for word in ("or", "and"):
        parts = split(expression, word)
        if len(parts) > 1:
            return parts
    return []
