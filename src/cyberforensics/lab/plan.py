"""What a volume shall hold, and where it came to lie: what goes into a writer of a file system and what comes out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

Kind = Literal["file", "directory", "link"]
NameState = Literal["allocated", "deleted", "orphan", "gone"]


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that are made when they are needed, so that a large file never lies in memory as a whole."""

    size: int
    """In bytes."""
    blocks: Callable[[], Iterator[bytes]]
    """Gives the same bytes whenever it is called, `size` of them."""


@dataclass(frozen=True, slots=True)
class Stamps:
    """Four moments in nanoseconds since 1970, UTC. A file system keeps what it can, as precisely as it can."""

    created: int
    modified: int
    changed: int
    """Of the metadata."""
    accessed: int


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One name to be written. Folders come before what lies in them."""

    path: str
    """From the root, as in ``/Users/mira/letter.txt``."""
    kind: Kind
    stamps: Stamps
    content: Content | None = None
    """None of what is no file."""
    name_stamps: Stamps | None = None
    """NTFS: those of the file name attribute; None for the same ones."""
    streams: tuple[tuple[str, Content], ...] = ()
    """Alternate streams (NTFS), by name."""
    deleted: bool = False
    """Written, then deleted as the system does it: what it held stays where it lay, unless `overwritten`."""
    overwritten: bool = False
    """Of a deleted one: its clusters are given to a file that is written afterwards."""
    slack: bytes = b""
    """To be put behind the end of the content, in its last cluster."""
    link_target: str = ""
    owner: int = 0
    """User number, where the file system has one."""
    hidden: bool = False
    """With the attribute that hides it, where the file system has one."""


@dataclass(frozen=True, slots=True)
class PlannedVolume:
    """One volume to be written."""

    file_system: str
    """``ntfs fat12 fat16 fat32 exfat ext4 iso9660``, or ``zip``."""
    size: int
    """In bytes, a multiple of 512."""
    label: str
    serial: int
    """What the volume's serial number or UUID is made of: the same gives the same bytes."""
    formatted: int
    """When, in nanoseconds since 1970, UTC."""
    files: tuple[PlannedFile, ...]
    cluster_size: int | None = None
    """None for what the file system's own tools take for a volume of that size."""
    utc_offset: int = 0
    """Minutes that the local clock was ahead of UTC, for file systems that keep local times."""


@dataclass(frozen=True, slots=True)
class StoredTime:
    """A moment as the file system keeps it."""

    meaning: str
    """In the words of the product's own `times` (docs/timelines.md)."""
    time: str
    """RFC 3339 with just the digits that are kept; without offset where the zone is not kept."""
    precision: int
    """In nanoseconds."""
    zone_basis: Literal["utc", "local-unknown", "offset-recorded"]


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """Where one stream of a planned file came to lie: what the truth says of it."""

    path: str
    stream: str | None
    meta_address: str | None
    """As The Sleuth Kit writes it; None where it has none before the image is read."""
    size: int
    runs: tuple[tuple[int, int], ...]
    """Offset in the volume and length, in bytes, of the content in its order; of a resident one, where it lies."""
    slack_at: int | None
    """Offset in the volume of the bytes put behind the end."""
    times: tuple[StoredTime, ...]
    name_state: NameState
    content_readable: bool
    """False where the clusters were given to something else."""


class Writer(Protocol):
    """A file system's writer. Same plan, same bytes."""

    def __call__(self, volume: PlannedVolume, out: BinaryIO) -> tuple[PlacedFile, ...]:
        """Write the volume into a seekable file, from its present position on, and say where everything lies.

        What is never written stays a hole. Memory does not grow with the contents.

        Raises:
            NoRoom: the volume is too small; the message says by how much.
            CannotHold: the file system can't hold something of the plan; the message names the path and why.
        """
        ...


class NoRoom(Exception):
    """The volume is too small for its files."""


class CannotHold(Exception):
    """The file system can't hold something of the plan."""

    damage: int | None = None
    """Which damage of the volume it is about, from 0, where it is about one."""
