"""ext4 and NTFS: sizes, addresses and lists that cannot be; dates at both ends."""

import struct

import pytest

from tests.hostile import images
from tests.hostile.conftest import Examine

# inodes of the fixture, from its truth file
_HOLES, _BLOCK, _BLOCK_AND_BYTE, _OVER, _LIBRARY, _FILES = 22, 15, 16, 17, 20, 12


def test_sizes_that_no_integer_holds(examine: Examine) -> None:
    """Sums of sizes are beyond 64 bits, one size is negative for TSK: both equations are asserted by `examine`."""
    huge = (1 << 61) + 1
    outcome = examine(
        images.ext_sizes({_HOLES: huge, _BLOCK: huge, _BLOCK_AND_BYTE: huge, _OVER: (1 << 62) + 1, _LIBRARY: 1 << 63})
    )
    for path in ("/files/holes.bin", "/files/one block.bin", "/files/one block and a byte.bin"):
        entry = outcome.entry(path)
        assert entry["size"] == huge
        assert entry["status"] in ("partial", "unreadable")
        assert entry["sha256"] is None
    for path in ("/files/over one mebibyte.txt", "/files/library.pdf"):
        entry = outcome.entry(path)
        assert (entry["size"], entry["status"], entry["status_reason"]) == (None, "unreadable", "walk.entry-unreadable")
    (problem,) = outcome.said("walk.entry-unreadable")
    assert problem["message"].startswith("2 entries claim a size")
    assert outcome.entry("/files/eicar.com")["status"] == "whole"


def test_group_descriptors_larger_than_a_block(examine: Examine) -> None:
    """s_desc_size at 254 of the superblock: TSK goes on, our own reading of the inodes can't, and that is said."""
    outcome = examine(images.ext_superblock(254, struct.pack("<H", 8192)))
    assert len(outcome.said("walk.times-undecoded")) == 1


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (0, 0xFFFF_FFFF),  # inodes
        (4, 0xFFFF_FFFF),  # blocks
        (20, 0xFFFF_FFFF),  # first data block
        (24, 0xFFFF_FFFF),  # log block size
        (32, 1),  # blocks per group
        (32, 0),
        (40, 0),  # inodes per group
        (40, 0xFFFF_FFFF),
        (88, 0xFFFF),  # inode size
        (96, 0xFFFF_FFFF),  # incompatible features: all
        (232, 0xFFFF_FFFF),  # orphan list
    ],
)
def test_a_superblock_that_contradicts_itself(examine: Examine, offset: int, value: int) -> None:
    outcome = examine(images.ext_superblock(offset, struct.pack("<I", value)[: 2 if offset == 88 else 4]))
    assert outcome.opened
    assert outcome.problems or outcome.entry("/files/eicar.com")["status"] == "whole"


def test_an_orphan_list_that_comes_back_to_itself(examine: Examine) -> None:
    """s_last_orphan names inode 22, whose time of deletion (the list's next, at 20) names 22."""
    image = bytearray(images.ext_superblock(232, struct.pack("<I", _HOLES)))
    struct.pack_into("<I", image, images.ext_inode_offset(image, _HOLES) + 20, _HOLES)
    outcome = examine(bytes(image))
    assert outcome.entry("/files/holes.bin")["status"] == "whole"


def test_a_directory_that_holds_its_own_parent(examine: Examine) -> None:
    """The entry ``one block.bin`` of ``/files`` (inode 12) is made to name inode 12 itself, as a directory."""
    image = images.fixture("ext4")
    name = b"one block.bin"
    place = image.find(struct.pack("<IHBB", _BLOCK, 24, len(name), 1) + name)
    if place < 0:
        place = next(at for at in _places(image, name) if struct.unpack_from("<I", image, at - 8)[0] == _BLOCK) - 8
    struct.pack_into("<I", image, place, _FILES)
    image[place + 7] = 2
    outcome = examine(bytes(image))
    (problem,) = outcome.said("walk.directory-cycle")
    assert problem["path"] == "/files/one block.bin"
    assert outcome.entry("/files/eicar.com")["status"] == "whole"


def _places(image: bytearray, name: bytes) -> list[int]:
    found, at = [], image.find(name)
    while at >= 0:
        found.append(at)
        at = image.find(name, at + 1)
    return found


# NTFS


