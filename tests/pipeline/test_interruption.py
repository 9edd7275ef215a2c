"""Stopped at any moment and started again, a run gives what an undisturbed one gives."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from cyberforensics.triage import Options, triage
from tests import helpers

SEED = 20260314


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return helpers.rule_file(tmp_path_factory.mktemp("rules"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, rules: Path) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed") / "case"
    result = helpers.run("triage", helpers.STICK, "--case", folder, "--rules", rules, *EXPECTED)
    assert result.returncode == 10, result.stderr
    found = helpers.shown(folder)
    assert all(found[what] for what in ("entries", "findings", "problems", "volumes", "coverage"))
    return found


EXPECTED = ("--expect", f"sha256:{'0' * 64}")
"""A digest that is not the media's: one problem that is recorded at the very end."""


def _arguments(folder: Path, rules: Path) -> tuple[str | Path, ...]:
    return ("triage", helpers.STICK, "--case", folder, "--rules", rules, *EXPECTED)


def _killed(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=helpers.SECONDS)
    assert process.returncode == -signal.SIGKILL
    helpers.await_no_workers(process.pid)


def _goes_on(folder: Path, rules: Path, undisturbed: dict[str, bytes]) -> None:
    result = helpers.run(*_arguments(folder, rules))
    assert result.returncode == 10, result.stderr
    helpers.assert_sound(folder)
    assert helpers.shown(folder) == undisturbed
    assert not list((folder / "reports").glob(".*"))
    assert not (folder / "spool").exists()


@pytest.mark.parametrize("number", range(12))
def test_killed_at_a_random_moment(number: int, tmp_path: Path, rules: Path, undisturbed: dict[str, bytes]) -> None:
    folder = tmp_path / "case"
    delay = random.Random(SEED + number).uniform(0.1, 1.8)  # noqa: S311 - no secret
    process = helpers.start(*_arguments(folder, rules), SLOWED_BATCH="1", SLOWED_PAUSE="0.03")
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    helpers.await_no_workers(process.pid)
    if (folder / "case.sqlite").exists():
        helpers.assert_sound(folder)
    _goes_on(folder, rules, undisturbed)


def test_killed_at_every_transaction_in_turn(tmp_path: Path, rules: Path, undisturbed: dict[str, bytes]) -> None:
    """One case, killed again and again: before a commit, behind it, and one transaction further on."""
    folder = tmp_path / "case"
    states: set[str] = set()
    place = 0
    while "examining" not in states:  # while it is planned, it begins again every time: two transactions further on
        place += 2
        states |= _killed_at(place - 1 if place % 4 else -place, folder, rules)
    for place in (-2, 2) * 6:  # and from then on these are the next batch, and at last the end of the pass
        states |= _killed_at(place, folder, rules)
        if "finished" in states:
            break
    assert states == {"planning", "examining", "finished"}
    _goes_on(folder, rules, undisturbed)


def _killed_at(place: int, folder: Path, rules: Path) -> set[str]:
    """Start, to be killed there; in which state the pass is left."""
    _killed(helpers.start(*_arguments(folder, rules), SLOWED_KILL=str(place), SLOWED_BATCH="8"))
    helpers.assert_sound(folder)
    database = sqlite3.connect(folder / "case.sqlite")
    try:
        has_tables = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'pass'").fetchone()[0]
        return {state for (state,) in database.execute("SELECT state FROM pass")} if has_tables else set()
    finally:
        database.close()


