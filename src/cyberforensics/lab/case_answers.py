"""A trainee's case of this very tool: the answers in its labels and notes, and what its record says was done."""

import glob
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cyberforensics import case, query, verifying
from cyberforensics.errors import Error, UsageError
from cyberforensics.lab.answers import EXAMINER, LONGEST, MEDIA_DIGEST, ROWS, THINGS, Answer, Oddity, Sheet
from cyberforensics.lab.claims import unsupported
from cyberforensics.lab.scenario import Claim
from cyberforensics.lab.truth import Image, Planted, Truth
from cyberforensics.lab.wording import Wording
from cyberforensics.model.case_document import ExhibitDocument

THING = "thing"
"""Label of what bears on the matter."""
_MOST_LABELLED = 2_000
"""Items of one label that are read: more have no room in an answer."""
_MOST_NOTES = 5_000
"""Of each kind, that are read."""
_NOT_WHOLE = ("partial", "unreadable", "skipped")
"""States of an entry whose content was not examined to its end."""
_NOT_THERE = ("no-runs", "runs-partly-reallocated", "runs-all-reallocated", "record-reused")
"""What is recorded of a deleted one whose content is not, or not only, its own."""


@dataclass(frozen=True, slots=True)
class Record:
    """What was done, as the case records it."""

    sealed: bool
    seal: str
    """Whether it is sealed and verifies, in words."""
    computed: frozenset[str]
    """Digests of media."""
    has_examiner: bool
    """Of every pass."""
    unfinished: str
    """An exhibit whose examination was not finished; empty where all were."""
    left_out: tuple[str, ...]
    """Planted things that no run looked at, though they could be read."""
    told: frozenset[str]
    """Ids of planted things of which the record says that they could not be examined whole."""
    unsupported: tuple[str, ...]
    """Notes of fact that rest on nothing; no more of them than can cost anything."""


def read_case(folder: Path, truth: Truth, words: Wording, most_unsupported: int) -> tuple[Sheet, Record]:
    """Answers from labels and notes, and the record of what was done.

    An entry with the label of a question answers it with its path (or digest, size, time of last change) as a fact; a
    note that begins with ``QUESTION:`` answers it with its text, as the fact or opinion that the note is. A note comes
    before a label, and a fact before an opinion. The other rows of a sheet are answered alike.

    Raises:
        CaseRefused: there is no case.
        CaseDamaged: it can't be read.
    """
    asked = {question.id: question.kind for question in truth.questions} | dict.fromkeys(ROWS, "list")
    with case.open_existing(folder) as store:
        facts = [note.text for note in case.notes(store, "fact", _MOST_NOTES)]
        opinions = [note.text for note in case.notes(store, "opinion", _MOST_NOTES)]
        exhibits = case.case_document(store).exhibits
        labelled = dict(_labelled(store, asked))
        found = {one.id: _found(store, one, truth, exhibits) for one in truth.planted}

        def is_id(text: str) -> bool:
            try:
                return bool(case.identified(store, text))
            except UsageError:
                return False

        names = [name for one in exhibits for name in (one.evidence.exhibit, *(s.name for s in one.evidence.segments))]
        resting_on_nothing = unsupported(
            (text for text in facts if _answered(text, asked) is None), truth, names, is_id, most_unsupported
        )
    answers = {**labelled, **_noted(opinions, asked, "opinion"), **_noted(facts, asked, "fact")}
    cut = tuple(Oddity("case answer cut", 0, name) for name, one in answers.items() if len(one.answer) > LONGEST)
    sheet = tuple(Answer(one.question, one.answer[:LONGEST], hint=False, kind=one.kind) for one in answers.values())
    sealed, seal = _sealed(folder, words)
    passes = [record for exhibit in exhibits for record in exhibit.passes]
    record = Record(
        sealed,
        seal,
        frozenset(check.computed for one in exhibits for check in one.digest_checks if check.computed is not None),
        bool(passes) and all(one.examiner for one in passes),
        next((one.exhibit for one in passes if one.finished is None), "") or _not_accounted(exhibits),
        tuple(one.place for one in truth.planted if not one.disclose and _left_out(one, found[one.id])),
        frozenset(one.id for one in truth.planted if any(map(_is_told, found[one.id]))),
        resting_on_nothing,
    )
    return Sheet(folder.name, sheet, cut), record


