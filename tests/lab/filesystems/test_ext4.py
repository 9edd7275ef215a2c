"""ext4 volumes as other programs read them: e2fsck, debugfs, The Sleuth Kit, and the product with its second reader."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.lab.plan import CannotHold, NoRoom, PlannedFile, PlannedVolume
from tests.lab import plans

MIB = 1 << 20
LONG_TARGET = "/a/" + "very long/" * 12 + "target"


def clean(image: Path) -> str:
    """What e2fsck says of a volume in which it finds nothing to mend."""
    told = plans.program("e2fsck", "-fn", image)
    assert not re.search("wrong|differ|invalid|fix|error", told, re.IGNORECASE), told
    return told


@pytest.mark.parametrize(("size", "block"), [(16 * MIB, None), (70 * MIB, 1024), (40 * MIB, 4096)])
def test_checkers_and_readers_agree(size: int, block: int | None, tmp_path: Path) -> None:
    files, data = plans.office(cluster=block or 1024)
    links = (
        PlannedFile("/Users/short", "link", plans.STAMPS, link_target="mira/one"),
        PlannedFile("/Users/long", "link", plans.STAMPS, link_target=LONG_TARGET),
    )
    owned = replace(files[1], owner=100_001)
    plan = plans.volume("ext4", size, (files[0], owned, *files[2:], *links), cluster_size=block)
    image = tmp_path / "volume.raw"
    placed = plans.write(plan, image)

    living = sum(not one.deleted for one in plan.files)
    assert f"TRAINING: {living + 10}/" in clean(image)  # eleven are reserved, and the root is one of them
    plans.same_bytes(image.read_bytes(), placed, plan, data)
    for one in placed[-2:]:
        target = b"".join(image.read_bytes()[at : at + length] for at, length in one.runs)
        assert target.decode() == {link.path: link.link_target for link in links}[one.path]
    reader = plans.through_tsk(image)
    for one in placed:
        if one.path in data:
            there = one.name_state == "allocated"
            assert plans.tsk_content(reader, str(one.meta_address)) == (data[one.path] if there else b"")
    states = {one.path: one.name_state for one in placed}
    assert states["/Users/mira/plan to go.docx"] == "deleted"
    assert states["/Users/old things/inner file.txt"] == "orphan"
    targets = {link.path: link.link_target for link in links}
    emptied = ("walk.directory-unreadable", "/Users/old things")  # of a deleted folder the kernel keeps no block
    plans.agrees_with_triage(image, placed, data, tmp_path, problems=[emptied], targets=targets)


def test_large_blocks_from_512_mib_on(tmp_path: Path) -> None:
    files, data = plans.office(cluster=4096)
    image = tmp_path / "volume.raw"
    placed = plans.write(plans.volume("ext4", 513 * MIB, files), image)
    clean(image)
    assert "Block Size: 4096" in plans.program("fsstat", image)
    reader = plans.through_tsk(image)
    for one in placed:
        if one.path in data and one.name_state == "allocated":
            assert plans.tsk_content(reader, str(one.meta_address)) == data[one.path]


def test_statement_of_an_inode(tmp_path: Path) -> None:
    files, _ = plans.office()
    image = tmp_path / "volume.raw"
    placed = plans.write(
        plans.volume("ext4", 16 * MIB, [files[0], replace(files[1], owner=100_001), *files[2:]]), image
    )
    told = plans.program("debugfs", "-R", "stat /TRAINING.TXT", image)
    assert f"Inode: {placed[1].meta_address} " in told
    assert re.search(r"User: +100001 +Group: +100001", told)
    seconds, nanoseconds = divmod(plans.MOMENT, plans.SECOND)
    assert f"crtime: 0x{seconds:08x}:{nanoseconds << 2:08x} " in told  # two bits for the years after 2038, not needed
    gone = next(one for one in placed if one.path.endswith("plan to go.docx"))
    told = plans.program("debugfs", "-R", f"stat <{gone.meta_address}>", image)
    assert f"dtime: 0x{plans.STAMPS.changed // plans.SECOND:08x}" in told
    assert "Links: 0" in told


def test_folders_of_thousands_also_of_deleted_names(tmp_path: Path) -> None:
    files = [plans.folder("/many"), plans.folder("/nothing left")]
    names = [f"/many/the name of number {number:05}.txt" for number in range(3000)]
    files += [plans.file(name, name.encode(), deleted=index % 3 == 1) for index, name in enumerate(names)]
    left = [f"/nothing left/number {number:03}.txt" for number in range(100)]
    files += [plans.file(name, name.encode(), deleted=True) for name in left]
    plan = plans.volume("ext4", 40 * MIB, files)
    image = tmp_path / "volume.raw"
    placed = plans.write(plan, image)
    clean(image)
    assert 0 < sum(one.name_state == "orphan" for one in placed) < 10  # those that begin a block without a living name
    plans.agrees_with_triage(image, placed, {name: name.encode() for name in [*names, *left]}, tmp_path)


def test_a_file_in_many_pieces(tmp_path: Path) -> None:
    """Groups of 8 MiB cut it into more extents than fit into its inode."""
    data = plans.made("large", 1000) * 60_000
    plan = plans.volume("ext4", 100 * MIB, [plans.file("/large.bin", data)], cluster_size=1024)
    image = tmp_path / "volume.raw"
    placed = plans.write(plan, image)
    assert len(placed[0].runs) > 4
    clean(image)
    plans.same_bytes(image.read_bytes(), placed, plan, {"/large.bin": data})
    assert plans.tsk_content(plans.through_tsk(image), str(placed[0].meta_address)) == data


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([plans.file("/" + "é" * 128, b"")], "256 bytes"),
        ([plans.folder("/lost+found")], "one already"),
        ([PlannedFile("/l", "link", plans.STAMPS)], "needs a target"),
        ([plans.file("/a", b"", stamps=replace(plans.STAMPS, created=1 << 65))], "years 1902 to 2445"),
    ],
)
def test_what_it_can_not_hold(files: list[PlannedFile], words: str) -> None:
    with pytest.raises(CannotHold, match=words):
        plans.in_memory(plans.volume("ext4", 4 * MIB, files))


def test_no_room() -> None:
    with pytest.raises(NoRoom, match=r"it needs [0-9]+ bytes more"):
        plans.in_memory(plans.volume("ext4", 8 * MIB, [plans.file("/a", bytes(8 * MIB))]))
    with pytest.raises(NoRoom, match="tables of ext4"):
        plans.in_memory(plans.volume("ext4", 16384, []))


_names = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=60).filter(
    lambda name: name not in (".", "..")
)


@given(
    st.lists(st.tuples(_names, st.binary(max_size=5000), st.booleans()), max_size=30, unique_by=lambda one: one[0]),
    st.sampled_from((1024, 2048, 4096)),
    st.integers(1 << 20, 9 << 20),
)
@settings(max_examples=30, deadline=None)
def test_random_plans_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, named: list[tuple[str, bytes, bool]], block: int, size: int
) -> None:
    files = [plans.file(f"/{name}", data, deleted=deleted) for name, data, deleted in named]
    image = tmp_path_factory.mktemp("random") / "volume.raw"
    plan: PlannedVolume = plans.volume("ext4", size // 512 * 512, files, cluster_size=block)
    placed = plans.write(plan, image)
    assert plans.in_memory(plan) == (image.read_bytes(), placed)
    clean(image)
    reader = plans.through_tsk(image)
    listed = {
        entry.info.name.name.decode(): entry.info.meta.addr
        for entry in reader.open_dir("/")
        if entry.info.meta is not None and not int(entry.info.name.flags) & 2
    }
    for one, (name, data, deleted) in zip(placed, named, strict=True):
        assert plans.tsk_content(reader, str(one.meta_address)) == (b"" if deleted else data)
        assert deleted or not name.isascii() or not name.isprintable() or str(listed[name]) == one.meta_address
