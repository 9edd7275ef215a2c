"""C10 to C16: the evidence."""

from collections.abc import Iterator

from cyberforensics.model.case_document import DigestCheck, ExhibitDocument
from cyberforensics.report.custody import custody_gaps
from cyberforensics.report.points.record import Answer, Record, first, lacks, met, nothing_opened, of_exhibits, owed


def exhibits(record: Record) -> Answer:
    """C10."""
    for exhibit in record.document.exhibits:
        evidence = exhibit.evidence
        if not evidence.segments and evidence.device is None and evidence.media_size is not None:
            return lacks(f"{evidence.exhibit}: the record names no segment; this is a bug, please report it")
    said = ("number", "make", "model", "serial", "capacity", "handed_over_by")
    return of_exhibits(record, said, "section 3, with container, sector size and segments as observed")


def not_examined(record: Record) -> Answer:
    """C11."""
    if not record.facts.exhibit:
        return owed("case.toml lists no [[exhibit]], so nobody says whether items were received and not examined")
    opened = {exhibit.evidence.exhibit for exhibit in record.document.exhibits}
    others = [item for item in record.facts.exhibit if item.id not in opened]
    if missing := [item.id for item in others if not item.not_examined]:
        return owed(f"case.toml has no not_examined (the reason) of {', '.join(missing)}")
    if not others:
        return met(f"each of the {len(record.facts.exhibit)} items of case.toml was examined")
    return met(f"section 3: {', '.join(item.id for item in others)}, each with its reason")


def digests(record: Record) -> Answer:
    """C12."""
    if not record.document.exhibits:
        return nothing_opened()
    wrong = [text for exhibit in record.document.exhibits for text in _contradictions(exhibit)]
    if wrong:
        return lacks(f"{first(wrong)}; this is a bug or the record was changed")
    lacking = [
        f"{exhibit.evidence.exhibit}: no SHA-256 of the media computed at {' and at '.join(missing)}"
        for exhibit in record.document.exhibits
        if (missing := [when for when in ("open", "close") if not _computed(exhibit, when)])
    ]
    if lacking:
        return lacks(f"{first(lacking)}; `triage --verify both` computes it")
    verdicts = sorted({check.verdict for exhibit in record.document.exhibits for check in exhibit.digest_checks})
    return met(f"section 3: stated, computed at open and at close; verdicts {', '.join(verdicts) or 'none: no media'}")


def _contradictions(exhibit: ExhibitDocument) -> Iterator[str]:
    for check in exhibit.digest_checks:
        if check.verdict != _verdict(check):
            yield (
                f"{exhibit.evidence.exhibit}: {check.algorithm} of {check.subject} says {check.verdict}, "
                f"its values say {_verdict(check)}"
            )


def _verdict(check: DigestCheck) -> str:
    """What the two values say: never MATCH without both."""
    if check.computed is None:
        return "NOT COMPUTED"
    if check.stated is None:
        return "NOT AVAILABLE"
    return "MATCH" if check.stated.lower() == check.computed.lower() else "MISMATCH"


def _computed(exhibit: ExhibitDocument, moment: str) -> bool:
    """Whether the SHA-256 of the media was computed then; logical evidence has no media."""
    return exhibit.evidence.media_size is None or any(
        check.subject == "media" and check.algorithm == "sha256" and check.moment == moment and check.computed
        for check in exhibit.digest_checks
    )


def read_only(record: Record) -> Answer:
    """C13."""
    if not record.document.exhibits:
        return nothing_opened()
    lacking = []
    for exhibit in record.document.exhibits:
        name = exhibit.evidence.exhibit
        if not all(run.read_only for run in exhibit.passes) or not exhibit.passes:
            lacking.append(f"{name}: nothing says how read-only access was enforced")
        checks = exhibit.source_checks
        if any(check.size_after is None for check in checks) or (
            not checks and exhibit.evidence.media_size is not None
        ):
            lacking.append(f"{name}: size and time of the source were not taken after the run")
        if not _computed(exhibit, "close"):
            lacking.append(f"{name}: no digest after the run; `triage --verify both` computes it")
    if lacking:
        return lacks(first(lacking))
    changed = [
        f"{exhibit.evidence.exhibit}/{check.segment}"
        for exhibit in record.document.exhibits
        for check in exhibit.source_checks
        if not check.unchanged
    ]
    said = f"CHANGED: {first(changed)}" if changed else "UNCHANGED, by size, time and digest"
    return met(f"section 3: how it was opened, and the source before and after: {said}")


def working_copy(record: Record) -> Answer:
    """C14."""
    return of_exhibits(record, ("working_copy",), "section 3")


def custody(record: Record) -> Answer:
    """C15."""
    answer = of_exhibits(record, ("custody",), "section 3")
    if answer.verdict != "MET":
        return answer
    missing = []
    for exhibit in record.document.exhibits:
        said = record.facts.of_exhibit(exhibit.evidence.exhibit)
        for number, step in enumerate(said.custody, 1):
            names = (("date", step.date), ("from", step.from_), ("to", step.to), ("why", step.why))
            if lacking := [name for name, value in names if not value]:
                missing.append(f"{said.id}, entry {number}: no {', '.join(lacking)}")
        missing += [f"{said.id}: {gap}" for gap in custody_gaps(said)]
    if missing:
        return owed(f"custody in case.toml has gaps: {first(missing)}")
    return answer


def disposition(record: Record) -> Answer:
    """C16."""
    return of_exhibits(record, ("disposition",), "section 3")
