"""Conditions that nothing meets, that everything meets, that nothing bounds, and words that are going away."""

import re
from collections.abc import Iterator

from cyberforensics.rules.checks.logic import Node, conjuncts, met, patterns_met, tree
from cyberforensics.rules.checks.view import Check, Remark, View, about
from cyberforensics.rules.syntax import Kind, RuleText, Token
from cyberforensics.rules.syntax.parser import number_of

_READ = re.compile(r"u?int(?:8|16|32)(?:be)?")
_LARGEST = 1 << 63


def _contradictions(view: View) -> Iterator[Remark]:
    for file, rule in view.rules():
        parts = conjuncts(tree(rule.condition))
        found = _sizes(parts) or _beginnings(parts) or _both(parts)
        if found:
            yield about(
                "CFR040",
                file,
                rule,
                f"the condition of {rule.name} can't be met: {found}",
                "one of the two is meant otherwise",
            )


def _sizes(parts: tuple[Node, ...]) -> str:
    low, high = 0, _LARGEST
    for part in parts:
        words = [token.text for token in part.tokens]
        if len(words) != 3 or "filesize" not in (words[0], words[2]):
            continue
        sign, other = words[1], part.tokens[2 if words[0] == "filesize" else 0]
        number = number_of(other.text) if other.kind == Kind.NUMBER else None
        if not isinstance(number, int):
            continue
        if words[2] == "filesize":
            sign = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(sign, sign)
        if sign in ("<", "<="):
            high = min(high, number - (sign == "<"))
        elif sign in (">", ">="):
            low = max(low, number + (sign == ">"))
        elif sign == "==":
            low, high = max(low, number), min(high, number)
    if high < 0:
        return "no size is below 0"
    return f"no size is both at least {low} and at most {high} bytes" if low > high else ""


def _beginnings(parts: tuple[Node, ...]) -> str:
    said: dict[tuple[str, ...], int | float] = {}
    for part in parts:
        words = [token.text for token in part.tokens]
        if len(words) != 6 or words[4] != "==" or not _READ.fullmatch(words[0]) or part.tokens[5].kind != Kind.NUMBER:
            continue
        number = number_of(words[5])
        place = tuple(words[:4])
        if number is not None and said.setdefault(place, number) != number:
            return f"{''.join(place)} is asked to be two numbers"
    return ""


def _both(parts: tuple[Node, ...]) -> str:
    wanted = {part.tokens[0].text for part in parts if len(part.tokens) == 1 and part.tokens[0].kind == Kind.PATTERN}
    for part in parts:
        inner = part.parts[0].tokens if part.word == "not" else ()
        if len(inner) == 1 and inner[0].text in wanted:
            return f"{inner[0].text} is asked to be found and not to be found"
    return ""


def _everything(view: View) -> Iterator[Remark]:
    for file, rule in view.rules():
        if not rule.patterns or rule.modifiers:
            continue

        def holds(tokens: tuple[Token, ...], rule: RuleText = rule) -> bool:
            return bool(patterns_met(tokens, frozenset(), rule))

        condition = tree(rule.condition)
        if _only_patterns(condition, rule) and met(condition, holds):
            message = f"the rule {rule.name} matches all content in which none of its strings is found"
            yield about("CFR041", file, rule, message, "ask for something that is there as well")


def _only_patterns(node: Node, rule: RuleText) -> bool:
    if node.word:
        return all(_only_patterns(part, rule) for part in node.parts)
    return patterns_met(node.tokens, frozenset(), rule) is not None


def _guards(view: View) -> Iterator[Remark]:
    for file, rule in view.rules():
        source = view.files[file]
        if not rule.patterns or rule.modifiers or file in view.joined:
            continue
        bounding = {"filesize", "at", "in", "entrypoint", *view.externals}
        bounding |= {statement.value for statement in source.imports} | {other.name for other in source.rules}
        if any(word in bounding or _READ.fullmatch(word) for word in rule.words):
            continue
        message = f"the rule {rule.name} looks at content of every kind and size"
        hint = "ask for its beginning (uint16(0) == …) or its size (filesize < …), which also makes it faster"
        yield about("CFR042", file, rule, message, hint)


def _deprecated(view: View) -> Iterator[Remark]:
    for file, rule in view.rules():
        for before, token in zip((None, *rule.condition), rule.condition, strict=False):
            if token.text == "entrypoint" and (before is None or before.text != "."):
                hint = "use pe.entry_point or elf.entry_point"
                yield Remark("CFR044", file, (token.start, token.end), '"entrypoint" is deprecated', hint, rule.name)


CHECKS = (
    Check(("CFR040",), _contradictions),
    Check(("CFR041",), _everything),
    Check(("CFR042",), _guards),
    Check(("CFR044",), _deprecated),
)
