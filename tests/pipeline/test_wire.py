"""Answers of workers: numbers that no store holds are refused, however they stand in a frame."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.pipeline import wire


@given(st.text("0189,[-", max_size=60))
def test_long_numbers_are_seen(text: str) -> None:
    value = text.encode()
    assert wire._has_long_number(value) == (re.search(rb"[0-9]{20}|9[0-9]{18}", value) is not None)


@pytest.mark.parametrize("size", [2**63, 2**64 - 1, 2**64, 10**30])
def test_a_number_that_no_store_holds_is_refused(size: int) -> None:
    assert wire.decode(b'["DigestProgress",{"done":%d}]' % (2**63 - 1)) == wire.DigestProgress(2**63 - 1)
    with pytest.raises(wire.BadReply):
        wire.decode(b'["DigestProgress",{"done":%d}]' % size)
