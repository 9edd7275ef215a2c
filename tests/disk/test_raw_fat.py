"""FAT entries decoded by hand, and every entry of real volumes against TSK."""

import contextlib
import gzip
import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytsk3
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.disk import raw_fat
from cyberforensics.disk.media import ReadAt
from cyberforensics.disk.raw_fat import FatGeometry
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import EntryTime
from cyberforensics.model.times import Timestamp, decode

PROJECT = Path(__file__).parents[2]
FIXTURES = PROJECT / "fixtures"
FAT12 = Path("images", "velocidex_go-fat", "testcases", "fat12.dd")
needs_tools = pytest.mark.skipif(
    not (shutil.which("mkfs.fat") and shutil.which("mcopy")), reason="dosfstools and mtools are not installed"
)


def reader(data: bytes) -> ReadAt:
    return lambda offset, size: data[offset : offset + size]


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """TSK converts FAT times with the zone of the process."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def walk(fs: pytsk3.FS_Info) -> Iterator[tuple[bytes, pytsk3.File]]:
    """Every name that TSK lists, deleted and orphan ones included, with its metadata."""
    pending, seen = [(b"", fs.info.root_inum)], {fs.info.root_inum}
    while pending:
        path, address = pending.pop()
        for listed in fs.open_dir(inode=address):
            name, inode = listed.info.name.name, listed.info.name.meta_addr
            if name in (b".", b".."):
                continue
            file = fs.open_meta(inode)
            yield path + b"/" + name, file
            kind = int(file.info.meta.type)
            if kind in (int(pytsk3.TSK_FS_META_TYPE_DIR), 11) and inode not in seen:
                seen.add(inode)
                pending.append((path + b"/" + name, inode))


def agrees_with_tsk(image: Path) -> int:
    """Compare each entry; gives the number of those that have times."""
    data = image.read_bytes()
    read_at = reader(data)
    geometry = FatGeometry.read(read_at, len(data))
    fs = pytsk3.FS_Info(pytsk3.Img_Info(str(image)))
    compared = 0
    for path, file in walk(fs):
        meta = file.info.meta
        entry = raw_fat.read_entry(read_at, geometry, meta.addr)
        if path.rpartition(b"/")[2] in (b"$MBR", b"$FAT1", b"$FAT2", b"$OrphanFiles"):
            assert entry is None
            continue
        assert entry is not None, path
        moments = {each.meaning: decode(each.timestamp) for each in entry.times}
        if entry.size:
            assert entry.size == meta.size
        for moment, seconds in (
            (moments["modified"], meta.mtime),
            (moments["accessed"], meta.atime),
            (moments["created"], meta.crtime),
        ):
            if moment.flag == "invalid":
                continue  # TSK makes a moment of 31 February; we do not
            if moment.text is not None and moment.text >= "2038":
                assert seconds == 0  # TSK gives such years up
                continue
            assert (moment.instant or 0) // 10**9 == seconds, path
        if moments["created"].flag != "invalid":
            assert (moments["created"].instant or 0) % 10**9 == meta.crtime_nano
        compared += 1
    assert geometry.entry_address(fs.info.last_inum) is None
    assert geometry.slots.first_virtual == fs.info.last_inum - geometry.fats - 1
    return compared


def entry_bytes(**changes: int | bytes) -> bytes:
    fields: dict[str, int | bytes] = {
        "name": b"NOTE    TXT",
        "attributes": 0x20,
        "case": 0,
        "tens": 0x7D,
        "created_time": 0x516C,
        "created_date": 0x5861,
        "accessed": 0x5862,
        "high": 0,
        "written_time": 0x516C,
        "written_date": 0x5861,
        "low": 9,
        "size": 1234,
    }
    return struct.pack("<11sBBBHHHHHHHI", *(fields | changes).values())


def test_an_entry_decoded_by_hand() -> None:
    """A date is year-1980, month, day in 7, 4 and 5 bits; a time hours, minutes, seconds/2 in 5, 6 and 5.

    0x5861 = 0101100 0011 00001 = 44, 3, 1: 2024-03-01. 0x516C = 01010 001011 01100 = 10, 11, 12: 10:11:24.
    0x7D = 125 units of 10 ms: 1.25 s more, 10:11:25.25. 0x5862 is the day after.
    """
    entry = raw_fat.parse_entry(entry_bytes(), 64, "fat16")
    assert entry is not None
    assert entry.times == (
        EntryTime("modified", Timestamp(0x5861516C00, "fat")),
        EntryTime("accessed", Timestamp(0x5862, "fat-date")),
        EntryTime("created", Timestamp(0x5861516C7D, "fat-10ms")),
    )
    assert [decode(each.timestamp).text for each in entry.times] == [
        "2024-03-01T10:11:24",
        "2024-03-02",
        "2024-03-01T10:11:25.25",
    ]
    assert (entry.first_cluster, entry.size, entry.deleted, entry.directory) == (9, 1234, False, False)


def test_zeros_are_kept_and_flagged() -> None:
    data = entry_bytes(tens=0, created_time=0, created_date=0, accessed=0, name=b"\xe5OTE    TXT")
    entry = raw_fat.parse_entry(data, 0, "fat12")
    assert entry is not None
    assert entry.deleted
    assert [(each.timestamp.raw, decode(each.timestamp).flag) for each in entry.times] == [
        (0x5861516C00, None),
        (0, "zero"),
        (0, "zero"),
    ]


def test_the_upper_half_of_a_cluster_counts_on_fat32_alone() -> None:
    data = entry_bytes(high=0x0001)
    assert [
        entry.first_cluster
        for fat_type in ("fat12", "fat16", "fat32")
        if (entry := raw_fat.parse_entry(data, 0, fat_type)) is not None
    ] == [9, 9, 0x10009]


def test_a_part_of_a_long_name_is_no_entry() -> None:
    assert raw_fat.parse_entry(entry_bytes(attributes=0x0F), 0, "fat16") is None


@pytest.mark.usefixtures("utc")
def test_every_entry_of_a_public_fat12_volume_agrees_with_tsk(evidence: Path) -> None:
    assert agrees_with_tsk(evidence / FAT12) >= 395


@pytest.mark.usefixtures("utc")
def test_an_empty_public_volume(evidence: Path) -> None:
    agrees_with_tsk(evidence / "images" / "openrelik" / "image_vfat.img")


def made(path: Path, megabytes: int, *options: str) -> Path:
    with path.open("wb") as file:
        file.truncate(megabytes << 20)
    subprocess.run(["mkfs.fat", *options, str(path)], check=True, capture_output=True)
    content = path.with_suffix(".txt")
    content.write_bytes(b"content\n" * 700)
    os.utime(content, (1_709_287_884, 1_709_287_884))
    for command in (
        ["mcopy", "-m", str(content), "::long name of a file.txt"],
        ["mmd", "::folder"],
        ["mcopy", str(content), "::folder/GONE.TXT"],
        ["mcopy", str(content), "::folder/kept.txt"],
        ["mdel", "::folder/GONE.TXT"],
    ):
        subprocess.run([command[0], "-i", str(path), *command[1:]], check=True, capture_output=True)
    return path


@needs_tools
@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("fat_type", "megabytes", "options"),
    [
        ("fat12", 2, ()),
        ("fat12", 8, ("-F", "12", "-S", "2048")),
        ("fat16", 20, ("-n", "LABEL")),
        ("fat16", 20, ("-f", "1", "-r", "1024")),
        ("fat32", 40, ("-s", "1")),
        ("fat32", 300, ("-S", "4096", "-s", "1")),
    ],
)
def test_made_volumes_agree_with_tsk(tmp_path: Path, fat_type: str, megabytes: int, options: tuple[str, ...]) -> None:
    number = () if "-F" in options else ("-F", fat_type.removeprefix("fat"))
    image = made(tmp_path / "made.img", megabytes, *number, *options)
    assert FatGeometry.read(reader(image.read_bytes())).fat_type == fat_type
    assert agrees_with_tsk(image) >= 4


@needs_tools
@pytest.mark.usefixtures("utc")
def test_the_backup_boot_sector_is_used_where_tsk_uses_it(tmp_path: Path) -> None:
    image = made(tmp_path / "wiped.img", 40, "-F", "32", "-s", "1")
    before = FatGeometry.read(reader(image.read_bytes()))
    with image.open("r+b") as file:
        file.write(bytes(512))
    after = FatGeometry.read(reader(image.read_bytes()))
    assert (before.boot_offset, after.boot_offset) == (0, 6 * 512)
    assert before.slots == after.slots
    assert agrees_with_tsk(image) >= 4


@needs_tools
@pytest.mark.usefixtures("utc")
def test_a_truncated_volume_has_its_virtual_files_elsewhere(tmp_path: Path) -> None:
    image = made(tmp_path / "cut.img", 20, "-F", "16")
    os.truncate(image, 9 << 20)
    assert agrees_with_tsk(image) >= 3


def test_results_do_not_depend_on_the_zone_of_the_process(evidence: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cyberforensics.disk import raw_fat\n"
        "from cyberforensics.model.times import decode\n"
        "data = Path(sys.argv[1]).read_bytes()\n"
        "read_at = lambda offset, size: data[offset : offset + size]\n"
        "geometry = raw_fat.FatGeometry.read(read_at)\n"
        "for address in range(8_000):\n"
        "    for each in raw_fat.times(read_at, geometry, address):\n"
        "        print(address, each, decode(each.timestamp))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, str(evidence / FAT12)],
            check=True,
            capture_output=True,
            env={**os.environ, "TZ": zone, "PYTHONPATH": str(PROJECT / "src")},
        ).stdout
        for zone in ("UTC", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Kiritimati")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 10_000


def unpacked(name: str) -> bytes:
    packed = FIXTURES / f"{name}.raw.gz"
    if not packed.exists():
        pytest.skip(f"the fixture {packed.name} is not here")
    return gzip.decompress(packed.read_bytes())


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize("name", ["fat12", "fat16", "fat32"])
def test_the_fixtures_have_the_times_that_were_written(tmp_path: Path, name: str) -> None:
    """The truth writes a FAT time as date:time:10 ms units, each in hexadecimal."""
    data = unpacked(name)
    (tmp_path / name).write_bytes(data)
    assert agrees_with_tsk(tmp_path / name) > 20
    read_at = reader(data)
    geometry = FatGeometry.read(read_at)
    stored = {
        (entry.deleted, tuple((each.meaning, each.timestamp.raw) for each in entry.times))
        for address in range(raw_fat.FIRST_ADDRESS, geometry.slots.first_virtual)
        if (entry := raw_fat.read_entry(read_at, geometry, address)) is not None and entry.name[0]
    }
    (volume,) = json.loads((FIXTURES / "truth" / f"{name}.json").read_text())["volumes"]
    for entry in volume["entries"]:
        if entry["name_state"] == "gone" or entry["path"] == "/deleted/lost folder" or not entry["times"]:
            continue  # that folder's slots were taken by another name; what it held is an orphan
        parts = {each["meaning"]: [int(part, 16) for part in each["raw"].split(":")] for each in entry["times"]}
        modified, accessed, created = parts["modified"], parts["accessed"], parts["created"]
        times = (
            ("modified", modified[0] << 24 | modified[1] << 8),
            ("accessed", accessed[0]),
            ("created", created[0] << 24 | created[1] << 8 | created[2]),
        )
        assert (entry["name_state"] != "allocated", times) in stored, entry["path"]


def boot(**changes: int) -> bytes:
    fields = {
        "sector_size": 512,
        "per_cluster": 1,
        "reserved": 1,
        "fats": 2,
        "root_entries": 16,
        "sectors": 2048,
        "media": 0xF8,
        "fat_sectors": 6,
    }
    packed = struct.pack("<HBHBHHBH", *(fields | changes).values())
    return (b"\xeb\x3c\x90MSDOS5.0" + packed).ljust(510, b"\0") + b"\x55\xaa"


def test_addresses() -> None:
    """One reserved sector and two FATs of six: slots begin with sector 13. 2035 sectors of 16 slots follow."""
    geometry = FatGeometry.read(reader(boot()))
    assert geometry.entry_address(2) is None
    assert geometry.entry_address(3) == 13 * 512
    assert geometry.entry_address(3 + 17) == 14 * 512 + 32
    assert geometry.entry_address(3 + 2035 * 16 - 1) == 2048 * 512 - 32
    assert geometry.entry_address(3 + 2035 * 16) is None
    assert geometry.entry_address(-1) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"sector_size": 0},
        {"sector_size": 513},
        {"per_cluster": 3},
        {"fats": 0},
        {"fats": 9},
        {"reserved": 0},
        {"reserved": 4000},
        {"fat_sectors": 0},
        {"fat_sectors": 2000},
        {"root_entries": 0},
        {"sectors": 0},
    ],
)
def test_nonsense_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises(MalformedData):
        FatGeometry.read(reader(boot(**changes)))


@given(st.binary(max_size=510), st.integers(-1, 1 << 70), st.binary(max_size=4096))
def test_no_bytes_crash_it(start: bytes, address: int, rest: bytes) -> None:
    read_at = reader(start.ljust(510, b"\0") + b"\x55\xaa" + rest)
    with contextlib.suppress(MalformedData):
        raw_fat.times(read_at, FatGeometry.read(read_at), address)


@given(st.binary(min_size=32, max_size=32))
def test_no_entry_crashes_it(data: bytes) -> None:
    entry = raw_fat.parse_entry(data, 0, "fat32")
    for each in () if entry is None else entry.times:
        decode(each.timestamp)
