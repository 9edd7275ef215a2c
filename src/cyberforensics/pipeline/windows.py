"""Contents that don't fit into the spool: scanned in overlapping windows as they are read, and examined in part.

A rule that asks for the content's size, for what stands at a place, for what is absent or for things far apart can't be
trusted on a window; what matched is listed all the same, at its place in the content.

What stands beside a keyword decides whether it is a whole word, and is kept. So of a keyword in the overlap the later
window is asked, but for its first few bytes, before which it knows nothing: there the one before it saw enough.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from cyberforensics.model.examination import MAX_CONTEXT, MAX_MATCHES, Finding, StringMatch
from cyberforensics.model.problem import Problem
from cyberforensics.pipeline.media_type import HEAD

WINDOW = 16 * 1024 * 1024
"""Bytes of a window; they are held in memory, twice for a moment."""

OVERLAP = 1024 * 1024
"""Bytes that a window shares with the one before it."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What all rules said of a content under all its names."""

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    open_rules: tuple[int, ...] | None = None
    """`ScanResult.open_rules` of the bytes."""


Scan = Callable[[bytes, bytes], Scanned]
"""Scans a window, whose content begins with the second argument."""

_Key = tuple[str, str, str, str | None]


class Windows:
    """Takes a content block by block; each window is scanned when it is full, the last one by `finish`."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._window = bytearray()
        self._start = 0
        self._fresh = 0  # bytes of the window that no earlier one had
        self._findings: dict[_Key, Finding] = {}
        self._problems: dict[Problem, None] = {}
        self._complete = True
        self.size = 0
        """Bytes written so far."""
        self.head = b""
        """The start of the content, from which its type is told."""

    def write(self, block: bytes) -> None:
        """Add a block."""
        if len(self.head) < HEAD:
            self.head += block[: HEAD - len(self.head)]
        self._window += block
        self._fresh += len(block)
        self.size += len(block)
        while len(self._window) >= WINDOW:
            with memoryview(self._window) as view:
                self._take(bytes(view[:WINDOW]))
            del self._window[: WINDOW - OVERLAP]
            self._start += WINDOW - OVERLAP
            self._fresh = len(self._window) - OVERLAP

    def finish(self) -> Scanned:
        """Scan what is left; what all windows gave, findings in the order of the first window that had them."""
        if self._fresh:
            self._take(bytes(self._window))
            self._fresh = 0
        return Scanned(tuple(self._findings.values()), tuple(self._problems), self._complete)

    def _take(self, window: bytes) -> None:
        scanned = self._scan(window, self.head)
        begin = self._start + MAX_CONTEXT if self._start else 0
        self._forget_keywords(begin)
        self._complete = self._complete and scanned.complete
        self._problems.update(dict.fromkeys(scanned.problems))
        for finding in scanned.findings:
            key = (finding.pack, finding.namespace, finding.rule, finding.entry)
            moved = _moved(finding, self._start)
            if moved.source == "keyword":
                moved = replace(moved, strings=tuple(match for match in moved.strings if match.offset >= begin))
                if not moved.strings:
                    continue
            known = self._findings.get(key)
            self._findings[key] = moved if known is None else _both(known, moved)

    def _forget_keywords(self, begin: int) -> None:
        """Forget what earlier windows said of keywords from a place on, which is seen again now."""
        for key, finding in tuple(self._findings.items()):
            if finding.source != "keyword":
                continue
            kept = tuple(match for match in finding.strings if match.offset < begin)
            if kept:
                self._findings[key] = replace(finding, strings=kept)
            else:
                del self._findings[key]


def _moved(finding: Finding, start: int) -> Finding:
    return replace(finding, strings=tuple(replace(match, offset=match.offset + start) for match in finding.strings))


def _both(known: Finding, later: Finding) -> Finding:
    """One finding of two windows. In the overlap the later one has more of what follows a match, so it is kept.

    Strings left out by both are counted twice: the number is the most that there can be.
    """
    matches: dict[tuple[int, str], StringMatch] = {
        (match.offset, match.identifier): match for match in (*known.strings, *later.strings)
    }
    ordered = [matches[place] for place in sorted(matches)]
    left_out = known.strings_left_out + later.strings_left_out + max(0, len(ordered) - MAX_MATCHES)
    return replace(known, strings=tuple(ordered[:MAX_MATCHES]), strings_left_out=left_out)
