"""$UpCase, the table by which NTFS compares names: a capital for each of the 65,536 units of UTF-16.

It is the table that Windows Vista and later write, and mkntfs with them: the simple upper case mappings of
UnicodeData.txt 5.1 (https://www.unicode.org/Public/5.1.0/ucd/), but those between a letter and a capital that
has another small letter (U+00B5, U+0131, U+017F, U+0345, U+03C2 and their like). It stands here as ranges, since
Python's own table is of a later Unicode and changes with Python's version; a test holds it against both.
"""

import struct
from functools import cache

_ALTERNATING = """
101-12F 133-137 13A-148 14B-177 17A-17E 183-185 188 18C 192 199 1A1-1A5 1A8 1AD 1B0 1B4-1B6 1B9 1BD 1CE-1DC
1DF-1EF 1F5 1F9-21F 223-233 23C 242 247-24F 371-373 377 3D9-3EF 3F8 3FB 461-481 48B-4BF 4C2-4CE 4D1-523
1E01-1E95 1EA1-1EFF 2184 2C61 2C68-2C6C 2C73 2C76 2C81-2CE3 A641-A65F A663-A66D A681-A697 A723-A72F
A733-A76F A77A-A77C A77F-A787 A78C
"""
"""From each first to each last one, every second letter: its capital is the unit before it."""

_SHIFTED = """
61-7A>41 E0-F6>C0 F8-FE>D8 FF>178 180>243 195>1F6 19A>23D 19E>220 1BF>1F7 1C6>1C4 1C9>1C7 1CC>1CA 1DD>18E
1F3>1F1 250>2C6F 251>2C6D 253>181 254>186 256-257>189 259>18F 25B>190 260>193 263>194 268>197 269>196
26B>2C62 26F>19C 271>2C6E 272>19D 275>19F 27D>2C64 280>1A6 283>1A9 288>1AE 289>244 28A-28B>1B1 28C>245
292>1B7 37B-37D>3FD 3AC>386 3AD-3AF>388 3B1-3C1>391 3C3-3CB>3A3 3CC>38C 3CD-3CE>38E 3D7>3CF 3F2>3F9
430-44F>410 450-45F>400 4CF>4C0 561-586>531 1D79>A77D 1D7D>2C63 1F00-1F07>1F08 1F10-1F15>1F18 1F20-1F27>1F28
1F30-1F37>1F38 1F40-1F45>1F48 1F51>1F59 1F53>1F5B 1F55>1F5D 1F57>1F5F 1F60-1F67>1F68 1F70-1F71>1FBA
1F72-1F75>1FC8 1F76-1F77>1FDA 1F78-1F79>1FF8 1F7A-1F7B>1FEA 1F7C-1F7D>1FFA 1F80-1F87>1F88 1F90-1F97>1F98
1FA0-1FA7>1FA8 1FB0-1FB1>1FB8 1FB3>1FBC 1FC3>1FCC 1FD0-1FD1>1FD8 1FE0-1FE1>1FE8 1FE5>1FEC 1FF3>1FFC
214E>2132 2170-217F>2160 24D0-24E9>24B6 2C30-2C5E>2C00 2C65>23A 2C66>23E 2D00-2D25>10A0 FF41-FF5A>FF21
"""
"""Each letter from a first to a last one, and the capital of the first: the others' capitals follow it."""


@cache
def capitals() -> dict[int, int]:
    """Every unit that has a capital, and the capital."""
    found = {}
    for item in _ALTERNATING.split():
        first, last = _range(item)
        found.update({unit: unit - 1 for unit in range(first, last + 1, 2)})
    for item in _SHIFTED.split():
        span, _, capital = item.partition(">")
        first, last = _range(span)
        found.update({unit: unit - first + int(capital, 16) for unit in range(first, last + 1)})
    return found


def table() -> bytes:
    """The content of $UpCase, 131,072 bytes."""
    found = capitals()
    return struct.pack("<65536H", *(found.get(unit, unit) for unit in range(0x1_0000)))


def collation_key(name: str) -> bytes:
    """What sorts as NTFS sorts file names (COLLATION_FILE_NAME): their units in capitals, compared as numbers.

    Two names of one key can't lie in one folder.
    """
    return name.translate(capitals()).encode("utf-16-be", "surrogatepass")


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first, 16), int(last or first, 16)
