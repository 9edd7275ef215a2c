"""ZIP archives as sources, beside what Python's zipfile, zipinfo and dfVFS say of them."""

import datetime as dt
import hashlib
import io
import os
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics import disk
from cyberforensics.errors import EvidenceError
from cyberforensics.model.entry import Entry, Status
from cyberforensics.model.problem import Problem
from cyberforensics.model.times import decode
from tests.disk import looking, test_locators

TEXT = b"".join(b"line %d of a file that is worth compressing\n" % number for number in range(5000))
NOISE = hashlib.shake_128(b"noise").digest(3_000_000)


def needs_program(*names: str) -> pytest.MarkDecorator:
    missing = [name for name in names if shutil.which(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def made(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 3, 1, 10, 11, 12)), data, method)
    return path


def walked(path: Path) -> tuple[dict[str, Entry], list[Problem]]:
    found = looking.look_into(path)
    items = [item for volume in found.walkable for item in disk.walk(found.opened, volume)]
    entries = [item for item in items if isinstance(item, Entry)]
    assert [entry.number for entry in entries] == list(range(len(entries)))
    assert len({entry.id for entry in entries}) == len(entries)
    problems = [item for item in items if isinstance(item, Problem)]
    return {entry.path: entry for entry in entries}, problems


def read(path: Path, entry: Entry) -> bytes:
    found = looking.look_into(path)
    return looking.read(found, found.volume("whole"), entry)


def time(entry: Entry, meaning: str = "modified") -> tuple[str | None, str, int]:
    moment = decode(next(found.timestamp for found in entry.times if found.meaning == meaning))
    return moment.text, moment.zone_basis, moment.precision


def test_every_member_is_listed_and_read_as_zipfile_reads_it(tmp_path: Path) -> None:
    members = {"C/Windows/a.txt": TEXT, "C/noise.bin": NOISE, "empty.txt": b"", "C/Gr\u00fc\u00df.txt": b"x"}
    path = made(tmp_path / "collected.zip", members)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("stored.bin", NOISE)
        archive.mkdir("C/folder")
    found = looking.look_into(path)
    assert found.opened.evidence.container == "zip"
    assert found.opened.evidence.media_size == path.stat().st_size
    assert looking.media_digest(found, "sha256") == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.codes == ["volume.collection"]
    entries, problems = walked(path)
    assert not problems
    with zipfile.ZipFile(path) as archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
        names = [f"/{info.filename}" for info in files]
        assert list(entries) == ["/", "/C", "/C/Windows", *names, "/C/folder"]
        for info in files:
            entry = entries[f"/{info.filename}"]
            assert (entry.size, entry.allocated_size) == (info.file_size, info.compress_size)
            assert read(path, entry) == archive.read(info)
    assert time(entries["/empty.txt"]) == ("2024-03-01T10:11:12", "local-unknown", 2_000_000_000)
    assert entries["/C/folder"].status is Status.NO_CONTENT


def test_every_locator_reopens_the_same_bytes_with_dfvfs(tmp_path: Path) -> None:
    path = made(tmp_path / "collected.zip", {"a/text.txt": TEXT, "noise.bin": NOISE, "../up": b"up", "../Up": TEXT})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("stored.bin", NOISE)
    moved = tmp_path / "moved"
    moved.mkdir()
    with zipfile.ZipFile(path, "a", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("bzip2.txt", TEXT)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("lzma.txt", TEXT)
    entries, _ = walked(path)
    # LZMA has none: dfVFS reads it with the header of .lzma files alone.
    assert [name for name, entry in entries.items() if entry.content and entry.locator is None] == ["/lzma.txt"]
    assert test_locators.assert_reopens(path, moved) == 6


@needs_program("zip", "zipinfo")
def test_what_info_zip_stores_beside_the_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "C"
    folder.mkdir()
    (folder / "a.txt").write_bytes(TEXT)
    (folder / "link").symlink_to("../b")
    at = int(dt.datetime(2024, 3, 1, 10, 11, 13, tzinfo=dt.UTC).timestamp())
    os.utime(folder / "a.txt", (at - 60, at))
    (folder / "a.txt").chmod(0o640)
    path = tmp_path / "collected.zip"
    subprocess.run(
        ["zip", "-qry", "-z", path, "C"], cwd=tmp_path, input=b"TRAINING: a comment", env={**os.environ, "TZ": "UTC"},
        check=True,
    )  # fmt: skip
    entries, problems = walked(path)
    assert not problems
    letter = entries["/C/a.txt"]
    assert time(letter) == ("2024-03-01T10:11:13Z", "utc", 1_000_000_000)
    assert time(letter, "accessed") == ("2024-03-01T10:10:13Z", "utc", 1_000_000_000)
    assert (letter.mode, letter.uid, letter.gid) == (0o640, os.getuid(), os.getgid())
    assert entries["/C/link"].link_target == "../b"
    assert looking.look_into(path).opened.evidence.container_metadata == (("comment", "TRAINING: a comment"),)
    told = subprocess.run(["zipinfo", "-v", path, "C/a.txt"], capture_output=True, check=True).stdout.decode()
    assert f"offset of local header from start of archive:   {(letter.first_address or 0) - 30 - 7 - 28}\n" in told
    assert f"compressed size:                                {letter.allocated_size} bytes" in told


def test_the_times_of_ntfs_are_exact(tmp_path: Path) -> None:
    filetime = 133_537_614_721_234_567  # 2024-03-01T10:11:12.1234567Z: (seconds since 1601) * 10^7 + 1234567
    assert filetime // 10_000_000 - 11_644_473_600 == dt.datetime(2024, 3, 1, 10, 11, 12, tzinfo=dt.UTC).timestamp()
    info = zipfile.ZipInfo("a", (2024, 3, 1, 12, 11, 12))
    info.extra = struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 1, 24, filetime, filetime + 1, filetime + 2)
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        archive.writestr(info, b"x")
    entries, _ = walked(tmp_path / "one.zip")
    for more, meaning in enumerate(("modified", "accessed", "created")):
        assert time(entries["/a"], meaning) == (f"2024-03-01T10:11:12.123456{7 + more}Z", "utc", 100)


@needs_program("zip", "7z")
def test_what_is_not_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT)
    for name, command in {
        "content.encrypted": ["zip", "-q", "-P", "secret", "x.zip", "a.txt"],
        "content.method-unsupported": ["7z", "a", "-mm=Deflate64", "y.zip", "a.txt"],
    }.items():
        subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
        entries, _ = walked(tmp_path / next(word for word in command if word.endswith(".zip")))
        entry = entries["/a.txt"]
        assert (entry.status, entry.status_reason, entry.content) == (Status.SKIPPED, name, None)
        assert entry.size == len(TEXT)


def test_names_lead_nowhere_and_none_hides_another(tmp_path: Path) -> None:
    path = tmp_path / "names.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../up", "/etc/passwd", "C:/x", "a//b/./c", "twice"):
            archive.writestr(name, name)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("twice", "twice")
        for system, name in ((0, "old\\net"), (3, "unix\\name")):
            info = zipfile.ZipInfo(name)
            info.create_system = system
            archive.writestr(info, name)
    found = looking.look_into(path)
    items = list(disk.walk(found.opened, found.volume("whole")))
    entries = [item for item in items if isinstance(item, Entry)]
    assert [entry.path for entry in entries if entry.kind == "file"] == [
        "/../../up", "/etc/passwd", "/C:/x", "/a/b/c", "/twice", "/twice", "/old/net", "/unix\\\\name",
    ]  # fmt: skip
    assert [entry.path for entry in entries[:4]] == ["/", "/..", "/../..", "/../../up"]
    told = [(item.code, item.path, item.message[:9]) for item in items if isinstance(item, Problem)]
    assert told == [("walk.member-name", "/../../up", "5 members"), ("walk.member-twice", "/twice", "1 member ")]


