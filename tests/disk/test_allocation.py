"""Blocks in use, counted in the file system's own structures."""

from pathlib import Path

import pytest

from cyberforensics.disk.allocation import allocation
from cyberforensics.disk.media import RawMedia
from cyberforensics.disk.tsk import FileSystem
from tests.disk.walked import unpacked


@pytest.mark.parametrize("image", ["ntfs", "ext4", "fat12", "fat16", "fat32", "exfat"])
def test_runs_of_files_in_use_are_in_use(image: str, tmp_path: Path) -> None:
    file_system = FileSystem(RawMedia([unpacked(image, tmp_path)]))
    count = allocation(file_system)
    assert count is not None
    runs = [
        (int(run.addr), int(run.len))
        for file in file_system.fs.open_dir(path="/files")
        if file.info.name.name not in (b".", b"..")
        for attribute in file
        if int(attribute.info.flags) & 1
        for run in attribute
        if not int(run.flags)
    ]
    assert len(runs) > 5
    assert [(start, length) for start, length in runs if count(start, length) < length] == []


def test_a_disc_does_not_tell(tmp_path: Path) -> None:
    assert allocation(FileSystem(RawMedia([unpacked("iso", tmp_path)]))) is None
