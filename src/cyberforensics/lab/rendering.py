"""Pages to HTML and PDF for people: everything from outside is escaped, or a value that can't become markup."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape
from importlib import resources

from cyberforensics import report
from cyberforensics.lab.pages import Block, Heading, Page, Paragraph, Table


def as_pdf(page: Page) -> bytes:
    """A4 sheets, to be printed. The same page gives the same bytes.

    Raises:
        Error: Typst refuses the template, which is a bug of ours.
    """
    blocks = [{"block": type(block).__name__.lower(), **asdict(block)} for block in page.blocks]
    return report.sheet_pdf({**asdict(page), "blocks": blocks})


def as_html(page: Page) -> str:
    """One file that loads nothing."""
    style = resources.files("cyberforensics.lab").joinpath("page.css").read_text("utf-8")
    facts = [(name, text) for name, text in page.facts if text]
    parts = [
        f'<p class="mark">{escape(page.mark)}</p>',
        *([f'<p class="kind">{escape(page.kind)}</p>'] if page.kind else []),
        f"<h1>{escape(page.title)}</h1>",
        f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(text)}</dd>' for name, text in facts)}</dl>",
        *(_block(block) for block in page.blocks),
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(page.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(page.title)}</title><style>{style}</style></head>\n"
        "<body>" + "\n".join(parts) + "\n</body></html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading():
            aside = f" <small>{escape(block.aside)}</small>" if block.aside else ""
            return f"<h2>{escape(block.text)}{aside}</h2>"
        case Paragraph():
            return f"<p>{escape(block.text)}</p>"
        case Table():
            head = "".join(_cells("th", block.columns, block.head))
            rows = "".join(f"<tr>{''.join(_cells('td', block.columns, row))}</tr>" for row in block.rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(kind: str, columns: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    return (f'<{kind} class="{column}">{escape(cell)}</{kind}>' for column, cell in zip(columns, row, strict=True))
