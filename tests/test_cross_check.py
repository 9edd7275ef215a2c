"""Two readers of one volume: they agree, a documented defect is folded, and a made difference names both values."""

import contextlib
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyberforensics import case, disk, pipeline
from cyberforensics.cross_checking import CrossChecking
from cyberforensics.model.cross_check import CrossCheck, SecondContent, SecondEntry
from cyberforensics.model.run import Limits
from cyberforensics.model.times import Timestamp
from cyberforensics.pipeline.jobs import Worker
from cyberforensics.pipeline.known_differences import fat_count_of_libfsfat
from cyberforensics.pipeline.supervise import Supervisor
from cyberforensics.triage import Options, triage
from tests import helpers

FIXTURES = helpers.FIXTURES


def checked(folder: Path, source: Path, *, workers: int = 2) -> tuple[list[CrossCheck], bool]:
    """What came of each volume, and whether the run has problems."""
    options = Options(rule_packs=(), workers=workers, cross_check=True, verify="no")
    summary = triage([source], folder, options)
    with case.open_existing(folder) as store:
        return list(case.cross_checks(store)), summary.has_problems


def field(found: CrossCheck, name: str) -> tuple[int, int, int, int]:
    return next(
        (part.compared, part.agreed, part.known, part.different) for part in found.compared if part.field == name
    )


def folded(found: CrossCheck) -> dict[str, int]:
    return {part.name: part.count for part in found.known}


@pytest.mark.parametrize(
    ("name", "defects"),
    [
        ("ntfs.E01", {"libyal-byte-order-mark"}),
        ("ext4.E01", {"libyal-byte-order-mark", "libfsext-not-utf-8"}),
        ("fat12.E01", {"libfsfat-month", "libyal-byte-order-mark", "libfsfat-code-page", "libfsfat-e5"}),
        ("fat32.E01", {"libfsfat-month", "libyal-byte-order-mark", "libfsfat-code-page", "libfsfat-e5"}),
        (
            "exfat.E01",
            {"libfsfat-month", "libyal-byte-order-mark", "libfsfat-valid-data-length", "libfsfat-never-written"},
        ),
    ],
)
def test_only_documented_defects_tell_the_readers_apart(tmp_path: Path, name: str, defects: set[str]) -> None:
    (found,), _ = checked(tmp_path / "case", FIXTURES / name)
    assert (found.state, found.differences, found.different) == ("compared", (), 0)
    assert set(folded(found)) == defects
    assert problems(tmp_path / "case") == []  # so it adds nothing to the exit code either
    truth = json.loads((FIXTURES / "truth" / f"{name.partition('.')[0]}.json").read_text("utf-8"))
    planted = _readable(truth)
    refused = sum(part.count for part in found.not_compared if part.reason.startswith(("entries whose", "digests:")))
    assert planted
    assert field(found, "digest")[0] >= len(planted) - refused
    for part in found.compared:
        assert part.compared == part.agreed + part.known + part.different
        assert part.compared > 0


def _readable(truth: Any) -> list[Any]:
    """Streams in use with a content, as the image's builder put them in."""
    (volume,) = truth["volumes"]
    return [entry for entry in volume["entries"] if entry["name_state"] == "allocated" and entry.get("sha256")]


@pytest.mark.parametrize(
    ("name", "slot", "second"),
    [
        ("google_grr/ntfs_img.dd", "p1", "libfsntfs"),
        ("google_grr/winexec_img.dd", "whole", "libfsext"),
        ("log2timeline_dfvfs/hfsplus.raw", "whole", "libfshfs"),
        ("velocidex_go-fat/testcases/fat12.dd", "whole", "libfsfat"),
        ("velocidex_go-ewf/test.ntfs.dd.E01", "whole", "libfsntfs"),
        ("log2timeline_dfvfs/history/lvm.qcow2", "lvm1", "libfsext"),
    ],
)
def test_public_images_of_other_people(images: Path, tmp_path: Path, name: str, slot: str, second: str) -> None:
    results, _ = checked(tmp_path / "case", images / name)
    found = next(found for found in results if found.volume.endswith(f"/{slot}"))
    assert (found.state, found.different) == ("compared", 0)
    assert (found.second or "").startswith(f"{second} ")
    assert field(found, "digest")[0] > 0
    assert set(folded(found)) <= {"libfsfat-month", "hfs-nul"}
    assert any("qcow2" in layer for layer in found.shared) == name.endswith("qcow2")


