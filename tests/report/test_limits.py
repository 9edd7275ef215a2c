"""Weaknesses of the SOLVE-IT catalogue: ids, titles, and that every limit and problem has its row."""

import json
import re
from dataclasses import replace
from importlib import resources
from typing import Any, get_args

from cyberforensics.model.problem import PROBLEM_CODES
from cyberforensics.report.limits import weaknesses_object
from cyberforensics.report.pdf_words import Reason
from tests.report import documents

TABLE: dict[str, Any] = json.loads(
    resources.files("cyberforensics.report").joinpath("solve_it.json").read_text("ascii")
)

FROM_THE_CATALOGUE = {
    "DFW-1185": "Failure to enumerate all files in a standard archive format",
    "DFW-1070": "Failing to recover the complete contents of an allocated file",
    "DFW-1103": "Failure to carve salvageable content",
    "DFW-1256": "Incorrect attribution of metadata to file content that was the result of 'file tunnelling'",
}
"""Read by hand in data/weaknesses/ of the catalogue at the commit that the table names."""


def test_every_limit_and_every_problem_has_its_row() -> None:
    assert set(TABLE["problems"]) == set(PROBLEM_CODES)
    assert set(TABLE["limits"]) == set(get_args(Reason))


def test_ids_and_titles_are_those_of_the_catalogue() -> None:
    named = {one for ids in TABLE["problems"].values() for one in ids}
    named |= {one for limit in TABLE["limits"].values() for one in limit["ids"]}
    assert named == set(TABLE["weaknesses"])
    assert all(re.fullmatch(r"DFW-1\d{3}", one) for one in named)
    assert FROM_THE_CATALOGUE.items() <= TABLE["weaknesses"].items()
    assert re.fullmatch(r"[0-9a-f]{40}", TABLE["catalogue"]["commit"])
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", TABLE["catalogue"]["date"])


def test_only_what_bears_on_the_run_is_named() -> None:
    found: Any = weaknesses_object(documents.demo())
    rows = {row["id"]: row for row in found["rows"]}
    assert "DFW-1044" in rows  # volume.encrypted
    assert rows["DFW-1044"]["because"] == ["volume.encrypted"]
    assert "DFW-1264" not in rows  # no file system with local times
    assert found["without"] == ["sensitive"]  # a limit of this run for which the catalogue has nothing
    assert found["withoutWords"] == ["masked matches"]
    bare: Any = weaknesses_object(replace(documents.demo(), problems=()))
    assert "DFW-1044" not in {row["id"] for row in bare["rows"]}
    assert "2026-07-17" in bare["catalogue"]
