"""Findings as the report's script draws them."""

from collections.abc import Iterable, Iterator, Mapping

from cyberforensics.model.case_document import LocatedFinding
from cyberforensics.model.examination import Finding
from cyberforensics.report import words
from cyberforensics.report.context import in_context
from cyberforensics.report.html_json import exact

MAX_SHOWN_MATCHES = 8
"""Matches of a finding whose bytes are drawn; the offsets of the others are listed."""

MAX_SHOWN_BYTES = 128
"""Of each match."""

MAX_SHOWN_NAMES = 20
"""Other names of one content that are drawn; the rest are counted."""


def finding_rows(findings: Iterable[LocatedFinding], *, unmask: bool = False) -> Iterator[dict[str, object]]:
    """One object a finding. What a sensitive rule matched is not in the file at all, only its place and length.

    Args:
        unmask: put it into the file all the same.
    """
    for located in findings:
        finding, digests = located.finding, located.digests
        others, left_out = located.names.others(located.path, MAX_SHOWN_NAMES)
        yield {
            "id": located.id,
            "exhibit": located.exhibit,
            "volume": located.volume,
            "entry": located.entry,
            "path": located.path,
            "stream": located.stream,
            "address": located.meta_address,
            "state": words.NAME_STATES.get(located.name_state, located.name_state),
            "recovery": None
            if located.recovery == "not-applicable"
            else words.RECOVERIES.get(located.recovery, located.recovery),
            "size": exact(located.size),
            "digests": digests and [digests.md5, digests.sha1, digests.sha256],
            "digestNote": words.DIGEST_NOTES.get(located.digest_note, located.digest_note)
            if located.digest_note
            else None,
            "names": others,
            "namesLeftOut": left_out,
            "context": words.CONTEXTS.get(located.context, located.context),
            "group": located.group,
            "class": finding.finding_class,
            "source": finding.source,
            "pack": finding.pack,
            "namespace": finding.namespace,
            "rule": finding.rule,
            "says": _SAYS.get(finding.source, _SAYS["yara"]),
            "what": what_matched(finding),
            "severity": finding.severity,
            "tags": finding.tags,
            "labels": located.labels,
            "meta": [[key, value if isinstance(value, str) else str(value)] for key, value in finding.meta],
            "sensitive": finding.sensitive,
            "masked": finding.sensitive and not unmask,
            "perName": finding.per_name,
            "matches": [
                [
                    match.identifier,
                    exact(match.offset),
                    exact(match.length),
                    _hex(located, place, unmask=unmask),
                    *_text(located, place, unmask=unmask),
                ]
                for place, match in enumerate(finding.strings)
            ],
            "leftOut": finding.strings_left_out,
        }


_SAYS: Mapping[str, str] = {"yara": "matched rule", "keyword": "matched keyword", "hash-list": ""}
"""How a sentence about a finding begins; `what_matched` goes on."""


def what_matched(finding: Finding) -> str:
    """The rule's name, the keyword as it was written, or ``same bytes as …``."""
    if finding.source != "keyword":
        return finding.rule
    return next((str(value) for key, value in finding.meta if key in ("keyword", "expression")), finding.rule)


def _text(located: LocatedFinding, place: int, *, unmask: bool) -> tuple[tuple[str, str, str], ...]:
    """A keyword in its context; nothing of other findings."""
    finding = located.finding
    if finding.source != "keyword" or (finding.sensitive and not unmask) or place >= MAX_SHOWN_MATCHES:
        return ()
    return (in_context(finding.strings[place]),)


def _hex(located: LocatedFinding, place: int, *, unmask: bool) -> str | None:
    if (located.finding.sensitive and not unmask) or place >= MAX_SHOWN_MATCHES:
        return None
    return located.finding.strings[place].data[:MAX_SHOWN_BYTES].hex()
