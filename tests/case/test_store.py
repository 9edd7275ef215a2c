"""The case folder: what is in it, what is not, and what stays the same."""

import getpass
import hashlib
import json
import re
import shutil
import socket
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cyberforensics import case, triage
from cyberforensics.case import log
from cyberforensics.errors import CannotWrite, CaseDamaged
from tests import helpers


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    options = triage.Options(rule_packs=(helpers.rule_file(folder),), workers=2)
    return helpers.made(folder / "case", helpers.DEMO, helpers.STICK, options=options)


def test_results_hold_no_fact_of_the_run(whole: Path) -> None:
    """No path, host, user or clock: not in the tables that are shown."""
    started = json.loads((whole / log.LOG).read_text().splitlines()[0])["time"]
    text = b"\n".join(helpers.shown(whole).values()).decode()
    for fact in (str(whole.parent), str(helpers.ROOT), str(helpers.FIXTURES), started[:13]):
        assert fact not in text
    for name in (socket.gethostname(), getpass.getuser()):
        assert not re.search(rf"\b{re.escape(name)}\b(?!/)", re.sub(r'"path":"[^"]*"', "", text)) or name in (
            "root",
            "localhost",
        )
    today = datetime.now(UTC).strftime("%Y-%m-%dT%H")
    assert today not in text


def test_two_cases_of_the_same_evidence_are_equal(whole: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for source in (helpers.DEMO, helpers.STICK):
        shutil.copyfile(source, moved / source.name)
    options = triage.Options(rule_packs=(helpers.rule_file(tmp_path),), workers=1)
    other = helpers.made(tmp_path / "case", moved / helpers.STICK.name, moved / helpers.DEMO.name, options=options)
    assert helpers.shown(other) == helpers.shown(whole)
    assert helpers.digests(other, ["reports/timeline.csv"]) == helpers.digests(whole, ["reports/timeline.csv"])


def test_reports_again_are_the_same_bytes(whole: Path) -> None:
    before = helpers.digests(whole)
    for path in (whole / "reports").iterdir():
        path.unlink()
    result = helpers.run("report", whole)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(whole / "reports" / "report.html")
    assert helpers.digests(whole) == before


def test_one_file_and_no_leftovers(whole: Path) -> None:
    names = {path.name for path in whole.iterdir()}
    assert names == {".lock", "case.sqlite", "examination-log.jsonl", "reports", "run.log"}
    helpers.assert_sound(whole)
    assert (whole / "run.log").read_bytes() == b""


def test_a_case_can_be_shown_and_reported_while_a_run_writes_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    arguments = ("triage", helpers.DEMO, "--case", folder, "--no-rules")
    process = helpers.start(*arguments, SLOWED_BATCH="4", SLOWED_PAUSE="0.08")
    seen: set[int] = set()
    deadline = time.monotonic() + 30
    while process.poll() is None:
        assert time.monotonic() < deadline
        if not (folder / "examination-log.jsonl").exists():
            continue
        with case.open_existing(folder) as store:
            for exhibit in case.zones(store):
                coverage = case.exhibit_document(store, exhibit).coverage
                assert coverage.reconciles
                seen.add(coverage.whole.count)
                time.sleep(0.2)  # what is read does not change meanwhile
                assert case.exhibit_document(store, exhibit).coverage == coverage
            if len(seen) in (3, 4):
                triage.write_reports(store)
    _, talk = process.communicate()
    assert process.returncode == 0, talk
    assert len(seen) > 3
    assert helpers.shown(folder) == helpers.shown(helpers.made(tmp_path / "other", helpers.DEMO))
    with case.open_existing(folder) as store:
        chain = b""
        for line in (folder / log.LOG).read_bytes().splitlines():
            assert json.loads(line)["chain"] == hashlib.sha256(chain).hexdigest()
            chain = line
        assert store.database.in_transaction  # one snapshot for all that is read


def test_the_log_is_chained_and_takes_no_half_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        log.append(tmp_path, "test", {"number": number, "long": "x" * 10_000})
    whole = (tmp_path / log.LOG).read_bytes()
    with (tmp_path / log.LOG).open("ab") as file:
        file.write(b'{"torn')
    log.append(tmp_path, "test", {})
    lines = (tmp_path / log.LOG).read_bytes().split(b"\n")
    assert lines[3] == b'{"torn'
    assert json.loads(lines[4])["chain"] == hashlib.sha256(lines[3]).hexdigest()
    (tmp_path / log.LOG).write_bytes(whole)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CannotWrite):
        log.append(tmp_path, "test", {})
    assert (tmp_path / log.LOG).read_bytes() == whole


