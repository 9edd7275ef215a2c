"""Sheets for people to print (a training brief, notes, a grade), made by Typst from a template and data."""

from collections.abc import Mapping

from cyberforensics.report.glyphs import printable
from cyberforensics.report.pdf import compiled

_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def sheet_pdf(page: Mapping[str, object]) -> bytes:
    """A4, tagged (PDF/UA-1) and without a date: the same page gives the same bytes.

    Args:
        page: ``language mark kind title`` as texts, ``facts`` as pairs, ``blocks`` as objects whose ``block`` is
            ``heading`` (``text aside``), ``paragraph`` (``text``) or ``table`` (``columns head rows``).

    Raises:
        Error: Typst refuses the template, which is a bug of ours.
    """
    shown = _shown(page)
    assert isinstance(shown, Mapping)  # noqa: S101 - for the type checker
    return compiled("sheet.typ", shown, 0)


def _shown(value: object) -> object:
    """The same with every text as the fonts can show it; the space before a colon in French stays what it is."""
    if isinstance(value, str):
        return _NO_BREAK_SPACE.join(printable(part) for part in value.split(_NO_BREAK_SPACE))
    if isinstance(value, Mapping):
        return {str(key): _shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(item) for item in value]
    return value
