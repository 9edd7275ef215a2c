"""What the reports of a case owe a court and a laboratory, point by point: one function each, over the record."""

from cyberforensics.report.points import document, evidence, findings, method, output, times
from cyberforensics.report.points.record import (
    CSV,
    HTML,
    PDF,
    Checked,
    FileState,
    LogState,
    ManifestState,
    Point,
    Record,
    TimelineState,
    checked,
)

POINTS: tuple[Point, ...] = (
    Point("C01", "title, report id, page numbers and an end", document.titled, (PDF,)),
    Point("C02", "laboratory and place of work", document.laboratory, (PDF,)),
    Point("C03", "requester, request, authority", document.request, (PDF,)),
    Point("C04", "dates: received, examined, issued", document.dates, (PDF,)),
    Point("C05", "examiner and authoriser apart", document.people, (PDF,)),
    Point("C06", "version, and what it changed", document.version, (PDF,)),
    Point("C07", "results relate only to the items examined", document.relates, (PDF,)),
    Point("C08", "handling mark, on pages and in data", document.handling, (PDF, HTML)),
    Point("C09", "lay summary, abbreviations, glossary", document.summary, (PDF,)),
    Point("C10", "table of exhibits", evidence.exhibits, (PDF,)),
    Point("C11", "items received and not examined", evidence.not_examined, (PDF,)),
    Point("C12", "digests with verdicts", evidence.digests, (PDF, HTML)),
    Point("C13", "read-only, and the source before and after", evidence.read_only, (PDF, HTML)),
    Point("C14", "working copy", evidence.working_copy, (PDF,)),
    Point("C15", "custody, and its gaps", evidence.custody, (PDF,)),
    Point("C16", "disposition", evidence.disposition, (PDF,)),
    Point("C20", "the tool and its libraries", method.software, (PDF, HTML)),
    Point("C21", "command, configuration, locale, zone", method.configuration, (PDF, HTML)),
    Point("C22", "rule packs", method.packs, (PDF, HTML)),
    Point("C23", "known-file sets and lists", method.lists, (PDF, HTML)),
    Point("C24", "the command that repeats the run", method.repeats, (PDF, HTML)),
    Point("C25", "deviations", method.deviations, (PDF,)),
    Point("C26", "validation of this release", method.validation, (PDF, HTML)),
    Point("C27", "work done by others", method.others, (PDF,)),
    Point("C30", "each finding with class, place and source", findings.identified, (PDF, HTML)),
    Point("C31", "a hit is worded as what matched", findings.worded, (PDF,)),
    Point("C32", "a known file is called known", findings.known, (PDF, HTML)),
    Point("C33", "the unprocessed list, and counts that reconcile", findings.unprocessed, (PDF, HTML)),
    Point("C34", "limitations of this run, with weakness ids", findings.limitations, (PDF, HTML)),
    Point("C35", "a negative is bounded by what was searched", findings.negatives, (PDF,)),
    Point("C36", "qualification and declaration", findings.declaration, (PDF,)),
    Point("C37", "error rate", findings.error_rate, (PDF, HTML)),
    Point("C40", "RFC 3339 in UTC, with raw value and encoding", times.raw_values, (CSV,)),
    Point("C41", "zone basis of each time", times.zone_basis, (PDF, CSV)),
    Point("C42", "precision", times.precision, (PDF, CSV)),
    Point("C43", "what each time means", times.meanings, (PDF, CSV)),
    Point("C44", "values that are no moment are flagged", times.flags, (PDF, CSV)),
    Point("C45", "signs of altered times are signs", times.signs, (PDF,)),
    Point("C46", "the device's clock", times.device_clock, (PDF,)),
    Point("C47", "the laboratory's clock", times.laboratory_clock, (PDF,)),
    Point("C48", "order of times", times.order, (CSV,)),
    Point("C50", "manifest of every file", output.manifest),
    Point("C51", "examination log", output.log),
    Point("C52", "log head, seal and how to check it", output.seal, (PDF, HTML)),
)
"""In the order of the list."""


def points_of(record: Record) -> list[Checked]:
    """Every point and what it came to, in their order."""
    return checked(POINTS, record)


__all__ = [
    "CSV",
    "HTML",
    "PDF",
    "POINTS",
    "Checked",
    "FileState",
    "LogState",
    "ManifestState",
    "Point",
    "Record",
    "TimelineState",
    "points_of",
]
