"""Damage that a scenario tells: what its truth says is left must be found, whatever was done to the rest.

The scenario is text (`scenarios/damaged`), so that each image can be made again from a seed. What ``icat`` of The
Sleuth Kit reads of the same images is compared as well, where it opens them.
"""

import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cyberforensics.lab.building import build
from cyberforensics.lab.damaging import KINDS
from cyberforensics.lab.scenario import Damage
from cyberforensics.lab.scenario_file import ScenarioError, Written, read_scenario
from cyberforensics.lab.truth import Planted, Truth
from tests import helpers
from tests.hostile.checks import Outcome, checked_triage
from tests.hostile.forked import forked_workers

SCENARIO = Path(__file__).parent / "scenarios" / "damaged"


@dataclass(frozen=True)
class Made:
    """The images of a seed and what a triage of them came to."""

    folder: Path
    truth: Truth
    outcome: Outcome

    def row(self, one: Planted) -> list[dict[str, object]]:
        """What is said of a planted file."""
        place = (one.volume.upper(), one.path)
        return [row for row in self.outcome.rows["entries"] if (row["evidence"], row["path"]) == place]


@pytest.fixture(scope="module", params=["1", "another"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "images").mkdir()
    truth = build(read_scenario(SCENARIO), request.param, folder / "images").truth
    with forked_workers():
        sources = {image.id.upper(): folder / "images" / image.file for image in truth.images}
        return Made(folder / "images", truth, checked_triage(sources, folder))


def test_nothing_that_must_hold_fails(made: Made) -> None:
    assert made.outcome.failures == []
    assert made.outcome.opened
    assert len(made.outcome.rows["coverage"]) == len(made.truth.images)


def test_what_the_truth_says_is_left_is_found(made: Made) -> None:
    counted = {"whole": 0, "changed": 0, "in-part": 0, "open": 0}
    for one in made.truth.planted:
        counted[one.left] += 1
        if one.left == "open":
            continue
        (row,) = made.row(one)
        if one.left == "whole":
            assert (row["status"], row["sha256"], row["size"]) == ("whole", one.sha256, one.size), one
        elif one.left == "changed":
            assert row["sha256"] not in (None, one.sha256), (one, row)
            assert row["size"] == one.size
        else:
            assert row["status"] in ("partial", "unreadable"), (one, row)
            assert row["sha256"] != one.sha256
            assert row["size"] == one.size
    assert counted["whole"] >= 30
    assert counted["changed"] >= 4
    assert counted["in-part"] >= 5


def test_a_volume_without_its_boot_record_is_not_silently_empty(made: Made) -> None:
    codes = {row["code"] for row in made.outcome.rows["problems"] if row["evidence"] == "UNBOOTABLE"}
    volumes = [row for row in made.outcome.rows["volumes"] if row["evidence"] == "UNBOOTABLE"]
    assert codes
    assert [row["status"] for row in volumes] != ["opened"]


def test_the_sleuth_kit_reads_what_is_left(made: Made) -> None:
    if shutil.which("icat") is None:
        pytest.skip("icat is not there (Debian package sleuthkit)")
    compared = 0
    for image in made.truth.images:
        if not image.file.endswith(".raw") or image.id == "unbootable":
            continue
        path = made.folder / image.file
        listing = subprocess.run(["fls", "-r", "-p", path], capture_output=True, text=True, check=True).stdout
        for one in made.truth.planted:
            found = re.search(rf"^r/r ([\d-]+):\t{re.escape(one.path[1:])}$", listing, re.MULTILINE)
            if one.volume != image.id or one.left == "open":
                continue
            assert found is not None, one
            given = subprocess.run(["icat", path, found[1]], capture_output=True, check=False).stdout
            assert (hashlib.sha256(given).hexdigest() == one.sha256) == (one.left == "whole"), one
            compared += 1
    assert compared >= 30


def test_the_same_seed_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    again = build(read_scenario(SCENARIO), "1", tmp_path).truth
    same = [one.files for one in again.images] == [one.files for one in made.truth.images]
    assert same == (again.variant == made.truth.variant)


def test_every_kind_of_damage_is_in_the_scenario() -> None:
    assert {one.do for one in read_scenario(SCENARIO).scenario.damage} == {name for name, _ in KINDS}


def test_every_kind_of_damage_is_documented() -> None:
    text = (helpers.ROOT / "docs" / "labs.md").read_text("utf-8")
    for name, kind in KINDS:
        takes = " ".join(f"`{key}`" for key in (*kind.needs, *kind.takes))
        assert f"| `{name}` | {takes} | {kind.about} |" in text, name


def test_damage_is_told_apart_from_what_was_there(made: Made, tmp_path: Path) -> None:
    """The undamaged images differ from the damaged ones where the truth says so, and nowhere else."""
    scenario = read_scenario(SCENARIO)
    sound = replace(scenario, scenario=replace(scenario.scenario, damage=()))
    seed = "1" if made.truth.variant == build(scenario, "1", _new(tmp_path / "a")).truth.variant else "another"
    truth = build(sound, seed, _new(tmp_path / "sound")).truth
    assert {one.left for one in truth.planted} == {"whole"}
    looked_at = 0
    for broken in made.truth.damage:
        (name,) = [image.file for image in made.truth.images if image.id == broken.volume]
        if not name.endswith(".raw"):
            continue
        before, after = (tmp_path / "sound" / name).read_bytes(), (made.folder / name).read_bytes()
        if broken.do == "cut":
            assert after == before[: broken.offset]
            continue
        end = broken.offset + broken.size
        assert before[broken.offset : end] != after[broken.offset : end], broken
        if broken.do == "cycle":  # in the second table, too
            end += broken.size
        assert before[: broken.offset] + before[end:] == after[: broken.offset] + after[end:], broken
        looked_at += 1
    assert looked_at >= 6


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (Damage("cycle", "cycle", path="/Documents/nothing.txt"), "no such file"),
        (Damage("cycle", "cycle", path="/Documents/first {word}.txt", at=0), None),
        (Damage("zeroed", "cycle", path="/Documents/first {word}.txt"), "fat12, fat16 and fat32"),
        (Damage("zeroed", "self", path="/Documents/first {word}.txt"), "only ntfs has records"),
        (Damage("cut", "cut", at=1 << 40), "within the 2097152 bytes"),
        (Damage("cut", "zero", at=1 << 40), "behind the end"),
        (Damage("cut", "flip", path="/Documents/first {word}.txt", at=9000), "9000 bytes, so none at 9000"),
    ],
)
def test_what_cant_be_done_says_what_can(damage: Damage, says: str | None, tmp_path: Path) -> None:
    written = _with(read_scenario(SCENARIO), damage)
    if says is None:
        build(written, "1", tmp_path)
        return
    with pytest.raises(ScenarioError) as error:
        build(written, "1", tmp_path)
    assert says in " ".join((str(error.value), *error.value.details))


def _with(written: Written, damage: Damage) -> Written:
    return replace(written, scenario=replace(written.scenario, damage=(damage,)))


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder
