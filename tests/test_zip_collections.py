"""A ZIP archive through triage: both equations, reasons for what is not read, the same results for any workers."""

import hashlib
import shutil
import struct
import subprocess
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from cyberforensics.cli.summary import summary_lines
from tests import helpers
from tests.disk.test_zip import NOISE, TEXT, put_together, raw
from tests.hostile.checks import OPTIONS, checked_triage


def collected(folder: Path) -> Path:
    """What a collector may hand in, with one of each trouble."""
    path = folder / "collected.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"made by hand"
        archive.writestr("C/Users/mira/letter.txt", TEXT)
        archive.writestr("C/noise.bin", NOISE * 7)  # more than is held in memory
        archive.writestr("C/empty", b"")
        archive.writestr("broken.txt", TEXT, zipfile.ZIP_STORED)
        archive.writestr("bzip2.txt", TEXT, zipfile.ZIP_BZIP2)
        archive.writestr("lzma.txt", TEXT, zipfile.ZIP_LZMA)
        archive.writestr("ppmd.txt", TEXT)
        archive.writestr("../../up.txt", b"up")
        place = archive.getinfo("broken.txt").header_offset + 1000
        header = archive.getinfo("ppmd.txt").header_offset
    data = bytearray(path.read_bytes())
    data[place] = 0
    for method in (header + 8, data.rindex(b"ppmd.txt") - 46 + 10):
        data[method : method + 2] = struct.pack("<H", 98)
    path.write_bytes(data)
    return path


def test_a_collection_with_one_of_each_trouble(tmp_path: Path) -> None:
    path = collected(tmp_path)
    work = tmp_path / "work"
    work.mkdir()
    outcome = checked_triage({"COLLECTED": path}, work)
    assert not outcome.failures
    assert {row["path"]: (row["status"], row["status_reason"]) for row in outcome.rows["entries"] if row["size"]} == {
        "/C/Users/mira/letter.txt": ("whole", None),
        "/C/noise.bin": ("whole", None),
        "/broken.txt": ("partial", "content.damaged"),
        "/bzip2.txt": ("whole", None),
        "/lzma.txt": ("whole", None),
        "/ppmd.txt": ("skipped", "content.method-unsupported"),
        "/../../up.txt": ("whole", None),
    }
    assert outcome.entry("/broken.txt")["digest_note"] == "of-damaged"
    for name in ("/bzip2.txt", "/lzma.txt"):
        assert outcome.entry(name)["sha256"] == hashlib.sha256(TEXT).hexdigest()
    lzma = outcome.entry("/lzma.txt")
    assert (lzma["locator"], lzma["locator_missing"]) == (None, "not-available")
    assert [row["message"] for row in outcome.rows["problems"] if row["code"] == "content.method-unsupported"] == [
        "1 member compressed by PPMd (method 98), which is not read; not examined"
    ]
    assert outcome.entry("/C/noise.bin")["sha256"] == hashlib.sha256(NOISE * 7).hexdigest()
    assert outcome.problems == {
        "volume.collection": 1,
        "walk.member-name": 1,
        "content.damaged": 1,
        "content.method-unsupported": 1,
    }
    summary = outcome.summary
    assert summary is not None
    (exhibit,) = summary.document.exhibits
    assert exhibit.evidence.container_metadata == (("comment", "made by hand"),)
    media = next(check for check in exhibit.digest_checks if (check.subject, check.algorithm) == ("media", "sha256"))
    assert media.computed == hashlib.sha256(path.read_bytes()).hexdigest()
    with zipfile.ZipFile(path) as archive:
        stored = {info.filename: info.compress_size for info in archive.infolist()}
    said = summary_lines(summary)
    assert any("what nobody put in was not looked at" in line for line in said)
    parts = {(part.what, part.examined): part.size for part in exhibit.media_coverage.parts}
    not_whole = stored["broken.txt"] + stored["ppmd.txt"]
    assert parts[("file-content", True)] == sum(stored.values()) - not_whole
    assert parts[("file-content", False)] == not_whole
    assert parts[("outside-members", False)] == 0


def test_any_number_of_workers_gives_the_same(tmp_path: Path) -> None:
    path = collected(tmp_path)
    seen = []
    for workers in (1, 2):
        folder = helpers.made(tmp_path / str(workers), path, options=replace(OPTIONS, workers=workers))
        seen.append(helpers.shown(folder))
    assert seen[0] == seen[1]


def test_a_bomb_of_overlapping_members_is_not_inflated(tmp_path: Path) -> None:
    """A kernel that a thousand records name with sizes of their own: as in D. Fifield, A better zip bomb (2019)."""
    kernel = raw(b"kernel", TEXT)

    def records(found: list[bytes]) -> bytes:
        more = [found[0][:16] + struct.pack("<I", number) + found[0][20:] for number in range(1, 1000)]
        return b"".join((*found, *more))

    path = tmp_path / "bomb.zip"
    path.write_bytes(put_together(kernel, records=records))
    work = tmp_path / "work"
    work.mkdir()
    outcome = checked_triage({"BOMB": path}, work)
    assert not outcome.failures
    reasons = Counter(row["status_reason"] for row in outcome.rows["entries"] if row["kind"] == "file")
    assert reasons == {None: 1, "content.overlapping": 999}


def test_numbers_that_no_archive_has_come_to_the_record(tmp_path: Path) -> None:
    """Sizes and places of 64 bits, moments before 1970, a month 15: each is told, and none ends the run."""
    path = tmp_path / "numbers.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, extra in (
            ("before", struct.pack("<HHBi", 0x5455, 5, 1, -5)),
            ("ntfs", struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 1, 24, (1 << 64) - 1, (1 << 63) - 1, 1)),
            ("far", struct.pack("<HHQQQ", 0xCAFE, 24, *[(1 << 64) - 2] * 3)),
            ("month", b""),
        ):
            info = zipfile.ZipInfo(name)
            info.extra = extra
            archive.writestr(info, b"x")
    data = bytearray(path.read_bytes())
    far = data.rindex(b"far") - 46
    for start, end in ((20, 28), (42, 46)):
        data[far + start : far + end] = b"\xff" * (end - start)
    place = data.rindex(struct.pack("<HH", 0xCAFE, 24))
    data[place : place + 2] = b"\1\0"
    month = data.rindex(b"month") - 46
    data[month + 14 : month + 16] = struct.pack("<H", 15 << 5 | 1)
    path.write_bytes(data)
    work = tmp_path / "work"
    work.mkdir()
    outcome = checked_triage({"NUMBERS": path}, work)
    assert not outcome.failures
    assert outcome.entry("/far")["status_reason"] == "walk.entry-unreadable"
    times = {name: outcome.entry(f"/{name}")["times"] for name in ("before", "ntfs", "month")}
    assert times["before"][0]["time"] == "1969-12-31T23:59:55Z"
    assert [time["encoding"] for time in times["ntfs"]] == ["fat", "filetime", "filetime"]
    assert (times["month"][0]["time"], times["month"][0]["time_missing"]) == (None, "invalid")


@pytest.mark.skipif(shutil.which("zip") is None, reason="the program zip is not installed")
def test_a_collection_with_a_password_is_listed_and_skipped(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(TEXT)
    subprocess.run(["zip", "-q", "-P", "infected", "one.zip", "secret.txt"], cwd=tmp_path, check=True)
    result = helpers.run("triage", tmp_path / "one.zip", "--case", tmp_path / "case")
    assert result.returncode == 10
    assert "content.encrypted" in result.stdout or "encrypted" in result.stdout
