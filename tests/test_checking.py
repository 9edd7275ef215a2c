"""The reports of real cases against the list: what is read of the case and of the written files."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from cyberforensics import case, checking
from tests import helpers


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of which every report was written, with digests before and after."""
    folder = tmp_path_factory.mktemp("written")
    rules = helpers.rule_file(folder)
    done = helpers.inside(
        *("triage", helpers.STICK, "--case", folder / "case", "--rules", rules, "--verify", "both", "--pdf")
    )
    assert done.returncode == 0, done.stderr
    return folder / "case"


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "case"))


def verdicts(folder: Path) -> dict[str, str]:
    return {found.code: found.verdict for found in checking.check(folder)}


def evidence(folder: Path, code: str) -> str:
    return next(found.evidence for found in checking.check(folder) if found.code == code)


def test_a_case_before_and_after_its_seal(copy: Path, tmp_path: Path) -> None:
    before = {str(path): path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert [code for code, verdict in verdicts(copy).items() if verdict == "NOT MET"] == ["C50", "C52"]
    assert {str(path): path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before
    done = helpers.inside("report", "check", copy)
    assert done.returncode == 10
    assert "C50  NOT MET       manifest of every file: there is no manifest-sha256.txt; seal the case" in done.stdout
    assert helpers.inside("seal", copy, "--new-key", tmp_path / "key").returncode == 0
    done = helpers.inside("report", "check", copy, "--json")
    assert done.returncode == 0, done.stdout
    told = json.loads(done.stdout)
    assert {found["verdict"] for found in told} == {"MET", "NOT SUPPLIED"}
    assert [list(found) for found in told] == [["code", "point", "verdict", "evidence"]] * len(told)
    assert "%" not in done.stdout + done.stderr
    (copy / "run.log").write_text("added")
    assert verdicts(copy)["C50"] == "NOT MET"
    assert "run.log was changed" in evidence(copy, "C50")
    (copy / case.SIGNATURE).unlink()
    assert verdicts(copy)["C52"] == "NOT SUPPLIED"


def test_a_missing_report_is_named(copy: Path) -> None:
    for name, code in (("report.pdf", "C01"), ("report.html", "C33"), ("timeline.csv", "C48")):
        (copy / case.REPORTS / name).unlink()
        assert verdicts(copy)[code] == "NOT MET"
    assert evidence(copy, "C01") == "report.pdf is missing; write it with `cyberforensics report CASE --pdf`"
    assert verdicts(copy)["C40"] == "NOT MET"


def test_what_people_supply_makes_the_reports_old(copy: Path) -> None:
    (copy / case.FACTS).write_text('[laboratory]\nname = "North"\nplace = "Oslo"\n', "utf-8")
    assert "report.pdf is older than the record: report.pdf has the id CF-" in evidence(copy, "C02")
    assert "report.html is older than the record: its part 'facts' differs" in _html_evidence(copy)
    assert helpers.inside("report", copy).returncode == 0  # the PDF that is there, too
    assert verdicts(copy)["C02"] == "MET"
    assert "laboratory.name, laboratory.place of case.toml" in evidence(copy, "C02")


def _html_evidence(folder: Path) -> str:
    """Of a point for which the PDF alone would do no longer."""
    with case.open_existing(folder) as store:
        assert case.case_document(store).facts.laboratory.name == "North"
    record = checking.record_of(folder)
    return f"report.html is older than the record: {record.files['report.html'].why}"


def test_another_finding_in_the_store_is_seen(copy: Path) -> None:
    """The reports are held against the store, not against their age."""
    database = sqlite3.connect(copy / case.STORE)
    database.execute("DELETE FROM finding WHERE number = (SELECT max(number) FROM finding)")
    database.commit()
    database.close()
    found = verdicts(copy)
    assert (found["C30"], found["C33"]) == ("NOT MET", "NOT MET")
    assert "older than the record" in evidence(copy, "C30")


def test_equations_that_do_not_reconcile_are_told(copy: Path) -> None:
    database = sqlite3.connect(copy / case.STORE)
    row = database.execute("SELECT number, size FROM entry WHERE size > 0 AND kind = 'file' LIMIT 1").fetchone()
    volume = database.execute("SELECT volume FROM entry WHERE number = ?", row[:1]).fetchone()
    database.execute("UPDATE volume SET data = json_set(data, '$.size', 1) WHERE number = ?", volume)
    database.commit()
    database.close()
    assert verdicts(copy)["C33"] == "NOT MET"
    assert "do not reconcile" in evidence(copy, "C33")


def test_a_line_taken_from_the_log_is_seen(copy: Path) -> None:
    lines = (copy / case.LOG).read_bytes().splitlines(keepends=True)
    (copy / case.LOG).write_bytes(b"".join(lines[:1] + lines[2:]))
    assert "its chain does not hold: line 2 is not chained" in evidence(copy, "C51")
    (copy / case.LOG).unlink()
    assert "there is no examination-log.jsonl" in evidence(copy, "C51")


def test_a_digest_that_is_said_to_match_needs_both_values(copy: Path) -> None:
    assert verdicts(copy)["C12"] == "MET"
    database = sqlite3.connect(copy / case.STORE)
    database.execute("UPDATE digest_check SET data = json_set(data, '$.verdict', 'MATCH', '$.stated', NULL)")
    database.commit()
    database.close()
    assert "says MATCH, its values say NOT AVAILABLE" in evidence(copy, "C12")


def test_a_report_of_somebody_else_is_no_report(copy: Path) -> None:
    (copy / case.REPORTS / "report.html").write_text("<html></html>")
    (copy / case.REPORTS / "report.pdf").write_bytes(b"%PDF-1.7\n")
    record = checking.record_of(copy)
    assert record.files["report.html"].why == "it is no report of ours"
    assert "has the id of no report" in record.files["report.pdf"].why


def test_a_damaged_case_is_told(copy: Path, tmp_path: Path) -> None:
    with (copy / case.LOG).open("ab") as out:
        out.write(b'{"action":["x"],"chain":{},"facts":{"exhibit":[]},"monotonic":0,"operator":[],"time":0}\n')
    assert "line 5 is not chained" in evidence(copy, "C51") or "chain does not hold" in evidence(copy, "C51")
    database = sqlite3.connect(copy / case.STORE)
    database.execute("UPDATE digest_check SET data = '[]'")
    database.commit()
    database.close()
    done = helpers.inside("report", "check", copy)
    assert done.returncode == 41
    assert "its rows can't be read" in done.stderr
    (copy / case.STORE).write_bytes(b"no database at all" * 100)
    assert helpers.inside("report", "check", copy).returncode in (40, 41)
    (copy / case.FACTS).write_text("[laboratory\n")
    assert helpers.inside("report", "check", tmp_path).returncode == 40


def test_a_broken_case_toml_is_named(copy: Path) -> None:
    (copy / case.FACTS).write_text("[laboratory\n")
    done = helpers.inside("report", "check", copy)
    assert (done.returncode, "case.toml: not TOML" in done.stderr) == (40, True)


# The command and its default


def test_report_goes_on_writing(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = str(copy / case.REPORTS / "report.html")
    for arguments in (
        (copy,),
        ("write", copy),
        ("--show-timezone", "Asia/Colombo", copy),
        (copy, "--show-timezone", "UTC"),
    ):
        done = helpers.inside("report", *arguments)
        assert (done.returncode, done.stdout.splitlines()[0]) == (0, html), done.stderr
    monkeypatch.chdir(copy.parent)
    copy.rename("check")
    done = helpers.inside("report", "./check")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "check/reports/report.html")
    assert helpers.inside("report", "check").returncode == 2  # a command without its case
    assert helpers.inside("report", "check", "check").returncode == 10
    assert "write" in helpers.inside("report", "--help").stdout
    assert helpers.inside("report", "no-such-folder").returncode == 40
    assert helpers.inside("report", "check", "no-such-folder").returncode == 40
    assert helpers.inside("report", "--no-such-option", "check").returncode == 2


def test_a_shown_zone_is_no_difference(copy: Path) -> None:
    assert helpers.inside("report", copy, "--show-timezone", "Asia/Colombo").returncode == 0
    assert checking.record_of(copy).files["report.html"].state == "current"
