"""ISO 9660 images as other programs read them: isoinfo, xorriso, The Sleuth Kit, and the product."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.lab.plan import CannotHold, NoRoom, PlannedFile
from tests.lab import plans

MIB = 1 << 20
LONG_TARGET = "/a/" + "very long/" * 30 + "target"


def test_readers_agree(tmp_path: Path) -> None:
    files, data = plans.office(deletes=False, cluster=2048)
    links = (
        PlannedFile("/Users/short", "link", plans.STAMPS, link_target="../mira/./one"),
        PlannedFile("/Users/long", "link", plans.STAMPS, link_target=LONG_TARGET),
    )
    deep = [plans.folder("/" + "/".join(f"level {level}" for level in range(1, depth + 1))) for depth in range(1, 13)]
    inner = plans.file(f"{deep[-1].path}/inner.txt", b"deep")
    data[inner.path] = b"deep"
    plan = plans.volume("iso9660", 4 * MIB, (*files, *links, *deep, inner), utc_offset=345)
    image = tmp_path / "volume.iso"
    placed = plans.write(plan, image)

    plans.same_bytes(image.read_bytes(), placed, plan, data)
    problems: list[tuple[str, str | None]] = [("cross-check.not-compared", None)]  # it has no second reader
    problems += [("walk.not-an-orphan", path) for path in ("/Users/long", "/Users/short", "/Users/mira/empty.txt")]
    targets = {link.path: link.link_target for link in links}
    plans.agrees_with_triage(
        image, placed, data, tmp_path, problems=problems, targets=targets, state="not-cross-checked"
    )


def test_other_programs_read_both_trees(tmp_path: Path) -> None:
    files, data = plans.office(deletes=False)
    link = PlannedFile("/Users/long", "link", plans.STAMPS, link_target=LONG_TARGET)
    owned = replace(files[1], owner=1000)
    image = tmp_path / "volume.iso"
    plans.write(plans.volume("iso9660", 4 * MIB, (files[0], owned, *files[2:], link), utc_offset=345), image)

    told = plans.program("isoinfo", "-d", "-i", image)
    for line in ("Volume id: TRAINING", "Joliet with UCS level 3 found", "Rock Ridge signatures version 1 found"):
        assert line in told
    for tree in ("-R", "-J"):
        paths = set(plans.program("isoinfo", tree, "-f", "-i", image).splitlines())
        expected = {one.path for one in files[1:]} | ({link.path} if tree == "-R" else set())
        ascii_alone = {path for path in expected if path.isascii()}  # isoinfo knows no UTF-8 for Joliet
        assert ascii_alone <= paths, tree
    listed = plans.program("isoinfo", "-R", "-l", "-i", image)
    assert re.search(r"-rw-r--r-- +1 +1750 +1750 +27 Mar +5 2026 .* TRAINING\.TXT", listed)  # owners in octal
    assert f"long -> {LONG_TARGET}" in listed
    out = tmp_path / "out"
    plans.program("xorriso", "-osirrox", "on", "-indev", image, "-extract", "/", out)
    assert {path: (out / path[1:]).read_bytes() for path in data} == data
    assert str((out / "Users/long").readlink()) == LONG_TARGET


def test_folders_of_thousands_and_names_alike(tmp_path: Path) -> None:
    names = [f"/many/the name of number {number:05} is rather long.txt" for number in range(2000)]
    files = [plans.folder("/many"), *(plans.file(name, name.encode()) for name in names)]
    image = tmp_path / "volume.iso"
    plans.write(plans.volume("iso9660", 16 * MIB, files), image)
    for tree in ("-R", "-J"):
        assert set(names) <= set(plans.program("isoinfo", tree, "-f", "-i", image).splitlines())
    plain = [line for line in plans.program("isoinfo", "-f", "-i", image).splitlines() if line.startswith("/MANY/")]
    assert len(set(plain)) == 2000
    assert plain == sorted(plain)
    assert all(re.fullmatch(r"/MANY/[A-Z0-9_]{1,30}\.[A-Z0-9_]{0,8};1", line) and len(line) <= 40 for line in plain)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([plans.file("/a", b"", deleted=True)], "nothing is ever deleted"),
        ([plans.file("/a;b", b"")], "can't hold ';'"),
        ([plans.file("/a.", b"")], "can't end in a dot"),
        ([plans.file("/" + "x" * 65, b"")], "65 code units"),
        ([PlannedFile("/l", "link", plans.STAMPS, link_target="x" * 300)], "a part of its target"),
    ],
)
def test_what_it_can_not_hold(files: list[PlannedFile], words: str) -> None:
    with pytest.raises(CannotHold, match=words):
        plans.in_memory(plans.volume("iso9660", MIB, files))


def test_no_room() -> None:
    with pytest.raises(NoRoom, match=r"it needs [0-9]+ bytes more"):
        plans.in_memory(plans.volume("iso9660", MIB, [plans.file("/a", bytes(MIB))]))
    with pytest.raises(NoRoom, match="folders alone"):
        plans.in_memory(plans.volume("iso9660", 20 * 2048, []))


_letters = st.characters(codec="utf-8", exclude_characters="*/:;?\\\x7f", exclude_categories=["C"])
_names = st.text(_letters, min_size=1, max_size=30).filter(lambda name: not name.endswith("."))


@given(st.lists(st.tuples(_names, st.binary(max_size=5000)), max_size=20, unique_by=lambda one: one[0]))
@settings(max_examples=30, deadline=None)
def test_random_plans_are_read_back(tmp_path_factory: pytest.TempPathFactory, named: list[tuple[str, bytes]]) -> None:
    files = [plans.file(f"/{name}", data) for name, data in named]
    image = tmp_path_factory.mktemp("random") / "volume.iso"
    plan = plans.volume("iso9660", MIB, files)
    placed = plans.write(plan, image)
    assert plans.in_memory(plan) == (image.read_bytes(), placed)
    plans.same_bytes(image.read_bytes(), placed, plan, {f"/{name}": data for name, data in named})
    reader = plans.through_tsk(image)
    listed = {
        entry.info.name.name.decode("utf-8", "replace"): entry
        for entry in reader.open_dir("/")
        if entry.info.meta is not None
    }
    for name, data in named:
        if all(ord(letter) < 0x10000 for letter in name):  # TSK does not put surrogate pairs of Joliet together
            entry = listed[name]
            assert bytes(entry.read_random(0, len(data)) if data else b"") == data
