"""A finding as its column in the store holds it, and back: what `model.codec` gives, in a sixth of its time.

Keywords make as many findings as there are contents, and each is written once and read by every report.
"""

from functools import cache

import msgspec

from cyberforensics.case.store import to_json
from cyberforensics.model.codec import BadShape, encoder
from cyberforensics.model.examination import Finding


def finding_json(finding: Finding) -> str:
    """Canonical JSON, as `to_json` writes it."""
    text = msgspec.json.encode(finding, order="sorted")
    if text.isascii() and b"\x7f" not in text:
        return text.decode()
    return to_json(encoder(Finding)(finding))  # msgspec leaves these characters as they are


def finding_of(text: str) -> Finding:
    """The finding of a column.

    Raises:
        BadShape: it is none.
    """
    try:
        return _decoder().decode(text)
    except msgspec.MsgspecError as error:
        raise BadShape(str(error)) from error


@cache
def _decoder() -> msgspec.json.Decoder[Finding]:
    return msgspec.json.Decoder(Finding)
