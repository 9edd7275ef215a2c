"""Where in a pack a rule stands, and what is said about it there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.model.diagnostic import Diagnostic, Level, Span
from cyberforensics.model.names import display_text
from cyberforensics.rules.packs import Pack
from cyberforensics.rules.rule_file import Rule

_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A rule, and the file in which it stands."""

    path: Path
    rule: Rule


def placed_rules(pack: Pack) -> Iterator[PlacedRule]:
    """Every rule of every file of the pack, in the order of files."""
    for path in sorted(pack.files):
        for rule in pack.files[path].rules:
            yield PlacedRule(path, rule)


def about_rule(pack: Pack, placed: PlacedRule, code: str, level: Level, message: str, hint: str = "") -> Diagnostic:
    """Say something about a rule, at its name."""
    file = pack.files[placed.path]
    start = file.text.find(placed.rule.name, placed.rule.span[0] + len("rule"))
    begin = file.text.rfind("\n", 0, start) + 1
    line = placed.rule.line + file.text.count("\n", placed.rule.span[0], start)
    column = start - begin + 1
    end = file.text.find("\n", begin)
    excerpt = file.text[begin : end if end >= 0 else None].rstrip("\r")[:_LONGEST_LINE]
    span = Span(line, column, line, column + len(placed.rule.name))
    name = pack.name_of(placed.path)
    return Diagnostic(code, level, message, name, span, placed.rule.name, hint, (display_text(excerpt),))


def about_file(
    pack: Pack, path: Path, code: str, level: Level, message: str, hint: str = "", line: int | None = None
) -> Diagnostic:
    """Say something about a file of the pack, or about a line of it."""
    span = None if line is None else Span(line, 1, line, 1)
    return Diagnostic(code, level, message, pack.name_of(path), span, None, hint)
