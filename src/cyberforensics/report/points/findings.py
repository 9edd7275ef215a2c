"""C30 to C37: findings and limits."""

from collections.abc import Iterator

from cyberforensics.model.case_document import CaseDocument
from cyberforensics.report.claims import PRAISE, claims
from cyberforensics.report.html_findings import finding_rows
from cyberforensics.report.points.record import Answer, Record, first, lacks, met, nothing_opened, supplied

_WORDINGS = ("matched rule ", "matched keyword ", "same bytes as ")
_BUG = "this is a bug, please report it"


def identified(record: Record) -> Answer:
    """C30."""
    document = record.document
    printed = len(record.printed["findings"])
    held = len(document.findings)
    in_volumes = int(str(record.printed["volumes"][-1][2]).replace(",", "")) if record.printed["volumes"] else 0
    if max(printed, in_volumes) != held:
        return lacks(f"{held} findings are held, {max(printed, in_volumes)} printed; {_BUG}")
    if wrong := list(_incomplete(document)):
        return lacks(f"{first(wrong)}; {_BUG}")
    left = document.findings_total - held
    if left != record.printed["findingsLeftOut"]:
        return lacks(f"{left} findings are left out, {record.printed['findingsLeftOut']} said to be; {_BUG}")
    cut = f"; {left} more in case.sqlite, and it says so" if left else ""
    return met(f"section 6: {held} findings, each OBSERVED or DERIVED, opinion apart in section 11{cut}")


def _incomplete(document: CaseDocument) -> Iterator[str]:
    engines = {
        name
        for exhibit in document.exhibits
        for run in exhibit.passes
        for name in (*(pack.name for pack in run.packs if run.engine), *(found.name for found in run.lists))
    }
    for located in document.findings:
        parts = (
            ("exhibit", located.exhibit),
            ("volume", located.volume),
            ("path", located.path),
            ("metadata address", located.meta_address),
            ("digest, nor why there is none", located.digests or located.digest_note or located.size is None),
            ("class", located.finding.finding_class in ("OBSERVED", "DERIVED")),
            ("rule set that the method names", located.finding.pack in engines),
        )
        if missing := [name for name, value in parts if not value]:
            yield f"finding {located.id} has no {', no '.join(missing)}"


def worded(record: Record) -> Answer:
    """C31."""
    for row in finding_rows(record.document.findings):
        sentence = f"{row['says']} {row['what']}".strip()
        if not sentence.startswith(_WORDINGS):
            return lacks(f"finding {row['id']} reads {sentence!r}; {_BUG}")
    return met(f"section 6: {len(record.document.findings)} hits read as what matched, with offsets or a digest")


def known(record: Record) -> Answer:
    """C32."""
    sentences = [*record.printed["summary"], *record.printed["notExamined"], *record.printed["limits"]]
    sentences += [
        found["kind"] for each in record.printed["exhibits"] for run in each["passes"] for found in run["lists"]
    ]
    if wrong := [line for line in sentences if PRAISE.search(line)]:
        return lacks(f"a sentence says more than known: {wrong[0]!r}; {_BUG}")
    count = sum(exhibit.known.count for exhibit in record.document.exhibits)
    if count and not any("known" in line for line in sentences):
        return lacks(f"{count} contents stand in known lists, and the report does not say so; {_BUG}")
    return met(f"sections 1 and 9: {count} contents are known, and nothing else is said of them")


def unprocessed(record: Record) -> Answer:
    """C33."""
    if not record.document.exhibits:
        return nothing_opened()
    wrong = []
    for exhibit in record.document.exhibits:
        name = exhibit.evidence.exhibit
        if not exhibit.coverage.reconciles:
            coverage = exhibit.coverage
            wrong.append(f"{name}: {coverage.seen.count} seen, {coverage.accounted.count} accounted for")
        if not exhibit.media_coverage.reconciles:
            wrong.append(f"{name}: the parts of the media do not add up to {exhibit.media_coverage.media_size} bytes")
        wrong += [
            f"{name}, {run.kind}: {run.coverage.seen.count} seen, {run.coverage.accounted.count} accounted for"
            for run in exhibit.passes
            if run.coverage is not None and not run.coverage.reconciles
        ]
    if wrong:
        return lacks(f"the equations do not reconcile: {first(wrong)}")
    held = sum(group.count for group in record.document.problems)
    printed = sum(int(str(group["count"]).replace(",", "")) for group in record.printed["problems"])
    if held != printed:
        return lacks(f"{held} problems are recorded, {printed} printed; {_BUG}")
    return met(f"section 9: both equations reconcile for each exhibit; {held} problems by code")


def limitations(record: Record) -> Answer:
    """C34."""
    found = record.printed.get("weaknesses")
    if not found or not found["rows"] or not found["catalogue"]:
        return lacks("the report names no weakness ids; write it again with this version")
    listed = {reason for row in found["rows"] for reason in row["because"]}
    reasons = {*(group.code for group in record.document.problems), *record.printed["reasons"]}
    if missing := sorted(reasons - listed - set(found["without"])):
        return lacks(f"neither mapped to a weakness nor said to have none: {first(missing)}; {_BUG}")
    return met(f"section 10 and appendix D: {len(found['rows'])} weaknesses of {found['catalogue']}")


def negatives(record: Record) -> Answer:
    """C35."""
    if not any("is bounded by what was searched" in line for line in record.printed["limits"]):
        return lacks(f"section 10 does not bound what was not found; {_BUG}")
    return met("section 10, and section 6 where nothing matched")


def declaration(record: Record) -> Answer:
    """C36."""
    return supplied(record.facts, ("examiner.qualification", "statements.declaration"), "section 11")


def error_rate(record: Record) -> Answer:
    """C37."""
    if not any("error rate" in line and "not established" in line for line in record.printed["limits"]):
        return lacks(f"section 10 says nothing of an error rate; {_BUG}")
    return met("sections 4 and 10: not established, and it says so")


def signs_wrong(document: CaseDocument) -> list[str]:
    """Derived findings whose words are a verdict, or do not say ``consistent with``."""
    derived = [located for located in document.findings if located.finding.finding_class == "DERIVED"]
    words = {located.id: " ".join(str(value) for _, value in located.finding.meta) for located in derived}
    return [item for item, text in words.items() if "consistent with" not in text or claims(text)]
