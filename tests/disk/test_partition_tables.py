"""Every slot of a partition table is reported; tables that are damaged lose no more than what is damaged."""

import re
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.disk.partition_tables import read_tables
from cyberforensics.model.problem import Severity
from tests.disk import looking, tables

MIB = 1 << 20


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small FAT12 with one file name in it, as made by hand: boot sector, two FATs, root."""
    boot = bytearray(512)
    boot[:3], boot[3:11] = b"\xeb\x3c\x90", b"TESTTEST"
    boot[11:13], boot[13], boot[14:16], boot[16] = b"\0\2", 1, b"\1\0", 2
    boot[17:19], boot[19:21], boot[21], boot[22:24] = b"\x10\0", b"\0\1", 0xF8, b"\1\0"
    boot[38], boot[54:62], boot[510:] = 0x29, b"FAT12   ", b"\x55\xaa"
    fat = b"\xf8\xff\xff".ljust(512, b"\0")
    root = (b"HELLO   TXT\x20".ljust(32, b"\0")).ljust(512, b"\0")
    return (bytes(boot) + fat + fat + root).ljust(256 * 512, b"\0")


def slots_of(found: looking.Found) -> list[tuple[str, int | None, str]]:
    return [(volume.slot, volume.offset, volume.status) for volume in found.volumes]


def assert_adds_up(found: looking.Found) -> None:
    """Partitions, frames and gaps stand side by side and fill the media."""
    media = found.opened.evidence.media_size
    assert media is not None
    placed = [(volume.offset, volume.size) for volume in found.volumes if volume.offset is not None]
    ends = [(offset, min(media, offset + (size or 0))) for offset, size in placed if offset < media]
    assert ends[0][0] == 0
    assert ends[-1][1] == media
    assert all(before[1] == after[0] for before, after in pairwise(ends))


def test_every_slot_of_an_mbr(fixture_image: Callable[[str], Path]) -> None:
    found = looking.look_into(fixture_image("mbr.raw"))
    assert [(slot, offset) for slot, offset, status in slots_of(found) if status not in ("gap", "metadata")] == [
        ("p2", None),
        ("p1", 32_768),
        ("p3", 1_593_344),
        ("p5", 2_129_408),
        ("p6", 3_261_952),
    ]
    assert found.volume("p2").status == "empty"
    assert found.volume("p3").type == "data without file system (0xda)"
    assert_adds_up(found)


def test_every_slot_of_a_gpt(fixture_image: Callable[[str], Path]) -> None:
    found = looking.look_into(fixture_image("gpt.raw"))
    assert [(slot, offset) for slot, offset, status in slots_of(found) if status not in ("gap", "metadata")] == [
        ("empty", None),
        ("p1", 32_768),
        ("p2", 1_179_648),
        ("p4", 3_584_000),
        ("p5", 6_144_000),
    ]
    assert found.volume("empty").note == "124 of 128 slots of the partition table are empty"
    assert found.volume("p2").label == "Daten Ω データ"
    assert found.volume("p5").type == "type 7ea15e55-0000-4000-8000-000000000001"
    assert_adds_up(found)


@pytest.mark.skipif(shutil.which("mmls") is None, reason="mmls (sleuthkit) is not installed")
@pytest.mark.parametrize("name", ["mbr.raw", "gpt.raw", "cut-short.raw", "log2timeline_dfvfs/history/mbr.raw.gz"])
def test_the_same_partitions_as_mmls(
    request: pytest.FixtureRequest,
    fixture_image: Callable[[str], Path],
    unpacked: Callable[[Path], Path],
    name: str,
) -> None:
    path = unpacked(request.getfixturevalue("images") / name) if "/" in name else fixture_image(name)
    printed = subprocess.run(["mmls", path], capture_output=True, text=True, check=True).stdout
    theirs = {
        (int(match[1]) * 512, int(match[2]) * 512)
        for match in re.finditer(r"^\d+:  [\d:]+ +(\d+) +\d+ +(\d+) ", printed, re.MULTILINE)
    }
    found = looking.look_into(path)
    partitions = [volume for volume in found.volumes if volume.slot.startswith("p") and volume.offset is not None]
    assert {(volume.offset, volume.size) for volume in partitions} == theirs


@pytest.mark.parametrize("sector", [512, 4096])
def test_a_gpt_in_sectors_of_any_size(tmp_path: Path, volume: bytes, sector: int) -> None:
    size = 4 * MIB
    first = MIB // sector
    table = tables.gpt(size, [None, (tables.LINUX, first, first + len(volume) // sector - 1, "first")], sector=sector)
    found = looking.look_into(tables.write(tmp_path / "disk.img", size, table, {MIB: volume}))
    assert [(volume.slot, volume.offset, volume.filesystem) for volume in found.walkable] == [("p2", MIB, "fat12")]
    assert found.problems == ()
    assert_adds_up(found)


def test_an_mbr_in_sectors_of_4096(tmp_path: Path, volume: bytes) -> None:
    table = {0: tables.mbr([(1, 16, len(volume) // 4096)])}
    found = looking.look_into(tables.write(tmp_path / "disk.img", MIB, table, {65_536: volume}))
    assert [(volume.slot, volume.offset) for volume in found.walkable] == [("p1", 65_536)]
    assert_adds_up(found)


def test_the_copy_of_a_gpt_is_read_where_the_first_is_damaged(tmp_path: Path, volume: bytes) -> None:
    size = 2 * MIB
    table = tables.gpt(size, [(tables.LINUX, 2048, 2048 + 255, "first")])
    damages = ({512: b"\0" * 512}, {1024 + 32: b"\xff" * 8}, {0: b"\0" * 1536})
    for damage in damages:
        found = looking.look_into(tables.write(tmp_path / "disk.img", size, table, {MIB: volume}, damage))
        assert [(volume.slot, volume.offset) for volume in found.walkable] == [("p1", MIB)]
        assert found.codes == ["volume.table-damaged"]
        assert found.problems[0].severity is Severity.WARNING
        assert_adds_up(found)


def test_a_gpt_whose_copy_was_cut_off_says_so(tmp_path: Path, volume: bytes) -> None:
    table = tables.gpt(8 * MIB, [(tables.LINUX, 2048, 2048 + 255, "first")])
    path = tables.write(tmp_path / "disk.img", 8 * MIB, table, {MIB: volume})
    with path.open("r+b") as file:
        file.truncate(2 * MIB)
    found = looking.look_into(path)
    assert [volume.slot for volume in found.walkable] == ["p1"]
    assert [(problem.code, problem.severity) for problem in found.problems] == [("volume.table-damaged", Severity.INFO)]
    assert_adds_up(found)


def test_partitions_past_the_end_of_the_media_are_reported_and_cost_nothing_else(tmp_path: Path, volume: bytes) -> None:
    table = {0: tables.mbr([(0x83, 100_000, 500), (1, 2048, 256), (0, 0, 0), (0x83, 3000, 50_000)])}
    found = looking.look_into(tables.write(tmp_path / "disk.img", 2 * MIB, table, {MIB: volume}))
    assert [volume.slot for volume in found.walkable] == ["p2"]
    assert found.volume("p1").note == "lies past the end of the media"
    assert found.volume("p3").status == "empty"
    assert sorted(found.codes) == ["volume.no-file-system", "volume.past-end", "volume.past-end"]
    assert_adds_up(found)


def test_a_chain_of_logical_partitions_that_comes_back(tmp_path: Path, volume: bytes) -> None:
    first = tables.mbr([(1, 1, 256), (5, 512, 256)])
    second = tables.mbr([(1, 1, 256), (5, 0, 512)])
    table = {0: tables.mbr([(5, 1024, 2048)]), 1024 * 512: first, 1536 * 512: second}
    volumes = {1025 * 512: volume, 1537 * 512: volume}
    found = looking.look_into(tables.write(tmp_path / "disk.img", 2 * MIB, table, volumes))
    assert [volume.slot for volume in found.walkable] == ["p5", "p6"]
    assert found.codes == ["volume.table-damaged"]
    assert_adds_up(found)


def test_a_lost_table_of_logical_partitions_is_said(tmp_path: Path, volume: bytes) -> None:
    table = {0: tables.mbr([(1, 2048, 256), (5, 3000, 500)])}
    found = looking.look_into(tables.write(tmp_path / "disk.img", 2 * MIB, table, {MIB: volume}))
    assert [volume.slot for volume in found.walkable] == ["p1"]
    assert found.codes == ["volume.table-damaged"]


def test_a_reserved_partition_is_no_loss(tmp_path: Path) -> None:
    table = tables.gpt(2 * MIB, [(tables.RESERVED, 64, 127, "Microsoft reserved partition")])
    found = looking.look_into(tables.write(tmp_path / "disk.img", 2 * MIB, table))
    assert found.volume("p1").status == "no-file-system"
    assert [problem.severity for problem in found.problems] == [Severity.INFO]


def test_a_slot_of_a_hybrid_mbr_beside_the_gpt_is_examined(tmp_path: Path, volume: bytes) -> None:
    table = tables.gpt(4 * MIB, [(tables.LINUX, 2048, 2303, "first")])
    table[0] = tables.mbr([(0xEE, 1, 2047), (1, 2048, 256), (1, 4096, 256)])
    found = looking.look_into(tables.write(tmp_path / "disk.img", 4 * MIB, table, {MIB: volume, 2 * MIB: volume}))
    assert [(volume.slot, volume.offset) for volume in found.walkable] == [("p1", MIB), ("mbr3", 2 * MIB)]
    assert_adds_up(found)


def test_apples_partition_map(tmp_path: Path, volume: bytes) -> None:
    def entry(kind: bytes, name: bytes, start: int, count: int) -> bytes:
        head = b"PM\0\0" + b"".join(value.to_bytes(4, "big") for value in (4, start, count))
        return (head + name.ljust(32, b"\0") + kind.ljust(32, b"\0")).ljust(512, b"\0")

    table = {
        0: b"ER\x02\x00".ljust(512, b"\0"),
        512: entry(b"Apple_partition_map", b"Apple", 1, 63),
        1024: entry(b"Apple_HFS", b"disk image", 2048, 256),
        1536: entry(b"Apple_Free", b"", 2304, 1024),
        2048: entry(b"Apple_HFS", b"lost", 90_000, 256),
    }
    found = looking.look_into(tables.write(tmp_path / "disk.img", 2 * MIB, table, {MIB: volume}))
    assert [(volume.slot, volume.offset, volume.label) for volume in found.walkable] == [("p2", MIB, "disk image")]
    assert found.volume("p3").status == "empty"
    assert found.volume("p4").note == "lies past the end of the media"
    assert_adds_up(found)


def test_partitions_win_over_the_remnant_of_a_file_system(tmp_path: Path, volume: bytes) -> None:
    """An ext super block of an older, unpartitioned time stays at byte 1,024 when a table is written before it."""
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 (e2fsprogs) is not installed")
    path = tables.write(tmp_path / "disk.img", 4 * MIB)
    subprocess.run(["mkfs.ext4", "-q", "-F", path], check=True)
    with path.open("r+b") as file:
        file.write(tables.mbr([(1, 4096, 256)]))
        file.seek(2 * MIB)
        file.write(volume)
    found = looking.look_into(path)
    assert [(volume.slot, volume.filesystem) for volume in found.walkable] == [("p1", "fat12")]
    assert found.codes == ["volume.remnant"]
    assert_adds_up(found)


def test_code_in_a_boot_sector_is_no_table(tmp_path: Path, volume: bytes) -> None:
    """A FAT without partitions whose boot sector has something at the place of the table."""
    boot = bytearray(volume)
    boot[446:462] = tables.mbr([(0x65, 7, 99)])[446:462]
    path = tmp_path / "stick.img"
    path.write_bytes(boot)
    found = looking.look_into(path)
    assert slots_of(found) == [("whole", 0, "opened")]
    assert found.problems == ()


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read_at(self, offset: int, size: int) -> bytes:
        return self._data[offset : offset + size]

    def damaged(self, offset: int, size: int) -> bool:
        return False


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 65_000), st.binary(min_size=1, max_size=40)), max_size=12),
    st.sampled_from(["mbr", "gpt", "apm"]),
)
def test_no_bytes_crash_it(changes: list[tuple[int, bytes]], scheme: str) -> None:
    data = bytearray(65_536)
    pieces = {
        "mbr": {0: tables.mbr([(5, 8, 64), (0x83, 90, 9)]), 4096: tables.mbr([(1, 1, 9), (5, 16, 9)])},
        "gpt": tables.gpt(65_536, [(tables.LINUX, 40, 50, "x")]),
        "apm": {0: b"ER\x02\x00", 512: b"PM\0\0\0\0\0\2", 1024: b"PM\0\0\0\0\0\2"},
    }[scheme]
    for offset, piece in pieces.items():
        data[offset : offset + len(piece)] = piece
    for offset, piece in changes:
        data[offset : offset + len(piece)] = piece
    for table in read_tables(_Bytes(bytes(data[:65_536])), None):
        assert all(slot.size > 0 or slot.offset >= 0 for slot in table.slots)
