"""Partition tables as sfdisk, sgdisk, The Sleuth Kit and the product read them."""

import json
from pathlib import Path
from typing import Any

import pytest
import pytsk3
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics import case
from cyberforensics.lab.filesystems import WRITERS
from cyberforensics.lab.partitions import ALIGNMENT, Partition, Scheme, arranged, least_size, write_table
from cyberforensics.lab.plan import CannotHold, NoRoom
from cyberforensics.triage import Options, triage
from tests.lab import plans

MIB = 1 << 20


def disk(work: Path, scheme: Scheme) -> tuple[Path, tuple[Partition, ...]]:
    """A disk of three volumes with a gap."""
    files, _ = plans.office()
    volumes = [plans.volume("fat32", 34 * MIB, files), plans.volume("ext4", 8 * MIB, files)]
    volumes.append(plans.volume("fat12", 2 * MIB, [plans.file("/a.txt", b"a")]))
    partitions = arranged(volumes, gaps=(0, 3 * MIB))
    path = work / "disk.raw"
    with path.open("w+b") as out:
        out.truncate(least_size(partitions))
        for one, volume in zip(partitions, volumes, strict=True):
            out.seek(one.offset)
            WRITERS[volume.file_system](volume, out)
        write_table(out, scheme, least_size(partitions), partitions, 7)
    return path, partitions


@pytest.mark.parametrize("scheme", ["mbr", "gpt"])
def test_other_programs_agree(scheme: Scheme, tmp_path: Path) -> None:
    path, partitions = disk(tmp_path, scheme)
    told: dict[str, Any] = json.loads(plans.program("sfdisk", "--json", path))["partitiontable"]
    assert told["label"] == {"mbr": "dos", "gpt": "gpt"}[scheme]
    found = [(one["start"] * 512, one["size"] * 512) for one in told["partitions"]]
    assert found == [(one.offset, one.size) for one in partitions]
    if scheme == "mbr":
        assert [one["type"] for one in told["partitions"]] == ["c", "83", "1"]
    assert "No errors detected" in plans.program("sfdisk", "--verify", path)
    listed = plans.program("mmls", path)
    for one in partitions:
        assert f"{one.offset // 512:010}   {(one.offset + one.size) // 512 - 1:010}" in listed


def test_both_headers_hold(tmp_path: Path) -> None:
    path, _ = disk(tmp_path, "gpt")
    assert "No problems found" in plans.program("sgdisk", "--verify", path)
    with path.open("r+b") as damaged:
        damaged.seek(512)
        damaged.write(bytes(512))
    told = plans.program("sgdisk", "--print", path)
    assert "Main header: ERROR" in told
    assert "Backup header: OK" in told


@pytest.mark.parametrize("scheme", ["mbr", "gpt"])
def test_the_product_finds_the_volumes(scheme: Scheme, tmp_path: Path) -> None:
    path, partitions = disk(tmp_path, scheme)
    triage([path], tmp_path / "case", Options(rule_packs=(), workers=1, cross_check=True, verify="no"))
    with case.open_existing(tmp_path / "case") as store:
        volumes = {volume.offset: volume for volume in case.volumes(store) if volume.filesystem is not None}
        assert all(one.different == 0 for one in case.cross_checks(store))
    assert [(one.offset, one.size) for one in partitions] == [(at, volume.size) for at, volume in volumes.items()]


@pytest.mark.parametrize("scheme", ["mbr", "gpt"])
def test_what_it_refuses(scheme: Scheme, tmp_path: Path) -> None:
    with (tmp_path / "disk.raw").open("w+b") as out:
        for partitions, words in (
            ([Partition(ALIGNMENT, MIB, "ext4")] * 129, "has room for"),
            ([Partition(0, MIB, "ext4")], "begins at 0"),
            ([Partition(MIB, 2 * MIB, "ext4"), Partition(2 * MIB, MIB, "ext4")], "partition 2: it begins at 2097152"),
            ([Partition(MIB + 1, MIB, "ext4")], "within a sector"),
        ):
            with pytest.raises(CannotHold, match=words):
                write_table(out, scheme, 5 * MIB, partitions, 1)
        with pytest.raises(NoRoom, match="partition 1: the disk is"):
            write_table(out, scheme, 5 * MIB, [Partition(MIB, 5 * MIB, "ext4")], 1)


@given(
    st.lists(st.tuples(st.integers(0, 3 * MIB), st.integers(1, 4000)), min_size=1, max_size=4),
    st.sampled_from(("mbr", "gpt")),
)
@settings(max_examples=30, deadline=None)
def test_random_disks(tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[int, int]], scheme: Scheme) -> None:
    volumes = [plans.volume("ext4", sectors * 512, []) for _, sectors in parts]
    partitions = arranged(volumes, [gap for gap, _ in parts])
    path = tmp_path_factory.mktemp("random") / "disk.raw"
    with path.open("w+b") as out:
        out.truncate(least_size(partitions))
        write_table(out, scheme, least_size(partitions), partitions, 1)
    listed = pytsk3.Volume_Info(pytsk3.Img_Info(str(path)))
    allocated = [(one.start * 512, one.len * 512) for one in listed if int(one.flags) & 1]
    assert allocated == [(one.offset, one.size) for one in partitions]
