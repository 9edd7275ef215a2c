"""Truth and answers to points, explained line by line."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyberforensics.lab.answers import LONGEST, Sheet
from cyberforensics.lab.case_answers import Step
from cyberforensics.lab.judging import judge
from cyberforensics.lab.truth import Truth
from cyberforensics.lab.wording import Wording
from cyberforensics.model.names import display_text

MOST_NOTES = 50
"""Remarks on one page: a sheet may have a million odd rows."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one question brought."""

    question: str
    most: float
    points: float
    why: str
    hint: bool = False


@dataclass(frozen=True, slots=True)
class Grade:
    """What one trainee reached."""

    trainee: str
    scenario: str
    variant: str
    marks: tuple[Mark, ...]
    notes: tuple[str, ...]

    @property
    def points(self) -> float:
        """Reached."""
        return sum(mark.points for mark in self.marks)

    @property
    def most(self) -> float:
        """That can be reached."""
        return sum(mark.most for mark in self.marks)


def grade(truth: Truth, sheet: Sheet, words: Wording, steps: Sequence[Step] = ()) -> Grade:
    """Grade an answer sheet, and the steps of a case. What answers no question brings nothing and is named."""
    answers = {answer.question.casefold(): answer for answer in sheet.answers}
    marks: list[Mark] = []
    for question in truth.questions:
        answer = answers.pop(question.id.casefold(), None)
        if answer is None:
            marks.append(Mark(question.id, question.points, 0, words["no answer"]))
            continue
        judged = judge(question, answer.answer, words)
        points = judged.share * question.points
        why = judged.why
        if answer.hint and question.hint_costs:
            points = max(0.0, points - question.hint_costs)
            why = words.say("hint cost", why=why, points=question.hint_costs)
        marks.append(Mark(question.id, question.points, round(points, 2), why, answer.hint))
    marks += [Mark(step.name, step.points, step.points if step.done else 0, step.why) for step in steps]
    notes = [
        words.say(odd.name, row=odd.row, name=display_text(odd.question), most=f"{LONGEST:,}") for odd in sheet.oddities
    ]
    notes += [words.say("no question", name=display_text(answer.question)) for answer in answers.values()]
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], words.say("many remarks", count=f"{len(notes) - MOST_NOTES:,}")]
    return Grade(sheet.trainee, truth.scenario, truth.variant, tuple(marks), tuple(notes))
