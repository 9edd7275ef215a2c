"""The text of rules as a tree: a file with a mistake is still read, and its places reproduce it.

text ─► lexer.tokens_of ─► parser.parse ─► SourceText (imports, includes, rules, comments)

The grammar is that of libyara (``lexer.l``, ``grammar.y``) and of YARA-X where it has more. What compiles is for the
engines to say.
"""

from cyberforensics.rules.syntax.lexer import Kind, Token
from cyberforensics.rules.syntax.lines import Lines
from cyberforensics.rules.syntax.nodes import Meta, Modifier, Pattern, PatternKind, RuleText, SourceText, Statement
from cyberforensics.rules.syntax.parser import parse

__all__ = [
    "Kind",
    "Lines",
    "Meta",
    "Modifier",
    "Pattern",
    "PatternKind",
    "RuleText",
    "SourceText",
    "Statement",
    "Token",
    "parse",
]
