"""What is true of a built case: what was planted, where it lies, what is right to answer."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from cyberforensics.errors import UsageError
from cyberforensics.lab.plan import StoredTime
from cyberforensics.lab.scenario import Claim, Layout
from cyberforensics.model.codec import BadShape, decoder
from cyberforensics.model.names import display_text
from cyberforensics.model.versions import PRODUCT, product_version

_FAMILY = "cyberforensics training truth"
FORMAT = f"{_FAMILY} 2"


Left = Literal["whole", "changed", "in-part", "open"]
"""What damage leaves of a file: all of it; other bytes; what can't be read to its end; nothing that is promised."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A file that is handed out."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ImageVolume:
    """A volume on a disk."""

    id: str
    """As the scenario names it."""
    slot: str
    """As a tool names it: ``p1``, ``p2``, …, or ``whole``."""
    offset: int
    """On the disk, in bytes."""
    size: int
    """In bytes."""
    first_sector: int
    last_sector: int
    """Of 512 bytes each."""
    file_system: str


@dataclass(frozen=True, slots=True)
class Image:
    """A disk that is handed out, in one file or in several."""

    id: str
    """Of the disk, or of the one volume on it."""
    files: tuple[ImageFile, ...]
    """In their order."""
    media_sha256: str
    media_md5: str
    """Of the bytes of the disk in it."""
    media_size: int
    """Bytes of the disk."""
    table: Layout
    volumes: tuple[ImageVolume, ...]
    """In the order of the partition table."""

    @property
    def file(self) -> str:
        """Name of the file, or of the first one: what is given to a tool."""
        return self.files[0].name

    @property
    def told_digests(self) -> frozenset[str]:
        """Digests of the disk that nobody needs to compute: handed out, as that of a raw file, or stored in an E01."""
        stored = {self.media_md5} if self.file.lower().endswith(".e01") else set()
        return frozenset({self.media_sha256, self.media_md5} & ({file.sha256 for file in self.files} | stored))

    @property
    def own_digests(self) -> tuple[str, ...]:
        """The others: who states one of them has computed it."""
        return tuple(one for one in (self.media_sha256, self.media_md5) if one not in self.told_digests)


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing that was put there to be found."""

    id: str
    volume: str
    path: str
    stream: str | None
    meta_address: str | None
    name_state: str
    size: int
    md5: str
    sha256: str
    """Of the content that was put in."""
    content_readable: bool
    """Whether the image still gives that content."""
    recovery: str
    """Of a deleted one, what a tool can see of its content, in the words of docs/deleted-entries.md."""
    runs: tuple[tuple[int, int], ...]
    """Offset on the disk and length, in bytes."""
    slack_at: int | None
    times: tuple[StoredTime, ...]
    finds: tuple[str, ...]
    """What a tool must report of it."""
    left: Left
    """What the damage at the end leaves of it, beside what its deletion did."""
    thing: bool
    """Whether a trainee is expected to name it."""
    disclose: bool
    """Whether its content, or a part of it, can't be examined, and a trainee is expected to say so: it is
    encrypted, was overwritten, is no longer there, or can't be read to its end."""

    @property
    def place(self) -> str:
        """As people write it: ``path`` or ``path:stream``."""
        return self.path if self.stream is None else f"{self.path}:{self.stream}"


@dataclass(frozen=True, slots=True)
class Broken:
    """Damage that was done when everything had happened."""

    volume: str
    do: str
    what: str | None
    """The file, or the structure."""
    offset: int
    """On the disk, in bytes."""
    size: int
    """Bytes that it reaches over."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its right answer."""

    id: str
    points: int
    kind: str
    answer: tuple[str, ...]
    stage: int
    hint_costs: int
    within: int
    """Nanoseconds by which a time may be off beside the next."""
    precision: int
    """Of a time, in nanoseconds, as its file system keeps it; 0 of anything else."""
    choices: tuple[str, ...] = ()
    asks: Claim = "fact"
    wrong_costs: int = 0
    """Hundredths of a point that a wrong answer given as a fact costs."""


@dataclass(frozen=True, slots=True)
class Truth:
    """All of it, of one variant."""

    format: str
    scenario: str
    variant: str
    """Digest of the seed: it names the variant and tells nothing about the seed."""
    images: tuple[Image, ...]
    planted: tuple[Planted, ...]
    questions: tuple[Asked, ...]
    damage: tuple[Broken, ...] = ()
    things: int = 0
    """Points for naming what was planted; 0 where nothing is to be named."""
    made_by: str = ""
    """Version of the product."""

    def place_of(self, volume: str) -> tuple[Image, ImageVolume]:
        """Where a volume lies.

        Raises:
            KeyError: there is none.
        """
        found = {one.id: (image, one) for image in self.images for one in image.volumes}
        return found[volume]


def written(truth: Truth) -> bytes:
    """As it lies in ``truth.json``."""
    return (json.dumps(asdict(truth), indent=1, ensure_ascii=False) + "\n").encode()


def read_truth(path: Path) -> Truth:
    """Read a ``truth.json``.

    Raises:
        UsageError: it can't be read, or is none.
    """
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror})", hint="it is made by lab build") from error
    except ValueError as error:
        raise UsageError(f"{path}: is no truth of a training case: {error}") from error
    _check_format(path, found)
    try:
        truth: Truth = decoder(Truth)(found)
    except BadShape as error:
        raise UsageError(f"{path}: is no truth of a training case: {error}") from error
    return truth


def _check_format(path: Path, found: object) -> None:
    """Before the shape is looked at, which another format may have changed."""
    said = found.get("format") if isinstance(found, dict) else None
    if said == FORMAT or not isinstance(said, str) or not said.startswith(_FAMILY) or not isinstance(found, dict):
        return
    made_by = found.get("made_by")
    by = display_text(made_by[:40]) if isinstance(made_by, str) and made_by else "an earlier version"
    raise UsageError(
        f"{path}: was made by {by} in the format {display_text(said[:60])!r}, and {PRODUCT} {product_version()} reads"
        f" {FORMAT!r}",
        hint="grade with the version that made it, or build the case again, with its seed or in its class: lab build",
    )
