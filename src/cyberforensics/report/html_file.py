"""One HTML file with its script, its style, a policy that allows no more than these two, and its data as JSON."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from importlib import resources

Island = tuple[str, Iterator[str]]
"""A name, and JSON in pieces."""


def html_pieces(
    page: str, scripts: tuple[str, ...], styles: tuple[str, ...], islands: Iterable[Island]
) -> Iterator[str]:
    """The file in pieces, ASCII alone. `page` and the parts are names of files in ``report/page``."""
    script, style = _joined(scripts), _joined(styles)
    policy = (
        f"default-src 'none'; script-src '{_source_hash(script)}'; style-src '{_source_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head, foot = _page(page).split("{{data}}")
    yield head.replace("{{policy}}", policy).replace("{{style}}", style)
    for name, pieces in islands:
        yield f'<script type="application/json" id="data-{name}">'
        yield from pieces
        yield "</script>\n"
    yield foot.replace("{{script}}", script)


def json_array(pieces: Iterable[str]) -> Iterator[str]:
    """JSON values as one array, one to a line."""
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
