"""What is examined while the walk goes on gives what it would have given behind it."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberforensics import case, pipeline
from cyberforensics.case import plan
from cyberforensics.model.entry import EARLY, FIRST, LAST, Entry
from cyberforensics.pipeline.pool import BatchResult, Pool
from cyberforensics.triage import Options, Progress, triage
from tests import helpers

RULES = """
rule Placed { condition: filename == "second.exe" }
rule Held { strings: $a = "held twice" condition: $a }
"""
LINKED = 3


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files in a place that comes first, some of them with a further name at the end of the walk."""
    folder = tmp_path_factory.mktemp("source")
    (folder / "a" / "desktop").mkdir(parents=True)
    (folder / "z").mkdir()
    for number in range(60):
        (folder / "a" / "desktop" / f"{number:03}.txt").write_text(f"{number} is held {'twice' if number < 3 else ''}")
    (folder / "b").mkdir()
    for number in range(1500):  # more than one answer of a worker holds
        (folder / "b" / f"{number:04}").write_text(str(number))
    for number in range(LINKED):
        (folder / "z" / str(number)).mkdir()
        os.link(folder / "a" / "desktop" / f"{number:03}.txt", folder / "z" / str(number) / "second.exe")
    return folder


@pytest.fixture
def options(tmp_path: Path) -> Options:
    (tmp_path / "placed.yar").write_text(RULES)
    return Options(rule_packs=(tmp_path / "placed.yar",), workers=2)


@pytest.mark.parametrize("timing", ["as it comes", "recorded during the walk", "all under way when the walk ends"])
def test_a_name_that_is_listed_late(
    timing: str, source: Path, options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "priority", lambda _: FIRST + 1)
        triage([source], tmp_path / "behind", options)
    expected = helpers.shown(tmp_path / "behind")
    assert expected["findings"].count(b'"Placed"') == LINKED  # the generator's truth
    assert expected["findings"].count(b'"Held"') == 2 * LINKED  # its file asks for names: once for each

    finished = Pool.finished
    waits = {"recorded during the walk": None, "all under way when the walk ends": -1}

    def timed(pool: Pool, timeout: float | None) -> Iterator[tuple[int, BatchResult]]:
        if timeout == 0 and timing in waits:
            timeout = waits[timing]
        if timeout is None:  # all of them
            while pool.running:
                yield from finished(pool, None)
        elif timeout >= 0:
            yield from finished(pool, timeout)

    taken_back: list[int] = []
    take_back = plan._take_back

    def counted(*arguments: object) -> list[int]:
        taken_back.extend(late := take_back(*arguments))  # type: ignore[arg-type]
        return late

    monkeypatch.setattr(Pool, "finished", timed)
    monkeypatch.setattr(plan, "_take_back", counted)
    monkeypatch.setattr(plan, "EARLY_COUNT", 16)
    triage([source], tmp_path / "during", options)
    assert len(taken_back) == LINKED
    helpers.assert_sound(tmp_path / "during")
    assert helpers.shown(tmp_path / "during") == expected


def test_findings_come_before_the_walk_ends(source: Path, options: Options, tmp_path: Path) -> None:
    found: list[dict[str, int]] = []

    def watch(progress: Progress) -> None:
        if progress.stage == "listing":
            found.append(dict(progress.findings))

    walked = pipeline.plan.list_volume
    deadline = time.monotonic() + helpers.SECONDS

    def slowly(*arguments: object) -> object:
        *rest, take = arguments

        def waiting(items: list[Entry]) -> None:
            take(items)  # type: ignore[operator]
            while not found[-1] and time.monotonic() < deadline:
                time.sleep(0.05)
                take([])  # type: ignore[operator]

        return walked(*rest, waiting)  # type: ignore[arg-type, call-arg]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pipeline, "list_volume", slowly)
        triage([source], tmp_path / "case", options, watch)
    assert any(found)


def test_recent_entries_come_early(tmp_path: Path) -> None:
    """Against the newest times of the volume, of which the very newest may be wrong; not against today."""
    source = tmp_path / "source"
    (source / "usr" / "share").mkdir(parents=True)
    day = 86_400
    newest = 1_000_000_000  # 2001-09-09
    moments = {f"{number:03}": newest - 1000 * day for number in range(190)}
    moments |= {"new 1": newest, "new 2": newest - 29 * day, "old": newest - 31 * day, "future": newest + 9000 * day}
    moments |= {"usr/share/new": newest}  # of those that come last, and stay there
    for name, moment in moments.items():
        (source / name).write_text(name)
        os.utime(source / name, (moment, moment))
    helpers.made(tmp_path / "case", source)
    with case.open_existing(tmp_path / "case") as store:
        found = store.database.execute(
            "SELECT path, priority FROM entry WHERE content = number ORDER BY path"
        ).fetchall()
        (first,) = store.database.execute("SELECT contents FROM batch ORDER BY number LIMIT 1").fetchone()
        in_first = {path for path, _ in found if path.startswith(("/new", "/future"))}
        numbers = dict(store.database.execute("SELECT path, number FROM entry"))
    early = {path for path, priority in found if priority == EARLY}
    assert early == {"/new 1", "/new 2", "/future"} == in_first
    assert {path for path, priority in found if priority == LAST} == {"/usr/share/new"}
    assert set(json.loads(first)[:3]) == {numbers[path] for path in early}
