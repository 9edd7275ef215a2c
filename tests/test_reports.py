"""The timeline of a large case is written beside the rest: the same bytes, whatever becomes of the process."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from cyberforensics import case, pipeline, reports
from cyberforensics.errors import CannotWrite
from tests import helpers


@dataclass(frozen=True, slots=True)
class Dying:
    """A job whose process ends in the middle of the work."""

    folder: Path

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

    def counted(times: case.SortedTimes) -> None:
        by_us.append(True)
        write_timeline(times)

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