def test_what_one_reader_alone_reads_is_named(tmp_path: Path) -> None:
    (found,), has_problems = checked(tmp_path / "case", FIXTURES / "iso.E01")
    assert (found.state, found.second) == ("not-cross-checked", None)
    assert "iso9660" in found.reason
    assert not has_problems
    with case.open_existing(tmp_path / "case") as store:
        assert "cross-check.not-compared" in {problem.code for *_, problem in case.problems(store)}


def test_the_same_for_any_number_of_workers_and_nothing_without_the_option(tmp_path: Path) -> None:
    one, _ = checked(tmp_path / "one", helpers.STICK, workers=1)
    three, _ = checked(tmp_path / "three", helpers.STICK, workers=3)
    assert one == three
    without = helpers.made(tmp_path / "without", helpers.STICK, options=Options(rule_packs=(), verify="no"))
    shown = helpers.shown(without)
    assert shown == helpers.shown(tmp_path / "one")  # all that was recorded before there was a cross-check
    with case.open_existing(without) as store:
        assert list(case.cross_checks(store)) == []


def test_asking_is_a_part_of_the_run_key(tmp_path: Path) -> None:
    helpers.made(tmp_path / "case", helpers.STICK, options=Options(rule_packs=(), verify="no", stop_after=0.0))
    with case.open_existing(tmp_path / "case") as store:
        row = store.database.execute("SELECT run_key FROM pass").fetchone()
    assert json.loads(row[0])["cross-check"] is False


# A reader that is made to differ: the job runs in this process, where a double can stand behind it.


class _Here(Supervisor):
    """Runs jobs in this process."""

    def __init__(self) -> None:
        super().__init__(Limits())

    def run(self, job: Any, *, size: int = 0) -> Iterator[Any]:
        yield from job.run(Worker())


def again(folder: Path, source: Path) -> CrossCheck:
    """Cross-check a finished case once more, in this process."""
    with case.open_or_create(folder) as store:
        number = store.database.execute("SELECT number FROM pass").fetchone()[0]
        state = case.PassState(number=number, session=1, state="examining")
        opened = disk.identify(source.name, source)
        evidence = disk.open_evidence(opened).evidence
        checking = CrossChecking(store, state, opened, evidence, _Here(), lambda _: None, lambda: False)
        assert checking.every_volume()
        (found,) = case.cross_checks(store)
        return found


def problems(folder: Path) -> list[tuple[str, str, str | None]]:
    with case.open_existing(folder) as store:
        return [
            (problem.code, problem.message, problem.path)
            for *_, problem in case.problems(store)
            if problem.code.startswith("cross-check.")
        ]


def test_a_byte_changed_behind_one_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = helpers.STICK
    folder = helpers.made(tmp_path / "case", source, options=Options(rule_packs=(), verify="no"))
    before = helpers.shown(folder)["entries"]
    honest = disk.SecondReader.blocks
    changed: list[SecondContent] = []

    def one_bit(self: disk.SecondReader, content: SecondContent) -> Iterator[bytes]:
        for block in honest(self, content):
            if not changed:
                changed.append(content)
                yield bytes([block[0] ^ 1]) + block[1:]
            else:
                yield block

    monkeypatch.setattr(disk.SecondReader, "blocks", one_bit)
    found = again(folder, source)
    assert found.different == 1
    (difference,) = found.differences
    assert difference.field == "digest"
    assert difference.first != difference.second
    with case.open_existing(folder) as store:
        (recorded,) = [
            row.digests.sha256
            for row in case.entries(store)
            if row.entry.path == difference.path and row.entry.stream is None and row.digests
        ]
    assert difference.first == f"SHA-256 {recorded}"
    ((code, message, path),) = problems(folder)
    assert (code, path) == ("cross-check.difference", difference.path)
    assert difference.first in message
    assert difference.second in message
    assert helpers.shown(folder)["entries"] == before


