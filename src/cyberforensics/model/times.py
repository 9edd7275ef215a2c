"""Moments: the stored value, how it is encoded, how exact it is, and on which clock it stands.

A `Timestamp` keeps the raw value as the medium holds it, as one integer; everything else is derived, so
that a reader of the record can decode it again. Encodings, with the source of each format:

    filetime     100 ns since 1601-01-01 UTC                               [MS-DTYP] 2.3.3
    posix        seconds since 1970-01-01 UTC                              ext2/3, UFS, ZIP (0x5455)
    posix-ns     (seconds << 30) | nanoseconds, since 1970                 ext4: i_*time and i_*time_extra
    apfs         nanoseconds since 1970-01-01 UTC                          Apple File System Reference
    hfs          seconds since 1904-01-01 UTC                              Apple TN1150
    fat          (date << 24) | (time << 8) | 10 ms units, local time      Microsoft FAT specification 2004; ZIP
    fat-date     date alone, as FAT's last access                          the same
    exfat        (timestamp << 16) | (10 ms units << 8) | UTC offset byte  Microsoft exFAT specification 7.4
    iso9660      the seven bytes of a directory record, big-endian         ECMA-119 9.1.5
    iso9660-long the seventeen bytes of a volume descriptor, big-endian    ECMA-119 8.4.26.1
    host-ns      nanoseconds since 1970, as the examining host shows it    logical evidence
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from importlib import resources
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from cyberforensics.model.codec import CHECK, integer

ZoneBasis = Literal["utc", "local-declared", "local-unknown", "offset-recorded"]
Flag = Literal["zero", "invalid", "out-of-range"]

NANOSECOND = 1
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND

Encoding = Literal[
    "filetime",
    "posix",
    "posix-ns",
    "apfs",
    "hfs",
    "fat",
    "fat-10ms",
    "fat-date",
    "exfat",
    "exfat-10ms",
    "iso9660",
    "iso9660-long",
    "host-ns",
]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)

_PRECISION: Mapping[str, int] = {
    "filetime": 100,
    "posix": SECOND,
    "posix-ns": NANOSECOND,
    "apfs": NANOSECOND,
    "hfs": SECOND,
    "fat": 2 * SECOND,
    "fat-10ms": 10_000_000,
    "fat-date": DAY,
    "exfat": 2 * SECOND,
    "exfat-10ms": 10_000_000,
    "iso9660": SECOND,
    "iso9660-long": 10_000_000,
    "host-ns": NANOSECOND,
}
_BITS = {"fat": 40, "fat-10ms": 40, "fat-date": 16, "exfat": 48, "exfat-10ms": 48, "iso9660": 56, "iso9660-long": 136}
"""Of packed values: one that has more, or is negative, comes from no medium, but maybe from a worker gone wrong."""
WIDEST = max(_BITS.values())
"""Bits of the longest raw value."""

_COUNTED = frozenset({"filetime", "posix", "posix-ns", "apfs", "hfs", "host-ns"})
"""Those that count from an epoch, in UTC."""
_DIGITS = {precision: 10 - len(str(precision)) if precision < SECOND else 0 for precision in _PRECISION.values()}
"""Digits behind the second that each precision carries."""

_HOUR = 3_600 * SECOND
_FARTHEST_EAST, _FARTHEST_WEST = 14 * _HOUR, 12 * _HOUR  # local clocks ahead of UTC, and behind it
_FILETIME_EPOCH = 11_644_473_600  # seconds from 1601-01-01 to 1970-01-01
_HFS_EPOCH = 2_082_844_800  # seconds from 1904-01-01 to 1970-01-01
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """One stored moment."""

    raw: int = field(metadata={CHECK: integer(WIDEST)})
    """The value as stored, packed into one integer as the module's table says."""
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class Moment:
    """What a stored value says, decoded."""

    instant: int | None
    """Nanoseconds since 1970-01-01 UTC; None where the value is no moment (see `flag`)."""
    text: str | None
    """RFC 3339 with as many digits as the format has; a bare date where the format has only a date; without
    a zone designator where the zone is not known."""
    precision: int
    """Nanoseconds between two values the format can tell apart."""
    zone_basis: ZoneBasis
    flag: Flag | None = None
    """Why the value is no ordinary moment; never a reason to drop it."""


