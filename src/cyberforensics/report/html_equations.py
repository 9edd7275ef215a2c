"""The two coverage equations, laid out as sums that a reader can add up."""

from collections.abc import Mapping

from cyberforensics.model.coverage import Amount, EntryCoverage, MediaCoverage
from cyberforensics.report import words

Term = dict[str, object]

_MAX_TERMS = 60


def entry_equation(coverage: EntryCoverage) -> dict[str, object]:
    """``seen = whole + partial + skipped + unreadable``, by count and by bytes."""
    terms = [_term("whole", "examined whole", "", coverage.whole, coverage.seen)]
    for status, parts in (
        ("partial", coverage.partial),
        ("skipped", coverage.skipped),
        ("unreadable", coverage.unreadable),
    ):
        terms += _terms(status, parts, coverage.seen)
    accounted = coverage.accounted
    return {
        "left": {"label": "seen", **_figures(coverage.seen)},
        "terms": terms,
        "sum": _figures(accounted),
        "reconciles": coverage.reconciles,
        "names": f"{coverage.names:,}",
        "noContent": f"{coverage.no_content:,}",
    }


def _terms(status: str, parts: Mapping[str, Amount], whole: Amount) -> list[Term]:
    label = words.STATUSES[status]
    if not parts:
        return [_term(status, label, "", Amount(), whole)]
    return [_term(status, label, words.reason(code), amount, whole) for code, amount in parts.items()]


def _term(status: str, label: str, reason: str, amount: Amount, whole: Amount) -> Term:
    return {
        "status": status,
        "label": label,
        "reason": reason,
        **_figures(amount),
        "shareCount": _share(amount.count, whole.count),
        "shareBytes": _share(amount.size, whole.size),
    }


def _figures(amount: Amount) -> dict[str, object]:
    return {"count": f"{amount.count:,}", "bytes": f"{amount.size:,}", "size": words.size(amount.size)}


def media_equation(coverage: MediaCoverage) -> dict[str, object] | None:
    """``media size = sum of the parts``: parts of one kind in one place are one term. None for logical evidence."""
    if coverage.media_size is None:
        return None
    sums: dict[tuple[str, str, bool, str | None], int] = {}
    for part in coverage.parts:
        key = (part.where, part.what, part.examined, part.reason)
        sums[key] = sums.get(key, 0) + part.size
    kept = dict(list(sums.items())[:_MAX_TERMS])
    rest = list(sums.items())[_MAX_TERMS:]
    terms = [
        {
            "status": "whole" if examined else "skipped",
            "label": f"{where}: {words.MEDIA_PARTS.get(what, what)}",
            "reason": "" if examined else words.reason(reason),
            "examined": examined,
            "bytes": f"{size:,}",
            "size": words.size(size),
            "shareBytes": _share(size, coverage.media_size),
        }
        for (where, what, examined, reason), size in kept.items()
    ]
    for examined in (True, False):
        size = sum(value for key, value in rest if key[2] is examined)
        count = sum(key[2] is examined for key, _ in rest)
        if count:
            terms.append(
                {
                    "status": "whole" if examined else "skipped",
                    "label": f"{count:,} further parts",
                    "reason": "listed by `cyberforensics show coverage`",
                    "examined": examined,
                    "bytes": f"{size:,}",
                    "size": words.size(size),
                    "shareBytes": _share(size, coverage.media_size),
                }
            )
    total = sum(part.size for part in coverage.parts)
    examined_bytes = sum(part.size for part in coverage.parts if part.examined)
    return {
        "left": {"label": "media", "bytes": f"{coverage.media_size:,}", "size": words.size(coverage.media_size)},
        "terms": terms,
        "sum": {"bytes": f"{total:,}", "size": words.size(total)},
        "examined": words.size(examined_bytes),
        "notExamined": words.size(total - examined_bytes),
        "reconciles": coverage.reconciles,
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole > 0 else 0.0
