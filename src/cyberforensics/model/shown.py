"""Moments as people read them: on a clock of their choice beside UTC, and with the digits that an eye takes in.

Nothing here changes what is recorded. A moment is shown in a zone only where its instant is known: a local time of
unknown zone stands where it is, a date has no hour to shift, and no digit is added.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import metadata

from cyberforensics.model.times import DAY, SECOND, Moment, rfc3339, zone_named

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ShownZone:
    """A zone in which times are shown beside UTC."""

    name: str
    """IANA's."""
    tzdata: str
    """Version of the rules by which it was computed."""

    def __str__(self) -> str:
        return f"{self.name}, tzdata {self.tzdata}"


def shown_zone(name: str) -> ShownZone:
    """A zone by its name, with the version of ``tzdata`` that this process uses.

    Raises:
        ValueError: there is no zone of that name.
    """
    zone_named(name)
    return ShownZone(name, metadata.version("tzdata"))


def in_zone(moment: Moment, zone: ShownZone) -> str | None:
    """RFC 3339 with the zone's offset at that moment; None where there is no instant to shift."""
    if moment.instant is None or moment.text is None or moment.zone_basis == "local-unknown":
        return None
    return instant_in_zone(moment.instant, moment.precision, zone.name)


def instant_in_zone(instant: int, precision: int, zone: str) -> str | None:
    """The same of nanoseconds since 1970; None for a date, and outside the years 1 to 9999.

    Zones of the time before railways have seconds in their offset (``+05:19:24``), which RFC 3339 does not know.
    """
    if precision >= DAY:
        return None
    seconds, nanoseconds = divmod(instant, SECOND)
    shifted = _second_in_zone(seconds, zone)
    utc = rfc3339(nanoseconds, precision)
    if shifted is None or utc is None:
        return None
    return shifted[:19] + utc[19:-1] + shifted[19:]


@lru_cache(maxsize=16_384)
def _second_in_zone(seconds: int, zone: str) -> str | None:
    try:
        return (_EPOCH + timedelta(seconds=seconds)).astimezone(zone_named(zone)).isoformat()
    except OverflowError:
        return None


def for_eyes(text: str, zone_basis: str) -> str:
    """A moment's text to the second, with its clock in words; a date stays one."""
    if len(text) == len("2026-03-14"):
        return text
    return f"{text[:10]} {text[11:19]} {'zone unknown' if zone_basis == 'local-unknown' else 'UTC'}"


def zoned_for_eyes(text: str) -> str:
    """The same of a time in a zone: ``2026-03-14 09:30:00 +01:00``."""
    offset = max(text.rfind("+"), text.rfind("-"))
    return f"{text[:10]} {text[11:19]} {text[offset:]}"
