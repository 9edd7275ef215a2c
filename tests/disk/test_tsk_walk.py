"""Every entry of every fixture against what its builder put in (`fixtures/truth`), and what TSK alone would show.

The truth does not come from reading an image: names, states, sizes, digests and raw times are compared whole.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberforensics.disk import locator
from cyberforensics.model.entry import Entry, EntryTime, EntryTimes, Kind, NameState, Recovery, Status
from cyberforensics.model.names import display_name
from cyberforensics.model.problem import PROBLEM_CODES, Severity
from tests.disk.walked import Walked, truth, walked

SINGLE = ("ntfs", "ext4", "fat12", "fat16", "fat32", "exfat", "iso", "iso-rockridge")
IMAGES = (*SINGLE, "demo", "demo-stick", "gpt", "mbr", "cut-short", "split", "segments")

ELSEWHERE = {
    # An orphan has lost its folder, a short name its first letter; of one long name only a part is left.
    "/deleted/EMPTY.TXT": "/deleted/_MPTY.TXT",
    "/deleted/SHORT.TXT": "/deleted/_HORT.TXT",
    "/deleted/a long name whose slots are taken in part by another.txt": "/deleted/a long name whose slots ar",
    "/deleted/lost folder/orphan.txt": "/$OrphanFiles/_RPHAN.TXT",
    "/deleted/name taken.txt": "/$OrphanFiles/OrphanFile-104",
    "/deleted/parent lost/orphan.txt": "/$OrphanFiles/orphan.txt",
    "/deleted/parent lost/orphan small.txt": "/$OrphanFiles/orphan small.txt",
    # The code page of a short name is not recorded: its bytes are shown.
    "/names/CAFé.TXT": "/names/CAF\\x82.TXT",
    "/names/åLEAD.TXT": "/names/\\xe5LEAD.TXT",
}
NOT_LISTED = {"/reused/z gone 2.txt"}
"""In index slack, with times after 2020: TSK drops it (docs/decisions/tsk-walk.md)."""

OBSERVED = {
    # The truth is what was put in; these can't be seen any more.
    "/high gone.bin": {"recovery": Recovery.RUNS_ALL_REALLOCATED},  # the entry now names clusters of another file
    "/deleted/as the kernel.bin": {"size": 0},  # the kernel clears the size
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("images")


@pytest.fixture(scope="session")
def single(folder: Path) -> dict[str, Walked]:
    return {image: next(walked(image, folder)) for image in SINGLE}


@pytest.mark.parametrize("image", IMAGES)
def test_every_entry_that_was_put_in(image: str, folder: Path) -> None:
    expected = {volume["offset"]: volume for volume in truth(image)["volumes"] if volume["file_system"]}
    seen = 0
    for found in walked(image, folder):
        differences = []
        for entry in expected[found.volume.offset]["entries"]:
            differences += [f"{entry['path']!r}: {difference}" for difference in compare(found, entry)]
        assert differences == []
        assert {code for code in found.problem_codes() if code not in PROBLEM_CODES} == set()
        assert len({entry.id for entry in found.entries}) == len(found.entries)
        assert [entry.number for entry in found.entries] == list(range(len(found.entries)))
        seen += 1
    assert seen == len(expected)


def compare(found: Walked, entry: Any) -> Iterator[str]:
    path = entry["path"] if entry.get("path_raw") else display_path(entry["path"])
    stream = entry.get("stream")
    candidates = found.at(ELSEWHERE.get(path, path), display_name(stream.encode()) if stream else None)
    state = entry.get("name_state", "allocated")
    if state == "gone" or path in NOT_LISTED:
        if candidates:
            yield "listed, though no name of it is left"
        return
    matching = [candidate for candidate in candidates if candidate.name_state == state]
    if not matching:
        yield f"not listed as {state}"
        return
    yield from differences(found, matching[0], entry | OBSERVED.get(path, {}))


def differences(found: Walked, ours: Entry, entry: Any) -> Iterator[str]:
    for field, default in (("kind", "file"), ("recovery", "not-applicable")):
        if getattr(ours, field) != entry.get(field, default):
            yield f"{field} {getattr(ours, field)}, put in {entry.get(field, default)}"
    if ours.allocated != (ours.name_state is NameState.ALLOCATED):
        yield f"allocated {ours.allocated} with the name {ours.name_state}"
    if ours.recovery is Recovery.RECORD_REUSED:
        if (ours.size, *ours.times, ours.content, ours.locator, ours.first_address) != (None, None, None, None):
            yield "something is said of a record that was used again"
        return
    if entry.get("size") is not None and ours.size != entry["size"]:
        yield f"size {ours.size}, put in {entry['size']}"
    if entry.get("link_target") is not None and ours.link_target != display_target(entry["link_target"]):
        yield f"target {ours.link_target}"
    if ours.content is not None:
        readable = entry.get("content_readable", True)
        if (found.digest(ours) == entry["sha256"]) != readable:
            yield "content differs" if readable else "content that is not in the image"
    elif entry.get("sha256") and entry.get("content_readable", True) and entry["size"]:
        yield f"not read: {ours.status_reason}"
    yield from times(ours, entry.get("times", []), found.volume.filesystem)


def times(ours: Entry, expected: list[Any], filesystem: str | None) -> Iterator[str]:
    raw = {each.meaning: stored(each) for each in ours.times}
    put_in = {meaning(each["meaning"]): put(each["raw"], filesystem) for each in expected}
    if expected and raw != put_in:
        yield f"times {raw}, put in {put_in}"


def meaning(name: str) -> str:
    return name.replace("standard_information.", "").replace("file_name.", "fn-").replace("rock-ridge.", "")


def put(raw: int | str, filesystem: str | None) -> tuple[int, ...]:
    if isinstance(raw, int):
        return (raw,)
    return tuple(int(part, 10 if filesystem == "ext4" else 16) for part in raw.split(":"))


def stored(moment: EntryTime) -> tuple[int, ...]:
    """The parts of the packed value (model/times.py), as the truth writes them."""
    raw, encoding = moment.timestamp.raw, moment.timestamp.encoding
    if encoding == "posix-ns":
        return raw >> 30, raw & 0x3FFF_FFFF
    if encoding == "fat":
        return raw >> 24, raw >> 8 & 0xFFFF
    if encoding == "fat-10ms":
        return raw >> 24, raw >> 8 & 0xFFFF, raw & 0xFF
    if encoding in ("exfat", "exfat-10ms"):
        return raw >> 16, raw >> 8 & 0xFF, raw & 0xFF
    return (raw,)


def display_path(path: str) -> str:
    return "/".join(display_name(part.encode()) for part in path.split("/"))


def display_target(target: str) -> str:
    return display_name(target.encode()).replace("\\x2f", "/")


def test_names_that_tsk_leaves_out_or_changes_are_said(single: dict[str, Walked]) -> None:
    for image in ("fat12", "fat16", "fat32"):
        problems = {(problem.code, problem.severity) for problem in single[image].problems}
        assert {("walk.unlisted", Severity.INFO), ("walk.name-corrected", Severity.INFO)} <= problems
        unlisted = [problem.path for problem in single[image].problems if problem.code == "walk.unlisted"]
        assert len(unlisted) == 2
        assert {path[:8] for path in unlisted if path is not None} == {"/names/🍎", "/names/A"}
        (spaced,) = single[image].at("/names/A B.TXT")
        assert (spaced.reader, spaced.status) == ("raw", None)
        corrected = {problem.path for problem in single[image].problems if problem.code == "walk.name-corrected"}
        assert "/names/lone\\u{d800}surrogate.txt" in corrected
        assert any(path is not None and path.startswith("/names/LLLL") for path in corrected)


def test_the_raw_bytes_of_a_lone_surrogate_are_kept(single: dict[str, Walked]) -> None:
    for image in ("ntfs", "fat16", "exfat"):
        (entry,) = single[image].at("/names/lone\\u{d800}surrogate.txt")
        assert entry.path_raw == b"/names/lone\xed\xa0\x80surrogate.txt"
        assert entry.locator is not None
        assert locator.loads(entry.locator)["location"] == "/names/lone^urrogate.txt"


def test_bytes_that_were_never_written_read_as_zeros(single: dict[str, Walked]) -> None:
    for path in ("/files/never written.bin", "/files/valid in part.bin"):
        (entry,) = single["exfat"].at(path)
        assert (entry.reader, entry.locator) == ("raw", None)
    (plain,) = single["exfat"].at("/files/in pieces.bin")
    assert plain.reader == "tsk"


def test_a_name_in_use_with_a_free_record_is_deleted(single: dict[str, Walked]) -> None:
    found = [entry for entry in single["ntfs"].entries if entry.path.startswith("/emptied/emptied 7")]
    assert [(entry.name_state, entry.allocated, entry.size) for entry in found] == [(NameState.DELETED, False, 83)]


def test_the_directory_of_orphans_is_virtual(single: dict[str, Walked]) -> None:
    for image in SINGLE:
        (entry,) = single[image].at("/$OrphanFiles")
        assert (entry.kind, entry.status, entry.size) == (Kind.VIRTUAL, Status.NO_CONTENT, None)
        assert entry.meta_address.isdigit()


def test_rock_ridge_names_are_said_once(single: dict[str, Walked]) -> None:
    (note,) = single["iso-rockridge"].problems
    assert (note.code, note.severity) == ("walk.rock-ridge-names", Severity.INFO)
    (entry,) = single["iso-rockridge"].at("/names/caf\\xe9 in latin-1.txt")
    assert entry.path_raw == b"/names/caf\xe9 in latin-1.txt"
    assert entry.locator is not None
    assert locator.loads(entry.locator)["location"] == "/NAMES/CAF__IN_LATIN_1.TXT"


def test_what_only_the_primary_tree_of_a_disc_has_is_no_orphan(single: dict[str, Walked]) -> None:
    found = single["iso"]
    assert [entry for entry in found.entries if entry.name_state is NameState.ORPHAN] == []
    said = {problem.path for problem in found.problems if problem.code == "walk.not-an-orphan"}
    assert said == {"/files/empty.txt", "/links/absolute", "/links/relative", "/links/upwards"}
    (link,) = found.at("/links/absolute")
    (parent,) = found.at("/links")
    assert (link.kind, link.link_target, link.parent) == (Kind.LINK, "/etc/hostname", parent.id)
    assert len(found.at("/files/empty.txt")) == 1


def test_fat32_first_clusters_that_may_be_wrong_are_said(single: dict[str, Walked]) -> None:
    assert "walk.first-cluster-uncertain" in single["fat32"].problem_codes()
    assert "walk.first-cluster-uncertain" not in single["fat16"].problem_codes()


def test_the_quick_leaf_is_the_canonical_one(single: dict[str, Walked]) -> None:
    for found in single.values():
        leaves = [entry.locator for entry in found.entries if entry.locator is not None]
        assert leaves == [locator.dumps(locator.loads(leaf)) for leaf in leaves]


def test_no_zone_of_the_process_moves_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {image: times_of(image, folder) for image in ("fat16", "exfat", "iso", "ext4")}
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        assert {image: times_of(image, folder) for image in expected} == expected
    finally:
        monkeypatch.undo()
        time.tzset()


def times_of(image: str, folder: Path) -> list[EntryTimes]:
    return [entry.times for entry in next(walked(image, folder)).entries]