def test_a_second_exhibit_killed_while_it_is_planned(tmp_path: Path, rules: Path) -> None:
    whole, folder = tmp_path / "whole", tmp_path / "case"
    sources = (helpers.STICK, helpers.FIXTURES / "gpt.E01")
    options = Options(rule_packs=(rules,), workers=2)
    triage(sources, whole, options)
    triage(sources[:1], folder, options)
    for place in ("-2", "-3", "4", "-5", "5"):
        arguments = ("triage", *sources, "--case", folder, "--rules", rules)
        process = helpers.start(*arguments, SLOWED_KILL=place)
        _killed(process)
    triage(sources, folder, options)
    helpers.assert_sound(folder)
    assert helpers.shown(folder) == helpers.shown(whole)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_any_number_of_workers(workers: int, tmp_path: Path, rules: Path) -> None:
    one = helpers.made(tmp_path / "one", helpers.DEMO, options=Options(rule_packs=(rules,), workers=1))
    arguments = ("triage", helpers.DEMO, "--case", tmp_path / "many", "--rules", rules, "--workers", str(workers))
    process = helpers.start(*arguments, SLOWED_BATCH="7")
    _, talk = process.communicate(timeout=helpers.SECONDS)
    assert process.returncode == 0, talk
    assert helpers.shown(tmp_path / "many") == helpers.shown(one)


STAGES = ("opening", "listing", "examining", "verifying", "reporting")


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "stopped"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_at_every_stage(
    number: signal.Signals, code: int, word: str, tmp_path: Path, rules: Path, undisturbed: dict[str, bytes]
) -> None:
    """Exit code, message, no orphan, the lock is free, and one case goes on through all of them."""
    folder = tmp_path / "case"
    for stage in STAGES:
        process = helpers.start(*_arguments(folder, rules), SLOWED_STAGE=stage)
        _signal_at(process, stage, number, code, word)
        helpers.assert_sound(folder)
        assert not (folder / "spool").exists()
        assert b'"action":"triage stopped"' in (folder / "examination-log.jsonl").read_bytes().splitlines()[-1]
    _goes_on(folder, rules, undisturbed)


def test_a_signal_inside_a_callback_of_sqlite(tmp_path: Path, rules: Path, undisturbed: dict[str, bytes]) -> None:
    """SQLite swallows what a function raises that it calls; that a signal came is remembered all the same."""
    folder = tmp_path / "case"
    process = helpers.start(*_arguments(folder, rules), SLOWED_CALLBACK="1")
    _signal_at(process, "inside a callback", signal.SIGINT, 130, "stopped")
    _goes_on(folder, rules, undisturbed)


def _signal_at(process: subprocess.Popen[str], stage: str, number: signal.Signals, code: int, word: str) -> None:
    words = {"verifying": "computing digests", "reporting": "writing the reports"}
    assert process.stderr is not None
    for line in process.stderr:
        if words.get(stage, stage) in line:
            break
    time.sleep(0.1)
    process.send_signal(number)
    output, talk = process.communicate(timeout=helpers.SECONDS)
    assert process.returncode == code, talk
    assert talk.splitlines()[-1] == f"{word}; start the same command again to go on where it stopped"
    assert "Traceback" not in talk
    assert output == ""
    helpers.await_no_workers(process.pid)


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    code = (
        "import os, signal, time\n"
        "from cyberforensics import cli, triage\n"
        "def stuck(*_):\n"
        "    print('stuck', flush=True)\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    finally:\n"
        "        time.sleep(600)\n"
        "triage.triage = stuck\n"
        "cli.main()\n"
    )
    arguments = [helpers.command()[0], "-c", code, "triage", str(helpers.STICK), "--case", str(tmp_path / "case")]
    process = subprocess.Popen(
        arguments, env=helpers.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "stuck\n"
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=5)
    finally:
        process.kill()
    assert process.returncode == 130


def test_other_commands_say_only_that_they_stopped(tmp_path: Path) -> None:
    process = subprocess.Popen(
        helpers.command("verify-image", helpers.FIXTURES / "ntfs.E01"),
        env=helpers.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 20
    while not helpers.workers_of(process.pid):
        assert time.monotonic() < deadline
    os.kill(process.pid, signal.SIGTERM)
    output, talk = process.communicate(timeout=20)
    assert (process.returncode, output, talk) == (143, "", "terminated\n")
    helpers.await_no_workers(process.pid)
