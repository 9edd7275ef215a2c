"""Limits that a run gives a reason for, and the weaknesses of the SOLVE-IT catalogue that bear on them.

``solve_it.json`` holds ids and titles as the catalogue has them at the commit that it names, and our own mapping from
limits and problem codes to ids. A limit or code without an id is one for which the catalogue has no weakness that fits.
"""

import json
from importlib import resources
from typing import Any

from cyberforensics.model.case_document import CaseDocument
from cyberforensics.report.pdf_words import LIMITS, LOCAL_TIMES, Reason


def reasons(document: CaseDocument) -> set[Reason]:
    """Why the limits of this run hold."""
    exhibits = document.exhibits
    clocks = [run.source_timezone for exhibit in exhibits for run in exhibit.passes]
    systems = {volume.filesystem for exhibit in exhibits for volume in exhibit.volumes}
    checks = [check for exhibit in exhibits for check in exhibit.digest_checks]
    holds: dict[Reason, bool] = {
        "always": True,
        "local-unknown": None in clocks and bool(systems & LOCAL_TIMES),
        "ntfs": "ntfs" in systems,
        "logical": any(
            exhibit.evidence.media_size is None or exhibit.evidence.container == "zip" for exhibit in exhibits
        ),
        "digest": any(check.verdict in ("NOT AVAILABLE", "NOT COMPUTED") for check in checks)
        or any(not exhibit.digest_checks for exhibit in exhibits),
        "close": not any(check.moment == "close" for check in checks),
        "rules": document.findings_total > 0,
        "sensitive": document.findings_sensitive > 0,
    }
    return {reason for reason, is_one in holds.items() if is_one}


def limits(document: CaseDocument) -> list[str]:
    """Sentences that this run gives a reason for."""
    held = reasons(document)
    return [text for reason, text in LIMITS if reason in held]


def weaknesses_object(document: CaseDocument) -> dict[str, object]:
    """Rows of id, title and what made it one of this run; what has none; and the catalogue with its date."""
    table = _table()
    because: dict[str, list[tuple[str, str]]] = {}
    without: list[str] = []
    for reason in sorted(reasons(document)):
        limit = table["limits"][reason]
        without += [] if limit["ids"] else [reason]
        for identity in limit["ids"]:
            because.setdefault(identity, []).append((reason, limit["words"]))
    for code in sorted({group.code for group in document.problems}):
        ids = table["problems"].get(code, [])
        without += [] if ids else [code]
        for identity in ids:
            because.setdefault(identity, []).append((code, code))
    catalogue = table["catalogue"]
    return {
        "catalogue": f"{catalogue['name']}, {catalogue['source']}, commit {catalogue['commit']} of {catalogue['date']}",
        "rows": [
            {
                "id": identity,
                "title": table["weaknesses"][identity],
                "because": [key for key, _ in why],
                "words": "; ".join(words for _, words in why),
            }
            for identity, why in sorted(because.items())
        ],
        "without": without,
        "withoutWords": [table["limits"].get(key, {"words": key})["words"] for key in without],
    }


def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(
        resources.files("cyberforensics.report").joinpath("solve_it.json").read_text("ascii")
    )
    return table
