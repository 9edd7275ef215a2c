"""A scenario as it is written: whose computers, what happened on them, what is asked about it."""

from dataclasses import dataclass, field
from typing import Literal, get_args

Choice = tuple[str, ...]
"""Values of which each variant has one."""

Values = Choice | range
"""The same, or whole numbers of which each variant has one."""

FileSystem = Literal["ntfs", "fat12", "fat16", "fat32", "exfat", "ext4", "iso9660", "zip"]
Container = Literal["raw", "e01", "qcow2", "zip"]
Layout = Literal["whole", "mbr", "gpt"]
Table = Literal["gpt", "mbr"]
Compression = Literal["none", "fast", "best"]
Noise = Literal["text", "picture", "table", "page", "archive", "log"]
AnswerKind = Literal["text", "path", "digest", "time", "number", "choice", "list"]
Claim = Literal["fact", "opinion"]
"""What an answer is given as, and what a question asks for."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, by the clock of the host on which it did."""

    day: int
    """Days behind the first one of the scenario."""
    second: float
    """Of that day."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the story. Where there are several names, the login of the same place goes with each."""

    id: str
    name: Choice
    login: Choice = ()


@dataclass(frozen=True, slots=True)
class Host:
    """A computer in the story."""

    id: str
    name: Choice
    zone: str = "UTC"
    """IANA zone of its clock."""


@dataclass(frozen=True, slots=True)
class Background:
    """What lies on a volume and has nothing to do with the case."""

    files: int = 0
    kinds: tuple[Noise, ...] = ("text", "picture", "table", "page", "log")
    folders: tuple[str, ...] = ("/Documents", "/Pictures")
    largest: int = 64 * 1024
    """Bytes of the largest; most are much smaller."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk with several volumes: those that name it, in the order in which they stand in the scenario."""

    id: str
    table: Table
    """Kind of its partition table."""
    container: Literal["raw", "e01", "qcow2"] = "raw"
    compression: Compression = "fast"
    """E01 only."""
    segment_size: int = 1 << 30
    """E01 only: bytes that a file of the image may have; what is more is in the next one."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume, the disk that it lies on, and the file in which it is handed out."""

    id: str
    host: str
    file_system: FileSystem
    """``zip``: files that a collector gathered, in the container of that name."""
    size: int
    """Bytes; of a collection, the most that it may have."""
    label: str = "TRAINING"
    disk: str = "whole"
    """Its own: ``whole``, ``mbr``, ``gpt``; or the id of one that it shares, which says what else is said here."""
    container: Container = "raw"
    compression: Compression = "fast"
    segment_size: int = 1 << 30
    background: Background = field(default_factory=Background)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that happens, in a plain verb. Which of the fields a verb takes, `lab.verbs` says."""

    at: Moment
    do: str
    volume: str
    path: str = ""
    to: str = ""
    onto: str = ""
    """Of a copy: the volume that gets it, where it is another one."""
    text: str = ""
    """What a file holds; may have placeholders."""
    source: str = ""
    """A file beside the scenario that is the content."""
    kind: Noise | None = None
    """Made-up content of this kind."""
    size: int = 0
    """Bytes of made-up content."""
    encoding: Literal["utf-8", "utf-16-le", "latin-1"] = "utf-8"
    stream: str = ""
    url: str = ""
    times: Moment | None = None
    """To which a timestomp sets them."""
    plant: str = ""
    """Name of what is planted by this: truth and questions speak of it by this name."""
    finds: tuple[str, ...] = ()
    """What a tool must report of it: ``entry``, ``rule:NAME``, ``mismatch``, ``deleted``, ``stream``."""
    thing: bool = True
    """Whether trainees are expected to name what is planted; naming another planted one costs and brings nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    """What trainees are asked."""

    id: str
    points: int
    kind: AnswerKind
    answer: tuple[str, ...]
    """What is right, with placeholders; several of a list, or ways to write a text."""
    stage: int = 1
    hint_costs: int = 0
    within: float = 0
    """Seconds by which a time may be off beside the precision that its file system has."""
    choices: tuple[str, ...] = ()
    asks: Claim = "fact"
    """``opinion``: for what the evidence can't settle by itself."""
    wrong_costs: float | None = None
    """Share of its points that a wrong answer given as a fact costs; None for that of `Grading`."""


@dataclass(frozen=True, slots=True)
class Grading:
    """What stands beside the points of questions."""

    things: int = 4
    """Points for naming what was planted."""
    wrong_costs: float = 0.25
    """Share of a question's points that a wrong answer given as a fact costs."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the exercise that has its own clock."""

    number: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Damage:
    """What is broken when the story is over. Which of the fields a kind takes, `lab.damaging` says."""

    volume: str
    do: Literal["flip", "zero", "cut", "self", "cycle", "overlap"]
    path: str = ""
    """Of the file that is hurt."""
    other: str = ""
    """Of the file that an overlap leads to."""
    structure: Literal["", "boot", "record"] = ""
    at: int = 0
    """Bytes from the start of the file or, without `path`, of the volume."""
    size: int = 0
    """Bytes; 0 for one sector of a volume, one byte of a file."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """All of it. Texts for people lie beside it, one file for each language."""

    name: str
    minutes: int
    begins: str
    """The first day, as ``2026-03-02``."""
    languages: tuple[str, ...]
    shift_days: tuple[int, int]
    """By how many days a variant lies later: at least, at most."""
    shift_seconds: tuple[int, int]
    """And by how many seconds each moment of the story does."""
    vary: tuple[tuple[str, Values], ...]
    persons: tuple[Person, ...]
    hosts: tuple[Host, ...]
    disks: tuple[Disk, ...]
    volumes: tuple[Volume, ...]
    actions: tuple[Action, ...]
    questions: tuple[Question, ...]
    stages: tuple[Stage, ...]
    damage: tuple[Damage, ...] = ()
    grading: Grading = field(default_factory=Grading)


@dataclass(frozen=True, slots=True)
class Medium:
    """What is handed out as one image, with all that lies on it."""

    id: str
    """Of the disk, or of the one volume."""
    layout: Layout
    container: Container
    compression: Compression
    segment_size: int
    volumes: tuple[Volume, ...]


def media_of(scenario: Scenario) -> tuple[Medium, ...]:
    """Every medium of a scenario without mistakes, in the order of the first volume on each."""
    disks = {disk.id: disk for disk in scenario.disks}
    found: dict[str, Medium] = {}
    for volume in scenario.volumes:
        disk = disks.get(volume.disk)
        if disk is None:
            (layout,) = (one for one in get_args(Layout) if one == volume.disk)
            said = (layout, volume.container, volume.compression, volume.segment_size)
            found[volume.id] = Medium(volume.id, *said, (volume,))
        elif disk.id not in found:
            on_it = tuple(one for one in scenario.volumes if one.disk == disk.id)
            said = (disk.table, disk.container, disk.compression, disk.segment_size)
            found[disk.id] = Medium(disk.id, *said, on_it)
    return tuple(found.values())
