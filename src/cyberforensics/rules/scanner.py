"""Bytes to findings, in a worker."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cyberforensics.model.examination import Finding
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.rules.conditions import PROGRAM
from cyberforensics.rules.engines import ExternalValue, Match, Rules
from cyberforensics.rules.engines.base import Data, EngineFailed, Matches, OutOfTime
from cyberforensics.rules.externals import Externals
from cyberforensics.rules.findings import finding_of
from cyberforensics.rules.keyword_findings import keyword_finding
from cyberforensics.rules.manifest import NO_MAPPING, SeverityMapping
from cyberforensics.rules.open_rules import ANY, LEFT_OPEN

_SECONDS = 60
"""For what rules say of a name alone: no content is read."""


class Namespace(NamedTuple):
    """Where a rule comes from."""

    pack: str
    name: str
    """The rule file's name in the pack without its extension."""
    per_name: bool
    """Whether the file uses an external."""
    source: str = "yara"
    """``keyword`` of a list of keywords."""
    severities: SeverityMapping = NO_MAPPING
    """What the pack says of severities."""
    settled: frozenset[str] = frozenset()
    """Of a file that uses an external: its rules that look at content alone, where that is certain."""
    open_rules: tuple[str, ...] = ()
    """Of its other rules, those that are asked whether they could match a content under any name."""


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What one run of one rule set over one content gave."""

    findings: tuple[Finding, ...] = ()
    """Ordered by pack, namespace and rule."""
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    """Whether every rule saw every byte; where not, `problems` says why and nothing may be concluded."""
    open_rules: tuple[int, ...] | None = None
    """Of all rules that are asked it, in their order, the places of those that could match these bytes under some name;
    None where it was not asked."""


class Scanner:
    """Compiled rules, ready to run. Its results depend on the rules and the bytes alone."""

    def __init__(
        self,
        *,
        content: Rules | None,
        per_name: Rules | None,
        whole: Rules | None,
        lean: Rules | None,
        namespaces: Sequence[Namespace],
        again: Rules | None = None,
        again_lean: Rules | None = None,
        names: Rules | None = None,
        names_lean: Rules | None = None,
    ) -> None:
        self._content = content
        self._per_name = per_name
        self._whole = whole
        self._lean = lean
        self._again = again
        self._again_lean = again_lean
        self._namespaces = namespaces
        self._names = names
        self._names_lean = names_lean
        every = [(str(number), rule) for number, file in enumerate(namespaces) for rule in file.open_rules]
        self._open_rules = {rule: place for place, rule in enumerate(every)}
        self._words = tuple(f"{number}.{rule}" for number, rule in every)
        self._settled = frozenset((file.pack, file.name, rule) for file in namespaces for rule in file.settled)

    @property
    def looks_at_names(self) -> bool:
        """Whether there are rules for `scan_name`; without any it need not be called."""
        return self._per_name is not None or self._again is not None

    def is_settled(self, finding: Finding) -> bool:
        """Whether it holds for the content whatever its name, so that `scan_name` does not find it again."""
        return not finding.per_name or (finding.pack, finding.namespace, finding.rule) in self._settled

    def scan(self, data: Data, *, timeout: float) -> ScanResult:
        """Run the rules that look at content alone; `timeout` in seconds, rounded up to whole ones."""
        result = self.scan_first(data, Externals(), timeout=timeout)
        return replace(result, findings=tuple(filter(self.is_settled, result.findings)))

    def scan_name(
        self, data: Data, externals: Externals, *, timeout: float, open_rules: Sequence[int] | None = None
    ) -> ScanResult:
        """Run the rules that depend on the entry's name, for one more name of a content that is known.

        Args:
            open_rules: what `scan_first` said of these bytes: where none of them can match under this name, the bytes
                are not read. None where that is not known.
        """
        if open_rules is not None and not self._can_match(open_rules, data, externals.values()):
            return ScanResult()
        if self._again is None:
            return self._run(self._per_name, data, timeout, externals.values())
        result = self._run(_fitting(self._again, self._again_lean, data), data, timeout, externals.values())
        return replace(result, findings=tuple(found for found in result.findings if not self.is_settled(found)))

    def scan_first(self, data: Data, externals: Externals, *, timeout: float) -> ScanResult:
        """Run all rules, for the first name of the content.

        It gives what `scan` and `scan_name` give together, in one pass over the bytes: most contents have
        one name. `is_settled` tells which findings hold for every name.
        """
        known = externals.values()
        if self._whole is not None:
            rules = _fitting(self._whole, self._lean, data)
            return self._run(rules, data, timeout, known, any_name=self._names is not None)
        parts = (
            self._run(_fitting(self._content, self._lean, data), data, timeout, dict(externals.declared)),
            self._run(self._per_name, data, timeout, known),
        )
        findings = sorted((finding for part in parts for finding in part.findings), key=_order)
        problems = dict.fromkeys(problem for part in parts for problem in part.problems)
        return ScanResult(tuple(findings), tuple(problems), all(part.complete for part in parts))

    def _run(
        self,
        rules: Rules | None,
        data: Data,
        timeout: float,
        externals: Mapping[str, ExternalValue],
        *,
        any_name: bool = False,
    ) -> ScanResult:
        if rules is None:
            return ScanResult()
        began = time.monotonic()
        open_rules: tuple[int, ...] | None = None

        def matches_of(*, fast: bool) -> Matches:
            seconds = max(1, math.ceil(timeout - (time.monotonic() - began)))
            return rules.match(data, externals, seconds=seconds, fast=fast)

        try:
            # The fast way keeps one match of a string where the conditions need no more. It finds the same rules, and
            # what it holds does not grow with the content (545 MiB for 700 MiB of programs, otherwise). The rules of
            # keywords count their matches and so have all of them at once: words stand in most contents.
            if any_name:  # of most contents that is all there is to ask
                name, externals = externals, {**externals, ANY: True}
            matches = matches_of(fast=True)
            if any_name:
                open_rules = self._left_open(matches)
                if open_rules and self._can_match(open_rules, data, name):
                    externals = {**name, ANY: False}
                    matches = matches_of(fast=True)
                else:
                    matches = self._without_open(matches)
            if any(self._namespaces[int(match.namespace)].source != "keyword" for match in matches.rules):
                matches = matches_of(fast=False)
                if externals.get(ANY):
                    matches = self._without_open(matches)
        except OutOfTime:
            message = f"The rules ran out of time after {timeout:g} seconds; what they would have found is unknown."
            return ScanResult(problems=(Problem(Stage.RULES, "rules.timeout", message),), complete=False)
        except EngineFailed:
            message = "The rule engine failed on this content; what it would have found is unknown."
            return ScanResult(problems=(Problem(Stage.RULES, "rules.error", message, Severity.ERROR),), complete=False)
        found = (self._finding(match, data) for match in matches.rules)
        findings = [finding for finding in found if finding is not None]
        limited = sorted((self._namespaces[int(number)], rule, string) for number, rule, string in matches.too_many)
        problems = tuple(_too_many(*place) for place in limited)
        return ScanResult(tuple(sorted(findings, key=_order)), problems, open_rules=open_rules)

    def _left_open(self, matches: Matches) -> tuple[int, ...]:
        places = (self._open_rules.get((match.namespace, match.rule)) for match in matches.rules)
        return tuple(sorted(place for place in places if place is not None))

    def _without_open(self, matches: Matches) -> Matches:
        if not matches.rules:
            return matches
        kept = (match for match in matches.rules if (match.namespace, match.rule) not in self._open_rules)
        return replace(matches, rules=tuple(kept))

    def _can_match(self, open_rules: Sequence[int], data: Data, externals: Mapping[str, ExternalValue]) -> bool:
        """Whether one of these rules could match under this name, or one of those that are asked about names alone."""
        names = _fitting(self._names, self._names_lean, data)
        if names is None or not all(0 <= place < len(self._words) for place in open_rules):
            return True
        left = "|".join(("", *(self._words[place] for place in open_rules), ""))
        return bool(names.match(b"", {**externals, LEFT_OPEN: left}, seconds=_SECONDS, fast=True).rules)

    def _finding(self, match: Match, data: Data) -> Finding | None:
        namespace = self._namespaces[int(match.namespace)]
        if namespace.source == "keyword":
            return keyword_finding(match, namespace.pack, namespace.name, data)
        return finding_of(
            match, namespace.pack, namespace.name, namespace.per_name, namespace.source, namespace.severities
        )


def _fitting(rules: Rules | None, lean: Rules | None, data: Data) -> Rules | None:
    # Half of the rules of a usual pack can't match what is no program, and cost time all the same.
    return rules if lean is None or data[: len(PROGRAM)] == PROGRAM else lean


def _order(finding: Finding) -> tuple[str, str, str]:
    return finding.pack, finding.namespace, finding.rule


def _too_many(namespace: Namespace, rule: str, string: str) -> Problem:
    return Problem(
        Stage.RULES,
        "rules.too-many-matches",
        f"The string {string} of the rule {rule} ({namespace.name} in the pack {namespace.pack}) matched more"
        " often than the engine counts; its further matches were not looked for.",
    )
