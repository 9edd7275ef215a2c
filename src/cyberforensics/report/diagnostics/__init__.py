"""What is said about rule packs, in the forms that people and other programs read."""

from collections.abc import Callable, Iterator

from cyberforensics.report.diagnostics.document import Case, CodeHelp, Document, Suite, Told
from cyberforensics.report.diagnostics.github import github_lines
from cyberforensics.report.diagnostics.json_document import json_lines
from cyberforensics.report.diagnostics.junit import junit_lines
from cyberforensics.report.diagnostics.markdown import markdown_lines
from cyberforensics.report.diagnostics.sarif import sarif_lines
from cyberforensics.report.diagnostics.text import text_lines

FORMATS: tuple[tuple[str, Callable[[Document], Iterator[str]]], ...] = (
    ("text", text_lines),
    ("json", json_lines),
    ("sarif", sarif_lines),
    ("junit", junit_lines),
    ("github", github_lines),
    ("markdown", markdown_lines),
)
"""Every form, and the function that gives its lines."""

__all__ = ["FORMATS", "Case", "CodeHelp", "Document", "Suite", "Told"]
