"""The texts of the rules that matched, as reports print them: what was looked for, beside what was found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cyberforensics.model.case_document import CaseDocument, MatchedRule
from cyberforensics.report.words import visible

NOT_SIGNED = "not signed"


@dataclass(frozen=True, slots=True)
class Bound:
    """How much of the texts a report prints."""

    rules: int
    characters: int
    """Of each."""
    width: int | None = None
    """Characters of a printed line; None where lines of any length are drawn."""


HTML = Bound(500, 20_000)
PDF = Bound(100, 4_000, 100)


def signer(signed_by: str | None) -> str:
    """Whose signature was verified."""
    return NOT_SIGNED if signed_by is None else f"signed with the key {signed_by}"


def rule_texts_object(document: CaseDocument, bound: Bound) -> dict[str, object]:
    """The rules, the bound and what it left out, in sentences."""
    kept = document.rules[: bound.rules]
    rows = list(_rows(kept, bound))
    said = f"{document.rules_total:,} rules matched. "
    said += f"At most {bound.rules:,} texts stand here, and of each at most {bound.characters:,} characters"
    if bound.width is not None:
        said += f" (lines of more than {bound.width} go on in the next)"
    left = document.rules_total - len(kept)
    cut = sum(bool(row["leftOut"]) for row in rows)
    outcome = f"{left:,} rules are left out, {cut:,} texts are cut" if left or cut else "nothing is left out"
    return {"rows": rows, "said": f"{said}: {outcome}. All of them are in case.sqlite, in the table rule."}


def _rows(rules: Sequence[MatchedRule], bound: Bound) -> Iterator[dict[str, object]]:
    for matched in rules:
        rule = matched.rule
        yield {
            "name": rule.name,
            "pack": rule.pack,
            "place": f"{rule.file}:{rule.line}",
            "exhibits": ", ".join(matched.exhibits),
            "packDigest": matched.pack_sha256,
            "signer": signer(matched.signed_by),
            "sha256": rule.sha256,
            "lines": list(_lines(rule.text[: bound.characters], bound.width)),
            "leftOut": max(0, len(rule.text) - bound.characters),
        }


def _lines(text: str, width: int | None) -> Iterator[str]:
    for line in text.expandtabs(4).split("\n"):
        shown = visible(line.rstrip("\r"))
        step = width or max(1, len(shown))
        yield from (shown[start : start + step] for start in range(0, max(1, len(shown)), step))
