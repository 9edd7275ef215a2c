"""What yara-python says of a text: one complaint for each rule that does not compile.

libyara goes on after a mistake, and yara-python keeps the last one only, which often is a consequence. So where a text
does not compile, its rules are tried in halves, until the broken ones are alone; a rule that never matches stands for
each earlier one that they name.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

import yara

from cyberforensics.rules.checking.complaints import PYTHON, Complaint, Externals, Sort
from cyberforensics.rules.checking.source import edited
from cyberforensics.rules.syntax import Kind, Lines, RuleText, SourceText
from cyberforensics.rules.syntax.lexer import tokens_of

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
        self._begins = [self._lines.line_of(rule.span[0]) for rule in source.rules]
        self._warnings: list[Complaint] = []
        self._again: set[int] = set()
        """Rules with the name of an earlier one."""
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
                self._again.add(number)
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
        found += self._search(tried) or []
        return found or [self._complaint(failed, None)]

    def _search(self, group: Sequence[int]) -> list[Complaint] | None:
        """The complaints about neighbouring rules; None where they compile."""
        failed = self._compile_alone(group)
        if failed is None:
            return None
        if len(group) == 1:
            # Where a module is missing, the complaint about its import says it.
            known = not self._lost.isdisjoint(self._source.rules[group[0]].words)
            return [] if known else [self._complaint(failed, group[0])]
        half = len(group) // 2
        parts = [self._search(part) for part in (group[:half], group[half:])]
        if parts == [None, None]:
            return [self._complaint(failed, None)]  # together only: a limit of the engine
        return [one for part in parts for one in part or ()]

    def _compile_alone(self, group: Sequence[int]) -> tuple[int, str] | None:
        """Compile some rules, with the imports and with stubs of the rules before them that they name.

        The line of a mistake counts as in the text where it is about one rule.
        """
        rules = [self._source.rules[number] for number in group]
        words = frozenset[str]().union(*(rule.words for rule in rules))
        sets = any(token.text == "*" for rule in rules for token in rule.condition)
        before = [
            number
            for number in range(group[0] if group else 0)
            if number not in self._again and (sets or self._source.rules[number].name in words)
        ]
        imports = [one for one in self._source.imports if one.value not in self._lost]
        begin = rules[0].span[0] if rules else 0
        header = [f'import "{one.value}"' for one in imports if one.span[0] < begin]
        header += [stub for _, _, stub in self._stubs(before)]
        # An import holds for what follows it.
        parts = sorted([rule.span for rule in rules] + [one.span for one in imports if one.span[0] > begin])
        texts = [self._source.text[slice(*part)] for part in parts]
        failed = self._compile_text("\n".join((" ".join(header), *texts)))
        if failed is None or len(rules) != 1:
            return failed
        return failed[0] - 2 + self._lines.line_of(rules[0].span[0]), failed[1]

    def _stubs(self, numbers: Sequence[int]) -> list[_Edit]:
        rules = [self._source.rules[number] for number in numbers]
        return [
            (*rule.span, f"rule {rule.name}{{condition:false}}" if 0 < len(rule.name) <= _LONGEST_NAME else "")
            for rule in rules
        ]

    def _refuses_module(self, name: str) -> bool:
        try:
            yara.compile(source=f'import "{name}"')
        except yara.Error:
            return True
        return False

    def _compile(self, edits: Sequence[_Edit]) -> tuple[int, str] | None:
        """Line and reason of the last mistake; None where all compiles, and then its warnings are kept."""
        return self._compile_text(edited(self._source.text, edits))

    def _compile_text(self, text: str) -> tuple[int, str] | None:
        try:
            rules = yara.compile(source=text, externals=self._externals, includes=False)
        except (yara.Error, ValueError) as error:
            place = _PLACE.fullmatch(str(error))
            return (1, str(error)) if place is None else (int(place["line"]), place["reason"])
        self._warnings = [self._warning(text) for text in rules.warnings]
        return None

    def _warning(self, text: str) -> Complaint:
        place = _PLACE.fullmatch(text)
        line, reason = (1, text) if place is None else (int(place["line"]), place["reason"])
        number = bisect_right(self._begins, line) - 1
        found = self._complaint((line, reason), number if number >= 0 else None)
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
        if "syntax error" in reason:
            if line < first:  # it says line 0 of what is missing at the end
                line = last
            broken = self._not_ended(rule)
            if broken is not None and self._lines.line_of(broken[0]) <= line:
                return broken
        elif rule.condition:
            last = self._lines.line_of(rule.condition[-1].start)
        start, end = self._trimmed(min(max(line, first), last))
        return max(start, rule.span[0]), max(min(end, rule.span[1]), max(start, rule.span[0]))

    def _not_ended(self, rule: RuleText) -> tuple[int, int] | None:
        """The string, expression or comment of a rule that begins and does not end."""
        for token in tokens_of(self._source.text[slice(*rule.span)]):
            if token.kind == Kind.BROKEN:
                start = rule.span[0] + token.start
                text = token.text.partition("\n")[0].rstrip()
                return start, start + len(text)
        return None

    def _trimmed(self, line: int) -> tuple[int, int]:
        start, end = self._lines.bounds(line)
        text = self._source.text[start:end]
        return start + len(text) - len(text.lstrip()), start + len(text.rstrip())
