"""JUnit's XML, for pipelines that show tests: what passed and what was left out is in it, too.

The elements and attributes are those on which the schemas agree that pipelines read by (junit-10.xsd of Jenkins' xUnit
plugin; https://docs.gitlab.com/ci/testing/unit_test_reports/). Times are left out: the same packs give the same bytes.
"""

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from cyberforensics.report.diagnostics.document import Case, Document, Suite, Told

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (its production 2, Char)."""


def junit_lines(document: Document) -> Iterator[str]:
    """The document: of each case one failure at most, with all of it that reaches the gate; the rest is its output."""
    suites = document.suites or (_of_files(document),)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    every = [case for suite in suites for case in suite.cases]
    yield f"<testsuites name={_attribute(f'cyberforensics {document.command}')} {_counts(document, every)}>"
    for suite in suites:
        yield from _suite(document, suite)
    yield "</testsuites>"


def _of_files(document: Document) -> Suite:
    by_file: dict[str, list[Told]] = {path: [] for path in document.files}
    for one in document.told:
        by_file.setdefault(one.path, []).append(one)
    return Suite("rules", tuple(Case("rules", path, tuple(told)) for path, told in by_file.items()))


def _counts(document: Document, cases: list[Case]) -> str:
    failures = sum(bool(_failing(document, case)) for case in cases)
    return f'tests="{len(cases)}" failures="{failures}" errors="0"'


def _failing(document: Document, case: Case) -> list[Told]:
    return [one for one in case.told if document.fails(one.diagnostic.level)]


def _suite(document: Document, suite: Suite) -> Iterator[str]:
    skipped = sum(bool(case.skipped) and not _failing(document, case) for case in suite.cases)
    counts = f'{_counts(document, list(suite.cases))} skipped="{skipped}"'
    yield f" <testsuite name={_attribute(suite.name)} {counts}>"
    for case in suite.cases:
        yield from _case(document, case)
    if suite.notes:
        yield f"  <system-out>{_content(chr(10).join(suite.notes))}</system-out>"
    yield " </testsuite>"


def _case(document: Document, case: Case) -> Iterator[str]:
    opening = f"  <testcase classname={_attribute(case.group)} name={_attribute(case.name)}"
    failing = _failing(document, case)
    quiet = [one for one in case.told if one not in failing]
    if not case.told and not case.skipped:
        yield opening + "/>"
        return
    yield opening + ">"
    if failing:
        said = failing[0].diagnostic
        more = f" (and {len(failing) - 1} more)" if failing[1:] else ""
        yield f"   <failure type={_attribute(said.code)} message={_attribute(said.message + more)}>" + _text(failing)
        yield "   </failure>"
    elif case.skipped:
        yield f"   <skipped message={_attribute(case.skipped)}/>"
    if quiet:
        yield f"   <system-out>{_text(quiet)}</system-out>"
    yield "  </testcase>"


def _text(told: list[Told]) -> str:
    return _content("\n".join(map(_line, told)))


def _line(one: Told) -> str:
    said = one.diagnostic
    place = one.path if said.span is None else f"{one.path}:{said.span.line}:{said.span.column}"
    hint = f"\n  hint: {said.hint}" if said.hint else ""
    return f"{place}: {said.level}[{said.code}] {said.message}{hint}"


def _content(text: str) -> str:
    return escape(_sayable(text))


def _attribute(text: str) -> str:
    return quoteattr(_sayable(text))


def _sayable(text: str) -> str:
    return _NO_XML.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text)
