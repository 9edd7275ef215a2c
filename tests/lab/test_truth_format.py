"""A truth of another format is refused by its format, before its shape is looked at."""

import json
from pathlib import Path

import pytest

from cyberforensics.errors import UsageError
from cyberforensics.lab.truth import FORMAT, Truth, read_truth, written


def test_the_truth_of_another_version_is_refused_by_its_format(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    for found, by in (
        ({"format": "cyberforensics training truth 1", "planted": [{"id": "x"}]}, "an earlier version"),
        ({"format": "cyberforensics training truth 3", "made_by": "cyberforensics 9.9\x1b"}, r"cyberforensics 9.9\x1b"),
        ({"format": "cyberforensics training truth 1", "made_by": 7}, "an earlier version"),
    ):
        path.write_text(json.dumps(found))
        with pytest.raises(UsageError) as told:
            read_truth(path)
        assert f"was made by {by} in the format" in str(told.value)
        assert repr(FORMAT) in str(told.value)
        assert "lab build" in str(told.value.hint)


@pytest.mark.parametrize("found", [[], 7, {}, {"format": "x"}, {"format": 1}, {"format": FORMAT}])
def test_what_is_no_truth_is_refused_by_its_shape(found: object, tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(found))
    with pytest.raises(UsageError, match="is no truth of a training case"):
        read_truth(path)


def test_what_was_written_says_who_made_it(tmp_path: Path) -> None:
    truth = Truth(FORMAT, "s", "v", (), (), (), (), 4, "cyberforensics 0.1.0")
    (tmp_path / "truth.json").write_bytes(written(truth))
    assert read_truth(tmp_path / "truth.json") == truth
    assert json.loads(written(truth))["format"].endswith(" 2")
