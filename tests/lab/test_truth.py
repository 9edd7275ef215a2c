"""The scenario of proof under several seeds: the product and The Sleuth Kit are both held to its truth.json.

One triage takes all nine images, and the assertions of a validation compare what came out. Beside them ``fls``,
``istat`` and ``icat`` read the same volumes, so that a mistake that a writer of the lab shares with the product shows.
Their times of exFAT (The Sleuth Kit leaves out the recorded offset) and ISO 9660 are not compared.
"""

import hashlib
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import pytest

from cyberforensics import case, query
from cyberforensics.assertions import ASSERTIONS, Observed, Subject
from cyberforensics.lab import proving
from cyberforensics.lab.filesystems import WRITERS
from cyberforensics.lab.scenario import Container, FileSystem, Layout, media_of
from cyberforensics.lab.scenario_file import read_scenario
from cyberforensics.lab.truth import Image, ImageVolume, Planted, Truth, read_truth
from cyberforensics.triage import Options, triage

SEEDS = ("1", "another class", "2026-03-02/17")
_TABLES = ("entries", "findings", "problems", "volumes", "coverage")
_COMPARED = {"A01": 1, "A02": 10, "A03": 20, "A04": 39, "A07": 20, "A09": 1}
"""What each assertion compares at least on each image: one that compares nothing can't fail."""


@dataclass(frozen=True)
class Made:
    """The images of a seed, and what one triage of all of them gave."""

    folder: Path
    truth: Truth
    subjects: tuple[Subject, ...]


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("proof")
    proofs = proving.build_proofs(folder, request.param)
    names = {proof.name: proof.name.upper() for proof in proofs}
    summary = triage({names[proof.name]: proof.file for proof in proofs}, folder / "case", Options(workers=2))
    with case.open_existing(folder / "case") as store:
        rows = {what: tuple(query.objects(store, what, query.Filters())) for what in _TABLES}
    checks = {exhibit.evidence.exhibit: exhibit.digest_checks for exhibit in summary.document.exhibits}
    subjects = []
    for proof in proofs:
        own = {
            what: tuple(row for row in found if row["evidence"] == names[proof.name]) for what, found in rows.items()
        }
        observed = Observed(
            2, own["entries"], own["findings"], own["problems"], own["volumes"], own["coverage"],
            checks[names[proof.name]], {}, (), (),
        )  # fmt: skip
        subjects.append(Subject(proof.name, "", proof.expected, first=observed))
    return Made(folder, read_truth(folder / proving.TRUTH), tuple(subjects))


CHECKS = {one.id: one.check for one in ASSERTIONS}


@pytest.mark.parametrize("assertion", _COMPARED)
def test_the_product_finds_what_the_truth_says(made: Made, assertion: str) -> None:
    for subject in made.subjects:
        outcome = CHECKS[assertion](subject)
        assert outcome is not None
        assert outcome.differences == (), (subject.name, outcome.differences[:5])
        assert outcome.compared >= _COMPARED[assertion], (subject.name, outcome)


def test_every_file_system_container_and_disk_is_among_them(made: Made) -> None:
    scenario = read_scenario(proving.PROOF).scenario
    volumes = [one for one in scenario.volumes if one.disk != "shared"]
    assert {one.file_system for one in volumes} == set(get_args(FileSystem)) == {*WRITERS, "zip"}
    assert {one.container for one in volumes} == set(get_args(Container))
    assert {one.disk for one in volumes} == set(get_args(Layout))
    assert [image.id for image in made.truth.images] == [one.id for one in media_of(scenario)]


def test_a_disk_of_three_file_systems_in_several_segments_is_among_them(made: Made) -> None:
    (image,) = [image for image in made.truth.images if len(image.volumes) > 1]
    assert [volume.file_system for volume in image.volumes] == ["ntfs", "fat16", "ext4"]
    assert [file.name for file in image.files][:3] == ["shared.E01", "shared.E02", "shared.E03"]
    (subject,) = [one for one in made.subjects if one.name == "lab-shared"]
    assert subject.first is not None
    opened = [row["offset"] for row in subject.first.volumes if row["status"] == "opened"]
    assert opened == [volume.offset for volume in image.volumes]


