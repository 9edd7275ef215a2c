"""What a glance at a regular expression tells. Where in doubt, it is taken for harmless."""

import re
from collections.abc import Iterator
from itertools import pairwise

_PART = re.compile(
    r"""
      \\x(?P<hex>[0-9a-fA-F]{2})
    | \\(?P<escaped>.)
    | (?P<class>\[\^?\]?(?:[^\]\\]|\\.)*\])
    | (?P<count>[*+?]|\{\d*,?\d*\})\??
    | (?P<sign>[().|^$])
    | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CLASSES = frozenset("wWsSdDbB")
_OPEN_COUNT = re.compile(r"[*+]|\{\d*,\}")


def _body(literal: str) -> str:
    return literal[1 : literal.rindex("/")]


def literal_runs(literal: str) -> Iterator[int]:
    """Lengths of the runs of known characters, those in groups included."""
    run = 0
    grouped = False
    for found in _PART.finditer(_body(literal)):
        if (
            found["hex"] is not None
            or found["plain"] is not None
            or (found["escaped"] is not None and found["escaped"] not in _CLASSES)
        ):
            run += 1
            grouped = False
            continue
        count = found["count"]
        if count is not None:
            exact = re.fullmatch(r"\{(\d{1,6})(?:,\d*)?\}", count)
            if exact is not None and run:
                times = min(int(exact[1]), 255)
                yield run * times if grouped else run + times - 1
            elif count == "+":
                yield run
            else:
                yield run - 1
            run = 0
            continue
        grouped = found["sign"] == ")"
        if found["sign"] in ("(", ")"):
            # A group that is not repeated goes on with what stands before it; one that may be absent is rare.
            continue
        yield run
        run = 0
    yield run


def unbounded(literal: str) -> str:
    """The first dot that is repeated without a bound, with its repetition; empty where there is none.

    Not at the beginning or the end, which is another fault.
    """
    body = _body(literal)
    parts = list(_PART.finditer(body))
    for dot, count in pairwise(parts[1:-1]):
        if dot["sign"] == "." and count["count"] is not None and _OPEN_COUNT.fullmatch(count["count"].rstrip("?")):
            return dot[0] + count[0]
    return ""


def ends_open(literal: str) -> str:
    """``begins`` or ``ends`` where that part matches anything, as often as there is."""
    parts = list(_PART.finditer(_body(literal)))
    if len(parts) > 2 and "|" not in (part["sign"] for part in parts):
        if parts[0]["sign"] == "." and _OPEN_COUNT.fullmatch(parts[1]["count"] or ""):
            return "begins"
        if parts[-2]["sign"] == "." and _OPEN_COUNT.fullmatch(parts[-1]["count"] or ""):
            return "ends"
    return ""
