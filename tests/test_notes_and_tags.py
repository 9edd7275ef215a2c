"""Labels and notes: in the log before the store, apart from results, and whole whatever happens to the process."""

import csv
import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cyberforensics import case
from cyberforensics.model.codec import encoder
from cyberforensics.model.event import Event
from cyberforensics.model.times import Timestamp
from cyberforensics.triage import Options
from tests import helpers
from tests.report.test_html import Reader


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of the demo image with findings and an event."""
    folder = tmp_path_factory.mktemp("made")
    rules = helpers.rule_file(folder)
    return helpers.made(folder / "case", helpers.DEMO, options=Options(rule_packs=(rules,), workers=2))


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "case"))


def _objects(what: str, folder: Path, *more: str) -> list[dict[str, Any]]:
    shown = helpers.inside("show", what, folder, "--format", "jsonl", *more)
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line) for line in shown.stdout.splitlines()]


def _log(folder: Path) -> list[dict[str, Any]]:
    """The lines of the log, of which each must name the one before."""
    lines = (folder / "examination-log.jsonl").read_bytes().splitlines()
    before = b""
    for line in lines:
        assert json.loads(line)["chain"] == hashlib.sha256(before).hexdigest()
        before = line
    return [json.loads(line) for line in lines]


def _ok(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    result = helpers.inside(*arguments)
    assert result.returncode == 0, result.stderr
    return result


def _page(folder: Path, name: str) -> Any:
    return Reader((folder / "reports" / name).read_text("ascii")).island("document")


def _add_event(folder: Path) -> None:
    """The demo image has none: one as a parser would leave it, with the first finding's entry."""
    event = Event(Timestamp(1, "posix"), "Deletion Time", "windows:recycle_bin:deleted", "x", ())
    database = sqlite3.connect(folder / "case.sqlite")
    with database:
        database.execute(
            "INSERT INTO event SELECT NULL, pass, ?, entry, 1, 'posix', ? FROM finding LIMIT 1",
            ("feed" * 5, json.dumps(encoder(Event)(event))),
        )
    database.close()


def test_labels_are_set_shown_filtered_and_taken_off(folder: Path) -> None:
    finding, other = _objects("findings", folder)[:2]
    _add_event(folder)
    (event,) = _objects("events", folder)
    entry = next(found for found in _objects("entries", folder) if found["id"] != finding["entry"])
    for item, label in ((finding, "key"), (finding, "not-relevant"), (entry, "key"), (event, "key")):
        _ok("tag", folder, item["id"], label, "--note", "as agreed")
    assert [
        (found["id"], found["kind"], found["label"], found["note"]) for found in _objects("tags", folder)
    ] == sorted(
        (item["id"], kind, label, "as agreed")
        for item, kind, label in (
            (finding, "finding", "key"),
            (finding, "finding", "not-relevant"),
            (entry, "entry", "key"),
            (event, "event", "key"),
        )
    )
    (found,) = _objects("findings", folder, "--tag", "key")
    assert (found["id"], found["labels"]) == (finding["id"], ["key", "not-relevant"])
    assert [found["id"] for found in _objects("entries", folder, "--tag", "key")] == [entry["id"]]
    assert [found["id"] for found in _objects("events", folder, "--tag", "key")] == [event["id"]]
    assert len(_objects("tags", folder, "--tag", "key")) == 3
    assert next(found for found in _objects("findings", folder) if found["id"] == other["id"])["labels"] == []
    assert helpers.inside("show", "problems", folder, "--tag", "key").returncode == 2
    assert helpers.inside("show", "events", folder, "--tag", "key", "--deleted").returncode == 2
    _ok("tag", folder, finding["id"], "key", "--remove", "--note", "a slip")
    assert _objects("findings", folder, "--tag", "key") == []
    assert helpers.inside("tag", folder, finding["id"], "key", "--remove").returncode == 2
    facts = [line["facts"] for line in _log(folder) if line["action"] in ("tagged", "tag removed")]
    assert [(each["item"], each["label"], each["kind"]) for each in facts] == [
        (finding["id"], "key", "finding"),
        (finding["id"], "not-relevant", "finding"),
        (entry["id"], "key", "entry"),
        (event["id"], "key", "event"),
        (finding["id"], "key", "finding"),
    ]
    assert facts[0]["command"][:2] == ["cyberforensics", "tag"]
    assert "cyberforensics" in facts[0]["versions"]


