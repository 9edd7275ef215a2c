"""A case is repeated from its own record: what is the same is the same, and every difference is named with both values.

Expected values are what a test itself changed, digests that hashlib computes, and the settings of the runs.
"""

import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cyberforensics import case
from cyberforensics.model import versions
from cyberforensics.model.run import Options
from cyberforensics.model.scope import Scope
from cyberforensics.scan import scan
from cyberforensics.triage import triage
from tests import helpers

STICK = "demo-stick.E01"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case of two exhibits, with rules, lists, a zone and a scope; and one that was scanned later."""
    folder = tmp_path_factory.mktemp("made")
    rules = helpers.rule_file(folder)
    (folder / "words.txt").write_text("content\nlink\n")
    (folder / "later.yar").write_text('rule Later { strings: $a = "the" condition: $a }\n')
    truth = json.loads((helpers.FIXTURES / "truth" / "ntfs.json").read_text("utf-8"))
    digests = sorted({entry["sha256"] for volume in truth["volumes"] for entry in volume["entries"] if entry["sha256"]})
    (folder / "wanted.txt").write_text("\n".join(digests[::3]) + "\n")
    (folder / "known.txt").write_text("\n".join(digests[1::3]) + "\n")
    options = Options(
        rule_packs=(rules,),
        keywords=(folder / "words.txt",),
        wanted=(folder / "wanted.txt",),
        zones={STICK: "Asia/Colombo"},
        scope=Scope(exclude=("*/Reading",), note="letters are not to be read"),
        first=("*/tools",),
        cross_check=True,
        workers=2,
    )
    triage([helpers.STICK, helpers.FIXTURES / "ntfs.E01"], folder / "case", options)
    scan(folder / "case", Options(rule_packs=(folder / "later.yar",), known=(folder / "known.txt",), workers=2))
    return folder


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "case", tmp_path / "case"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an image, a rule file and their case."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copy(helpers.STICK, folder)
    helpers.made(folder / "case", folder / STICK, options=Options(rule_packs=(helpers.rule_file(folder),), workers=1))
    return folder


@pytest.fixture
def again(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small / "case", tmp_path / "case"))


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _repeated(folder: Path, *more: str | Path) -> subprocess.CompletedProcess[str]:
    return helpers.inside("verify", folder, "--repeat", "--workers", "2", *more)


def _differences(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stdout.splitlines() if line.startswith("DIFFERENT  repetition")]


def _changed(folder: Path, statement: str) -> None:
    database = sqlite3.connect(folder / case.STORE)
    with database:
        assert database.execute(statement).rowcount > 0
    database.close()


def _actions(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_case_repeats_identical(copy: Path, tmp_path: Path) -> None:
    before = _files(copy)
    work = tmp_path / "work" / "deeper"
    done = _repeated(copy, "--work", work)
    assert _differences(done) == [], done.stderr
    assert "OK  repetition: pass: 4 recorded, 4 repeated, all alike" in done.stdout
    assert "NOT REPEATED" not in done.stdout
    with case.open_existing(copy) as store:
        counts = {
            what: store.database.execute(query).fetchone()[0]
            for what, query in (
                ("entry", "SELECT count(*) FROM entry"),
                ("examination", "SELECT count(*) FROM examination"),
                ("finding", "SELECT count(*) FROM finding"),
                ("volume", "SELECT count(*) FROM volume"),
                ("problem", "SELECT count(*) FROM problem"),
                ("content searched again", "SELECT count(*) FROM scanned"),
                ("cross-check", "SELECT count(*) FROM cross_check"),
            )
        }
    for what, count in counts.items():
        assert count > 0
        assert f"OK  repetition: {what}: {count} recorded, {count} repeated, all alike" in done.stdout
    assert not work.exists()
    after = _files(copy)
    assert {name for name in after if after[name] != before.get(name)} == {case.LOG}
    assert before.keys() == after.keys()
    lines = _actions(copy / case.LOG)
    assert [line["action"] for line in lines[-2:]] == ["repetition started", "repetition finished"]
    assert lines[-1]["facts"] == {"rows that differ": 0}


def test_a_sealed_case_is_not_written_to(again: Path, tmp_path: Path) -> None:
    assert helpers.inside("seal", again, "--new-key", tmp_path / "key").returncode == 0
    before = _files(again)
    done = _repeated(again)
    assert done.returncode == 0, done.stdout
    after = _files(again)
    assert after.pop(case.AFTER)
    assert after == before
    assert [line["action"] for line in _actions(again / case.AFTER)] == ["repetition started", "repetition finished"]
    assert helpers.inside("verify", again).returncode == 0


def test_a_changed_byte_of_the_evidence(tmp_path: Path, fixture_image: Callable[[str], Path]) -> None:
    """The digests then and now are those that hashlib has for the file's bytes in the image."""
    data = bytearray(fixture_image("fat16.raw").read_bytes())
    truth = json.loads((helpers.FIXTURES / "truth" / "fat16.json").read_text("utf-8"))
    (wanted,) = [one for volume in truth["volumes"] for one in volume["entries"] if one["path"] == "/files/cards.txt"]
    size, before = wanted["size"], wanted["sha256"]
    at = next(at for at in range(0, len(data), 512) if hashlib.sha256(data[at : at + size]).hexdigest() == before)
    image = tmp_path / "fat.raw"
    image.write_bytes(data)
    folder = helpers.made(tmp_path / "case", image)
    data[at + size - 1] ^= 0xFF
    image.write_bytes(data)
    done = _repeated(folder)
    assert done.returncode == 10
    found = _differences(done)
    after = hashlib.sha256(data[at : at + size]).hexdigest()
    said = f'/files/cards.txt: sha256: recorded "{before}", repeated "{after}"'
    assert any(line.startswith("DIFFERENT  repetition: examination") and line.endswith(said) for line in found)
    assert any("digest of the source fat.raw" in line and hashlib.sha256(data).hexdigest() in line for line in found)
    assert not [line for line in found if line.startswith("DIFFERENT  repetition: entry")]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE finding SET severity = 4 WHERE number = 1", "/tools/update.ps1: severity: recorded 4, repeated 1"),
        ("DELETE FROM finding WHERE number = 1", '/tools/update.ps1: recorded nothing, repeated {"pass": "triage of'),
        (
            """UPDATE finding SET data = replace(data, '"rule":"Marked"', '"rule":"Masked"')""",
            'data.rule: recorded "Masked", repeated "Marked"',
        ),
        ("UPDATE entry SET path = '/words' WHERE path = '/words.txt'", 'recorded "/words", repeated "/words.txt"'),
        ("UPDATE entry SET t_modified = t_modified + 1 WHERE path = '/words.txt'", "/words.txt: t_modified: recorded"),
        ("UPDATE examination SET media_type = 'text/x-no' WHERE content = 5", 'recorded "text/x-no", repeated "'),
        (
            "UPDATE examination SET status = 'unreadable', status_reason = 'x' WHERE content = 5",
            'equation.unreadable: recorded {"x": {',
        ),
        ("UPDATE volume SET free = 7 WHERE free IS NOT NULL", "free: recorded 7, repeated "),
        (
            "INSERT INTO problem "
            "SELECT NULL, 1, 'x', exhibit, NULL, NULL, 'read', 'x', 'info', NULL, NULL, '' FROM exhibit",
            'problem x: recorded {"pass": "triage of demo-stick.E01"',
        ),
        ("UPDATE exhibit SET zone = 'Asia/Colombo'", 'zone: recorded "Asia/Colombo", repeated nothing'),
        (
            """UPDATE digest_check SET data = replace(data, '"computed":"', '"computed":"0')""",
            'digest of the source demo-stick.E01: data.computed: recorded "0',
        ),
    ],
)
def test_a_changed_row_is_named(again: Path, statement: str, said: str) -> None:
    _changed(again, statement)
    done = _repeated(again)
    assert done.returncode == 10
    assert any(said in line for line in _differences(done)), done.stdout


