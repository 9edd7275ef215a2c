"""The times of an entry, whose kinds many entries share."""

import pytest

from cyberforensics.model.entry import NO_TIMES, TIME_MEANINGS, EntryTime, EntryTimes
from cyberforensics.model.times import ENCODINGS, Timestamp


def test_of_every_kind() -> None:
    times = tuple(
        EntryTime(meaning, Timestamp(number, encoding))
        for number, meaning in enumerate(TIME_MEANINGS)
        for encoding in ENCODINGS
    )
    made = EntryTimes.of(times)
    assert tuple(made) == times
    assert len(made) == len(times)
    assert [made[place] for place in range(len(made))] == list(times)


def test_none() -> None:
    assert EntryTimes.of(()) == NO_TIMES
    assert not NO_TIMES
    assert list(NO_TIMES) == []


@pytest.mark.parametrize(
    ("kinds", "raw"),
    [
        ("", (1,)),
        ("modified:posix", ()),
        ("modified:posix", (1, 2)),
        ("modified:posix accessed:posix", (1,)),
        ("modified", (1,)),
        ("modified:posix ", (1,)),
        ("modified:julian", (1,)),
        ("opened:posix", (1,)),
        (" ", (1,)),
    ],
)
def test_what_does_not_fit_together_is_refused(kinds: str, raw: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        EntryTimes(kinds, raw)
