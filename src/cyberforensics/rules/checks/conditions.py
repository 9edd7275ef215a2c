"""Conditions that everything without the strings meets, that nothing bounds, and words that are going away."""

import re
from collections.abc import Iterator

from cyberforensics.rules.checks.logic import Node, met, patterns_met, tree
from cyberforensics.rules.checks.view import Check, Remark, View, about
from cyberforensics.rules.syntax import RuleText, Token

_READ = re.compile(r"u?int(?:8|16|32)(?:be)?")


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
    Check(("CFR041",), _everything),
    Check(("CFR042",), _guards),
    Check(("CFR044",), _deprecated),
)
