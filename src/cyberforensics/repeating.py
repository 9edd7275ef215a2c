"""A case repeated: its evidence is examined again, as the case recorded that it was, and every row is compared."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cyberforensics import case, disk, scan, triage
from cyberforensics.errors import CannotWrite, CaseRefused, EvidenceError, UsageError
from cyberforensics.model.run import Observer, Options
from cyberforensics.retrieving import Given, Retrieval
from cyberforensics.verifying import Point

SUBJECT = "repetition"
_LONGEST = 200
"""Characters of a value that a message has; its details have it whole."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the caller says of a repetition; what it does not say is as the case recorded it."""

    sources: Mapping[str, Path] = field(default_factory=dict)
    """By exhibit: where it lies now."""
    given: Given = field(default_factory=Given)
    work: Path | None = None
    """Folder in which the repetition is made, and removed again; None for the host's folder for such things."""
    workers: int | None = None
    accept_writable: bool = False
    command: tuple[str, ...] = ()


def repeat(folder: Path, choice: Choice, observer: Observer = lambda _: None) -> Iterator[Point]:
    """Examine the evidence of a case again, and name every difference from the record, one after the other.

    The work is done before the first is named.

    Nothing of the case is written but lines of its log; after sealing, of ``after-seal.jsonl``.

    Raises:
        CaseRefused: there is no case, or nothing of it was examined to its end.
        CaseDamaged: its rows are not of their form.
        EvidenceError: an exhibit is gone.
        UsageError: a rule pack or a list is gone, or what is named has no part in the case.
        RulePackError, ListError, CannotWrite: as of the runs that are repeated.
    """
    with case.open_existing(folder) as store:
        recorded = tuple(case.recorded_passes(store))
        wanted = tuple(found for found in recorded if found.opened and found.finished)
        sources = {found.exhibit: _source(store, found.exhibit, choice) for found in wanted}
    if not wanted:
        raise CaseRefused(f"{folder}: nothing was examined to its end", hint="finish that first: cyberforensics triage")
    retrieval = Retrieval(folder, choice.given, wanted)
    steps = [(found, retrieval.options(found)) for found in wanted]
    retrieval.refuse_unused()
    with _work(folder, choice.work, sources) as work, _stated(folder, sources, choice) as outcome:
        again = work / "case"
        passes = []
        for found, options in steps:
            how = replace(options, workers=choice.workers, accept_writable=choice.accept_writable, list_index=work)
            passes.append(_again(found, again, sources[found.exhibit], how, observer))
        yield from (_left_out(found) for found in recorded if found not in wanted)
        if outcome is None:
            yield Point(SUBJECT, "INFORMATION", f"not stated in the log: {folder} can't be written")
        differing = 0
        with case.open_existing(folder) as store, case.open_existing(again) as repeated:
            for result in case.compare(store, repeated, passes):
                differing += result.differing if isinstance(result, case.RowsCompared) else 0
                yield _point(result)
        if outcome is not None:
            outcome["rows that differ"] = differing


def _source(store: case.Store, exhibit: str, choice: Choice) -> Path:
    """Where an exhibit lies now. That it can be opened is seen before the long work."""
    path = choice.sources.get(exhibit) or case.source_of(store, exhibit)
    try:
        disk.identify(exhibit, path, accept_writable=choice.accept_writable)
    except EvidenceError as error:
        hint = error.hint or f"name where it is now: --source {exhibit}=PATH"
        raise EvidenceError(str(error), code=error.code, hint=hint) from error
    return path


def _again(found: case.RecordedPass, folder: Path, source: Path, options: Options, observer: Observer) -> case.SamePass:
    """Do one pass again, in the case of the repetition."""
    if found.kind == case.TRIAGE:
        summary = triage.triage({found.exhibit: source}, folder, options, observer)
    else:
        summary = scan.scan(folder, options, exhibits=[found.exhibit], observer=observer)
    for what in summary.unopened:  # it could be identified, but not opened
        raise EvidenceError(what, hint="the repetition was given up; nothing of the case was changed")
    with case.open_existing(folder) as store:
        number = max(one.number for one in case.recorded_passes(store))
    return case.SamePass(found.number, number, found.exhibit, found.kind, f"{found.kind} of {found.exhibit}")


@contextmanager
def _work(folder: Path, chosen: Path | None, sources: Mapping[str, Path]) -> Iterator[Path]:
    """A folder for the repetition, gone afterwards.

    Raises:
        UsageError: it would lie in the case or in the evidence.
        CannotWrite: it can't be made.
    """
    parent = Path(tempfile.gettempdir()) if chosen is None else chosen
    for what in (folder, *(path for path in sources.values() if path.is_dir())):
        if parent.resolve().is_relative_to(what.resolve()):
            raise UsageError(f"{parent}: lies in {what}", hint="name another folder: --work FOLDER")
    made = not parent.exists()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        temporary = tempfile.TemporaryDirectory(prefix="repetition-", dir=parent)
    except OSError as error:
        raise CannotWrite(f"{parent}: can't be written ({error.strerror})", hint="--work names another one") from error
    try:
        with temporary as place:
            yield Path(place)
    finally:
        if made:
            parent.rmdir()


@contextmanager
def _stated(folder: Path, sources: Mapping[str, Path], choice: Choice) -> Iterator[dict[str, object] | None]:
    """State in the log that it is repeated, and what came of it; None where the log can't be written."""
    log = folder / (case.AFTER if case.is_sealed(folder) else case.LOG)
    half_sealed = not case.is_sealed(folder) and case.is_seal(case.last_line(folder))
    if half_sealed or not os.access(log if log.exists() else folder, os.W_OK):
        yield None
        return
    facts = {"exhibits": sorted(sources), "sources": {name: str(path) for name, path in sources.items()}}
    with case.recorded(folder, SUBJECT, facts, choice.command) as outcome:
        yield outcome


def _left_out(found: case.RecordedPass) -> Point:
    reason = "it was not examined to its end" if found.opened else "it could not be opened then"
    return Point(SUBJECT, "NOT CHECKED", f"{found.kind} of {found.exhibit}: NOT REPEATED, since {reason}")


def _point(found: case.RowsCompared | case.RowDifference) -> Point:
    if isinstance(found, case.RowsCompared):
        counts = f"{found.recorded} recorded, {found.repeated} repeated"
        if found.differing:
            return Point(SUBJECT, "INFORMATION", f"{found.what}: {counts}; {found.differing} differ, as follows")
        return Point(SUBJECT, "OK", f"{found.what}: {counts}, all alike")
    field = "" if found.field is None else f" {found.field}:"
    values = f"recorded {_shown(found.recorded)}, repeated {_shown(found.repeated)}"
    details = {
        "what": found.what,
        "place": found.place,
        "field": found.field,
        "recorded": found.recorded,
        "repeated": found.repeated,
    }
    return Point(SUBJECT, "DIFFERENT", f"{found.what} {found.place}:{field} {values}", details)


def _shown(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"
