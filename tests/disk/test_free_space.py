"""Free space against the tools of each file system, and counted by hand."""

import contextlib
import gzip
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
import pytsk3
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.disk.free_space import BASIS, ext_free_blocks, free_bytes, free_clusters_in_bitmap
from cyberforensics.disk.media import ReadAt
from cyberforensics.errors import MalformedData

FIXTURES = Path(__file__).parents[2] / "fixtures"


def reader(data: bytes | bytearray) -> ReadAt:
    return lambda offset, size: bytes(data[offset : offset + size])


def output(*command: str | Path) -> str:
    """Run a tool for what it prints; its exit code speaks of the volume's health, which is not asked for."""
    if not shutil.which(str(command[0])):
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, errors="replace")
    return done.stdout


def made(path: Path, megabytes: int, *command: str) -> bytes:
    with path.open("wb") as file:
        file.truncate(megabytes << 20)
    output(*command, path)
    return path.read_bytes()


def fixture(name: str, tmp_path: Path) -> Path:
    packed = FIXTURES / f"{name}.raw.gz"
    if not packed.exists():
        pytest.skip(f"the fixture {packed.name} is not here")
    path = tmp_path / name
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


def fat_tool(path: Path) -> int:
    text = output("fsck.fat", "-nv", path)
    used, clusters = map(int, re.findall(r"(\d+)/(\d+) clusters", text)[-1])
    (size,) = re.findall(r"(\d+) bytes per cluster", text)
    return (clusters - used) * int(size)


def ext_tool(path: Path) -> tuple[int, int, int]:
    text = output("dumpe2fs", path)
    (size,) = re.findall(r"Block size:\s+(\d+)", text)
    free = re.findall(r"Free blocks:\s+(\d+)", text)[0]  # the groups have such lines too
    cluster = re.findall(r"Cluster size:\s+(\d+)", text) or [size]
    groups = sum(map(int, re.findall(r"(\d+) free (?:blocks|clusters),", text)))
    return int(size), int(free), groups * int(cluster[0]) // int(size)


@pytest.mark.parametrize("name", ["fat12", "fat16", "fat32"])
def test_fat_fixtures(name: str, tmp_path: Path) -> None:
    """fsck.fat counts clusters that files use: the fixtures' lost ones are neither free nor a file's."""
    path = fixture(name, tmp_path)
    data = path.read_bytes()
    free = free_bytes(reader(data), name, len(data))
    assert free is not None
    assert 0 < free <= fat_tool(path)


@pytest.mark.parametrize(
    ("filesystem", "megabytes", "options"),
    [
        ("fat12", 2, ("-F", "12")),
        ("fat12", 1, ("-F", "12", "-s", "1")),
        ("fat16", 20, ("-F", "16")),
        ("fat32", 40, ("-F", "32", "-s", "1")),
    ],
)
def test_fat(tmp_path: Path, filesystem: str, megabytes: int, options: tuple[str, ...]) -> None:
    path = tmp_path / "made.img"
    made(path, megabytes, "mkfs.fat", *options)
    content = tmp_path / "content"
    for number, size in enumerate((1, 70_000, 333_333)):
        content.write_bytes(b"x" * size)
        output("mcopy", "-i", path, content, f"::{number}")
    output("mdel", "-i", path, "::1")
    data = path.read_bytes()
    assert free_bytes(reader(data), filesystem, len(data)) == fat_tool(path)


def test_fat12_by_hand() -> None:
    """Five clusters: entries 2 to 6 are 0, FF7 (bad), 0, FFF, 0; three are free. Two entries lie in three bytes."""
    boot = struct.pack("<HBHBHHBH", 512, 1, 1, 1, 16, 8, 0xF8, 1)
    data = bytearray((b"\xeb\x3c\x90MSDOS5.0" + boot).ljust(510, b"\0") + b"\x55\xaa" + bytes(7 * 512))
    entries = [0xFF8, 0xFFF, 0, 0xFF7, 0, 0xFFF, 0, 0]
    packed = b"".join((low | high << 12).to_bytes(3, "little") for low, high in zip(entries[::2], entries[1::2]))  # noqa: B905
    data[512 : 512 + len(packed)] = packed
    assert free_bytes(reader(data), "fat12", len(data)) == 3 * 512


def test_the_upper_bits_of_fat32_mean_nothing(tmp_path: Path) -> None:
    data = bytearray(made(tmp_path / "made.img", 40, "mkfs.fat", "-F", "32", "-s", "1"))
    before = free_bytes(reader(data), "fat32", len(data))
    place = 32 * 512 + 4 * 100
    data[place : place + 4] = b"\0\0\0\xa0"
    assert free_bytes(reader(data), "fat32", len(data)) == before


@pytest.mark.parametrize("options", [("-c", "4K"), ("-c", "512"), ("-c", "32K")])
def test_exfat(tmp_path: Path, options: tuple[str, ...]) -> None:
    data = made(tmp_path / "made.img", 16, "mkfs.exfat", *options)
    text = output("dump.exfat", tmp_path / "made.img")
    (size,) = re.findall(r"Cluster size:\s+(\d+)", text)
    (free,) = re.findall(r"Free Clusters:\s+(\d+)", text)
    assert free_bytes(reader(data), "exfat", len(data)) == int(size) * int(free)


