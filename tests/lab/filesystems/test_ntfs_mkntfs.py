"""The files of NTFS itself are what mkntfs writes, wherever both write the same thing."""

import struct
import subprocess
from pathlib import Path

import pytest

from cyberforensics.lab.filesystems.ntfs_security import descriptor_hash
from cyberforensics.lab.plan import PlannedVolume
from tests.lab.filesystems import ntfs_plans as plans
from tests.lab.filesystems.ntfs_programs import needs, run

_SIZE = 8 << 20


@pytest.fixture(scope="module", params=[512, 4096, 65_536])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A volume of ours and one of mkntfs, of one size and with clusters of one size."""
    needs("mkntfs")
    folder = tmp_path_factory.mktemp("mkntfs")
    ours, theirs = folder / "ours.raw", folder / "theirs.raw"
    plans.written(PlannedVolume("ntfs", _SIZE, "TRAINING", 1, plans.FORMATTED, (), cluster_size=request.param), ours)
    with theirs.open("wb") as out:
        out.truncate(_SIZE)
    options = ["-F", "-Q", "-q", "-s", "512", "-c", str(request.param), "-H", "255", "-S", "63", "-p", "0"]
    subprocess.run(["mkntfs", *options, "-L", "TRAINING", theirs], check=True, capture_output=True)
    return ours, theirs


def test_the_boot_sector_says_the_same_of_the_volume(both: tuple[Path, Path]) -> None:
    ours, theirs = (path.read_bytes()[:512] for path in both)
    assert ours[:0x30] == theirs[:0x30]  # then come the first clusters of $MFT and of $MFTMirr
    assert ours[0x40:0x48] == theirs[0x40:0x48]  # then the serial number and code
    assert ours[510:] == theirs[510:]


@pytest.mark.parametrize("address", ["4-128-1", "10-128-1"])
def test_tables_are_the_same(both: tuple[Path, Path], address: str) -> None:
    ours, theirs = (run("icat", path, address) for path in both)
    assert ours == theirs


def test_indexes_that_hold_the_same_are_the_same(both: tuple[Path, Path]) -> None:
    for name, record in (("$O", 24), ("$O", 25), ("$R", 26)):
        ours, theirs = (_index_root(path, record, name) for path in both)
        assert ours == theirs
    ours, theirs = (_index_root(path, 24, "$Q") for path in both)
    assert _without_times(ours) == _without_times(theirs)


def test_the_first_records_have_the_same_flags_numbers_and_names(both: tuple[Path, Path]) -> None:
    ours, theirs = (run("icat", path, "0-128-1") for path in both)
    for number in range(27):
        first, second = (table[number * 1024 : number * 1024 + 1024] for table in (ours, theirs))
        assert first[0x10:0x14] == second[0x10:0x14]  # sequence number and links
        assert first[0x16:0x18] == second[0x16:0x18]  # flags
        # reserved records of mkntfs name themselves 0
        assert first[0x2C:0x30] == second[0x2C:0x30] or number >= 16
        assert _name(first) == _name(second)


def test_the_sum_of_a_descriptor_is_that_of_mkntfs(both: tuple[Path, Path]) -> None:
    stream = run("icat", both[1], "9-128-2")
    seen = place = 0
    while (header := struct.unpack_from("<IIQI", stream, place))[3]:
        assert header[0] == descriptor_hash(stream[place + 20 : place + header[3]])
        place += -(-header[3] // 16) * 16
        seen += 1
    assert seen == 2


def _index_root(path: Path, record: int, name: str) -> bytes:
    """The content of an index by its name: attributes have other numbers with mkntfs."""
    said = run("istat", path, str(record)).decode()
    line = next(line for line in said.splitlines() if "$INDEX_ROOT" in line and f"Name: {name} " in line)
    return run("icat", path, f"{record}-{line.partition('(')[2].partition(')')[0]}")


def _without_times(quotas: bytes) -> bytes:
    changed = bytearray(quotas)
    for entry in (0x20, 0x20 + 0x48):
        changed[entry + 0x14 + 16 : entry + 0x14 + 24] = bytes(8)
    return bytes(changed)


def _name(record: bytes) -> bytes:
    """Flags of the file and its name, as the record's $FILE_NAME has them."""
    place = struct.unpack_from("<H", record, 0x14)[0]
    while (kind := struct.unpack_from("<I", record, place)[0]) != 0xFFFF_FFFF:
        size, start = struct.unpack_from("<I", record, place + 4)[0], struct.unpack_from("<H", record, place + 20)[0]
        if kind == 0x30:
            value = record[place + start : place + size]
            return bytes(value[:8] + value[56:64] + value[66 : 66 + 2 * value[64]])
        place += size
    return b""
