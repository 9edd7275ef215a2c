"""The HTML report: one file, no network, and evidence text that never becomes markup.

Three things hold that: the data stands as JSON in script elements that no browser runs; our one script draws
all of it as text nodes; and a content policy allows that one script and that one style, by their digests, and
nothing else. No address found in the evidence is ever a link.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from cyberforensics.model.case_document import CaseDocument, EntryRow, TimelineRow
from cyberforensics.model.shown import ShownZone
from cyberforensics.report.html_document import document_object
from cyberforensics.report.html_file import html_pieces, json_array
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
    vocabulary = Vocabulary()
    return html_pieces(
        "page.html",
        _SCRIPTS,
        _STYLES,
        (
            ("document", iter([embedded(document)])),
            ("findings", json_array(map(embedded, findings))),
            ("timeline", json_array(timeline_rows(timeline, max_timeline, vocabulary, zone))),
            ("entries", json_array(entry_rows(entries, max_entries, vocabulary, zone))),
            ("vocabulary", map(embedded, (vocabulary.words,))),  # written when the rows have filled it
        ),
    )
