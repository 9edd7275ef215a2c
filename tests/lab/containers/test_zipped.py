"""Zip collections as unzip, zipinfo and Python read them."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.lab.containers.zipped import write_zip
from cyberforensics.lab.plan import CannotHold, NoRoom, PlacedFile, PlannedFile
from tests.lab import plans


def collection() -> tuple[list[PlannedFile], dict[str, bytes]]:
    files, data = plans.office(deletes=False)
    return [plans.file(one.path, data[one.path]) if one.kind == "file" else one for one in files[1:]], data


def write(path: Path, files: Sequence[PlannedFile], size: int = 1 << 30, **more: int) -> tuple[PlacedFile, ...]:
    with path.open("xb") as out:
        return write_zip(plans.volume("zip", size, files, **more), out, "TRAINING: an invented case")


def test_order_times_words_and_places(tmp_path: Path) -> None:
    files, data = collection()
    link = PlannedFile("/Users/short", "link", plans.STAMPS, link_target="mira/one")
    path = tmp_path / "collected.zip"
    placed = write(path, [*files, link], utc_offset=60)
    raw = path.read_bytes()
    for one in placed[:-1]:
        assert b"".join(raw[at : at + length] for at, length in one.runs) == data.get(one.path, b"")
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        assert opened.comment.startswith(b"TRAINING: ")
        assert [name.rstrip("/") for name in opened.namelist()] == [one.path[1:] for one in [*files, link]]
        letter = opened.getinfo("Users/mira/letter to the bank.txt")
        assert letter.date_time == (2026, 3, 5, 17, 22, 42)
        assert opened.read("Users/short") == b"mira/one"
    told = plans.program("zipinfo", "-v", path, "Users/mira/letter to the bank.txt")
    assert "Unix file attributes (100644 octal)" in told
    assert "A subfield with ID 0x000a (PKWARE Win32)" in told
    out = tmp_path / "out"
    plans.program("unzip", "-q", path, "-d", out)
    assert (
        out / "Users/mira/letter to the bank.txt"
    ).stat().st_mtime_ns // plans.SECOND == plans.STAMPS.modified // plans.SECOND


def test_what_it_can_not_hold(tmp_path: Path) -> None:
    with pytest.raises(CannotHold, match="/: a collection has no root"):
        write(tmp_path / "root.zip", [plans.folder("/")])
    with pytest.raises(CannotHold, match="/a: a collection has no deleted files"):
        write(tmp_path / "a.zip", [plans.file("/a", b"", deleted=True)])
    with pytest.raises(NoRoom, match=r"the collection has \d+ bytes more than its size allows"):
        write(tmp_path / "b.zip", [plans.file("/b", bytes(900))], size=100)


@given(
    st.dictionaries(st.from_regex(r"[a-zäöü 0-9]{1,20}\.txt", fullmatch=True), st.binary(max_size=5000), max_size=10)
)
@settings(max_examples=30, deadline=None)
def test_random_collections_are_read_back(tmp_path_factory: pytest.TempPathFactory, data: dict[str, bytes]) -> None:
    work = tmp_path_factory.mktemp("random")
    files = [plans.file(f"/{name}", content) for name, content in data.items()]
    write(work / "one.zip", files)
    write(work / "two.zip", files)
    assert (work / "one.zip").read_bytes() == (work / "two.zip").read_bytes()
    with zipfile.ZipFile(work / "one.zip") as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == data