def test_rows_that_do_not_parse_are_damage(again: Path) -> None:
    for statement in (
        "UPDATE pass SET scope = '[]'",
        """UPDATE pass SET scope = '{}', run_key = '{"examined first":1}'""",
        "UPDATE pass SET run_key = 'x'",
    ):
        _changed(again, statement)
        done = _repeated(again)
        assert done.returncode == 41, (statement, done.stderr)
        assert "not of" in done.stderr or "NOT REPEATED, since the store is damaged" in done.stdout


def test_all_differences_are_in_the_json(again: Path) -> None:
    _changed(again, "UPDATE entry SET mode = 4242")
    done = _repeated(again)
    shown = [line for line in _differences(done) if "mode: recorded 4242" in line]
    with case.open_existing(again) as store:
        total = case.count_entries(store)
    assert total > len(shown) == 20
    assert f"DIFFERENT  repetition: {total - 20} more differences of entry: --json has them all" in done.stdout
    done = _repeated(again, "--json")
    assert done.returncode == 10
    details = [point["details"] for point in json.loads(done.stdout) if "details" in point]
    assert len([one for one in details if (one["field"], one["recorded"]) == ("mode", 4242)]) == total


def test_another_rule_pack(again: Path, small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yar"
    other.write_text(helpers.RULE.replace("example", "never to be found"))
    done = _repeated(again, "--rules", other)
    assert done.returncode == 10
    found = _differences(done)
    assert any(
        "triage of demo-stick.E01: rule packs: value, what only one of them has: recorded [" in line for line in found
    ), done.stdout
    assert any("finding" in line and "repeated nothing" in line for line in found)
    rules = small / "marked.yar"
    moved = rules.rename(tmp_path / "moved.yar")
    try:
        gone = _repeated(again)
        assert gone.returncode == 2
        assert "the rule pack marked (SHA-256 " in gone.stderr
        assert "name it: --rules PATH" in gone.stderr
        slip = _repeated(again, "--rules", moved, "--rules", other)
        assert (slip.returncode, "other.yar: stands for no rule pack of this case" in slip.stderr) == (2, True)
        (small / "marked.yar").write_text(helpers.RULE + "// changed\n")
        changed = _repeated(again)
        assert any(
            "pass triage of demo-stick.E01: packs, what only one of them has: recorded" in line
            for line in _differences(changed)
        )
    finally:
        (small / "marked.yar").write_text(helpers.RULE)


def test_lists_are_known_by_their_digests(copy: Path, made: Path, tmp_path: Path) -> None:
    """Named from elsewhere they serve; changed, they are a difference, with what came of it."""
    elsewhere = Path(shutil.copy(made / "wanted.txt", tmp_path))
    original = (made / "wanted.txt").read_bytes()
    try:
        (made / "wanted.txt").unlink()
        assert "the list of digests wanted.txt" in _repeated(copy).stderr
        assert _differences(_repeated(copy, "--hashes", elsewhere)) == []
        (made / "wanted.txt").write_bytes(b"\n".join(original.splitlines()[1:]) + b"\n")
        found = _differences(_repeated(copy))
        assert any("lists of digests: value, what only one of them has: recorded" in line for line in found)
    finally:
        (made / "wanted.txt").write_bytes(original)


def test_another_version(again: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = versions.result_versions()
    monkeypatch.setattr("cyberforensics.exhibit.result_versions", lambda: (*real[1:], ("cyberforensics", "99")))
    done = _repeated(again)
    assert done.returncode == 10
    assert [line for line in _differences(done) if "versions: value" in line and "cyberforensics 99" in line]
    assert len(_differences(done)) == 1


def test_what_is_not_repeated_is_named(again: Path) -> None:
    _changed(again, "UPDATE pass SET state = 'examining'")
    done = _repeated(again)
    assert (done.returncode, "nothing was examined to its end" in done.stderr) == (40, True)
    helpers.made(again, helpers.FIXTURES / "fat12.E01", options=Options(rule_packs=(), workers=2))
    done = _repeated(again)
    assert "NOT CHECKED  repetition: triage of demo-stick.E01: NOT REPEATED, since it was not examined to its end" in (
        done.stdout
    )
    assert _differences(done) == []


def test_a_damaged_store_is_not_repeated(again: Path) -> None:
    (again / case.STORE).write_bytes(b"x" * 4096)
    done = _repeated(again)
    assert done.returncode == 41
    assert "NOT CHECKED  repetition: NOT REPEATED, since the store is damaged" in done.stdout


def test_where_the_evidence_lies_now(again: Path, small: Path, tmp_path: Path) -> None:
    moved = (small / STICK).rename(tmp_path / STICK)
    try:
        done = _repeated(again)
        assert (done.returncode, f"--source {STICK}=PATH" in done.stderr, done.stdout) == (20, True, "")
        for named in ([moved], ["--source", f"{STICK}={moved}"]):
            done = helpers.inside("verify", again, "--repeat", *named)
            assert _differences(done) == [], done.stderr
            assert "OK  repetition: entry" in done.stdout
    finally:
        moved.rename(small / STICK)
    slips: tuple[tuple[tuple[str | Path, ...], str], ...] = (
        (("--source", f"other={moved}"), "other is no exhibit of this case"),
        (("--work", again / "work"), f"lies in {again}"),
        (("--work", again), f"lies in {again}"),
    )
    for arguments, said in slips:
        done = _repeated(again, *arguments)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    done = helpers.inside("verify", again, small / STICK)
    assert (done.returncode, "need --repeat" in done.stderr) == (2, True)


def test_with_the_engine_of_the_record(tmp_path: Path) -> None:
    options = Options(rule_packs=(helpers.rule_file(tmp_path),), engine="yara-x", workers=2)
    done = _repeated(helpers.made(tmp_path / "case", options=options))
    assert _differences(done) == [], done.stderr
    assert "OK  repetition: finding: 1 recorded, 1 repeated" in done.stdout