def test_labels_stand_in_the_timeline(folder: Path) -> None:
    _add_event(folder)
    entry = next(found for found in _objects("entries", folder) if len(found["times"]) > 1)
    event = _objects("events", folder)[0]
    for item in (entry["id"], event["id"]):
        _ok("tag", folder, item, "key-evidence")
    _ok("report", folder)
    with (folder / "reports" / "timeline.csv").open(newline="", encoding="utf-8") as file:
        marked = [row for row in csv.DictReader(file) if row["labels"]]
    assert {row["labels"] for row in marked} == {"key-evidence"}
    assert len(marked) == len(entry["times"]) + 1
    assert [row["entry"] for row in marked if row["message"] == event["message"]] == [event["entry"]]


def test_ids_may_be_shortened_as_long_as_one_thing_has_them(folder: Path) -> None:
    ids = sorted({found["id"] for what in ("entries", "findings", "events") for found in _objects(what, folder)})
    assert ids[0] in _ok("tag", folder, ids[0][:10], "short").stderr
    database = sqlite3.connect(folder / "case.sqlite")
    with database:
        numbers = [row[0] for row in database.execute("SELECT number FROM finding LIMIT 2")]
        for number, identity in zip(numbers, ("00ff" + "0" * 16, "00ff" + "1" * 16), strict=True):
            database.execute("UPDATE finding SET id = ? WHERE number = ?", (identity, number))
    database.close()
    for text, words in (
        ("00ff", "several ids begin so"),
        ("0" * 20, "no entry, finding or event of the case has this id"),
        ("00f", "is no id"),
        ("00f*", "is no id"),
        ("%", "is no id"),
        ("00ff" + "0" * 17, "is no id"),
    ):
        result = helpers.inside("tag", folder, text, "x")
        assert (result.returncode, result.stdout, result.stderr.count("error:")) == (2, "", 1)
        assert words in result.stderr
    assert "00ff" + "1" * 16 in _ok("tag", folder, "00FF1", "x").stderr


@pytest.mark.parametrize(
    "label",
    [
        "",
        " ",
        " key",
        "key ",
        "a\nb",
        "a\tb",
        "\x1b[31mred",
        "safe\u202etxt",
        "a\u200bb",
        "x" * 65,
        "a\\b",
        "\udcff",
        "a\0b",
    ],
)
def test_a_label_that_would_mislead_is_refused_in_one_sentence(label: str, folder: Path) -> None:
    before = _log(folder)
    entry = _objects("entries", folder)[0]["id"]
    result = helpers.inside("tag", folder, entry, label)
    assert (result.returncode, result.stdout, result.stderr.count("error:")) == (2, "", 1), result.stderr
    assert not set(result.stderr) & set("\x1b\u202e\u200b\t\0")
    assert (_objects("tags", folder), _log(folder)) == ([], before)


@pytest.mark.parametrize(
    "label", ["key evidence", "Beweis-Nr. 4/7", "සාක්ෂි", "e\u0301vidence", "=1+1", "</script>", "x" * 64]
)
def test_a_label_may_be_in_any_language(label: str, folder: Path) -> None:
    finding = _objects("findings", folder)[0]["id"]
    _ok("tag", folder, finding, label)
    (tag,) = _objects("tags", folder)
    assert tag["label"] == label.replace("e\u0301", "é")
    path = Path(_ok("report", folder, "--only", label).stdout.strip())
    assert path.parent == folder / "reports"
    assert path.name.isascii()
    assert _page(folder, path.name)["labels"] == [[tag["label"], 1, 0, 0]]


@pytest.mark.parametrize("text", ["", "  \n ", "a\x1bb", "a\u202eb", "x" * 10_001])
def test_a_note_that_would_mislead_is_refused(text: str, folder: Path) -> None:
    before = _log(folder)
    assert helpers.inside("note", folder, text).returncode == 2
    assert _log(folder) == before


