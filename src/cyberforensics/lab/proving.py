"""The scenario ``proof``, whose images the product is held against, and its truth in the form of a validation's."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cyberforensics.assertions import Truth as Expected
from cyberforensics.errors import CannotWrite
from cyberforensics.lab.building import build
from cyberforensics.lab.scenario import media_of
from cyberforensics.lab.scenario_file import Written, read_scenario
from cyberforensics.lab.truth import Image, Planted, Truth, written

TRUTH = "truth.json"
PROOF = Path(__file__).parent / "proof"
"""The scenario's folder: every file system, kind of disk and container of the lab."""

_FORMATS = {".E01": "EWF-E01", ".raw": "raw", ".qcow2": "qcow2", ".zip": "zip"}
_ORIGIN = (
    "truth.json of a scenario of the product's own training lab: what its story and its writers put in, noted while"
    " they wrote, and not read back"
)


@dataclass(frozen=True, slots=True)
class Proof:
    """One built image, and what must come out of it."""

    name: str
    """``lab-`` and the id of the disk, or of the volume."""
    file: Path
    expected: Expected


def names() -> tuple[str, ...]:
    """Of all images of the scenario."""
    return tuple(_name(medium.id) for medium in media_of(read_scenario(PROOF).scenario))


def build_proofs(folder: Path, seed: str, only: Sequence[str] = ()) -> tuple[Proof, ...]:
    """Build the images into a folder that is there, with their ``truth.json``; beside each container its raw bytes.

    Args:
        only: names of images; all of them where there are none.

    Raises:
        CannotWrite: the folder refuses.
    """
    proof = read_scenario(PROOF)
    # All of it even where less is asked for: what is made up depends on where an action stands in the story.
    truth = build(proof, seed, folder).truth
    raw = {image.id: image for image in _raw(proof, seed, folder)}
    try:
        (folder / TRUTH).write_bytes(written(truth))
    except OSError as error:
        raise CannotWrite(f"{folder / TRUTH}: can't be written ({error.strerror})") from error
    return tuple(
        Proof(_name(image.id), folder / image.file, expected(truth, image, raw[image.id]))
        for image in truth.images
        if not only or _name(image.id) in only
    )


def _raw(proof: Written, seed: str, folder: Path) -> tuple[Image, ...]:
    """Build the same without containers, and put each file beside the others that is not there yet."""
    volumes = tuple(one if one.container == "zip" else replace(one, container="raw") for one in proof.scenario.volumes)
    disks = tuple(replace(one, container="raw") for one in proof.scenario.disks)
    bare = replace(proof, scenario=replace(proof.scenario, volumes=volumes, disks=disks))
    try:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            images = build(bare, seed, Path(place)).truth.images
            for image in images:
                Path(place, image.file).replace(folder / image.file)
    except OSError as error:
        raise CannotWrite(f"{folder}: can't be written ({error.strerror})") from error
    return images


def expected(truth: Truth, image: Image, raw: Image | None = None) -> Expected:
    """What a validation is to expect of an image: the truth about it, in the tables of fixtures/README.md.

    Args:
        raw: the same media without a container.
    """
    files = [image] if raw is None or raw.file == image.file else [image, raw]
    containers: list[dict[str, Any]] = [
        {"format": _FORMATS[Path(one.file).suffix], "segments": [file.name for file in one.files]} for one in files
    ]
    if containers[0]["format"] == "EWF-E01":
        containers[0]["stored_md5"] = image.media_md5
    volumes = tuple(
        {
            "slot": "whole" if volume.slot == "whole" else "partition",
            "offset": volume.offset,
            "size": volume.size,
            "file_system": volume.file_system,
            "entries": [_entry(one, volume.file_system) for one in truth.planted if one.volume == volume.id],
        }
        for volume in image.volumes
    )
    systems = ", ".join(volume.file_system for volume in image.volumes)
    return Expected(
        image=_name(image.id),
        about=f"{truth.scenario}, variant {truth.variant}: {systems}, {containers[0]['format']}",
        origin=_ORIGIN,
        media_size=image.media_size,
        media={"md5": image.media_md5, "sha256": image.media_sha256},
        containers=tuple(containers),
        volumes=volumes,
    )


def _entry(one: Planted, file_system: str) -> dict[str, Any]:
    # The kernel clears the size of an ext4 inode when it frees it (https://docs.kernel.org/filesystems/ext4/).
    kept = file_system != "ext4" or one.name_state == "allocated"
    rules = [find for find in one.finds if find.startswith("rule:")]
    return {
        "path": one.path,
        "kind": "file",
        "stream": one.stream,
        "name_state": one.name_state,
        "recovery": one.recovery,
        "size": one.size if kept else 0,
        "md5": one.md5,
        "sha256": one.sha256,
        "content_readable": one.content_readable,
        "times": [asdict(time) for time in one.times],
        "planted": rules[0] if rules else "innocuous",
    }


def _name(image: str) -> str:
    return f"lab-{image}"
