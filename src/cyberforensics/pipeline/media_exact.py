r"""Text rules that are decided without libmagic, exactly, for texts of ASCII only.

libmagic compiles a rule's regular expressions anew for every content, and for the text of a program that costs more
than all else. These are the rules that match such texts most often. Each stands beside the rule of the database that it
decides; of a rule that reads otherwise, libmagic is asked. libmagic's expressions are POSIX ones, with REG_NEWLINE, in
the C locale: whether one matches somewhere does not depend on the order in which alternatives are tried, so Python's
answer is the same. They see 8,192 bytes at most, without the last one (`mcopy` and `magiccheck` in `softmagic.c`).
Here a newline is put before these bytes and stands for `^`. Where an expression goes on behind the match of another,
that match can end at one place only. What is repeated cannot be taken for what follows, so that no text takes long.
"""

import re
from collections.abc import Mapping

from cyberforensics.pipeline.media_rules import ADDED, MOVED, REGEX, SEARCH, Rule

REACH = 3 * 8192
"""Bytes from the start that must be ASCII: an expression may begin where another one ended."""
_SEEN = 8192
_WS, _SP = rb"[ \t\n\v\f\r]", rb"[ \t\v\f\r]"

Shape = tuple[tuple[int, bool, bytes], ...]
"""Of each test, in the order of the rule: its level, whether it begins where the one before ended, its text."""


def _one(literal: bytes, expression: bytes) -> Shape:
    return ((0, False, literal), (1, False, expression))


EXACT: Mapping[Shape, tuple[bytes, ...]] = {
    _one(b"class", rb"^class [_[:alpha:]]+(\(.*\))?( )*:([ \t]+pass)?$".replace(rb"\t", b"\t")): (
        rb"\nclass [_A-Za-z]+(?:\(.*\))? *+:(?:[ \t]+pass)?$",
    ),
    _one(b"import", rb"^from[ \t]+([A-Za-z0-9_]|\.)+[ \t]+import.*$".replace(rb"\t", b"\t")): (
        rb"\nfrom[ \t]++[A-Za-z0-9_.]++[ \t]++import",
    ),
    _one(b"import", rb"^import [_[:alpha:]]+ as [[:alpha:]][[:space:]]*$"): (
        rb"\nimport [_A-Za-z]++ as [A-Za-z]" + _SP + rb"*+$",
    ),
    (
        (0, False, b"def "),
        (1, False, rb"^[[:space:]]{0,50}def {1,50}[_a-zA-Z]{1,100}"),
        (2, True, rb"\(([[:alpha:]*_, ]){0,255}\):$"),
    ): (rb"\n" + _WS + rb"{0,50}def {1,50}[_a-zA-Z]{1,100}", rb"\([A-Za-z*_, ]{0,255}\):$"),
    (
        (0, False, rb"^[[:space:]]*(class|module)[[:space:]][A-Z]"),
        (1, False, rb"(modul|includ)e [A-Z]|def [a-z]"),
        (2, True, rb"^[[:space:]]*end([[:space:]]+[;#].*)?$"),
    ): (
        rb"\n" + _SP + rb"*+(?:class|module)" + _WS + rb"[A-Z]",
        rb"(?:modul|includ)e [A-Z]|def [a-z]",
        rb"\n" + _SP + rb"*+end(?:" + _WS + rb"++[;#]|$)",
    ),
    (
        (0, False, rb"^[[:space:]]*(class|module)[[:space:]][A-Z]"),
        (1, True, rb"^[[:space:]]*end([[:space:]]+[;#if].*)?$"),
    ): (rb"\n" + _SP + rb"*+(?:class|module)" + _WS + rb"[A-Z]", rb"\n" + _SP + rb"*+end(?:" + _WS + rb"++[;#if]|$)"),
    ((0, False, b"^import.*;$"),): (rb"\nimport.*;$",),
    _one(b"union", rb"^union[[:space:]]+"): (rb"\nunion" + _WS,),
    _one(b"struct", rb"^struct[[:space:]]+"): (rb"\nstruct" + _WS,),
    _one(b"extern", rb"^[[:space:]]*extern[[:space:]]+"): (rb"\n" + _SP + rb"*+extern" + _WS,),
    _one(b"pragma", rb"^#[[:space:]]*pragma"): (rb"\n#" + _WS + rb"*+pragma",),
    **{
        _one(word, rb"^[[:space:]]*%b( \*|\*)(.+)(=.*)?;[[:space:]]*$" % word): (
            rb"\n" + _SP + rb"*+%b(?: \*|\*).+;" % word + _SP + rb"*+$",
        )
        for word in (b"char", b"double", b"float")
    },
    **{
        (
            (0, False, literal),
            (1, False, rb"^#[[:space:]]*(if|ifn)def"),
            (2, True, rb"^#[[:space:]]*" + last),
        ): (rb"\n#" + _WS + rb"*+ifn?def", rb"\n#" + _WS + rb"*+" + last)
        for literal, last in ((b"define", b"define"), (b"endif", b"endif$"))
    },
    _one(b"using", rb"^using[[:space:]]+(namespace )?std(::)?[[:alpha:]]*[[:space:]]*;"): (
        rb"\nusing" + _WS + rb"++(?:namespace )?std(?:::)?[A-Za-z]*+" + _WS + rb"*+;",
    ),
    _one(b"namespace", rb"^namespace[[:space:]]+[_[:alpha:]]{1,30}[[:space:]]*\{"): (
        rb"\nnamespace" + _WS + rb"++[_A-Za-z]{1,30}+" + _WS + rb"*+\{",
    ),
    _one(b"template", rb"^[[:space:]]*template[[:space:]]*<.*>[[:space:]]*$"): (
        rb"\n" + _SP + rb"*+template" + _WS + rb"*+<.*>" + _SP + rb"*+$",
    ),
    _one(b"virtual", rb"^[[:space:]]*virtual[[:space:]]+.*[};][[:space:]]*$"): (
        rb"\n" + _SP + rb"*+virtual" + _WS + rb"++.*[};]" + _SP + rb"*+$",
    ),
    **{
        _one(word, rb"^[[:space:]]*%b:" % word): (rb"\n" + _SP + rb"*+%b:" % word,)
        for word in (b"protected", b"private", b"public")
    },
}
"""For each rule its expressions as Python's, or others that match where they do."""


