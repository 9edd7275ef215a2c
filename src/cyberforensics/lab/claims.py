"""What is given as a fact and what as an opinion, and what it costs to be wrong about a fact."""

import re
from collections.abc import Callable, Iterable

from cyberforensics.lab.answers import Answer
from cyberforensics.lab.judging import Judged, path_of
from cyberforensics.lab.truth import Asked, Truth

NOTE_COSTS = 0.5
"""Points that a note of fact costs which rests on nothing."""
_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{6,20}(?![0-9a-f])")
_MOST_IDS = 20
"""Of one note, that are looked up."""


def cost_of(question: Asked, judged: Judged, answer: Answer) -> float:
    """Points that a wrong answer costs; one that is partly right, empty, or given as an opinion costs nothing."""
    wrong = judged.share == 0 and bool(answer.answer.strip())
    return question.wrong_costs / 100 if wrong and answer.kind != "opinion" else 0.0


def kind_is_right(question: Asked, judged: Judged, answer: Answer) -> bool:
    """Whether an answer, right at least in part, is given as what it is: nobody sets apart what is wrong anyway."""
    return judged.share > 0 and answer.kind == question.asks


def unsupported(
    notes: Iterable[str], truth: Truth, exhibits: Iterable[str], is_id: Callable[[str], bool], most: int
) -> tuple[str, ...]:
    """Notes of fact that rest on nothing: they name no exhibit, no planted path and no id of the case.

    Args:
        notes: those that answer no question.
        exhibits: names of exhibits and of their files.
        is_id: whether an entry, a finding or an event of the case has it.
        most: that are looked for.
    """
    names = [name.casefold() for name in exhibits if name.strip()]
    places = [place for one in truth.planted if len(place := path_of(one.path)) > 1]
    found: list[str] = []
    for note in notes:
        if len(found) == most:
            break
        plain = note.casefold()
        slashed = plain.replace("\\", "/")
        if any(name in plain for name in names) or any(place in slashed for place in places):
            continue
        if not any(is_id(one) for one in _ID.findall(plain)[:_MOST_IDS]):
            found.append(note)
    return tuple(found)
