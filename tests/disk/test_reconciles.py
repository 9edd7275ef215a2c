"""Whole runs over every image: both coverage equations add up, and no place of the host comes out."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberforensics import case, query
from cyberforensics.triage import Options, Summary, triage
from tests.disk import looking

OPTIONS = Options(rule_packs=(), workers=1, verify="no")


def assert_adds_up(path: Path, folder: Path) -> Summary:
    summary = triage({looking.EXHIBIT: path}, folder / "case", OPTIONS)
    (exhibit,) = summary.document.exhibits
    assert exhibit.coverage.reconciles
    assert exhibit.media_coverage.reconciles, [
        (part.where, part.what, part.size) for part in exhibit.media_coverage.parts
    ]
    assert_no_place_of_the_host(folder / "case", path)
    return summary


def assert_no_place_of_the_host(folder: Path, source: Path) -> None:
    """Neither in the reports nor in anything that `show` gives."""
    text = "".join(path.read_text(errors="replace") for path in (folder / "reports").iterdir())
    with case.open_existing(folder) as store:
        for what in ("entries", "events", "problems", "volumes", "coverage"):
            text += "".join(json.dumps(found) for found in query.objects(store, what, query.Filters()))
    for place in (str(source.parent), str(folder), "/usr/lib", "/etc/passwd", "/proc/"):
        assert place not in text


@pytest.mark.parametrize("name", looking.FIXTURES)
def test_every_fixture(fixture_image: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    assert_adds_up(fixture_image(name), tmp_path)


@pytest.mark.parametrize("name", looking.PUBLIC)
def test_every_public_image(images: Path, unpacked: Callable[[Path], Path], tmp_path: Path, name: str) -> None:
    assert_adds_up(unpacked(images / name), tmp_path)


@pytest.mark.parametrize("name", ["velocidex_go-ewf/rand.dd.E01", "log2timeline_dfvfs/bogus.001"])
def test_without_file_system_nothing_is_listed_and_that_is_a_problem(images: Path, tmp_path: Path, name: str) -> None:
    command = [
        sys.executable,
        "-m",
        "cyberforensics",
        "triage",
        str(images / name),
        "--case",
        str(tmp_path / "case"),
        "--no-rules",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 10
    assert "no file system" in run.stdout
    assert str(images) not in run.stdout + run.stderr
    with case.open_existing(tmp_path / "case") as store:
        problems = list(query.objects(store, "problems", query.Filters()))
        assert [problem["code"] for problem in problems] == ["volume.no-file-system"]
        assert list(query.objects(store, "entries", query.Filters())) == []


@pytest.mark.parametrize("command", ["info", "ls", "verify-image"])
def test_other_commands_on_it(images: Path, command: str) -> None:
    path = images / "velocidex_go-ewf" / "rand.dd.E01"
    run = subprocess.run(
        [sys.executable, "-m", "cyberforensics", command, str(path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == (0 if command == "verify-image" else 10)
    assert ("volume.no-file-system" in run.stdout + run.stderr) == (command != "verify-image")
    assert "/" not in run.stdout.replace("and/or", "")


def test_a_single_file_and_a_folder(images: Path, tmp_path: Path) -> None:
    for number, name in enumerate(("syslog.gz", "testdir_os")):
        folder = tmp_path / str(number)
        folder.mkdir()
        summary = assert_adds_up(images / "log2timeline_dfvfs" / name, folder)
        assert not summary.has_problems


_INFO = ("-m", "cyberforensics", "info")
_YARDSTICK = ("-c", "sum(number * number for number in range(4_000_000))")
"""0.15 s on a machine where an image opens in 0.8 to 0.9 s."""


def test_an_image_opens_in_about_a_second(
    images: Path, unpacked: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In seconds of a processor, with both Python processes in it, beside some arithmetic of Python's own.

    The same machine may be half as fast a minute later, so the bound is eight yardsticks, which is 1.2 s where one
    takes 0.15 s. What shares a core adds to one of the two comes and goes: one of six tries must be within it. Modules
    are compiled, as pip leaves them: a checkout's may not be.
    """
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path))
    _processor_seconds(*_INFO, str(unpacked(images / looking.PUBLIC[0])))  # which compiles them
    assert list(tmp_path.rglob("app.*.pyc"))
    for name in looking.PUBLIC[::4]:
        path = str(unpacked(images / name))
        assert any(_processor_seconds(*_INFO, path) < 8 * _processor_seconds(*_YARDSTICK) for _ in range(6)), name


def _processor_seconds(*arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
