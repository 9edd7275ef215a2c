"""exFAT entries decoded by hand, and every entry of real volumes against TSK."""

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

from cyberforensics.disk import raw_exfat
from cyberforensics.disk.media import ReadAt
from cyberforensics.disk.raw_exfat import ExfatGeometry
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import EntryTime
from cyberforensics.model.times import Timestamp, decode

PROJECT = Path(__file__).parents[2]
FIXTURES = PROJECT / "fixtures"


def reader(data: bytes | bytearray) -> ReadAt:
    return lambda offset, size: bytes(data[offset : offset + size])


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """TSK converts exFAT times with the zone of the process."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def file_entry(**changes: int) -> bytes:
    fields = {
        "type": 0x85,
        "secondaries": 2,
        "checksum": 0,
        "attributes": 0x20,
        "created": 0x5861516C,
        "modified": 0x58615200,
        "accessed": 0x58625200,
        "created_tens": 0x7D,
        "modified_tens": 0,
        "created_zone": 0x88,
        "modified_zone": 0xF8,
        "accessed_zone": 0x00,
    }
    return struct.pack("<BBHH2xIIIBBBBB7x", *(fields | changes).values())


def stream_entry(cluster: int, size: int, *, kind: int = 0xC0, flags: int = 3) -> bytes:
    return struct.pack("<BBBBHHQIIQ", kind, flags, 0, 5, 0, 0, size, 0, cluster, size)


def name_entry(name: str, *, kind: int = 0xC1) -> bytes:
    return struct.pack("<BB30s", kind, 0, name.encode("utf-16-le"))


def test_an_entry_decoded_by_hand() -> None:
    """Dates and times are packed as on FAT; an offset has a valid bit and seven bits of quarters of an hour.

    Created: 0x5861, 0x516C: 2024-03-01 10:11:24, and 0x7D units of 10 ms: 10:11:25.25. 0x88: valid, 8 quarters:
    two hours before, in UTC. Modified: 0x5200 = 01010 010000 00000: 10:16:00. 0xF8 = 1 1111000: -8 quarters: two
    hours after. Accessed on the next day; no valid bit: nobody knows the zone.
    """
    entry = raw_exfat.parse_entry(file_entry(), 0, stream_entry(7, 99))
    assert entry is not None
    assert entry.times == (
        EntryTime("modified", Timestamp(0x58615200_00F8, "exfat-10ms")),
        EntryTime("accessed", Timestamp(0x58625200_0000, "exfat")),
        EntryTime("created", Timestamp(0x5861516C_7D88, "exfat-10ms")),
    )
    moments = [decode(each.timestamp) for each in entry.times]
    assert [(moment.text, moment.zone_basis) for moment in moments] == [
        ("2024-03-01T12:16:00.00Z", "offset-recorded"),
        ("2024-03-02T10:16:00", "local-unknown"),
        ("2024-03-01T08:11:25.25Z", "offset-recorded"),
    ]
    assert (entry.first_cluster, entry.size, entry.contiguous, entry.deleted) == (7, 99, True, False)


def test_zeros_are_kept_and_flagged() -> None:
    entry = raw_exfat.parse_entry(file_entry(type=0x05, created=0, accessed=0, created_tens=0, created_zone=0), 0)
    assert entry is not None
    assert entry.deleted
    assert [decode(each.timestamp).flag for each in entry.times] == [None, "zero", "zero"]
    assert [each.timestamp.raw for each in entry.times[1:]] == [0, 0]


@pytest.mark.parametrize("kind", [0x00, 0x01, 0x81, 0x82, 0x83, 0xA0, 0xC0, 0xC1, 0x41])
def test_other_entries_have_no_times(kind: int) -> None:
    assert raw_exfat.parse_entry(file_entry(type=kind), 0) is None


def test_a_stream_extension_of_another_state_is_not_taken() -> None:
    entry = raw_exfat.parse_entry(file_entry(), 0, stream_entry(7, 99, kind=0x40))
    assert entry is not None
    assert (entry.first_cluster, entry.size) == (None, None)


def agrees_with_tsk(image: Path) -> int:
    """Compare each entry that has times: TSK's value is the local clock's, taken for UTC."""
    data = image.read_bytes()
    read_at = reader(data)
    geometry = ExfatGeometry.read(read_at, len(data))
    fs = pytsk3.FS_Info(pytsk3.Img_Info(str(image)))
    pending, seen, compared = [(b"", fs.info.root_inum)], {fs.info.root_inum}, 0
    while pending:
        parent, address = pending.pop()
        for listed in fs.open_dir(inode=address):
            name, inode = listed.info.name.name, listed.info.name.meta_addr
            if name in (b".", b".."):
                continue
            meta = fs.open_meta(inode).info.meta
            entry = raw_exfat.read_entry(read_at, geometry, inode)
            if int(meta.type) in (int(pytsk3.TSK_FS_META_TYPE_DIR), 11) and inode not in seen:
                seen.add(inode)
                pending.append((parent + b"/" + name, inode))
            if entry is None:
                assert name.startswith(b"$") or b"Volume Label" in name, name
                assert (meta.mtime, meta.atime, meta.crtime) == (0, 0, 0)
                continue
            modified, accessed, created = (local(each) for each in entry.times)
            expected = (meta.mtime, meta.mtime_nano, meta.atime, meta.crtime, meta.crtime_nano)
            if max(modified, accessed, created) // 10**9 < 2**31 - 86_400:  # TSK gives years from 2038 up
                found = (modified // 10**9, modified % 10**9, accessed // 10**9, created // 10**9, created % 10**9)
                assert found == expected, name
            if entry.size is not None and not entry.directory:
                assert entry.size == meta.size, name
            compared += 1
    assert geometry.entry_address(fs.info.last_inum) is None
    assert geometry.slots.first_virtual == fs.info.last_inum - 2
    return compared


def local(each: EntryTime) -> int:
    without_offset = Timestamp(each.timestamp.raw & ~0xFF, each.timestamp.encoding)
    return decode(without_offset).instant or 0


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """An empty volume by mkfs.exfat, with a file, a directory and a deleted file written into its root by hand."""
    if not shutil.which("mkfs.exfat"):
        pytest.skip("exfatprogs is not installed")
    path = tmp_path / "made.img"
    with path.open("wb") as file:
        file.truncate(8 << 20)
    subprocess.run(["mkfs.exfat", "-L", "MADE", str(path)], check=True, capture_output=True)
    data = bytearray(path.read_bytes())
    geometry = ExfatGeometry.read(reader(data))
    place = geometry.cluster_offset(geometry.root_cluster)
    while data[place]:
        place += 32
    free = geometry.root_cluster + 1
    entries = (
        file_entry() + stream_entry(free, 99) + name_entry("first"),
        file_entry(attributes=0x10, created_zone=0) + stream_entry(free + 1, 4096) + name_entry("inner"),
        file_entry(type=0x05) + stream_entry(free, 9, kind=0x40) + name_entry("wiped", kind=0x41),
    )
    data[place : place + 96 * 3] = b"".join(entries)
    data[geometry.cluster_offset(2)] |= 0b11 << (free - 2)  # the allocation bitmap, in cluster 2
    path.write_bytes(data)
    return path


@pytest.mark.usefixtures("utc")
def test_a_made_volume_agrees_with_tsk(made: Path) -> None:
    assert agrees_with_tsk(made) == 3


@pytest.mark.usefixtures("utc")
def test_the_fixture_has_the_times_that_were_written(tmp_path: Path) -> None:
    """The truth writes an exFAT time as timestamp:10 ms units:UTC offset byte, each in hexadecimal."""
    packed = FIXTURES / "exfat.raw.gz"
    if not packed.exists():
        pytest.skip(f"the fixture {packed.name} is not here")
    data = gzip.decompress(packed.read_bytes())
    (tmp_path / "exfat.raw").write_bytes(data)
    assert agrees_with_tsk(tmp_path / "exfat.raw") > 20
    read_at = reader(data)
    geometry = ExfatGeometry.read(read_at)
    stored = {
        (entry.deleted, tuple(each.timestamp.raw for each in entry.times)): entry
        for address in range(3, geometry.slots.first_virtual)
        if (entry := raw_exfat.read_entry(read_at, geometry, address)) is not None
    }
    (volume,) = json.loads((FIXTURES / "truth" / "exfat.json").read_text())["volumes"]
    for entry in volume["entries"]:
        if entry["name_state"] == "gone" or not entry["times"]:
            continue
        raw = {each["meaning"]: int(each["raw"].replace(":", ""), 16) for each in entry["times"]}
        times = tuple(raw[meaning] for meaning in ("modified", "accessed", "created"))
        found = stored[entry["name_state"] != "allocated", times]
        assert found.directory or found.size == entry["size"], entry["path"]


def test_results_do_not_depend_on_the_zone_of_the_process(made: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cyberforensics.disk import raw_exfat\n"
        "from cyberforensics.model.times import decode\n"
        "data = Path(sys.argv[1]).read_bytes()\n"
        "read_at = lambda offset, size: data[offset : offset + size]\n"
        "geometry = raw_exfat.ExfatGeometry.read(read_at)\n"
        "for address in range(geometry.slots.first_virtual):\n"
        "    for each in raw_exfat.times(read_at, geometry, address):\n"
        "        print(address, each, decode(each.timestamp))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, str(made)],
            check=True,
            capture_output=True,
            env={**os.environ, "TZ": zone, "PYTHONPATH": str(PROJECT / "src")},
        ).stdout
        for zone in ("UTC", "Asia/Kolkata", "America/Los_Angeles")
    }
    assert len(outputs) == 1
    assert outputs.pop().count(b"EntryTime") == 9


def boot(**changes: int) -> bytes:
    fields = {
        "sectors": 2048,
        "fat": 24,
        "fat_sectors": 8,
        "heap": 32,
        "clusters": 252,
        "root": 4,
        "serial": 1,
        "revision": 0x100,
        "flags": 0,
        "sector_shift": 9,
        "cluster_shift": 3,
        "fats": 1,
    }
    packed = struct.pack("<QIIIIIIHHBBB", *(fields | changes).values())
    return (b"\xeb\x76\x90EXFAT   ".ljust(72, b"\0") + packed).ljust(510, b"\0") + b"\x55\xaa"


def test_addresses_and_clusters() -> None:
    """The heap begins with sector 32: the first slot there is 3, and cluster 5 begins three of 4 KiB later."""
    geometry = ExfatGeometry.read(reader(boot()))
    assert geometry.entry_address(2) is None
    assert geometry.entry_address(3) == 32 * 512
    assert geometry.entry_address(4) == 32 * 512 + 32
    assert geometry.entry_address(3 + 2016 * 16) is None
    assert geometry.cluster_offset(5) == 32 * 512 + 3 * 4096
    for cluster in (0, 1, 254):
        with pytest.raises(MalformedData):
            geometry.cluster_offset(cluster)


def test_a_stream_extension_in_the_next_cluster_of_a_chain() -> None:
    """The last slot of cluster 4 is a file's; the FAT says that 4 goes on in 9."""
    data = bytearray(boot().ljust(2048 * 512, b"\0"))
    geometry = ExfatGeometry.read(reader(data))
    last = geometry.cluster_offset(5) - 32
    data[last : last + 32] = file_entry()
    data[24 * 512 + 16 : 24 * 512 + 20] = (9).to_bytes(4, "little")
    start = geometry.cluster_offset(9)
    data[start : start + 32] = stream_entry(11, 5)
    entry = raw_exfat.read_entry(reader(data), geometry, (last - 32 * 512) // 32 + 3)
    assert entry is not None
    assert (entry.first_cluster, entry.size) == (11, 5)


@pytest.mark.parametrize(
    "changes",
    [
        {"sector_shift": 8},
        {"sector_shift": 13},
        {"cluster_shift": 17},
        {"fats": 0},
        {"fats": 3},
        {"fat": 0},
        {"heap": 30},
        {"heap": 4096},
        {"clusters": 0},
        {"clusters": 253},
        {"root": 1},
        {"root": 254},
    ],
)
def test_nonsense_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises(MalformedData):
        ExfatGeometry.read(reader(boot(**changes)))


@given(st.binary(max_size=438), st.integers(-1, 1 << 70), st.binary(max_size=4096))
def test_no_bytes_crash_it(start: bytes, address: int, rest: bytes) -> None:
    data = (b"\xeb\x76\x90EXFAT   ".ljust(72, b"\0") + start).ljust(510, b"\0") + b"\x55\xaa" + rest
    with contextlib.suppress(MalformedData):
        raw_exfat.times(reader(data), ExfatGeometry.read(reader(data)), address)


@given(st.binary(min_size=31, max_size=31), st.sampled_from([0x85, 0x05]), st.binary(max_size=33))
def test_no_entry_crashes_it(data: bytes, kind: int, stream: bytes) -> None:
    entry = raw_exfat.parse_entry(bytes([kind]) + data, 0, stream)
    assert entry is not None
    for each in entry.times:
        decode(each.timestamp)
