"""A rule file's text without what can only match programs."""

from dataclasses import dataclass

from cyberforensics.rules.conditions import Replacement
from cyberforensics.rules.rule_file import Rule, RuleFile


@dataclass(frozen=True, slots=True)
class LeanText:
    """What is to be compiled for content that is no program."""

    text: str
    gone: tuple[str, ...]
    """The rules that are not in it."""


def lean_text(file: RuleFile) -> LeanText:
    """Leave out rules for programs, what the others ask of ``pe`` in vain, and imports that nothing needs then.

    It matches on content that is no program what the whole file does. A file that includes others stays as it is.
    """
    if file.includes or any(rule.span[0] == rule.span[1] for rule in file.rules):
        return LeanText(file.text, ())
    named = frozenset[str]().union(*(rule.words for rule in file.rules))
    prefixes = tuple(frozenset[str]().union(*(rule.prefixes for rule in file.rules)))
    kept: list[Rule] = []
    gone: list[Rule] = []
    for rule in file.rules:
        # A global rule decides about others, and what another rule names must be there.
        needed = not rule.plain or rule.name in named or rule.name.startswith(prefixes)
        (gone if rule.verdict.programs_only and not needed else kept).append(rule)
    words = frozenset[str]().union(*(rule.words for rule in kept))
    gaps = [Replacement(*rule.span, "") for rule in gone]
    gaps += [Replacement(*statement.span, "") for statement in file.imports if statement.module not in words]
    gaps += [replacement for rule in kept for replacement in rule.verdict.replacements]
    parts: list[str] = []
    place = 0
    for start, end, instead in sorted(gaps):
        parts += [file.text[place:start], instead]
        place = end
    return LeanText("".join((*parts, file.text[place:])), tuple(rule.name for rule in gone))
