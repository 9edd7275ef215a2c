"""C40 to C48: time."""

import re

from cyberforensics.report import words
from cyberforensics.report.pdf_words import LOCAL_TIMES
from cyberforensics.report.points.findings import signs_wrong
from cyberforensics.report.points.record import Answer, Record, first, lacks, met, nothing_opened, of_exhibits, owed

_BUG = "this is a bug, please report it"


def raw_values(record: Record) -> Answer:
    """C40."""
    return _columns(record, ("time", "instant_ns", "raw", "encoding"))


def zone_basis(record: Record) -> Answer:
    """C41."""
    answer = _columns(record, ("zone_basis",))
    if answer.verdict != "MET":
        return answer
    declared: list[str] = []
    undeclared: list[str] = []
    for exhibit in record.document.exhibits:
        if any(volume.filesystem in LOCAL_TIMES for volume in exhibit.volumes):
            run = next(iter(exhibit.passes), None)
            zone = None if run is None else run.source_timezone
            if zone is not None and run is not None and "tzdata" not in dict(run.versions):
                return lacks(f"{exhibit.evidence.exhibit}: zone {zone} without the version of tzdata; {_BUG}")
            (undeclared if zone is None else declared).append(f"{exhibit.evidence.exhibit} {zone or ''}".strip())
    if undeclared and not any("no zone was declared" in line for line in record.printed["limits"]):
        return lacks(f"section 10 does not say that {first(undeclared)} has local times of unknown zone; {_BUG}")
    said = f"; declared for {first(declared)}" if declared else ""
    unsaid = f"; local-unknown for {first(undeclared)}, and section 10 says so" if undeclared else ""
    return met(f"timeline.csv, column zone_basis{said}{unsaid}")


def precision(record: Record) -> Answer:
    """C42."""
    answer = _columns(record, ("precision_ns",))
    if answer.verdict != "MET":
        return answer
    said = record.printed["precisions"]
    missing = sorted(name for name in _file_systems(record) if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said))
    if missing:
        return lacks(f"section 8 does not state the precision of {', '.join(missing)}; {_BUG}")
    return met("section 8 for each file system met; timeline.csv, column precision_ns")


def meanings(record: Record) -> Answer:
    """C43."""
    answer = _columns(record, ("meaning", "description"))
    if answer.verdict != "MET":
        return answer
    said = " ".join(record.printed["limits"])
    for needed, sentence in (
        ("NTFS", "On NTFS the times of the standard information"),
        ("", "deleted entry are those"),
    ):
        if (not needed or needed in _file_systems(record)) and sentence not in said:
            return lacks(f"section 10 has no sentence {sentence!r}; {_BUG}")
    return met("section 10; timeline.csv, columns meaning and description")


def flags(record: Record) -> Answer:
    """C44."""
    answer = _columns(record, ("flag", "raw"))
    if answer.verdict != "MET":
        return answer
    outside = record.document.activity_outside
    if record.printed["orientation"]["outside"] != outside:
        return lacks(f"{outside} times lie outside the plot, and section 8 says otherwise; {_BUG}")
    return met(f"timeline.csv, column flag beside the raw value; section 8 counts {outside} outside the plot")


def signs(record: Record) -> Answer:
    """C45."""
    if wrong := signs_wrong(record.document):
        return lacks(f"derived finding {first(wrong)} is worded as a verdict; {_BUG}")
    derived = sum(located.finding.finding_class == "DERIVED" for located in record.document.findings)
    return met(f"section 7: {derived} derived, each worded as a sign" if derived else "section 7: none is derived")


def device_clock(record: Record) -> Answer:
    """C46."""
    answer = of_exhibits(record, ("clock.device", "clock.reference", "clock.offset", "clock.zone"), "section 8")
    return met(f"{answer.evidence}, NOT APPLIED") if answer.verdict == "MET" else answer


def laboratory_clock(record: Record) -> Answer:
    """C47."""
    runs = [run for exhibit in record.document.exhibits for run in exhibit.passes]
    if not runs:
        return nothing_opened()
    if missing := [f"{run.kind} of {run.exhibit}" for run in runs if not run.started]:
        return lacks(f"{first(missing)} has no start; {_BUG}")
    if record.log.backwards and not record.facts.statements.deviations:
        return owed(f"the log says {first(list(record.log.backwards))}; explain it in case.toml, statements.deviations")
    return met("section 4: start and end of each pass, on the clock of the examining machine")


def order(record: Record) -> Answer:
    """C48."""
    found, total = record.timeline, record.document.timeline_total
    if found.disorder is not None:
        return lacks(f"row {found.disorder} of timeline.csv comes before the one above it; write it again")
    if found.rows != total:
        return lacks(f"timeline.csv has {found.rows} rows, the record has {total}; write it again")
    return met(f"timeline.csv: {found.rows} rows in the order of time; section 8 says how ties are sorted")


def _columns(record: Record, names: tuple[str, ...]) -> Answer:
    if missing := [name for name in names if name not in record.timeline.columns]:
        return lacks(f"timeline.csv has no column {', '.join(missing)}; write it with `cyberforensics report CASE`")
    return met(f"timeline.csv, {'column' if len(names) == 1 else 'columns'} {', '.join(names)}")


def _file_systems(record: Record) -> set[str]:
    """As section 8 names them: those of volumes that were opened and keep times of their own."""
    found = {
        volume.filesystem
        for exhibit in record.document.exhibits
        for volume in exhibit.volumes
        if volume.filesystem is not None and volume.status.value == "opened" and volume.filesystem != "host"
    }
    return {re.sub(r"^(FAT)\d+$", r"\1", words.FILE_SYSTEMS.get(name, name)) for name in found}
