"""What was there before: known diagnostics that don't count, by fingerprints that survive moved lines."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence

from cyberforensics.errors import UsageError
from cyberforensics.model.diagnostic import Diagnostic

VERSION = 1
_MOST = 1_000_000
"""Entries of a file."""


def fingerprints(pack: str, diagnostics: Sequence[Diagnostic]) -> list[str]:
    """One for each, in their order: what is said of which rule, without where it stands.

    SHA-256 over pack, code, file, rule, message and the text of the lines without their spaces; of several alike, with
    which of them it is.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found: list[str] = []
    for one in diagnostics:
        key = (pack, one.code, one.file, one.rule or "", one.message, " ".join(" ".join(one.excerpt).split()))
        seen[key] += 1
        total = hashlib.sha256()
        for part in (*key, str(seen[key])):
            data = part.encode("utf-8", "surrogatepass")
            total.update(len(data).to_bytes(8, "big") + data)
        found.append(total.hexdigest())
    return found


def written(diagnostics: Iterable[tuple[Diagnostic, str]]) -> str:
    """The text of a baseline that knows all of them, given with their fingerprints."""
    entries = [
        {"fingerprint": mark, "code": one.code, "file": one.file, "rule": one.rule, "message": one.message}
        for one, mark in sorted(diagnostics, key=lambda pair: (pair[0].file, pair[0].code, pair[1]))
    ]
    return json.dumps({"version": VERSION, "diagnostics": entries}, indent=1, ensure_ascii=False) + "\n"


def read(text: str, shown: str) -> frozenset[str]:
    """The fingerprints of a baseline.

    Raises:
        UsageError: it is none.
    """
    hint = "--write-baseline writes one"
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown} is no baseline: it is not JSON", hint=hint) from error
    entries = content.get("diagnostics") if isinstance(content, dict) and content.get("version") == VERSION else None
    if not isinstance(entries, list) or len(entries) > _MOST:
        raise UsageError(f"{shown} is no baseline of version {VERSION}", hint=hint)
    found = [entry.get("fingerprint") if isinstance(entry, dict) else None for entry in entries]
    if not all(isinstance(one, str) for one in found):
        raise UsageError(f"{shown} is no baseline: an entry has no fingerprint", hint=hint)
    return frozenset(one for one in found if isinstance(one, str))
