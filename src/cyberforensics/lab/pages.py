"""Briefs, notes and grades as pages, before they are HTML or PDF: title, facts, and blocks from top to bottom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from cyberforensics.lab.answers import EXAMINER, MEDIA_DIGEST, NOT_EXAMINED, ROWS, THINGS
from cyberforensics.lab.grading import Grade, parts_of
from cyberforensics.lab.scenario import Question
from cyberforensics.lab.scenario_file import Texts, Written
from cyberforensics.lab.truth import Truth
from cyberforensics.lab.variant import fill
from cyberforensics.lab.wording import Wording

Column = Literal["name", "text", "exact", "number"]
"""What stands in a column: ids, prose, what is compared character by character (paths, digests), amounts."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a part."""

    text: str
    aside: str = ""
    """Beside it, such as the time of a stage."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Prose."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts."""

    columns: tuple[Column, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Page:
    """One document."""

    language: str
    mark: str
    """The banner."""
    kind: str
    """What it is, where it is no brief: stands above the title."""
    title: str
    facts: tuple[tuple[str, str], ...]
    """With nothing behind it: to be written in by hand."""
    blocks: tuple[Block, ...]


def brief(written: Written, texts: Texts, words: Wording, truth: Truth, values: Mapping[str, str]) -> Page:
    """What a trainee gets: story, task, images with their digests, questions, how to hand in."""
    scenario = written.scenario
    parts = parts_of(sum(question.points for question in scenario.questions), truth.things)
    points = sum(most for _, most in parts)
    facts = (
        (words["your name"], ""),
        (words["your date"], ""),
        (words["duration"], words.say("minutes", count=scenario.minutes)),
        (words["in all"], words.say("points in all", count=points)),
    )
    blocks: list[Block] = [
        *_prose(fill(texts.story, values)),
        Heading(words["task"]),
        *_prose(fill(texts.task, values)),
        Heading(words["images"]),
        Table(
            ("name", "exact"),
            (words["file"], words["digest of file"]),
            tuple((one.name, one.sha256) for image in truth.images for one in image.files),
        ),
        Paragraph(words["training"]),
    ]
    stages = {stage.number: stage.minutes for stage in scenario.stages} or {1: scenario.minutes}
    for stage, minutes in sorted(stages.items()):
        asked = [question for question in scenario.questions if question.stage == stage]
        reached = words.say("points in all", count=sum(question.points for question in asked))
        title = fill(texts.stages.get(str(stage), words["questions"]), values)
        blocks.append(Heading(title, f"{words.say('minutes', count=minutes)}, {reached}"))
        head = ("", words["question"], words["points"])
        rows = tuple((one.id, _asked(one, texts, words, values), str(one.points)) for one in asked)
        blocks.append(Table(("name", "text", "number"), head, rows))
    blocks += [
        Heading(words["rows"]),
        Table(("name", "text"), ("", words["row"]), tuple((row, words[f"row {row}"]) for row in ROWS)),
        Heading(words["answers"]),
        *_prose(words.say("how to answer", **_said(words))),
        Heading(words["points given"], words.say("points in all", count=points)),
        Table(
            ("name", "text", "number"),
            ("", words["given for"], words["points"]),
            tuple((words[part], words[f"points of {part}"], str(most)) for part, most in parts),
        ),
        *_prose(words.say("costs", share=f"{scenario.grading.wrong_costs * 100:g}")),
    ]
    return Page(texts.language, words["training mark"], "", fill(texts.title, values), facts, tuple(blocks))


def _asked(question: Question, texts: Texts, words: Wording, values: Mapping[str, str]) -> str:
    parts = [fill(texts.questions[question.id], values)]
    if question.choices:
        parts.append(words.say("choices", choices="; ".join(fill(one, values) for one in question.choices)))
    if question.hint_costs:
        parts.append(words.say("hint costs", points=question.hint_costs))
    if question.wrong_costs is not None:
        parts.append(words.say("wrong costs", points=f"{question.wrong_costs * question.points:g}"))
    return " ".join(parts)


def notes(texts: Texts, words: Wording, truth: Truth, values: Mapping[str, str]) -> Page:
    """What the instructor gets: what happened, what was planted where, right answers and hints."""
    points = sum(most for _, most in parts_of(sum(question.points for question in truth.questions), truth.things))
    facts = (
        (words["variant"], truth.variant),
        (words["in all"], words.say("points in all", count=points)),
    )
    blocks: list[Block] = [
        Heading(words["happened"]),
        *_prose(fill(texts.debrief, values)),
        Heading(words["right answers"]),
        Table(
            ("name", "exact", "text", "number"),
            ("", words["answer"], words["kind"], words["points"]),
            tuple((one.id, "; ".join(one.answer), words[one.asks], str(one.points)) for one in truth.questions),
        ),
        Table(("name", "exact"), ("", words["right rows"]), tuple(_right_rows(truth, words))),
        *_hints(truth, texts, words, values),
        Heading(words["planted"]),
        Table(
            ("name", "exact", "text", "exact"),
            ("", f"{words['path']}, SHA-256", words["state"], words["address"]),
            tuple(
                (
                    one.id,
                    f"{one.volume}: {one.place} {one.sha256}",
                    words[one.name_state] if one.thing else f"{words[one.name_state]}; {words['need not be named']}",
                    one.meta_address or "",
                )
                for one in truth.planted
            ),
        ),
        Heading(words["grading"]),
        *_prose(words["how to grade"]),
    ]
    kind = f"{words['for instructors']}. {words['confidential']}"
    return Page(texts.language, words["training mark"], kind, fill(texts.title, values), facts, tuple(blocks))


def _said(words: Wording) -> dict[str, str]:
    return {name: words[name] for name in ("yes", "fact", "opinion", "none")}


def _right_rows(truth: Truth, words: Wording) -> Iterator[tuple[str, str]]:
    """What stands in the other rows of a sheet that is right."""
    yield THINGS, "; ".join(dict.fromkeys(one.place for one in truth.planted if one.thing)) or words["none"]
    yield MEDIA_DIGEST, "; ".join(f"{one.file}: {' / '.join(one.own_digests)}" for one in truth.images)
    yield EXAMINER, words["any name"]
    yield NOT_EXAMINED, "; ".join(dict.fromkeys(one.place for one in truth.planted if one.disclose)) or words["none"]


def _hints(truth: Truth, texts: Texts, words: Wording, values: Mapping[str, str]) -> Iterator[Block]:
    rows = tuple(
        (one.id, fill(texts.hints[one.id], values), str(one.hint_costs)) for one in truth.questions if one.hint_costs
    )
    if rows:
        yield Heading(words["hints"])
        yield Table(("name", "text", "number"), ("", words["hint"], words["points"]), rows)


def grade_page(grade: Grade, words: Wording) -> Page:
    """One trainee's grade, line by line."""
    facts = (
        (words["trainee"], grade.trainee),
        (words["reached"], f"{grade.points:g} / {grade.most:g}"),
        (words["case"], grade.scenario),
        (words["variant"], grade.variant),
    )
    blocks: list[Block] = []
    for part in grade.subtotals:
        marks = [mark for mark in grade.marks if mark.part == part.part]
        rows = tuple((mark.question, mark.why, f"{mark.points:g} / {mark.most:g}") for mark in marks)
        blocks.append(Heading(words[part.part], f"{part.points:g} / {part.most:g}"))
        blocks.append(Table(("name", "text", "number"), ("", words["why"], words["points"]), rows))
    if grade.notes:
        blocks += [Heading(words["remarks"]), *(Paragraph(note) for note in grade.notes)]
    title = words.say("grade", trainee=grade.trainee)
    return Page(words.language, words["training mark"], "", title, facts, tuple(blocks))


def _prose(text: str) -> Iterator[Paragraph]:
    for part in text.split("\n\n"):
        if part.strip():
            yield Paragraph(part.strip().replace("\n", " "))
