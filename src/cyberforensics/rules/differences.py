"""Two states of a pack side by side: which rules came, went and changed, and what of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cyberforensics.rules.listing import ListedRule
from cyberforensics.rules.syntax import Pattern, RuleText


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of a rule that is not as it was."""

    what: str
    """``meta description``, ``string $a``, ``condition``, ``tags``, ``modifiers``, ``file``."""
    old: str | None
    """None where it was not there."""
    new: str | None
    """None where it is not there any more."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule that both have."""

    rule: ListedRule
    """As it is now."""
    parts: tuple[Part, ...]

    @property
    def matches_otherwise(self) -> bool:
        """Whether it may match something else: its strings, its condition or what it is have changed."""
        return any(part.what.startswith(("string ", "condition", "modifiers")) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Difference:
    """What lies between two states."""

    added: tuple[ListedRule, ...]
    removed: tuple[ListedRule, ...]
    changed: tuple[Changed, ...]
    unchanged: int


def compare(old: Sequence[ListedRule], new: Sequence[ListedRule]) -> Difference:
    """Compare rules of the same name and namespace; then, where a name is left over once on both sides, those."""
    before = {(rule.namespace, rule.name): rule for rule in old}
    pairs = [(before.pop((rule.namespace, rule.name), None), rule) for rule in new]
    left = _single(before.values())
    alone = _single(rule for known, rule in pairs if known is None)
    pairs = [
        (before.pop((left[rule.name].namespace, rule.name)), rule)
        if known is None and rule.name in left and rule.name in alone
        else (known, rule)
        for known, rule in pairs
    ]
    both = [(known, rule) for known, rule in pairs if known is not None]
    changed = [Changed(rule, parts) for known, rule in both if (parts := tuple(_parts(known, rule)))]
    return Difference(
        added=tuple(rule for known, rule in pairs if known is None),
        removed=tuple(before.values()),
        changed=tuple(changed),
        unchanged=len(both) - len(changed),
    )


def _single(rules: Iterable[ListedRule]) -> dict[str, ListedRule]:
    listed = list(rules)
    times = Counter(rule.name for rule in listed)
    return {rule.name: rule for rule in listed if times[rule.name] == 1}


def _parts(old: ListedRule, new: ListedRule) -> list[Part]:
    parts: list[Part] = []
    if old.file != new.file:
        parts.append(Part("file", old.file, new.file))
    for what, before, now in (
        ("modifiers", " ".join(sorted(old.text.modifiers)), " ".join(sorted(new.text.modifiers))),
        ("tags", " ".join(old.tags), " ".join(new.tags)),
    ):
        if before != now:
            parts.append(Part(what, before or None, now or None))
    parts += _named("meta", _meta(old.text), _meta(new.text))
    parts += _named("string", _strings(old.text), _strings(new.text))
    before, now = (" ".join(token.text for token in rule.text.condition) for rule in (old, new))
    if before != now:
        parts.append(Part("condition", before, now))
    return parts


def _named(what: str, old: dict[str, str], new: dict[str, str]) -> list[Part]:
    names = dict.fromkeys((*old, *new))
    return [Part(f"{what} {name}", old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def _meta(rule: RuleText) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in rule.meta:
        value = str(meta.value).lower() if isinstance(meta.value, bool) else str(meta.value)
        found[meta.name] = f"{found[meta.name]}, {value}" if meta.name in found else value
    return found


def _strings(rule: RuleText) -> dict[str, str]:
    return {
        pattern.identifier if len(pattern.identifier) > 1 else f"$ ({number})": _said(pattern)
        for number, pattern in enumerate(rule.patterns, 1)
    }


def _said(pattern: Pattern) -> str:
    modifiers = (f"{one.name}({one.argument})" if one.argument else one.name for one in pattern.modifiers)
    literal = " ".join(pattern.literal.split()) if pattern.kind == "hex" else pattern.literal
    return " ".join((literal, *modifiers))
