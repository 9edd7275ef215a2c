"""A folder or a single file of the host as logical evidence: nothing followed, nothing opened that is no file."""

import os
import socket
from pathlib import Path

import pytest

from cyberforensics import disk
from cyberforensics.disk import host
from cyberforensics.model.entry import Entry, Kind, Status
from cyberforensics.model.problem import Problem
from tests.disk import looking


def listed(path: Path, leave_out: Path | None = None) -> tuple[list[Entry], list[Problem]]:
    found = looking.look_into(path)
    items = list(disk.walk(found.opened, found.volumes[0], leave_out=leave_out))
    return [item for item in items if isinstance(item, Entry)], [item for item in items if isinstance(item, Problem)]


def test_the_order_is_that_of_raw_name_bytes(tmp_path: Path) -> None:
    names = [b"a", b"B", b"a b", b"\xc3\xa9", b"\xff\xfe", b"z", b"10", b"9", b"a/in"]
    for name in names:
        place = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118 - bytes
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
        if name != b"a":
            with open(place, "wb") as out:  # noqa: PTH123
                out.write(name)
    entries, problems = listed(tmp_path)
    assert [entry.path_raw for entry in entries] == [
        b"/",
        *(b"/" + name for name in (b"10", b"9", b"B", b"a", b"a/in", b"a b", b"z", b"\xc3\xa9", b"\xff\xfe")),
    ]
    assert problems == []
    undecodable = entries[-1]
    assert undecodable.path == "/\\xff\\xfe"
    assert undecodable.locator is None  # no path specification can spell it
    found = looking.look_into(tmp_path)
    assert looking.read(found, found.volumes[0], undecodable) == b"\xff\xfe"


def test_links_are_listed_and_never_followed(tmp_path: Path) -> None:
    source, outside = tmp_path / "source", tmp_path / "outside"
    source.mkdir()
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (source / "folder").symlink_to(outside)
    (source / "file").symlink_to(outside / "secret.txt")
    (source / "nowhere").symlink_to("does/not/exist")
    (source / "loop").symlink_to(".")
    entries, problems = listed(source)
    assert {(entry.path, entry.kind) for entry in entries} == {
        ("/", Kind.DIRECTORY),
        ("/file", Kind.LINK),
        ("/folder", Kind.LINK),
        ("/loop", Kind.LINK),
        ("/nowhere", Kind.LINK),
    }
    target = next(entry.link_target for entry in entries if entry.path == "/nowhere")
    assert target == "does/not/exist"
    assert problems == []


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "sub" / "a.txt").write_text("mine")
    (tmp_path / "secret.txt").write_text("secret")
    found = looking.look_into(source)
    entry = next(entry for entry in found.entries(found.volumes[0]) if entry.path == "/sub/a.txt")
    (source / "sub" / "a.txt").unlink()
    (source / "sub" / "a.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(OSError, match=r"\w"):
        looking.read(found, found.volumes[0], entry)
    (tmp_path / "a.txt").write_text("secret")
    (source / "sub" / "a.txt").unlink()
    (source / "sub").rmdir()
    (source / "sub").symlink_to(tmp_path)
    with pytest.raises(OSError, match=r"\w"):
        looking.read(found, found.volumes[0], entry)


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))
        entries, problems = listed(tmp_path)
    assert {(entry.path, entry.kind, entry.status) for entry in entries[1:]} == {
        ("/fifo", Kind.FIFO, Status.NO_CONTENT),
        ("/socket", Kind.SOCKET, Status.NO_CONTENT),
    }
    assert [problem.code for problem in problems] == ["walk.host-special", "walk.host-special"]


def test_the_case_folder_is_skipped_by_name(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "case.sqlite").write_text("x")
    entries, problems = listed(tmp_path, case)
    assert [entry.path for entry in entries] == ["/", "/case"]
    assert [(problem.code, problem.path) for problem in problems] == [("walk.case-folder", "/case")]


