"""Bytes that a sensitive rule matched are no less so where another rule matched them as well."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace

from cyberforensics.model.examination import Finding, StringMatch


def mark_overlaps(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of one content, with those made sensitive that keep bytes which a sensitive one matched.

    Only matches that findings list are compared: of a rule that matches more often than they keep, the rest is unknown.
    """
    sensitive = list(_joined(_span(match) for finding in findings if finding.sensitive for match in finding.strings))
    if not sensitive:
        return findings
    ends = [end for _, end in sensitive]
    return tuple(
        replace(finding, sensitive=True)
        if not finding.sensitive and any(_meets(sensitive, ends, _shown(match)) for match in finding.strings)
        else finding
        for finding in findings
    )


def _span(match: StringMatch) -> tuple[int, int]:
    return match.offset, match.offset + match.length


def _shown(match: StringMatch) -> tuple[int, int]:
    """What matched, and of a keyword what stands around it."""
    return match.offset - len(match.before), match.offset + match.length + len(match.after)


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same bytes as spans that neither meet nor touch, ascending."""
    current: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if current is not None and start <= current[1]:
            current = current[0], max(current[1], end)
        else:
            if current is not None:
                yield current
            current = start, end
    if current is not None:
        yield current


def _meets(spans: list[tuple[int, int]], ends: list[int], span: tuple[int, int]) -> bool:
    place = bisect_left(ends, span[0] + 1)  # the first that ends behind where this one begins
    return place < len(spans) and spans[place][0] < span[1]
