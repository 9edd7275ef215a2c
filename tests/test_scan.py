"""Later passes: what they find is what the first pass would have found, and what was found before stays as it is."""

import gzip
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cyberforensics import case
from cyberforensics.errors import CaseRefused, EvidenceError, UsageError
from cyberforensics.model.run import Options
from cyberforensics.scan import scan
from cyberforensics.triage import triage
from tests import helpers

NTFS = helpers.FIXTURES / "ntfs.E01"
RULES = helpers.RULE + "rule Placed { condition: filepath matches /links/ and filename matches /name/ }\n"
NO_RULES = Options(rule_packs=(), workers=2)


@pytest.fixture
def searched(tmp_path: Path) -> Options:
    """Rules of both kinds, keywords, and both kinds of lists."""
    truth = json.loads((helpers.FIXTURES / "truth" / "ntfs.json").read_text("utf-8"))
    digests = sorted({entry["sha256"] for volume in truth["volumes"] for entry in volume["entries"] if entry["sha256"]})
    (tmp_path / "rules.yar").write_text(RULES)
    (tmp_path / "keywords.txt").write_text("content\nlink\n")
    (tmp_path / "wanted.txt").write_text("\n".join(digests[::3]) + "\n")
    (tmp_path / "known.txt").write_text("\n".join(digests[1::3]) + "\n")
    return Options(
        rule_packs=(tmp_path / "rules.yar",),
        keywords=(tmp_path / "keywords.txt",),
        wanted=(tmp_path / "wanted.txt",),
        known=(tmp_path / "known.txt",),
        workers=2,
    )


def _rows(folder: Path, what: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in helpers.shown(folder)[what].splitlines()]


def _by_id(folder: Path) -> Mapping[str, dict[str, Any]]:
    return {row["id"]: row for row in _rows(folder, "findings")}


def test_what_the_first_pass_would_have_found(tmp_path: Path, searched: Options) -> None:
    triage([NTFS], tmp_path / "at once", searched)
    triage([NTFS], tmp_path / "later", NO_RULES)
    summary = scan(tmp_path / "later", searched)
    assert not summary.has_problems or helpers.shown(tmp_path / "at once")["problems"]
    expected, found = _by_id(tmp_path / "at once"), _by_id(tmp_path / "later")
    assert {row["source"] for row in expected.values()} == {"yara", "keyword", "hash-list"}
    assert sum(row["rule"] == "Placed" for row in expected.values()) > 1  # a name is asked for: once for each
    assert found == expected
    for table in ("entries", "volumes", "events"):
        assert helpers.shown(tmp_path / "later")[table] == helpers.shown(tmp_path / "at once")[table]
    helpers.assert_sound(tmp_path / "later")


def test_one_after_the_other_and_again(tmp_path: Path, searched: Options) -> None:
    """Passes in any order come to the same findings; a pass that was finished has nothing to do."""
    triage([NTFS], tmp_path / "case", NO_RULES)
    nothing = Options(workers=1)
    steps = (
        replace(nothing, keywords=searched.keywords),
        replace(nothing, wanted=searched.wanted),
        replace(nothing, rule_packs=searched.rule_packs),
        replace(nothing, known=searched.known),
    )
    seen: dict[str, dict[str, Any]] = {}
    for step in steps:
        assert scan(tmp_path / "case", step).already_examined == ()
        now = _by_id(tmp_path / "case")
        assert {name: now[name] for name in seen} == seen
        seen = dict(now)
    assert scan(tmp_path / "case", steps[0]).already_examined == ("ntfs.E01",)
    triage([NTFS], tmp_path / "at once", searched)
    assert seen == _by_id(tmp_path / "at once")
    with case.open_existing(tmp_path / "case") as store:
        passes = case.exhibit_document(store, "ntfs.E01").passes
    assert [run.kind for run in passes] == ["triage", *["scan"] * 4]
    first = case_coverage(tmp_path / "case")
    for run in passes[1:]:
        assert run.coverage is not None
        assert run.coverage.reconciles
        assert (run.coverage.seen, run.coverage.whole) == (first["seen"], first["whole"])


def case_coverage(folder: Path) -> dict[str, Any]:
    with case.open_existing(folder) as store:
        coverage = case.exhibit_document(store, "ntfs.E01").coverage
    return {"seen": coverage.seen, "whole": coverage.whole}


