"""Markdown, for comments and for the summary of a pipeline's step, of which GitHub shows 1 MiB."""

import re
from collections import Counter
from collections.abc import Iterator

from cyberforensics.report.diagnostics.document import Document, Told

MOST_ROWS = 500
"""Of the table; at most 2 KiB each."""
LONGEST_CELL = 600
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@-])")


def markdown_lines(document: Document) -> Iterator[str]:
    """Counts by code, then the diagnostics, the worst first."""
    counts = ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in document.counts().items())
    yield f"**{len(document.files)} files, {document.rules} rules: {counts}**"
    if document.known:
        yield f"\n{document.known} more are known from the baseline."
    for note in document.notes():
        yield f"\n{_cell(note)}"
    if not document.told:
        return
    titles = {code.code: code.title for code in document.codes}
    yield ""
    yield "| Code | Times | |"
    yield "| --- | --- | --- |"
    for code, times in sorted(Counter(one.diagnostic.code for one in document.told).items()):
        yield f"| {code} | {times} | {_cell(titles.get(code, ''))} |"
    yield ""
    yield "| Place | Level | Code | |"
    yield "| --- | --- | --- | --- |"
    ordered = document.worst_first()
    for one in ordered[:MOST_ROWS]:
        yield _row(one)
    if len(ordered) > MOST_ROWS:
        yield ""
        yield f"{len(ordered) - MOST_ROWS} more are left out here, the least severe ones."


def _row(one: Told) -> str:
    said = one.diagnostic
    place = one.path if said.span is None else f"{one.path}:{said.span.line}"
    hint = f"<br>{_cell(said.hint)}" if said.hint else ""
    return f"| {_cell(place)} | {said.level} | {said.code} | {_cell(said.message)}{hint} |"


def _cell(text: str) -> str:
    shown = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
    return _ACTIVE.sub(r"\\\1", shown.replace("\n", " "))
