"""SARIF 2.1.0 (OASIS), for code scanning and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; GitHub's limits are those of
"SARIF results exceed one or more limits" and "Upload an analysis as SARIF data" in its documentation: it refuses a file
of more than 10 MB (gzip) or 20 runs, and a run of more than 25,000 results or rules; of a run, it shows 5,000 results.
Ours has one run, whose rules are our few dozen codes, without tags.
"""

import gzip
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from cyberforensics.report.diagnostics.document import CodeHelp, Document, Told

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 5_000
"""What GitHub shows of a run; it refuses a run of more than 25,000."""
LARGEST = 9_500_000
"""Bytes, compressed; GitHub refuses more than 10 MB."""
LONGEST_TEXT = 1_000
"""Characters of a message or an excerpt."""
FINGERPRINT = "cyberforensics/v1"
"""Name of our fingerprint."""


def sarif_lines(document: Document) -> Iterator[str]:
    """The document. Where there are too many results, the worst are kept and a notification says how many were not."""
    kept = document.worst_first()[:MOST_RESULTS]
    text = _content(document, kept)
    while len(gzip.compress(text.encode("utf-8", "replace"), mtime=0)) > LARGEST and kept:
        kept = kept[: len(kept) // 2]
        text = _content(document, kept)
    yield from text.split("\n")


def _content(document: Document, kept: list[Told]) -> str:
    numbers = {code.code: number for number, code in enumerate(document.codes)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "cyberforensics",
                "semanticVersion": document.version,
                "rules": [_rule(code) for code in document.codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notes(document, kept)}],
        "results": [_result(one, numbers) for one in kept],
    }
    content = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(content, indent=1, ensure_ascii=False)


def _notes(document: Document, kept: list[Told]) -> list[dict[str, Any]]:
    notes = [{"level": "note", "message": {"text": text}} for text in document.notes()]
    left_out = len(document.told) - len(kept)
    if left_out:
        why = f"{MOST_RESULTS} are shown of a run" if len(kept) == MOST_RESULTS else "GitHub takes files up to 10 MB"
        text = f"{left_out} results are left out, the least severe ones: {why}."
        notes.append({"level": "warning", "message": {"text": text}})
    return notes


def _rule(code: CodeHelp) -> dict[str, Any]:
    more = "shows a rule that it names and one that it does not" if code.page == "docs/lints.md" else "says more"
    return {
        "id": code.code,
        "shortDescription": {"text": code.title + "."},
        "fullDescription": {"text": code.why},
        "help": {
            "text": f"{code.why} {code.page} {more}.",
            "markdown": f"{code.why} `{code.page}` {more}.",
        },
        "defaultConfiguration": {"level": str(code.level)},
    }


def _result(one: Told, numbers: dict[str, int]) -> dict[str, Any]:
    said = one.diagnostic
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(one)}}
    if said.span is not None:
        place["region"] = {
            "startLine": said.span.line,
            "startColumn": said.span.column,
            "endLine": said.span.end_line,
            "endColumn": said.span.end_column,
        }
        if said.excerpt:
            place["region"]["snippet"] = {"text": _cut("\n".join(said.excerpt))}
    text = _cut(said.message + (f" ({said.hint})" if said.hint else ""))
    result: dict[str, Any] = {
        "ruleId": said.code,
        "level": str(said.level),
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {FINGERPRINT: one.fingerprint},
    }
    if said.code in numbers:
        result["ruleIndex"] = numbers[said.code]
    if said.rule is not None:
        result["locations"][0]["logicalLocations"] = [{"name": said.rule, "kind": "declaration"}]
    return result


def _uri(one: Told) -> str:
    """Relative, as code scanning wants it: of what lies outside, the name in its pack."""
    return quote(one.diagnostic.file if one.path.startswith(("/", "..")) else one.path, safe="/")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
