"""A match of the engine to a finding of the record."""

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from cyberforensics.model.examination import (
    FINDING_SEVERITIES,
    MAX_MATCHES,
    Finding,
    FindingSeverity,
    StringMatch,
)
from cyberforensics.rules.engines import Match, Meta
from cyberforensics.rules.manifest import NO_MAPPING, SeverityMapping

SEVERITY_WORDS: Mapping[str, FindingSeverity] = {
    **{word: word for word in FINDING_SEVERITIES},
    "informational": "info",
    "information": "info",
    "notice": "info",
    "minor": "low",
    "moderate": "medium",
    "warning": "medium",
    "important": "high",
    "severe": "high",
    "major": "high",
}
"""Words that the metadata key ``severity`` may hold, in any case."""

SEVERITY_STEPS: tuple[tuple[int, FindingSeverity], ...] = (
    (90, "critical"),
    (75, "high"),
    (60, "medium"),
    (40, "low"),
    (0, "info"),
)
"""Numbers from 0 to 100, as the metadata key ``score`` of THOR's rules and ``severity`` of Elastic's hold: at least."""

SENSITIVE_WORDS = frozenset({"payment", "secret", "personal"})
"""Tags, and words of the metadata key ``category``, that make a rule sensitive; in any case."""
_WORD = re.compile(r"[^\W_]+")

Listed = tuple[tuple[StringMatch, ...], int]
"""The matches that a finding lists, and how many it leaves out."""


def finding_of(
    match: Match,
    pack: str,
    namespace: str,
    per_name: bool,
    source: str = "yara",
    severities: SeverityMapping = NO_MAPPING,
    places: Listed | None = None,
) -> Finding:
    """Say what matched where.

    Args:
        places: what is listed of it, where that is not the first matches as they are.
    """
    strings, left_out = _strings(match) if places is None else places
    return Finding(
        source=source,
        pack=pack,
        namespace=namespace,
        rule=match.rule,
        severity=severity_of(match.meta, severities),
        tags=match.tags,
        meta=match.meta,
        strings=strings,
        strings_left_out=left_out,
        sensitive=is_sensitive(match.meta, match.tags),
        per_name=per_name,
    )


def is_sensitive(meta: Meta, tags: Iterable[str]) -> bool:
    """Whether a rule looks for what is not to be shown to everybody.

    It says so with ``sensitive = true`` (or ``"true"``, ``1``), or by a tag or a word of its metadata ``category`` that
    is one of `SENSITIVE_WORDS`. Any of these is enough.
    """
    words = {tag.lower() for tag in tags}
    for key, value in meta:
        if key.lower() == "sensitive" and str(value).strip().lower() in ("true", "1"):
            return True
        if key.lower() == "category" and isinstance(value, str):
            words.update(_WORD.findall(value.lower()))
    return not words.isdisjoint(SENSITIVE_WORDS)


def severity_of(meta: Meta, mapping: SeverityMapping = NO_MAPPING) -> FindingSeverity:
    """The severity that a rule's metadata claims, and ``medium`` where it claims none that is understood.

    ``severity`` comes before ``score``. It may be a word, or a number: up to 10 in tenths, above in hundredths.
    What the pack says of its own words and key comes first.
    """
    values = {key.lower(): value for key, value in reversed(meta)}
    words = dict(mapping.words)
    own = () if mapping.key is None else ((mapping.key.lower(), True),)
    for key, tenths in (*own, ("severity", True), ("score", False)):
        value = values.get(key)
        if str(value).strip().lower() in words:
            return words[str(value).strip().lower()]
        if isinstance(value, str) and value.strip().lower() in SEVERITY_WORDS:
            return SEVERITY_WORDS[value.strip().lower()]
        number = _number(value)
        if number is not None:
            number = number * 10 if tenths and number <= 10 else number
            return next((step for least, step in SEVERITY_STEPS if number >= least), "info")
    return "medium"


def _number(value: str | int | bool | None) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(value)
    except ValueError:
        return None


def _strings(match: Match) -> Listed:
    count = sum(string.count for string in match.strings)
    kept = heapq.nsmallest(MAX_MATCHES, _instances(match))
    strings = (StringMatch(identifier, offset, length, data) for offset, identifier, length, data in kept)
    return tuple(strings), count - len(kept)


def _instances(match: Match) -> Iterator[tuple[int, str, int, bytes]]:
    # Places of one string are in the order of offsets, so the first of each string suffice.
    for string in match.strings:
        for offset, length, data in islice(string.places(), MAX_MATCHES):
            yield offset, string.identifier, length, data