def test_other_names_sizes_and_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = FIXTURES / "ntfs.E01"
    folder = helpers.made(tmp_path / "case", source, options=Options(rule_packs=(), verify="no"))
    honest = disk.SecondReader.walk

    def other(self: disk.SecondReader, most: int) -> Iterator[Any]:
        for item in honest(self, most):
            if not isinstance(item, SecondEntry):
                yield item
            elif item.path == "/files/note.txt":
                yield replace(item, path="/files/nota.txt")
            elif item.path == "/files/one cluster.bin" and item.size is not None:
                yield replace(item, size=item.size + 1)
            elif item.path == "/files/picture.txt" and item.times:
                first, *rest = item.times
                yield replace(item, times=(replace(first, raw=first.raw + 1), *rest))
            else:
                yield item

    monkeypatch.setattr(disk.SecondReader, "walk", other)
    found = again(folder, source)
    met = {(part.field, part.path): (part.first, part.second) for part in found.differences}
    assert met["name", "/files/note.txt"] == ("note.txt", "nota.txt")
    sizes = met["size", "/files/one cluster.bin"]
    assert int(sizes[1].split()[0]) == int(sizes[0].split()[0]) + 1
    times = met["time", "/files/picture.txt"]
    assert times[0] != times[1]
    assert found.different == len(met) == 3


def test_a_second_reader_that_dies_ends_with_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = helpers.STICK
    folder = helpers.made(tmp_path / "case", source, options=Options(rule_packs=(), verify="no"))

    def dies(self: Any, job: Any, *, size: int = 0) -> Iterator[Any]:
        raise pipeline.WorkerStopped("worker.died")

    monkeypatch.setattr(_Here, "run", dies)
    assert again(folder, source).state == "not-cross-checked"
    assert [code for code, *_ in problems(folder)] == ["cross-check.not-compared"]


# The documented defects


@pytest.mark.parametrize(
    ("stored", "as_libfsfat_has_it"),
    [
        # date words by hand: (year - 1980) << 9 | month << 5 | day; the second column is what libfsfat printed
        ((44 << 9 | 3 << 5 | 1, 10 << 11 | 11 << 5 | 6), "2024-04-02T10:11:12"),
        ((45 << 9 | 2 << 5 | 3, 5 << 11 | 5 << 5 | 3), "2025-03-03T05:05:06"),
        ((0 << 9 | 1 << 5 | 1, 0), "1980-02-02T00:00:00"),
        ((127 << 9 | 12 << 5 | 31, 23 << 11 | 59 << 5 | 29), "2108-01-31T23:59:58"),
    ],
)
def test_the_month_error_is_known_exactly(stored: tuple[int, int], as_libfsfat_has_it: str) -> None:
    date, clock = stored
    count = fat_count_of_libfsfat(Timestamp(date << 24 | clock << 8, "fat"))
    assert count is not None
    moment = datetime(1980, 1, 1, tzinfo=UTC) + timedelta(milliseconds=10 * count)
    assert moment.strftime("%Y-%m-%dT%H:%M:%S") == as_libfsfat_has_it


def test_a_time_that_is_wrong_in_another_way_is_not_folded() -> None:
    stamp = Timestamp((44 << 9 | 3 << 5 | 1) << 24, "fat")
    count = fat_count_of_libfsfat(stamp)
    assert count is not None
    for raw, name in ((count, "libfsfat-month"), (count + 1, None), (count - 100 * 86_400, None)):
        known = pipeline.explain("fat16", pipeline.Met("time", "", "", "tsk", timestamp=stamp, raw=raw))
        assert (known.name if known else None) == name


