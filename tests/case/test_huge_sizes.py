"""Sizes that evidence may claim, and whose sums no integer of SQLite's holds."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cyberforensics import case, pipeline, triage
from cyberforensics.model.entry import Entry
from cyberforensics.model.evidence import Container, Evidence
from cyberforensics.model.scope import Scope
from cyberforensics.model.volume import Volume, VolumeStatus
from cyberforensics.pipeline import WorkerStopped
from cyberforensics.pipeline.plan import _checked
from tests import helpers
from tests.report import documents

LARGEST = 2**63 - 1
MEDIA = 1 << 40
SIZES = (5, LARGEST, 7, LARGEST, LARGEST - 1, 11)


def _volume(reader: str) -> Volume:
    return Volume("E1", "p1", 0, MEDIA, "Basic data", VolumeStatus.OPENED, "ntfs", reader)


def _entry(number: int, size: int, folder: str) -> Entry:
    made = documents.entry(f"{folder}/{number}.bin", size=size, address=f"{number}-128-1")
    return replace(made, number=number, content=number, locator=None, allocated_size=size)


def _case(folder: Path, reader: str, *, names: str) -> case.Store:
    """A case that was listed and not yet examined."""
    store = case.open_or_create(folder)
    evidence = Evidence("E1", Container.RAW, (), MEDIA, 512, identity="made up")
    setup = case.PassSetup("triage", {}, None, (), "", (), "", "", Scope(), None, (), Path("made-up"))
    state = case.begin_pass(store, evidence, setup)
    volume = _volume(reader)
    plan = case.Plan(store, state.number, case.add_volume(store, volume), pipeline.priority)
    plan.add(volume, [_entry(number, size, names) for number, size in enumerate(SIZES)])
    plan.finish(None)
    case.cut_batches(store, state.number, "E1", {})
    return store


@pytest.mark.parametrize("names", ["/files", "/Users/anna/Downloads"], ids=["usual", "first"])
@pytest.mark.parametrize("reader", ["tsk", "fsapfs"])
def test_both_equations_and_the_progress_are_exact(reader: str, names: str, tmp_path: Path) -> None:
    with _case(tmp_path / "case", reader, names=names) as store:
        assert case.progress_of(store, 1) == (0, len(SIZES), 0, sum(SIZES))
        for number, size in enumerate(SIZES[:-1], start=1):
            store.database.execute(
                "INSERT INTO examination (content, pass, status, bytes_read, category) "
                "VALUES (?, 1, 'whole', ?, 'text')",
                (number, size),
            )
        document = case.exhibit_document(store, "E1")
        assert (document.coverage.seen.count, document.coverage.seen.size) == (len(SIZES), sum(SIZES))
        assert (document.coverage.whole.count, document.coverage.whole.size) == (len(SIZES) - 1, sum(SIZES[:-1]))
        assert document.coverage.reconciles
        assert document.media_coverage.reconciles
        assert document.media_types == (("text", len(SIZES) - 1, sum(SIZES[:-1])),)
        triage.write_reports(store)
    shown = [json.loads(line) for line in helpers.shown(tmp_path / "case")["coverage"].splitlines()]
    assert shown[0]["entries"]["seen"] == {"count": len(SIZES), "bytes": sum(SIZES)}
    assert shown[0]["entries"]["whole"] == {"count": len(SIZES) - 1, "bytes": sum(SIZES[:-1])}


def test_no_batch_claims_more_than_can_be_stored(tmp_path: Path) -> None:
    with _case(tmp_path / "case", "tsk", names="/files") as store:
        batches = list(case.remaining_batches(store, 1))
    assert [[content.size for content in batch.contents] for batch in batches] == [
        [5],
        [LARGEST],
        [7],
        [LARGEST],
        [LARGEST - 1],
        [11],
    ]


@pytest.mark.parametrize("field", ["size", "allocated_size"])
def test_a_worker_that_claims_a_negative_size_is_not_believed(field: str) -> None:
    volume = _volume("tsk")
    good = [replace(_entry(number, 1, "/files"), volume=volume.id) for number in (0, 1)]
    assert _checked(volume, good, 0) == 2
    bad = replace(good[1], **{field: -1})  # type: ignore[arg-type]
    with pytest.raises(WorkerStopped, match="bad-reply"):
        _checked(volume, [good[0], bad], 0)
