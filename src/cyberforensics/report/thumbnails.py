"""The page of thumbnails: pixels as data, drawn by its own script; the file holds no picture that a decoder would read.

Each stands pixelated until it is opened, one at a time. What was chosen and is not shown is listed with the reason.
"""

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from cyberforensics.model.case_document import EntryRow
from cyberforensics.model.thumbnails import FORMATS, MAX_THUMBNAILS, PICTURES, REASONS, Thumbnail
from cyberforensics.model.versions import PRODUCT, product_version
from cyberforensics.report.html_file import html_pieces, json_array
from cyberforensics.report.html_json import embedded

MAX_LISTED = 1_000
"""Contents without a thumbnail that are listed; all are counted."""

Test = Callable[[EntryRow], bool]
Item = tuple[EntryRow, Thumbnail]


def write_thumbnails(
    title: str, selection: str, items: Sequence[Item], out: BinaryIO, *, restricted: bool = False
) -> None:
    """Write the page of the case `title`; with `restricted` it says that what bears this label is shown."""
    for piece in html_pieces(
        "thumbnails.html",
        ("dom.js", "thumbnails.js"),
        ("page.css", "parts.css", "thumbnails.css"),
        (
            ("document", iter([embedded(_document(title, selection, items, restricted=restricted))])),
            ("pictures", json_array(_pictures(items))),
        ),
    ):
        out.write(piece.encode("ascii"))


def _document(title: str, selection: str, items: Sequence[Item], *, restricted: bool) -> dict[str, object]:
    without = [(row, item.reason) for row, item in items if item.reason is not None]
    counts = Counter(reason for _, reason in without)
    return {
        "title": title,
        "product": f"{PRODUCT} {product_version()}",
        "selection": "all pictures" if selection == PICTURES else f"label {selection}",
        "chosen": len(items),
        "restricted": restricted,
        "formats": ", ".join(FORMATS),
        "most": MAX_THUMBNAILS,
        "reasons": [[REASONS.get(reason, reason), count] for reason, count in sorted(counts.items())],
        "without": [
            [row.entry.path, row.entry.stream, row.entry.volume, row.id, REASONS.get(reason, reason)]
            for row, reason in without[:MAX_LISTED]
        ],
        "withoutLeftOut": max(0, len(without) - MAX_LISTED),
    }


def _pictures(items: Sequence[Item]) -> Iterator[str]:
    """Columns as thumbnails.js names them."""
    for row, item in items:
        if item.reason is None:
            others, left_out = row.names.others(row.entry.path, 0)
            yield embedded(
                [
                    *(row.entry.path, row.entry.stream, row.entry.volume, row.id, item.sha256),
                    *(item.width, item.height, item.original, len(others) + left_out, row.labels),
                    base64.b64encode(item.pixels).decode("ascii"),
                ]
            )
