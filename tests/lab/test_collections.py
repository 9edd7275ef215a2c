"""Scenarios whose evidence is a zip collection: what truth.json says of it, zipinfo and a triage of the zip say too."""

import hashlib
import json
import re
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cyberforensics.lab.building import build
from cyberforensics.lab.handing_out import hand_out
from cyberforensics.lab.scenario_file import ScenarioError, read_scenario
from cyberforensics.lab.shipped import folder_of
from cyberforensics.lab.truth import Truth
from cyberforensics.lab.trying import try_out
from cyberforensics.model.training import MARK_TEXT
from tests import helpers
from tests.hostile.checks import OPTIONS, checked_triage
from tests.lab import plans

COLLECTED = 'file_system = "zip"\nsize = "4 MiB"\ndisk = "whole"\ncontainer = "zip"'
DELETION = '[[actions]]\nat = "day 3 07:59:58"\ndo = "delete"\nvolume = "stick"\npath = "/notes/{animal} plan.txt"\n'


def scenario(folder: Path, more: str = "", *, deletes: bool = False) -> Path:
    """The case ``start`` with its stick handed in as a collection; `more` stands before its actions."""
    source = folder_of(Path("start"))
    shutil.copytree(source, folder)
    path = folder / "scenario.toml"
    text = path.read_text("utf-8")
    volume = 'file_system = "fat16"\nsize = "16 MiB"\ndisk = "whole"\ncontainer = "raw"'
    assert volume in text
    assert DELETION in text
    text = text.replace(volume, COLLECTED).replace('finds = ["entry", "deleted"]', 'finds = ["entry"]')
    if not deletes:
        text = text.replace(DELETION, "")
    path.write_text(text + more, "utf-8")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("collection")
    written = read_scenario(scenario(folder / "scenario"))
    try_out(written)
    return folder / "made", hand_out(written, "1", folder / "made")


