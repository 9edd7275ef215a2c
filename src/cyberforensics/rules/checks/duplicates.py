"""What stands twice: names of rules, and rules that look for the same."""

from collections.abc import Iterator

from cyberforensics.rules.checks.view import Check, Remark, View, about
from cyberforensics.rules.syntax import Kind, RuleText
from cyberforensics.rules.syntax.literals import normalized

_FEWEST = 8
"""Tokens of a condition without strings from which on being the same is no coincidence."""


def _names(view: View) -> Iterator[Remark]:
    first: dict[str, str] = {}
    for file, rule in view.rules():
        other = first.setdefault(rule.name, file)
        if other != file:
            message = f"the rule {rule.name} has the name of one in {other}"
            yield about("CFR020", file, rule, message, "namespaces keep them apart here; other tools may refuse both")


def _logic(view: View) -> Iterator[Remark]:
    first: dict[object, tuple[str, str]] = {}
    for file, rule in view.rules():
        names = {other.name for other in view.files[file].rules}
        if not names.isdisjoint(rule.words) or "$" in (token.text for token in rule.condition):
            continue  # what other rules say, or which string a loop means, is not compared
        key = _key(rule)
        if key is None:
            continue
        other_file, other = first.setdefault(key, (file, rule.name))
        if (other_file, other) != (file, rule.name):
            message = f"the rule {rule.name} looks for the same as {other}" + (
                "" if other_file == file else f" in {other_file}"
            )
            yield about("CFR021", file, rule, message, "keep one of the two")


def _key(rule: RuleText) -> object:
    if not rule.patterns and len(rule.condition) < _FEWEST:
        return None
    said = {
        pattern.identifier: (
            str(pattern.kind),
            normalized(pattern.literal, pattern.kind),
            tuple(
                sorted((modifier.name, modifier.argument) for modifier in pattern.modifiers if modifier.name != "ascii")
            )
            if pattern.has("ascii") and not pattern.has("wide")
            else tuple(sorted((modifier.name, modifier.argument) for modifier in pattern.modifiers)),
        )
        for pattern in rule.patterns
    }
    if len(said) != len(rule.patterns):
        return None  # strings without names
    if any(token.kind == Kind.PATTERN and token.text.endswith("*") for token in rule.condition):
        return tuple(sorted(said.items())), tuple(token.text for token in rule.condition)
    condition = tuple(
        (token.text[0], said.get("$" + token.text[1:])) if token.kind == Kind.PATTERN else token.text
        for token in rule.condition
    )
    return tuple(sorted(said.values())), condition


CHECKS = (Check(("CFR020",), _names), Check(("CFR021",), _logic))
