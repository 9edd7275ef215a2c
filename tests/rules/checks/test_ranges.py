"""Comparisons that nothing meets or everything: YARA itself tries every value that there is."""

from collections.abc import Sequence
from datetime import date
from itertools import product

import pytest
import yara

from cyberforensics.rules.checks import View
from cyberforensics.rules.checks.ranges import CHECKS
from cyberforensics.rules.syntax import parse

_WORD = "unusual"
_SIZES = [b"x" * size for size in range(260)]
_COUNTS = [_WORD.encode() * count for count in range(260)]
_BYTES = [bytes((value,)) for value in range(256)]
_SIGNS = ("<", "<=", ">", ">=", "==", "!=")


def _said(conditions: Sequence[str]) -> list[set[str]]:
    """What the check says of each condition: that it can't be met, that it is always met, or nothing."""
    text = "\n".join(f'rule R{n} {{ strings: $a = "{_WORD}" condition: {one} }}' for n, one in enumerate(conditions))
    view = View({"a.yar": parse(text)}, frozenset(), "", date(2025, 1, 1))
    found: list[set[str]] = [set() for _ in conditions]
    for check in CHECKS:
        for remark in check.run(view):
            found[int((remark.rule or "")[1:])].add(remark.code)
    return found


def _met(conditions: Sequence[str], contents: Sequence[bytes]) -> list[set[str]]:
    """What is so: a condition that no content meets, or every one."""
    text = "\n".join(
        f'rule R{n} {{ strings: $_a = "{_WORD}" condition: {one.replace("#a", "#_a").replace("$a", "$_a")} }}'
        for n, one in enumerate(conditions)
    )
    rules = yara.compile(source=text)
    met = [0] * len(conditions)
    for content in contents:
        for match in rules.match(data=content):
            met[int(match.rule[1:])] += 1
    return [{"CFR040"} if count == 0 else {"CFR041"} if count == len(contents) else set() for count in met]


@pytest.mark.parametrize(
    ("quantity", "contents"),
    [("filesize", _SIZES), ("#a", _COUNTS), ("uint8(0)", _BYTES), ("int8(0)", _BYTES)],
)
def test_it_is_as_yara_finds_it(quantity: str, contents: Sequence[bytes]) -> None:
    numbers = [-129, -128, -1, 0, 1, 5, 127, 128, *((255, 256) if contents is _BYTES else ())]
    alone = [f"{quantity} {sign} {number}" for sign, number in product(_SIGNS, numbers)]
    alone += [f"{number} {sign} {quantity}" for sign, number in product(_SIGNS, numbers)]
    alone += [f"not ({one})" for one in alone]
    alone += ["not $a", "$a"] if quantity == "#a" else []
    said, met = _said(alone), _met(alone, contents)
    assert dict(zip(alone, said, strict=True)) == dict(zip(alone, met, strict=True))
    # Of those that decide something, any two beside each other.
    deciding = [one for one, known in zip(alone, said, strict=True) if not known][::3]
    pairs = [f"{one} {word} {other}" for word in ("and", "or") for one, other in product(deciding, deciding)]
    assert dict(zip(pairs, _said(pairs), strict=True)) == dict(zip(pairs, _met(pairs, contents), strict=True))


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("$a and filesize >= 0", "CFR041"),
        ("$a or filesize >= 0", "CFR041"),
        ("$a and (filesize < 5 or filesize < 0KB)", "CFR040"),
        ("filesize < 1MB and ($a and (filesize > 2MB))", "CFR040"),
        ("filesize > 10 or ($a or filesize < 20)", "CFR041"),
        ("$a or 1 == 1", "CFR041"),
        ("$a and 1 > 2", "CFR040"),
        ("$a or not $a", "CFR041"),
        ("#a > 3 and not $a", "CFR040"),
        ("uint32(4) >= 0x100000000", "CFR040"),
        ("int16be(0) == 0xFFFF", "CFR040"),
        ("uint16(uint32(0x3c)) <= 0xFFFF", "CFR041"),
        ("uint16(0) == 0x5A4D and $a and uint16(0) == 0x4D5A", "CFR040"),
        ("#a in (0..filesize) < 0", "CFR040"),
    ],
)
def test_parts_of_a_condition(condition: str, code: str) -> None:
    assert _said([condition]) == [{code}]


@pytest.mark.parametrize(
    "condition",
    [
        "$a and filesize > 0",
        "@a >= 0",  # $a is found
        "!a >= 0",
        "filesize - 5 >= 0",
        "5 - filesize >= 0",
        "uint8(0) & 1 >= 0",
        "filesize >= #a",
        "filesize < 10 and filesize > #a",
        "uint8(0) == 1 and uint8(1) == 2",
        "uint8(0) == 1 or uint8(0) == 2",
        "uint8(0) == 1 and (uint8(0) == 1 or uint8(0) == 2)",
        "for any i in (1..#a) : (@a[i] < 10 and @a[i] > 5)",
        "for any i in (0..3) : (uint8(i) >= 1)",
        "$a at 0 and not $a at 5",
        "#a in (0..10) == 1 and #a in (10..20) == 2",
        "filesize > 0.5",
        "defined uint8(0)",
        "math.entropy(0, filesize) >= 0",
    ],
)
def test_what_decides_is_left_alone(condition: str) -> None:
    assert _said([condition]) == [set()]
