"""FAT volumes as other programs read them: fsck.fat, The Sleuth Kit, mtools, and the product with its second reader."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.lab.plan import CannotHold, NoRoom, PlannedFile
from tests.lab import plans

SIZES = {"fat12": 4 << 20, "fat16": 20 << 20, "fat32": 34 << 20}
MIB = 1 << 20
UNCERTAIN = ("walk.first-cluster-uncertain", None)
"""Said of every FAT32 volume of more than 65,536 clusters in which something is deleted."""


@pytest.mark.parametrize("system", SIZES)
def test_checkers_and_readers_agree(system: str, tmp_path: Path) -> None:
    files, data = plans.office(cluster=2048)
    plan = plans.volume(system, SIZES[system], files, utc_offset=345)
    image = tmp_path / "volume.raw"
    placed = plans.write(plan, image)

    checked = plans.program("fsck.fat", "-n", "-v", image)
    assert f"{len([one for one in files if not one.deleted])} files" in checked  # the root counts
    assert not re.search("differ|wrong|invalid|dirty|orphan|bad", checked, re.IGNORECASE), checked
    plans.same_bytes(image.read_bytes(), placed, plan, data)
    reader = plans.through_tsk(image)
    for one in placed:
        if one.path in data and one.content_readable:
            assert plans.tsk_content(reader, str(one.meta_address)) == data[one.path]
    taken = next(one for one in placed if one.path.endswith("taken over.bin"))
    assert not taken.content_readable
    assert plans.tsk_content(reader, str(taken.meta_address)) != data[taken.path]
    problems: list[tuple[str, str | None]] = [("content.short", taken.path)]
    if system == "fat32":
        problems.append(UNCERTAIN)
    plans.agrees_with_triage(image, placed, data, tmp_path, problems=problems)


def test_statement_of_the_volume(tmp_path: Path) -> None:
    image = tmp_path / "volume.raw"
    plans.write(plans.volume("fat32", 40 * MIB, plans.office()[0]), image)
    told = plans.program("fsstat", image)
    for line in (
        "File System Type: FAT32",
        "Volume ID: 0x7ea15e55",
        "Volume Label (Boot Sector): TRAINING",
        "Volume Label (Root Directory): TRAINING",
    ):
        assert line in told


def test_mtools_reads_names_and_clocks(tmp_path: Path) -> None:
    image = tmp_path / "volume.raw"
    plans.write(plans.volume("fat16", 20 * MIB, plans.office()[0], utc_offset=60), image)
    listed = plans.program("mdir", "-i", image, "::/Users/mira")
    assert re.search(r"LETTER~1 TXT +1436 2026-03-05 +17:22 +letter to the bank\.txt", listed)


def test_folders_of_thousands_and_a_deleted_one_beyond_its_first_cluster(tmp_path: Path) -> None:
    files = [plans.folder("/many"), plans.folder("/gone", deleted=True)]
    files += [plans.file(f"/many/the name of number {number:05}.txt", b"%d" % number) for number in range(3000)]
    files += [plans.file(f"/gone/number {number:03}.txt", b"%d" % number, deleted=True) for number in range(40)]
    data = {f"/many/the name of number {number:05}.txt": b"%d" % number for number in range(3000)}
    data |= {f"/gone/number {number:03}.txt": b"%d" % number for number in range(40)}
    plan = plans.volume("fat32", 40 * MIB, files)
    image = tmp_path / "volume.raw"
    placed = plans.write(plan, image)
    plans.program("fsck.fat", "-n", image)
    assert 0 < sum(one.name_state == "orphan" for one in placed) < 40
    plans.agrees_with_triage(image, placed, data, tmp_path, problems=[UNCERTAIN])


def test_a_short_name_loses_its_first_letter(tmp_path: Path) -> None:
    plan = plans.volume("fat12", 2 * MIB, [plans.file("/IMG_0001.JPG", b"x" * 5000, deleted=True)])
    image = tmp_path / "volume.raw"
    (one,) = plans.write(plan, image)
    listed = plans.program("fls", "-p", image)
    assert f"r/r * {one.meta_address}:\t_MG_0001.JPG" in listed


def test_a_name_is_written_again_after_its_deletion(tmp_path: Path) -> None:
    plan = plans.volume("fat12", 2 * MIB, [plans.file("/A.TXT", b"old", deleted=True), plans.file("/A.TXT", b"new")])
    image = tmp_path / "volume.raw"
    plans.write(plan, image)
    assert "A        TXT" in plans.program("mdir", "-i", image, "::/")
    plans.program("fsck.fat", "-n", image)


def test_a_sharp_s_is_not_two_of_them(tmp_path: Path) -> None:
    names = ["/Straße.txt", "/STRASSE.TXT"]
    image = tmp_path / "volume.raw"
    plans.write(plans.volume("fat12", 2 * MIB, [plans.file(name, b"") for name in names]), image)
    assert "3 files" in plans.program("fsck.fat", "-n", "-v", image)


def test_what_is_deleted_gets_the_lowest_clusters_of_fat32(tmp_path: Path) -> None:
    """Windows clears the upper half of the first cluster, so above 65535 nothing can be had back."""
    many = plans.made("many", 1000)
    files = [plans.file("/large.bin", many * 34_000), plans.file("/gone later.bin", many, deleted=True)]
    plan = plans.volume("fat32", 40 * MIB, files)
    image, placed = plans.in_memory(plan)
    assert placed[1].content_readable
    assert placed[1].runs < placed[0].runs
    plans.same_bytes(image, placed, plan, {"/large.bin": many * 34_000, "/gone later.bin": many})


@pytest.mark.parametrize(
    ("system", "size", "files", "words"),
    [
        ("fat12", 4 * MIB, [plans.file("/a?b", b"")], "can't hold '\\?'"),
        ("fat12", 4 * MIB, [plans.file("/a.", b"")], "end in a space or a dot"),
        ("fat12", 4 * MIB, [plans.file("/a", b""), plans.file("/A", b"")], "once in a folder"),
        ("fat12", 4 * MIB, [plans.file("/no/a", b"")], "no folder of the plan"),
        ("fat12", 4 * MIB, [plans.file("/a", b"", streams=(("s", plans.content(b"")),))], "streams"),
        ("fat12", 4 * MIB, [plans.file("/a", b"x" * 2040, slack=b"123456789")], "9 bytes of slack where 8"),
        ("fat12", 4 * MIB, [plans.file("/a", b"x", deleted=True, overwritten=True)], "nothing overwrites it"),
        ("fat16", 20 * MIB, [plans.file("/" + "x" * 256, b"")], "256 code units"),
        ("fat12", 4 * MIB, [plans.file("/\ud800", b"")], "surrogate"),
        ("fat12", 4 * MIB, [plans.folder("/f", deleted=True), plans.file("/f/a", b"")], "its folder is deleted"),
        ("fat12", 4 * MIB, [PlannedFile("/l", "link", plans.STAMPS, link_target="a")], "no symbolic links"),
        ("fat12", 4 * MIB, [PlannedFile("/f", "file", plans.STAMPS)], "a file needs content"),
        ("fat12", 4 * MIB, [plans.file("/a", b"", stamps=replace(plans.STAMPS, accessed=0))], "years 1980 to 2107"),
    ],
)
def test_what_it_can_not_hold(system: str, size: int, files: list[PlannedFile], words: str) -> None:
    with pytest.raises(CannotHold, match=words) as raised:
        plans.in_memory(plans.volume(system, size, files))
    assert str(raised.value).startswith((files[-1].path, "'/\\ud800'"))


def test_no_room() -> None:
    with pytest.raises(NoRoom, match=r"it needs [0-9]+ bytes more"):
        plans.in_memory(plans.volume("fat12", MIB, [plans.file("/a", bytes(MIB))]))
    with pytest.raises(NoRoom, match="too small for FAT32"):
        plans.in_memory(plans.volume("fat32", MIB, []))


_letters = st.characters(codec="utf-8", exclude_characters='"*+,/:;<=>?[\\]|\x7f', exclude_categories=("C", "Z"))
_names = st.text(_letters, min_size=1, max_size=40).filter(lambda name: not name.endswith("."))


@given(
    st.lists(
        st.tuples(_names, st.binary(max_size=5000), st.booleans()), max_size=20, unique_by=lambda one: one[0].upper()
    )
)
@settings(max_examples=30, deadline=None)
def test_random_plans_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, named: list[tuple[str, bytes, bool]]
) -> None:
    files = [plans.file(f"/{name}", data, deleted=deleted) for name, data, deleted in named]
    image = tmp_path_factory.mktemp("random") / "volume.raw"
    plan = plans.volume("fat12", 2 * MIB, files)
    placed = plans.write(plan, image)
    assert plans.in_memory(plan) == (image.read_bytes(), placed)
    reader = plans.through_tsk(image)
    listed = {entry.info.name.name.decode(): entry for entry in reader.open_dir("/") if entry.info.name.meta_addr}
    for one, (name, data, deleted) in zip(placed, named, strict=True):
        assert plans.tsk_content(reader, str(one.meta_address)) == data
        if not deleted:
            entry = listed[name]
            assert str(entry.info.meta.addr) == one.meta_address
            assert bytes(entry.read_random(0, len(data)) if data else b"") == data
