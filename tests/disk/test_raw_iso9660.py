"""ISO 9660 records decoded by hand, and every entry of real discs against TSK."""

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

from cyberforensics.disk import raw_iso9660, raw_iso9660_records, raw_susp
from cyberforensics.disk.media import ReadAt
from cyberforensics.disk.raw_iso9660 import IsoTree
from cyberforensics.disk.raw_iso9660_records import IsoRecord, descriptors, parse_record, sector_records, spelled
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import EntryTime
from cyberforensics.model.times import Timestamp, decode

PROJECT = Path(__file__).parents[2]
FIXTURES = PROJECT / "fixtures"
PUBLIC = Path("images", "log2timeline_dfvfs", "iso9660.raw")
SECTOR = 2048


def reader(data: bytes | bytearray) -> ReadAt:
    return lambda offset, size: bytes(data[offset : offset + size])


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """TSK converts ISO times with the zone of the process."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def both(value: int, size: int = 4) -> bytes:
    return value.to_bytes(size, "little") + value.to_bytes(size, "big")


RECORDED = bytes((124, 3, 1, 10, 11, 12, 8))


def record(name: bytes, extent: int, size: int, *, flags: int = 0, use: bytes = b"", when: bytes = RECORDED) -> bytes:
    body = b"\0" + both(extent) + both(size) + when + bytes((flags, 0, 0)) + both(1, 2) + bytes((len(name),)) + name
    if len(name) % 2 == 0:
        body += b"\0"
    body += use + b"\0" * (len(use) % 2)
    return bytes((len(body) + 1,)) + body


def directory(extent: int, parent: int, *records: bytes, use: bytes = b"") -> bytes:
    own = record(b"\0", extent, SECTOR, flags=2, use=use) + record(b"\1", parent, SECTOR, flags=2)
    return (own + b"".join(records)).ljust(SECTOR, b"\0")


def descriptor(kind: int, root: int, path_table: int, table_size: int, escape: bytes = b"") -> bytes:
    data = bytearray(SECTOR)
    data[0:7] = bytes((kind,)) + b"CD001\1"
    data[80:88] = both(64)
    data[88 : 88 + len(escape)] = escape
    data[128:132] = both(SECTOR, 2)
    data[132:140] = both(table_size)
    data[148:152] = path_table.to_bytes(4, "big")
    data[156:190] = record(b"\0", root, SECTOR, flags=2)
    data[813:830] = b"2024030110111299\xf8"
    return bytes(data)


def disc(sectors: dict[int, bytes]) -> bytearray:
    data = bytearray(64 * SECTOR)
    for number, content in sectors.items():
        data[number * SECTOR : number * SECTOR + len(content)] = content
    return data


def path_table(*entries: tuple[bytes, int, int]) -> bytes:
    return b"".join(
        bytes((len(name), 0)) + struct.pack(">IH", extent, parent) + name + b"\0" * (len(name) % 2)
        for name, extent, parent in entries
    )


def test_a_record_decoded_by_hand() -> None:
    """Years from 1900, then month to second; 8 quarters of an hour east: 10:11:12 there is 08:11:12 in UTC."""
    found = parse_record(record(b"A.TXT;1", 20, 5), 99, "primary", b"A.TXT")
    assert found.times == (EntryTime("recorded", Timestamp(0x7C03010A0B0C08, "iso9660")),)
    moment = decode(found.times[0].timestamp)
    assert (moment.text, moment.zone_basis) == ("2024-03-01T08:11:12Z", "offset-recorded")
    assert (found.extent, found.size, found.offset, found.directory) == (20, 5, 99, False)


def test_volume_times_decoded_by_hand() -> None:
    """Sixteen digits and 0xF8, two hours west: 10:11:12.99 there is 12:11:12.99 in UTC. The others are unset."""
    (found,) = descriptors(reader(disc({16: descriptor(1, 20, 18, 10)})))
    assert [name for name, _ in found.times] == ["created", "modified", "expires", "effective"]
    moments = [decode(each) for _, each in found.times]
    assert moments[0].text == "2024-03-01T12:11:12.99Z"
    assert [moment.flag for moment in moments[1:]] == ["zero"] * 3


def test_rock_ridge_times_of_both_forms() -> None:
    """Flags 0x0F are created to changed, 0x70 backup, expiration and effective; 0x80 is the form of 17 bytes."""
    short = b"TF" + bytes((5 + 28, 1, 0x0F)) + b"".join(bytes((124, 3, day, 0, 0, 0, 0)) for day in (1, 2, 3, 4))
    long = b"TF" + bytes((5 + 51, 1, 0xF0)) + b"".join(b"202403%02d00000000\0" % day for day in (5, 6, 7))
    name = b"NM" + bytes((9, 1, 1)) + b"long" + b"NM" + bytes((10, 1, 0)) + b" name"
    found = raw_susp.parse(short + long + name + b"ST\4\1" + short, reader(b""), SECTOR)
    assert found.name == b"long name"
    assert [(each.meaning, decode(each.timestamp).text) for each in found.times] == [
        ("created", "2024-03-01T00:00:00Z"),
        ("modified", "2024-03-02T00:00:00Z"),
        ("accessed", "2024-03-03T00:00:00Z"),
        ("changed", "2024-03-04T00:00:00Z"),
        ("backup", "2024-03-05T00:00:00.00Z"),
    ]


def test_a_continuation_that_points_at_itself_ends() -> None:
    area = b"CE" + bytes((28, 1)) + both(0) + both(0) + both(28)
    assert raw_susp.parse(area, reader(area), SECTOR) == raw_susp.RockRidge()


def test_a_primary_tree_with_rock_ridge() -> None:
    use = b"SP\7\1\xbe\xef\0"
    changed = b"TF" + bytes((12, 1, 8)) + RECORDED[:6] + b"\0" + b"NM" + bytes((10, 1, 0)) + b"a.txt"
    tree = IsoTree.read(
        reader(
            disc(
                {
                    16: descriptor(1, 20, 18, 10),
                    17: b"\xffCD001\1",
                    18: path_table((b"\0", 20, 1)),
                    20: directory(20, 20, record(b"A.TXT;1", 21, 5, use=changed), use=use),
                }
            )
        )
    )
    found = tree.find(1, path=b"/A.TXT", size=5, extent=21)
    assert found is not None
    assert (found.path, found.rock_ridge_path) == (b"A.TXT", b"a.txt")
    assert [(each.meaning, decode(each.timestamp).text) for each in found.times] == [
        ("recorded", "2024-03-01T08:11:12Z"),
        ("changed", "2024-03-01T10:11:12Z"),
    ]
    assert tree.root is not None
    assert tree.find(0) is tree.root
    assert tree.find(1, path=b"/A.TXT", size=6) is None
    assert tree.find(0, path=b"/A.TXT", size=5) is found, "the path decides where the number does not agree"
    assert tree.find(2) is None
    assert tree.find(-1) is None


def test_directories_in_a_circle_are_read_once() -> None:
    tree = IsoTree.read(
        reader(
            disc(
                {
                    16: descriptor(1, 20, 18, 0),
                    20: directory(20, 20, record(b"DOWN", 21, SECTOR, flags=2)),
                    21: directory(21, 20, record(b"UP", 20, SECTOR, flags=2), record(b"SELF", 21, SECTOR, flags=2)),
                }
            )
        )
    )
    assert [each.path for each in tree.records] == [b"", b"DOWN", b"DOWN/UP", b"DOWN/SELF"]


def test_an_unreadable_directory_is_a_gap() -> None:
    tree = IsoTree.read(
        reader(
            disc(
                {
                    16: descriptor(1, 20, 18, 0),
                    20: directory(20, 20, record(b"FAR", 5000, SECTOR, flags=2), record(b"BIG", 21, 1 << 31, flags=2)),
                }
            )
        )
    )
    assert sorted(gap.code for gap in tree.gaps) == [
        "iso9660.directory-too-large",
        "volume.truncated",
        "volume.truncated",
    ]


@pytest.mark.parametrize(
    ("stored", "tree", "name"),
    [
        (b"A.TXT;1", "primary", b"A.TXT"),
        (b"README.;1", "primary", b"README"),
        ("grün.txt;1".encode("utf-16-be"), "joliet", "grün.txt".encode()),
        (b"\xd8\x00", "joliet", b"\xed\xa0\x80"),
        (b"\0a\0", "joliet", b"a"),
    ],
)
def test_names_are_spelled_as_tsk_does(stored: bytes, tree: str, name: bytes) -> None:
    assert spelled(stored, "joliet" if tree == "joliet" else "primary") == name


def agrees_with_tsk(image: Path) -> IsoTree:
    """Compare each number, and each path; TSK's value is the local clock's, taken for UTC."""
    tree = IsoTree.read(reader(image.read_bytes()))
    fs = pytsk3.FS_Info(pytsk3.Img_Info(str(image)))
    assert tree.find(fs.info.last_inum) is None, "the directory of orphans"
    for number in range(fs.info.last_inum):
        file = fs.open_meta(number)
        found = look_up(tree, number, file)
        assert found is not None, number
        assert local_seconds(found.times[0]) in (file.info.meta.crtime, None)
    pending = [(b"", fs.info.root_inum)]
    while pending:
        parent, address = pending.pop()
        for listed in fs.open_dir(inode=address):
            name, number = listed.info.name.name, listed.info.name.meta_addr
            if name in (b".", b"..", b"$OrphanFiles"):
                continue
            file = fs.open_meta(number)
            found = look_up(tree, number, file, parent + b"/" + name)
            assert found is not None, (parent, name)
            assert found is tree.find(number)
            if found.directory:
                pending.append((parent + b"/" + name, number))
    return tree


def look_up(tree: IsoTree, number: int, file: pytsk3.File, path: bytes | None = None) -> IsoRecord | None:
    meta = file.info.meta
    extent = next((run.addr for attribute in file for run in attribute), None)
    directory = int(meta.type) == int(pytsk3.TSK_FS_META_TYPE_DIR)
    return tree.find(number, path=path, size=meta.size, extent=extent, directory=directory)


def local_seconds(each: EntryTime) -> int | None:
    without_offset = Timestamp(each.timestamp.raw & ~0xFF, "iso9660")
    instant = decode(without_offset).instant
    return None if instant is None else instant // 10**9


@pytest.mark.usefixtures("utc")
def test_a_public_disc(evidence: Path) -> None:
    """The record says 16:07:32 and 8 quarters: 14:07:32 in UTC. TSK says 16:07:32 UTC."""
    tree = agrees_with_tsk(evidence / PUBLIC)
    (found,) = [each for each in tree.records if each.path == b"PASSWORDS.TXT"]
    assert found.times[0].timestamp.raw.to_bytes(7, "big") == bytes((121, 7, 22, 16, 7, 32, 8))
    assert len(found.times) == 1
    assert decode(found.times[0].timestamp).text == "2021-07-22T14:07:32Z"


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize("name", ["iso", "iso-rockridge"])
def test_the_fixtures_have_the_times_that_were_written(tmp_path: Path, name: str) -> None:
    packed = FIXTURES / f"{name}.raw.gz"
    if not packed.exists():
        pytest.skip(f"the fixture {packed.name} is not here")
    image = tmp_path / "disc.iso"
    image.write_bytes(gzip.decompress(packed.read_bytes()))
    tree = agrees_with_tsk(image)
    assert tree.gaps == ()
    assert tree.unlisted == ()
    stored = {
        (each.rock_ridge_path, tuple((time.meaning, time.timestamp.raw) for time in each.times))
        for each in tree.records
        if each.tree == tree.records[0].tree or each.size == 0  # what TSK shows, and the links
    }
    (volume,) = json.loads((FIXTURES / "truth" / f"{name}.json").read_text())["volumes"]
    for entry in volume["entries"]:
        times = tuple((each["meaning"].removeprefix("rock-ridge."), int(each["raw"], 16)) for each in entry["times"])
        if r"\x" in entry["path"]:  # a name that the truth can't spell in Unicode
            assert times in {found for _, found in stored}, entry["path"]
        else:
            assert (entry["path"].strip("/").encode(), times) in stored, entry["path"]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Files to put on a disc: more than one sector of records, twins, empty ones, names of many bytes."""
    top = tmp_path / "content"
    for folder in ("many", "zz twins", "übung/deep/deeper"):
        (top / folder).mkdir(parents=True)
        for number in range(90):
            (top / folder / f"file number {number}.txt").write_text(str(number % 7))
    (top / "empty one.txt").touch()
    (top / "übung" / "empty two.txt").touch()
    for path in sorted(top.rglob("*")):
        os.utime(path, (1_600_000_000 + len(str(path)), 1_600_000_000 + len(str(path))))
    return top


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize("options", [("-R",), ("-J",), ("-R", "-J"), ()])
@pytest.mark.parametrize("program", [("genisoimage", "-input-charset", "utf-8"), ("xorriso", "-as", "mkisofs")])
def test_made_discs_agree_with_tsk(
    content: Path, tmp_path: Path, program: tuple[str, ...], options: tuple[str, ...]
) -> None:
    if not shutil.which(program[0]):
        pytest.skip(f"{program[0]} is not installed")
    image = tmp_path / "made.iso"
    subprocess.run(
        [*program, *options, "-o", str(image), str(content)],
        check=True,
        capture_output=True,
        env={**os.environ, "TZ": "Asia/Kolkata", "LC_ALL": "C.UTF-8"},
    )
    tree = agrees_with_tsk(image)
    assert tree.unlisted == ()
    assert tree.gaps == ()
    joliet = "-J" in options
    wanted = "many/file number 5.txt"
    if "-R" in options:
        found = next(each for each in tree.records if each.rock_ridge_path == wanted.encode())
        assert found.tree == ("joliet" if joliet else "primary")
        times = {each.meaning: each.timestamp for each in found.times}
        posix = int((content / wanted).stat().st_mtime)
        assert (decode(times["modified"]).instant or 0) // 10**9 == posix
        assert decode(times["recorded"]).instant == decode(times["modified"]).instant
        assert times["recorded"].raw & 0xFF == (22 if program[0] == "genisoimage" else times["recorded"].raw & 0xFF)
    elif joliet:
        assert any(each.path == wanted.encode() for each in tree.records)


