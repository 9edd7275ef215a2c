"""What YARA-X says of a text: its own structured diagnostics, with what is only a consequence left out."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yara_x

from cyberforensics.rules.checking.complaints import Complaint, Externals, Sort, X
from cyberforensics.rules.checking.source import edited
from cyberforensics.rules.syntax import PatternKind, SourceText

_SAID_TWICE = frozenset(
    (
        "UnknownIdentifier",
        "UnknownModule",
        "UnknownField",
        "DeprecatedField",
        "TextPatternAsHex",
        "SlowPattern",
        "DuplicateImport",
        "DuplicateRule",
        "UnintendedPatternInSet",
    )
)
"""Kinds of which the title says all that the label does."""
_MOST_ROUNDS = 100
"""Mistakes of grammar in one text that are looked behind."""


def complaints(source: SourceText, externals: Externals) -> list[Complaint]:
    """Every mistake and every warning. The text has no include.

    After a mistake of grammar the rule that has it is replaced by one that never matches and the rest tried again, so
    that it hides no other.
    """
    found: dict[tuple[int | None, int, str], Complaint] = {}
    broken: set[int] = set()
    lost: set[str] = set()
    for _ in range(_MOST_ROUNDS):
        text, shift = _arranged(source, broken)
        errors, warnings = _compile(text, externals)
        seen = [_complaint(error, source, shift) for error in errors]
        lost |= {one.name for one in seen if one.sort == Sort.MODULE}
        failed = {(source.rules[one.rule].name, one.rule) for one in seen if one.rule is not None}
        news: set[int] = set()
        for one in seen:
            if one.sort == Sort.UNKNOWN_NAME and (one.name in lost or _follows(one, failed)):
                continue  # the module's or the other rule's own complaint says it
            if one.rule is not None and one.rule in broken:
                continue
            found.setdefault((one.rule, one.start, one.message), one)
            if one.kind == "SyntaxError" and one.rule is not None:
                news.add(one.rule)
        if not broken:
            for warning in warnings:
                one = _complaint(warning, source, shift)
                found.setdefault((one.rule, one.start, one.message), one)
        if not news:
            break
        broken |= news
    else:
        message = f"more mistakes of grammar than {_MOST_ROUNDS} rounds could find: mend these first"
        found[None, 0, message] = Complaint(X, Sort.MISTAKE, 0, 0, message)
    return [*_first_of_grammar(list(found.values())), *_strictly(source, externals, list(found.values()))]


def _strictly(source: SourceText, externals: Externals, known: list[Complaint]) -> list[Complaint]:
    """Regular expressions that compile only because this product asks for YARA's own looser grammar."""
    if any(one.sort == Sort.MISTAKE for one in known) or not any(
        pattern.kind == PatternKind.REGEX for rule in source.rules for pattern in rule.patterns
    ):
        return []
    errors, _ = _compile(source.text, externals, relaxed=False)
    said = [_complaint(error, source, [(0, 0)]) for error in errors if error["type"] == "InvalidRegexp"]
    return [replace(one, sort=Sort.STRICT) for one in said]


def _follows(one: Complaint, failed: set[tuple[str, int]]) -> bool:
    """Whether what is not known is a rule before this one, which has a complaint of its own."""
    return any(name == one.name and one.rule is not None and number < one.rule for name, number in failed)


def _first_of_grammar(found: list[Complaint]) -> list[Complaint]:
    # After the first one of a rule, others are most often its consequences.
    seen: set[int | None] = set()
    kept: list[Complaint] = []
    for one in found:
        if one.kind == "SyntaxError":
            if one.rule in seen:
                continue
            seen.add(one.rule)
        kept.append(one)
    return kept


def _arranged(source: SourceText, broken: set[int]) -> tuple[str, list[tuple[int, int]]]:
    """The text with stubs for broken rules; and, for places behind each of them, by how much they moved."""
    edits = []
    shift: list[tuple[int, int]] = [(0, 0)]
    moved = 0
    for number in sorted(broken):
        rule = source.rules[number]
        stub = f"rule {rule.name}{{condition:false}}" if rule.name else ""
        edits.append((*rule.span, stub))
        moved += len(stub)
        shift.append((rule.span[1] + moved, moved))
    return edited(source.text, edits), shift


def _compile(text: str, externals: Externals, *, relaxed: bool = True) -> tuple[list[Any], list[Any]]:
    compiler = yara_x.Compiler(relaxed_re_syntax=relaxed, includes_enabled=False)
    for name, value in externals.items():
        compiler.define_global(name, value)
    try:
        compiler.add_source(text)
    except yara_x.CompileError:
        pass
    except ValueError as error:  # what can't be told as UTF-8
        return [{"type": "Other", "title": str(error), "labels": []}], []
    errors, warnings = list(compiler.errors()), list(compiler.warnings())
    if not text.isascii():
        data = text.encode("utf-8", "surrogatepass")
        for one in (*errors, *warnings):
            for label in one["labels"]:
                for end in ("start", "end"):
                    label["span"][end] = len(data[: label["span"][end]].decode("utf-8", "ignore"))
    return errors, warnings


def _complaint(said: Mapping[str, Any], source: SourceText, shift: list[tuple[int, int]]) -> Complaint:
    labels = said["labels"]
    main = next((label for label in labels if label["level"] in ("error", "warning")), labels[0] if labels else None)
    start, end = (0, 0) if main is None else (_back(main["span"][place], shift) for place in ("start", "end"))
    kind = str(said["type"])
    title = str(said["title"]).replace("`", '"')
    label = "" if main is None else str(main["text"]).replace("`", '"')
    if kind == "MismatchingTypes":  # both sides, or nobody knows which one to mend
        label = ", ".join(str(one["text"]).replace("`", '"') for one in labels)
    name = title.split('"')[1] if kind in ("UnknownIdentifier", "UnknownModule") and '"' in title else ""
    sort = {
        "UnknownIdentifier": Sort.UNKNOWN_NAME,
        "UnknownModule": Sort.MODULE,
    }.get(kind, Sort.WARNING if main is not None and main["level"] == "warning" else Sort.MISTAKE)
    notes = [str(footer["text"]).replace("`", '"') for footer in said.get("footers", ()) if footer.get("text")]
    message = title if not label or kind in _SAID_TWICE else f"{title}: {label}"
    return Complaint(X, sort, start, end, message, _rule_at(source, start), kind, name, "; ".join(notes))


def _back(place: int, shift: list[tuple[int, int]]) -> int:
    moved = 0
    for after, by in shift:
        if place >= after:
            moved = by
    return place - moved


def _rule_at(source: SourceText, start: int) -> int | None:
    number = bisect_right(source.rules, start, key=lambda rule: rule.span[0]) - 1
    if number < 0 or start >= source.rules[number].span[1]:
        return None
    before = source.rules[number - 1] if number else None
    # What lacks its last brace is complained of where the next rule begins.
    broken = before is not None and not before.complete and start <= source.rules[number].name_span[0]
    return number - 1 if broken else number
