"""Comments that excuse one place: ``// cfr:allow CFR012 reason``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cyberforensics.rules.checks import BY_NAME, Remark
from cyberforensics.rules.syntax import Lines, SourceText

_EXCUSE = re.compile(r"cfr:allow\b[ \t]*(?P<code>[^\s*]*)[ \t]*(?P<reason>.*?)[ \t]*(?:\*/)?\Z", re.DOTALL)
_FINAL = frozenset(("CFR005", "CFR006", "CFR007", "CFR009", "CFR010"))
"""Codes that no comment excuses."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """One comment."""

    code: str
    span: tuple[int, int]
    line: int
    """The line that it is about: its own, or the next one with anything but comments where it stands alone."""
    rule: str | None
    """The rule that begins in this line, which is excused as a whole."""


def read(file: str, source: SourceText, lines: Lines) -> tuple[list[Excuse], list[Remark]]:
    """The excuses of a file, and what is wrong with those that excuse nothing."""
    found: list[Excuse] = []
    wrong: list[Remark] = []
    for comment in source.comments:
        said = _EXCUSE.search(comment.text)
        if said is None:
            continue
        span = (comment.start, comment.end)
        code, reason = said["code"], said["reason"].strip()
        if code not in BY_NAME or code in _FINAL:
            message = f'"{code}" is no code that can be excused' if code else "this excuse names no code"
            wrong.append(Remark("CFR009", file, span, message, "write it as // cfr:allow CFR012 reason"))
        elif not reason:
            wrong.append(
                Remark(
                    "CFR009",
                    file,
                    span,
                    f"this excuse of {code} has no reason",
                    f"write it as // cfr:allow {code} reason",
                )
            )
        else:
            line = _about(comment.start, comment.end, source, lines)
            rule = next((rule.name for rule in source.rules if lines.line_of(rule.span[0]) == line), None)
            found.append(Excuse(code, span, line, rule))
    return found, wrong


def _about(start: int, end: int, source: SourceText, lines: Lines) -> int:
    own = lines.line_of(start)
    if source.text[lines.bounds(own)[0] : start].strip():
        return own
    comments = {comment.start: comment.end for comment in source.comments}
    place = end
    while place < len(source.text):
        if source.text[place].isspace():
            place += 1
        elif place in comments:
            place = comments[place]
        else:
            break
    return lines.line_of(place)


def apply(remarks: Sequence[Remark], file: str, excuses: Sequence[Excuse], lines: Lines) -> tuple[list[Remark], int]:
    """What is left of a file's remarks, with those about excuses that excuse nothing; and how many were excused."""
    used: set[Excuse] = set()
    left: list[Remark] = []
    for remark in remarks:
        excuse = next(_fitting(remark, excuses, lines), None)
        if excuse is None:
            left.append(remark)
        else:
            used.add(excuse)
    for excuse in excuses:
        if excuse not in used:
            message = f"{excuse.code} is excused here, and is not said any more"
            left.append(Remark("CFR010", file, excuse.span, message, "remove the comment"))
    return left, len(remarks) - len(left) + len(excuses) - len(used)


def _fitting(remark: Remark, excuses: Sequence[Excuse], lines: Lines) -> Iterator[Excuse]:
    if remark.span is None:
        return
    first, last = lines.line_of(remark.span[0]), lines.line_of(remark.span[1])
    for excuse in excuses:
        if excuse.code == remark.code and (
            first <= excuse.line <= last or (excuse.rule is not None and excuse.rule == remark.rule)
        ):
            yield excuse