def test_facts_and_opinions_are_kept_and_printed_apart(folder: Path) -> None:
    assert _page(folder, "report.html")["opinions"] == []
    _ok("note", folder, "Sealed bag 4711 was opened.\nIts seal was whole: C:\\photos.")
    _ok("note", folder, "The account was used by one person.", "--opinion")
    _ok("report", folder)
    page = _page(folder, "report.html")
    assert [note[0] for note in page["notes"]] == [["Sealed bag 4711 was opened.", "Its seal was whole: C:\\photos."]]
    assert [note[0] for note in page["opinions"]] == [["The account was used by one person."]]
    text = (folder / "reports/report.html").read_text()
    assert text.count("used by one person") == 1  # in the section of opinion and nowhere else
    assert "Added by the examiner: 1 note of fact and 1 opinion" in " ".join(page["summary"])
    database = sqlite3.connect(folder / "case.sqlite")
    assert [row[0] for row in database.execute("SELECT text FROM opinion")] == ["The account was used by one person."]
    assert database.execute("SELECT count(*) FROM noted_fact").fetchone() == (1,)
    database.close()
    assert [line["action"] for line in _log(folder)[-4:-2]] == ["fact noted", "opinion noted"]


def test_a_report_of_one_label_states_the_totals(folder: Path) -> None:
    findings, entries = _objects("findings", folder), _objects("entries", folder)
    chosen = findings[0]
    alone = next(found for found in entries if found["id"] not in {each["entry"] for each in findings})
    _ok("tag", folder, chosen["id"], "key-evidence")
    _ok("tag", folder, alone["id"], "key-evidence")
    _ok("tag", folder, alone["id"], "empty-of-findings")
    whole, timeline = helpers.digests(folder), (folder / "reports/timeline.csv").read_bytes()
    result = _ok("report", folder, "--only", "key-evidence")
    assert result.stdout == f"{folder / 'reports' / 'report-only-key-evidence.html'}\n"
    reader = Reader((folder / "reports/report-only-key-evidence.html").read_text("ascii"))
    page = reader.island("document")
    sentence = f"1 of {len(findings):,} findings and 2 of {len(entries):,} entries of the case"
    assert page["alerts"][0].startswith("SELECTION: ")
    assert sentence in page["alerts"][0]
    assert [found["id"] for found in reader.island("findings")] == [chosen["id"]]
    assert {row[0] for row in reader.island("entries")} == {chosen["entry"], alone["id"]}
    times = sum(len(entry["times"]) for entry in entries if entry["id"] in (chosen["entry"], alone["id"]))
    assert page["timelineTotal"] == len(reader.island("timeline")) == times
    assert sum(group["findings"] for group in page["findingGroups"]) == page["findingsTotal"] == 1
    assert (helpers.digests(folder), (folder / "reports/timeline.csv").read_bytes()) == (whole, timeline)
    _ok("report", folder, "--only", "empty-of-findings")
    page = _page(folder, "report-only-empty-of-findings.html")
    assert f"No finding is selected; the case has {len(findings):,}." in page["summary"]
    assert "matched" not in " ".join(page["summary"])
    assert helpers.inside("report", folder, "--only", "nothing-has-it").returncode == 2


def test_a_labelled_entry_selects_its_findings(folder: Path) -> None:
    findings = _objects("findings", folder)
    entry = findings[0]["entry"]
    _ok("tag", folder, entry, "key")
    _ok("report", folder, "--only", "key")
    reader = Reader((folder / "reports/report-only-key.html").read_text("ascii"))
    assert {found["id"] for found in reader.island("findings")} == {
        found["id"] for found in findings if found["entry"] == entry
    }


def test_labels_survive_a_scan_and_make_the_same_bytes(made: Path, folder: Path, tmp_path: Path) -> None:
    finding = _objects("findings", folder)[0]["id"]
    before = helpers.shown(folder)
    _ok("tag", folder, finding, "key")
    (tmp_path / "words.txt").write_text("documents\n")
    _ok("report", folder)
    one = helpers.digests(folder)
    _ok("report", folder)
    assert helpers.digests(folder) == one != helpers.digests(made)
    keywords = ("--keywords", str(tmp_path / "words.txt"), "--source", f"demo.E01={helpers.DEMO}")
    assert helpers.inside("scan", folder, *keywords).returncode in (0, 10)
    assert [tag["id"] for tag in _objects("tags", folder)] == [finding]
    _ok("tag", folder, finding, "key", "--remove")
    after = helpers.shown(folder)
    assert after["entries"] == before["entries"]  # of the label nothing is left in any result
    assert set(before["findings"].splitlines()) <= set(after["findings"].splitlines())