def test_the_exfat_fixture(tmp_path: Path) -> None:
    path = fixture("exfat", tmp_path)
    data = path.read_bytes()
    text = output("dump.exfat", path)
    (size,) = re.findall(r"Cluster size:\s+(\d+)", text)
    (free,) = re.findall(r"Free Clusters:\s+(\d+)", text)
    assert free_bytes(reader(data), "exfat", len(data)) == int(size) * int(free)


@pytest.mark.parametrize(
    ("filesystem", "options"),
    [
        ("ext2", ("-t", "ext2")),
        ("ext3", ("-t", "ext3", "-b", "4096")),
        ("ext4", ("-t", "ext4", "-b", "1024", "-O", "64bit")),
        ("ext4", ("-t", "ext4", "-b", "1024", "-O", "^64bit", "-g", "1024")),
        ("ext4", ("-t", "ext4", "-O", "bigalloc", "-C", "16384")),
        ("ext4", ("-t", "ext4", "-b", "1024", "-O", "meta_bg,^resize_inode")),
    ],
)
def test_ext(tmp_path: Path, filesystem: str, options: tuple[str, ...]) -> None:
    path = tmp_path / "made.img"
    data = made(path, 64, "mke2fs", "-q", "-F", *options)
    size, free, groups = ext_tool(path)
    found = ext_free_blocks(reader(data))
    assert (found.block_size, found.super_block) == (size, free)
    assert found.groups in (groups, None)
    assert (found.groups is None) == ("meta_bg" in options[-1])
    assert free_bytes(reader(data), filesystem, len(data)) == groups * size


def test_the_descriptors_count_where_the_super_block_lags(tmp_path: Path) -> None:
    data = bytearray(made(tmp_path / "made.img", 8, "mke2fs", "-q", "-F", "-t", "ext2"))
    before = free_bytes(reader(data), "ext2", len(data))
    data[1024 + 0x0C : 1024 + 0x10] = bytes(4)
    assert free_bytes(reader(data), "ext2", len(data)) == before
    assert ext_free_blocks(reader(data)).super_block == 0


def test_the_ext4_fixture(tmp_path: Path) -> None:
    path = fixture("ext4", tmp_path)
    data = path.read_bytes()
    size, _, groups = ext_tool(path)
    assert free_bytes(reader(data), "ext4", len(data)) == groups * size


def test_hfs_plus(evidence: Path) -> None:
    path = evidence / "images" / "log2timeline_dfvfs" / "hfsplus.raw"
    text = output("fsstat", path)
    (size,) = re.findall(r"Allocation Block Size: (\d+)", text)
    (free,) = re.findall(r"Number of Free Blocks: (\d+)", text)
    data = path.read_bytes()
    assert free_bytes(reader(data), "hfs+", len(data)) == int(size) * int(free)


@pytest.mark.parametrize("options", [(), ("-c", "512"), ("-c", "65536")])
def test_ntfs(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = tmp_path / "made.img"
    data = made(path, 20, "mkntfs", "-F", "-q", "-Q", "-s", "512", "-p", "0", "-H", "0", "-S", "0", *options)
    (free,) = re.findall(r"bytes of free space\s*: (\d+)", output("ntfscluster", "-i", path))
    bitmap = pytsk3.FS_Info(pytsk3.Img_Info(str(path))).open("/$Bitmap")
    assert free_bytes(reader(data), "ntfs", len(data), ntfs_bitmap=bitmap.read_random) == int(free)
    assert free_bytes(reader(data), "ntfs", len(data)) is None


@pytest.mark.parametrize(
    ("bitmap", "clusters", "free"),
    [(b"", 0, 0), (b"\x00", 3, 3), (b"\xf8", 3, 3), (b"\x07", 3, 0), (b"\xff\x01", 16, 7), (b"\xff\xff\x00", 16, 0)],
)
def test_clear_bits(bitmap: bytes, clusters: int, free: int) -> None:
    assert free_clusters_in_bitmap(bitmap, clusters) == free


def test_a_bitmap_with_too_few_bits_is_refused() -> None:
    with pytest.raises(MalformedData):
        free_clusters_in_bitmap(b"\x00", 9)


def test_what_has_none_and_what_cannot_be_told() -> None:
    assert free_bytes(reader(b""), "iso9660", 4096) == 0
    for filesystem in ("apfs", "xfs", "ufs", "host"):
        assert free_bytes(reader(b""), filesystem, 4096) is None


def test_more_than_the_volume_has_is_refused(tmp_path: Path) -> None:
    data = made(tmp_path / "made.img", 2, "mkfs.fat", "-F", "12")
    with pytest.raises(MalformedData):
        free_bytes(reader(data), "fat12", 4096)


@given(st.sampled_from(sorted(BASIS)), st.binary(max_size=8192))
def test_no_bytes_crash_it(filesystem: str, data: bytes) -> None:
    with contextlib.suppress(MalformedData):
        free_bytes(reader(data), filesystem, len(data), ntfs_bitmap=reader(data))


@given(st.binary(min_size=1024, max_size=1024), st.binary(max_size=4096))
def test_no_super_block_crashes_it(block: bytes, rest: bytes) -> None:
    marked = bytearray(block)
    marked[0x38:0x3A] = b"\x53\xef"
    marked[0x18:0x20] = bytes(8)
    with contextlib.suppress(MalformedData):
        free_bytes(reader(bytes(1024) + marked + rest), "ext4", 1 << 40)
