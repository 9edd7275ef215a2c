"""A scenario to images, and to the truth about them."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from cyberforensics.errors import CannotWrite
from cyberforensics.lab.causes import cause_of
from cyberforensics.lab.containers import CONTAINERS, Acquisition, write_zip
from cyberforensics.lab.damaging import Site, Wounds, damaged
from cyberforensics.lab.filesystems import WRITERS
from cyberforensics.lab.judging import judge, right_answer
from cyberforensics.lab.partitions import SECTOR, arranged, least_size, write_table
from cyberforensics.lab.plan import CannotHold, Content, NoRoom, PlacedFile
from cyberforensics.lab.recovering import recoveries
from cyberforensics.lab.scenario import Damage, Question, Scenario
from cyberforensics.lab.scenario_file import Written
from cyberforensics.lab.story import Plant, Played, play
from cyberforensics.lab.truth import FORMAT, Asked, Broken, Image, Planted, Truth
from cyberforensics.lab.variant import Variant, fill, variant_of
from cyberforensics.lab.wording import wording

_BLOCK = 1 << 20
_YEAR = 365 * 86_400_000_000_000  # nanoseconds
_ENDINGS = {"raw": ".raw", "e01": ".E01", "qcow2": ".qcow2", "zip": ".zip"}

Observer = Callable[[str], None]
"""Told what is being made."""


@dataclass(frozen=True, slots=True)
class Built:
    """A variant as it lies in its folder."""

    variant: Variant
    truth: Truth
    values: Mapping[str, str]
    """All placeholders, those of plants and images too."""


def build(written: Written, seed: str, folder: Path, observer: Observer = lambda _: None) -> Built:
    """Make the images of one variant in a folder that is there. The same scenario and seed give the same bytes.

    Raises:
        ScenarioError: the story does not work, or a volume is too small for it.
        CannotWrite: the folder refuses.
    """
    variant = variant_of(written.scenario, seed)
    images: list[Image] = []
    planted: list[Planted] = []
    broken: list[Broken] = []
    for played in play(written, variant):
        observer(f"{played.volume.id}: {len(played.held):,} names")
        try:
            hurts = _hurts(written.scenario, played, variant)
            image, placed, wounds = _image(played, folder, written.scenario.name, hurts)
            left = _left(played, placed)
        except (NoRoom, CannotHold) as error:
            where, can = cause_of(error, written.scenario, variant.values, played.volume.id)
            raise written.refused(where, f"volume {played.volume.id}: {error}; {can}") from error
        except OSError as error:
            raise CannotWrite(f"{folder}: the image can't be written ({error.strerror})") from error
        images.append(image)
        broken += wounds.broken
        planted += [_planted(plant, played, placed, left, wounds, image.offset) for plant in played.plants]
    values = {**variant.values, **dict(_later_values(images, planted))}
    asked = tuple(_asked(question, values, planted) for question in written.scenario.questions)
    words = wording("en")
    for place, one in enumerate(asked):
        judged = judge(one, right_answer(one), words)
        if judged.share < 1:
            said = (
                f"answer: {right_answer(one)!r}, and who writes it is not right ({judged.why}); ask for something else"
            )
            raise written.refused(("questions", place, "answer"), said)
    name = hashlib.sha256(f"variant/{seed}".encode()).hexdigest()[:12]
    truth = Truth(FORMAT, written.scenario.name, name, tuple(images), tuple(planted), asked, tuple(broken))
    return Built(variant, truth, values)


def _hurts(scenario: Scenario, played: Played, variant: Variant) -> list[Damage]:
    """The damage of a volume, with its values filled in."""
    return [
        replace(one, path=fill(one.path, variant.values), other=fill(one.other, variant.values))
        for one in scenario.damage
        if one.volume == played.volume.id
    ]


def _image(
    played: Played, folder: Path, title: str, hurts: Sequence[Damage]
) -> tuple[Image, tuple[PlacedFile, ...], Wounds]:
    volume = played.volume
    raw = folder / f".{volume.id}.part"
    try:
        with raw.open("w+b") as out:
            about = _about(played, title)
            placed, offset, size = _disk(played, out, about)
            wounds = damaged(Site(out, offset, played.planned, placed), hurts)
            size = size if wounds.size is None else wounds.size
            sha256, md5 = _digests(out)
            target = folder / f"{volume.id}{_ENDINGS[volume.container]}"
            CONTAINERS[volume.container](out, size, target, about)
    finally:
        raw.unlink(missing_ok=True)
    with target.open("rb") as file:
        of_file = sha256 if volume.container in ("raw", "zip") else hashlib.file_digest(file, "sha256").hexdigest()
    inside = size if volume.file_system == "zip" else volume.size
    image = Image(volume.id, target.name, of_file, sha256, md5, size, offset, inside, volume.file_system)
    return image, placed, wounds


def _disk(played: Played, out: BinaryIO, about: Acquisition) -> tuple[tuple[PlacedFile, ...], int, int]:
    """Write the disk, or the collection; gives what lies where, the volume's offset, and the disk's size."""
    planned, scheme = played.planned, played.volume.disk
    if planned.file_system == "zip":
        return write_zip(planned, out, about.description), 0, out.tell()
    write = WRITERS[played.volume.file_system]
    if scheme == "whole":
        placed, offset, size = write(planned, out), 0, planned.size
    else:
        (partition,) = arranged([planned])
        offset, size = partition.offset, least_size([partition])
        out.seek(offset)
        placed = write(planned, out)
        out.seek(0)
        write_table(out, scheme, size, [partition], planned.serial)
    out.truncate(size)
    return placed, offset, size


def _about(played: Played, title: str) -> Acquisition:
    return Acquisition(
        case=f"TRAINING {title}",
        evidence=played.volume.id,
        description="TRAINING: made for an exercise, everything in it is invented",
        examiner="nobody",
        notes="TRAINING",
        acquired=played.planned.formatted + _YEAR,
        serial=played.planned.serial,
    )


def _left(played: Played, placed: Sequence[PlacedFile]) -> Mapping[int, str]:
    """Of each stream, by its id in memory, what is left of its content."""
    folders = [one.path for one in played.held if one.kind == "directory"]
    words = recoveries(played.volume.file_system, played.planned.cluster_size or SECTOR, placed, folders)
    return {id(one): word for one, word in zip(placed, words, strict=True)}


def _planted(
    plant: Plant,
    played: Played,
    placed: Sequence[PlacedFile],
    left: Mapping[int, str],
    wounds: Wounds,
    offset: int,
) -> Planted:
    held = played.held[plant.place]
    content = held.content if plant.stream is None else dict(held.streams)[plant.stream]
    # Two files may have had one path, one behind the other: the writer says of them in the order of the plan.
    same = [place for place, one in enumerate(played.held) if one.path == held.path]
    found = [one for one in placed if one.path == held.path and one.stream == plant.stream]
    one = found[min(same.index(plant.place), len(found) - 1)]
    md5, sha256 = _content_digests(content)
    return Planted(
        id=plant.id,
        volume=plant.volume,
        path=one.path,
        stream=one.stream,
        meta_address=one.meta_address,
        name_state=one.name_state,
        size=one.size,
        md5=md5,
        sha256=sha256,
        content_readable=one.content_readable,
        recovery=left[id(one)],
        runs=tuple((start + offset, length) for start, length in one.runs),
        slack_at=None if one.slack_at is None else one.slack_at + offset,
        times=one.times,
        finds=plant.finds,
        left=wounds.left.get(id(one), "whole"),
    )


def _asked(question: Question, values: Mapping[str, str], planted: Sequence[Planted]) -> Asked:
    answer = tuple(fill(text, values) for text in question.answer)
    precision = 0
    if question.kind == "time":
        kept = [time.precision for plant in planted for time in plant.times if time.time == answer[0]]
        precision = min(kept, default=0)
    return Asked(
        question.id,
        question.points,
        question.kind,
        answer,
        question.stage,
        question.hint_costs,
        round(question.within * 1_000_000_000),
        precision,
        tuple(fill(text, values) for text in question.choices),
    )


def _later_values(images: Sequence[Image], planted: Sequence[Planted]) -> Iterator[tuple[str, str]]:
    for image in images:
        yield f"image.{image.volume}.sha256", image.media_sha256
        yield f"image.{image.volume}.md5", image.media_md5
        yield f"image.{image.volume}.name", image.file
    for one in planted:
        times = {time.meaning: time.time for time in one.times}
        where = one.runs[0][0] if one.runs else (one.slack_at or 0)
        found = {
            "path": one.path,
            "name": one.path.rpartition("/")[2],
            "sha256": one.sha256,
            "md5": one.md5,
            "size": str(one.size),
            "created": times.get("created", ""),
            "modified": times.get("modified", ""),
            "meta_address": one.meta_address or "",
            "offset": str(where),
        }
        yield from ((f"plant.{one.id}.{name}", value) for name, value in found.items())


def _digests(out: BinaryIO) -> tuple[str, str]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    out.seek(0)
    while block := out.read(_BLOCK):
        sha256.update(block)
        md5.update(block)
    return sha256.hexdigest(), md5.hexdigest()


def _content_digests(content: Content | None) -> tuple[str, str]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    for block in content.blocks() if content is not None else ():
        sha256.update(block)
        md5.update(block)
    return md5.hexdigest(), sha256.hexdigest()
