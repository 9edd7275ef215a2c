"""Folders of thousands of names: sorted as NTFS sorts, and found by name by a reader of other people."""

import os
import subprocess
from pathlib import Path

import pytest
import pytsk3

from cyberforensics.lab.filesystems.ntfs_upcase import collation_key
from cyberforensics.lab.plan import PlannedVolume
from tests.lab.filesystems import ntfs_plans as plans
from tests.lab.filesystems.test_ntfs import needs, run


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
        (20_000, "", 1024),
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
    needs("ntfs-3g")
    if os.geteuid() != 0 or not Path("/dev/fuse").exists():
        pytest.skip("mounting takes root and /dev/fuse")
    path, place = tmp_path / "volume.raw", tmp_path / "mounted"
    volume = _folder(2000, "n" * 100)
    plans.written(volume, path)
    place.mkdir()
    done = subprocess.run(["ntfs-3g", path, place], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"ntfs-3g could not mount here: {done.stderr.strip()}")
    try:
        for number in range(0, 2000, 3):
            (place / volume.files[1 + number].path.removeprefix("/")).unlink()
            (place / "f" / f"new {number}").write_bytes(b"x" * number)
        left = {entry.name for entry in (place / "f").iterdir()}
    finally:
        subprocess.run(["fusermount", "-u", place], check=True)
    assert len(left) == 2000
    assert "processed successfully" in run("ntfsfix", "-n", path).decode()
    assert "You might resize" in run("ntfsresize", "--info", "--force", "--no-progress-bar", path).decode()


def test_names_are_compared_in_capitals_by_their_units() -> None:
    names = ["_", "a", "B", "Ä", "ß", "ÿ", "Ÿ2", "Ω", "一", "\U0001f600", "\uff5a"]
    # $UpCase turns ÿ into U+0178; a pair of surrogates sorts before U+FF3A
    assert sorted(names, key=collation_key) == ["a", "B", "_", "Ä", "ß", "ÿ", "Ÿ2", "Ω", "一", "\U0001f600", "\uff5a"]
    assert collation_key("LETTER.txt") == collation_key("letter.TXT")
