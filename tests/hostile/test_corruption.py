"""Damaged copies of images of many kinds: a few of each here, 200 and more by ``make fuzz``.

docs/robustness.md says what the long runs were and what they found.
"""

from pathlib import Path

import pytest

from tests.hostile.corrupt import campaign

COPIES = range(4)
PUBLIC = (
    "google_grr/ntfs_img.dd",
    "google_grr/winexec_img.dd",
    "log2timeline_dfvfs/apfs.raw",
    "log2timeline_dfvfs/ext2.split.E01",
    "log2timeline_dfvfs/ext2.vmdk",
    "log2timeline_dfvfs/hfsplus.raw",
    "log2timeline_dfvfs/iso9660.raw",
    "log2timeline_dfvfs/history/lvm.qcow2",
    "log2timeline_dfvfs/image.vhd",
    "velocidex_go-fat/testcases/fat12.dd",
)
OURS = (
    "exfat.raw.gz",
    "ext4.raw.gz",
    "fat16.raw.gz",
    "gpt.raw.gz",
    "iso.raw.gz",
    "ntfs.raw.gz",
    "segments.E01",
    "split.001",
)
_FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.mark.parametrize("name", PUBLIC)
def test_damaged_copies_of_public_images(images: Path, name: str) -> None:
    tally = campaign(images / name, COPIES, seed=1)
    assert tally.failures == []
    assert tally.copies == len(COPIES)


@pytest.mark.parametrize("name", OURS)
def test_damaged_copies_of_fixtures(name: str) -> None:
    tally = campaign(_FIXTURES / name, COPIES, seed=1)
    assert tally.failures == []
    assert tally.opened + sum(tally.refused.values()) == len(COPIES)
