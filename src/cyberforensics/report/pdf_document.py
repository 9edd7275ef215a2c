"""What the template of the PDF report prints: the object of the HTML report, what people supplied, and the findings."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from itertools import islice

from cyberforensics.model.case_document import CaseDocument, LocatedFinding
from cyberforensics.report.checks import check_rows
from cyberforensics.report.custody import custody_gaps
from cyberforensics.report.facts import facts_object
from cyberforensics.report.glyphs import printable
from cyberforensics.report.html_document import document_object
from cyberforensics.report.html_findings import finding_rows
from cyberforensics.report.html_orientation import months
from cyberforensics.report.limits import limits, reasons
from cyberforensics.report.pdf_words import ABBREVIATIONS, GLOSSARY, PRECISIONS
from cyberforensics.report.rule_texts import PDF, rule_texts_object

MAX_OFFSETS = 12
"""Places of one finding that are printed; the rest are counted."""
_SHOWN_BYTES = 20
_MAX_PROBLEMS = 5
_MONTHS_IN_ROW = 120

Object = dict[str, object]


def report_object(document: CaseDocument, findings: int, volumes: Sequence[str], volume_rows: int) -> Object:
    """The whole report with so many findings in it."""
    held = len(document.findings)
    shown = _printable(
        {
            **document_object(document, ("", "")),
            "part": "report",
            "ruleTexts": rule_texts_object(document, PDF),
            "notReceived": _not_examined(document),
            "gaps": [
                [exhibit.id, custody_gaps(exhibit)] for exhibit in document.facts.exhibit if custody_gaps(exhibit)
            ],
            "findings": _findings(document, range(findings)),
            "findingsIn": f"{document.findings_in:,}",
            "volumes": [
                [name, f"{place * volume_rows + 1:,}", f"{min(held, (place + 1) * volume_rows):,}"]
                for place, name in enumerate(volumes)
            ],
            "findingsLeftOut": document.findings_total - held,
            "findingsDigest": _digest(document.findings) if volumes else "",
            "plot": _plot(months(document.activity)),
            "years": _years(months(document.activity)),
            "limits": limits(document),
            "reasons": sorted(reasons(document)),
            "problems": _problems(document),
            "checks": check_rows(None if document.seal is None else document.seal.identity),
            "glossary": GLOSSARY,
            "abbreviations": ABBREVIATIONS,
            "precisions": PRECISIONS,
        }
    )
    assert isinstance(shown, dict)  # noqa: S101 - for the type checker
    digest = hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest().upper()
    return {**shown, "id": f"CF-{digest[:8]}-{digest[8:16]}"}


def _digest(findings: Sequence[LocatedFinding]) -> str:
    """Of what the volumes print, so that the report's id is another where they are; quicker than what they print."""
    whole = hashlib.sha256()
    for found in findings:
        inner, digests = found.finding, found.digests
        place = (found.id, found.exhibit, found.volume, found.path, found.stream, found.meta_address, found.name_state)
        content = (found.size, digests and digests.sha256, found.digest_note, found.context)
        match = (inner.pack, inner.source, inner.rule, inner.severity, inner.finding_class, inner.sensitive, inner.meta)
        places = [(one.identifier, one.offset, one.length) for one in inner.strings]
        whole.update(repr((place, content, match, places, inner.strings_left_out)).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def findings_object(document: CaseDocument, report: Mapping[str, object], places: range, volume: int) -> Object:
    """One volume of the report's findings."""
    kept = ("id", "title", "product", "handling", "training", "authorised", "volumes", "findingsTotal")
    rows = _printable(_findings(document, places))
    return {**{key: report[key] for key in kept}, "part": "findings", "volume": volume, "findings": rows}


def _not_examined(document: CaseDocument) -> list[Object]:
    """Items that people list and the tool never opened."""
    opened = {exhibit.evidence.exhibit for exhibit in document.exhibits}
    return [facts_object(found) for found in document.facts.exhibit if found.id not in opened]


def _findings(document: CaseDocument, places: range) -> list[Object]:
    versions = {
        pack.name: f"{pack.name} {pack.version}, {run.engine}"
        for exhibit in document.exhibits
        for run in exhibit.passes
        for pack in run.packs
    }
    rows = finding_rows(islice(document.findings, places.start, places.stop))
    return [_finding(row, number, versions) for number, row in enumerate(rows, places.start + 1)]


def _finding(row: Mapping[str, object], number: int, versions: Mapping[str, str]) -> Object:
    matches = row["matches"]
    assert isinstance(matches, list)  # noqa: S101 - for the type checker
    digests = row["digests"]
    return {
        "number": f"{number:,}",
        "id": row["id"],
        "class": row["class"],
        "says": row["says"],
        "what": row["what"],
        "severity": row["severity"],
        "place": [row["exhibit"], row["volume"]],
        "path": str(row["path"]) + (f":{row['stream']}" if row["stream"] else ""),
        "address": row["address"],
        "state": row["state"],
        "context": row["context"],
        "size": None if row["size"] is None else f"{int(str(row['size'])):,} bytes",
        "sha256": digests[2] if isinstance(digests, list) else None,
        "digestNote": row["digestNote"],
        "by": versions.get(str(row["pack"]), str(row["pack"])),
        "masked": row["masked"],
        "matches": [
            [match[0], f"{int(str(match[1])):,}", f"{int(str(match[2])):,}", _bytes(match[3])]
            for match in matches[:MAX_OFFSETS]
        ],
        "further": int(str(row["leftOut"])) + max(0, len(matches) - MAX_OFFSETS),
    }


def _bytes(data: object) -> str | None:
    """The first bytes as hexadecimal digits in pairs; None where they are masked or not drawn."""
    if not isinstance(data, str):
        return None
    shown = bytes.fromhex(data[: 2 * _SHOWN_BYTES]).hex(" ")
    return shown + (" …" if len(data) > 2 * _SHOWN_BYTES else "")


def _problems(document: CaseDocument) -> list[Object]:
    return [
        {
            "exhibit": group.exhibit,
            "code": group.code,
            "meaning": group.meaning,
            "severity": "information" if group.severity == "info" else group.severity,
            "count": f"{group.count:,}",
            "examples": [[volume, problem.path, problem.message] for volume, problem in group.examples[:_MAX_PROBLEMS]],
            "further": group.count - min(_MAX_PROBLEMS, len(group.examples)),
        }
        for group in document.problems
    ]


def _plot(found: Sequence[Sequence[object]]) -> list[Object]:
    """Rows of ten years that have any times; each month with its count and, on a logarithmic scale, its height."""
    counts = {str(month): int(str(count)) for month, count in found}
    most = max(counts.values(), default=0)
    decades = sorted({int(month[:3]) for month in counts})
    return [
        {
            "label": f"{decade}0 to {decade}9",
            "years": [f"{decade}{year}" for year in range(10)],
            "bars": [
                round(math.log1p(counts.get(f"{decade}{place // 12}-{place % 12 + 1:02}", 0)) / math.log1p(most), 4)
                for place in range(_MONTHS_IN_ROW)
            ],
        }
        for decade in decades
    ]


def _years(found: Sequence[Sequence[object]]) -> list[list[str]]:
    sums: dict[str, int] = {}
    for month, count in found:
        sums[str(month)[:4]] = sums.get(str(month)[:4], 0) + int(str(count))
    return [[year, f"{count:,}"] for year, count in sums.items()]


def _printable(value: object) -> object:
    """The same with every text as the fonts can show it."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {str(key): _printable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(item) for item in value]
    return value
