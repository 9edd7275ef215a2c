"""A trainee's case of this very tool to answers and to steps: what was done, read from the record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import case, query, verifying
from cyberforensics.errors import Error
from cyberforensics.lab.answers import Answer, Sheet
from cyberforensics.lab.truth import Truth
from cyberforensics.lab.wording import Wording
from cyberforensics.model.case_document import CaseDocument


@dataclass(frozen=True, slots=True)
class Step:
    """Something that an examiner should have done."""

    name: str
    points: int
    done: bool
    why: str


@dataclass(frozen=True, slots=True)
class _Case:
    folder: Path
    document: CaseDocument
    facts: tuple[str, ...]
    opinions: tuple[str, ...]
    truth: Truth
    words: Wording


def sheet_of_case(folder: Path, truth: Truth, words: Wording) -> tuple[Sheet, tuple[Step, ...]]:
    """Answers from labels and notes, and the steps that were done.

    An entry with the label of a question answers it with its path (or digest, size, time of last change); a note of
    the kind fact that begins with ``QUESTION:`` answers it with its text. What is a note comes before what is a label.

    Raises:
        CaseRefused: there is no case.
        CaseDamaged: it can't be read.
    """
    by_note: dict[str, str] = {}
    by_label: dict[str, list[str]] = {}
    kinds = {question.id: question.kind for question in truth.questions}
    with case.open_existing(folder) as store:
        facts = tuple(note.text for note in case.notes(store, "fact"))
        opinions = tuple(note.text for note in case.notes(store, "opinion"))
        document = case.case_document(store)
        for text in facts:
            name, colon, rest = text.partition(":")
            if colon and name.strip() in kinds:
                by_note[name.strip()] = rest.strip()
        for label in kinds:
            for found in query.objects(store, "entries", query.Filters(tag=label)):
                by_label.setdefault(label, []).append(_value(found, kinds[label]))
    answers = [Answer(name, text, hint=False) for name, text in by_note.items()]
    answers += [Answer(name, "; ".join(values), hint=False) for name, values in by_label.items() if name not in by_note]
    held = _Case(folder, document, facts, opinions, truth, words)
    steps = tuple(Step(words[name], points, *check(held)) for name, points, check in STEPS)
    return Sheet(folder.name, tuple(answers), ()), steps


def _value(entry: query.Object, kind: str) -> str:
    if kind == "digest":
        return str(entry["sha256"] or "")
    if kind == "number":
        return str(entry["size"])
    if kind == "time":
        return next(_modified(entry), "")
    return str(entry["path"])


def _modified(entry: query.Object) -> Iterator[str]:
    times = entry["times"]
    for time in times if isinstance(times, list) else ():
        if time["meaning"] == "modified":
            yield time["time"] or ""


def _sealed(held: _Case) -> tuple[bool, str]:
    if not case.is_sealed(held.folder):
        return False, held.words["not sealed"]
    try:
        wrong = [point for point in verifying.verify(held.folder) if point.verdict in ("DIFFERENT", "DAMAGED")]
    except Error as error:
        return False, held.words.say("not verified", why=error)
    return (False, f"{wrong[0].subject}: {wrong[0].message}") if wrong else (True, held.words["was sealed"])


def _right_media(held: _Case) -> tuple[bool, str]:
    found = {
        check.computed
        for exhibit in held.document.exhibits
        for check in exhibit.digest_checks
        if check.computed is not None
    }
    missing = [image.file for image in held.truth.images if not {image.media_sha256, image.media_md5} & found]
    if missing:
        return False, held.words.say("wrong media", files=", ".join(missing))
    return True, held.words["right media"]


def _examiner(held: _Case) -> tuple[bool, str]:
    named = all(record.examiner for exhibit in held.document.exhibits for record in exhibit.passes)
    return (True, held.words["is examiner"]) if named else (False, held.words["no examiner"])


def _disclosed(held: _Case) -> tuple[bool, str]:
    unfinished = [exhibit.evidence.exhibit for exhibit in held.document.exhibits if not exhibit.coverage.reconciles]
    if unfinished:
        return False, held.words.say("not accounted", exhibit=unfinished[0])
    return True, held.words["accounted"]


def _apart(held: _Case) -> tuple[bool, str]:
    if not held.facts:
        return False, held.words["no facts"]
    if not held.opinions:
        return False, held.words["no opinions"]
    return True, held.words["apart"]


STEPS: tuple[tuple[str, int, Callable[[_Case], tuple[bool, str]]], ...] = (
    ("digests of the media", 2, _right_media),
    ("examiner named", 1, _examiner),
    ("unprocessed items disclosed", 1, _disclosed),
    ("facts and opinions apart", 2, _apart),
    ("sealed and verified", 2, _sealed),
)
"""Steps of an examination, by what stands for them in the message files, with their points."""
