"""QCOW2 images as qemu-img and libqcow read them."""

import json
from pathlib import Path

import pyqcow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.lab.containers.qcow2 import write_qcow2
from cyberforensics.lab.plan import CannotHold
from tests.lab import plans
from tests.lab.containers.test_e01 import ABOUT, disk

CLUSTER = 65536


def read(path: Path, size: int) -> bytes:
    """What libqcow reads."""
    image = pyqcow.file()
    image.open(str(path))
    assert image.get_media_size() == size
    data = bytes(image.read_buffer(size))
    image.close()
    return data


def test_qemu_finds_nothing_wrong(tmp_path: Path) -> None:
    data = plans.made("disk", 200_192) + bytes(10 * CLUSTER) + plans.made("end", 1024)
    with disk(tmp_path, data).open("rb") as opened:
        (path,) = write_qcow2(opened, len(data), tmp_path / "disk.qcow2", ABOUT)
    assert path.stat().st_size < len(data)
    assert b"TRAINING: an invented" in path.read_bytes()[:CLUSTER]
    assert "No errors were found" in plans.program("qemu-img", "check", path)
    told = json.loads(plans.program("qemu-img", "info", "--output=json", path))
    assert (told["format"], told["virtual-size"]) == ("qcow2", len(data))
    assert told["format-specific"]["data"]["compat"] == "1.1"  # version 3
    plans.program("qemu-img", "convert", "-O", "raw", path, tmp_path / "back.raw")
    assert (tmp_path / "back.raw").read_bytes() == data


def test_more_than_one_table(tmp_path: Path) -> None:
    """A table reaches over 512 MiB: the disk is made of holes."""
    source, size = tmp_path / "disk.raw", 700 << 20
    with source.open("wb") as out:
        for place in (0, 600 << 20, size - CLUSTER):
            out.seek(place)
            out.write(plans.made(str(place), CLUSTER))
    with source.open("rb") as opened:
        (path,) = write_qcow2(opened, size, tmp_path / "disk.qcow2", ABOUT)
    assert "No errors were found" in plans.program("qemu-img", "check", path)
    assert "identical" in plans.program("qemu-img", "compare", path, source)


@given(
    st.lists(
        st.sampled_from([bytes(512), b"a" * 512, plans.made("one", CLUSTER), bytes(CLUSTER)]), min_size=1, max_size=12
    )
)
@settings(max_examples=30, deadline=None)
def test_random_disks_are_read_back(tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]) -> None:
    work, data = tmp_path_factory.mktemp("random"), b"".join(parts)
    with disk(work, data).open("rb") as opened:
        (path,) = write_qcow2(opened, len(data), work / "disk.qcow2", ABOUT)
        (again,) = write_qcow2(opened, len(data), work / "again.qcow2", ABOUT)
    assert path.read_bytes() == again.read_bytes()
    assert read(path, len(data)) == data


def test_only_whole_sectors(tmp_path: Path) -> None:
    with disk(tmp_path, b"abc").open("rb") as opened, pytest.raises(CannotHold, match="whole sectors"):
        write_qcow2(opened, 3, tmp_path / "disk.qcow2", ABOUT)
