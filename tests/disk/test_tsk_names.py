"""Whose record a name gets, and entries that TSK leaves out of a disc."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cyberforensics.disk import tsk_names
from cyberforensics.disk.iso_listing import IsoListing
from cyberforensics.disk.raw_iso9660 import IsoTree
from cyberforensics.disk.tsk import FileSystem
from cyberforensics.disk.tsk_name import UNALLOCATED_RECORD, record_behind
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import NameState, Status
from cyberforensics.model.problem import Severity
from tests.disk.walked import walked

IN_USE = 1


def behind(
    *, flags: int, sequence: int, name_sequence: int, state: NameState, name: str = "ntfs", loaded: bool = False
) -> tuple[Any, NameState]:
    """The record that is given to a name, and its state."""
    meta = SimpleNamespace(flags=flags, seq=sequence)
    record = SimpleNamespace(info=SimpleNamespace(meta=meta))
    file_system = SimpleNamespace(name=name, fs=SimpleNamespace(open_meta=lambda inode: record))
    file = record if loaded else SimpleNamespace(info=SimpleNamespace(meta=None))
    entry = SimpleNamespace(meta_addr=70, meta_seq=name_sequence)
    _, found, after = record_behind(file_system, file, entry, state)  # type: ignore[arg-type]
    return found is meta, after


@pytest.mark.parametrize(
    ("flags", "sequence", "state", "given"),
    [
        (UNALLOCATED_RECORD, 6, NameState.DELETED, (True, NameState.DELETED)),  # freed since: one more
        (UNALLOCATED_RECORD, 5, NameState.DELETED, (True, NameState.DELETED)),  # freed by who does not count
        (UNALLOCATED_RECORD, 7, NameState.DELETED, (False, NameState.REALLOCATED)),  # used again, and freed again
        (IN_USE, 6, NameState.DELETED, (False, NameState.REALLOCATED)),  # used again
        (IN_USE, 5, NameState.DELETED, (False, NameState.REALLOCATED)),  # another name of a file in use
        (UNALLOCATED_RECORD, 6, NameState.ALLOCATED, (True, NameState.DELETED)),  # a freed block of the index
        (IN_USE, 5, NameState.ALLOCATED, (True, NameState.ALLOCATED)),
        (IN_USE, 6, NameState.ALLOCATED, (False, NameState.REALLOCATED)),
        (UNALLOCATED_RECORD, 6, NameState.ORPHAN, (True, NameState.ORPHAN)),
    ],
)
def test_a_name_gets_its_own_record_only(flags: int, sequence: int, state: NameState, given: Any) -> None:
    assert behind(flags=flags, sequence=sequence, name_sequence=5, state=state) == given


@pytest.mark.parametrize(
    ("flags", "given"),
    [(UNALLOCATED_RECORD, (True, NameState.DELETED)), (IN_USE, (False, NameState.REALLOCATED))],
)
def test_without_sequence_numbers_a_record_in_use_is_anothers(flags: int, given: Any) -> None:
    found = behind(flags=flags, sequence=0, name_sequence=0, state=NameState.DELETED, name="ext4", loaded=True)
    assert found == given


def test_what_tsk_leaves_out_of_a_disc_is_listed_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_one_left_out(file_system: FileSystem) -> IsoListing:
        tree = IsoTree.read(file_system.media.read_at)
        record = next(record for record in tree.records if record.path == b"names/CON")
        return IsoListing(replace(tree, unlisted=(replace(record, path="names/漢".encode(), rock_ridge_path=None),)))

    monkeypatch.setattr(tsk_names, "own_listing", with_one_left_out)
    found = next(walked("iso", tmp_path))
    (entry,) = found.at("/names/漢")
    assert (entry.size, entry.status, entry.status_reason) == (7, Status.SKIPPED, "walk.unlisted")
    assert entry.times
    (problem,) = [problem for problem in found.problems if problem.code == "walk.unlisted"]
    assert (problem.path, problem.severity) == ("/names/漢", Severity.WARNING)


def test_a_volume_whose_names_can_not_be_compared_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file_system: FileSystem) -> None:
        raise MalformedData("fat.boot-sector", "nonsense", offset=0)

    monkeypatch.setattr(tsk_names, "own_listing", refuse)
    found = next(walked("fat12", tmp_path))
    assert "walk.not-compared" in found.problem_codes()
    assert found.at("/files/SMALL.TXT")


def test_numbers_that_do_not_agree_leave_orphans_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one listed record has another number than we counted, no orphan is given a name."""

    def miscounted(file_system: FileSystem) -> IsoListing:
        tree = IsoTree.read(file_system.media.read_at)
        return IsoListing(replace(tree, _numbered=tree._numbered[:3] + tree._numbered[4:]))

    monkeypatch.setattr(tsk_names, "own_listing", miscounted)
    found = next(walked("iso", tmp_path))
    assert len([entry for entry in found.entries if entry.name_state is NameState.ORPHAN]) == 4
