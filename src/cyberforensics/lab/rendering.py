"""Briefs, notes and grades as pages for people: text in, HTML out, everything from outside escaped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib import resources

from cyberforensics.lab.grading import Grade
from cyberforensics.lab.scenario_file import Texts, Written
from cyberforensics.lab.truth import Truth
from cyberforensics.lab.variant import fill
from cyberforensics.lab.wording import Wording

_LONG = 24  # characters


def brief(written: Written, texts: Texts, wording: Wording, truth: Truth, values: Mapping[str, str]) -> str:
    """What a trainee gets: story, task, images with their digests, questions."""
    scenario = written.scenario
    stages = {stage.number: stage.minutes for stage in scenario.stages} or {1: scenario.minutes}
    parts = [
        _paragraphs(fill(texts.story, values)),
        _heading(wording["task"]),
        _paragraphs(fill(texts.task, values)),
        _heading(wording["images"]),
        _table(
            (wording["file"], wording["digest of file"]),
            ((image.file, image.sha256) for image in truth.images),
        ),
        f"<p>{escape(wording['training'])}</p>",
    ]
    for stage, minutes in sorted(stages.items()):
        asked = [question for question in scenario.questions if question.stage == stage]
        title = fill(texts.stages.get(str(stage), wording["questions"]), values)
        parts.append(_heading(f"{title} ({minutes} {wording['minutes']})"))
        rows = []
        for question in asked:
            text = fill(texts.questions[question.id], values)
            if question.choices:
                text += f" [{'; '.join(fill(one, values) for one in question.choices)}]"
            cost = f" ({wording['hint costs']} {question.hint_costs})" if question.hint_costs else ""
            rows.append((question.id, text + cost, str(question.points)))
        parts.append(_table(("", wording["question"], wording["points"]), rows))
    parts += [_heading(wording["answers"]), _paragraphs(wording["how to answer"])]
    return page(fill(texts.title, values), texts.language, wording["training mark"], parts)


def notes(texts: Texts, wording: Wording, truth: Truth, values: Mapping[str, str]) -> str:
    """What the instructor gets: what happened, what was planted where, right answers and hints."""
    parts = [
        f"<p>{escape(wording['variant'])} <code>{escape(truth.variant)}</code></p>",
        _paragraphs(fill(texts.debrief, values)),
        _heading(wording["planted"]),
        _table(
            ("", wording["path"], wording["address"], wording["state"], "SHA-256"),
            (
                (one.id, f"{one.volume}: {one.path}", one.meta_address or "", one.name_state, one.sha256)
                for one in truth.planted
            ),
        ),
        _heading(wording["right answers"]),
        _table(
            ("", wording["answer"], wording["points"], wording["hint"]),
            (
                (one.id, "; ".join(one.answer), str(one.points), fill(texts.hints.get(one.id, ""), values))
                for one in truth.questions
            ),
        ),
    ]
    title = f"{fill(texts.title, values)}: {wording['for instructors']}"
    return page(title, texts.language, wording["training mark"], parts)


def grade_page(grade: Grade, wording: Wording) -> str:
    """One trainee's grade, line by line."""
    rows = [(mark.question, f"{mark.points:g} / {mark.most:g}", mark.why) for mark in grade.marks]
    parts = [
        f"<p>{escape(wording['trainee'])}: <b>{escape(grade.trainee)}</b>. {escape(wording['reached'])}: "
        f"<b>{grade.points:g}</b> / {grade.most:g}</p>",
        _table(("", wording["points"], wording["why"]), rows),
        *(f"<p>{escape(note)}</p>" for note in grade.notes),
    ]
    return page(f"{grade.scenario}: {grade.trainee}", wording.language, wording["training mark"], parts)


def page(title: str, language: str, mark: str, parts: Sequence[str]) -> str:
    """A whole page; `parts` are HTML."""
    style = resources.files("cyberforensics.lab").joinpath("page.css").read_text("utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{style}</style></head>\n"
        f'<body><p class="mark">{escape(mark)}</p><h1>{escape(title)}</h1>\n' + "\n".join(parts) + "\n</body></html>\n"
    )


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def _paragraphs(text: str) -> str:
    found = [part.strip().replace("\n", " ") for part in text.split("\n\n")]
    return "\n".join(f"<p>{escape(part)}</p>" for part in found if part)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return (
        "<table><thead><tr>"
        + "".join(_cells("th", head))
        + "</tr></thead><tbody>"
        + "".join("<tr>" + "".join(_cells("td", row)) + "</tr>" for row in rows)
        + "</tbody></table>"
    )


def _cells(kind: str, row: Sequence[str]) -> Iterator[str]:
    # A digest or a path may break anywhere, a word may not.
    return (f"<{kind}{' class=long' if len(cell) > _LONG else ''}>{escape(cell)}</{kind}>" for cell in row)
