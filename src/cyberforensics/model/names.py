"""Names as evidence spells them, and as people may safely see them."""

import re
import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that are never shown as they are: controls, formats (bidi among them), surrogates,
private use, unassigned, line and paragraph separators."""

_PLAIN = re.compile(rb"[ -.0-\[\]-~]*")
"""Printable ASCII but for the slash and the backslash: most names, shown as they are."""


def display_name(raw: bytes) -> str:
    r"""Show the bytes of a name without losing or obeying any of them.

    Undecodable bytes and controls below U+0100 become ``\xNN``, other characters that do not show
    (bidi overrides, zero width, surrogates, private use, unassigned) become ``\u{…}``, and the backslash
    itself is doubled, so that two different names never look the same. A slash inside a name becomes
    ``\x2f``: in a display path the slash only ever separates.
    """
    if _PLAIN.fullmatch(raw):
        return raw.decode("ascii")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "surrogateescape")
    return "".join(map(_show, text))


def display_text(text: str) -> str:
    """Show text that came from evidence (labels, owners, matched strings) by the same rules as a name."""
    return "".join(character if character == "/" else _show(character) for character in text)


def _show(character: str) -> str:
    code = ord(character)
    if 0x20 <= code < 0x7F:
        if character == "\\":
            return "\\\\"
        return "\\x2f" if character == "/" else character
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape's carrier of an undecodable byte
        return f"\\x{code - 0xDC00:02x}"
    if code < 0xA0 or code == 0xAD:
        return f"\\x{code:02x}"
    if unicodedata.category(character) in _INVISIBLE:
        return f"\\u{{{code:x}}}"
    return character


def extension_of(name: str) -> str:
    """The extension with its dot, in lower case; empty where there is none (``.bashrc`` has none)."""
    stem, dot, extension = name.rpartition(".")
    return dot + extension.lower() if stem and extension else ""
