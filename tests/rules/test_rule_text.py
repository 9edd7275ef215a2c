"""Texts of rules: YARA and Sigma as their documentation writes them, and what is not one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.model.examination import Finding, StringMatch
from cyberforensics.rules import mark_rule_text

YARA = b"""/* a collection */
import "pe"

private global rule First : one two
{
    meta:
        description = "x"
    strings:
        $a = "NEEDLE"
    condition:
        $a
}

rule Second { strings: $b = { 4E 45 45 }
  condition: $b
}
"""  # the form of "Writing YARA rules", YARA 4.5 documentation
SIGMA = b"""title: Encoded command
id: 00000000-0000-4000-8000-000000000001
status: test
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        CommandLine|contains: 'NEEDLE'
    condition: selection
level: medium
"""  # the form of the Sigma specification 2.0


def marked(data: bytes, *places: bytes | int, left_out: int = 0) -> bool:
    offsets = [data.index(place) if isinstance(place, bytes) else place for place in places]
    strings = tuple(StringMatch("$", offset, 6, data[offset : offset + 6]) for offset in offsets)
    finding = Finding("yara", "p", "n", "R", "low", strings=strings, strings_left_out=left_out)
    (result,) = mark_rule_text(data, (finding,))
    return result.in_rule_text


@pytest.mark.parametrize("data", [YARA, YARA.replace(b"\n", b"\r\n"), SIGMA, b"# note\n---\n" + SIGMA])
def test_a_match_inside_a_rule(data: bytes) -> None:
    assert marked(data, b"NEEDLE")


@pytest.mark.parametrize(
    "data",
    [
        YARA + b"NEEDLE",
        b"NEEDLE\n" + YARA,
        b"rule of law {\nNEEDLE\n}\n",
        b"rule Without_End\n{\n condition: NEEDLE",
        b"say rule X {\nNEEDLE\ncondition: x\n}\n",
        b"Write-Host 1\n" + SIGMA,
        SIGMA.replace(b"logsource", b"source"),
        YARA.replace(b"import", b"\0mport"),
        YARA.replace(b"private global rule", b"privaterule"),
        b"NEEDLE",
    ],
)
def test_a_match_outside_of_any(data: bytes) -> None:
    place = data.rindex(b"NEEDLE") if data.endswith(b"NEEDLE") else data.index(b"NEEDLE")
    assert not marked(data, place)


def test_all_that_matched_must_lie_inside() -> None:
    data = YARA + b"NEEDLE"
    inside, outside = data.index(b"NEEDLE"), data.rindex(b"NEEDLE")
    assert marked(data, inside)
    assert not marked(data, inside, outside)
    assert not marked(data, inside, left_out=1)
    assert not marked(data)
    end_of_first = data.index(b"}\n\nrule")
    assert not marked(data, end_of_first - 2)  # reaches over the rule's end
    assert marked(data, b"{ 4E 4")


def test_large_texts_are_not_looked_at() -> None:
    assert not marked(YARA + b" " * (16 << 20), b"NEEDLE")


@given(st.binary(max_size=300), st.integers(0, 300))
def test_no_bytes_crash_it(data: bytes, offset: int) -> None:
    marked(b"condition" + data, offset)


@given(st.lists(st.sampled_from([YARA, SIGMA, b"rule a {\n", b"condition:", b"\n}", b"\n", b"\0", b"title: "])))
def test_no_pieces_of_rules_crash_it(pieces: list[bytes]) -> None:
    marked(b"".join(pieces), 3)


@pytest.mark.parametrize(
    "piece",
    [b"\ncondition:", b"\nrule a {", b"\nrule a", b" ", b"\nrule a : b ", b"\n}", b"private ", b"#\n", b"---\n",
     b"\t\n", b"\ntitle: ", b"\nrule a {\ncondition:"],
)  # fmt: skip
def test_the_largest_text_takes_no_longer_than_its_length(piece: bytes) -> None:
    data = b"rule " + b"condition" + piece * ((4 << 20) // len(piece))
    began = time.process_time()
    marked(data, 3, 1000)
    assert time.process_time() - began < 5  # a tenth of it was measured