def test_zipinfo_reads_what_was_planted(made: tuple[Path, Truth]) -> None:
    folder, truth = made
    (image,) = truth.images
    path = folder / "handout" / image.file
    data = path.read_bytes()
    assert path.name == "stick.zip"
    assert (image.volumes[0].file_system, image.media_size, image.volumes[0].size, image.volumes[0].offset) == (
        "zip",
        len(data),
        len(data),
        0,
    )
    assert image.files[0].sha256 == image.media_sha256 == hashlib.sha256(data).hexdigest()
    assert plans.program("unzip", "-p", path, "TRAINING.txt").encode() == MARK_TEXT.replace("\r\n", "\n").encode()
    with zipfile.ZipFile(path) as archive:
        assert archive.comment.startswith(b"TRAINING")
        assert archive.testzip() is None
        for one in truth.planted:
            content = archive.read(one.path[1:])
            assert (len(content), hashlib.sha256(content).hexdigest()) == (one.size, one.sha256)
            ((start, length),) = one.runs
            assert data[start : start + length] == content
            told = plans.program("zipinfo", "-v", path, one.path[1:])
            modified = next(time for time in one.times if time.meaning == "modified")
            assert modified.precision == 100
            moment = re.search(r"file last modified on \(UT extra field modtime\): +(.*) UTC", told)
            assert moment is not None
            said = datetime.strptime(moment[1], "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
            assert modified.time[:19] == said.isoformat()[:19]


def test_a_triage_of_the_zip_finds_what_the_truth_says(made: tuple[Path, Truth], tmp_path: Path) -> None:
    folder, truth = made
    (image,) = truth.images
    outcome = checked_triage({"STICK": folder / "handout" / image.file}, tmp_path)
    assert not outcome.failures
    assert outcome.problems == {"volume.collection": 1}
    for one in truth.planted:
        row = outcome.entry(one.path)
        assert (row["size"], row["md5"], row["sha256"]) == (one.size, one.md5, one.sha256)
        assert (row["name_state"], row["recovery"]) == (one.name_state, one.recovery)
        found = [(time["meaning"], time["time"], time["precision"], time["zone_basis"]) for time in row["times"]]
        assert found == [(time.meaning, time.time, time.precision, time.zone_basis) for time in one.times]
        assert row["extension_mismatch"] is ("mismatch" in one.finds)
    assert outcome.summary is not None
    (exhibit,) = outcome.summary.document.exhibits
    computed = {check.algorithm: check.computed for check in exhibit.digest_checks if check.subject == "media"}
    assert computed["sha256"] == image.media_sha256


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(made: tuple[Path, Truth], tmp_path: Path) -> None:
    _, truth = made
    written = read_scenario(scenario(tmp_path / "scenario"))
    digests = []
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        digests.append(build(written, seed, tmp_path / seed).truth.images[0].files[0].sha256)
    assert digests[0] == truth.images[0].files[0].sha256 != digests[1]


def test_grading_knows_the_digest_of_a_collection(made: tuple[Path, Truth], tmp_path: Path) -> None:
    folder, truth = made
    image = folder / "handout" / truth.images[0].file
    helpers.made(tmp_path / "case", image, options=OPTIONS)
    result = helpers.inside("lab", "grade", "--truth", next(folder.rglob("truth.json")), tmp_path / "case", "--json")
    assert result.returncode == 0, result.stderr
    (grade,) = json.loads(result.stdout)
    (digests,) = [line for line in grade["marks"] if line["question"] == "digests of the media"]
    assert digests["points"] == digests["most"] > 0


def refused(folder: Path) -> str:
    with pytest.raises(ScenarioError) as raised:
        try_out(read_scenario(folder))
    (detail,) = raised.value.details
    return detail


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('container = "zip"', 'container = "e01"', 'file_system = "zip"', 'write container = "zip", too'),
        ('file_system = "zip"', 'file_system = "ntfs"', 'container = "zip"', 'write file_system = "zip", too'),
        ('disk = "whole"', 'disk = "gpt"', 'disk = "gpt"', "a zip has no gpt"),
        ('size = "4 MiB"', 'size = "1 KiB"', 'size = "1 KiB"', "bytes more than its size allows"),
    ],
)
def test_what_does_not_go_together_has_its_line(tmp_path: Path, old: str, new: str, line: str, told: str) -> None:
    folder = scenario(tmp_path / "scenario")
    path = folder / "scenario.toml"
    text = path.read_text("utf-8").replace(COLLECTED, COLLECTED.replace(old, new))
    path.write_text(text, "utf-8")
    number = text[: text.index(line, text.index('id = "stick"'))].count("\n") + 1
    detail = refused(folder)
    assert detail.startswith(f"scenario.toml:{number}: ")
    assert told in detail


def test_what_a_collection_has_no_place_for_has_its_line(tmp_path: Path) -> None:
    more = {
        "do": "a collection has no deleted files, and stick is one; leave the action out",
        "hide": '\n[[actions]]\nat = "day 2 19:00:00"\ndo = "hide"\nvolume = "stick"\n'
        'path = "/notes/{animal} plan.txt"\nstream = "s"\ntext = "x"\n',
        "damage": '\n[[damage]]\nvolume = "stick"\ndo = "flip"\npath = "/notes/{animal} plan.txt"\n',
    }
    folder = scenario(tmp_path / "delete", deletes=True)
    text = (folder / "scenario.toml").read_text("utf-8")
    number = text[: text.index('do = "delete"')].count("\n") + 1
    assert refused(folder).startswith(f"scenario.toml:{number}: do: delete: {more['do']}")
    for name, told in (("hide", "no streams and no slack"), ("damage", "stick is a zip, which can't be damaged")):
        folder = scenario(tmp_path / name, more[name])
        text = (folder / "scenario.toml").read_text("utf-8")
        key = 'do = "hide"' if name == "hide" else 'volume = "stick"'
        number = text[: text.rindex(key)].count("\n") + 1
        detail = refused(folder)
        assert detail.startswith(f"scenario.toml:{number}: ")
        assert told in detail
