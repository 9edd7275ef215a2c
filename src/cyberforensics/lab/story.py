"""A scenario and a variant to what each volume holds at the end, deleted things too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cyberforensics.lab.made_up import KINDS, made_up, number, of_bytes, words
from cyberforensics.lab.plan import Content, PlannedFile, PlannedVolume, Stamps
from cyberforensics.lab.scenario import Action, Host, Moment, Volume
from cyberforensics.lab.scenario_file import Written
from cyberforensics.lab.variant import Variant, fill
from cyberforensics.lab.verbs import Contents, Done, Held, Impossible, do
from cyberforensics.model.training import MARK_PATH, MARK_TEXT

_DAY = 86_400_000_000_000  # nanoseconds
_BEFORE = 90  # days before the first one over which the background was made


@dataclass(frozen=True, slots=True)
class Plant:
    """One thing that was put there to be found, and what it became."""

    id: str
    volume: str
    place: int
    """Of its file in `Played.held`."""
    stream: str | None
    finds: tuple[str, ...]
    thing: bool
    """Whether trainees are expected to name it."""
    lost: bool
    """Whether nobody can read what it held."""


@dataclass(frozen=True, slots=True)
class Played:
    """A volume at the end of the story."""

    volume: Volume
    planned: PlannedVolume
    held: tuple[Held, ...]
    """In the order of `planned.files`."""
    plants: tuple[Plant, ...]


def play(written: Written, variant: Variant) -> tuple[Played, ...]:
    """Let everything happen.

    Raises:
        ScenarioError: an action can't be done at that moment; its line is named.
    """
    scenario = written.scenario
    hosts = {host.id: host for host in scenario.hosts}
    volumes = {volume.id: volume for volume in scenario.volumes}
    contents = {
        volume.id: Contents(_background(volume, hosts[volume.host], variant), volume.file_system == "ntfs")
        for volume in scenario.volumes
    }
    order = sorted(
        enumerate(scenario.actions),
        key=lambda pair: (variant.instant(pair[1].at, hosts[volumes[pair[1].volume].host].zone), pair[0]),
    )
    for place, action in order:
        host = hosts[volumes[action.volume].host]
        filled = _filled(action, variant.values)
        done = Done(
            filled,
            variant.instant(action.at, host.zone),
            _content(filled, written.folder, variant, place),
            variant.local(action.at, host.zone),
            f"{variant.seed}/action/{place}",
            contents[action.onto or action.volume],
            None if action.times is None else variant.instant(action.times, host.zone),
        )
        try:
            do(contents[action.volume], done)
        except Impossible as error:
            raise written.refused(("actions", place, error.key), f"{action.do} {filled.path}: {error}") from error
    planting = {action.plant: action for action in scenario.actions if action.plant}
    return tuple(
        _played(volume, hosts[volume.host], variant, contents[volume.id], planting) for volume in scenario.volumes
    )


def _played(
    volume: Volume,
    host: Host,
    variant: Variant,
    contents: Contents,
    planting: Mapping[str, Action],
) -> Played:
    held = tuple(contents.files)
    plants = tuple(
        _plant(planting[plant], volume.id, place, one) for place, one in enumerate(held) for plant in one.plants
    )
    noon = variant.local(Moment(0, 43_200), host.zone).utcoffset()
    planned = PlannedVolume(
        file_system=volume.file_system,
        size=volume.size,
        label=volume.label,
        serial=number(f"{variant.seed}/volume/{volume.id}", 1 << 63),
        formatted=variant.instant(Moment(0, 0), host.zone) - (_BEFORE + 1) * _DAY,
        files=tuple(
            PlannedFile(
                path=one.path,
                kind=one.kind,
                stamps=one.stamps,
                content=one.content,
                name_stamps=one.name_stamps,
                streams=one.streams,
                deleted=one.deleted,
                slack=one.slack,
            )
            for one in held
        ),
        utc_offset=0 if noon is None else int(noon.total_seconds()) // 60,
    )
    return Played(volume, planned, held, plants)


def _plant(action: Action, volume: str, place: int, held: Held) -> Plant:
    stream = action.stream or None
    return Plant(action.plant, volume, place, stream, action.finds, action.thing, held.lost and stream is None)


def _filled(action: Action, values: Mapping[str, str]) -> Action:
    return replace(
        action,
        path=fill(action.path, values),
        to=fill(action.to, values),
        text=fill(action.text, values),
        url=fill(action.url, values),
        stream=fill(action.stream, values),
    )


def _content(action: Action, folder: Path, variant: Variant, place: int) -> Content | None:
    if action.source:
        return of_bytes((folder / action.source).read_bytes())
    if action.kind is not None:
        return made_up(action.kind, f"{variant.seed}/content/{place}", action.size or 4096)
    if action.text:
        return of_bytes(action.text.encode(action.encoding))
    return None


def _background(volume: Volume, host: Host, variant: Variant) -> list[Held]:
    """What was there before: the mark of a training volume, folders, and files of no meaning."""
    seed = f"{variant.seed}/background/{volume.id}"
    first = variant.instant(Moment(0, 0), host.zone) - _BEFORE * _DAY
    stamps = Stamps(first, first, first, first)
    marked = Held(MARK_PATH, "file", stamps, stamps, of_bytes(MARK_TEXT.encode()))
    folders = list(dict.fromkeys(_above_all(fill(folder, variant.values) for folder in volume.background.folders)))
    made = [marked, *(Held(folder, "directory", stamps, stamps) for folder in folders)]
    makers = dict(KINDS)
    paths: set[str] = set()
    for place in range(volume.background.files):
        one = f"{seed}/{place}"
        kind = volume.background.kinds[number(f"{one}/kind", len(volume.background.kinds))]
        folder = folders[number(f"{one}/folder", len(folders))] if folders else ""
        path = f"{folder}/{' '.join(words(f'{one}/name', 2))}{makers[kind].ending}"
        if path in paths:
            path = f"{folder}/{' '.join(words(f'{one}/name', 2))} {place}{makers[kind].ending}"
        paths.add(path)
        created = first + number(f"{one}/created", _BEFORE * 24 * 3600) * 1_000_000_000
        changed = created + number(f"{one}/changed", 3 * 24 * 3600) * 1_000_000_000
        size = max(64, volume.background.largest >> number(f"{one}/scale", 7))
        content = made_up(kind, one, max(64, number(f"{one}/size", size)))
        times = Stamps(created, changed, changed, changed)
        made.append(Held(path, "file", times, Stamps(created, created, created, created), content))
    return made


def _above_all(folders: Iterator[str]) -> Iterator[str]:
    """Each folder behind those above it."""
    for folder in folders:
        parts = folder.strip("/").split("/")
        for count in range(1, len(parts) + 1):
            yield "/" + "/".join(parts[:count])
