"""JUnit's XML, for pipelines that show tests: a file is a test, what reaches the gate is its failure."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from cyberforensics.report.diagnostics.document import Document, Told


def junit_lines(document: Document) -> Iterator[str]:
    """The document. What does not reach the gate stands in the test's output."""
    by_file: dict[str, list[Told]] = {path: [] for path in document.files}
    for one in document.told:
        by_file.setdefault(one.path, []).append(one)
    failures = sum(document.fails(one.diagnostic.level) for one in document.told)
    counts = f'tests="{len(by_file)}" failures="{failures}" errors="0"'
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="cyberforensics rules check" {counts}>'
    yield f' <testsuite name="rules" {counts} skipped="0">'
    for path, told in by_file.items():
        yield f'  <testcase classname="rules" name={quoteattr(path)}>'
        for one in told:
            if document.fails(one.diagnostic.level):
                said = one.diagnostic
                opening = f"   <failure type={quoteattr(said.code)} message={quoteattr(said.message)}>"
                yield opening + escape(_text(one)) + "</failure>"
        quiet = [_text(one) for one in told if not document.fails(one.diagnostic.level)]
        if quiet:
            yield "   <system-out>" + escape("\n".join(quiet)) + "</system-out>"
        yield "  </testcase>"
    yield " </testsuite>"
    yield "</testsuites>"


def _text(one: Told) -> str:
    said = one.diagnostic
    place = one.path if said.span is None else f"{one.path}:{said.span.line}:{said.span.column}"
    hint = f"\n  hint: {said.hint}" if said.hint else ""
    return f"{place}: {said.level}[{said.code}] {said.message}{hint}"