def decode(timestamp: Timestamp, zone: str | None = None) -> Moment:
    """Decode a stored value; `zone` is an IANA name that the examiner declared for local clocks."""
    return _decode(timestamp.raw, timestamp.encoding, zone)


def span_of(timestamp: Timestamp, zone: str | None = None) -> tuple[int, int] | None:
    """First and last nanosecond since 1970 that a stored value can mean; None where it means none.

    A local time of an unknown zone can mean any that a zone on Earth makes of it (UTC-12 to UTC+14).
    """
    raw, encoding = timestamp.raw, timestamp.encoding
    if encoding in _COUNTED and raw > 0:  # most times are such, and need no text
        instant = _since_1970(raw, encoding)
        return instant, instant + _PRECISION[encoding] - 1
    moment = decode(timestamp, zone)
    if moment.instant is None:
        return None
    first, last = moment.instant, moment.instant + moment.precision - 1
    if moment.zone_basis == "local-unknown":
        return first - _FARTHEST_EAST, last + _FARTHEST_WEST
    return first, last


@lru_cache(maxsize=65_536)
def _decode(raw: int, encoding: str, zone: str | None) -> Moment:
    precision = _PRECISION[encoding]
    if encoding in _BITS and not 0 <= raw < 1 << _BITS[encoding]:
        return Moment(None, None, precision, "local-unknown", "invalid")
    if encoding in _COUNTED:
        return _counted(raw, encoding, precision)
    if encoding in ("fat", "fat-10ms", "fat-date"):
        return _fat(raw, encoding, precision, zone)
    if encoding in ("exfat", "exfat-10ms"):
        return _exfat(raw, precision, zone)
    if encoding == "iso9660":
        return _iso9660(raw, precision, zone)
    return _iso9660_long(raw, precision, zone)


def _counted(raw: int, encoding: str, precision: int) -> Moment:
    if raw == 0 and encoding != "host-ns":
        return Moment(None, None, precision, "utc", "zero")
    instant = _since_1970(raw, encoding)
    text = rfc3339(instant, precision)
    return Moment(instant, text, precision, "utc", None if text is not None else "out-of-range")


def _since_1970(raw: int, encoding: str) -> int:
    if encoding == "filetime":
        return raw * 100 - _FILETIME_EPOCH * SECOND
    if encoding == "posix":
        return raw * SECOND
    if encoding == "posix-ns":
        return (raw >> 30) * SECOND + (raw & 0x3FFF_FFFF)
    if encoding == "hfs":
        return (raw - _HFS_EPOCH) * SECOND
    return raw  # apfs, host-ns


def rfc3339(instant: int, precision: int) -> str | None:
    """RFC 3339 in UTC with the digits that `precision` (nanoseconds) carries; None outside years 1 to 9999.

    Where the precision is a day, it is a bare date.
    """
    seconds, nanoseconds = divmod(instant, SECOND)
    clock = _clock(seconds)
    if clock is None:
        return None
    return clock[:10] if precision >= DAY else f"{clock}{_fraction(nanoseconds, precision)}Z"


@lru_cache(maxsize=16_384)
def _clock(seconds: int) -> str | None:
    """The second as text: a timeline in order asks for the same one again and again."""
    try:
        return _text(_EPOCH + timedelta(seconds=seconds))
    except OverflowError:
        return None


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")  # %Y of a year before 1000 has no zeros on Linux


def _fraction(nanoseconds: int, precision: int) -> str:
    """The digits behind the second, no more than there are."""
    digits = _DIGITS[precision]
    return "." + f"{nanoseconds:09d}"[:digits] if digits else ""


def _write(moment: datetime, nanoseconds: int, precision: int) -> str:
    return _text(moment)[:10] if precision >= DAY else _text(moment) + _fraction(nanoseconds, precision)


def _fat(raw: int, encoding: str, precision: int, zone: str | None) -> Moment:
    stored_date, stored_time, tens = raw >> 24, (raw >> 8) & 0xFFFF, raw & 0xFF
    if encoding == "fat-date":
        stored_date, stored_time, tens = raw, 0, 0
    basis: ZoneBasis = "local-declared" if zone else "local-unknown"
    if stored_date == 0:
        return Moment(None, None, precision, basis, "zero")
    local = _dos_moment(stored_date, stored_time)
    if local is None or tens > 199:
        return Moment(None, None, precision, basis, "invalid")
    if encoding == "fat-date":
        # A date has no hour to shift: it is never moved to another zone.
        return Moment(_naive_instant(local), local.date().isoformat(), precision, basis)
    return _local(local, tens * 10_000_000, precision, zone)


