"""A scenario to images, and to the truth about them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.lab.checking import VOLUME_VALUES
from cyberforensics.lab.imaging import Observer, WrittenVolume, make_image
from cyberforensics.lab.judging import judge, right_answer
from cyberforensics.lab.plan import Content
from cyberforensics.lab.scenario import Grading, Question, media_of
from cyberforensics.lab.scenario_file import Written
from cyberforensics.lab.story import Plant, play
from cyberforensics.lab.truth import FORMAT, Asked, Broken, Image, Left, Planted, Truth
from cyberforensics.lab.variant import Variant, fill, variant_of
from cyberforensics.lab.wording import wording
from cyberforensics.model.versions import PRODUCT, product_version


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
    ends = {played.volume.id: played for played in play(written, variant)}
    for medium in media_of(written.scenario):
        made = make_image(written, variant, medium, [ends[volume.id] for volume in medium.volumes], folder, observer)
        images.append(made.image)
        for volume in made.volumes:
            broken += volume.wounds.broken
            planted += [_planted(plant, volume) for plant in volume.played.plants]
    values = {**variant.values, **dict(_later_values(images, planted))}
    grading = written.scenario.grading
    asked = tuple(_asked(question, values, planted, grading) for question in written.scenario.questions)
    words = wording("en")
    for place, one in enumerate(asked):
        judged = judge(one, right_answer(one), words)
        if judged.share < 1:
            said = (
                f"answer: {right_answer(one)!r}, and who writes it is not right ({judged.why}); ask for something else"
            )
            raise written.refused(("questions", place, "answer"), said)
    name = hashlib.sha256(f"variant/{seed}".encode()).hexdigest()[:12]
    truth = Truth(
        FORMAT,
        written.scenario.name,
        name,
        tuple(images),
        tuple(planted),
        asked,
        tuple(broken),
        grading.things if any(one.thing for one in planted) else 0,
        f"{PRODUCT} {product_version()}",
    )
    return Built(variant, truth, values)


def _planted(plant: Plant, written: WrittenVolume) -> Planted:
    played, placed, left, offset = written.played, written.placed, written.left, written.offset
    held = played.held[plant.place]
    content = held.content if plant.stream is None else dict(held.streams)[plant.stream]
    # Two files may have had one path, one behind the other: the writer says of them in the order of the plan.
    same = [place for place, one in enumerate(played.held) if one.path == held.path]
    found = [one for one in placed if one.path == held.path and one.stream == plant.stream]
    one = found[min(same.index(plant.place), len(found) - 1)]
    md5, sha256 = _content_digests(content)
    hurt: Left = written.wounds.left.get(id(one), "whole")
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
        left=hurt,
        thing=plant.thing and one.name_state != "gone" and hurt != "open",
        disclose=one.name_state != "gone" and (plant.lost or not one.content_readable or hurt == "in-part"),
    )


def _asked(question: Question, values: Mapping[str, str], planted: Sequence[Planted], grading: Grading) -> Asked:
    answer = tuple(fill(text, values) for text in question.answer)
    precision = 0
    if question.kind == "time":
        kept = [time.precision for plant in planted for time in plant.times if time.time == answer[0]]
        precision = min(kept, default=0)
    said = grading.wrong_costs if question.wrong_costs is None else question.wrong_costs
    share = 0.0 if question.kind == "list" else said
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
        question.asks,
        round(question.points * share * 100),
    )


def _later_values(images: Sequence[Image], planted: Sequence[Planted]) -> Iterator[tuple[str, str]]:
    for image in images:
        for name in dict.fromkeys((image.id, *(volume.id for volume in image.volumes))):
            yield f"image.{name}.sha256", image.media_sha256
            yield f"image.{name}.md5", image.media_md5
            yield f"image.{name}.name", image.file
        for volume in image.volumes:
            yield from ((f"volume.{volume.id}.{key}", str(getattr(volume, key))) for key in VOLUME_VALUES)
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


def _content_digests(content: Content | None) -> tuple[str, str]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    for block in content.blocks() if content is not None else ():
        sha256.update(block)
        md5.update(block)
    return md5.hexdigest(), sha256.hexdigest()
