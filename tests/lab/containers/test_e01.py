"""E01 images as ewfverify, ewfinfo, libewf and the product read them."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pyewf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.disk.ewf import EwfImage
from cyberforensics.lab.containers import CONTAINERS, Acquisition
from cyberforensics.lab.containers.e01 import write_e01
from cyberforensics.lab.plan import CannotHold
from tests.lab import plans

ABOUT = Acquisition(
    "TRAINING-7", "EX-1", "Ümit’s stick", "T. Rainer (invented)", "TRAINING: an invented\ncase", plans.MOMENT, 5
)
CHUNK = 32768


def disk(work: Path, data: bytes) -> Path:
    path = work / "disk.raw"
    path.write_bytes(data)
    return path


def test_libewf_finds_it_sound_and_shows_the_words(tmp_path: Path) -> None:
    data = plans.made("disk", 100_000) + bytes(300_000) + b"text " * 40_000
    data = data[: len(data) // 512 * 512]
    with disk(tmp_path, data).open("rb") as opened:
        (path,) = write_e01(opened, len(data), tmp_path / "disk.E01", ABOUT)
    md5, sha1 = hashlib.md5(data).hexdigest(), hashlib.sha1(data).hexdigest()  # noqa: S324 - what E01 stores

    verified = plans.program("ewfverify", "-q", "-d", "sha1", path)
    assert "ewfverify: SUCCESS" in verified
    told = plans.program("ewfinfo", path)
    for name, value in (
        ("Case number", "TRAINING-7"),
        ("Evidence number", "EX-1"),
        ("Description", "Ümit’s stick"),
        ("Examiner name", r"T. Rainer (invented)"),
        ("Notes", "TRAINING: an invented case"),
        ("File format", "EnCase 6"),
        ("MD5", md5),
        ("SHA1", sha1),
    ):
        assert any(line.strip().startswith(f"{name}:") and line.endswith(value) for line in told.splitlines()), name
    exported = plans.program("ewfexport", "-q", "-u", "-f", "raw", "-t", tmp_path / "out", path)
    assert "SUCCESS" in exported
    assert (tmp_path / "out.raw").read_bytes() == data


def test_several_segments(tmp_path: Path) -> None:
    data = plans.made("large", 3_000_320)
    with disk(tmp_path, data).open("rb") as opened:
        paths = write_e01(opened, len(data), tmp_path / "disk.E01", replace(ABOUT, segment_size=1 << 20))
    assert [path.name for path in paths] == ["disk.E01", "disk.E02", "disk.E03"]
    assert all(path.stat().st_size <= 1 << 20 for path in paths)
    assert "SUCCESS" in plans.program("ewfverify", "-q", paths[0])
    with EwfImage.open(paths) as image:
        assert image.read_at(0, len(data)) == data
        assert image.problems == ()


def test_more_segments_than_have_a_number(tmp_path: Path) -> None:
    data = plans.made("many", 127 * CHUNK)
    with disk(tmp_path, data).open("rb") as opened:
        paths = write_e01(opened, len(data), tmp_path / "disk.E01", replace(ABOUT, segment_size=CHUNK))
    names = [path.suffix for path in paths]
    assert names[97:101] == [".E98", ".E99", ".EAA", ".EAB"]
    assert names[124:] == [".EAZ", ".EBA", ".EBB"]
    assert "SUCCESS" in plans.program("ewfverify", "-q", paths[0])
    with EwfImage.open(paths) as image:
        assert image.read_at(0, len(data)) == data
        assert image.problems == ()


@given(
    st.lists(
        st.sampled_from([bytes(512), b"a" * 512, plans.made("one", 512), plans.made("two", CHUNK), bytes(CHUNK)]),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=30, deadline=None)
def test_random_disks_are_read_back(tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]) -> None:
    work, data = tmp_path_factory.mktemp("random"), b"".join(parts)
    with disk(work, data).open("rb") as opened:
        paths = write_e01(opened, len(data), work / "disk.E01", replace(ABOUT, segment_size=CHUNK * 3))
        again = write_e01(opened, len(data), work / "again.E01", replace(ABOUT, segment_size=CHUNK * 3))
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]
    with EwfImage.open(paths) as image:
        assert image.read_at(0, len(data)) == data
        assert image.problems == ()
    handle = pyewf.handle()
    handle.open([str(path) for path in paths])
    assert handle.read_buffer(len(data)) == data
    handle.close()


def test_only_whole_sectors(tmp_path: Path) -> None:
    with disk(tmp_path, b"abc").open("rb") as opened, pytest.raises(CannotHold, match="whole sectors"):
        write_e01(opened, 3, tmp_path / "disk.E01", ABOUT)


def test_raw_is_the_disk_with_holes(tmp_path: Path) -> None:
    data = bytes(1 << 20) + b"end" + bytes(700_000)
    with disk(tmp_path, data).open("rb") as opened:
        (path,) = CONTAINERS["raw"](opened, len(data), tmp_path / "copy.raw", ABOUT)
    assert path.read_bytes() == data
    assert path.stat().st_blocks * 512 < len(data) // 2