def test_another_number_of_workers_and_the_same_labels_make_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    rules = helpers.rule_file(tmp_path)
    other = helpers.made(tmp_path / "case2", helpers.DEMO, options=Options(rule_packs=(rules,), workers=1))
    finding = _objects("findings", folder)[0]["id"]
    for each in (folder, other):
        _ok("tag", each, finding, "key", "--note", "the same")
    assert helpers.shown(folder) == helpers.shown(other)


# The log


def test_writers_side_by_side_take_turns(folder: Path) -> None:
    before = len(_log(folder))
    code = (
        "import sys; from pathlib import Path; from cyberforensics import case\n"
        "for number in range(25): case.log_action(Path(sys.argv[1]), 'test', {'by': sys.argv[2], 'n': number})\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(folder), str(writer)], env=helpers.environment())
        for writer in range(4)
    ]
    notes = [
        subprocess.Popen(
            helpers.command("note", folder, f"note {number}"), env=helpers.environment(), stderr=subprocess.DEVNULL
        )
        for number in range(3)
    ]
    assert [process.wait(helpers.SECONDS) for process in (*processes, *notes)] == [0] * 7
    lines = _log(folder)[before:]
    assert len(lines) == 4 * 25 + 3
    for writer in range(4):
        numbers = [line["facts"]["n"] for line in lines if line["facts"].get("by") == str(writer)]
        assert numbers == list(range(25))
    with case.open_existing(folder) as store:
        assert {note.text for note in case.notes(store, "fact")} == {"note 0", "note 1", "note 2"}


_KILLED = """
import os, signal, sys
from pathlib import Path
from cyberforensics import case
from cyberforensics.case import annotations, log
write = log._write_whole
def half(descriptor, data, end):
    if sys.argv[2] == "during":
        os.write(descriptor, data[: len(data) // 2])
    else:
        write(descriptor, data, end)
    os.kill(os.getpid(), signal.SIGKILL)
log._write_whole = half
with case.open_to_annotate(Path(sys.argv[1])) as store:
    case.add_note(store, "fact", "killed")
"""


@pytest.mark.parametrize("moment", ["during", "behind"])
def test_a_note_whose_process_is_killed(moment: str, folder: Path) -> None:
    """Killed while the line is written, or behind it and before the store has it: nothing is broken or half done."""
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(folder), moment],
        env=helpers.environment(),
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    helpers.assert_sound(folder)
    result = helpers.inside("log", folder)
    last = len((folder / "examination-log.jsonl").read_bytes().splitlines())
    if moment == "during":
        assert result.returncode == 10
        assert f"line {last}: torn" in result.stderr
    else:
        assert result.returncode == 0
    _ok("note", folder, "the next one")
    with case.open_existing(folder) as store:
        assert [note.text for note in case.notes(store, "fact")] == ["the next one"]
    lines = list(case.read_log(folder))
    assert [line.number for line in lines if line.trouble] == ([last] if moment == "during" else [])
    assert lines[-1].record is not None  # its chain holds over the torn line


def test_the_log_is_shown_and_a_broken_chain_is_named(folder: Path) -> None:
    path = folder / "examination-log.jsonl"
    _ok("note", folder, "first line\nsecond \u2713 line")
    result = _ok("log", folder)
    assert "fact noted" in result.stdout
    assert "options: " in result.stdout  # as resolved, defaults too
    as_json = json.loads(_ok("log", folder, "--json").stdout)
    assert as_json["chain_holds"] is True
    assert [line["record"] for line in as_json["lines"]] == _log(folder)
    lines = path.read_bytes().splitlines(keepends=True)
    for changed, at in (
        ([*lines[:1], lines[1].replace(b"exhibit", b"exhibyt", 1), *lines[2:]], 3),
        ([*lines[:1], *lines[2:]], 2),
        ([*lines[:1], lines[2], lines[1], *lines[3:]], 2),
        (lines[1:], 1),
    ):
        path.write_bytes(b"".join(changed))
        result = helpers.inside("log", folder)
        assert result.returncode == 10
        assert f"line {at}: the chain is broken here" in result.stderr
        assert json.loads(helpers.inside("log", folder, "--json").stdout)["chain_holds"] is False
    path.write_bytes(b"".join(lines)[:-1])
    assert f"line {len(lines)}: torn" in helpers.inside("log", folder).stderr
    path.unlink()
    assert helpers.inside("log", folder).returncode == 40