@pytest.mark.usefixtures("utc")
def test_records_that_tsk_leaves_out_are_named(tmp_path: Path) -> None:
    """A Joliet name of more than 128 bytes in UTF-8 ends TSK's reading of its sector."""
    if not shutil.which("genisoimage"):
        pytest.skip("genisoimage is not installed")
    content = tmp_path / "content"
    content.mkdir()
    for name in ("a", "b", "漢" * 45, "語"):
        (content / name).write_text(name)
    image = tmp_path / "long.iso"
    command = ["genisoimage", "-input-charset", "utf-8", "-J", "-o", str(image), str(content)]
    subprocess.run(command, check=True, capture_output=True)
    tree = agrees_with_tsk(image)
    assert {each.path for each in tree.unlisted} == {("漢" * 45).encode(), "語".encode()}


def test_sectors_with_frames(evidence: Path) -> None:
    """Raw sectors: 16 bytes of synchronisation and address before the user data, 288 of checks after it."""
    data = (evidence / PUBLIC).read_bytes()
    framed = b"".join(
        bytes(16) + data[start : start + SECTOR].ljust(SECTOR, b"\0") + bytes(288)
        for start in range(0, len(data), SECTOR)
    )
    assert IsoTree.read(reader(framed)).records == IsoTree.read(reader(data)).records


