"""What is known of bytes that were met before in this run: everything that follows from the bytes alone.

A media type and the findings of rules that look at content alone are the same wherever the same bytes lie, so they need
not be worked out again. What depends on a name, rules with externals and parsers, is asked every time;
rules read the bytes for it only where bytes and name leave one open.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol

from cyberforensics.model.examination import Finding

KEPT = 20_000
"""Contents that a worker remembers; those longest not met are forgotten first."""
_FINDINGS_KEPT = 20
"""Findings of a content that is remembered: one with more is rare, and large."""

Key = tuple[str, int]
"""SHA-256, and bytes."""


@dataclass(frozen=True, slots=True)
class Known:
    """What follows from a content's bytes, all of which were read and seen by every rule, without a problem."""

    media_type: str
    findings: tuple[Finding, ...]
    """Of the rules that look at content alone, ordered by pack, namespace and rule."""
    open_rules: tuple[int, ...] | None = None
    """The rules that could match under some name (`ScanResult.open_rules`); None where that is not known."""
    from_cache: bool = False
    """Whether another run learned it."""


class Lasting(Protocol):
    """What other runs learned with the same rules."""

    def recall(self, key: Key) -> Known | None:
        """What is known of these bytes; None where they were not met."""


@dataclass(slots=True)
class Memory:
    """What one worker remembers, for one set of rules."""

    lasting: Lasting | None = None
    """Asked first, so that what comes from there does not depend on which worker met the bytes before."""
    _known: OrderedDict[Key, Known] = field(default_factory=OrderedDict)

    def recall(self, key: Key) -> Known | None:
        """What is known of these bytes; None where they were not met."""
        lasting = self.lasting.recall(key) if self.lasting is not None else None
        if lasting is not None:
            return lasting
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
        return known

    def remember(self, key: Key, known: Known) -> None:
        """Keep it, as long as there is room."""
        if len(known.findings) > _FINDINGS_KEPT:
            return
        self._known[key] = known
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
