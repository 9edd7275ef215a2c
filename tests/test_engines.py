"""A whole triage with either engine finds the same."""

from pathlib import Path

import pytest

from tests import helpers


@pytest.mark.parametrize("image", ["demo.E01", "ntfs.E01", "ext4.E01", "fat32.E01", "iso.E01"])
def test_a_triage_with_the_other_engine_is_equal(tmp_path: Path, image: str) -> None:
    rules = tmp_path / "r.yar"
    rules.write_text(helpers.RULE + "rule Named { condition: filename matches /e/ and filesize > 0 }")
    (tmp_path / "words.txt").write_text("example\ncontent\n")
    shown = {}
    for engine in ("yara-python", "yara-x"):
        folder = tmp_path / engine
        options = ("--rules", rules, "--keywords", tmp_path / "words.txt", "--workers", "2", "--engine", engine)
        result = helpers.run("triage", helpers.FIXTURES / image, "--case", folder, *options)
        assert result.returncode in (0, 10), result.stderr
        shown[engine] = helpers.shown(folder)
        assert f"{engine} " in (folder / "reports" / "report.html").read_text("utf-8")
    assert shown["yara-python"] == shown["yara-x"]
    assert shown["yara-x"]["findings"]
