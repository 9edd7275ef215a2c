"""A run with a time box ends cleanly, says what it did not reach, and goes on to the same results."""

from pathlib import Path

import pytest

from cyberforensics.model.run import Options
from cyberforensics.triage import triage
from tests import helpers

SOURCES = {"A": helpers.STICK, "B": helpers.DEMO}


def _options(tmp_path: Path, stop_after: float | None = None) -> Options:
    return Options(rule_packs=(helpers.rule_file(tmp_path),), workers=2, stop_after=stop_after)


def test_it_goes_on_to_the_same_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = iter((False, True))  # the time is over behind the opening of the first exhibit
    monkeypatch.setattr("cyberforensics.exhibit.Run.time_is_over", lambda _: next(asked))
    monkeypatch.setattr("cyberforensics.examining._GRACE", 0.0)
    stopped = triage(SOURCES, tmp_path / "boxed", _options(tmp_path, 0.001))
    assert stopped.stopped == ("A", "B")
    assert stopped.has_problems
    problems = {(group.exhibit, group.code) for group in stopped.document.problems}
    assert ("B", "evidence.not-begun") in problems
    first = stopped.document.exhibits[0]
    assert first.coverage.reconciles
    assert first.coverage.skipped["not-reached"].count > 0
    assert first.passes[0].finished is None

    monkeypatch.undo()
    ended = triage(SOURCES, tmp_path / "boxed", _options(tmp_path))
    assert ended.stopped == ()
    assert "evidence.not-begun" not in {group.code for group in ended.document.problems}
    triage(SOURCES, tmp_path / "at once", _options(tmp_path))
    assert helpers.shown(tmp_path / "boxed") == helpers.shown(tmp_path / "at once")
    helpers.assert_sound(tmp_path / "boxed")


def test_the_digests_of_the_media_are_in_the_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all contents are examined and the media's digests are not done in time, the pass is not finished."""
    monkeypatch.setattr("cyberforensics.pipeline.are_done", lambda *_: False)
    summary = triage({"A": helpers.STICK}, tmp_path / "case", _options(tmp_path, 600.0))
    assert summary.stopped == ("A",)
    assert summary.document.exhibits[0].coverage.skipped.get("not-reached") is None
    assert summary.document.exhibits[0].digest_checks == ()


def test_it_says_so_and_how_to_go_on(tmp_path: Path) -> None:
    arguments = ("triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules")
    result = helpers.inside(*arguments, "--stop-after", "0s")
    assert result.returncode == 10
    assert "The time was over before the end of: demo-stick.E01." in result.stdout
    assert helpers.inside(*arguments).returncode == 0
