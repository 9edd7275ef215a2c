"""Times in another zone beside UTC: expected values are those of GNU date, and of statutes."""

import os
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.model.shown import ShownZone, for_eyes, in_zone, instant_in_zone, shown_zone, zoned_for_eyes
from cyberforensics.model.times import DAY, ENCODINGS, SECOND, Moment, Timestamp, decode

COLOMBO = ShownZone("Asia/Colombo", "test")
PARIS = ShownZone("Europe/Paris", "test")


@pytest.mark.parametrize(
    ("seconds", "zone", "expected"),
    [
        # Directive 2000/84/EC: summer time begins at 01:00 UTC of the last Sunday in March
        (1774745999, PARIS, "2026-03-29T01:59:59+01:00"),
        (1774746000, PARIS, "2026-03-29T03:00:00+02:00"),
        # and ends at 01:00 UTC of the last Sunday in October: 02:30 stands there twice, told apart by the offset
        (1792888200, PARIS, "2026-10-25T02:30:00+02:00"),
        (1792891800, PARIS, "2026-10-25T02:30:00+01:00"),
        (0, COLOMBO, "1970-01-01T05:30:00+05:30"),
    ],
)
def test_the_offset_is_that_of_the_moment(seconds: int, zone: ShownZone, expected: str) -> None:
    assert in_zone(decode(Timestamp(seconds or 1, "posix")), zone) == (
        expected if seconds else expected[:18] + "1+05:30"
    )


@pytest.mark.parametrize("zone", ["Asia/Colombo", "America/St_Johns", "Pacific/Chatham", "Australia/Lord_Howe"])
@pytest.mark.parametrize("seconds", [1, 1_000_000_000, 1_774_745_999, 1_790_000_000])
def test_gnu_date_says_the_same(zone: str, seconds: int) -> None:
    if shutil.which("date") is None or not os.path.exists(f"/usr/share/zoneinfo/{zone}"):  # noqa: PTH110
        pytest.skip("needs GNU date and the zones of the system (apt: tzdata)")
    said = subprocess.run(
        ["date", f"--date=@{seconds}", "+%Y-%m-%dT%H:%M:%S%:z"],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
    )
    assert instant_in_zone(seconds * SECOND, SECOND, zone) == said.stdout.strip()


def test_precision_never_grows() -> None:
    filetime = in_zone(decode(Timestamp(134170891208585017, "filetime")), COLOMBO)
    assert filetime == "2026-03-04T14:42:00.8585017+05:30"
    assert instant_in_zone(1_500_000_000, 10_000_000, "Asia/Colombo") == "1970-01-01T05:30:01.50+05:30"
    assert instant_in_zone(1_500_000_000, 2 * SECOND, "Asia/Colombo") == "1970-01-01T05:30:01+05:30"


def test_what_has_no_instant_is_not_shifted() -> None:
    stored = (46 << 9 | 3 << 5 | 14) << 16 | (8 << 11 | 30 << 5 | 2)  # FAT: 2026-03-14 08:30:04
    fat = Timestamp(stored << 8, "fat")
    assert decode(fat).text == "2026-03-14T08:30:04"
    assert in_zone(decode(fat), COLOMBO) is None
    assert in_zone(decode(fat, "Europe/Paris"), COLOMBO) == "2026-03-14T13:00:04+05:30"  # declared: 07:30:04 UTC
    for zone in (None, "Europe/Paris"):
        assert in_zone(decode(Timestamp(stored >> 16, "fat-date"), zone), COLOMBO) is None
    assert in_zone(decode(Timestamp(0, "filetime")), COLOMBO) is None
    assert instant_in_zone(0, DAY, "Asia/Colombo") is None


def test_the_ends_of_the_calendar() -> None:
    first = -62_135_596_800 * SECOND  # 0001-01-01T00:00:00Z
    assert instant_in_zone(first, SECOND, "America/New_York") is None  # the year 0 there
    assert str(instant_in_zone(first, SECOND, "Asia/Colombo")).startswith("0001-01-01T05:19:")
    assert instant_in_zone(253_402_300_799 * SECOND, SECOND, "Asia/Colombo") is None


@given(st.integers(-(1 << 63), 1 << 63), st.sampled_from(ENCODINGS))
def test_no_value_crashes_it(raw: int, encoding: str) -> None:
    moment: Moment = decode(Timestamp(raw, encoding))  # type: ignore[arg-type]
    shown = in_zone(moment, COLOMBO)
    if shown is not None:
        assert moment.text is not None
        assert shown[19:].split("+")[0] == moment.text[19:].removesuffix("Z")  # the same digits


def test_for_eyes() -> None:
    assert for_eyes("2026-03-14T08:30:00.1234567Z", "utc") == "2026-03-14 08:30:00 UTC"
    assert for_eyes("2026-03-14T08:30:00", "local-unknown") == "2026-03-14 08:30:00 zone unknown"
    assert for_eyes("2026-03-14", "local-unknown") == "2026-03-14"
    assert zoned_for_eyes("2026-03-14T03:30:00.12-05:00") == "2026-03-14 03:30:00 -05:00"


def test_a_zone_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        shown_zone("Nowhere/City")
    assert shown_zone("UTC").tzdata
