"""One variant of a scenario: which of the values it has, decided by its seed alone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cyberforensics.lab.made_up import number
from cyberforensics.lab.scenario import Moment, Scenario

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([\w.-]+)\}")


class Unknown(Exception):
    """A placeholder that stands for nothing."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What the seed decided."""

    seed: str
    values: Mapping[str, str]
    """By placeholder."""
    first_day: date
    later: int
    """Seconds by which each moment lies later than it is written."""

    def local(self, moment: Moment, zone: str) -> datetime:
        """A moment by the clock of a host."""
        midnight = datetime.combine(self.first_day, datetime.min.time()) + timedelta(days=moment.day)
        return (midnight + timedelta(seconds=moment.second + self.later)).replace(tzinfo=ZoneInfo(zone))

    def instant(self, moment: Moment, zone: str) -> int:
        """The same in nanoseconds since 1970, UTC."""
        since = self.local(moment, zone).astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000


def variant_of(scenario: Scenario, seed: str) -> Variant:
    """Decide everything that the scenario leaves open.

    Each choice is made of the seed and its own name, so that a choice that is added changes no other.
    """
    values = {name: str(choice[number(f"{seed}/{name}", len(choice))]) for name, choice in scenario.vary}
    for person in scenario.persons:
        place = number(f"{seed}/person/{person.id}", len(person.name))
        values[f"person.{person.id}.name"] = person.name[place]
        if person.login:
            values[f"person.{person.id}.login"] = person.login[place % len(person.login)]
    for host in scenario.hosts:
        values[f"host.{host.id}.name"] = host.name[number(f"{seed}/host/{host.id}", len(host.name))]
    least, most = scenario.shift_days
    first = date.fromisoformat(scenario.begins) + timedelta(days=least + number(f"{seed}/shift", most - least + 1))
    lowest, highest = scenario.shift_seconds
    later = lowest + number(f"{seed}/seconds", highest - lowest + 1)
    return Variant(seed, values, first, later)


def placeholders(text: str) -> Iterator[str]:
    """Those that stand in a text. Two braces stand for one."""
    return (found[1] for found in _PLACEHOLDER.finditer(text) if found[1])


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with values in the place of its placeholders.

    Raises:
        Unknown: one of them has none.
    """

    def value(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0][0]
        if found[1] not in values:
            raise Unknown(found[1])
        return values[found[1]]

    return _PLACEHOLDER.sub(value, text)
