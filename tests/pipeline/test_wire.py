"""Answers of workers: numbers that no store holds are refused, however they stand in a frame."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.model.entry import Entry, EntryTimes, Kind, NameState, Recovery
from cyberforensics.pipeline import wire

_SEVENTEEN_BYTES = int.from_bytes(b"2021072214073208\x24", "big")  # a long time of ISO 9660


@given(st.text("0189,[-", max_size=60))
def test_long_numbers_are_seen(text: str) -> None:
    value = text.encode()
    assert wire._has_long_number(value) == (re.search(rb"[0-9]{20}|9[0-9]{18}", value) is not None)


@pytest.mark.parametrize("size", [2**63, 2**64 - 1, 2**64, 10**30])
def test_a_number_that_no_store_holds_is_refused(size: int) -> None:
    assert wire.decode(b'["DigestProgress",{"done":%d}]' % (2**63 - 1)) == wire.DigestProgress(2**63 - 1)
    with pytest.raises(wire.BadReply):
        wire.decode(b'["DigestProgress",{"done":%d}]' % size)


@pytest.mark.parametrize("raw", [-1, 2**63 - 1, 2**63, 2**64 - 1, _SEVENTEEN_BYTES])
def test_times_of_any_length_arrive(raw: int) -> None:
    message = _entries(EntryTimes("created:iso9660-long modified:posix", (raw, 5)))
    assert wire.decode(wire.encode(message)) == message


@pytest.mark.parametrize("raw", [5, _SEVENTEEN_BYTES])
@pytest.mark.parametrize(
    ("sound", "other"),
    [
        (b"[%d]", b"[%d,6]"),
        (b"[%d]", b"[]"),
        (b"[%d]", b'["%d"]'),
        (b"[%d]", b"[%d.5]"),
        (b"[%d]", b"[true,%d]"),
        (b"[%d]", b"%d"),
        (b"[%d]", b"[%d0000000000000000000000000000000000000000000]"),
        (b"modified:posix", b"modified:julian"),
        (b"modified:posix", b"modified:posix modified:posix"),
        (b"modified:posix", b""),
    ],
)
def test_times_that_do_not_fit_together_are_refused(raw: int, sound: bytes, other: bytes) -> None:
    frame = wire.encode(_entries(EntryTimes("modified:posix", (raw,))))
    number = b"%d" % raw
    sound, other = sound.replace(b"%d", number), other.replace(b"%d", number)
    assert frame.count(sound) == 1
    with pytest.raises(wire.BadReply):
        wire.decode(frame.replace(sound, other))


def _entries(times: EntryTimes) -> wire.Entries:
    entry = Entry(
        "X/whole", "id", None, 7, "/a", b"/a", None, Kind.FILE, "12", True, NameState.ALLOCATED,
        Recovery.NOT_APPLICABLE, 0, times,
    )  # fmt: skip
    return wire.Entries.of((entry,))
