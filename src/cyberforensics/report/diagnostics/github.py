"""Annotations of GitHub Actions ("Workflow commands" in its documentation): the worst first, since ten are shown."""

from collections.abc import Iterator

from cyberforensics.model.diagnostic import Level
from cyberforensics.report.diagnostics.document import Document, Told

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def github_lines(document: Document) -> Iterator[str]:
    """One command a diagnostic, then what was left out."""
    for one in document.worst_first():
        yield _line(one)
    for note in document.notes():
        yield f"::notice::{_value(note)}"


def _line(one: Told) -> str:
    said = one.diagnostic
    settings = {"file": one.path}
    if said.span is not None:
        settings |= {"line": str(said.span.line), "endLine": str(said.span.end_line)}
        if said.span.line == said.span.end_line:  # columns count for one line only
            settings |= {"col": str(said.span.column), "endColumn": str(said.span.end_column)}
    settings["title"] = said.code
    text = said.message + (f"\nhint: {said.hint}" if said.hint else "")
    listed = ",".join(f"{name}={_setting(value)}" for name, value in settings.items())
    return f"::{_COMMANDS[said.level]} {listed}::{_value(text)}"


def _value(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _setting(text: str) -> str:
    return _value(text).replace(":", "%3A").replace(",", "%2C")
