"""The demo as a new user meets it: what was planted is found, nothing else is, and a browser shows it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.report.browser import CHROMIUM, Browser

FIXTURES = Path(__file__).parents[1] / "fixtures"
EXHIBITS = {"DEMO-1": "demo", "DEMO-2": "demo-stick"}

_OPEN_ALL = """new Promise(async (done) => {
  const settled = () => new Promise((next) => setTimeout(next, 100));
  document.querySelectorAll("#findings details").forEach((group) => { group.open = true; });
  await settled();
  for (let more; (more = document.querySelector("#findings button.more")); await settled()) more.click();
  done(true);
})"""
"""Opens every group of findings, as a reader would by clicking."""

Place = tuple[str, str, str | None]
"""Exhibit, path, stream."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "case"
    named = [f"--exhibit={exhibit}={FIXTURES / f'{image}.E01'}" for exhibit, image in EXHIBITS.items()]
    run = _cyberforensics("triage", "--case", str(folder), *named)
    assert run.returncode == 0, run.stderr
    return folder


def _cyberforensics(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cyberforensics", *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def _shown(case: Path, what: str) -> list[dict[str, object]]:
    run = _cyberforensics("show", what, str(case), "--format", "jsonl")
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def _truth() -> Iterator[tuple[str, dict[str, object]]]:
    for exhibit, image in EXHIBITS.items():
        truth = json.loads((FIXTURES / "truth" / f"{image}.json").read_text())
        for volume in truth["volumes"]:
            yield from ((exhibit, entry) for entry in volume["entries"])


def _planted() -> set[Place]:
    return {
        (exhibit, str(entry["path"]), entry["stream"])  # type: ignore[misc]
        for exhibit, entry in _truth()
        if entry["planted"] != "innocuous" and entry["name_state"] != "gone" and entry.get("content_readable", True)
    }


def test_what_is_found_is_what_was_planted(case: Path) -> None:
    found = {
        (str(finding["evidence"]), str(finding["path"]), finding["stream"])
        for finding in _shown(case, "findings")
        if finding["path"] != "/$MFT"  # on NTFS small files are resident: $MFT holds the same bytes
    }
    assert found == _planted()


def test_every_digest_is_that_of_what_was_put_in(case: Path) -> None:
    shown = {
        (str(entry["evidence"]), str(entry["path"]), entry["stream"]): entry
        for entry in _shown(case, "entries")
        if entry["kind"] != "directory" or entry["stream"]
    }
    compared = 0
    for exhibit, entry in _truth():
        if entry.get("sha256") is None or entry["name_state"] == "gone":
            continue
        listed = shown[exhibit, str(entry["path"]), entry["stream"]]
        if entry.get("content_readable", True):
            assert (listed["md5"], listed["sha1"], listed["sha256"]) == (entry["md5"], entry["sha1"], entry["sha256"])
            compared += 1
        else:
            assert listed["sha256"] != entry["sha256"]
    assert compared > 150


def test_the_stored_digests_match(case: Path) -> None:
    summary = json.loads(_cyberforensics("verify-image", "--json", str(FIXTURES / "demo.E01")).stdout)
    assert {check["verdict"] for check in summary if check["stated"]} == {"MATCH"}
    assert _shown(case, "problems") == []


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH: the report is not tried in a browser")
def test_a_browser_shows_the_findings(case: Path) -> None:
    report = case / "reports" / "report.html"
    with Browser(width=1280, height=20_000) as browser:
        browser.open(report)
        browser.run(_OPEN_ALL)
        text = str(browser.run("document.body.innerText"))
        assert browser.messages == []
        assert browser.requests == [report.as_uri()]
    assert "TRIAGE: a preliminary screening" in text
    for _, path, _ in _planted():
        assert path in text