def test_every_documented_defect_is_in_the_documentation() -> None:
    text = (helpers.ROOT / "docs" / "cross-check.md").read_text("utf-8")
    listed = {line.split("`")[1] for line in text.partition("## Documented defects")[2].splitlines() if "| `" in line}
    assert listed == {known.name for known in pipeline.KNOWN_DIFFERENCES}


# Hostile bytes


@pytest.fixture(scope="module")
def small_images(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return [gzip.decompress((FIXTURES / f"{name}.raw.gz").read_bytes()) for name in ("fat12", "ext4", "ntfs")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_crash_the_second_reader(small_images: list[bytes], tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from(small_images)))
    for _ in range(data.draw(st.integers(1, 30))):
        place = data.draw(st.integers(512, min(len(whole), 1 << 20) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "hostile.raw"
    path.write_bytes(whole)
    source = disk.identify("X", path)
    try:
        opened = disk.open_evidence(source)
    except Exception:  # noqa: BLE001 - what opening does with such bytes is another test's
        return
    for volume in disk.find_volumes(opened):
        if getattr(volume, "status", None) != "opened" or disk.back_end(volume) is None:  # type: ignore[arg-type]
            continue
        try:
            reader = disk.SecondReader(source, volume)  # type: ignore[arg-type]
        except OSError:
            continue
        for item in list(reader.walk(5_000))[:300]:
            if isinstance(item, SecondEntry) and item.size is not None and item.size < 1 << 20:
                content = SecondContent(item.number, item.place, item.record, item.steps, item.size)
                with contextlib.suppress(OSError):
                    assert sum(map(len, reader.blocks(content))) <= item.size


def test_a_volume_that_claims_too_much_is_bounded(fixture_image: Callable[[str], Path]) -> None:
    source = disk.identify("X", fixture_image("ntfs.raw"))
    volume = next(
        volume for volume in disk.find_volumes(disk.open_evidence(source)) if getattr(volume, "slot", "") == "whole"
    )
    items = list(disk.SecondReader(source, volume).walk(10))  # type: ignore[arg-type]
    assert [isinstance(item, SecondEntry) for item in items] == [True] * 10 + [False]


def test_a_walk_of_the_second_reader_that_is_cut_is_incomplete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = helpers.STICK
    folder = helpers.made(tmp_path / "case", source, options=Options(rule_packs=(), verify="no"))
    honest = disk.SecondReader.walk
    monkeypatch.setattr(disk.SecondReader, "walk", lambda self, most: honest(self, min(most, 12)))
    found = again(folder, source)
    assert (found.state, found.entries_second, found.different) == ("incomplete", 12, 0)
    assert sum(part.count for part in found.not_compared if part.reason.startswith("entries whose")) > 0
    assert [code for code, *_ in problems(folder)] == ["cross-check.incomplete"]


def test_a_name_that_only_one_reader_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = helpers.STICK
    folder = helpers.made(tmp_path / "case", source, options=Options(rule_packs=(), verify="no"))
    honest = disk.SecondReader.walk
    left_out: list[str] = []

    def one_less(self: disk.SecondReader, most: int) -> Iterator[Any]:
        for number, item in enumerate(honest(self, most)):
            if number == 20 and isinstance(item, SecondEntry):
                left_out.append(item.path)
                yield replace(item, path=f"{item.path} invented", record=item.record + 7)
            else:
                yield item

    monkeypatch.setattr(disk.SecondReader, "walk", one_less)
    found = again(folder, source)
    (path,) = left_out
    name = path.rpartition("/")[2]
    assert [(part.field, part.path, part.first, part.second) for part in found.differences] == [
        ("name", path, name, "not listed"),
        ("name", f"{path} invented", "not listed", f"{name} invented"),
    ]
