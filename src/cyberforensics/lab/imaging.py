"""Volumes at the end of their story to an image: written side by side on a disk, damaged, digested, and packed."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from cyberforensics.errors import CannotWrite
from cyberforensics.lab.causes import cause_of
from cyberforensics.lab.containers import CONTAINERS, Acquisition, write_zip
from cyberforensics.lab.damaging import Site, Wounds, damaged
from cyberforensics.lab.filesystems import WRITERS
from cyberforensics.lab.made_up import number
from cyberforensics.lab.partitions import SECTOR, Partition, arranged, least_size, write_table
from cyberforensics.lab.plan import CannotHold, NoRoom, PlacedFile, PlannedVolume
from cyberforensics.lab.recovering import recoveries
from cyberforensics.lab.scenario import Damage, Medium, Scenario
from cyberforensics.lab.scenario_file import Written
from cyberforensics.lab.story import Played
from cyberforensics.lab.truth import Image, ImageFile, ImageVolume
from cyberforensics.lab.variant import Variant, fill

_BLOCK = 1 << 20
_YEAR = 365 * 86_400_000_000_000  # nanoseconds
_ENDINGS = {"raw": ".raw", "e01": ".E01", "qcow2": ".qcow2", "zip": ".zip"}

Observer = Callable[[str], None]
"""Told what is being made."""


@dataclass(frozen=True, slots=True)
class WrittenVolume:
    """A volume as it lies on its disk."""

    played: Played
    offset: int
    """In bytes."""
    placed: tuple[PlacedFile, ...]
    left: Mapping[int, str]
    wounds: Wounds


@dataclass(frozen=True, slots=True)
class Made:
    """An image, and what was put on it."""

    image: Image
    volumes: tuple[WrittenVolume, ...]


def make_image(
    written: Written, variant: Variant, medium: Medium, ends: Sequence[Played], folder: Path, observer: Observer
) -> Made:
    """Write a disk with its volumes, and hand it out in its container, in a folder that is there.

    Args:
        ends: of the medium's volumes, in their order.

    Raises:
        ScenarioError: a volume is too small for its story, or can't hold it; the line is named.
        CannotWrite: the folder refuses.
    """
    partitions, size = _arranged(medium, ends)
    raw = folder / f".{medium.id}.part"
    of_volume = ends[0]
    try:
        with raw.open("w+b") as out:
            volumes = []
            serial = _serial(medium, ends, variant)
            about = _about(medium, ends, serial, written.scenario.name)
            for of_volume, partition in zip(ends, partitions, strict=True):
                observer(f"{of_volume.volume.id}: {len(of_volume.held):,} names")
                out.seek(partition.offset)
                placed = _volume(of_volume.planned, out, about)
                volumes.append((of_volume, partition.offset, placed))
            if ends[0].planned.file_system == "zip":
                size = out.tell()
                partitions = (replace(partitions[0], size=size),)
            if medium.layout != "whole":
                write_table(out, medium.layout, size, partitions, serial)
            out.truncate(size)
            done = []
            for of_volume, offset, placed in volumes:
                wounds = damaged(
                    Site(out, offset, of_volume.planned, placed), _hurts(written.scenario, of_volume, variant)
                )
                size = size if wounds.size is None else wounds.size
                done.append(WrittenVolume(of_volume, offset, placed, _left(of_volume, placed), wounds))
            sha256, md5 = _digests(out)
            target = folder / f"{medium.id}{_ENDINGS[medium.container]}"
            paths = CONTAINERS[medium.container](out, size, target, about)
        same = medium.container in ("raw", "zip")
        files = tuple(ImageFile(path.name, sha256 if same else _of_file(path)) for path in paths)
    except (NoRoom, CannotHold) as error:
        where, can = cause_of(error, written.scenario, variant.values, of_volume.volume.id)
        raise written.refused(where, f"volume {of_volume.volume.id}: {error}; {can}") from error
    except OSError as error:
        raise CannotWrite(f"{folder}: the image can't be written ({error.strerror})") from error
    finally:
        raw.unlink(missing_ok=True)
    told = _told(medium, partitions)
    return Made(Image(medium.id, files, sha256, md5, size, medium.layout, told), tuple(done))


def _told(medium: Medium, partitions: Sequence[Partition]) -> tuple[ImageVolume, ...]:
    slots = ["whole"] if medium.layout == "whole" else [f"p{place}" for place in range(1, len(partitions) + 1)]
    return tuple(
        ImageVolume(
            volume.id,
            slot,
            one.offset,
            one.size,
            one.offset // SECTOR,
            (one.offset + one.size) // SECTOR - 1,
            one.file_system,
        )
        for volume, slot, one in zip(medium.volumes, slots, partitions, strict=True)
    )


def _arranged(medium: Medium, ends: Sequence[Played]) -> tuple[tuple[Partition, ...], int]:
    """Where each volume lies, and the disk's size in bytes."""
    if medium.layout == "whole":
        (planned,) = (one.planned for one in ends)
        return (Partition(0, planned.size, planned.file_system),), planned.size
    partitions = arranged([one.planned for one in ends])
    return partitions, least_size(partitions)


def _volume(planned: PlannedVolume, out: BinaryIO, about: Acquisition) -> tuple[PlacedFile, ...]:
    if planned.file_system == "zip":
        return write_zip(planned, out, about.description)
    return WRITERS[planned.file_system](planned, out)


def _serial(medium: Medium, ends: Sequence[Played], variant: Variant) -> int:
    if medium.id == medium.volumes[0].id:
        return ends[0].planned.serial
    return number(f"{variant.seed}/disk/{medium.id}", 1 << 63)


def _about(medium: Medium, ends: Sequence[Played], serial: int, title: str) -> Acquisition:
    return Acquisition(
        case=f"TRAINING {title}",
        evidence=medium.id,
        description="TRAINING: made for an exercise, everything in it is invented",
        examiner="nobody",
        notes="TRAINING",
        acquired=max(one.planned.formatted for one in ends) + _YEAR,
        serial=serial,
        compression=medium.compression,
        segment_size=medium.segment_size,
    )


def _left(played: Played, placed: Sequence[PlacedFile]) -> Mapping[int, str]:
    """Of each stream, by its id in memory, what is left of its content."""
    folders = [one.path for one in played.held if one.kind == "directory"]
    words = recoveries(played.volume.file_system, played.planned.cluster_size or SECTOR, placed, folders)
    return {id(one): word for one, word in zip(placed, words, strict=True)}


def _hurts(scenario: Scenario, played: Played, variant: Variant) -> list[Damage]:
    """The damage of a volume, with its values filled in."""
    return [
        replace(one, path=fill(one.path, variant.values), other=fill(one.other, variant.values))
        for one in scenario.damage
        if one.volume == played.volume.id
    ]


def _digests(out: BinaryIO) -> tuple[str, str]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    out.seek(0)
    while block := out.read(_BLOCK):
        sha256.update(block)
        md5.update(block)
    return sha256.hexdigest(), md5.hexdigest()


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
