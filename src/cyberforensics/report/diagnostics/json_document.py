"""For other programs: one JSON document."""

import json
from collections.abc import Iterator
from typing import Any

from cyberforensics.report.diagnostics.document import Document, Told


def json_lines(document: Document) -> Iterator[str]:
    """The document, with all that is known of each diagnostic."""
    content = {
        "version": document.version,
        "summary": {
            "files": len(document.files),
            "rules": document.rules,
            **{f"{level}s": count for level, count in document.counts().items()},
            "known": document.known,
            "excused": document.excused,
            "fail_level": str(document.fail_level),
        },
        "notes": document.notes(),
        "diagnostics": [_object(one) for one in document.told],
    }
    yield from json.dumps(content, indent=1, ensure_ascii=False).split("\n")


def _object(one: Told) -> dict[str, Any]:
    said = one.diagnostic
    span = said.span
    return {
        "code": said.code,
        "level": str(said.level),
        "message": said.message,
        "hint": said.hint,
        "path": one.path,
        "file": said.file,
        "rule": said.rule,
        "span": None
        if span is None
        else {
            "line": span.line,
            "column": span.column,
            "end_line": span.end_line,
            "end_column": span.end_column,
        },
        "excerpt": list(said.excerpt),
        "fingerprint": one.fingerprint,
    }