def test_another_mount_is_skipped_by_name() -> None:
    mounted = [path for path in Path("/dev").iterdir() if path.is_mount() and path.is_dir() and not path.is_symlink()]
    if not mounted:
        pytest.skip("no other file system is mounted below /dev")
    entries, problems = listed(Path("/dev"))
    named = {problem.path for problem in problems if problem.code == "walk.other-mount"}
    assert named >= {f"/{path.name}" for path in mounted}
    paths = {entry.path for entry in entries}
    assert not any(path.startswith(f"/{place.name}/") for path in paths for place in mounted)
    assert all(entry.content is None for entry in entries if entry.kind is Kind.DEVICE)


def test_an_unreadable_directory_costs_itself_alone(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads every directory")
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "z.txt").write_text("z")
    entries, problems = listed(tmp_path)
    assert [entry.path for entry in entries] == ["/", "/shut", "/z.txt"]
    assert [problem.code for problem in problems] == ["walk.directory-unreadable"]


def test_reading_leaves_the_access_times_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    os.utime(tmp_path / "a.txt", (1_000_000_000, 1_500_000_000))
    os.utime(tmp_path, (1_000_000_000, 1_500_000_000))
    found = looking.look_into(tmp_path)
    for entry in found.entries(found.volumes[0]):
        if entry.kind is Kind.FILE:
            looking.read(found, found.volumes[0], entry)
    assert (tmp_path / "a.txt").stat().st_atime == 1_000_000_000
    assert tmp_path.stat().st_atime == 1_000_000_000


def test_a_file_that_changes_while_it_is_read_is_no_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "growing.log"
    path.write_bytes(b"x" * 10)
    found = looking.look_into(tmp_path)
    entry = found.entries(found.volumes[0])[1]
    blocks = disk.open_reader(found.opened, found.volumes[0]).blocks(looking.content_of(entry))
    assert next(blocks) == b"x" * 10
    path.write_bytes(b"y" * 20)
    with pytest.raises(OSError, match="changed"):
        list(blocks)
    path.unlink()
    with pytest.raises(OSError, match=r"\w"):
        looking.read(found, found.volumes[0], entry)


def test_hard_links_are_one_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    entries, _ = listed(tmp_path)
    assert [entry.content for entry in entries] == [None, 1, 1]


def test_ids_and_identity_are_those_of_a_copy(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "a.txt").write_text("a")
        os.utime(tmp_path / name / "sub" / "a.txt", (0, 1_600_000_000))
        for folder in ("sub", "."):
            os.utime(tmp_path / name / folder, (0, 1_600_000_000))
    one, two = (looking.look_into(tmp_path / name) for name in ("one", "two"))
    assert [entry.id for entry in one.entries(one.volumes[0])] == [entry.id for entry in two.entries(two.volumes[0])]
    assert disk.with_identity(one.opened, None).identity == disk.with_identity(two.opened, None).identity
    (tmp_path / "two" / "sub" / "a.txt").write_text("b")
    assert disk.with_identity(one.opened, None).identity != disk.with_identity(two.opened, None).identity


def test_a_source_named_by_a_link_is_read(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("a")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "file").symlink_to("real/a.txt")
    for name in ("folder", "file"):
        found = looking.look_into(tmp_path / name)
        entry = found.entries(found.volumes[0])[-1]
        assert looking.read(found, found.volumes[0], entry) == b"a"


def test_folders_are_nested_as_deep_as_the_walk_goes(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(host.MAX_DEPTH + 5):  # far longer than a path may be
        os.mkdir("directory-with-a-long-name", dir_fd=descriptor)
        following = os.open("directory-with-a-long-name", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = following
    os.close(descriptor)
    entries, problems = listed(tmp_path)
    assert len(entries) == host.MAX_DEPTH + 1
    assert [problem.code for problem in problems] == ["walk.too-deep"]
