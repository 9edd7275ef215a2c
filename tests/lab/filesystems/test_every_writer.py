"""What `Writer` promises of every file system: same bytes, its own place in the file, bounded memory."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from cyberforensics.lab.filesystems import WRITERS
from cyberforensics.lab.plan import Content, NoRoom, PlannedFile
from tests.lab import plans

MIB = 1 << 20
SIZES = {"fat12": 8 * MIB}
CLUSTERS = {"fat12": 4096, "fat16": 2048}
BEFORE = b"before " * 512


def size_of(system: str) -> int:
    return SIZES.get(system, 64 * MIB)


@pytest.mark.parametrize("system", WRITERS)
def test_same_bytes_wherever_it_begins_but_for_the_place_itself(system: str) -> None:
    files, data = plans.office(deletes=False)
    plan = plans.volume(system, size_of(system), files)
    once, placed = plans.in_memory(plan)
    assert plans.in_memory(plan) == (once, placed)
    out = BytesIO(BEFORE)
    out.seek(len(BEFORE))
    assert WRITERS[system](plan, out) == placed  # places are counted from the start of the volume
    assert out.tell() == len(BEFORE) + plan.size
    assert out.getvalue().startswith(BEFORE)
    assert len(out.getvalue()) == len(BEFORE) + plan.size
    plans.same_bytes(out.getvalue()[len(BEFORE) :], placed, plan, data)


@pytest.mark.parametrize("system", WRITERS)
def test_contents_are_never_in_memory_as_a_whole(system: str, tmp_path: Path) -> None:
    size = size_of(system) // 8 * 7
    block = plans.made("block", 1 << 16)

    def blocks() -> Iterator[bytes]:
        for start in range(0, size, len(block)):
            yield block[: size - start]

    large = PlannedFile("/large.bin", "file", plans.STAMPS, Content(size, blocks))
    plan = plans.volume(system, size_of(system), [large], cluster_size=CLUSTERS.get(system))
    plans.in_memory(plans.volume(system, size_of(system), []))  # what is made once, as tables of letters
    tracemalloc.start()
    try:
        plans.write(plan, tmp_path / "volume.raw")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size // 4, f"{peak} bytes for a content of {size}"


@pytest.mark.parametrize("system", WRITERS)
def test_content_that_is_not_as_long_as_it_says(system: str) -> None:
    for said in (999, 1001):
        wrong = Content(said, lambda: iter((bytes(1000),)))
        plan = plans.volume(system, size_of(system), [PlannedFile("/wrong.bin", "file", plans.STAMPS, wrong)])
        with pytest.raises(ValueError, match=r"/wrong\.bin"):
            plans.in_memory(plan)


@pytest.mark.parametrize("system", [name for name in WRITERS if name != "ntfs"])
def test_the_missing_bytes_are_counted_for_all_files_at_once(system: str) -> None:
    """NTFS has a test of its own: its tables grow with its files."""
    most = size_of(system)
    files = [plans.folder(f"/folder {index}") for index in range(40)]
    files += [plans.file(f"/folder {index}/part.bin", plans.made("part", most // 32)) for index in range(40)]
    plan = plans.volume(system, most, files)
    with pytest.raises(NoRoom, match="bytes more") as raised:
        plans.in_memory(plan)
    (missing,) = (int(word) for word in str(raised.value).split() if word.isdigit())
    with pytest.raises(NoRoom):
        plans.in_memory(replace(plan, size=most + missing - most // 32))
    plans.in_memory(replace(plan, size=(most + missing * 11 // 10) // 512 * 512))  # tables grow with the volume
