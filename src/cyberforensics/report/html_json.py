"""JSON that may stand inside an HTML document."""

import json
import re

from cyberforensics.report.words import visible

MAX_EXACT = 2**53
"""Whole numbers from here on are not exact in a browser; they travel as text."""


_NOT_PLAIN = re.compile(r"\\(?:[bfnrt]|u(?!00b7))|\x7f")
"""What JSON in ASCII holds where a string has anything but printable ASCII (or looks as if it had); ``·``, which stands
in most contexts of keywords, shows as it is."""


def embedded(value: object) -> str:
    """ASCII alone, with nothing in it that HTML could read: not ``<``, ``>`` or ``&``, U+2028 or a raw NUL.

    Strings lose what does not show (controls, bidi), which becomes visible escapes.
    """
    text = _dumped(value)
    if ("\\" in text or "\x7f" in text) and _NOT_PLAIN.search(text):
        text = _dumped(_shown(value))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


_dumped = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode


def _shown(value: object) -> object:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(str(key)): _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    return value


def exact(number: int | None) -> int | str | None:
    """The number, as text where a browser would round it."""
    return str(number) if number is not None and abs(number) >= MAX_EXACT else number
