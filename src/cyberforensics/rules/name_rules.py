"""Which rules of a file look at an entry's name, and the file without the others.

Where the same bytes were met before, only these need to be run again: what the others find under one name, they find
under each.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cyberforensics.rules.rule_file import RuleFile, prefixes_of


@dataclass(frozen=True, slots=True)
class NameText:
    """A rule file by what depends on names."""

    text: str
    """With the rules that do, and those that they name."""
    rules: tuple[str, ...]
    """The rules in it."""
    gone: tuple[str, ...]
    """The rules that are not in it."""
    settled: frozenset[str]
    """The rules that look at content alone; some may be in it."""


def name_text(file: RuleFile, variables: AbstractSet[str]) -> NameText:
    """Take a file apart; one that includes others, has a global rule or is not understood stays as it is.

    Args:
        file: one with a variable in some condition.
        variables: all that a condition may ask beside the content.
    """
    names = tuple(rule.name for rule in file.rules)
    words = {rule.name: file.words_of(rule) for rule in file.rules}
    understood = len(words) == len(names) and all(words.values())
    if file.includes or not understood or any(rule.is_global for rule in file.rules):
        return NameText(file.text, names, (), frozenset())
    named = {name: named_by(words[name], names) for name in names}
    depending: set[str] = set()
    for name in names:  # a rule stands before those that name it
        if not variables.isdisjoint(words[name]) or not depending.isdisjoint(named[name]):
            depending.add(name)
    needed = set(depending)
    for name in reversed(names):
        if name in needed:
            needed |= named[name]
    text, place = "", 0
    for rule in file.rules:
        if rule.name not in needed:
            text += file.text[place : rule.start]
            place = rule.span[1]
    kept = tuple(name for name in names if name in needed)
    gone = tuple(name for name in names if name not in needed)
    return NameText(text + file.text[place:], kept, gone, frozenset(names) - depending)


def named_by(words: Sequence[str], names: Sequence[str]) -> frozenset[str]:
    """The rules that a condition names, or may name."""
    prefixes = tuple(prefixes_of(words))
    return frozenset(name for name in names if name in words or (prefixes and name.startswith(prefixes)))
