"""The PDF report: a sober document on paper, made by Typst from a template and data that can't become markup.

The data enters as JSON, every text of it is a value and never source; the fonts are those in the wheel, nothing is
downloaded; the document's date is that of the last pass. So an identical case gives identical bytes.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from typing import BinaryIO

from cyberforensics.errors import Error
from cyberforensics.model.case_document import CaseDocument
from cyberforensics.report.pdf_document import findings_object, report_object

VOLUME_ROWS = 2_500
"""Findings of one volume of the appendix."""
MAX_IN_REPORT = 200
"""Findings up to which all of them stand in the report itself, and it has no volumes."""


def pdf_volumes(document: CaseDocument) -> int:
    """How many volumes of findings go with the report."""
    held = len(document.findings)
    return 0 if held <= MAX_IN_REPORT else -(-held // VOLUME_ROWS)


def pdf_name(volume: int = 0) -> str:
    """File name of the report (0) or of one of its volumes."""
    return f"report-findings-{volume}.pdf" if volume else "report.pdf"


def write_pdf(document: CaseDocument, out: BinaryIO, volume: int = 0) -> None:
    """Write the report, or with a number from 1 on that volume of its findings. What is sensitive is always masked.

    The document is PDF/UA-1, tagged. A volume takes seconds and some hundred MiB of memory.

    Raises:
        Error: Typst refuses the template, which is a bug of ours.
    """
    volumes = pdf_volumes(document)
    names = [pdf_name(number) for number in range(1, volumes + 1)]
    shown = report_object(document, 0 if volumes else len(document.findings), names, VOLUME_ROWS)
    if volume:
        first = (volume - 1) * VOLUME_ROWS
        shown = findings_object(document, shown, range(first, min(first + VOLUME_ROWS, len(document.findings))), volume)
    out.write(compiled("report.typ", shown, _moment(document)))


def compiled(template: str, shown: Mapping[str, object], moment: int) -> bytes:
    """A PDF of a template in ``paper/`` and data that can't become markup; `moment` is the document's date.

    Raises:
        Error: Typst refuses the template, which is a bug of ours.
    """
    import typst  # here, as long as most commands make no PDF

    source = resources.files("cyberforensics.report").joinpath("paper", template).read_bytes()
    try:
        made = typst.compile(
            source,
            font_paths=[],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(shown, ensure_ascii=True)},
            pdf_standards=["ua-1"],
            timestamp=moment,
            format="pdf",
        )
    except typst.TypstError as error:
        raise Error(f"the PDF report could not be made: {error}", hint="this is a bug: please report it") from error
    assert isinstance(made, bytes)  # noqa: S101 - the types of typst say "or a list": that is for pictures
    return made


def _moment(document: CaseDocument) -> int:
    """Seconds since 1970 of the last moment that the case records, on the examining machine's clock."""
    texts = [run.finished or run.started for exhibit in document.exhibits for run in exhibit.passes]
    return max((int(datetime.fromisoformat(text).timestamp()) for text in texts), default=0)
