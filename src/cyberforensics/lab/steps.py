"""Steps of an examination that everybody can show, with a case of this tool or with a sheet: share, and why."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cyberforensics.lab.answers import EXAMINER, MEDIA_DIGEST, NOT_EXAMINED, Answer
from cyberforensics.lab.case_answers import Record
from cyberforensics.lab.claims import NOTE_COSTS
from cyberforensics.lab.custody import Sums
from cyberforensics.lab.judging import path_of
from cyberforensics.lab.things import named, names_in
from cyberforensics.lab.truth import Truth
from cyberforensics.lab.wording import Wording, languages, wording
from cyberforensics.model.names import display_text

_DIGEST = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])")
_SHOWN = 60
"""Characters of a note that a reason repeats."""
_LISTED = 5
"""Names that a reason repeats."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one trainee handed in, as the steps look at it."""

    truth: Truth
    answers: Mapping[str, Answer]
    """Of sheet and case, by the name of the row without its case."""
    sums: Sums
    """Of the digest beside the sheet."""
    record: Record | None
    """Of the case; None where a sheet alone was handed in."""
    apart: int
    """Questions whose answer is right, at least in part, and given as what it is: fact or opinion."""
    words: Wording

    def row(self, name: str) -> str:
        """What stands in a row; empty where nothing does."""
        answer = self.answers.get(name)
        return "" if answer is None else answer.answer.strip()


@dataclass(frozen=True, slots=True)
class Done:
    """How far a step was done."""

    share: float
    """Of its points, from 0 to 1."""
    why: str
    costs: float = 0
    """Points to be taken off."""


def _media(work: Work) -> Done:
    """A digest counts that was computed: by the case, or stated and neither handed out nor stored in the image.

    One that answers a question need not be stated again.
    """
    computed = frozenset() if work.record is None else work.record.computed
    rows = (MEDIA_DIGEST, *(one.id.casefold() for one in work.truth.questions if one.kind == "digest"))
    stated = {digest for row in rows for digest in _DIGEST.findall(work.row(row).casefold())}
    images = work.truth.images
    done = [
        one for one in images if {one.media_sha256, one.media_md5} & computed or stated.intersection(one.own_digests)
    ]
    missing = [one.file for one in images if one not in done]
    if images and not missing:
        return Done(1, work.words["right media"])
    why = work.words.say("wrong media", files=", ".join(missing))
    told = [one.file for one in images if one not in done and one.told_digests & stated]
    if told:
        why += work.words["joint"] + work.words.say("told media", files=", ".join(told))
    return Done(1 - len(missing) / len(images) if images else 0, why)


def _examiner(work: Work) -> Done:
    is_named = any(character.isalpha() for character in work.row(EXAMINER))
    if is_named or (work.record is not None and work.record.has_examiner):
        return Done(1, work.words["is examiner"])
    return Done(0, work.words["no examiner"])


def _disclosed(work: Work) -> Done:
    """What can't be examined is named; a case that left out what can be has not disclosed it by that."""
    words, record, row = work.words, work.record, work.row(NOT_EXAMINED)
    wanted = [one for one in work.truth.planted if one.disclose]
    complete = record is not None and not record.unfinished and not record.left_out
    if record is not None and not complete:
        return Done(0, _incomplete(record, words))
    told = frozenset() if record is None else record.told
    is_none = row.casefold().strip(" .") in _none_in_any()
    given = frozenset() if is_none else names_in(row)
    given |= {path_of(one.place) for one in wanted if one.id in told}
    # Of a deleted file nobody can be sure; and damage may change what no tool can see.
    others = [one for one in work.truth.planted if one.name_state != "allocated" or one.left != "whole"]
    found = named(given, wanted, others)
    if not wanted:
        if found.false:
            return Done(0, words.say("nothing to disclose", wrong=found.false))
        return Done(1, words["none disclosed"]) if row or complete else Done(0, words["not said"])
    if not row and not complete:
        return Done(0, words["not said"])
    key = "disclosed too much" if found.false else "disclosed"
    return Done(found.share, words.say(key, hits=found.hits, all=found.all, wrong=found.false))


def _incomplete(record: Record, words: Wording) -> str:
    if record.unfinished:
        return words.say("not accounted", exhibit=display_text(record.unfinished))
    more = len(record.left_out) - _LISTED
    listed = ", ".join(map(display_text, record.left_out[:_LISTED])) + (f" … (+{more})" if more > 0 else "")
    return words.say("left out", paths=listed)


def _none_in_any() -> frozenset[str]:
    return frozenset(wording(language)["none"].casefold() for language in languages())


def _apart(work: Work) -> Done:
    words, questions = work.words, len(work.truth.questions)
    why = [words.say("apart", right=work.apart, all=questions)]
    notes = () if work.record is None else work.record.unsupported
    for note in notes:
        text = display_text(note[:_SHOWN]) + ("…" if len(note) > _SHOWN else "")
        why.append(words.say("unsupported", note=text, points=f"{NOTE_COSTS:g}"))
    return Done(work.apart / questions if questions else 0, words["joint"].join(why), NOTE_COSTS * len(notes))


def _sealed(work: Work) -> Done:
    words, record = work.words, work.record
    if work.sums == "wrong":
        return Done(0, words["wrong sums"])
    if work.sums == "right" and any(answer.answer.strip() for answer in work.answers.values()):
        return Done(1, words["right sums"])
    if record is not None:
        return Done(1 if record.sealed else 0, record.seal)
    why = {"none": "no sums", "unnamed": "unnamed sums", "right": "no answer"}[work.sums]
    return Done(0, words[why])


_POINTS_APART = 2

STEPS: tuple[tuple[str, int, Callable[[Work], Done]], ...] = (
    ("digests of the media", 3, _media),
    ("examiner named", 1, _examiner),
    ("unprocessed items disclosed", 1, _disclosed),
    ("facts and opinions apart", _POINTS_APART, _apart),
    ("sealed and verified", 1, _sealed),
)
"""Steps, by what stands for them in the message files, with their points."""

STEP_POINTS = sum(points for _, points, _ in STEPS)
MOST_UNSUPPORTED = round(_POINTS_APART / NOTE_COSTS)
"""Notes that rest on nothing and cost something: no more points than the step has."""
