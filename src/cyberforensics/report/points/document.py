"""C01 to C09: the document."""

import re

from cyberforensics.report.points.record import Answer, Record, lacks, met, owed, supplied

_RELATES = "Results relate only to the items examined"
_CAPITALS = re.compile(r"\b[A-Z]{2,}")


def titled(record: Record) -> Answer:
    """C01."""
    title, identity = record.printed["title"], record.printed["id"]
    if not title or not identity:
        return lacks("the document has no title or no id; this is a bug, please report it")
    volumes = len(record.printed["volumes"])
    with_volumes = f", its {volumes} volumes too" if volumes else ""
    return met(f"report.pdf: {title!r}, {identity} with page x of y on every page, and an end mark{with_volumes}")


def laboratory(record: Record) -> Answer:
    """C02."""
    return supplied(record.facts, ("laboratory.name", "laboratory.place"), "cover")


def request(record: Record) -> Answer:
    """C03."""
    return supplied(record.facts, ("request.requester", "request.text", "request.authority"), "section 2")


def dates(record: Record) -> Answer:
    """C04."""
    return supplied(record.facts, ("dates.received", "dates.examined", "dates.issued"), "cover")


def people(record: Record) -> Answer:
    """C05."""
    answer = supplied(record.facts, ("examiner.name", "authoriser.name", "authoriser.date"), "cover and section 11")
    if answer.verdict == "MET" and record.facts.examiner.name == record.facts.authoriser.name:
        return owed("examiner and authoriser of case.toml are one name; a second person authorises")
    return answer


def version(record: Record) -> Answer:
    """C06."""
    number = record.facts.report.version
    told = {amendment.version for amendment in record.facts.amendment if amendment.changed and amendment.date}
    missing = [str(each) for each in range(2, number + 1) if each not in told]
    if missing:
        return owed(f"case.toml has no [[amendment]] with date and change for version {', '.join(missing)}")
    return met(f"cover: version {number}, id {record.printed['id']}, which another content would change")


def relates(record: Record) -> Answer:
    """C07."""
    if not any(line.startswith(_RELATES) for line in record.printed["limits"]):
        return lacks(f"section 10 does not say {_RELATES!r}; this is a bug, please report it")
    return met("report.pdf, cover and section 10")


def handling(record: Record) -> Answer:
    """C08."""
    if not record.facts.report.handling:
        return owed("case.toml has no report.handling (TLP 2.0)")
    return met(f"{record.facts.report.handling}: header and footer of report.pdf, data of report.html")


def summary(record: Record) -> Answer:
    """C09."""
    for part in ("summary", "glossary", "abbreviations"):
        if not record.printed[part]:
            return lacks(f"report.pdf has no {part}; this is a bug, please report it")
    used = {
        word
        for exhibit in record.printed["exhibits"]
        for text in (exhibit["container"], *(volume["fileSystem"] or "" for volume in exhibit["volumes"]))
        for word in _CAPITALS.findall(text)
    }
    if missing := sorted(word for word in used if not re.search(rf"\b{word}", _explained(record))):
        return lacks(f"section 12 does not explain {', '.join(missing)}; this is a bug, please report it")
    return met("report.pdf, section 1 in plain words; section 12 explains words and abbreviations")


def _explained(record: Record) -> str:
    return str(record.printed["abbreviations"]) + " ".join(word for word, _ in record.printed["glossary"])
