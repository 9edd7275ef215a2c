"""A sheet copied from a neighbour brings little: every ordered pair of thirty variants of each case that ships."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

import pytest

from cyberforensics.lab import shipped
from cyberforensics.lab.answers import Sheet
from cyberforensics.lab.building import build
from cyberforensics.lab.grading import grade
from cyberforensics.lab.scenario_file import Written, read_scenario
from cyberforensics.lab.wording import wording
from tests.lab.answered import all_right

WORDS = wording("en")
VARIANTS = 30
MEAN = 0.15
HIGHEST = 0.35
_LARGEST = 40 << 20


def _small(written: Written) -> Written:
    """The same story and questions on small volumes without background: no answers but digests of media differ."""
    volumes = tuple(
        replace(
            one,
            size=min(one.size, _LARGEST),
            container="raw",
            disk="whole",
            background=replace(one.background, files=0),
        )
        for one in written.scenario.volumes
    )
    return replace(written, scenario=replace(written.scenario, volumes=volumes))


@pytest.mark.parametrize("name", [one.name for one in shipped.cases()])
def test_a_copied_sheet_brings_little_and_ones_own_everything(name: str, tmp_path: Path) -> None:
    written = _small(read_scenario(shipped.folder_of(Path(name))))
    truths = []
    for number in range(VARIANTS):
        with TemporaryDirectory(dir=tmp_path) as folder:
            truths.append(build(written, f"class/{number}", Path(folder)).truth)
    for truth in truths:
        own = grade(truth, all_right(truth), WORDS, sums="right")
        assert own.points == own.most > 0
        assert grade(truth, Sheet("empty", (), ()), WORDS).points == 0
    # Who copies every row can digest the copy: those steps are given.
    grades = [grade(truth, all_right(other), WORDS, sums="right") for truth, other in permutations(truths, 2)]
    shares = [one.points / one.most for one in grades]
    print(f"{name}: mean {mean(shares):.3f}, highest {max(shares):.3f}")  # noqa: T201 - figures of docs/labs.md: pytest -s
    assert mean(shares) <= MEAN
    assert max(shares) <= HIGHEST
