"""Identity, locators, coverage, media types: small nouns, small tests."""

import json

import pytest

from cyberforensics.model.coverage import Amount, EntryCoverage, MediaCoverage, MediaPart
from cyberforensics.model.identity import child_id, finding_id, root_id
from cyberforensics.model.locators import dumps, join
from cyberforensics.model.meanings import describe
from cyberforensics.model.media_types import category, extension_mismatch


def test_ids_tell_neighbours_apart() -> None:
    root = root_id("E", "p1")
    assert root != root_id("E", "p2") != root_id("F", "p1")
    ids = {
        child_id(root, b"a", "5", "allocated", b"", 0),
        child_id(root, b"a", "5", "allocated", b"", 1),
        child_id(root, b"a", "5", "deleted", b"", 0),
        child_id(root, b"a", "6", "allocated", b"", 0),
        child_id(root, b"a", "5", "allocated", b"s", 0),
        child_id(root, b"a5", "", "allocated", b"", 0),
    }
    assert len(ids) == 6
    assert finding_id("e", "yara", "p", "n", "r", (("$a", 1),)) != finding_id("e", "yara", "p", "n", "r", (("$a", 2),))


def test_a_locator_joins_at_its_innermost_layer() -> None:
    volume = dumps({"type_indicator": "OS", "location": "evidence:E/x"})
    leaf = dumps({"type_indicator": "TSK", "inode": 5})
    assert json.loads(join(volume, leaf))["parent"]["location"] == "evidence:E/x"


def test_coverage_reconciles_only_when_both_sides_are_equal() -> None:
    seen = Amount(3, 30)
    assert EntryCoverage(seen, Amount(1, 10), {"a": Amount(1, 10)}, {"b": Amount(1, 10)}, {}, 0, 3).reconciles
    assert not EntryCoverage(seen, Amount(3, 29), {}, {}, {}, 0, 3).reconciles
    assert not EntryCoverage(seen, Amount(2, 30), {}, {}, {}, 0, 3).reconciles


def test_media_reconciles_only_when_the_parts_add_up() -> None:
    part = MediaPart("E/p1", "slack", 10, examined=False)
    assert MediaCoverage("E", 10, (part,)).reconciles
    assert not MediaCoverage("E", 11, (part,)).reconciles
    assert MediaCoverage("E", None, ()).reconciles


@pytest.mark.parametrize(
    ("extension", "found", "verdict"),
    [
        (".txt", "image/png", True),
        (".png", "image/png", False),
        (".docx", "application/zip", False),
        (".exe", "text/plain", True),
        (".xyz", "image/png", None),
        (".png", "application/octet-stream", None),
        (".png", None, None),
    ],
)
def test_extension_mismatch(extension: str, found: str | None, verdict: bool | None) -> None:
    assert extension_mismatch(extension, found) is verdict


def test_every_media_type_has_a_category() -> None:
    assert category("image/png") == "picture"
    assert category("application/x-nobody-knows") == "other"
    assert category(None) is None


def test_ext_change_is_not_creation() -> None:
    assert "not creation" in describe("ext4", "changed")
