"""Folders of thousands of names: sorted as NTFS sorts, and found by name by a reader of other people."""

from pathlib import Path

import pytest
import pytsk3

from cyberforensics.lab.filesystems.ntfs_upcase import collation_key
from cyberforensics.lab.plan import PlannedVolume
from tests.lab.filesystems import ntfs_plans as plans
from tests.lab.filesystems.ntfs_programs import mounted, needs, run


def _folder(count: int, filler: str, cluster_size: int | None = None) -> PlannedVolume:
    """A folder whose names come in no order; long ones make a tree of several levels."""
    files = [plans.folder("/f", 1)]
    files += [plans.file(f"/f/{at * 7919 % count:05} é {filler}.txt", b"%d" % at, at) for at in range(count)]
    return PlannedVolume("ntfs", 64 << 20, "TRAINING", 3, plans.FORMATTED, tuple(files), cluster_size=cluster_size)


@pytest.mark.parametrize(
    ("count", "filler", "cluster_size"),
    [
        (1, "", 4096),
        (4, "", 4096),
        (9, "", 65_536),
        (60, "", 512),
        (2000, "n" * 230, 4096),
        (2000, "n" * 230, 65_536),
        (8000, "", 1024),
    ],
)
def test_all_names_are_listed_and_each_is_found(count: int, filler: str, cluster_size: int, tmp_path: Path) -> None:
    needs("ntfscat")
    volume, path = _folder(count, filler, cluster_size), tmp_path / "volume.raw"
    plans.written(volume, path)
    names = sorted(item.path.removeprefix("/f/") for item in volume.files[1:])
    assert sorted(set(run("ntfsls", "-p", "/f", path).decode().splitlines()) - {".", ".."}) == names
    file_system = pytsk3.FS_Info(pytsk3.Img_Info(str(path)))
    listed = [entry.info.name.name.decode() for entry in file_system.open_dir("/f")]
    assert sorted(set(listed) - {".", ".."}) == names
    assert len(listed) == len(set(listed))
    contents = {item.path: item.content for item in volume.files[1:]}
    for name in {*names[:5], *names[-5:], *names[:: max(len(names) // 20, 1)]}:
        wanted = contents[f"/f/{name}"]
        assert wanted is not None
        assert run("ntfscat", path, f"/f/{name}") == b"".join(wanted.blocks())


@pytest.mark.parametrize("cluster_size", [512, 65_536])
def test_a_large_folder_has_its_clusters_to_itself(cluster_size: int, tmp_path: Path) -> None:
    path = tmp_path / "volume.raw"
    plans.written(_folder(2000, "n" * 230, cluster_size), path)
    assert "You might resize" in run("ntfsresize", "--info", "--force", "--no-progress-bar", path).decode()


def test_files_are_made_and_deleted_in_it_by_the_driver(tmp_path: Path) -> None:
    """Every name goes through the tree: the driver puts in, takes out, and the checkers still agree."""
    path, volume = tmp_path / "volume.raw", _folder(2000, "n" * 100)
    plans.written(volume, path)
    with mounted(path, tmp_path / "mounted", "rw,permissions") as place:
        for number in range(0, 2000, 3):
            (place / volume.files[1 + number].path.removeprefix("/")).unlink()
            (place / "f" / f"new {number}").write_bytes(b"x" * number)
        assert len(list((place / "f").iterdir())) == 2000
    assert "processed successfully" in run("ntfsfix", "-n", path).decode()
    assert "You might resize" in run("ntfsresize", "--info", "--force", "--no-progress-bar", path).decode()


def test_names_are_compared_in_capitals_by_their_units() -> None:
    names = ["_", "a", "B", "Ä", "ß", "ÿ", "Ÿ2", "Ω", "一", "\U0001f600", "\uff5a"]
    # $UpCase turns ÿ into U+0178; a pair of surrogates sorts before U+FF3A
    assert sorted(names, key=collation_key) == ["a", "B", "_", "Ä", "ß", "ÿ", "Ÿ2", "Ω", "一", "\U0001f600", "\uff5a"]
    assert collation_key("LETTER.txt") == collation_key("letter.TXT")


_DELETED = (3, 4, 11, 17)


def _with_deleted(*, deleted: bool) -> PlannedVolume:
    """A folder of one block; some of its names are deleted, the last one, too, or are still there."""
    files = [plans.folder("/f", 1)]
    files += [
        plans.file(f"/f/a name of some length {at:02}.txt", b"", at, deleted=deleted and at in _DELETED)
        for at in range(18)
    ]
    return PlannedVolume("ntfs", 8 << 20, "TRAINING", 3, plans.FORMATTED, tuple(files))


def _entries(path: Path) -> bytes:
    """The entries of the folder's one block, and what lies behind them, with the last bytes of sectors put back."""
    block = bytearray(run("icat", path, "27-160"))
    assert len(block) == 4096
    for sector in range(1, 9):
        block[sector * 512 - 2 : sector * 512] = block[0x28 + 2 * sector : 0x2A + 2 * sector]
    return bytes(block[0x40:])


def test_names_that_were_deleted_leave_what_the_driver_leaves(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.raw", tmp_path / "theirs.raw"
    plans.written(_with_deleted(deleted=True), ours)
    before = _with_deleted(deleted=False)
    plans.written(before, theirs)
    with mounted(theirs, tmp_path / "mounted") as place:
        for number in _DELETED:
            (place / before.files[1 + number].path.removeprefix("/")).unlink()
    left = _entries(ours)
    assert left == _entries(theirs)
    # of the last name all but the start of its entry is left, behind the new end
    assert "a name of some length 17.txt".encode("utf-16-le") in left
    assert "a name of some length 11.txt".encode("utf-16-le") not in left


def test_what_is_left_of_names_makes_no_entries_that_were_not_planned(tmp_path: Path) -> None:
    files = [plans.folder("/f", 1)]
    files += [plans.file(f"/f/{at * 7919 % 600:04}", b"x", at, deleted=at % 3 == 0) for at in range(600)]
    volume = PlannedVolume("ntfs", 8 << 20, "TRAINING", 3, plans.FORMATTED, tuple(files))
    placed = plans.written(volume, tmp_path / "volume.raw")
    listed = run("fls", "-p", tmp_path / "volume.raw", "27").decode().splitlines()
    expected = [
        f"{'-/r *' if found.name_state == 'deleted' else 'r/r'} {number}-128-1:\t{found.path.removeprefix('/f/')}"
        for found in placed[1:]
        if found.meta_address and (number := found.meta_address.split("-")[0])
    ]
    assert sorted(listed) == sorted(expected)
