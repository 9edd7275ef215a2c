"""Every locator reopens the same bytes, with the image moved to another folder."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberforensics import disk
from cyberforensics.disk import locator
from cyberforensics.errors import EvidenceError
from cyberforensics.model.entry import Entry, NameState, Status
from cyberforensics.model.locators import join
from tests.disk import looking

WITHOUT = {
    # Why an entry that has, or may have had, content has no locator. Nothing else may be the reason.
    "content.record-reused",  # the record is another file's now
    "content.no-runs",  # nothing says where the content was
    "content.bad-cluster-map",  # a map, not a content
}


def moved(found: looking.Found, folder: Path) -> Path:
    """A copy of every file of the image in another folder; of a giant, a link."""
    for path in found.opened.source.paths:
        if path.stat().st_size < 100 << 20:
            shutil.copy(path, folder / path.name)
        else:
            (folder / path.name).hardlink_to(path)
    return folder


def assert_reopens(path: Path, folder: Path, *, at_most: int | None = None) -> int:
    """Compare what every locator gives with what is examined; the number compared."""
    found = looking.look_into(path)
    roots = {looking.EXHIBIT: moved(found, folder)}
    compared, opened = 0, locator.Opened()
    for volume in found.walkable:
        reader = disk.open_reader(found.opened, volume)
        entries = found.entries(volume)
        if at_most is not None:
            entries = entries[:: max(1, len(entries) // at_most)]
        for entry in entries:
            assert str(path.parent) not in (entry.locator or "")
            if entry.status is Status.NO_CONTENT:
                assert entry.locator is None, entry.path
                continue
            if entry.locator is None and entry.reader == "raw":
                continue  # exFAT beyond the valid length: no reader of dfVFS's gives the zeros that stand there
            if entry.locator is None and entry.reader == "zip":
                continue  # LZMA as it stands in archives: tests/disk/test_zip.py counts those that are left
            if entry.locator is None:
                assert entry.status_reason in WITHOUT, (entry.path, entry.stream, entry.status_reason)
                continue
            if entry.status_reason in WITHOUT:
                continue
            ours = content(reader, entry)
            assert given(join(volume.locator or "", entry.locator), roots, opened) == ours, (entry.path, entry.stream)
            compared += 1
    return compared


def content(reader: disk.ContentReader, entry: Entry) -> str:
    try:
        return looking.sha256(reader.blocks(looking.content_of(entry)))
    except OSError:
        return "unreadable"


def given(text: str, roots: dict[str, Path], opened: locator.Opened) -> str:
    digest = hashlib.sha256()
    try:
        with disk.open_locator(text, roots, opened) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError:
        return "unreadable"
    return digest.hexdigest()


@pytest.mark.parametrize("name", looking.FIXTURES)
def test_every_locator_of_every_fixture(fixture_image: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    compared = assert_reopens(fixture_image(name), tmp_path)
    assert compared or name == "no-file-system.raw"


@pytest.mark.parametrize("name", looking.ALSO_E01)
def test_locators_of_the_same_fixtures_as_e01(fixture_image: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    """A few of each: libewf, through which dfVFS reads, is slow at random places."""
    assert_reopens(fixture_image(f"{name}.E01"), tmp_path, at_most=8)


@pytest.mark.parametrize("name", looking.PUBLIC)
def test_every_locator_of_every_public_image(
    images: Path, unpacked: Callable[[Path], Path], tmp_path: Path, name: str
) -> None:
    assert_reopens(unpacked(images / name), tmp_path)


def test_locators_of_a_folder(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "sub").mkdir(parents=True)
    (here / "a.txt").write_bytes(b"one")
    (here / "sub" / "b c%20\\d.txt").write_bytes(b"two")
    (here / "sub" / "empty").write_bytes(b"")
    found = looking.look_into(here)
    shutil.copytree(here, there)
    (volume,) = found.volumes
    for entry in found.entries(volume):
        if entry.locator is not None:
            opened = disk.open_locator(join(volume.locator or "", entry.locator), {looking.EXHIBIT: there})
            assert opened.read() == looking.read(found, volume, entry)
    assert len([entry for entry in found.entries(volume) if entry.locator]) == 3


@pytest.mark.parametrize(
    "location", ["evidence:EX-1/../secret", "evidence:EX-1/a/../../secret", "/etc/passwd", "evidence:other/x", "file"]
)
def test_a_locator_can_not_leave_its_exhibit(tmp_path: Path, location: str) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "exhibit").mkdir()
    text = json.dumps({"__type__": "PathSpec", "type_indicator": "OS", "location": location})
    with pytest.raises(EvidenceError):
        disk.open_locator(text, {"EX-1": tmp_path / "exhibit"})


def test_a_deleted_name_whose_record_is_anothers_has_no_locator(fixture_image: Callable[[str], Path]) -> None:
    for name in ("ntfs.raw", "ext4.raw"):
        found = looking.look_into(fixture_image(name))
        reused = [entry for entry in found.entries(found.walkable[0]) if entry.name_state is NameState.REALLOCATED]
        assert reused
        assert all(entry.locator is None for entry in reused)