def test_a_damaged_member_is_told_by_its_checksum(tmp_path: Path) -> None:
    path = made(tmp_path / "one.zip", {"a": TEXT, "b": TEXT}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    found = looking.look_into(path)
    reader = disk.open_reader(found.opened, found.volume("whole"))
    told = {}
    for entry in found.entries(found.volume("whole"))[1:]:
        content = looking.content_of(entry)
        assert len(b"".join(reader.blocks(content))) == len(TEXT)
        told[entry.path] = reader.damaged(content)
    assert told == {"/a": True, "/b": False}


def raw(name: bytes, data: bytes, **more: int) -> tuple[bytes, Callable[[int], bytes]]:
    """A local header with its content, and the record of the directory for the place where it lies."""
    method, crc, size = more.get("method", 0), more.get("crc", zlib.crc32(data)), more.get("size", len(data))
    common = struct.pack("<5H3I2H", 20, more.get("flags", 0), method, 0, 33, crc, len(data), size, len(name), 0)
    head = b"PK\x03\x04" + common + name + data

    def record(place: int) -> bytes:
        return b"PK\x01\x02\x14\x03" + common + struct.pack("<3H2I", 0, 0, 0, 0, place) + name

    return head, record


def put_together(
    *parts: bytes | tuple[bytes, Callable[[int], bytes]], records: Callable[[list[bytes]], bytes] = b"".join
) -> bytes:
    body, directory = b"", []
    for part in parts:
        if isinstance(part, bytes):
            body += part
        else:
            directory.append(part[1](len(body)))
            body += part[0]
    listed = records(directory)
    return (
        body
        + listed
        + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(directory), len(directory), len(listed), len(body), 0)
    )


def test_what_belongs_to_no_member_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(put_together(raw(b"a", TEXT), b"hidden bytes", raw(b"b", b"b")) + b"behind")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["a", "b"]
    entries, problems = walked(path)
    assert list(entries) == ["/", "/a", "/b"]
    assert [(one.code, one.message[:8]) for one in problems] == [("walk.outside-members", "18 bytes")]


def test_members_over_each_other_are_not_read(tmp_path: Path) -> None:
    """As in the archives of D. Fifield, A better zip bomb (2019): many members, one kernel of bytes."""
    inner = raw(b"kernel", TEXT)
    outer = raw(b"quotes", inner[0])
    place = len(outer[0]) - len(inner[0])
    path = tmp_path / "one.zip"
    path.write_bytes(put_together((outer[0], lambda at: outer[1](at) + inner[1](place) + inner[1](place))))
    entries, problems = walked(path)
    assert entries["/quotes"].status_reason == "content.overlapping"
    assert read(path, entries["/kernel"]) == TEXT
    assert [one.code for one in problems] == [  # 3 records, 1 stated
        "evidence.structure-damaged",
        "walk.member-twice",
        "content.overlapping",
    ]
    found = looking.look_into(path)
    contents = {entry.content for entry in found.entries(found.volume("whole")) if entry.content is not None}
    assert len(contents) == 1  # two records of one member: two names of one content


@pytest.mark.parametrize(
    ("member", "told"),
    [
        (raw(b"a", TEXT, size=len(TEXT) - 1), "goes on beyond its size"),
        (raw(b"a", b"\xff" * 100, method=8), "can't be inflated"),
        (raw(b"a", zlib.compress(TEXT, wbits=-15) + b"more", method=8, size=len(TEXT)), "follow the end"),
    ],
)
def test_a_member_that_is_not_as_its_record_says_is_not_whole(
    tmp_path: Path, member: tuple[bytes, Callable[[int], bytes]], told: str
) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(put_together(member))
    entries, _ = walked(path)
    with pytest.raises(OSError, match=told):
        read(path, entries["/a"])


def test_a_member_that_claims_a_terabyte_ends_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(put_together(raw(b"a", zlib.compress(TEXT, wbits=-15), method=8, size=0xFFFF_FFFE)))
    entries, _ = walked(path)
    assert entries["/a"].size == 0xFFFF_FFFE
    assert read(path, entries["/a"]) == TEXT


def test_a_member_with_more_in_the_inflater_than_a_block_is_whole(tmp_path: Path) -> None:
    zeros = bytes(40_000_000)
    path = made(tmp_path / "one.zip", {"a": zeros})
    entries, _ = walked(path)
    assert read(path, entries["/a"]) == zeros


