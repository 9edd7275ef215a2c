"""What could grow without bound: it ends, it is counted, and where it is cut that is said."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from cyberforensics import disk
from cyberforensics.disk import tsk_names
from cyberforensics.model.entry import Entry, NameState
from cyberforensics.model.problem import Problem
from cyberforensics.model.volume import Volume
from tests import helpers
from tests.hostile import images
from tests.hostile.checks import checked_triage, scratch
from tests.hostile.conftest import Examine
from tests.hostile.forked import forked_workers

ENTRIES = int(os.environ.get("HOSTILE_ENTRIES", "20000"))
"""In one directory; ``make fuzz`` asks for a million."""


def _walked(data: bytes, folder: Path) -> tuple[list[Entry], list[Problem]]:
    path = folder / "image.raw"
    path.write_bytes(data)
    opened = disk.open_evidence(disk.identify("X", path))
    (volume,) = [found for found in disk.find_volumes(opened) if isinstance(found, Volume)]
    found = list(disk.walk(opened, volume))
    return (
        [item for item in found if isinstance(item, Entry)],
        [item for item in found if isinstance(item, Problem)],
    )


def test_a_directory_of_many_entries(tmp_path: Path) -> None:
    entries, problems = _walked(images.fat_crowded(ENTRIES), tmp_path)
    crowd = {entry.path for entry in entries if entry.path.startswith("/CROWD/")}
    assert crowd == {f"/CROWD/F{number:07d}" for number in range(ENTRIES)}
    assert {problem.code for problem in problems} <= {"walk.not-compared"}
    assert bool(problems) == (32 * ENTRIES > 16 << 20)  # the bound of our second reading is said


def test_a_path_of_many_directories(examine: Examine) -> None:
    """300 directories within each other, names of 200 letters: a path of 51 kB where the walk ends."""
    volume = images.fat(2 << 20)
    path = ""
    for depth in range(300):
        path += f"/{depth:03d}{'d' * 197}"
        volume.directory(path, images.TIMES)
    outcome = examine(volume.finish())
    (problem,) = outcome.said("walk.too-deep")
    deepest = max((row["path"] for row in outcome.rows["entries"]), key=len)
    assert problem["path"] == deepest
    assert deepest == path[: 201 * 256]  # 256 directories are listed, the last is not entered


def test_more_names_than_the_volume_has_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is lowered to 20 names for a volume that has more: a sound one never comes to it."""
    whole, problems = _walked(bytes(images.fixture("fat12")), tmp_path)
    assert "walk.entries-cut" not in {problem.code for problem in problems}
    monkeypatch.setattr(tsk_names, "_ALWAYS_LISTED", 20)
    monkeypatch.setattr(tsk_names, "_SMALLEST_NAME", 1 << 30)
    cut, problems = _walked(bytes(images.fixture("fat12")), tmp_path)
    assert [problem.code for problem in problems].count("walk.entries-cut") == 1
    # a name is one entry on FAT; the root has no name
    assert [entry.id for entry in cut] == [entry.id for entry in whole[:21]]


def test_more_orphans_than_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = _walked(bytes(images.fixture("ntfs")), tmp_path)
    orphans = {entry.path for entry in whole if entry.path.startswith("/$OrphanFiles/") and entry.path.count("/") == 2}
    assert len(orphans) > 3
    monkeypatch.setattr(tsk_names, "MAX_ORPHANS", 3)
    cut, problems = _walked(bytes(images.fixture("ntfs")), tmp_path)
    assert [problem.code for problem in problems if problem.code.endswith("-cut")] == ["walk.orphans-cut"]
    listed = {entry.path for entry in cut if entry.path.startswith("/$OrphanFiles/") and entry.path.count("/") == 2}
    assert len(listed) == 3
    assert listed < orphans


@pytest.mark.parametrize("size", [64 << 30, 1 << 43])
def test_a_file_of_holes(examine: Examine, size: int) -> None:
    """Inode 22 of the fixture claims 64 GiB and 8 TiB; its 753,009 bytes have some, and zeros after."""
    begin = time.process_time()
    outcome = examine(images.ext_sizes({22: size}))
    entry = outcome.entry("/files/holes.bin")
    assert (entry["size"], entry["status"], entry["status_reason"]) == (size, "partial", "content.too-large")
    assert entry["sha256"] is None
    assert len(outcome.said("content.too-large")) == 1
    assert time.process_time() - begin < 20


def test_many_hard_links_of_one_content(tmp_path: Path) -> None:
    """300 names of one file of a folder: read once, and counted once by the equation."""
    place = (scratch() or tmp_path) / f"links-{os.getpid()}"
    links = 300
    (place / "evidence").mkdir(parents=True)
    try:
        (place / "evidence" / "n0").write_bytes(b"linked\n")
        for number in range(1, links):
            os.link(place / "evidence" / "n0", place / "evidence" / f"n{number}")
        with forked_workers():
            outcome = checked_triage({"X": place / "evidence"}, place)
        assert outcome.failures == []
        assert outcome.summary is not None
        (exhibit,) = outcome.summary.document.exhibits
        assert exhibit.coverage.seen.count == 1
        assert exhibit.coverage.names == links + 1  # and the folder
    finally:
        shutil.rmtree(place, ignore_errors=True)


def test_a_directory_with_one_deleted_name_again_and_again() -> None:
    """Ids of names that are alike in everything are told apart by a count, in a time that grows with their number."""
    ids: dict[str, int] = {}
    begin = time.process_time()
    made = {tsk_names._new_id(ids, "parent", b"gone", 0, NameState.DELETED) for _ in range(20_000)}
    assert len(made) == 20_000
    assert time.process_time() - begin < 5  # a search from 0 each time would take two hundred million steps


def test_a_content_with_many_names(tmp_path: Path) -> None:
    """Each name lists at most 1,024 of them, and says how many more there are: not their square."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "0000").write_text("one content")
    for number in range(1, 1500):
        os.link(source / "0000", source / f"{number:04}")
    case_folder = helpers.made(tmp_path / "case", source)
    found = [json.loads(line) for line in helpers.shown(case_folder)["entries"].splitlines()]
    files = [entry for entry in found if entry["kind"] == "file"]
    assert len(files) == 1500
    first = [f"/{number:04}" for number in range(1024)]
    assert all((entry["names"], entry["names_left_out"]) == (first, 476) for entry in files)
    assert [entry for entry in found if entry["kind"] != "file" and "names_left_out" in entry] == []
