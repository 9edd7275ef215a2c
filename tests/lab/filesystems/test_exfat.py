"""exFAT volumes as other programs read them: fsck.exfat, The Sleuth Kit, and the product with its second reader."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.lab.plan import CannotHold, NoRoom, PlannedFile
from tests.lab import plans

MIB = 1 << 20


def clean(image: Path) -> None:
    """Let fsck.exfat look, which finds nothing to mend."""
    assert "clean" in plans.program("fsck.exfat", "-n", image)


@pytest.mark.parametrize(("size", "cluster"), [(4 * MIB, 512), (16 * MIB, None), (300 * MIB, None), (64 * MIB, 131072)])
def test_checkers_and_readers_agree(size: int, cluster: int | None, tmp_path: Path) -> None:
    files, data = plans.office(cluster=cluster or (4096 if size < 256 * MIB else 32768))
    plan = plans.volume("exfat", size, files, cluster_size=cluster, utc_offset=-210)
    image = tmp_path / "volume.raw"
    placed = plans.write(plan, image)

    clean(image)
    reader = plans.through_tsk(image)
    for one in placed:
        if one.path in data and one.content_readable:
            assert plans.tsk_content(reader, str(one.meta_address)) == data[one.path]
    with image.open("rb") as opened:
        for one in placed:
            if one.path in data and one.content_readable:
                assert b"".join(opened.read(n) for at, n in one.runs if opened.seek(at) == at) == data[one.path]
    plans.agrees_with_triage(image, placed, data, tmp_path, problems=[("content.short", "/Users/mira/taken over.bin")])
    later = placed[-1]
    assert len(later.runs) == 2  # over the clusters of the overwritten one, and on: it has a chain


def test_statement_of_the_volume(tmp_path: Path) -> None:
    image = tmp_path / "volume.raw"
    plans.write(plans.volume("exfat", 16 * MIB, plans.office()[0]), image)
    told = plans.program("fsstat", image)
    for line in (
        "File System Type: exFAT",
        "Volume Serial Number: 7ea1-5e55",
        "Volume Label (from root directory): TRAINING",
    ):
        assert line in told


def test_folders_of_thousands(tmp_path: Path) -> None:
    files = [plans.folder("/many"), plans.folder("/gone", deleted=True)]
    names = [f"/many/the name of number {number:05}.txt" for number in range(3000)]
    names += [f"/gone/the name of number {number:05}.txt" for number in range(200)]
    files += [plans.file(name, name.encode(), deleted=name.startswith("/gone")) for name in names]
    image = tmp_path / "volume.raw"
    placed = plans.write(plans.volume("exfat", 40 * MIB, files), image)
    clean(image)
    plans.agrees_with_triage(image, placed, {name: name.encode() for name in names}, tmp_path)


@pytest.mark.parametrize(
    ("files", "more", "words"),
    [
        ([plans.file("/a*b", b"")], {}, "can't hold"),
        ([plans.file("/ä", b""), plans.file("/Ä", b"")], {}, "once in a folder"),
        ([plans.file("/a", b"")], {"utc_offset": 7}, "quarters of an hour"),
    ],
)
def test_what_it_can_not_hold(files: list[PlannedFile], more: dict[str, int], words: str) -> None:
    with pytest.raises(CannotHold, match=words):
        plans.in_memory(plans.volume("exfat", 4 * MIB, files, utc_offset=more.get("utc_offset", 0)))


def test_no_room() -> None:
    with pytest.raises(NoRoom, match=r"it needs [0-9]+ bytes more"):
        plans.in_memory(plans.volume("exfat", 4 * MIB, [plans.file("/a", bytes(4 * MIB))]))
    with pytest.raises(NoRoom, match="exFAT begins at 1048576 bytes"):
        plans.in_memory(plans.volume("exfat", 512, []))


_letters = st.characters(codec="utf-8", exclude_characters='"*/:<>?\\|\x7f', exclude_categories=["C"])
_names = st.text(_letters, min_size=1, max_size=60).filter(lambda name: not name.endswith((".", " ")))


@given(
    st.lists(
        st.tuples(_names, st.binary(max_size=9000), st.booleans()), max_size=20, unique_by=lambda one: one[0].upper()
    )
)
@settings(max_examples=30, deadline=None)
def test_random_plans_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, named: list[tuple[str, bytes, bool]]
) -> None:
    files = [plans.file(f"/{name}", data, deleted=deleted) for name, data, deleted in named]
    image = tmp_path_factory.mktemp("random") / "volume.raw"
    plan = plans.volume("exfat", 2 * MIB, files)
    placed = plans.write(plan, image)
    assert plans.in_memory(plan) == (image.read_bytes(), placed)
    clean(image)
    reader = plans.through_tsk(image)
    listed = {entry.info.name.name.decode(): entry for entry in reader.open_dir("/") if entry.info.name.meta_addr}
    for one, (name, data, deleted) in zip(placed, named, strict=True):
        assert plans.tsk_content(reader, str(one.meta_address)) == data
        if not deleted:
            assert str(listed[name].info.meta.addr) == one.meta_address
