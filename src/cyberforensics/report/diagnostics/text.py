"""For people at a terminal, in the way of a compiler: place, what is wrong, the lines, what to do."""

import unicodedata
from collections.abc import Iterator

from cyberforensics.model.diagnostic import Diagnostic, Span
from cyberforensics.report.diagnostics.document import Document, Told


def text_lines(document: Document) -> Iterator[str]:
    """Every diagnostic, with an empty line behind each."""
    for one in document.told:
        yield from _lines(one)
        yield ""


def _lines(one: Told) -> Iterator[str]:
    said = one.diagnostic
    place = one.path if said.span is None else f"{one.path}:{said.span.line}:{said.span.column}"
    yield f"{place}: {said.level}[{said.code}] {said.message}"
    if said.span is not None and said.excerpt:
        yield from _excerpt(said, said.span)
    if said.hint:
        yield f"  hint: {said.hint}"


def _excerpt(said: Diagnostic, span: Span) -> Iterator[str]:
    margin = len(str(span.line + len(said.excerpt)))
    for number, line in enumerate(said.excerpt, span.line):
        yield f"  {number:>{margin}} | {line}".rstrip()
        if number == span.line:
            end = span.end_column if span.end_line == span.line else len(line) + 1
            start = min(span.column - 1, len(line))
            yield f"  {'':>{margin}} | {' ' * _width(line[:start])}{'^' * max(1, _width(line[start : end - 1]))}"
    if span.end_line >= span.line + len(said.excerpt):
        yield f"  {'':>{margin}} | … to line {span.end_line}"


def _width(text: str) -> int:
    """Columns of a terminal."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
