"""The HTML report: one file, no network, and evidence text that never becomes markup.

Three things hold that: the data stands as JSON in script elements that no browser runs; our one script draws
all of it as text nodes; and a content policy allows that one script and that one style, by their digests, and
nothing else. No address found in the evidence is ever a link.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import BinaryIO

from cyberforensics.model.case_document import CaseDocument, EntryRow, TimelineRow
from cyberforensics.model.shown import ShownZone
from cyberforensics.report.html_document import document_object
from cyberforensics.report.html_findings import finding_rows
from cyberforensics.report.html_json import embedded
from cyberforensics.report.html_rows import Vocabulary, entry_rows, timeline_rows

MAX_ENTRIES = 50_000
MAX_TIMELINE = 50_000

_SCRIPTS = (
    *("dom.js", "table.js", "hex.js", "plot.js", "front.js", "orientation.js", "exhibits.js", "coverage.js"),
    *("findings.js", "timeline.js", "entries.js", "notes.js", "method.js", "everywhere.js", "keys.js", "main.js"),
)
_STYLES = ("page.css", "parts.css", "print.css")


def write_html(
    document: CaseDocument,
    entries: Iterable[EntryRow],
    timeline: Iterable[TimelineRow],
    out: BinaryIO,
    *,
    max_entries: int = MAX_ENTRIES,
    max_timeline: int = MAX_TIMELINE,
    entries_shown: str = "the first in the order of the case",
    timeline_shown: str = "the first in the order of time",
    unmask: bool = False,
    zone: ShownZone | None = None,
) -> None:
    """Write the whole report to `out`.

    At most `max_entries` and `max_timeline` rows are taken from the iterators, in their order; the document's
    totals say how many there are, so a report that is cut says so, and `entries_shown` and `timeline_shown`
    say which rows the caller chose. With `unmask`, what sensitive rules matched is in the file, and page one says so.
    `zone` is one in which times stand beside UTC.
    """
    shown = document_object(document, (entries_shown, timeline_shown), zone, unmask=unmask)
    findings = finding_rows(document.findings, unmask=unmask)
    for piece in _pieces(shown, findings, entries, timeline, max_entries, max_timeline, zone):
        out.write(piece.encode("ascii"))


def _pieces(
    document: Mapping[str, object],
    findings: Iterable[Mapping[str, object]],
    entries: Iterable[EntryRow],
    timeline: Iterable[TimelineRow],
    max_entries: int,
    max_timeline: int,
    zone: ShownZone | None,
) -> Iterator[str]:
    script, style = _joined(_SCRIPTS), _joined(_STYLES)
    policy = (
        f"default-src 'none'; script-src '{_source_hash(script)}'; style-src '{_source_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head, foot = _page("page.html").split("{{data}}")
    yield head.replace("{{policy}}", policy).replace("{{style}}", style)
    vocabulary = Vocabulary()
    yield from _island("document", iter([embedded(document)]))
    yield from _island("findings", _array(map(embedded, findings)))
    yield from _island("timeline", _array(timeline_rows(timeline, max_timeline, vocabulary, zone)))
    yield from _island("entries", _array(entry_rows(entries, max_entries, vocabulary, zone)))
    yield from _island("vocabulary", iter([embedded(vocabulary.words)]))
    yield foot.replace("{{script}}", script)


def _island(name: str, pieces: Iterator[str]) -> Iterator[str]:
    yield f'<script type="application/json" id="data-{name}">'
    yield from pieces
    yield "</script>\n"


def _array(pieces: Iterator[str]) -> Iterator[str]:
    yield "["
    separator = ""
    for piece in pieces:
        yield separator + piece
        separator = ",\n"
    yield "]"


def _joined(names: tuple[str, ...]) -> str:
    return "\n" + "\n".join(_page(name) for name in names)


def _page(name: str) -> str:
    return resources.files("cyberforensics.report").joinpath("page", name).read_text("ascii")


def _source_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("ascii")).digest()).decode("ascii")
