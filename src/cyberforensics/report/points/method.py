"""C20 to C27: method and repeatability."""

from collections.abc import Callable

from cyberforensics.model.case_document import PassRecord
from cyberforensics.model.versions import EVIDENCE_LIBRARIES, PRODUCT
from cyberforensics.report.points.record import Answer, Record, first, lacks, met, nothing_opened, owed, supplied

_NAMED = (PRODUCT, "source", "python", "platform")


def software(record: Record) -> Answer:
    """C20."""

    def lacking(run: PassRecord) -> str:
        known = {name for name, version in run.versions if version}
        missing = [name for name in _NAMED if name not in known]
        if not known & set(EVIDENCE_LIBRARIES) - {"tzdata"}:
            missing.append("any library that parses evidence")
        return ", ".join(missing)

    where = "appendix A: name, version and source of the tool, Python, system, and every library that parses evidence"
    return _each_pass(record, lacking, where, "examine again with this version")


def configuration(record: Record) -> Answer:
    """C21."""

    def lacking(run: PassRecord) -> str:
        known = dict(run.versions)
        parts = (("the command", run.command), ("the limits", run.limits))
        missing = [name for name, value in parts if not value]
        return ", ".join(missing + [name for name in ("locale", "time zone") if not known.get(name)])

    where = "section 4: command and configuration of each pass; appendix A: locale and zone of the machine"
    return _each_pass(record, lacking, where, "examine again with this version")


def packs(record: Record) -> Answer:
    """C22."""
    runs = [run for exhibit in record.document.exhibits for run in exhibit.passes]
    if not runs:
        return nothing_opened()
    used = {pack.name: pack for run in runs for pack in run.packs}
    if not used:
        return met("appendix B: no rules were used, and it says so")
    if missing := [name for name, pack in used.items() if not (pack.version and pack.licence)]:
        return owed(f"{', '.join(missing)}: no version or no licence stated; state it in the pack")
    if missing := [name for name, pack in used.items() if len(pack.sha256) != 64]:
        return lacks(f"{', '.join(missing)}: no SHA-256; this is a bug, please report it")
    left_out = sum(len(pack.left_out) for pack in used.values())
    texts = (
        f"appendix E: texts of {len(record.printed['ruleTexts']['rows'])} of {record.document.rules_total} that matched"
    )
    return met(
        f"appendix B: {', '.join(sorted(used))}, each with version, licence, SHA-256 and whether it was signed;"
        f" {left_out} files left out; {texts}"
    )


def lists(record: Record) -> Answer:
    """C23."""
    runs = [run for exhibit in record.document.exhibits for run in exhibit.passes]
    if not runs:
        return nothing_opened()
    used = {found.name: found for run in runs for found in run.lists}
    if not used:
        return met("section 4: no list was used")
    if missing := [name for name, found in used.items() if not found.version]:
        return owed(f"{', '.join(missing)}: states no version; add its comment line")
    if missing := [name for name, found in used.items() if len(found.sha256) != 64]:
        return lacks(f"{', '.join(missing)}: no SHA-256; this is a bug, please report it")
    return met(f"appendix B: {', '.join(sorted(used))}, each with version, count, SHA-256, compared exactly")


def repeats(record: Record) -> Answer:
    """C24."""
    where = "section 4: the command of each pass, and that it gives the same results, byte for byte"
    return _each_pass(record, lambda run: "" if run.command else "the command", where, "examine again")


def deviations(record: Record) -> Answer:
    """C25."""
    return supplied(record.facts, ("statements.deviations",), "section 4")


def validation(record: Record) -> Answer:
    """C26."""
    return supplied(record.facts, ("statements.validation",), "section 4")


def others(record: Record) -> Answer:
    """C27."""
    return supplied(record.facts, ("statements.work_by_others",), "section 4")


def _each_pass(record: Record, lacking: Callable[[PassRecord], str], where: str, remedy: str) -> Answer:
    runs = [run for exhibit in record.document.exhibits for run in exhibit.passes]
    if not runs:
        return nothing_opened()
    missing = [f"{run.kind} of {run.exhibit} does not record {what}" for run in runs if (what := lacking(run))]
    return lacks(f"{first(missing)}; {remedy}") if missing else met(where)
