"""A message as the frames in which it travels: what is too long for one is split, or cut and said to be cut.

The parent takes no frame above `wire.MAX_FRAME`, so that a worker that hostile bytes took over can't make it hold
more. An honest worker therefore never sends one: what an examination is cut by is a problem of that content.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from cyberforensics.model.entry import Content, Status
from cyberforensics.model.event import Event
from cyberforensics.model.examination import MAX_MATCHES, Examination, Finding
from cyberforensics.model.problem import Problem, Stage
from cyberforensics.pipeline import wire
from cyberforensics.pipeline.wire import MAX_FRAME, Entries, Examinations, Examined, Message

_Item = TypeVar("_Item", Finding, Event, Problem)


def frames(message: Message, contents: Sequence[Content] = (), most: int = MAX_FRAME) -> Iterator[bytes]:
    """Yield the frames of a message, in order; `most` is the length that none exceeds, in bytes.

    Args:
        contents: what the job examines, to name the one whose answer is cut.
    """
    frame = wire.encode(message)
    if len(frame) <= most:
        yield frame
    elif isinstance(message, Entries) and len(items := message.items) > 1:
        middle = len(items) // 2
        for part in (items[:middle], items[middle:]):
            yield from frames(Entries.of(part), contents, most)
    elif isinstance(message, Examinations) and len(message.items) > 1:
        middle = len(message.items) // 2
        for some in (message.items[:middle], message.items[middle:]):
            yield from frames(Examinations(some), contents, most)
    elif isinstance(message, Examinations) and message.items:
        (one,) = message.items
        path = next((content.names[0].path for content in contents if content.number == one.number), None)
        yield wire.encode(Examinations((Examined(one.number, _cut(one.examination, path, most)),)))
    else:
        yield frame  # the parent refuses it: no sound evidence makes one


def _cut(examination: Examination, path: str | None, most: int) -> Examination:
    """What fits: half of the frame for findings, a quarter for events, an eighth for problems.

    Matched strings go first: a finding counts those that it does not list. Then go the last findings, events, problems.
    """
    findings = examination.findings
    for count in (MAX_MATCHES, MAX_MATCHES // 10, 1):
        findings = tuple(_with_strings(finding, count) for finding in examination.findings)
        kept = _fitting(findings, most // 2)
        if len(kept) == len(findings):
            break
    events = _fitting(examination.events, most // 4)
    problems = _fitting(examination.problems, most // 8)
    left_out = {
        "findings": len(findings) - len(kept),
        "events": len(examination.events) - len(events),
        "problems": len(examination.problems) - len(problems),
    }
    result = replace(examination, findings=kept, events=events, problems=problems)
    if not any(left_out.values()):
        return result
    counts = ", ".join(f"{count} {what}" for what, count in left_out.items() if count)
    message = f"more was learned of this content than one answer of a worker may hold; {counts} are left out"
    cut = Problem(Stage.EXAMINE, "content.answer-cut", message, path=path)
    if examination.status is Status.WHOLE:
        result = replace(result, status=Status.PARTIAL, status_reason=cut.code)
    return replace(result, problems=(*problems, cut))


def _with_strings(finding: Finding, count: int) -> Finding:
    left_out = max(0, len(finding.strings) - count)
    return replace(finding, strings=finding.strings[:count], strings_left_out=finding.strings_left_out + left_out)


def _fitting(items: Sequence[_Item], room: int) -> tuple[_Item, ...]:
    """The first items that fit into so many bytes of a frame."""
    for place, item in enumerate(items):
        room -= len(wire.to_json(item)) + 1
        if room < 0:
            return tuple(items[:place])
    return tuple(items)