@pytest.mark.parametrize("junk", [b"\n", b"[]\n", b"{}\n", b"[" * 100_000 + b"\n", b"\xff\xfe\n", b'{"action":1}\n'])
def test_junk_in_the_log_is_named_and_crashes_nothing(junk: bytes, folder: Path) -> None:
    with (folder / "examination-log.jsonl").open("ab") as file:
        file.write(junk)
    result = helpers.inside("log", folder)
    assert (result.returncode, "Traceback" in result.stderr) == (10, False)
    assert "torn" in result.stderr


def test_every_command_that_acts_says_so(folder: Path, tmp_path: Path) -> None:
    """Start with command and versions, and end: of what changes the case or takes something out of it."""
    source = f"demo.E01={helpers.DEMO}"
    path = _objects("findings", folder)[0]["path"]
    (tmp_path / "words.txt").write_text("documents\n")
    for arguments, action in (
        (("report", folder), "report"),
        (("timeline", folder, "-o", tmp_path / "timeline.csv"), "timeline"),
        (("export", folder, "-o", tmp_path / "out", "--path", path, "--source", source), "export"),
        (("export", folder, "--zip", tmp_path / "out.zip", "--path", path, "--source", source), "export"),
        (("scan", folder, "--keywords", tmp_path / "words.txt", "--source", source), "scan"),
    ):
        before = len(_log(folder))
        assert helpers.inside(*arguments).returncode in (0, 10)
        lines = _log(folder)[before:]
        assert (lines[0]["action"], lines[-1]["action"]) == (f"{action} started", f"{action} finished")
        assert lines[0]["facts"]["command"] == ["cyberforensics", *map(str, arguments)]
        assert {"cyberforensics", "python", "dfvfs"} <= lines[0]["facts"]["versions"].keys()
        assert not any("versions" in line["facts"] for line in lines[1:])
    before = len(_log(folder))
    (tmp_path / "there").mkdir()
    assert helpers.inside("timeline", folder, "-o", tmp_path / "there").returncode == 42
    assert [line["action"] for line in _log(folder)[before:]] == ["timeline started", "timeline stopped"]
    assert "can't be written" in _log(folder)[-1]["facts"]["error"]
    before = len(_log(folder))
    for what in ("entries", "tags", "coverage"):
        assert helpers.inside("show", what, folder).returncode == 0
    assert helpers.inside("timeline", folder).returncode == 0
    assert len(_log(folder)) == before  # looking changes nothing and takes nothing out


def test_a_note_can_be_added_while_a_run_works_on_the_case(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    process = helpers.start(
        "triage", helpers.DEMO, "--case", folder, "--no-rules", SLOWED_BATCH="4", SLOWED_PAUSE="0.05"
    )
    while not (folder / "examination-log.jsonl").exists():
        assert process.poll() is None
    _ok("note", folder, "while it ran")
    assert process.poll() is None
    _, talk = process.communicate(timeout=helpers.SECONDS)
    assert process.returncode == 0, talk
    assert "fact noted" in [line["action"] for line in _log(folder)]
    assert helpers.shown(folder) == helpers.shown(helpers.made(tmp_path / "other", helpers.DEMO))


def test_a_pdf_of_a_label_alone_is_refused(tmp_path: Path) -> None:
    refused = helpers.inside("report", "write", tmp_path / "no-case", "--only", "key-evidence", "--pdf")
    assert refused.returncode == 2
    assert "--pdf writes the report of the whole case, and does not go with --only" in refused.stderr