def test_equal_contents_are_read_once(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(20):
        (source / f"copy {number}").write_text("an example, twenty times")
    (source / "other").write_text("another example")
    triage([source], tmp_path / "case", NO_RULES)
    scan(tmp_path / "case", Options(rule_packs=(helpers.rule_file(tmp_path),), workers=1))
    assert len(_rows(tmp_path / "case", "findings")) == 21
    with case.open_existing(tmp_path / "case") as store:
        query = (
            "SELECT sum(json_array_length(contents)) FROM batch JOIN pass ON pass.number = batch.pass WHERE kind = ?"
        )
        assert store.database.execute(query, (case.SCAN,)).fetchone() == (2,)


def test_lists_need_no_evidence(tmp_path: Path, searched: Options) -> None:
    shutil.copy(NTFS, tmp_path / "moved.E01")
    triage({"E": tmp_path / "moved.E01"}, tmp_path / "case", NO_RULES)
    (tmp_path / "moved.E01").unlink()
    scan(tmp_path / "case", Options(wanted=searched.wanted))
    assert _rows(tmp_path / "case", "findings")
    with pytest.raises(EvidenceError) as caught:
        scan(tmp_path / "case", Options(keywords=searched.keywords))
    assert "--source E=PATH" in caught.value.hint
    scan(tmp_path / "case", Options(keywords=searched.keywords), roots={"E": NTFS})
    with pytest.raises(EvidenceError, match="not the media that was examined"):
        scan(tmp_path / "case", Options(rule_packs=searched.rule_packs), roots={"E": helpers.STICK})


def test_bytes_that_changed_since(tmp_path: Path) -> None:
    """Only what is the same bytes is searched: what was examined is what findings are about."""
    image = tmp_path / "ntfs.raw"
    image.write_bytes(gzip.decompress((helpers.FIXTURES / "ntfs.raw.gz").read_bytes()))
    triage({"E": image}, tmp_path / "case", NO_RULES)
    with case.open_existing(tmp_path / "case") as store:
        query = (
            "SELECT path, first_address, size FROM entry WHERE size > 4096 AND path NOT LIKE '/$%' AND allocated "
            "AND stream IS NULL AND first_address IS NOT NULL ORDER BY first_address DESC LIMIT 1"
        )
        path, address, _ = store.database.execute(query).fetchone()
    data = bytearray(image.read_bytes())
    data[address : address + 7] = b"example"
    image.write_bytes(data)
    summary = scan(tmp_path / "case", Options(rule_packs=(helpers.rule_file(tmp_path),), workers=1))
    assert summary.has_problems
    problems = [row for row in _rows(tmp_path / "case", "problems") if row["code"] == "content.changed"]
    assert [row["path"] for row in problems] == [path]
    assert path not in {row["path"] for row in _rows(tmp_path / "case", "findings")}
    coverage = summary.document.exhibits[0].passes[1].coverage
    assert coverage is not None
    assert coverage.reconciles
    assert coverage.unreadable["content.changed"].count == 1


def test_a_time_box(tmp_path: Path, searched: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    triage([NTFS], tmp_path / "case", NO_RULES)
    monkeypatch.setattr("cyberforensics.examining._GRACE", 0.0)
    stopped = scan(tmp_path / "case", replace(searched, stop_after=0.0))
    assert stopped.stopped == ("ntfs.E01",)
    coverage = stopped.document.exhibits[0].passes[1].coverage
    assert coverage is not None
    assert coverage.reconciles
    assert coverage.skipped["not-reached"].count > 0
    assert scan(tmp_path / "case", searched).stopped == ()
    triage([NTFS], tmp_path / "at once", searched)
    assert _by_id(tmp_path / "case") == _by_id(tmp_path / "at once")


def test_what_can_be_seen_before_the_long_work(tmp_path: Path, searched: Options) -> None:
    triage([helpers.STICK], tmp_path / "case", replace(NO_RULES, stop_after=0.0))
    with pytest.raises(CaseRefused, match="was not examined to its end"):
        scan(tmp_path / "case", searched)
    triage([helpers.STICK], tmp_path / "case", NO_RULES)
    with pytest.raises(UsageError, match="nothing to search for"):
        scan(tmp_path / "case", Options())
    with pytest.raises(CaseRefused, match="exhibit X is not in this case"):
        scan(tmp_path / "case", searched, exhibits=("X",))
    with pytest.raises(UsageError, match="X is no exhibit"):
        scan(tmp_path / "case", searched, roots={"X": helpers.STICK})
    result = helpers.inside("triage", helpers.STICK, "--case", tmp_path / "case")
    assert result.returncode == 40
    assert "cyberforensics scan" in result.stderr
