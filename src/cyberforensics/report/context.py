"""What stands around a keyword, as text for people; the exact bytes stand in the store."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cyberforensics.model.examination import StringMatch

_NAME = re.compile(r"\$([a-z0-9_]{1,40}?)(?:_decomposed)?")
_HIDDEN = "·"
_CONTROLS = MappingProxyType(dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0xFFFD), _HIDDEN))
"""Most of what does not show, and what stands for bytes that are no character."""


def in_context(match: StringMatch) -> tuple[str, str, str]:
    """What stands before, what matched, and what stands behind; what does not show is a dot.

    The match's name says the encoding. Of one that is not known here, bytes of ASCII are shown.
    """
    name = _NAME.fullmatch(match.identifier)
    encoding = name[1] if name is not None else "ascii"
    # characters of two bytes are counted from the match, so an odd byte is cut where it is far from it
    width = 2 if encoding.startswith("utf_16") else 1
    before = match.before[len(match.before) % width :]
    parts = (before, match.data, match.after[: len(match.after) // width * width])
    first, middle, last = (_text(part, encoding) for part in parts)
    return first.lstrip(_HIDDEN), middle, last.rstrip(_HIDDEN)


def keyword_shown(found: Mapping[str, Any]) -> tuple[str, str] | None:
    """The keyword of a finding (an object of the public interface) and its first match in context; None of others."""
    if found["source"] != "keyword":
        return None
    keyword = next((str(value) for key, value in found["meta"] if key in ("keyword", "expression")), found["rule"])
    if not found["strings"]:
        return keyword, ""
    match = found["strings"][0]
    if match["data"] is None:
        return keyword, "[masked]"
    parts = (bytes.fromhex(match[name]) for name in ("data", "before", "after"))
    before, matched, after = in_context(StringMatch(match["identifier"], match["offset"], match["length"], *parts))
    return keyword, f"{before}[{matched}]{after}"


def _text(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding, "replace")
    except (LookupError, ValueError):
        text = data.decode("ascii", "replace")
    shown = text.translate(_CONTROLS)
    if not shown.isprintable():
        shown = "".join(part if part.isprintable() else _HIDDEN for part in shown)
    return re.sub(f"{_HIDDEN}+", _HIDDEN, shown) if _HIDDEN * 2 in shown else shown