def _dos_moment(stored_date: int, stored_time: int) -> datetime | None:
    try:
        return datetime(  # noqa: DTZ001 - FAT stores the wall clock; its zone is decided by the caller
            1980 + (stored_date >> 9),
            (stored_date >> 5) & 0xF,
            stored_date & 0x1F,
            stored_time >> 11,
            (stored_time >> 5) & 0x3F,
            2 * (stored_time & 0x1F),
        )
    except ValueError:
        return None


def _exfat(raw: int, precision: int, zone: str | None) -> Moment:
    stored, tens, offset = raw >> 16, (raw >> 8) & 0xFF, raw & 0xFF
    if stored == 0:
        return Moment(None, None, precision, "local-unknown", "zero")
    local = _dos_moment(stored >> 16, stored & 0xFFFF)
    if local is None or tens > 199:
        return Moment(None, None, precision, "local-unknown", "invalid")
    if offset & 0x80:  # OffsetValid; seven bits, two's complement, in quarters of an hour
        quarters = (offset & 0x7F) - (0x80 if offset & 0x40 else 0)
        return _at_offset(local, tens * 10_000_000, precision, quarters)
    return _local(local, tens * 10_000_000, precision, zone)


def _iso9660(raw: int, precision: int, zone: str | None) -> Moment:
    year, month, day, hour, minute, second, offset = raw.to_bytes(7, "big")
    if raw >> 8 == 0:
        return Moment(None, None, precision, "local-unknown", "zero")
    return _iso_parts((1900 + year, month, day, hour, minute, second), 0, offset, precision, zone)


def _iso9660_long(raw: int, precision: int, zone: str | None) -> Moment:
    stored = raw.to_bytes(17, "big")
    digits = stored[:16]
    if not digits.strip(b"0\0"):
        return Moment(None, None, precision, "local-unknown", "zero")
    if not digits.isdigit():
        return Moment(None, None, precision, "local-unknown", "invalid")
    parts = (int(digits[:4]), *(int(digits[place : place + 2]) for place in range(4, 14, 2)))
    return _iso_parts(parts, int(digits[14:16]) * 10_000_000, stored[16], precision, zone)


def _iso_parts(parts: tuple[int, ...], nanoseconds: int, offset: int, precision: int, zone: str | None) -> Moment:
    try:
        local = datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - the offset stands beside it
    except ValueError:
        return Moment(None, None, precision, "local-unknown", "invalid")
    quarters = offset - 256 if offset > 127 else offset
    if -48 <= quarters <= 52:  # the range that ECMA-119 allows
        return _at_offset(local, nanoseconds, precision, quarters)
    return _local(local, nanoseconds, precision, zone)


def _naive_instant(local: datetime) -> int:
    elapsed = local.replace(tzinfo=UTC) - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * SECOND


def _at_offset(local: datetime, nanoseconds: int, precision: int, quarters: int) -> Moment:
    instant = _naive_instant(local) + nanoseconds - quarters * 15 * MINUTE
    return Moment(instant, rfc3339(instant, precision), precision, "offset-recorded")


def _local(local: datetime, nanoseconds: int, precision: int, zone: str | None) -> Moment:
    if zone is None:
        local += timedelta(seconds=nanoseconds // SECOND)
        rest = nanoseconds % SECOND
        return Moment(_naive_instant(local) + rest, _write(local, rest, precision), precision, "local-unknown")
    try:
        shifted = local.replace(tzinfo=zone_named(zone)).astimezone(UTC)
    except OverflowError:
        return Moment(None, None, precision, "local-declared", "out-of-range")
    instant = _naive_instant(shifted) + nanoseconds
    return Moment(instant, rfc3339(instant, precision), precision, "local-declared")


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo:
    """A time zone from the pinned ``tzdata``, never from the host's: results must not depend on the host.

    Raises:
        ValueError: there is no zone of that name.
    """
    parts = name.split("/")
    if not all(part.isascii() and part.replace("_", "").replace("-", "").replace("+", "").isalnum() for part in parts):
        raise ValueError(f"{name!r} is no name of a time zone")
    place = resources.files("tzdata.zoneinfo").joinpath(*parts)
    try:
        with place.open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except OSError as error:
        raise ValueError(f"{name!r} is no time zone") from error
