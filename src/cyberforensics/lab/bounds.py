"""What values of a scenario can be: names that are names, numbers in their range, moments that a clock had."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cyberforensics.lab.lines import Path
from cyberforensics.lab.reading import Reader, day
from cyberforensics.lab.scenario import Moment, Scenario
from cyberforensics.lab.wording import languages

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_WORD = re.compile(r"[\w-][\w.-]{0,39}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
"""Characters that no page can show."""
_MOST_MINUTES = 30 * 24 * 60
_MOST_DAYS = 3650
_MOST_SECONDS = 86_400
_MOST_POINTS = 1000
_MOST_FILES = 200_000
_LARGEST_VOLUME = 64 << 30
_LARGEST_CONTENT = 1 << 30
_SEGMENT = (1 << 20, 2046 << 20)  # bytes
_YEARS = (1981, 2099)
"""Of the first day: every file system has times for what lies a little before and behind it."""
_STEP = 600  # seconds; clocks that are set forward skip at least half an hour


def ranges_hold(reader: Reader, scenario: Scenario) -> bool:
    """Note what can't be; False where nothing else can be checked because of it."""
    before = len(reader.mistakes)
    begins = day(scenario.begins)
    if begins is None or not _YEARS[0] <= date.fromisoformat(begins).year <= _YEARS[1]:
        years = f"of the years {_YEARS[0]} to {_YEARS[1]}"
        reader.wrong(("begins",), f'begins: a date {years} such as "2026-03-02" was expected, not "{scenario.begins}"')
    for key, most in (("shift_days", _MOST_DAYS), ("shift_seconds", _MOST_SECONDS)):
        least, highest = getattr(scenario, key)
        if least > highest or highest > most:
            reader.wrong((key,), f"{key}: two numbers up to {most} were expected, the least first, as in [0, 60]")
    for path, name in _ids(scenario):
        if not _NAME.fullmatch(name):
            message = f"{path[-1]}: {name!r} is no name; 1 to 40 plain letters, digits, - and _ are one"
            reader.wrong(path, message)
    for name, _ in scenario.vary:
        if not _WORD.fullmatch(name):
            reader.wrong(("vary", name), f"{name!r} can't stand between braces; take letters, digits, - and _")
    for path, value in _inserted(scenario):
        if _CONTROL.search(value) or "{" in value or "}" in value:
            message = f"{path[-1]}: {value!r} is put into texts as it is; take it without braces and control characters"
            reader.wrong(path, message)
    for path, number, least, most in _numbers(scenario):
        if not least <= number <= most:
            reader.wrong(path, f"{path[-1]}: {number:,} is out of range; {least:,} to {most:,} can be")
    if not scenario.languages:
        reader.wrong(("languages",), 'languages: at least one is needed, as in ["en"]')
    for language in scenario.languages:
        if language not in languages():
            known = ", ".join(languages())
            message = f"languages: there are no words in {language!r}; known here are {known}"
            reader.wrong(("languages",), message)
    return len(reader.mistakes) == before


def moments_exist(reader: Reader, scenario: Scenario) -> None:
    """Note every moment that a host's clock skips, in any of the variants, when it is set forward in spring."""
    zones = {host.id: ZoneInfo(host.zone) for host in scenario.hosts}
    forward = {host: _set_forward(scenario, zone) for host, zone in zones.items()}
    hosts = {volume.id: volume.host for volume in scenario.volumes}
    for number, action in enumerate(scenario.actions):
        host = hosts.get(action.volume, "")
        zone = zones.get(host)
        for key, moment in (("at", action.at), ("times", action.times)):
            if zone is None or moment is None:
                continue
            skipped = next((at for at in _moments(scenario, moment, forward[host]) if _is_skipped(at, zone)), None)
            if skipped is not None:
                message = f"{key}: the clock in {zone.key} skips {skipped:%Y-%m-%d %H:%M:%S}, which a variant has"
                reader.wrong(("actions", number, key), f"{message}; take another hour, begins or shift_days")


