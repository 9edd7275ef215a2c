"""Moments as file systems keep them: cut to what a format holds, and said as text.

Written apart from the product's own decoding (model/times.py), so that one can be compared with the other.
"""

from datetime import UTC, datetime, timedelta

from cyberforensics.lab.plan import CannotHold, StoredTime

SECOND = 1_000_000_000
TEN_MS = 10_000_000
DAY = 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def clock(nanoseconds: int, path: str, offset: int = 0, years: tuple[int, int] = (1, 9999)) -> datetime:
    """What a clock `offset` minutes ahead of UTC shows, in whole seconds.

    Raises:
        CannotHold: a year that the file system has no room for.
    """
    try:
        shown = _EPOCH + timedelta(seconds=nanoseconds // SECOND, minutes=offset)
    except OverflowError:
        shown = _EPOCH.replace(year=9999)
    if not years[0] <= shown.year <= years[1]:
        raise CannotHold(f"{path}: only times of the years {years[0]} to {years[1]} can be kept")
    return shown


def utc_time(meaning: str, nanoseconds: int, precision: int) -> StoredTime:
    """A moment that is kept in UTC."""
    return StoredTime(meaning, _text(nanoseconds, precision) + "Z", precision, "utc")


def offset_time(meaning: str, nanoseconds: int, precision: int) -> StoredTime:
    """A moment that is kept as a local time with its offset, which is whole minutes and so changes no digit."""
    return StoredTime(meaning, _text(nanoseconds, precision) + "Z", precision, "offset-recorded")


def local_time(meaning: str, nanoseconds: int, precision: int, offset: int) -> StoredTime:
    """A moment of which the reading of a local clock is kept, and no zone."""
    shown = _text(nanoseconds + offset * 60 * SECOND, precision)
    return StoredTime(meaning, shown[:10] if precision == DAY else shown, precision, "local-unknown")


def _text(nanoseconds: int, precision: int) -> str:
    cut = nanoseconds // precision * precision
    seconds, rest = divmod(cut, SECOND)
    text = (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    digits = len(str(SECOND // precision)) - 1 if precision < SECOND else 0
    return f"{text}.{rest:09d}"[: 20 + digits] if digits else text