def test_an_archive_that_is_cut_short_or_in_parts_is_not_opened(tmp_path: Path) -> None:
    path = made(tmp_path / "one.zip", {"a": NOISE})
    data = path.read_bytes()
    path.write_bytes(data[:-30])
    found = looking.look_into(path)
    assert (found.opened.evidence.container, found.codes) == ("file", ["evidence.structure-damaged"])
    place = data.rfind(b"PK\x05\x06")
    path.write_bytes(data[: place + 4] + b"\x01\x00\x01\x00" + data[place + 8 :])
    assert looking.look_into(path).codes == ["volume.unsupported"]


def test_a_directory_that_breaks_off_is_told(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    members = [raw(b"%d" % number, b"x") for number in range(9)]
    path.write_bytes(put_together(*members, records=lambda found: b"".join([*found[:5], b"?", *found[5:]])))
    entries, problems = walked(path)
    assert len(entries) == 6
    assert [(one.code, one.offset) for one in problems] == [("walk.directory-unreadable", 9 * 32 + 5 * 47)]


def test_zip64_and_names_too_deep(tmp_path: Path) -> None:
    path = tmp_path / "far.zip"
    deep = "d/" * 300 + "leaf"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(70_000):
            archive.writestr(zipfile.ZipInfo(f"{number % 7}/{number}"), b"")
        with archive.open("large", "w", force_zip64=True) as member:
            member.write(TEXT)
        archive.writestr(deep, b"deep")
    entries, problems = walked(path)
    assert len(entries) == 1 + 7 + 70_002
    assert read(path, entries["/large"]) == TEXT
    assert read(path, entries["/" + deep]) == b"deep"
    assert [one.code for one in problems] == ["walk.too-deep"]


def test_an_office_document_is_a_tree_and_an_aff4_image_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "letter.docx", {"[Content_Types].xml": b"<x/>", "word/document.xml": TEXT})
    assert looking.look_into(path).codes == ["volume.collection"]
    assert list(walked(path)[0]) == ["/", "/[Content_Types].xml", "/word", "/word/document.xml"]
    with pytest.raises(EvidenceError, match="an AFF4 image"):
        disk.identify("X", made(tmp_path / "image.aff4", {"container.description": b"x"}))


def samples() -> Iterator[bytes]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.txt", TEXT[:4000])
        archive.writestr("a/c", b"stored", zipfile.ZIP_STORED)
        archive.mkdir("a/d")
        with archive.open("wide", "w", force_zip64=True) as member:
            member.write(b"wide")
    yield stream.getvalue()
    yield put_together(raw(b"a", b"x"), b"gap", raw(b"b", b"x"))


SAMPLES = tuple(samples())


@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=12),
    st.integers(0, 40),
    st.binary(max_size=60),
)
@settings(max_examples=300, deadline=None)
def test_no_bytes_crash_it(
    tmp_path_factory: pytest.TempPathFactory, sample: bytes, patches: list[tuple[int, int]], cut: int, more: bytes
) -> None:
    data = bytearray(sample[: len(sample) - cut if cut > 20 else None] + more)
    for place, value in patches:
        data[4 + place % (len(data) - 4)] = value
    path = tmp_path_factory.getbasetemp() / "patched.zip"
    path.write_bytes(data)
    found = looking.look_into(path)
    for volume in (volume for volume in found.walkable if volume.reader == "zip"):
        reader = disk.open_reader(found.opened, volume)
        entries = found.entries(volume)
        numbers = {entry.number for entry in entries if entry.content == entry.number}
        for entry in entries:
            assert entry.content is None or entry.content in numbers
            if entry.content is not None:
                try:
                    size = sum(map(len, reader.blocks(looking.content_of(entry))))
                except OSError:
                    continue
                assert size <= (entry.size or 0)
                reader.damaged(looking.content_of(entry))
        placed = sum(entry.allocated_size or 0 for entry in entries if entry.content in (None, entry.number))
        assert 0 <= placed + (disk.free_space(found.opened, volume) or 0) <= len(data)
