"""NTFS volumes of our own are what other people's programs read: names, places, times, contents, what is deleted."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from cyberforensics import case
from cyberforensics.lab.filesystems import WRITERS
from cyberforensics.lab.plan import PlacedFile, PlannedVolume
from cyberforensics.triage import Options, triage
from tests.lab.filesystems import ntfs_plans as plans
from tests.lab.filesystems.ntfs_programs import mounted, run

_SYSTEM = {
    "0-128-1": "$MFT", "1-128-1": "$MFTMirr", "2-128-1": "$LogFile", "3-128-1": "$Volume", "4-128-1": "$AttrDef",
    "6-128-1": "$Bitmap", "7-128-1": "$Boot", "8-128-1": "$BadClus", "8-128-3": "$BadClus:$Bad",
    "9-128-2": "$Secure:$SDS", "9-144-3": "$Secure:$SDH", "9-144-4": "$Secure:$SII", "10-128-1": "$UpCase",
    "11-144-1": "$Extend", "24-144-3": "$Extend/$Quota:$O", "24-144-4": "$Extend/$Quota:$Q",
    "25-144-3": "$Extend/$ObjId:$O", "26-144-3": "$Extend/$Reparse:$R",
}  # fmt: skip
_UNUSED = {str(number): f"$OrphanFiles/OrphanFile-{number}" for number in range(16, 24)}


@dataclass(frozen=True, slots=True)
class Made:
    """A volume that was written, and what was said of it."""

    volume: PlannedVolume
    path: Path
    placed: tuple[PlacedFile, ...]

    def found(self, path: str, stream: str | None = None) -> PlacedFile:
        return next(item for item in reversed(self.placed) if (item.path, item.stream) == (path, stream))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    path = tmp_path_factory.mktemp("ntfs") / "volume.raw"
    volume = plans.of_all_kinds()
    return Made(volume, path, plans.written(volume, path))


def test_the_same_plan_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    assert plans.written(plans.of_all_kinds(), tmp_path / "again.raw") == made.placed
    assert (tmp_path / "again.raw").read_bytes() == made.path.read_bytes()


def test_a_volume_is_written_from_where_the_file_stands(made: Made, tmp_path: Path) -> None:
    before = b"a disk's first partition " * 4096
    with (tmp_path / "disk.raw").open("w+b") as out:
        out.write(before)
        assert WRITERS["ntfs"](made.volume, out) == made.placed
    assert (tmp_path / "disk.raw").read_bytes() == before + made.path.read_bytes()


@pytest.mark.parametrize("cluster_size", plans.CLUSTER_SIZES)
def test_what_is_said_of_places_is_true_of_the_bytes(cluster_size: int, tmp_path: Path) -> None:
    volume = plans.of_all_kinds(cluster_size)
    placed = plans.written(volume, tmp_path / "volume.raw")
    image = (tmp_path / "volume.raw").read_bytes()
    assert len(image) == volume.size
    readable = 0
    for planned, found, data in plans.pairs(volume, placed):
        if planned.kind == "directory" and found.stream is None:
            continue
        assert found.size == len(data)
        if found.content_readable:
            assert plans.at(image, found.runs) == data
            readable += 1
        elif found.runs:
            assert plans.at(image, found.runs) != data
        if planned.slack and found.stream is None:
            assert found.slack_at is not None
            assert image[found.slack_at : found.slack_at + len(planned.slack)] == planned.slack
    assert readable > 510


@pytest.mark.parametrize("cluster_size", plans.CLUSTER_SIZES)
def test_the_checkers_of_ntfs_3g_find_nothing_wrong(cluster_size: int, tmp_path: Path) -> None:
    path = tmp_path / "volume.raw"
    plans.written(plans.of_all_kinds(cluster_size), path)
    said = run("ntfsfix", "-n", path).decode()
    assert "processed successfully" in said
    assert re.search("error|fail|corrupt|differ", said, re.IGNORECASE) is None
    # This one walks every record and holds all runs against $Bitmap.
    said = run("ntfsresize", "--info", "--force", "--no-progress-bar", path).decode()
    assert "You might resize" in said
    assert re.search("error|mismatch|inconsisten|corrupt", said, re.IGNORECASE) is None


def test_the_sleuth_kit_lists_each_name_with_its_address_and_state(made: Made) -> None:
    lines = run("fls", "-r", "-p", made.path).decode().splitlines()
    listed = Counter(
        (star == "* ", address, path) for _, star, address, path in (_line(line) for line in lines if "V/V" not in line)
    )
    expected = Counter((False, address, path) for address, path in _SYSTEM.items())
    expected.update((True, address, path) for address, path in _UNUSED.items())
    for found in made.placed:
        if found.meta_address is None or found.path == "/":  # fls does not list where it begins
            continue
        number, _, kind, attribute = found.meta_address.split("-")
        path = found.path.removeprefix("/") if found.name_state != "orphan" else f"$OrphanFiles/{_last(found.path)}"
        stream = f":{found.stream}" if found.stream else ""
        if stream and found.path == "/Users/mira":  # fls lists the stream of a folder twice
            expected[False, f"{number}-{kind}-{attribute}", f"{path}/.{stream}"] += 1
        expected[found.name_state != "allocated", f"{number}-{kind}-{attribute}", path + stream] += 1
    assert listed - expected == Counter()
    assert expected - listed == Counter()


def test_istat_says_the_same_of_times_sizes_owners_and_clusters(made: Made) -> None:
    seen = 0
    for planned, found, _ in plans.pairs(made.volume, made.placed):
        if found.meta_address is None or found.stream or planned.path.startswith("/many/"):
            continue
        number, sequence, *_ = found.meta_address.split("-")
        said = run("istat", made.path, number).decode()
        assert f"Sequence: {sequence}\n" in said
        assert (re.search("^Allocated (File|Directory)$", said, re.MULTILINE) is not None) == (
            found.name_state == "allocated"
        )
        assert ("Hidden" in said) == (planned.hidden or planned.path == "/")  # the root always is
        assert re.search(rf"Security ID: \d+  \(S-1-5-.*-{planned.owner or 544}\)", said)
        times = re.findall(
            r"^(?:Created|File Modified|MFT Modified|Accessed):\t(\S+) (\S+) \(UTC\)$", said, re.MULTILINE
        )
        assert [f"{day}T{time[:-2]}Z" for day, time in times] == [moment.time for moment in found.times]
        assert all(time.endswith("00") for _, time in times)
        assert _shown_clusters(said, "N/A") == _clusters(found)
        seen += 1
    assert seen == 25


def test_icat_gives_the_content_of_what_is_there_and_of_what_is_deleted(made: Made) -> None:
    deleted = 0
    for planned, found, data in plans.pairs(made.volume, made.placed):
        if found.meta_address is None or "-144-" in found.meta_address:
            continue
        if planned.path.startswith("/many/") and not planned.path.endswith("7.txt"):
            continue
        number, _, kind, attribute = found.meta_address.split("-")
        given = run("icat", made.path, f"{number}-{kind}-{attribute}")
        assert (given == data) == found.content_readable, found
        deleted += found.name_state != "allocated"
    assert deleted == 7


def test_ntfs_3g_lists_and_reads_all_that_is_not_deleted(made: Made) -> None:
    for folder in ("/", "/Users", "/Users/mira", "/many"):
        names = run("ntfsls", "-p", folder, made.path).decode().splitlines()
        expected = [
            _last(item.path)
            for item in made.volume.files
            if not item.deleted and item.path != "/" and item.path.rpartition("/")[0] == folder.rstrip("/")
        ]
        assert sorted(set(names) - {".", ".."}) == sorted(expected)
    for planned, found, data in plans.pairs(made.volume, made.placed):
        if (
            planned.deleted
            or planned.kind != "file"
            or (planned.path.startswith("/many/") and "3.txt" not in found.path)
        ):
            continue
        stream = ("-n", found.stream) if found.stream else ()
        # a path: the name is looked up in the index of its folder
        assert run("ntfscat", *stream, made.path, planned.path) == data


def test_bytes_behind_the_end_are_slack(made: Made) -> None:
    for path in ("/Users/mira/big.bin", "/Users/mira/small with slack.txt"):
        planned = next(item for item in made.volume.files if item.path == path)
        found = made.found(path)
        assert found.meta_address is not None
        given = run("icat", "-s", made.path, found.meta_address.split("-")[0])
        assert given[found.size :].startswith(planned.slack)
        assert not given[found.size :].removeprefix(planned.slack).strip(b"\0")


def test_fsstat_names_the_volume(made: Made) -> None:
    said = run("fsstat", made.path).decode()
    assert "File System Type: NTFS\n" in said
    assert "Volume Name: TRAINING é\n" in said
    assert "Version: Windows XP\n" in said  # as it calls 3.1
    assert "Cluster Size: 4096\n" in said


def test_a_file_lies_in_several_runs_around_the_copy_of_the_mft_and_in_freed_clusters(made: Made) -> None:
    assert len(made.found("/around the middle.bin").runs) == 2
    over, under = made.found("/Users/mira/overwrites.bin"), made.found("/Users/mira/overwritten.doc")
    assert over.runs[0][0] == under.runs[0][0]
    assert len(over.runs) == 2
    assert not under.content_readable


def test_a_record_that_is_used_again_has_the_next_sequence_number(made: Made) -> None:
    assert made.found("/Users/mira/tiny overwritten.txt").name_state == "gone"
    address = made.found("/Users/mira/takes its record.txt").meta_address
    assert address is not None
    assert address.split("-")[1] == "2"
    assert made.found("/taken folder/orphan.txt").name_state == "orphan"


def test_the_bitmap_of_the_mft_agrees_with_the_records(made: Made) -> None:
    bits, table = run("icat", made.path, "0-176-3"), run("icat", made.path, "0-128-1")
    records = [table[start : start + 1024] for start in range(0, len(table), 1024)]
    assert [bits[number // 8] >> number % 8 & 1 for number in range(len(records))] == [
        int.from_bytes(record[22:24], "little") & 1 for record in records
    ]
    assert all(record[:4] == b"FILE" for record in records)


def test_the_boot_sector_and_the_start_of_the_mft_are_there_twice(made: Made) -> None:
    image = made.path.read_bytes()
    assert image[:512] == image[-512:]
    assert run("icat", made.path, "1") == run("icat", made.path, "0")[:4096]


def test_both_readers_of_a_triage_find_the_same(made: Made, tmp_path: Path) -> None:
    options = Options(rule_packs=(), workers=1, cross_check=True, verify="no")
    triage([made.path], tmp_path / "case", options)
    with case.open_existing(tmp_path / "case") as store:
        (check,) = case.cross_checks(store)
    assert check.state == "compared"
    assert sum(part.compared for part in check.compared) > 3000
    assert sum(part.different + part.known for part in check.compared) == 0


def test_the_driver_reads_all_by_name(made: Made, tmp_path: Path) -> None:
    options = "ro,streams_interface=windows"
    with mounted(made.path, tmp_path / "mounted", options) as place:
        for planned, found, data in plans.pairs(made.volume, made.placed):
            if planned.deleted:
                continue
            path = Path(f"{place}{planned.path}" + (f":{found.stream}" if found.stream else ""))
            if planned.kind == "file" or found.stream:
                assert path.read_bytes() == data
            elif planned.kind == "link":
                assert path.readlink().name == _last(planned.link_target)
            else:
                assert path.is_dir()
        assert len(list((place / "many").iterdir())) == 500


def _line(line: str) -> tuple[str, str, str, str]:
    match = re.fullmatch(r"(\S+) (\* )?([0-9-]+):\t(.*)", line)
    assert match, line
    return match[1], match[2] or "", match[3], match[4]


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _shown_clusters(said: str, name: str) -> list[int]:
    """The clusters that istat lists below the non-resident content."""
    match = re.search(rf"^Type: \$DATA \S+ +Name: {re.escape(name)} +Non-Resident .*\n([0-9 \n]*)", said, re.MULTILINE)
    return [int(number) for number in match[1].split()] if match else []


def _clusters(found: PlacedFile) -> list[int]:
    if found.size == 0 or found.runs[0][0] % 4096:
        return []  # resident
    return [cluster for start, length in found.runs for cluster in range(start // 4096, -(-(start + length) // 4096))]
