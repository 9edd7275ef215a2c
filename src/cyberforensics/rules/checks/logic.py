"""A condition as a tree of ``and``, ``or`` and ``not``, to ask what decides alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cyberforensics.rules.syntax import RuleText, Token

_DEEPEST = 50
"""Brackets in brackets: what lies deeper is not judged."""
_OPEN, _CLOSE = frozenset("(["), frozenset(")]")


@dataclass(frozen=True, slots=True)
class Node:
    """``and``, ``or`` or ``not`` of parts; else an operand, with its tokens."""

    word: str
    parts: tuple["Node", ...] = ()
    tokens: tuple[Token, ...] = ()


def tree(tokens: Sequence[Token], depth: int = 0) -> Node:
    """Read a condition."""
    inner = _without_brackets(tokens)
    if depth < _DEEPEST:
        for word in ("or", "and"):
            parts = split(inner, word)
            if len(parts) > 1:
                return Node(word, tuple(tree(part, depth + 1) for part in parts))
        if len(inner) > 1 and inner[0].text == "not":
            return Node("not", (tree(inner[1:], depth + 1),))
    return Node("", tokens=tuple(inner))


def met(node: Node, operand: Callable[[tuple[Token, ...]], bool]) -> bool:
    """Whether the condition is met where the operands are what `operand` says."""
    if node.word == "or":
        return any(met(part, operand) for part in node.parts)
    if node.word == "and":
        return all(met(part, operand) for part in node.parts)
    if node.word == "not":
        return not met(node.parts[0], operand)
    return operand(node.tokens)


def parts_of(node: Node) -> tuple[Node, ...]:
    """What stands beside each other in an ``and`` or ``or``, whatever the brackets are."""
    return tuple(inner for part in node.parts for inner in (parts_of(part) if part.word == node.word else (part,)))


def split(tokens: Sequence[Token], word: str) -> list[Sequence[Token]]:
    """At every `word` that stands in no brackets."""
    parts: list[Sequence[Token]] = []
    start = depth = 0
    for place, token in enumerate(tokens):
        depth += (token.text in _OPEN) - (token.text in _CLOSE)
        if depth == 0 and token.text == word:
            parts.append(tokens[start:place])
            start = place + 1
    return [*parts, tokens[start:]]


def _without_brackets(tokens: Sequence[Token]) -> Sequence[Token]:
    while len(tokens) > 2 and tokens[0].text == "(" and closing(tokens) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def closing(tokens: Sequence[Token]) -> int:
    """Where the bracket that opens first is closed; -1 where it is not."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += (token.text in _OPEN) - (token.text in _CLOSE)
        if depth == 0:
            return place
    return -1


def patterns_met(tokens: tuple[Token, ...], present: frozenset[str], rule: RuleText) -> bool | None:
    """Whether an operand about patterns holds where only some are found; None where it is another one."""
    words = [token.text for token in tokens]
    if len(words) >= 1 and words[0].startswith("$") and (len(words) == 1 or words[1] in ("at", "in")):
        return words[0] in present
    if len(words) >= 3 and words[1] == "of" and tokens[0].kind in ("word", "number"):
        named = chosen(tokens[2:], rule)
        if named is None:
            return None
        found = sum(identifier in present for identifier in named)
        if words[0] == "any":
            return found >= 1
        if words[0] == "all":
            return found == len(named)
        if words[0] == "none":
            return found == 0
        return found >= int(words[0]) if words[0].isdecimal() and len(words[0]) < 10 else None
    return None


def chosen(tokens: Sequence[Token], rule: RuleText) -> list[str] | None:
    """The patterns that ``them`` or a list means, as `names_of` has them; None where it means something else."""
    names = names_of(rule)
    words = [token.text for token in tokens]
    if words[:1] == ["them"]:
        return names
    if words[:1] != ["("] or ")" not in words:
        return None
    wanted = [word for word in words[1 : words.index(")")] if word != ","]
    if not all(word.startswith("$") for word in wanted):
        return None
    return [name for name in names if any(_means(word, name) for word in wanted)]


def names_of(rule: RuleText) -> list[str]:
    """The identifiers of its patterns; one without a name has its number."""
    return [
        pattern.identifier if len(pattern.identifier) > 1 else f"$({number})"
        for number, pattern in enumerate(rule.patterns)
    ]


def _means(word: str, name: str) -> bool:
    return name.startswith(word[:-1]) if word.endswith("*") else name == word
