r"""What a text must contain before the costliest of libmagic's text rules can match.

Each clue is necessary, not sufficient: every text that one of its rules matches has the clue near its beginning. A
rule whose clue is absent need not be tried. Clues are ASCII and say nothing of other bytes, so they are the same
in the content and in the UTF-8 that libmagic makes of it before it tries its text rules. `^` of a rule is `\n` of
its clue: the beginning counts as a line's, and of the white space before a word only that of its own line.
"""

import re
from collections.abc import Mapping

from cyberforensics.pipeline.media_rules import MOVED, REGEX, SEARCH, TEXT, Rule

_WINDOW = 8192 + 256  # regular expressions see 8,192 bytes, libmagic's limit; the searches below 4,096 places
_MARK = b"\xef\xbb\xbf"  # libmagic takes it off

CLUES: tuple[tuple[bytes, tuple[bytes, ...]], ...] = (
    (rb"\n[!-?A-~]{1,255}(?:\t[^\t\n]+){11}", (b"^[!-?A-~]{1,255}(\t[^\t]+){11}",)),
    (rb"\n[ \t\f\r]*BEGIN", (b"^[ \t\f\r\n]{0,100}BEGIN[ \t\f\r\n]{0,100}[{]",)),
    (
        rb"\n[ \t]*\.(?:asciiz|byte|even|file|globl|text|type)",
        tuple(b"^[ \t]{0,50}\\.%b" % word for word in b"asciiz byte even file globl text type".split()),
    ),
    (
        rb"\n%*[ \t]*SiSU",
        (
            *(b"^%?[ \t]*SiSU[ \t]+insert", b"^%?[ \t]*SiSU[ \t]+text", b"^%?[ \t]*SiSU[ \t][0-9.]+"),
            b"^%[ \t]+SiSU[ \t]+master",
        ),
    ),
    (rb"\n%*[ \t]*sisu-[0-9.]", (b"^%*[ \t]*sisu-[0-9.]+",)),
    (rb"\n\.[A-Za-z][A-Za-z0-9]", (b"^\\.[A-Za-z][A-Za-z0-9]$", b"^\\.[A-Za-z][A-Za-z0-9][ \t]")),
    (rb"\x08", (b"\x08REF[\t ]", b"\x08FLEX[\t ]*\\[", b"\x08MODE[\t ]")),
    (rb"\nMAX=", (b"^MAX=[0-9]+,[0-9]+$",)),
    (rb"\(;", (b"\\(;.*GM\\[[0-9]{1,2}\\]",)),
    (
        rb" -- ",
        (
            rb"[[:space:]]\(([[:space:]].*)? -- (.*[[:space:]])?\)",
            rb"^:[[:space:]].*[[:space:]]\(([[:space:]].*)? -- (.*[[:space:]])?\)[[:space:]].*[[:space:]];$",
        ),
    ),
    (rb"\n[ \t\v\f\r]*(?:class|module)[ \t\n\v\f\r]", (rb"^[[:space:]]*(class|module)[[:space:]][A-Z]",)),
    (rb"\n[ \t\v\f\r]*def +[_a-zA-Z]", (b"def \0^[[:space:]]{0,50}def {1,50}[_a-zA-Z]{1,100}",)),
    (
        rb"\n[ \t\v\f\r]*(?:require[ \t\n\v\f\r]'|include [A-Z])",
        (
            b"require\0^[[:space:]]*require[[:space:]]'[A-Za-z_/.]+'",
            b"include\0^[[:space:]]*include ([A-Z]+[a-z]*(::))+",
        ),
    ),
    (
        rb"(?i)<(?:!doctype|!subdoc|!--|script|title|style|table|head|html|a[ \t\n\v\f\r]*href=)",
        (
            *(b"<!doctype html", b"<!doctype svg", b"<!doctype", b"<!subdoc", b"<!--", b"<a href="),
            *(b"<%b>" % word for word in b"script title style table head html".split()),
            *(b"<%b " % word for word in b"script title style table head html".split()),
        ),
    ),
    (
        rb"=(?:pod|encoding|head)",
        tuple(start + word for start in (b"", b"\n") for word in (b"=pod\n", b"=encoding ", b"=head1 ", b"=head2 ")),
    ),
)
"""A clue and the rules that need it: the text of a rule's first test, or of its first two where both must hold."""

_FOUND = tuple((1 << number, re.compile(clue).search) for number, (clue, _) in enumerate(CLUES))
_NEEDED: Mapping[bytes, int] = {text: 1 << number for number, (_, texts) in enumerate(CLUES) for text in texts}


def clues(head: bytes) -> int:
    """The clues that a text holds, one bit each."""
    window = b"\n" + head[:_WINDOW].removeprefix(_MARK)
    return sum(bit for bit, found in _FOUND if found(window) is not None)


def clue_needed(rule: Rule) -> int:
    """The clue without which a rule cannot match, as a bit; 0 where none is known."""
    first, *others = rule.tests
    if first.kind not in (REGEX, SEARCH) or first.relation != b"=" or first.flags & MOVED or not first.flags & TEXT:
        return 0
    if first.offset > 2 or (first.kind == SEARCH and not 1 < first.reach <= 8192):
        return 0
    if first.text in _NEEDED:
        return _NEEDED[first.text]
    below = [test for test in others if test.level == 1]
    if first.speaks or len(below) != 1 or below[0].kind != REGEX or below[0].relation != b"=" or below[0].flags & MOVED:
        return 0
    return _NEEDED.get(first.text + b"\0" + below[0].text, 0) if below[0].offset == 0 else 0
