"""Every kind of file of a sealed case, and every kind of change to it: `verify` names the file, and so do others.

A case is sealed with every kind of file that a case may have. Each change is made by the test, so that it knows what is
to be named; `sha256sum -c` and the page ``verify.py`` are asked wherever they can see it.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberforensics import case, sealing, signing, triage
from cyberforensics.case import log
from tests import helpers
from tests.signing import authority

FACTS = '[laboratory]\nname = "Laboratory of {name}"\n'
EXPORTED = "files/ab/cd/abcd"
FILES = (
    *(case.STORE, case.LOG, "case.toml", "run.log", sealing.VERIFY, EXPORTED),
    *("reports/report.html", "reports/timeline.csv", "reports/case.jsonld"),
    *(case.MANIFEST, case.SIGNATURE, case.SIGNERS, case.TIME_STAMP, case.AFTER),
)
IN_MANIFEST = tuple(name for name in FILES if name not in case.OUTSIDE)


def _sealed(folder: Path, name: str, tsa: authority.Authority) -> Path:
    """A case with every kind of file; another name gives other bytes in each."""
    made = folder / "case"
    image = helpers.STICK if name == "one" else helpers.FIXTURES / "fat12.E01"
    options = triage.Options(rule_packs=(helpers.rule_file(folder),), workers=2, examiner=name)
    helpers.made(made, image, options=options)
    (made / "case.toml").write_text(FACTS.format(name=name))
    (made / "run.log").write_text(f"of {name}\n")
    (made / EXPORTED).parent.mkdir(parents=True)
    (made / EXPORTED).write_text(f"exported from {name}")
    for arguments in (
        ("note", made, f"seen by {name}"),
        ("report", made, "--case-jsonld"),
        ("seal", made, "--new-key", folder / "key"),
        ("stamp", made, "--request", folder / "ask.tsq"),
    ):
        done = helpers.inside(*arguments)
        assert done.returncode == 0, done.stderr
    tsa.reply(folder / "ask.tsq", folder / "reply.tsr")
    assert helpers.inside("stamp", made, "--response", folder / "reply.tsr").returncode == 0
    exported = ("export", made, "--path", "*.txt", "--source", f"{image.name}={image}", "-o", folder / "out")
    helpers.inside(*exported)
    return made


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> authority.Authority:
    return authority.made(tmp_path_factory.mktemp("authority") / "tsa")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory, tsa: authority.Authority) -> Path:
    return _sealed(tmp_path_factory.mktemp("one"), "one", tsa)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, tsa: authority.Authority) -> Path:
    return _sealed(tmp_path_factory.mktemp("other"), "other", tsa)


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "case"))


def _named(folder: Path, name: str, *, damaged: bool = False) -> None:
    """`verify` ends in 10, or in 41 where the store is damaged, and names the file."""
    done = helpers.inside("verify", folder)
    assert done.returncode == 10 or (damaged and done.returncode == 41), done.stdout + done.stderr
    found = [line for line in done.stdout.splitlines() if line.startswith(("DIFFERENT", "DAMAGED"))]
    assert any(name in line for line in found), done.stdout


def _sha256sum(folder: Path) -> tuple[int, str]:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("the program sha256sum is not installed")
    command = [program, "-c", "--strict", case.MANIFEST]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, errors="replace")
    return done.returncode, done.stdout + done.stderr


def _page(folder: Path) -> tuple[int, str]:
    """The page of code, taken from elsewhere than the case, as it says of itself."""
    page = helpers.ROOT / "src" / "cyberforensics" / "case" / "without_us.py"
    command = [sys.executable, "-I", "-S", str(page), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=helpers.SECONDS)
    return done.returncode, done.stdout + done.stderr


def test_every_kind_of_file_is_tried(sealed: Path, other: Path) -> None:
    for folder in (sealed, other):
        assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == set(FILES)
        assert helpers.inside("verify", folder).returncode == 0
        assert (_sha256sum(folder)[0], _page(folder)[0]) == (0, 0)


def _flipped(place: float) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[min(int(len(data) * place), len(data) - 2)] ^= 0x02  # text ends in a newline
        path.write_bytes(data)

    return change


def _truncated(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _appended(path: Path) -> None:
    with path.open("ab") as out:
        out.write(b"x\n")


def _removed(path: Path) -> None:
    path.unlink()


def _renamed(path: Path) -> None:
    path.rename(path.with_name("renamed"))


def _linked(path: Path) -> None:
    """The same bytes, but through a link: whoever owns its target can change them."""
    path.symlink_to(path.rename(path.with_name(f"{path.name}.moved")))


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").touch()


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


CHANGES: dict[str, Callable[[Path], None]] = {
    "first byte": _flipped(0),
    "byte in the middle": _flipped(0.5),
    "last byte": _flipped(1),
    "truncated": _truncated,
    "emptied": _emptied,
    "appended": _appended,
    "removed": _removed,
    "renamed": _renamed,
    "a link": _linked,
    "a folder": _a_folder,
    "a pipe": _a_pipe,
}
NOT_SEEN = {(case.AFTER, "appended"), (case.AFTER, "truncated")}
"""Half a line is what a power cut leaves, and the end of this file is protected by nothing (docs/sealing.md)"""


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", FILES)
def test_a_change_is_named(copy: Path, name: str, change: str) -> None:
    CHANGES[change](copy / name)
    if (name, change) in NOT_SEEN:
        assert f"{case.AFTER}: line" in helpers.inside("verify", copy).stdout
        return
    _named(copy, name, damaged=name == case.STORE)
    gone = change in ("removed", "renamed", "a folder", "a pipe", "emptied")
    if name in IN_MANIFEST and change not in ("a link", "a pipe"):  # sha256sum follows links, and waits for a pipe
        code, said = _sha256sum(copy)
        assert code != 0
        assert any(line.startswith(f"{name}: FAILED") for line in said.splitlines()), said
    elif name == case.MANIFEST and change != "a link" and change != "a pipe":
        assert _sha256sum(copy)[0] != 0 or change == "appended"
    if name in IN_MANIFEST:
        code, said = _page(copy)
        assert (code, f"'{name}" in said) == (10, True), said
    elif name == case.MANIFEST and not gone and change != "a link":
        assert _page(copy)[0] == 10


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_case_is_named(copy: Path, other: Path, name: str) -> None:
    if (copy / name).read_bytes() == (other / name).read_bytes():
        assert name == sealing.VERIFY  # the same page lies in every case
        return
    shutil.copy(other / name, copy / name)
    _named(copy, name, damaged=name == case.STORE)
    if name in IN_MANIFEST:
        assert f"{name}: FAILED" in _sha256sum(copy)[1]
        assert f"'{name}' was changed" in _page(copy)[1]


@pytest.mark.parametrize("where", ["", "reports", "files/ab/cd", "new folder"])
def test_an_added_file_is_named(copy: Path, where: str) -> None:
    (copy / where).mkdir(exist_ok=True)
    (copy / where / "added").write_text("x")
    name = f"{where}/added".lstrip("/")
    _named(copy, f"{name} was added")
    assert f"'{name}' was added" in _page(copy)[1]
    assert _sha256sum(copy)[0] == 0  # it looks at what the manifest lists alone


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_what_a_database_leaves_behind_is_named_and_not_read(copy: Path, suffix: str) -> None:
    """A write-ahead log of changes that SQLite itself made: whoever opens the store without care reads other rows."""
    beside = Path(shutil.copy(copy / case.STORE, copy.parent / "changed.sqlite"))
    database = sqlite3.connect(beside, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("UPDATE entry SET path = '/changed'")
    left = copy.parent / "changed.sqlite-wal"
    assert left.stat().st_size > 0
    shutil.copy(left, copy / f"{case.STORE}{suffix}")
    database.close()
    _named(copy, f"{case.STORE}{suffix} was added")
    assert f"{case.STORE}{suffix}' was added" in _page(copy)[1]
    assert "OK  reports: reports/report.html" in helpers.inside("verify", copy).stdout
    assert "/changed" not in helpers.inside("show", "entries", copy).stdout


@pytest.mark.parametrize("where", ["first", "middle", "last"])
@pytest.mark.parametrize("change", ["changed", "removed", "doubled", "moved", "junk"])
def test_a_line_of_the_log_is_named(copy: Path, where: str, change: str) -> None:
    lines = (copy / case.LOG).read_bytes().splitlines()
    at = {"first": 0, "middle": len(lines) // 2, "last": len(lines) - 1}[where]
    line = lines.pop(at)
    if change == "changed":
        lines.insert(at, line.replace(b'"operator":"', b'"operator":"x'))
    elif change == "doubled":
        lines[at:at] = [line, line]
    elif change == "moved":
        lines.insert(at + 1 if at < len(lines) else at - 1, line)
    elif change == "junk":
        lines.insert(at, b"x")
    (copy / case.LOG).write_bytes(b"\n".join(lines) + b"\n")
    _named(copy, f"{case.LOG} was changed")
    if (where, change) != ("last", "changed"):  # that its own line is the last, and whole, the manifest alone tells
        _named(copy, f"{case.LOG}: line")
    assert "log.jsonl' was changed" in _page(copy)[1]
    assert f"{case.LOG}: FAILED" in _sha256sum(copy)[1]


def test_a_case_sealed_anew_is_named_by_whoever_kept_the_key(copy: Path, tmp_path: Path) -> None:
    """All of it is consistent: what tells is the key that the verifier has from elsewhere."""
    trusted = tmp_path / "trusted"
    trusted.write_text(f"examiner {signing.make_key(tmp_path / 'lab').public}\n")
    done = helpers.inside("verify", copy, "--allowed-signers", trusted, "--identity", "examiner")
    assert done.returncode == 10
    assert f"which {trusted} does not have as that of examiner" in done.stdout


def test_broken_facts_are_named_by_their_line(copy: Path) -> None:
    (copy / "case.toml").write_text('[laboratory]\nname = "x\n')
    _named(copy, "case.toml was changed")
    _named(copy, "case.toml: not TOML: Illegal character '\\n' (at line 2, column 10)")
    done = helpers.inside("verify", copy)
    assert "DAMAGED" not in done.stdout


def test_an_unknown_zone_in_the_seal_is_named(copy: Path) -> None:
    lines = (copy / case.LOG).read_bytes()
    (copy / case.LOG).write_bytes(lines.replace(b'"zone":null', b'"zone":"Nowhere/City, tzdata 2026a"'))
    _named(copy, "the seal names the time zone Nowhere/City")


def test_a_torn_line_is_recovered_from_and_said(tmp_path: Path) -> None:
    """As a power cut leaves it; the next action says so, and every check still passes, ours and the others'."""
    folder = helpers.made(tmp_path / "case")
    torn = b'{"action":"fact not'
    with (folder / case.LOG).open("ab") as out:
        out.write(torn)
    assert "was cut short while it was written" in helpers.inside("verify", folder).stdout
    assert helpers.inside("log", folder).returncode == 10
    assert helpers.inside("note", folder, "power came back").returncode == 0
    lines = (folder / case.LOG).read_bytes().splitlines()
    assert lines[-3] == torn
    recovered = json.loads(lines[-2])
    assert recovered["action"] == log.RECOVERED
    assert recovered["facts"] == {"bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest()}
    assert json.loads(lines[-1])["chain"] == hashlib.sha256(lines[-2]).hexdigest()
    assert helpers.inside("seal", folder, "--new-key", tmp_path / "key").returncode == 0
    done = helpers.inside("verify", folder)
    assert (done.returncode, f"line {len(lines) - 2} was cut short" in done.stdout) == (0, True)
    assert (_page(folder)[0], _sha256sum(folder)[0]) == (0, 0)
