"""The column of a finding is what the codec of the store writes, however it is made."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.case.finding_json import finding_json, finding_of
from cyberforensics.case.store import to_json
from cyberforensics.model.codec import BadShape, decoder, encoder
from cyberforensics.model.examination import Finding, StringMatch

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_NUMBER = st.integers(0, 2**63 - 1)
_FINDINGS = st.builds(
    Finding,
    source=st.sampled_from(("yara", "keyword", "hash-list")),
    pack=_TEXT,
    namespace=_TEXT,
    rule=_TEXT,
    severity=st.sampled_from(("info", "critical")),
    tags=st.tuples(_TEXT),
    meta=st.lists(st.tuples(_TEXT, _TEXT | _NUMBER | st.booleans()), max_size=3).map(tuple),
    strings=st.lists(
        st.builds(StringMatch, _TEXT, _NUMBER, _NUMBER, st.binary(), st.binary(), st.binary()), max_size=3
    ).map(tuple),
    strings_left_out=_NUMBER,
    sensitive=st.booleans(),
    entry=st.none() | _TEXT,
)


@given(_FINDINGS)
def test_it_is_what_the_codec_writes_and_reads(finding: Finding) -> None:
    text = finding_json(finding)
    assert text == to_json(encoder(Finding)(finding))
    assert finding_of(text) == finding
    assert decoder(Finding)(json.loads(text)) == finding


def test_every_character_of_ascii_is_written_alike() -> None:
    finding = Finding("yara", "pack", "file", "".join(map(chr, range(128))), "info")
    assert finding_json(finding) == to_json(encoder(Finding)(finding))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"source":1}', "{"])
def test_what_is_no_finding_is_refused(text: str) -> None:
    with pytest.raises(BadShape):
        finding_of(text)
