"""Times against values worked out by hand or stated in the formats' own documents."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.model.times import ENCODINGS, Encoding, Moment, Timestamp, decode, rfc3339, span_of, zone_named

# 2024-03-01 10:11:12: date (44 << 9) | (3 << 5) | 1 = 0x5861, time (10 << 11) | (11 << 5) | 6 = 0x5166
FAT_DATE, FAT_TIME = 0x5861, 0x5166


def test_filetime_has_seven_digits() -> None:
    # 116444736000000000 is 1970 (MS-DTYP 2.3.3); one second and one tick later:
    moment = decode(Timestamp(116_444_736_000_000_000 + 10_000_001, "filetime"))
    assert moment == Moment(1_000_000_100, "1970-01-01T00:00:01.0000001Z", 100, "utc")


@pytest.mark.parametrize(
    ("raw", "encoding", "text"),
    [
        (0x7FFF_FFFF, "posix", "2038-01-19T03:14:07Z"),
        (-1, "posix", "1969-12-31T23:59:59Z"),
        ((-1 << 30) | 999_999_999, "posix-ns", "1969-12-31T23:59:59.999999999Z"),
        # the last second that ext4's 34 bits hold: 2446-05-10 22:38:55 (kernel documentation, "Inode timestamps")
        (((2**31 - 1) + 3 * 2**32) << 30, "posix-ns", "2446-05-10T22:38:55.000000000Z"),
        (1_000_000_000, "apfs", "1970-01-01T00:00:01.000000000Z"),
        (2_082_844_800, "hfs", "1970-01-01T00:00:00Z"),  # TN1150: seconds from 1904 to 1970
        (1_000, "host-ns", "1970-01-01T00:00:00.000001000Z"),
    ],
)
def test_utc_encodings(raw: int, encoding: Encoding, text: str) -> None:
    assert decode(Timestamp(raw, encoding)).text == text


def test_fat_is_local_and_unknown_unless_declared() -> None:
    stored = Timestamp(FAT_DATE << 24 | FAT_TIME << 8, "fat")
    assert decode(stored) == Moment(1_709_287_872_000_000_000, "2024-03-01T10:11:12", 2_000_000_000, "local-unknown")
    declared = decode(stored, "Asia/Colombo")  # UTC+05:30
    assert (declared.text, declared.zone_basis) == ("2024-03-01T04:41:12Z", "local-declared")


def test_fat_creation_has_ten_milliseconds_and_carries_the_odd_second() -> None:
    assert decode(Timestamp(FAT_DATE << 24 | FAT_TIME << 8 | 199, "fat-10ms")).text == "2024-03-01T10:11:13.99"


def test_fat_access_is_a_date_in_every_zone() -> None:
    for zone in (None, "Pacific/Auckland", "America/Los_Angeles"):
        assert decode(Timestamp(FAT_DATE, "fat-date"), zone).text == "2024-03-01"


def test_exfat_offset_is_used_only_where_it_is_valid() -> None:
    stamp = (FAT_DATE << 16 | FAT_TIME) << 16
    assert decode(Timestamp(stamp | 0x80 | 22, "exfat")).text == "2024-03-01T04:41:12Z"  # 22 quarters: +05:30
    assert decode(Timestamp(stamp | 0x80 | 0x60, "exfat")).text == "2024-03-01T18:11:12Z"  # -32 quarters: -08:00
    unknown = decode(Timestamp(stamp | 22, "exfat"))
    assert (unknown.text, unknown.zone_basis) == ("2024-03-01T10:11:12", "local-unknown")


def test_iso9660_record_carries_its_offset() -> None:
    # 2011-07-05 16:07:32, 8 quarters of an hour ahead of UTC
    raw = int.from_bytes(bytes([111, 7, 5, 16, 7, 32, 8]), "big")
    assert decode(Timestamp(raw, "iso9660")) == Moment(
        1_309_874_852_000_000_000, "2011-07-05T14:07:32Z", 1_000_000_000, "offset-recorded"
    )


def test_iso9660_offset_out_of_range_is_not_used() -> None:
    raw = int.from_bytes(bytes([111, 7, 5, 16, 7, 32, 100]), "big")
    assert decode(Timestamp(raw, "iso9660")).zone_basis == "local-unknown"


def test_iso9660_volume_descriptor() -> None:
    raw = int.from_bytes(b"2011070516073250" + bytes([8]), "big")
    assert decode(Timestamp(raw, "iso9660-long")).text == "2011-07-05T14:07:32.50Z"


@pytest.mark.parametrize(
    ("raw", "encoding", "flag"),
    [
        (0, "filetime", "zero"),
        (0, "fat", "zero"),
        (0, "posix", "zero"),
        (2**63 - 1, "filetime", "out-of-range"),
        ((0x5861 | 0x1E0) << 24, "fat", "invalid"),  # month 15
        (FAT_DATE << 24 | 30 << 11 << 8, "fat", "invalid"),  # hour 30
        (FAT_DATE << 24 | FAT_TIME << 8 | 200, "fat-10ms", "invalid"),
    ],
)
def test_what_is_no_moment_is_flagged_and_not_dropped(raw: int, encoding: Encoding, flag: str) -> None:
    moment = decode(Timestamp(raw, encoding))
    assert moment.flag == flag
    assert moment.text is None


@given(st.sampled_from(ENCODINGS), st.integers(-(2**63), 2**63 - 1))
def test_no_value_of_64_bits_crashes_it(encoding: Encoding, raw: int) -> None:
    if encoding.startswith(("fat", "exfat", "iso9660")):
        raw = abs(raw) % (1 << {"fat-date": 16, "iso9660": 56, "iso9660-long": 63}.get(encoding, 40))
    moment = decode(Timestamp(raw, encoding))
    assert (moment.text is None) == (moment.flag is not None)


@given(encoding=st.sampled_from(ENCODINGS), raw=st.integers(-(2**63), 2**63 - 1) | st.integers(0, 2**40))
def test_a_span_is_what_the_moment_can_mean(encoding: Encoding, raw: int) -> None:
    stored = Timestamp(raw, encoding)
    moment, span, hour = decode(stored), span_of(stored), 3_600_000_000_000
    if moment.instant is None:
        assert span is None
    else:
        assert span is not None
        unknown = moment.zone_basis == "local-unknown"
        assert moment.instant - span[0] == (14 * hour if unknown else 0)
        assert span[1] - moment.instant == moment.precision - 1 + (12 * hour if unknown else 0)


@given(st.binary(min_size=7, max_size=7), st.binary(min_size=17, max_size=17))
def test_no_bytes_of_iso9660_crash_it(short: bytes, long: bytes) -> None:
    decode(Timestamp(int.from_bytes(short, "big"), "iso9660"))
    decode(Timestamp(int.from_bytes(long, "big"), "iso9660-long"))


def test_never_more_digits_than_there_are() -> None:
    assert rfc3339(1_234_567_891, 1_000_000_000) == "1970-01-01T00:00:01Z"
    assert rfc3339(1_234_567_891, 10_000_000) == "1970-01-01T00:00:01.23Z"
    assert rfc3339(1_234_567_891, 86_400_000_000_000) == "1970-01-01"


@pytest.mark.parametrize("name", ["", "Nope/Zone", "America", "../../../etc/passwd", "Europe/Paris\0"])
def test_a_zone_that_does_not_exist_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="no "):
        zone_named(name)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Anchorage"])
def test_results_do_not_depend_on_tz(zone: str) -> None:
    code = (
        "from cyberforensics.model.times import Encoding, Timestamp, decode;"
        f"print(decode(Timestamp({FAT_DATE << 24 | FAT_TIME << 8}, 'fat'), 'Asia/Colombo'),"
        f"decode(Timestamp({FAT_DATE << 24 | FAT_TIME << 8}, 'fat')))"
    )
    run = subprocess.run([sys.executable, "-c", code], env={"TZ": zone}, capture_output=True, text=True, check=True)
    assert "2024-03-01T04:41:12Z" in run.stdout
    assert "2024-03-01T10:11:12'" in run.stdout
