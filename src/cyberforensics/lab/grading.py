"""Truth and what was handed in to points, explained line by line: everybody's are out of the same ones."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from cyberforensics.lab.answers import LONGEST, ROWS, THINGS, Answer, Sheet
from cyberforensics.lab.case_answers import Record
from cyberforensics.lab.claims import cost_of, kind_is_right
from cyberforensics.lab.custody import Sums
from cyberforensics.lab.judging import Judged, judge, path_of
from cyberforensics.lab.steps import STEP_POINTS, STEPS, Work
from cyberforensics.lab.things import named, names_in
from cyberforensics.lab.truth import Asked, Truth
from cyberforensics.lab.wording import Wording
from cyberforensics.model.names import display_text

MOST_NOTES = 50
"""Remarks on one page: a sheet may have a million odd rows."""

Part = Literal["questions", "things", "steps"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What one question, or one other line, brought."""

    question: str
    """Or the step, in words."""
    most: float
    points: float
    """Below zero where a wrong claim cost more than the rest brought."""
    why: str
    hint: bool = False
    part: Part = "questions"


@dataclass(frozen=True, slots=True)
class Subtotal:
    """What one part brought."""

    part: Part
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class Grade:
    """What one trainee reached."""

    trainee: str
    scenario: str
    variant: str
    marks: tuple[Mark, ...]
    """In the order of the parts."""
    notes: tuple[str, ...]

    @property
    def points(self) -> float:
        """Reached: never below zero."""
        return max(0.0, round(sum(mark.points for mark in self.marks), 2))

    @property
    def most(self) -> float:
        """That can be reached."""
        return sum(mark.most for mark in self.marks)

    @property
    def subtotals(self) -> tuple[Subtotal, ...]:
        """Of each part that has marks."""
        found = []
        for part in dict.fromkeys(mark.part for mark in self.marks):
            marks = [mark for mark in self.marks if mark.part == part]
            points = round(sum(mark.points for mark in marks), 2)
            found.append(Subtotal(part, points, sum(mark.most for mark in marks)))
        return tuple(found)


def parts_of(question_points: int, things: int) -> tuple[tuple[Part, int], ...]:
    """The parts of every grade, with their points."""
    parts: tuple[tuple[Part, int], ...] = (("questions", question_points), ("things", things), ("steps", STEP_POINTS))
    return tuple((part, points) for part, points in parts if points)


def grade(truth: Truth, sheet: Sheet, words: Wording, *, sums: Sums = "none", record: Record | None = None) -> Grade:
    """Grade what one trainee handed in. What answers no question brings nothing and is named.

    Args:
        sheet: the answers of sheet and case.
        sums: of the digest that lies beside the sheet.
        record: of the case; None where there is none.
    """
    answers = {answer.question.casefold(): answer for answer in sheet.answers}
    marks: list[Mark] = []
    apart = 0
    for question in truth.questions:
        answer = answers.get(question.id.casefold(), Answer(question.id, "", hint=False))
        judged = judge(question, answer.answer, words)
        apart += kind_is_right(question, judged, answer)
        marks.append(_mark(question, answer, judged, words))
    if truth.things:
        marks.append(_things(truth, answers, words))
    work = Work(truth, answers, sums, record, apart, words)
    for name, points, do in STEPS:
        done = do(work)
        marks.append(Mark(words[name], points, round(done.share * points - done.costs, 2), done.why, part="steps"))
    notes = [
        words.say(odd.name, row=odd.row, name=display_text(odd.question), most=f"{LONGEST:,}") for odd in sheet.oddities
    ]
    known = {*(question.id.casefold() for question in truth.questions), *ROWS}
    notes += [
        words.say("no question", name=display_text(answer.question))
        for name, answer in answers.items()
        if name not in known
    ]
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], words.say("many remarks", count=f"{len(notes) - MOST_NOTES:,}")]
    return Grade(sheet.trainee, truth.scenario, truth.variant, tuple(marks), tuple(notes))


def _mark(question: Asked, answer: Answer, judged: Judged, words: Wording) -> Mark:
    """Points of a question: what was reached, less a hint down to zero, less a wrong claim also below it."""
    reached = round(judged.share * question.points, 2)
    hint = min(reached, question.hint_costs) if answer.hint else 0
    claim = cost_of(question, judged, answer)
    why = [judged.why]
    if (answer.hint and question.hint_costs) or claim:
        why.append(words.say("before costs", points=f"{reached:g}"))
    if answer.hint and question.hint_costs:
        why.append(words.say("hint cost", points=f"{hint:g}"))
    if claim:
        why.append(words.say("claim cost" if answer.kind == "fact" else "unsaid claim cost", points=f"{claim:g}"))
    return Mark(question.id, question.points, round(reached - hint - claim, 2), words["joint"].join(why), answer.hint)


def _things(truth: Truth, answers: Mapping[str, Answer], words: Wording) -> Mark:
    """What was named in the row of things; a path that is right in an answer need not be repeated there."""
    row = answers.get(THINGS)
    given = frozenset() if row is None else names_in(row.answer)
    wanted = [one for one in truth.planted if one.thing]
    others = [one for one in truth.planted if not one.thing]
    found = named(given | set(_right_paths(truth, answers)), wanted, others)
    why = words.say(
        "recall and precision",
        hits=found.hits,
        all=found.all,
        recall=f"{found.recall:.2f}",
        right=found.right,
        given=found.right + found.false,
        precision=f"{found.precision:.2f}" if found.right + found.false else "–",
    )
    return Mark(THINGS, truth.things, round(found.share * truth.things, 2), why, part="things")


def _right_paths(truth: Truth, answers: Mapping[str, Answer]) -> Iterator[str]:
    for question in truth.questions:
        answer = answers.get(question.id.casefold())
        if answer is None or question.kind not in ("path", "list", "text"):
            continue
        right = {path_of(one) for one in question.answer if "/" in one and "://" not in one}
        pieces = re.split("[;|]", answer.answer) if question.kind == "list" else [answer.answer]
        yield from right & {path_of(piece) for piece in pieces if piece.strip()}