def test_every_recovery_that_a_story_can_leave_is_among_them(made: Made) -> None:
    found = {(made.truth.place_of(one.volume)[1].file_system, one.recovery) for one in made.truth.planted}
    assert found >= {
        ("ntfs", "resident"), ("ntfs", "runs-all-unallocated"), ("fat12", "runs-assumed-contiguous"),
        ("exfat", "runs-all-unallocated"), ("ext4", "no-runs"), ("iso9660", "not-applicable"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("assertion", "what", "value"),
    [
        ("A02", "size", 1), ("A02", "name_state", "orphan"), ("A02", "recovery", "record-reused"),
        ("A02", "path", "/nowhere.txt"), ("A03", "sha256", "0" * 64), ("A04", "times", []), ("A07", "path", "/x"),
    ],
)  # fmt: skip
def test_a_product_that_says_something_else_is_told(made: Made, assertion: str, what: str, value: object) -> None:
    for subject in made.subjects:
        assert subject.first is not None
        wrong = [{**row, what: value} for row in subject.first.entries]
        found = [{**row, what: value} if what == "path" else row for row in subject.first.findings]
        other = replace(subject, first=replace(subject.first, entries=tuple(wrong), findings=tuple(found)))
        outcome = CHECKS[assertion](other)
        assert outcome is not None
        assert outcome.differences != (), subject.name


# The Sleuth Kit beside it


def _on_disks(made: Made) -> list[tuple[Image, ImageVolume]]:
    """Every volume, without the zip collection, in which there is no file system."""
    volumes = [(image, volume) for image in made.truth.images for volume in image.volumes]
    return [(image, volume) for image, volume in volumes if volume.file_system != "zip"]


def _tsk(made: Made, image: Image, volume: ImageVolume, *command: str) -> bytes:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not there (Debian package sleuthkit)")
    words = [command[0], "-o", str(volume.first_sector), *command[1:-1], str(made.folder / f"{image.id}.raw")]
    words += [command[-1]] if command[0] != "fls" else []
    done = subprocess.run(words, capture_output=True, check=True, env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"})
    return done.stdout


def _listed(made: Made, image: Image, volume: ImageVolume) -> dict[str, tuple[str, bool]]:
    """Address, and whether it is deleted, of each name and stream that ``fls`` lists."""
    lines = _tsk(made, image, volume, "fls", "-r", "-p", "").decode().splitlines()
    found = [re.fullmatch(r"\S/\S (\* )?([\d-]+)(?:\(realloc\))?:\t(.*)", line) for line in lines]
    return {f"/{one[3]}": (one[2], bool(one[1])) for one in found if one is not None}


def test_fls_lists_what_was_planted_with_its_state_and_address(made: Made) -> None:
    for image, volume in _on_disks(made):
        listed = _listed(made, image, volume)
        for one in _of(made, volume):
            address, deleted = listed[one.path + (f":{one.stream}" if one.stream else "")]
            assert deleted == (one.name_state != "allocated"), one
            if one.meta_address is not None and volume.file_system == "ntfs":
                number, _, kind, attribute = one.meta_address.split("-")
                assert address == f"{number}-{kind}-{attribute}", one
            elif one.meta_address is not None:
                assert address == one.meta_address, one


def test_icat_gives_the_content_that_the_truth_says_is_there(made: Made) -> None:
    for image, volume in _on_disks(made):
        listed = _listed(made, image, volume)
        for one in _of(made, volume):
            address, _ = listed[one.path + (f":{one.stream}" if one.stream else "")]
            given = _tsk(made, image, volume, "icat", "-r", address) if one.name_state != "allocated" else b""
            if one.name_state == "allocated":
                given = _tsk(made, image, volume, "icat", address)
            assert (hashlib.sha256(given).hexdigest() == one.sha256) == one.content_readable, one


_LABELS = {
    "ntfs": ("Created", "File Modified", "MFT Modified", "Accessed"),
    "fat": ("Written", "Accessed", "Created"),
    "ext4": ("Accessed", "File Modified", "Inode Modified", "File Created", "Deleted"),
}
_MEANINGS = {
    "ntfs": ("created", "modified", "changed", "accessed", "fn-created", "fn-modified", "fn-changed", "fn-accessed"),
    "fat": ("modified", "accessed", "created"),
    "ext4": ("accessed", "modified", "changed", "created", "deleted"),
}


def test_istat_says_the_same_moments(made: Made) -> None:
    compared = 0
    for image, volume in _on_disks(made):
        family = volume.file_system.rstrip("0123456789") if volume.file_system != "ext4" else "ext4"
        if family not in _LABELS:
            continue
        for one in _of(made, volume):
            if one.stream or one.meta_address is None:
                continue
            said = _tsk(made, image, volume, "istat", one.meta_address.partition("-")[0]).decode()
            labels = "|".join(_LABELS[family])
            times = re.findall(rf"^(?:{labels}):\t(\d\S+) (\S+) \(UTC\)$", said, re.MULTILINE)
            shown = dict(zip(_MEANINGS[family], (f"{day}T{clock}" for day, clock in times), strict=False))
            for time in one.times:
                wanted = time.time.removesuffix("Z")[:19]
                if (family, time.meaning, time.time[19:]) == ("fat", "created", ".00"):
                    # istat leaves out an odd second behind which there is nothing.
                    wanted = f"{wanted[:17]}{int(wanted[17:]) // 2 * 2:02d}"
                assert shown[time.meaning].startswith(wanted), (one.path, time, shown)
                compared += 1
    assert compared > 250


def test_zipfile_reads_what_was_planted_in_the_collection(made: Made) -> None:
    (image,) = [image for image in made.truth.images if image.volumes[0].file_system == "zip"]
    (volume,) = image.volumes
    data = (made.folder / image.file).read_bytes()
    with zipfile.ZipFile(made.folder / image.file) as archive:
        assert archive.testzip() is None
        for one in _of(made, volume):
            content = archive.read(one.path[1:])
            assert (len(content), hashlib.sha256(content).hexdigest()) == (one.size, one.sha256)
            assert b"".join(data[start : start + length] for start, length in one.runs) == content


def _of(made: Made, volume: ImageVolume) -> Iterator[Planted]:
    return (one for one in made.truth.planted if one.volume == volume.id)
