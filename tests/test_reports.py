"""The timeline of a large case is written beside the rest: the same bytes, whatever becomes of the process."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from cyberforensics import case, pipeline, reports
from cyberforensics.errors import CannotWrite
from cyberforensics.model.shown import ShownZone, shown_zone
from tests import helpers


@dataclass(frozen=True, slots=True)
class Dying:
    """A job whose process ends in the middle of the work."""

    folder: Path
    zone: ShownZone | None = None

    def run(self, _: pipeline.Worker) -> NoReturn:
        os._exit(1)


@pytest.fixture
def written(tmp_path: Path) -> dict[str, str]:
    """Digests of both reports of a small case, written one after the other."""
    return helpers.digests(helpers.made(tmp_path / "case", helpers.STICK))


@pytest.mark.parametrize("job", ["as it is", "dying"])
def test_the_same_bytes(job: str, written: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", helpers.environment()["PYTHONPATH"])
    monkeypatch.setattr(reports, "LARGE", 1)
    by_us: list[bool] = []
    write_timeline = reports.write_timeline

    def counted(times: case.SortedTimes, zone: ShownZone | None = None) -> None:
        by_us.append(True)
        write_timeline(times, zone)

    monkeypatch.setattr(reports, "write_timeline", counted)
    if job == "dying":
        monkeypatch.setattr(reports, "TimelineJob", Dying)
    (tmp_path / "case" / "reports" / "timeline.csv").unlink()
    with case.open_or_create(tmp_path / "case") as store:
        reports.write_reports(store, beside=True)
    assert helpers.digests(tmp_path / "case") == written
    assert by_us == ([True] if job == "dying" else [])
    assert not list((tmp_path / "case" / "reports").glob(".*"))


def test_a_folder_that_refuses(written: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "LARGE", 1)
    folder = tmp_path / "case" / "reports"
    (folder / ".timeline.csv.part").mkdir()  # in the way
    with case.open_or_create(tmp_path / "case") as store, pytest.raises(CannotWrite, match=r"timeline\.csv"):
        reports.write_reports(store, beside=True)
    assert helpers.digests(tmp_path / "case") == written


def test_a_zone_stands_beside_utc_and_goes_again(written: dict[str, str], tmp_path: Path) -> None:
    zone = shown_zone("Asia/Colombo")
    folder = tmp_path / "case"
    alone = (folder / "reports/timeline.csv").read_text("utf-8").splitlines()
    both = []
    for beside in (True, False):
        with case.open_or_create(folder) as store:
            reports.write_reports(store, beside=beside, zone=zone)
        both.append(helpers.digests(folder))
    assert both[0] == both[1] != written
    page = (folder / "reports/report.html").read_text("ascii")
    assert f'"shownZone":{{"name":"Asia/Colombo","tzdata":"{zone.tzdata}"}}' in page
    lines = (folder / "reports/timeline.csv").read_text("utf-8").splitlines()
    assert lines[0] == alone[0] + ",time_shown,zone_shown"
    for line, before in zip(lines[1:], alone[1:], strict=True):
        assert line.startswith(before + ",")  # beside, never instead
    with case.open_or_create(folder) as store:
        reports.write_reports(store)
    assert helpers.digests(folder) == written


def test_a_large_timeline_has_the_zone_as_well(
    written: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", helpers.environment()["PYTHONPATH"])
    zone = shown_zone("Europe/Paris")
    with case.open_or_create(tmp_path / "case") as store:
        reports.write_reports(store, zone=zone)
    small = helpers.digests(tmp_path / "case")
    assert small != written
    monkeypatch.setattr(reports, "LARGE", 1)
    with case.open_or_create(tmp_path / "case") as store:
        reports.write_reports(store, beside=True, zone=zone)
    assert helpers.digests(tmp_path / "case") == small
