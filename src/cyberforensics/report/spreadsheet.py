"""Comma-separated lines that a spreadsheet opens as text, never as a formula."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cyberforensics.report.jsonl import FIELDS, SHOWN_FIELDS, json_line
from cyberforensics.report.words import visible

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula, or skips before one."""

Cell = str | int | bool | None


def neutralised(text: str) -> str:
    """The text with nothing invisible in it, and an apostrophe before it where it would be taken for a formula."""
    return visible(kept_as_text(text))


def kept_as_text(text: str) -> str:
    """The text, with an apostrophe before it where it would be taken for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def quoted(text: str) -> str:
    """A cell as RFC 4180 has it: in quotes where it holds a quote or the separator; line ends it can't hold."""
    return '"' + text.replace('"', '""') + '"' if '"' in text or "," in text else text


def csv_line(cells: Sequence[Cell]) -> str:
    """One line as RFC 4180 has it, without its end; whole numbers are left as they are."""
    return ",".join([quoted(_text(cell)) for cell in cells])


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return neutralised(cell) if isinstance(cell, str) else str(cell)


def object_csv_lines(kind: str, objects: Iterable[Mapping[str, object]], *, shown: bool = False) -> Iterator[str]:
    """The objects of ``show`` as a table, the header first; `shown`, events with the columns of a zone asked for.

    A missing value shows its reason (``not-available``); lists and objects stand as JSON in their cell.
    """
    fields = (*FIELDS[kind], *(SHOWN_FIELDS if shown and kind == "event" else ()))
    yield csv_line(fields)
    for item in objects:
        yield csv_line([_cell(item, field) for field in fields])


def _cell(item: Mapping[str, object], field: str) -> Cell:
    value = item.get(field)
    if value is None:
        missing = item.get(f"{field}_missing")
        return missing if isinstance(missing, str) else None
    return value if isinstance(value, str | int | bool) else json_line(value)