class Exact:
    """A rule that is decided here."""

    def __init__(self, rule: Rule, expressions: tuple[bytes, ...]) -> None:
        """Make a rule's expressions ready."""
        self.mime = rule.tests[-1].mime.strip(b"\0").decode("ascii")
        first = rule.tests[0]
        self._literal = first.text if first.kind == SEARCH else b""
        self._stop = first.reach + len(first.text)
        regular = rule.tests[1:] if self._literal else rule.tests
        self._expressions = [
            (re.compile(expression, re.MULTILINE).search, bool(test.flags & ADDED))
            for test, expression in zip(regular, expressions, strict=True)
        ]

    def matches(self, text: bytes) -> bool:
        """Whether the rule matches a text whose first bytes are ASCII."""
        if text.find(self._literal, 0, self._stop) < 0:
            return False
        end = 0
        for search, goes_on in self._expressions:
            start = end if goes_on else 0
            found = search(b"\n" + text[start : min(start + _SEEN, len(text)) - 1])
            if found is None:
                return False
            end = start + found.end() - 1
        return True


def shape(rule: Rule) -> Shape:
    """What tells a rule from others here."""
    return tuple((test.level, bool(test.flags & ADDED), test.text) for test in rule.tests)


def exact(rule: Rule) -> Exact | None:
    """A rule as it is decided here; None where libmagic is to be asked."""
    tests, expressions = rule.tests, EXACT.get(shape(rule))
    if expressions is None or any(
        test.relation != b"=" or test.offset or test.modifiers or test.mask_op for test in tests
    ):
        return None
    kinds = [REGEX] * len(tests) if len(expressions) == len(tests) else [SEARCH] + [REGEX] * (len(tests) - 1)
    if [test.kind for test in tests] != kinds or any(test.reach for test in tests if test.kind == REGEX):
        return None
    if any(test.speaks for test in tests[:-1]) or any(test.flags & MOVED & ~ADDED for test in tests):
        return None
    last = tests[-1].mime.strip(b"\0")
    return Exact(rule, expressions) if last.isascii() and last and b"$" not in last and b"%" not in last else None
