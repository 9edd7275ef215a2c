"""Texts that declare rules: what a rule finds in them is most often another rule's own pattern.

YARA's form is that of its documentation ("Writing YARA rules"); Sigma's is that of the Sigma specification 2: a YAML
mapping with ``title``, ``logsource`` and ``detection``, the latter with a ``condition``.
"""

import mmap
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise

from cyberforensics.model.examination import Finding

LARGEST = 16 << 20
"""Bytes of a text that is looked at: collections of rules have less."""

# Possessive or bounded, so that no text takes longer than its length.
_DECLARATION = re.compile(
    rb"^[ \t]*+(?:(?:private|global)[ \t]++){0,16}rule[ \t]++"
    rb"[A-Za-z_]\w{0,127}+[ \t]*+(?::[ \t\w]{0,512}+)?\s{0,64}+\{",
    re.M,
)
_RULE = re.compile(rb"rule[ \t][ \t]*+[A-Za-z_]")
"""A part of each declaration that is found by its first bytes, far faster than by the beginning of a line."""
_CONDITION = re.compile(rb"^[ \t]*+condition[ \t]*+:", re.M)
_END = re.compile(rb"^[ \t]*+\}", re.M)
_SIGMA_BEGIN = re.compile(rb"(?:\s|#[^\n]*\n|---[ \t]*\r?\n){0,256}(?:title|id|name):[ \t]")
_SIGMA_KEYS = tuple(
    re.compile(key, re.M) for key in (rb"^title:[ \t]", rb"^logsource:", rb"^detection:", rb"^[ \t]++condition:")
)


@dataclass(frozen=True, slots=True)
class _Spans:
    """Where rules begin, and where each ends; both ascending."""

    starts: list[int]
    ends: list[int]

    def hold(self, start: int, end: int) -> bool:
        place = bisect_right(self.starts, start) - 1
        return place >= 0 and end <= self.ends[place]


def mark_rule_text(data: bytes | mmap.mmap, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings of a content, with those marked of which everything that matched lies inside the text of a rule.

    Never those that left matches out, or that have none to point at.
    """
    if not findings or len(data) > LARGEST or data.find(b"\0") >= 0 or data.find(b"condition") < 0:
        return findings
    if _RULE.search(data) is None and data.find(b"logsource") < 0:  # neither form is there: lines need not be looked at
        return findings
    spans = _spans(data)
    return tuple(replace(finding, in_rule_text=True) if _lies_in(spans, finding) else finding for finding in findings)


def _lies_in(spans: _Spans, finding: Finding) -> bool:
    return (
        bool(finding.strings)
        and not finding.strings_left_out
        and all(spans.hold(match.offset, match.offset + match.length) for match in finding.strings)
    )


def _spans(data: bytes | mmap.mmap) -> _Spans:
    """Of every rule that YARA would take for one; of Sigma, the whole text."""
    if _SIGMA_BEGIN.match(data) and all(key.search(data) for key in _SIGMA_KEYS):
        return _Spans([0], [len(data)])
    spans = _Spans([], [])
    starts = [found.start() for found in _DECLARATION.finditer(data)]
    for start, following in pairwise([*starts, len(data)]):
        condition = _CONDITION.search(data, start, following)
        end = condition and _END.search(data, condition.end(), following)
        if end is not None:
            spans.starts.append(start)
            spans.ends.append(end.end())
    return spans