def test_a_file_name_attribute_that_ends_within_a_character(examine: Examine) -> None:
    """The attribute of ``resident.txt`` is given an odd length of content: 66 bytes and one, of a name of 12 units."""
    image = images.fixture("ntfs")
    record = images.record_of(image, "resident.txt")
    place = next(at for kind, at, _ in images.attributes(image, record) if kind == 48)
    struct.pack_into("<I", image, place + 16, 67)
    outcome = examine(bytes(image))
    assert outcome.said("walk.died") == []
    assert outcome.entry("/files/eicar.com")["status"] == "whole"


def test_a_size_of_an_ntfs_stream_beyond_everything(examine: Examine) -> None:
    """Allocated, real and initialised size of ``sparse.bin`` (at 40, 48 and 56 of its non-resident attribute)."""
    huge = (1 << 61) // 4096 * 4096
    outcome = examine(images.ntfs_field("sparse.bin", 128, 40, struct.pack("<QQQ", huge, huge, huge)))
    entry = outcome.entry("/files/sparse.bin")
    assert entry["status"] in ("unreadable", "partial")
    assert entry["sha256"] is None
    assert outcome.entry("/files/eicar.com")["status"] == "whole"


def test_a_stream_that_tsk_leaves_out(examine: Examine) -> None:
    """At the largest sizes that 64 bits hold with a sign, TSK shows the file without any stream: it has one."""
    sizes = struct.pack("<QQQ", 0x7FFF_FFFF_FFFF_F000, 0x7FFF_FFFF_FFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF)
    outcome = examine(images.ntfs_field("sparse.bin", 128, 40, sizes))
    entry = outcome.entry("/files/sparse.bin")
    assert (entry["size"], entry["status"], entry["status_reason"]) == (None, "unreadable", "walk.entry-unreadable")
    assert outcome.entry("/files/eicar.com")["status"] == "whole"


def test_an_attribute_that_is_as_long_as_the_record_is_not(examine: Examine) -> None:
    """TSK then shows a file of 0 bytes without a stream; it has 809, which nobody could read: that must be said."""
    outcome = examine(images.ntfs_field("note.txt", 16, 4, struct.pack("<I", 0x7FFF_FFF0)))
    entry = outcome.entry("/files/note.txt")
    assert (entry["status"], entry["status_reason"]) == ("unreadable", "walk.entry-unreadable")
    assert [row["path"] for row in outcome.said("walk.entry-unreadable")] == ["/files/note.txt"]
    assert outcome.entry("/files/eicar.com")["status"] == "whole"


def test_an_attribute_list_that_names_its_own_record(examine: Examine) -> None:
    """The standard information of ``resident.txt`` becomes a list (type 32) whose one item is in this very record."""
    image = images.fixture("ntfs")
    record = images.record_of(image, "resident.txt")
    place = next(at for kind, at, _ in images.attributes(image, record) if kind == 16)
    number = (record - images.mft_offset(image, 0)) // 1024
    struct.pack_into("<I", image, place, 32)
    content = place + struct.unpack_from("<H", image, place + 20)[0]
    struct.pack_into("<I", image, place + 16, 32)
    item = struct.pack("<IHBBQQH6x", 128, 32, 0, 26, 0, number | 1 << 48, 0)
    image[content : content + 32] = item
    outcome = examine(bytes(image))
    assert outcome.entry("/files/eicar.com")["status"] == "whole"


@pytest.mark.parametrize(
    ("filetime", "shown", "missing"),
    [
        (0, None, "zero"),
        (1, "1601-01-01T00:00:00.0000001Z", None),
        (0x24C8_5A5E_D1C0_3FFF, "9999-12-31T23:59:59.9999999Z", None),
        ((1 << 63) - 1, None, "out-of-range"),
        ((1 << 64) - 1, None, "out-of-range"),
    ],
)
def test_dates_from_1601_to_60056(examine: Examine, filetime: int, shown: str | None, missing: str | None) -> None:
    """A FILETIME counts 100 ns since 1601: the last of 64 bits lies in the year 60056, which no format here prints."""
    outcome = examine(images.ntfs_field("eicar.com", 16, 24, struct.pack("<Q", filetime)))
    times = {time["meaning"]: time for time in outcome.entry("/files/eicar.com")["times"]}
    assert times["created"]["raw"] == filetime
    assert times["created"]["time"] == shown
    assert times["created"].get("time_missing") == missing
