"""Many of one thing: records on both sides of the middle, owners, links."""

import re
from pathlib import Path

import pytest

from cyberforensics.lab.plan import CannotHold, PlacedFile, PlannedFile, PlannedVolume
from tests.lab.filesystems import ntfs_plans as plans
from tests.lab.filesystems.ntfs_programs import mounted, run


def _written(path: Path, size: int, files: list[PlannedFile]) -> tuple[PlacedFile, ...]:
    placed = plans.written(PlannedVolume("ntfs", size, "TRAINING", 5, plans.FORMATTED, tuple(files)), path)
    assert "processed successfully" in run("ntfsfix", "-n", path).decode()
    assert "You might resize" in run("ntfsresize", "--info", "--force", "--no-progress-bar", path).decode()
    return placed


def test_the_mft_may_lie_on_both_sides_of_the_copy_of_its_start(tmp_path: Path) -> None:
    path = tmp_path / "volume.raw"
    files = [plans.file(f"/{number:05}", b"%d" % number, number) for number in range(7000)]
    placed = _written(path, 12 << 20, files)
    assert {found.runs[0][0] < 6 << 20 for found in placed} == {True, False}
    assert len(run("ntfsls", path).decode().split()) == 7000
    for number in (0, 3000, 5900, 6000, 6100, 6999):
        address = placed[number].meta_address or ""
        assert run("icat", path, address.split("-")[0]) == run("ntfscat", path, f"/{number:05}") == b"%d" % number


def test_every_owner_has_a_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "volume.raw"
    files = [plans.file(f"/{owner}", b"", owner, owner=owner) for owner in range(1001, 1301)]
    placed = _written(path, 8 << 20, files)
    unseen = 0
    for found in placed:
        said = run("istat", path, (found.meta_address or "").split("-")[0]).decode()
        shown = re.search(r"Security ID: \d+  \((.*)\)", said)
        assert shown
        if shown[1] == "":
            unseen += 1  # The Sleuth Kit does not look into $INDEX_ROOT, where one entry in 76 is
        else:
            assert re.fullmatch(rf"S-1-5-21-\d+-\d+-\d+-{found.path[1:]}", shown[1])
    assert unseen == 5
    with mounted(path, tmp_path / "mounted", "rw,permissions") as place:
        (place / "by the driver").write_bytes(b"")  # looks for a descriptor in $SDH, and puts its own in
        (place / "by the driver").chmod(0o640)
    assert "processed successfully" in run("ntfsfix", "-n", path).decode()
    assert "You might resize" in run("ntfsresize", "--info", "--force", "--no-progress-bar", path).decode()


def test_more_owners_than_one_block_has_room_for_are_refused(tmp_path: Path) -> None:
    files = tuple(plans.file(f"/{owner}", b"", owner, owner=owner) for owner in range(1, 1000))
    with pytest.raises(CannotHold, match="1000 owners"):
        plans.written(PlannedVolume("ntfs", 8 << 20, "TRAINING", 5, plans.FORMATTED, files), tmp_path / "volume.raw")


def test_many_links_are_all_in_the_index_of_reparse_points(tmp_path: Path) -> None:
    path = tmp_path / "volume.raw"
    files = [plans.folder("/f", 1), plans.file("/f/target", b"what they lead to", 2)]
    files += [
        PlannedFile(f"/f/link {number}", "link", plans.stamps(number), link_target="target") for number in range(300)
    ]
    _written(path, 8 << 20, files)
    with mounted(path, tmp_path / "mounted") as place:
        assert all((place / "f" / f"link {number}").read_bytes() == b"what they lead to" for number in range(300))
        for number in range(0, 300, 2):
            (place / "f" / f"link {number}").unlink()  # the driver takes each out of $Reparse
    assert "You might resize" in run("ntfsresize", "--info", "--force", "--no-progress-bar", path).decode()
    remaining = run("icat", path, "26-160").count((0xA000_000C).to_bytes(4, "little"))
    assert remaining >= 150
