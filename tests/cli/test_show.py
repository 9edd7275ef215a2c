"""`show`, `timeline` and `export`: filters, forms, the schema, and what lies on the disk afterwards."""

import csv
import hashlib
import io
import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cyberforensics import report
from cyberforensics.model.examination import FINDING_SEVERITIES
from cyberforensics.triage import Options
from tests import helpers
from tests.report.schema_check import violations

KINDS = dict(zip(helpers.TABLES, ("entry", "finding", "event", "fact", "problem", "volume", "coverage"), strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("show")
    sources = []
    for name in ("demo.E01", "ntfs.E01", "no-file-system.E01"):
        sources.append(place / name)
        shutil.copyfile(helpers.FIXTURES / name, place / name)
    options = Options(rule_packs=(helpers.rule_file(place),), workers=2)
    return helpers.made(place / "case", *sources, options=options)


@pytest.fixture(scope="module")
def objects(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {what: [json.loads(line) for line in text.splitlines()] for what, text in helpers.shown(folder).items()}


def entries(folder: Path, *filters: str) -> list[dict[str, Any]]:
    result = helpers.inside("show", "entries", folder, "--format", "jsonl", *filters)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return [json.loads(line) for line in result.stdout.split("\n")[:-1]]


@pytest.mark.parametrize("what", helpers.TABLES)
def test_every_object_is_what_the_schema_says(what: str, objects: dict[str, list[dict[str, Any]]]) -> None:
    schema: Any = report.schema()
    assert objects[what] or what in ("events", "facts")
    for found in objects[what]:
        assert not list(violations(found, schema["$defs"][KINDS[what]], schema["$defs"]))
    ids = [found["id"] for found in objects[what]]
    assert ids == sorted(ids)
    if what != "problems":
        assert len(set(ids)) == len(ids)


def test_the_command_prints_these_very_lines(folder: Path) -> None:
    assert (
        helpers.run("show", "entries", folder, "--format", "jsonl").stdout.encode() == helpers.shown(folder)["entries"]
    )


def test_what_is_missing_says_why(objects: dict[str, list[dict[str, Any]]]) -> None:
    for entry in objects["entries"]:
        for field in ("parent", "all_zero", "size", "md5", "sha1", "sha256", "media_type", "link_target", "locator"):
            assert (entry[field] is None) == (f"{field}_missing" in entry)
        for name in ("size", "mode", "uid", "gid"):
            assert entry[name] is None or type(entry[name]) is int
        assert type(entry["allocated"]) is bool
        assert entry["locator"] is None or isinstance(entry["locator"]["type_indicator"], str)
    for volume in objects["volumes"]:
        assert (volume["offset"] is None) == ("offset_missing" in volume)


def test_filters(folder: Path, objects: dict[str, list[dict[str, Any]]]) -> None:
    everything = objects["entries"]
    assert entries(folder) == everything
    documents = [
        entry for entry in everything if entry["path"].startswith("/Users/") and entry["path"].endswith(".txt")
    ]
    assert documents
    assert entries(folder, "--path", "/Users/*.txt") == documents
    assert entries(folder, "--path", "/users/*.txt") == []  # as the file system spells it
    assert entries(folder, "--path", "/Users/[m]*/*")
    deleted = [entry for entry in everything if not entry["allocated"]]
    assert entries(folder, "--deleted") == deleted
    assert {"deleted", "reallocated", "orphan"} <= {entry["name_state"] for entry in deleted}
    large = [entry for entry in everything if (entry["size"] or 0) >= 65_536]
    assert entries(folder, "--min-size", "65536") == large
    categories = {entry["category"] for entry in everything if entry["category"]}
    for category in sorted(categories)[:2]:
        found = [entry for entry in everything if entry["category"] == category]
        assert entries(folder, "--category", category) == found
    since = [
        entry
        for entry in everything
        if any(moment["time"] and "2026-03-19" <= moment["time"] < "2026-03-20" for moment in entry["times"])
    ]
    assert since
    assert entries(folder, "--since", "2026-03-19", "--until", "2026-03-20T00:00:00Z") == since
    assert entries(folder, "--deleted", "--path", "*.zzz") == []


def test_filters_of_findings(folder: Path, objects: dict[str, list[dict[str, Any]]]) -> None:
    result = helpers.inside("show", "findings", folder, "--format", "jsonl", "--path", "/Users/*")
    found = [finding for finding in objects["findings"] if finding["path"].startswith("/Users/")]
    assert [json.loads(line) for line in result.stdout.split("\n")[:-1]] == found
    assert found
    assert {finding["severity"] for finding in found} <= set(FINDING_SEVERITIES)


def test_csv_is_csv(folder: Path, objects: dict[str, list[dict[str, Any]]]) -> None:
    for what in helpers.TABLES:
        result = helpers.inside("show", what, folder, "--format", "csv")
        assert result.returncode == 0
        rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
        assert [row["id"] for row in rows] == [found["id"] for found in objects[what]]


def test_tables_are_for_people(folder: Path, objects: dict[str, list[dict[str, Any]]]) -> None:
    for what in helpers.TABLES:
        result = helpers.inside("show", what, folder)
        assert result.returncode == 0
        lines = result.stdout.splitlines()
        if what != "coverage" and objects[what]:
            assert len(lines) == 1 + len(objects[what]) + 1  # the heading, and the number of rows
            assert lines[-1] == f"{len(objects[what]):,} {what}".replace(",", " ")
        elif what != "coverage":
            assert lines == [f"no {what}"]


def test_sizes_are_for_people_and_exact_on_demand(folder: Path, objects: dict[str, list[dict[str, Any]]]) -> None:
    mft = next(entry for entry in objects["entries"] if entry["path"] == "/$MFT" and entry["size"] > 1024)
    rounded, exact = (
        helpers.inside("show", "entries", folder, "--path", "/$MFT", *more).stdout for more in ((), ("--exact",))
    )
    assert f"{mft['size'] / 1024:.1f} KiB" in rounded
    assert str(mft["size"]) not in rounded
    assert str(mft["size"]) in exact


def test_a_zone_beside_utc(folder: Path, objects: dict[str, list[dict[str, Any]]]) -> None:
    zone = ZoneInfo("America/New_York")
    result = helpers.inside("show", "entries", folder, "--format", "jsonl", "--show-timezone", zone.key)
    assert "Times are shown in America/New_York beside UTC (tzdata " in result.stderr
    definitions = report.schema()["$defs"]
    shifted = 0
    for line, before in zip(result.stdout.splitlines(), objects["entries"], strict=True):
        entry = json.loads(line)
        assert not list(violations(entry, definitions["entry"], definitions))  # type: ignore[index,arg-type]
        for time, plain in zip(entry["times"], before["times"], strict=True):
            assert time.items() >= plain.items()
            assert time["zone_shown"].startswith("America/New_York, tzdata 20")
            if time["zone_basis"] == "local-unknown" or time["time"] is None:
                assert time["time_shown"] is None
            else:
                assert datetime.fromisoformat(time["time_shown"]) == datetime.fromisoformat(time["time"])
                there = datetime.fromisoformat(time["time"]).astimezone(zone)
                assert datetime.fromisoformat(time["time_shown"]).utcoffset() == there.utcoffset()
                shifted += 1
    assert shifted > 100
    events = helpers.inside("show", "events", folder, "--show-timezone", zone.key).stdout.splitlines()
    if objects["events"]:
        assert "in America/New_York" in events[0]
        assert " UTC  " in events[1]
    table = helpers.inside("show", "events", folder, "--format", "csv", "--show-timezone", zone.key).stdout
    assert table.split("\n")[0].rstrip().endswith(",attributes,labels,time_shown,zone_shown")


@pytest.mark.parametrize("command", ["show entries", "timeline", "report"])
def test_a_zone_that_does_not_exist(command: str, folder: Path) -> None:
    refused = helpers.inside(*command.split(), folder, "--show-timezone", "Nowhere/City")
    assert refused.returncode == 2
    assert "time zone 'Nowhere/City' does not exist" in refused.stderr


def test_timelines_with_a_zone(folder: Path) -> None:
    refused = helpers.inside("timeline", folder, "--format", "bodyfile", "--show-timezone", "UTC")
    assert refused.returncode == 2
    assert "a body file has whole seconds and no zone" in refused.stderr
    lines = helpers.inside("timeline", folder, "--format", "jsonl", "--show-timezone", "Asia/Colombo").stdout
    first, *_, last = [row for row in map(json.loads, lines.splitlines()) if row["time_shown"] is not None]
    assert datetime.fromisoformat(last["time_shown"]) == datetime.fromisoformat(last["datetime"])
    assert last["time_shown"].endswith("+05:30")
    assert first["time_shown"] == "1601-01-01T05:19:24.0000001+05:19:24"  # zoneinfo's local mean time of Colombo


@pytest.mark.parametrize("form", ["csv", "jsonl", "bodyfile"])
def test_timeline(form: str, folder: Path, tmp_path: Path) -> None:
    printed = helpers.inside("timeline", folder, "--format", form)
    assert printed.returncode == 0
    out = tmp_path / "made" / "timeline"
    written = helpers.inside("timeline", folder, "--format", form, "-o", out)
    assert written.returncode == 0, written.stderr
    assert written.stdout == ""
    assert out.read_text() == printed.stdout
    assert printed.stderr
    part = helpers.inside("timeline", folder, "--format", form, "--from", "2026-03-19", "--to", "2026-03-20").stdout
    assert set(part.splitlines()) < set(printed.stdout.splitlines())
    if form == "jsonl":
        whole = [json.loads(line) for line in printed.stdout.splitlines()]
        wanted = [row for row in whole if "2026-03-19" <= row["datetime"] < "2026-03-20"]
        assert [json.loads(line) for line in part.splitlines()] == wanted
        assert all({"message", "datetime", "timestamp_desc"} <= row.keys() for row in whole)
        assert [row["instant_ns"] for row in whole] == sorted(row["instant_ns"] for row in whole)
    if form == "csv":
        times = [row["time"] for row in csv.DictReader(io.StringIO(part, newline=""))]
        assert times
        assert all(moment.startswith("2026-03-19") for moment in times)


def test_mactime_reads_the_body_file(folder: Path, tmp_path: Path) -> None:
    if shutil.which("mactime") is None:
        pytest.skip("mactime of The Sleuth Kit is not installed: the body file was not tried on it")
    helpers.inside("timeline", folder, "--format", "bodyfile", "-o", tmp_path / "body")
    arguments = ["mactime", "-b", str(tmp_path / "body"), "-d", "-z", "UTC"]
    result = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert "HOW_TO_RECOVER_FILES.txt" in result.stdout
    assert result.stdout.count("\n") > 500


def _index(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]


def test_export_by_path(folder: Path, tmp_path: Path, objects: dict[str, list[dict[str, Any]]]) -> None:
    out = tmp_path / "out"
    result = helpers.inside("export", folder, "-o", out, "--path", "*")
    index = _index(out)
    assert (result.returncode == 0) == all(item["file"] for item in index)
    by_id = {entry["id"]: entry for entry in objects["entries"]}
    whole = {found for found, entry in by_id.items() if entry["status"] == "whole"}
    assert {item["id"] for item in index if item["file"]} >= whole
    for item in index:
        assert by_id[item["id"]].items() <= item.items()
    places = {item["file"] for item in index if item["file"]}
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} - {"index.jsonl", "index.csv"}
    assert files == places
    for item in index:
        assert {"path", "times", "sha256", "locator", "file", "not_exported"} <= item.keys()
        if item["file"] is None:
            continue
        digest = hashlib.sha256((out / item["file"]).read_bytes()).hexdigest()
        assert item["file"] == f"files/{digest[:2]}/{digest[2:4]}/{digest}"
        assert item["sha256"] in (None, digest)
        assert (out / item["file"]).stat().st_mode & 0o222 == 0


def test_export_by_finding_and_digest(folder: Path, tmp_path: Path, objects: dict[str, list[dict[str, Any]]]) -> None:
    finding = objects["findings"][0]
    entry = next(item for item in objects["entries"] if item["id"] == finding["entry"])
    for number, choice in enumerate(
        (("--finding", finding["id"]), ("--finding", finding["id"][:12]), ("--sha256", entry["sha256"].upper()))
    ):
        result = helpers.inside("export", folder, "-o", tmp_path / str(number), *choice, "--json")
        assert result.returncode == 0, result.stderr
        assert json.loads(result.stdout) == _index(tmp_path / str(number))
        assert {item["sha256"] for item in _index(tmp_path / str(number))} == {entry["sha256"]}


def test_export_of_moved_and_of_other_evidence(tmp_path: Path) -> None:
    source = tmp_path / "stick.E01"
    shutil.copyfile(helpers.STICK, source)
    case = helpers.made(tmp_path / "case", source)
    source.rename(tmp_path / "moved.E01")
    arguments = ("export", case, "-o", tmp_path / "out", "--path", "*.txt")
    gone = helpers.inside(*arguments)
    assert gone.returncode == 20
    assert "--source stick.E01=PATH" in gone.stderr
    assert helpers.inside(*arguments, "--source", f"stick.E01={tmp_path / 'moved.E01'}").returncode == 0
    other = helpers.inside(*arguments, "--source", f"stick.E01={helpers.FIXTURES / 'gpt.E01'}")
    assert other.returncode == 20
    assert "not the media that was examined" in other.stderr
    unknown = helpers.inside(*arguments, "--source", f"other={tmp_path / 'moved.E01'}")
    assert unknown.returncode == 2
    assert "other is no exhibit of this case" in unknown.stderr
    assert helpers.inside(*arguments, "--source", "nonsense").returncode == 2


def test_export_never_puts_other_bytes_in_place(tmp_path: Path) -> None:
    """A folder whose file was changed and whose listing still looks the same."""
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    file = evidence / "a.txt"
    file.write_bytes(b"as it was examined")
    status = file.stat()
    case = helpers.made(tmp_path / "case", evidence)
    file.write_bytes(b"AS IT WAS EXAMINED")
    import os

    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    result = helpers.inside("export", case, "-o", tmp_path / "out", "--path", "*")
    assert result.returncode == 10
    assert "not those that were examined" in result.stdout
    left = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert left == {"index.jsonl", "index.csv"}
