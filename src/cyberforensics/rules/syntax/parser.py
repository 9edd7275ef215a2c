"""Tokens to rules. What is not understood is passed over, up to where the next rule or statement begins."""

from collections.abc import Sequence

from cyberforensics.rules.syntax.lexer import Kind, Token, tokens_of
from cyberforensics.rules.syntax.literals import text_of
from cyberforensics.rules.syntax.nodes import Meta, Modifier, Pattern, PatternKind, RuleText, SourceText, Statement

_OPENING = frozenset(("rule", "private", "global", "import", "include"))
"""Words that begin a statement, and that no rule holds but `private`, which follows a pattern."""
_SECTIONS = frozenset(("meta", "strings", "condition"))
_MODIFIERS = frozenset(("ascii", "wide", "nocase", "fullword", "xor", "base64", "base64wide", "private"))
_KINDS = {Kind.TEXT: PatternKind.TEXT, Kind.HEX: PatternKind.HEX, Kind.REGEX: PatternKind.REGEX}


def parse(text: str) -> SourceText:
    """Read a rule file. It never fails: `RuleText.complete` says whether a rule was understood."""
    everything = list(tokens_of(text))
    return _Parser(text, [token for token in everything if token.kind != Kind.COMMENT]).parse(
        tuple(token for token in everything if token.kind == Kind.COMMENT)
    )


class _Parser:
    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._place = 0

    def parse(self, comments: tuple[Token, ...]) -> SourceText:
        imports: list[Statement] = []
        includes: list[Statement] = []
        rules: list[RuleText] = []
        modifiers: list[Token] = []
        while (token := self._peek()) is not None:
            self._place += 1
            following = self._peek()
            if token.text in ("private", "global"):
                modifiers.append(token)
                continue
            if token.text in ("import", "include") and following is not None and following.kind == Kind.TEXT:
                self._place += 1
                found = Statement(following.text[1:-1], (token.start, following.end))
                (imports if token.text == "import" else includes).append(found)
            elif token.text == "rule" and token.kind == Kind.WORD:
                rules.append(self._rule(token, modifiers))
            modifiers = []
        return SourceText(self._text, tuple(imports), tuple(includes), tuple(rules), comments)

    def _peek(self, ahead: int = 0) -> Token | None:
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else None

    def _at(self, text: str, ahead: int = 0) -> bool:
        token = self._peek(ahead)
        return token is not None and token.text == text

    def _word(self, ahead: int = 0) -> str:
        token = self._peek(ahead)
        return token.text if token is not None and token.kind == Kind.WORD else ""

    def _rule(self, keyword: Token, modifiers: Sequence[Token]) -> RuleText:
        first = modifiers[0] if modifiers else keyword
        name, name_span = "", (keyword.start, keyword.end)
        token = self._peek()
        if token is not None and token.kind == Kind.WORD and token.text not in _OPENING:
            name, name_span = token.text, (token.start, token.end)
            self._place += 1
        tags: list[str] = []
        if self._at(":"):
            self._place += 1
            while self._word() and self._word() not in _OPENING:
                tags.append(self._word())
                self._place += 1
        meta: list[Meta] = []
        patterns: list[Pattern] = []
        condition: tuple[Token, ...] = ()
        complete = bool(name)
        end = self._tokens[self._place - 1].end
        if self._at("{"):
            self._place += 1
        else:
            complete = False
        while True:
            token = self._peek()
            if token is None or token.text in _OPENING:
                complete = False
                break
            self._place += 1
            end = token.end
            if token.text == "}":
                complete = complete and bool(condition)
                break
            if token.text in _SECTIONS and self._at(":"):
                self._place += 1
                if token.text == "meta":
                    meta += self._meta()
                elif token.text == "strings":
                    patterns += self._patterns()
                else:
                    condition = self._condition()
                end = self._tokens[self._place - 1].end
            else:
                complete = False
        return RuleText(
            name,
            name_span,
            (first.start, end),
            frozenset(modifier.text for modifier in modifiers),
            tuple(tags),
            tuple(meta),
            tuple(patterns),
            condition,
            complete,
        )

    def _meta(self) -> list[Meta]:
        found: list[Meta] = []
        while (name := self._peek()) is not None and name.kind == Kind.WORD and self._at("=", 1):
            self._place += 2
            start = self._place
            sign = self._at("-")
            self._place += sign
            token = self._peek()
            if token is None or (value := _value(token, sign)) is None:
                self._place = start
                break
            self._place += 1
            begin = self._tokens[start].start
            found.append(Meta(name.text, value, (name.start, token.end), (begin, token.end)))
        return found

    def _patterns(self) -> list[Pattern]:
        found: list[Pattern] = []
        while (name := self._peek()) is not None and name.text.startswith("$") and self._at("=", 1):
            literal = self._peek(2)
            if literal is None or literal.kind not in _KINDS:
                break
            self._place += 3
            modifiers: list[Modifier] = []
            while self._word() in _MODIFIERS and not self._begins_rule():
                modifiers.append(self._modifier())
            end = self._tokens[self._place - 1].end
            kind = _KINDS[literal.kind]
            span = (literal.start, literal.end)
            found.append(Pattern(name.text, kind, literal.text, tuple(modifiers), (name.start, end), span))
        return found

    def _begins_rule(self) -> bool:
        return self._at("private") and self._word(1) in ("rule", "global")

    def _modifier(self) -> Modifier:
        name = self._word()
        self._place += 1
        if not self._at("("):
            return Modifier(name)
        argument: list[str] = []
        place = self._place + 1
        for token in self._tokens[place : place + 8]:
            place += 1
            if token.text == ")":
                self._place = place
                return Modifier(name, "".join(argument))
            argument.append(token.text)
        return Modifier(name)

    def _condition(self) -> tuple[Token, ...]:
        start = self._place
        while (token := self._peek()) is not None:
            if token.text == "}" or token.text in _OPENING or (token.text in _SECTIONS and self._at(":", 1)):
                break
            self._place += 1
        return tuple(self._tokens[start : self._place])


def _value(token: Token, negative: bool) -> str | int | float | bool | None:
    if token.kind == Kind.TEXT and not negative:
        return text_of(token.text)
    if token.text in ("true", "false") and not negative:
        return token.text == "true"
    if token.kind == Kind.NUMBER:
        value = number_of(token.text)
        return None if value is None else -value if negative else value
    return None


def number_of(text: str) -> int | float | None:
    """What a number says; None where it has more than 20 digits, which no engine takes."""
    if len(text) > 20:
        return None
    factor = {"KB": 1 << 10, "MB": 1 << 20}.get(text[-2:], 1)
    digits = text[:-2] if factor > 1 else text
    if "." in digits:
        return float(digits)
    return int(digits, 0 if digits[:2] in ("0x", "0o") else 10) * factor