def _ids(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    yield ("name",), scenario.name
    for table in ("persons", "hosts", "disks", "volumes", "questions"):
        for number, item in enumerate(getattr(scenario, table)):
            yield (table, number, "id"), item.id
    for number, action in enumerate(scenario.actions):
        if action.plant:
            yield ("actions", number, "plant"), action.plant


def _inserted(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Values that are written as they are: they have no placeholders of their own."""
    for name, values in scenario.vary:
        if not isinstance(values, range):
            yield from ((("vary", name), value) for value in values)
    for number, person in enumerate(scenario.persons):
        yield from ((("persons", number, "name"), value) for value in person.name)
        yield from ((("persons", number, "login"), value) for value in person.login)
    for number, host in enumerate(scenario.hosts):
        yield from ((("hosts", number, "name"), value) for value in host.name)
    for number, volume in enumerate(scenario.volumes):
        yield ("volumes", number, "label"), volume.label


def without_control(reader: Reader, path: Path, text: str) -> None:
    """Note control characters: no page can show them, and no name can have them."""
    if _CONTROL.search(text):
        reader.wrong(path, f"{path[-1]}: {text[:40]!r} has control characters, which no page can show; take them out")


def _numbers(scenario: Scenario) -> Iterator[tuple[Path, int | float, int, int]]:
    yield ("minutes",), scenario.minutes, 1, _MOST_MINUTES
    yield ("grading", "things"), scenario.grading.things, 0, _MOST_POINTS
    yield ("grading", "wrong_costs"), scenario.grading.wrong_costs, 0, 1
    for number, disk in enumerate(scenario.disks):
        yield ("disks", number, "segment_size"), disk.segment_size, *_SEGMENT
    for number, volume in enumerate(scenario.volumes):
        at: Path = ("volumes", number)
        yield (*at, "segment_size"), volume.segment_size, *_SEGMENT
        yield (*at, "size"), volume.size, 1, _LARGEST_VOLUME
        yield (*at, "background", "files"), volume.background.files, 0, _MOST_FILES
        yield (*at, "background", "largest"), volume.background.largest, 64, _LARGEST_CONTENT
    for number, action in enumerate(scenario.actions):
        yield ("actions", number, "size"), action.size, 0, _LARGEST_CONTENT
    for number, question in enumerate(scenario.questions):
        at = ("questions", number)
        yield (*at, "points"), question.points, 1, _MOST_POINTS
        yield (*at, "hint_costs"), question.hint_costs, 0, question.points
        yield (*at, "within"), question.within, 0, _MOST_SECONDS
        yield (*at, "wrong_costs"), question.wrong_costs or 0, 0, 1
    for number, stage in enumerate(scenario.stages):
        yield ("stages", number, "number"), stage.number, 1, 99
        yield ("stages", number, "minutes"), stage.minutes, 1, _MOST_MINUTES


def _moments(scenario: Scenario, moment: Moment, forward: frozenset[date]) -> Iterator[datetime]:
    """When a moment can be, by the clock, on days when it is set forward; closely enough to meet a skipped hour."""
    first = datetime.combine(date.fromisoformat(scenario.begins), datetime.min.time()) + timedelta(days=moment.day)
    lowest, highest = scenario.shift_seconds
    for days in range(scenario.shift_days[0], scenario.shift_days[1] + 1):
        begin = first + timedelta(days=days, seconds=moment.second)
        if {(begin + timedelta(seconds=later)).date() for later in (lowest, highest)} & forward:
            yield from (begin + timedelta(seconds=later) for later in (*range(lowest, highest, _STEP), highest))


def _set_forward(scenario: Scenario, zone: ZoneInfo) -> frozenset[date]:
    """Days of any of the variants on which a clock is set forward."""
    moments = [moment for action in scenario.actions for moment in (action.at, action.times) if moment is not None]
    last = max((moment.day for moment in moments), default=0) + scenario.shift_days[1] + 2
    midnight = datetime.combine(date.fromisoformat(scenario.begins), datetime.min.time(), zone)
    offsets = [(midnight + timedelta(days=days)).utcoffset() or timedelta() for days in range(last + 1)]
    return frozenset(
        (midnight + timedelta(days=days)).date() for days in range(last) if offsets[days] < offsets[days + 1]
    )


def _is_skipped(clock: datetime, zone: ZoneInfo) -> bool:
    there_and_back = clock.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None) != clock
