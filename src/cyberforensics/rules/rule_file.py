"""One rule file: its text, and what a glance at its words tells before it is compiled."""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cyberforensics.model.names import display_text
from cyberforensics.rules.conditions import NOTHING_KNOWN, Token, Verdict, judge, tokens_of
from cyberforensics.rules.engines.base import EXTERNALS

SUFFIXES = (".yar", ".yara")

# In YARA a slash begins a comment or a regular expression and nothing else (division is a backslash), so one
# pass from left to right tells words of the language from words in comments and strings. Every alternative begins
# with a plain letter or sign: so the expression module leaps over what begins none.
_WORDS = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|/(?:[^/\\\n]|\\.)+/"""
    r"""|i(?<![\w$#@!.]i)nclude[ \t]+"(?P<target>[^"\n]*)\""""
    r"""|i(?<![\w$#@!.]i)mport[ \t\r\n]*"(?P<module>[^"\n]*)\""""
    r"""|r(?<![\w$#@!.]r)ule\b(?P<rule>)|c(?<![\w$#@!.]c)ondition\b(?P<condition>)"""
    r"""|p(?<![\w$#@!.]p)rivate\b(?P<modifier>)|g(?<![\w$#@!.]g)lobal\b(?P<modifier_too>)""",
    re.DOTALL,
)
_NO_CONDITION = frozenset(("rule", "condition", "import", "include"))
"""Words that no condition holds: where one comes before its end, the file is not what it seems."""


@dataclass(frozen=True, slots=True)
class Include:
    """One include statement."""

    target: Path
    line: int
    span: tuple[int, int]
    """Where in the text the quoted name stands."""


@dataclass(frozen=True, slots=True)
class Defect:
    """Why a rule file cannot be used, for the person who maintains it."""

    path: Path
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        """``file:line: reason``, as editors understand it."""
        place = shown(self.path) if self.line is None else f"{shown(self.path)}:{self.line}"
        return f"{place}: {display_text(self.reason)}"


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement."""

    module: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a file."""

    name: str
    span: tuple[int, int]
    """From the word ``rule`` to the last brace."""
    plain: bool
    """Whether it is neither private nor global."""
    verdict: Verdict = NOTHING_KNOWN
    words: frozenset[str] = frozenset()
    """Words of its condition, but for those of the verdict's replacements."""
    start: int = 0
    """Where it begins with what stands before the word ``rule``: ``private``, ``global``."""
    line: int = 1
    """Of its word ``rule``."""
    private: bool = False
    """Whether only other rules see it."""
    prefixes: frozenset[str] = frozenset()
    """Words before a star that ends an item of a list: it may mean all rules whose names begin so."""
    is_global: bool = False
    """Whether it decides about other rules."""
    condition: int = 0
    """Behind the word ``condition``."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule file that could be read."""

    path: Path
    text: str
    raw: bytes
    includes: tuple[Include, ...]
    imports: tuple[Import, ...]
    rules: tuple[Rule, ...]
    """Rules that it declares, private ones included, without those of included files."""
    names_external: bool
    """Whether the word of an external stands in it; whether it is one, only the compiler knows."""

    def text_of(self, rule: Rule) -> str:
        """The rule as it stands there, from its first word to its last brace."""
        return self.text[rule.start : rule.span[1]]

    def digest_of(self, rule: Rule) -> str:
        """SHA-256 of `text_of` in UTF-8."""
        return hashlib.sha256(self.text_of(rule).encode()).hexdigest()

    def words_of(self, rule: Rule) -> tuple[str, ...]:
        """Every word and sign of its condition, in order; none where it was not understood."""
        return tuple(token.text for token in self.condition_of(rule))

    def condition_of(self, rule: Rule) -> tuple[Token, ...]:
        """Its condition; nothing where it was not understood."""
        condition, whole, _ = _condition(self.text, rule.condition)
        return tuple(condition) if whole and rule.condition else ()

    @property
    def is_index(self) -> bool:
        """Whether it only includes other files."""
        return not self.rules and bool(self.includes)


def read(path: Path) -> RuleFile | Defect:
    """Read a rule file; a `Defect` where it is no text that a compiler could be shown."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Defect(path, f"can't be read ({error.strerror})")
    return from_bytes(path, raw)


def from_bytes(path: Path, raw: bytes) -> RuleFile | Defect:
    """Look at the bytes of a rule file."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Defect(path, f"is not UTF-8 (byte {error.start})", _line(raw, error.start))
    if "\0" in text:
        return Defect(path, "holds a NUL byte", _line(raw, raw.index(0)))
    return from_text(path, raw, text)


def from_text(path: Path, raw: bytes, text: str) -> RuleFile:
    """Look at the text of a rule file; `raw` is what stands for it in the digest of its pack."""
    includes: list[Include] = []
    imports: list[Import] = []
    rules: list[Rule] = []
    names_external = False
    modifiers: list[re.Match[str]] = []
    begun: Rule | None = None
    place = counted = 0
    line = 1
    while (word := _WORDS.search(text, place)) is not None:
        place = word.end()
        if word["target"] is not None:
            target = Path(os.path.normpath(path.parent / word["target"]))
            includes.append(Include(target, text.count("\n", 0, word.start()) + 1, word.span("target")))
        elif word["module"] is not None:
            imports.append(Import(word["module"], word.span()))
        elif word["modifier"] is not None or word["modifier_too"] is not None:
            if begun is None:  # behind a string it is that string's
                modifiers.append(word)
        elif word["rule"] is not None:
            if begun is not None:
                rules.append(begun)
                names_external = True
            name = next(tokens_of(text, place), None)
            line += text.count("\n", counted, word.start())
            counted = word.start()
            begun = _begin("" if name is None else name.text, word.start(), line, modifiers)
        elif word["condition"] is not None:
            condition, whole, place = _condition(text, place)
            words = frozenset(token.text for token in condition)
            names_external = names_external or not whole or not words.isdisjoint(EXTERNALS)
            if begun is not None and whole:
                rules.append(_finish(begun, condition, word.end(), place))
                begun = None
                modifiers.clear()
    if begun is not None:
        rules.append(begun)
        names_external = True
    return RuleFile(path, text, raw, tuple(includes), tuple(imports), tuple(rules), names_external)


def _begin(name: str, start: int, line: int, modifiers: Sequence[re.Match[str]]) -> Rule:
    first = min((word.start() for word in modifiers), default=start)
    private = any(word["modifier"] is not None for word in modifiers)
    is_global = any(word["modifier_too"] is not None for word in modifiers)
    return Rule(name, (start, start), not modifiers, start=first, line=line, private=private, is_global=is_global)


def _finish(begun: Rule, condition: list[Token], first: int, last: int) -> Rule:
    verdict = judge(condition)
    gone = [(one.start, one.end) for one in verdict.replacements]
    words = [
        token.text for token in condition if not gone or not any(start <= token.start < end for start, end in gone)
    ]
    return replace(
        begun,
        span=(begun.span[0], last),
        verdict=verdict,
        words=frozenset(words),
        prefixes=prefixes_of(words),
        condition=first,
    )


def prefixes_of(words: Sequence[str]) -> frozenset[str]:
    """What `Rule.prefixes` says of the words of a condition."""
    following = zip(words, words[1:], words[2:], strict=False)
    return frozenset(word for word, star, end in following if star == "*" and end in (",", ")"))


def _condition(text: str, start: int) -> tuple[list[Token], bool, int]:
    # Its tokens, whether it ends as it should, and where to go on.
    condition: list[Token] = []
    for token in tokens_of(text, start):
        if token.text == "}":
            return condition[1:], bool(condition) and condition[0].text == ":", token.end
        if token.text in _NO_CONDITION:
            return condition, False, token.start
        condition.append(token)
    return condition, False, len(text)


def _line(raw: bytes, offset: int) -> int:
    return raw.count(b"\n", 0, offset) + 1


def shown(path: Path) -> str:
    """A path of the host as a message may show it."""
    return display_text(str(path))