def _answered(text: str, asked: Mapping[str, str]) -> tuple[str, str] | None:
    """The question that a note answers, and with what."""
    name, colon, rest = text.partition(":")
    return (name.strip(), rest.strip()) if colon and name.strip() in asked else None


def _noted(notes: Iterable[str], asked: Mapping[str, str], kind: Claim) -> Mapping[str, Answer]:
    found = filter(None, (_answered(text, asked) for text in notes))
    return {name: Answer(name, text, hint=False, kind=kind) for name, text in found}


def _labelled(store: case.Store, asked: Mapping[str, str]) -> Iterator[tuple[str, Answer]]:
    for name, kind in asked.items():
        if name in (EXAMINER, MEDIA_DIGEST):
            continue  # no entry is one
        label = THING if name == THINGS else name
        entries = islice(query.objects(store, "entries", query.Filters(tag=label)), _MOST_LABELLED)
        values = [_value(entry, kind, with_stream=name in ROWS) for entry in entries]
        if values:
            yield name, Answer(name, "; ".join(values), hint=False, kind="fact")


def _value(entry: query.Object, kind: str, *, with_stream: bool) -> str:
    if kind == "digest":
        return str(entry["sha256"] or "")
    if kind == "number":
        return str(entry["size"])
    if kind == "time":
        return next(_modified(entry), "")
    stream = entry["stream"] if with_stream or kind == "text" else None
    return f"{entry['path']}:{stream}" if stream else str(entry["path"])


def _modified(entry: query.Object) -> Iterator[str]:
    times = entry["times"]
    for time in times if isinstance(times, list) else ():
        if time["meaning"] == "modified":
            yield time["time"] or ""


def _found(
    store: case.Store, one: Planted, truth: Truth, exhibits: Sequence[ExhibitDocument]
) -> tuple[query.Object, ...]:
    """Entries of the case that are a planted thing; none where its image was not given to it."""
    image, volume = truth.place_of(one.volume)
    slots = {f"{exhibit.evidence.exhibit}/{volume.slot}" for exhibit in exhibits if _is_of(exhibit, image)}
    filters = query.Filters(path=glob.escape(one.path))
    rows = (query.objects(store, "entries", filters)) if slots else iter(())
    return tuple(row for row in rows if row["volume"] in slots and row["stream"] == one.stream)


def _is_of(exhibit: ExhibitDocument, image: Image) -> bool:
    computed = {check.computed for check in exhibit.digest_checks}
    names = {segment.name for segment in exhibit.evidence.segments}
    return image.media_sha256 in computed or image.file in names


def _left_out(one: Planted, found: Sequence[query.Object]) -> bool:
    """Whether no run looked at it; one without its folder has a name of the tool's, and is not looked for."""
    return all(row["status"] == "skipped" for row in found) and one.name_state != "orphan"


def _is_told(row: query.Object) -> bool:
    return row["status"] in _NOT_WHOLE or row["recovery"] in _NOT_THERE


def _not_accounted(exhibits: Sequence[ExhibitDocument]) -> str:
    return next((one.evidence.exhibit for one in exhibits if not one.coverage.reconciles), "")


def _sealed(folder: Path, words: Wording) -> tuple[bool, str]:
    if not case.is_sealed(folder):
        return False, words["not sealed"]
    try:
        wrong = [point for point in verifying.verify(folder) if point.verdict in ("DIFFERENT", "DAMAGED")]
    except Error as error:
        return False, words.say("not verified", why=error)
    return (False, f"{wrong[0].subject}: {wrong[0].message}") if wrong else (True, words["was sealed"])