def test_results_do_not_depend_on_the_zone_of_the_process(evidence: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cyberforensics.disk.raw_iso9660 import IsoTree\n"
        "from cyberforensics.model.times import decode\n"
        "data = Path(sys.argv[1]).read_bytes()\n"
        "for record in IsoTree.read(lambda offset, size: data[offset : offset + size]).records:\n"
        "    print(record, [decode(each.timestamp) for each in record.times])\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, str(evidence / PUBLIC)],
            check=True,
            capture_output=True,
            env={**os.environ, "TZ": zone, "PYTHONPATH": str(PROJECT / "src")},
        ).stdout
        for zone in ("UTC", "Asia/Kolkata", "America/Los_Angeles")
    }
    assert len(outputs) == 1
    assert b"14:07:32Z" in outputs.pop()


def test_hostile_discs_end_in_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sector has records of directories of 16 MiB elsewhere, whose names go on and on in the same place."""
    monkeypatch.setattr(raw_iso9660_records, "_MOST_READS", 500)
    monkeypatch.setattr(raw_iso9660, "_MOST_SECTORS", 500)
    use = b"CE" + bytes((28, 1)) + both(22) + both(0) + both(SECTOR)
    start = disc(
        {
            16: descriptor(1, 20, 18, 1 << 16),
            18: path_table((b"\0", 20, 1)) * 200,
            20: directory(20, 20, record(b"D", 30, 16 << 20, flags=2, use=use), use=b"SP\7\1\xbe\xef\0"),
            22: b"XX\4\1" * 505 + use,
        }
    )
    reads = 0

    def endless(offset: int, size: int) -> bytes:
        nonlocal reads
        reads += 1
        if offset < 30 * SECTOR:
            return bytes(start[offset : offset + size])
        extents = (offset // SECTOR * 8 + place & 0xFFFFFF for place in range(8))
        records = (record(b"%d" % extent, extent, 16 << 20, flags=2, use=use) for extent in extents)
        return b"".join(records).ljust(SECTOR, b"\0")[:size]

    tree = IsoTree.read(endless)
    assert reads < 1_100
    assert tree.gaps[0].code == "iso9660.too-many-reads"


@given(st.binary(max_size=600), st.binary(max_size=600), st.integers(-1, 9), st.integers(0, 1 << 32))
def test_no_bytes_crash_it(table: bytes, records: bytes, number: int, size: int) -> None:
    data = disc({16: descriptor(1, 20, 18, size & 0xFFFF), 18: table, 20: directory(20, 20, records)[:SECTOR]})
    data[17 * SECTOR : 18 * SECTOR] = descriptor(2, 20, 18, 600, b"%/E")
    data[16 * SECTOR + 166 : 16 * SECTOR + 174] = both(size & 0xFFFFF)
    IsoTree.read(reader(data)).find(number, path=b"/x")


@given(st.binary(max_size=200))
def test_no_descriptor_crashes_it(data: bytes) -> None:
    with contextlib.suppress(MalformedData):
        IsoTree.read(reader(bytes(16 * SECTOR) + b"\1CD001\1" + data.ljust(SECTOR, b"\xff")))


@given(st.binary(max_size=SECTOR))
def test_no_sector_crashes_it(data: bytes) -> None:
    for place, found in sector_records(data):
        for each in parse_record(found, place, "primary").times:
            decode(each.timestamp)
        raw_susp.parse(found, reader(data), SECTOR)
