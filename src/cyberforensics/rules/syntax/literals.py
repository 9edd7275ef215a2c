"""What the literals of patterns stand for, as far as it can be told without an engine."""

import re
from collections.abc import Iterator

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_HEX_PART = re.compile(
    r"(?P<byte>~?[0-9a-fA-F?]{2})|\[(?P<low>\d*)\s*(?P<dash>-?)\s*(?P<high>\d*)\]|(?P<sign>[(|)])|\S", re.DOTALL
)


def text_of(literal: str) -> str:
    """A quoted string without quotes and escapes; two hexadecimal digits become the character of that number."""
    return _ESCAPE.sub(_unescaped, literal[1:-1])


def bytes_of(literal: str) -> bytes:
    """The bytes that a quoted string looks for, before `wide` and the like."""
    out = bytearray()
    place = 1
    for found in _ESCAPE.finditer(literal, 1, len(literal) - 1):
        out += literal[place : found.start()].encode("utf-8", "surrogatepass")
        out += bytes((int(found[1], 16),)) if found[1] else _CONTROLS.get(found[2], found[2]).encode()
        place = found.end()
    return bytes(out + literal[place:-1].encode("utf-8", "surrogatepass"))


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _CONTROLS.get(found[2], found[2])


def hex_jumps(literal: str) -> Iterator[tuple[int, int | None]]:
    """The jumps of a hex string: the fewest and the most bytes, None where there is no end."""
    for found in _HEX_PART.finditer(_COMMENT.sub(" ", literal)):
        if found["low"] is None:
            continue
        low = int(found["low"] or 0)
        yield low, (int(found["high"]) if found["high"] else None) if found["dash"] else low


def normalized(literal: str, kind: str) -> str:
    """One spelling for literals that look for the same."""
    if kind == "hex":
        return re.sub(r"\s+", "", _COMMENT.sub("", literal)).lower()
    if kind == "text":
        return bytes_of(literal).hex()
    return literal