@pytest.mark.parametrize("left", [[".lock"], [".lock", "reports/"], [".lock", "reports/", "case.sqlite"]])
def test_a_run_stopped_while_it_made_the_case(left: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    for name in left:
        if name.endswith("/"):
            (folder / name).mkdir()
        else:
            (folder / name).touch()
    helpers.made(folder)


def test_a_source_whose_path_is_no_text(tmp_path: Path) -> None:
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    source = folder / "stick.E01"
    shutil.copyfile(helpers.STICK, source)
    result = helpers.run("triage", source, "--case", folder / "case", "--no-rules")
    assert result.returncode == 0, result.stderr
    assert "\\xe9" in result.stdout or "\\udce9" in result.stdout
    with case.open_existing(folder / "case") as store:
        assert case.source_of(store, "stick.E01") == source
    exported = helpers.run("export", folder / "case", "-o", folder / "out", "--path", "*")
    assert exported.returncode == 0, exported.stderr


def test_remaining_batches_load_one_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    process = helpers.start(
        "triage", helpers.STICK, "--case", folder, "--no-rules", SLOWED_STAGE="examining", SLOWED_BATCH="3"
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "examining" in line:
            break
    process.kill()
    process.communicate()
    with case.open_existing(folder) as store:
        statements: list[str] = []
        store.database.set_trace_callback(statements.append)
        batches = case.remaining_batches(store, 1)
        first = next(batches)
        assert len(first.contents) == 3
        assert sum("FROM batch WHERE number" in text for text in statements) == 1


@pytest.mark.parametrize("place", ["-2", "2", "-3", "3"])
def test_an_exhibit_that_could_not_be_opened_never_stands_without_its_reason(place: str, tmp_path: Path) -> None:
    """Killed before and behind the transactions in which it is recorded; the first one makes the tables."""
    folder = tmp_path / "case"
    arguments = ("triage", tmp_path / "not-there.E01", helpers.STICK, "--case", folder, "--no-rules")
    process = helpers.start(*arguments, SLOWED_KILL=place)
    process.communicate(timeout=helpers.SECONDS)
    helpers.await_no_workers(process.pid)
    database = sqlite3.connect(folder / "case.sqlite")
    try:
        exhibits = database.execute("SELECT exhibit FROM exhibit WHERE exhibit = 'not-there.E01'").fetchall()
        problems = database.execute("SELECT exhibit FROM problem WHERE exhibit = 'not-there.E01'").fetchall()
    finally:
        database.close()
    assert process.returncode < 0
    assert exhibits == problems
    assert len(exhibits) == (place != "-2")


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (
            "DROP TABLE problem; CREATE VIEW problem AS "
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS number, x AS code FROM n",
            "problem",
        ),
        ("DROP TABLE about; CREATE VIEW about AS SELECT 'format' AS key, '1' AS value", "about"),
        ("CREATE TRIGGER more AFTER INSERT ON tag BEGIN DELETE FROM finding; END", "more"),
        ("CREATE TABLE beside (text TEXT)", "beside"),
        ("DROP TABLE finding", "finding"),
        ("ALTER TABLE tag ADD COLUMN other TEXT", "tag"),
    ],
)
def test_a_store_with_other_tables_is_refused_before_anything_of_it_is_asked(
    whole: Path, tmp_path: Path, statements: str, named: str
) -> None:
    """Who hands in a case must not decide what its tables compute: that view gives rows without end."""
    copy = shutil.copytree(whole, tmp_path / "copy")
    with closing(sqlite3.connect(copy / case.STORE)) as database:
        database.executescript(statements)
    with pytest.raises(CaseDamaged, match=f"these are not the tables of one: {named}"):
        case.open_existing(copy)
    with pytest.raises(CaseDamaged, match=named):
        case.open_or_create(copy)
