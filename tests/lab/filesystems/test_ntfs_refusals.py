"""What NTFS can't hold is refused before a byte is written, with its path and the reason."""

import io
from dataclasses import replace

import pytest

from cyberforensics.lab.filesystems.ntfs import write_ntfs
from cyberforensics.lab.plan import CannotHold, Content, NoRoom, PlannedFile, PlannedVolume, Stamps
from tests.lab.filesystems import ntfs_plans as plans


def _volume(*files: PlannedFile, size: int = 8 << 20) -> PlannedVolume:
    return PlannedVolume("ntfs", size, "TRAINING", 1, plans.FORMATTED, files)


def _refused(volume: PlannedVolume) -> str:
    out = io.BytesIO()
    with pytest.raises(CannotHold) as refused:
        write_ntfs(volume, out)
    assert out.getvalue() == b""
    return str(refused.value)


_STREAMS = tuple((f"a stream with a long name, number {number}", plans.content(b"x" * 2000)) for number in range(9))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([plans.file("/a/b.txt", b"", 1)], "/a/b.txt: its folder is not planned"),
        ([plans.file("/a.txt", b"", 1), plans.file("/A.TXT", b"", 2)], "/A.TXT: its folder has this name already"),
        ([plans.file("/$mft", b"", 1)], "/$mft: its folder has this name already"),
        ([plans.file("/" + "n" * 256, b"", 1)], "255 UTF-16 units"),
        ([plans.file("/" + "😀" * 128, b"", 1)], "255 UTF-16 units"),
        ([plans.file("/..", b"", 1)], "/..: NTFS can't hold this name"),
        ([plans.file("/nul\0", b"", 1)], "NTFS can't hold this name"),
        ([plans.file("/s", b"x" * 4090, 1, slack=b"1234567")], "7 bytes don't fit behind the end"),
        ([plans.file("/s", b"x" * 4096, 1, slack=b"1")], "where 0 bytes are left"),
        ([plans.file("/s", b"", 1, slack=b"1")], "without content"),
        ([plans.file("/o", b"x" * 9000, 1, deleted=True, overwritten=True)], "/o: what is written after it"),
        ([plans.file("/o", b"x", 1, deleted=True, overwritten=True)], "/o: nothing is written after it"),
        ([plans.file("/o", b"x", 1, overwritten=True)], "/o: only what is deleted"),
        ([plans.folder("/d", 1, deleted=True), plans.file("/d/f", b"", 2)], "/d/f: its folder is deleted"),
        ([plans.file("/f", b"", 1, streams=_STREAMS)], "/f: its names and streams"),
        ([plans.file("/f", b"", 1, streams=(("a:b", plans.content(b"")),))], "can't be named 'a:b'"),
        ([plans.file("/f", b"", 1, streams=_STREAMS[:1] * 2)], "/f: two of its streams"),
        ([PlannedFile("/t", "file", Stamps(-(10**20), 0, 0, 0))], "/t: a time must lie"),
        ([PlannedFile("/t", "file", Stamps(10**21, 0, 0, 0))], "/t: a time must lie"),
        ([plans.folder("/a", 1), plans.folder("/", 2)], "/: the root is a folder"),
        ([plans.folder("/", 2, deleted=True)], "/: the root is a folder"),
        ([PlannedFile("/l", "link", plans.stamps(1))], "/l: a link needs a target"),
    ],
)
def test_it_says_which_file_and_why(files: list[PlannedFile], says: str) -> None:
    assert says in _refused(_volume(*files))


def test_it_says_what_of_the_volume_it_cannot_hold() -> None:
    assert "clusters" not in _refused(replace(_volume(), label="n" * 33))
    assert "a cluster has 512" in _refused(replace(_volume(), cluster_size=3000))
    assert "whole sectors" in _refused(replace(_volume(), size=1_000_001))


def test_a_volume_that_is_too_small_is_refused_with_what_is_missing() -> None:
    files = (plans.file("/big", b"x" * 6_000_000, 1), plans.file("/other", b"y" * 3_000_000, 2))
    out = io.BytesIO()
    with pytest.raises(NoRoom) as refused:
        write_ntfs(_volume(*files), out)
    assert out.getvalue() == b""
    missing = next(int(word) for word in str(refused.value).split() if word.isdecimal())
    assert missing > 9_000_000 - (8 << 20)
    write_ntfs(_volume(*files, size=(8 << 20) + missing + 4096), io.BytesIO())


@pytest.mark.parametrize("given", [9, 11])
@pytest.mark.parametrize("size", [10, 10_000])
def test_a_content_that_is_not_as_long_as_it_says_is_a_mistake_of_the_caller(given: int, size: int) -> None:
    wrong = Content(size, lambda: iter([b"x" * (size - 10 + given)]))
    with pytest.raises(ValueError, match="/wrong: its content gave"):
        write_ntfs(_volume(PlannedFile("/wrong", "file", plans.stamps(1), wrong)), io.BytesIO())
