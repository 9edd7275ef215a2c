"""What yara-python says of a text: one complaint for each rule that does not compile.

libyara goes on after a mistake, and yara-python keeps the last one only, which often is a consequence. So where a text
does not compile, its rules are tried in halves, with one that never matches in the place of each other rule, until the
broken ones are alone.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import yara

from cyberforensics.rules.checking.complaints import PYTHON, Complaint, Externals, Sort
from cyberforensics.rules.checking.source import edited
from cyberforensics.rules.syntax import Lines, SourceText

_PLACE = re.compile(r"(?:line |[^\n]*?\()(?P<line>\d+)\)?: (?P<reason>.*)", re.DOTALL)
_QUOTED = re.compile(r'"([^"]+)"')
_UNKNOWN = re.compile(r'undefined identifier "([^"]+)"')
_LONGEST_NAME = 128
"""Characters of a name that lexer.l takes."""

_Edit = tuple[int, int, str]


def complaints(source: SourceText, externals: Externals) -> list[Complaint]:
    """Every mistake, one for each rule; and warnings where there is no mistake. The text has no include."""
    return _Trial(source, externals).run()


class _Trial:
    def __init__(self, source: SourceText, externals: Externals) -> None:
        self._source = source
        self._externals = dict(externals)
        self._lines = Lines(source.text)
        self._warnings: list[Complaint] = []
        self._lost: set[str] = set()
        """Modules that the engine has not: what else a rule that asks them does is not known."""

    def run(self) -> list[Complaint]:
        failed = self._compile(())
        if failed is None:
            return self._warnings
        seen: set[str] = set()
        base: list[_Edit] = []
        found: list[Complaint] = []
        tried: list[int] = []
        for number, rule in enumerate(self._source.rules):
            if rule.name in seen and rule.complete:
                base.append((*rule.span, ""))
                message = f'duplicated identifier "{rule.name}"'
                found.append(Complaint(PYTHON, Sort.MISTAKE, *rule.name_span, message, number))
            else:
                tried.append(number)
            seen.add(rule.name)
        for statement in self._source.imports:
            if self._refuses_module(statement.value):
                base.append((*statement.span, ""))
                self._lost.add(statement.value)
                message = f'unknown module "{statement.value}"'
                found.append(Complaint(PYTHON, Sort.MODULE, *statement.span, message, name=statement.value))
        outside = self._compile([*base, *self._stubs(tried)])
        if outside is not None:
            found.append(self._complaint(outside, None))
            base = [*base, *self._gaps(base)]
        if tried and self._compile([*base, *self._stubs(tried)]) is None:
            found += self._search(tried, tried, base) or []
        return found

    def _search(self, group: Sequence[int], tried: Sequence[int], base: Sequence[_Edit]) -> list[Complaint] | None:
        """The complaints about a group of rules; None where it compiles."""
        failed = self._compile([*base, *self._stubs(sorted(set(tried).difference(group)))])
        if failed is None:
            return None
        if len(group) == 1:
            # Where a module is missing, the complaint about its import says it.
            known = not self._lost.isdisjoint(self._source.rules[group[0]].words)
            return [] if known else [self._complaint(failed, group[0])]
        half = len(group) // 2
        parts = [self._search(part, tried, base) for part in (group[:half], group[half:])]
        if parts == [None, None]:
            return [self._complaint(failed, None)]  # together only: a limit of the engine
        return [one for part in parts for one in part or ()]

    def _stubs(self, numbers: Sequence[int]) -> list[_Edit]:
        rules = [self._source.rules[number] for number in numbers]
        return [
            (*rule.span, f"rule {rule.name}{{condition:false}}" if 0 < len(rule.name) <= _LONGEST_NAME else "")
            for rule in rules
        ]

    def _gaps(self, base: Sequence[_Edit]) -> list[_Edit]:
        """All that is neither a rule nor an import."""
        gone = {(start, end) for start, end, _ in base}
        kept = sorted([rule.span for rule in self._source.rules] + [one.span for one in self._source.imports])
        edits: list[_Edit] = []
        place = 0
        for start, end in kept:
            edits.append((place, start, ""))
            place = end
        edits.append((place, len(self._source.text), ""))
        return [edit for edit in edits if edit[0] < edit[1] and edit[:2] not in gone]

    def _refuses_module(self, name: str) -> bool:
        try:
            yara.compile(source=f'import "{name}"')
        except yara.Error:
            return True
        return False

    def _compile(self, edits: Sequence[_Edit]) -> tuple[int, str] | None:
        """Line and reason of the last mistake; None where all compiles, and then its warnings are kept."""
        try:
            rules = yara.compile(source=edited(self._source.text, edits), externals=self._externals, includes=False)
        except (yara.Error, ValueError) as error:
            place = _PLACE.fullmatch(str(error))
            return (1, str(error)) if place is None else (int(place["line"]), place["reason"])
        self._warnings = [self._warning(text) for text in rules.warnings]
        return None

    def _warning(self, text: str) -> Complaint:
        place = _PLACE.fullmatch(text)
        line, reason = (1, text) if place is None else (int(place["line"]), place["reason"])
        number = next(
            (
                number
                for number, rule in enumerate(self._source.rules)
                if self._lines.line_of(rule.span[0]) <= line <= self._lines.line_of(rule.span[1])
            ),
            None,
        )
        found = self._complaint((line, reason), number)
        return replace(found, sort=Sort.WARNING)

    def _complaint(self, failed: tuple[int, str], number: int | None) -> Complaint:
        line, reason = failed
        sort, name = Sort.MISTAKE, ""
        unknown = _UNKNOWN.search(reason)
        if unknown is not None:
            sort, name = Sort.UNKNOWN_NAME, unknown[1]
        return Complaint(PYTHON, sort, *self._where(line, reason, number), reason, number, name=name)

    def _where(self, line: int, reason: str, number: int | None) -> tuple[int, int]:
        """The line named is that up to which was read, maybe behind the mistake: what is quoted is looked for."""
        if number is None:
            return self._trimmed(line)
        rule = self._source.rules[number]
        quoted = _QUOTED.search(reason)
        if quoted is not None:
            spans = [pattern.span for pattern in rule.patterns if pattern.identifier == quoted[1]]
            spans = [(start, start + len(quoted[1])) for start, _ in spans[-1:]]
            spans = spans or [(token.start, token.end) for token in rule.condition if token.text == quoted[1]]
            before = [span for span in spans if self._lines.line_of(span[0]) <= line]
            if before:
                return before[-1]
        first, last = (self._lines.line_of(place) for place in rule.span)
        start, end = self._trimmed(min(max(line, first), last))
        return max(start, rule.span[0]), max(min(end, rule.span[1]), max(start, rule.span[0]))

    def _trimmed(self, line: int) -> tuple[int, int]:
        start, end = self._lines.bounds(line)
        text = self._source.text[start:end]
        return start + len(text) - len(text.lstrip()), start + len(text.rstrip())
