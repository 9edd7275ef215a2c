"""What a rule file says, with where it says so. Spans are offsets in characters; their ends are excluded."""

from dataclasses import dataclass
from enum import StrEnum

from cyberforensics.rules.syntax.lexer import Token

Span = tuple[int, int]


class PatternKind(StrEnum):
    """The three forms of a pattern."""

    TEXT = "text"
    HEX = "hex"
    REGEX = "regex"


@dataclass(frozen=True, slots=True)
class Statement:
    """An import or an include."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Meta:
    """One line of metadata."""

    name: str
    value: str | int | float | bool
    """Of text, what it says without its escapes."""
    span: Span
    value_span: Span


@dataclass(frozen=True, slots=True)
class Modifier:
    """What follows a pattern: ``wide``, ``xor(1-255)``."""

    name: str
    argument: str = ""
    """What stands in its brackets."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One string of a rule."""

    identifier: str
    """With its dollar; a bare dollar where it has no name."""
    kind: PatternKind
    literal: str
    """As it is written, with its quotes, slashes or braces."""
    modifiers: tuple[Modifier, ...]
    span: Span
    literal_span: Span

    def has(self, name: str) -> bool:
        """Whether it has this modifier."""
        return any(modifier.name == name for modifier in self.modifiers)


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule."""

    name: str
    """Empty where it has none."""
    name_span: Span
    span: Span
    """From its first word, a modifier included, to its last brace; without one, to where the next statement begins."""
    modifiers: frozenset[str]
    """Of ``private`` and ``global``."""
    tags: tuple[str, ...]
    meta: tuple[Meta, ...]
    patterns: tuple[Pattern, ...]
    condition: tuple[Token, ...]
    complete: bool
    """Whether all of it was understood."""

    @property
    def words(self) -> frozenset[str]:
        """The words of its condition."""
        return frozenset(token.text for token in self.condition if token.kind == "word")


@dataclass(frozen=True, slots=True)
class SourceText:
    """One rule file."""

    text: str
    imports: tuple[Statement, ...]
    includes: tuple[Statement, ...]
    rules: tuple[RuleText, ...]
    comments: tuple[Token, ...]
