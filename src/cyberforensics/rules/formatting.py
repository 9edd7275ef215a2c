"""Rule files in one form: that of YARA-X's formatter. What it would change but white space is refused."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yara_x

from cyberforensics.rules.packs import read_pack
from cyberforensics.rules.syntax import SourceText, parse
from cyberforensics.rules.syntax.literals import normalized

_INDENT = 4
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Formatted:
    """One file."""

    name: str
    """Within the pack."""
    path: Path
    old: str
    new: str
    trouble: str = ""
    """Why it stays as it is; empty where nothing stands against it."""

    @property
    def changes(self) -> bool:
        """Whether it is not yet in that form."""
        return not self.trouble and self.new != self.old


def format_pack(path: Path, counter: Callable[[str, int, int], None] = lambda *_: None) -> Iterator[Formatted]:
    """Format every file of a pack, or one rule file; nothing is written.

    `counter` is told what is under way, how much of it is done, and how much there is.

    Raises:
        RulePackError: there is no pack.
    """
    pack = read_pack(path)
    for done, member in enumerate(pack.members):
        counter("files laid out", done, len(pack.members))
        name = pack.name_of(member)
        if member in pack.defects:
            yield Formatted(name, member, "", "", pack.defects[member].reason)
            continue
        old = pack.files[member].raw.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
        try:
            new = formatted(old)
        except ValueError as error:
            yield Formatted(name, member, old, old, str(error))
        else:
            yield Formatted(name, member, old, new)


def formatted(text: str) -> str:
    """The text of a rule file in its form.

    Raises:
        ValueError: it has a mistake of grammar, or would not say the same as before.
    """
    output = io.BytesIO()
    formatter = yara_x.Formatter(
        align_metadata=False,  # a longer name would change every line
        align_patterns=False,
        indent_spaces=_INDENT,
        newline_before_curly_brace=True,
    )
    try:
        formatter.format(io.BytesIO(text.encode("utf-8")), output)  # type: ignore[arg-type]  # the stub is wrong
    except Exception as error:
        raise ValueError("the formatter can't read it: rules check says why") from error
    new = output.getvalue().decode("utf-8")
    before, after = parse(text), parse(new)
    if not all(rule.complete for rule in before.rules):
        raise ValueError("it has a mistake of grammar: rules check says where")
    if _said(before) != _said(after):
        raise ValueError("the formatter would change more than white space")
    return new


def _said(source: SourceText) -> object:
    """All that a file says, comments included, without how it is laid out."""
    return (
        tuple(one.value for one in source.imports),
        tuple(one.value for one in source.includes),
        tuple(tuple(comment.text.split()) for comment in source.comments),
        tuple(
            (
                rule.name,
                rule.modifiers,
                rule.tags,
                tuple((meta.name, meta.value) for meta in rule.meta),
                tuple(
                    (
                        one.identifier,
                        one.kind,
                        normalized(one.literal, one.kind) if one.kind == "hex" else one.literal,
                        tuple("".join(one.literal.split()).count(sign) for sign in ("//", "/*")),
                        one.modifiers,
                    )
                    for one in rule.patterns
                ),
                tuple(token.text for token in rule.condition),
            )
            for rule in source.rules
        ),
    )
