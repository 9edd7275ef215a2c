"""Exports: the index, and the archive as other people's tools open it."""

import csv
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics import case, export
from cyberforensics.errors import CannotWrite
from cyberforensics.report import PASSWORD, ProtectedZip, protected_zip
from tests import helpers

EVERYTHING = case.Conditions()


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "case"
    helpers.made(folder)
    return folder


def _zip(stick: Path, archive: Path) -> tuple[tuple[export.ExportedFile, ...], str]:
    with case.open_existing(stick) as store:
        return export.export_zip(store, EVERYTHING, archive)


def test_the_index_says_where_each_name_was(stick: Path, tmp_path: Path) -> None:
    with case.open_existing(stick) as store:
        done = export.export(store, EVERYTHING, tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out/index.jsonl").read_text("utf-8").splitlines()]
    with (tmp_path / "out/index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(lines) == len(rows) == len(done) > 20
    for line, row in zip(lines, rows, strict=True):
        assert line["path"] == row["path"].removeprefix("'")
        assert json.loads(row["locator"]) == line["locator"]
        assert json.loads(row["times"]) == line["times"]
        for time in line["times"]:
            if time["meaning"] in row:
                assert row[time["meaning"]] == (time["time"] or time["time_missing"])
        data = (tmp_path / "out" / line["file"]).read_bytes()
        assert row["file"] == line["file"]
        for algorithm in ("md5", "sha1", "sha256"):
            assert hashlib.new(algorithm, data).hexdigest() == line[algorithm] == row[algorithm]


def test_python_opens_the_archive(stick: Path, tmp_path: Path) -> None:
    done, sha256 = _zip(stick, tmp_path / "hit.zip")
    assert hashlib.sha256((tmp_path / "hit.zip").read_bytes()).hexdigest() == sha256
    with zipfile.ZipFile(tmp_path / "hit.zip") as opened:
        assert all(info.flag_bits & 1 for info in opened.infolist())
        *files, jsonl, table = opened.namelist()
        assert (jsonl, table) == ("index.jsonl", "index.csv")
        assert set(files) == {item.file for item in done}
        assert len(files) == len(set(files))
        for name in files:
            assert hashlib.sha256(opened.read(name, PASSWORD)).hexdigest() == Path(name).name
        index = [json.loads(line) for line in opened.read(jsonl, PASSWORD).decode().splitlines()]
        assert [line["path"] for line in index] == [item.row.entry.path for item in done]
        with pytest.raises(RuntimeError, match="password"):
            opened.read(files[0])


@pytest.mark.parametrize(
    ("program", "package", "arguments"),
    [("7z", "p7zip-full", ["t", "-pinfected"]), ("unzip", "unzip", ["-P", "infected", "-t"])],
)
def test_the_tools_of_the_field_open_the_archive(
    stick: Path, tmp_path: Path, program: str, package: str, arguments: list[str]
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (apt: {package})")
    done, _ = _zip(stick, tmp_path / "hit.zip")
    told = subprocess.run([program, *arguments, str(tmp_path / "hit.zip")], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
    contents = len({item.file for item in done}) + 2
    assert (f"Files: {contents}" if program == "7z" else "No errors detected") in told.stdout
    wrong = [argument.replace("infected", "wrong") for argument in arguments]
    assert subprocess.run([program, *wrong, str(tmp_path / "hit.zip")], capture_output=True).returncode != 0


def test_the_same_contents_make_the_same_bytes_and_nothing_is_left(stick: Path, tmp_path: Path) -> None:
    (tmp_path / ".one.zip.unprotected/aa").mkdir(parents=True)  # of a run that was killed
    (tmp_path / ".one.zip.unprotected/aa/left").write_bytes(b"malware")
    _, first = _zip(stick, tmp_path / "one.zip")
    _, second = _zip(stick, tmp_path / "two.zip")
    assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.zip", "two.zip"]
    last = json.loads((stick / "examination-log.jsonl").read_text("utf-8").splitlines()[-1])
    assert second in json.dumps(last)


def test_an_archive_that_fails_leaves_the_one_before_and_nothing_else(
    stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hit.zip").write_bytes(b"the one before")

    def full(self: ProtectedZip) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ProtectedZip, "close", full)
    with pytest.raises(CannotWrite, match="No space left"):
        _zip(stick, tmp_path / "hit.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["hit.zip"]
    assert (tmp_path / "hit.zip").read_bytes() == b"the one before"


def test_one_place_is_asked_for(stick: Path, tmp_path: Path) -> None:
    folder = helpers.inside("export", stick, "--path", "*", "--zip", str(tmp_path))
    assert folder.returncode == 2
    assert "is a folder" in folder.stderr
    for places in ([], ["-o", str(tmp_path / "x"), "--zip", str(tmp_path / "y")]):
        refused = helpers.inside("export", stick, "--path", "*", *places)
        assert refused.returncode == 2
        assert "either -o FOLDER or --zip FILE" in refused.stderr


def _archive(contents: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    archive = ProtectedZip(out)
    for name, content in contents.items():
        archive.add(name, io.BytesIO(content))
    archive.close()
    return out.getvalue()


@settings(max_examples=30)
@given(st.dictionaries(st.text("abcdef0123456789", min_size=1, max_size=64), st.binary(max_size=3000), max_size=4))
def test_what_goes_in_comes_out(contents: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(_archive(contents))) as opened:
        assert {name: opened.read(name, PASSWORD) for name in opened.namelist()} == contents


@pytest.mark.parametrize(("bound", "value"), [("_LARGE", 1500), ("_MANY", 2)])
def test_large_archives_have_the_fields_of_zip64(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    """With a bound lowered: what a giant would need is in the fields, and readers that go by them find all."""
    monkeypatch.setattr(protected_zip, bound, value)
    contents = {"a": b"x" * 1000, "b": b"y" * 2000, "c": b"z"}
    data = _archive(contents)
    assert b"PK\6\6" in data
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert {name: opened.read(name, PASSWORD) for name in opened.namelist()} == contents
    path = tmp_path / "large.zip"
    path.write_bytes(data)
    if shutil.which("7z") is None:
        pytest.skip("7z is not installed (apt: p7zip-full)")
    told = subprocess.run(["7z", "t", "-pinfected", str(path)], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout
    assert "Warning" not in told.stdout


def test_more_members_than_zip_counts(tmp_path: Path) -> None:
    contents = {f"{number:x}": b"" for number in range(0x1_0001)}
    with zipfile.ZipFile(io.BytesIO(_archive(contents))) as opened:
        assert len(opened.namelist()) == len(contents)
        assert opened.read("10000", PASSWORD) == b""
