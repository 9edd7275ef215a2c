"""Strings that are short, common, or cost more than they must."""

import re
from collections.abc import Iterator

from cyberforensics.rules.checks.common import COMMON
from cyberforensics.rules.checks.logic import met, names_of, patterns_met, tree
from cyberforensics.rules.checks.view import Check, Remark, View
from cyberforensics.rules.syntax import Pattern, PatternKind, RuleText, Token
from cyberforensics.rules.syntax.literals import bytes_of, hex_jumps
from cyberforensics.rules.syntax.regexes import ends_open, literal_runs, unbounded

SHORTEST = 4
"""Bytes: the engines look for parts of this length, and for shorter ones far too often."""


def _remark(code: str, file: str, rule: RuleText, pattern: Pattern, message: str, hint: str) -> Remark:
    return Remark(code, file, pattern.span, f'the string "{pattern.identifier}" {message}', hint, rule.name)


def _each(view: View) -> Iterator[tuple[str, RuleText, Pattern]]:
    for file, rule in view.rules():
        for pattern in rule.patterns:
            yield file, rule, pattern


def _short(view: View) -> Iterator[Remark]:
    for file, rule, pattern in _each(view):
        if pattern.kind != PatternKind.TEXT:
            continue
        size = len(bytes_of(pattern.literal))
        if 0 < size < SHORTEST and not pattern.has("base64") and not pattern.has("base64wide"):
            at_begin = _only_at_begin(rule, pattern)
            hint = "ask for the bytes themselves: uint16(0) == …" if at_begin else "make it longer, or more exact"
            yield _remark("CFR030", file, rule, pattern, f"has {size} bytes: it is found nearly everywhere", hint)


def _only_at_begin(rule: RuleText, pattern: Pattern) -> bool:
    words = [token.text for token in rule.condition]
    places = [place for place, word in enumerate(words) if word == pattern.identifier]
    return bool(places) and all(words[place + 1 : place + 3] == ["at", "0"] for place in places)


def _common(view: View) -> Iterator[Remark]:
    for file, rule in view.rules():
        if "private" in rule.modifiers or "global" in rule.modifiers:
            continue
        condition = None
        for name, pattern in zip(names_of(rule), rule.patterns, strict=True):
            disguised = any(pattern.has(modifier) for modifier in ("xor", "base64", "base64wide"))
            if pattern.kind != PatternKind.TEXT or disguised or not _is_common(bytes_of(pattern.literal)):
                continue
            condition = condition or tree(rule.condition)
            present = frozenset((name,))

            def holds(tokens: tuple[Token, ...], present: frozenset[str] = present, rule: RuleText = rule) -> bool:
                said = patterns_met(tokens, present, rule)
                return _is_guard(tokens) if said is None else said

            if met(condition, holds):
                message = "is common in harmless content, and is enough for a match"
                yield _remark("CFR031", file, rule, pattern, message, "ask for another string beside it")


def _is_common(data: bytes) -> bool:
    return data.lower() in COMMON or (len(data) >= SHORTEST and len(set(data)) == 1)


def _is_guard(tokens: tuple[Token, ...]) -> bool:
    """Whether it is a bound of size or a first look at the header, which much content passes."""
    words = {token.text for token in tokens}
    return bool(words & {"filesize"}) or any(re.fullmatch("u?int(?:8|16|32)(?:be)?", word) for word in words)


def _repetitions(view: View) -> Iterator[Remark]:
    for file, rule, pattern in _each(view):
        if pattern.kind == PatternKind.REGEX:
            found = unbounded(pattern.literal)
            if found:
                message = f'repeats any byte without a bound ("{found}")'
                yield _remark("CFR033", file, rule, pattern, message, "give it one: .{0,100}")
        elif pattern.kind == PatternKind.HEX and any(most is None for _, most in hex_jumps(pattern.literal)):
            yield _remark("CFR033", file, rule, pattern, "has a jump without a bound", "give it one: [0-100]")


def _open_ends(view: View) -> Iterator[Remark]:
    for file, rule, pattern in _each(view):
        if pattern.kind == PatternKind.TEXT:
            continue
        end = ends_open(pattern.literal) if pattern.kind == PatternKind.REGEX else _hex_ends_open(pattern.literal)
        if end:
            yield _remark("CFR037", file, rule, pattern, f"{end} with what matches anything", "leave that out")


def _hex_ends_open(literal: str) -> str:
    inner = re.sub(r"//[^\n]*|/\*.*?\*/|\s+", "", literal[1:-1], flags=re.DOTALL)
    return "begins" if inner.startswith("??") else "ends" if inner.endswith("??") else ""


def _without_literal(view: View) -> Iterator[Remark]:
    for file, rule, pattern in _each(view):
        if pattern.kind == PatternKind.REGEX and max(literal_runs(pattern.literal), default=0) < SHORTEST:
            message = "is a regular expression without four known bytes in a row"
            yield _remark("CFR038", file, rule, pattern, message, "give the engine a word to look for")


CHECKS = (
    Check(("CFR030",), _short),
    Check(("CFR031",), _common),
    Check(("CFR033",), _repetitions),
    Check(("CFR037",), _open_ends),
    Check(("CFR038",), _without_literal),
)
