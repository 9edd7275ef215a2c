"""Findings that stand twice, in stores made row by row."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from cyberforensics import case
from cyberforensics.case.doubles import doubles
from cyberforensics.model.case_document import Doubles
from cyberforensics.model.codec import encoder
from cyberforensics.model.examination import Finding, StringMatch
from tests import helpers

PLAIN = Finding("yara", "p", "n", "R", "low")


def finding(*offsets: int, data: bytes = b"bytes", left_out: int = 0, rule: str = "R") -> Finding:
    strings = tuple(StringMatch("$a", offset, len(data), data) for offset in offsets)
    return replace(PLAIN, rule=rule, strings=strings, strings_left_out=left_out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return helpers.made(tmp_path_factory.mktemp("doubles") / "case", helpers.FIXTURES / "ntfs.E01")


def counted(folder: Path, in_mft: list[Finding], in_file: list[Finding], path: str) -> Doubles:
    """With these findings in $MFT and in a file, and no others."""
    database = sqlite3.connect(folder / "case.sqlite")
    database.execute("DELETE FROM finding")
    for name, group, findings in (("/$MFT", "metadata-file", in_mft), (path, None, in_file)):
        query = "SELECT number FROM entry WHERE path = ? AND stream IS NULL"
        (entry,) = database.execute(query, (name,)).fetchone()
        rows = [(entry, group, json.dumps(encoder(Finding)(found))) for found in findings]
        database.executemany("INSERT INTO finding VALUES (NULL, 1, 'x', ?, 1, 'system', ?, NULL, ?)", rows)
    database.commit()
    database.close()
    with case.open_existing(folder) as store:
        return doubles(store)


RESIDENT, LARGE = "/files/resident.txt", "/files/one cluster.bin"


def record_of(folder: Path, path: str) -> int:
    with case.open_existing(folder) as store:
        query = "SELECT meta_address FROM entry WHERE path = ? AND stream IS NULL"
        return int(store.database.execute(query, (path,)).fetchone()[0].partition("-")[0])


def test_a_match_in_the_files_own_record(folder: Path) -> None:
    start = record_of(folder, RESIDENT) * 1024
    there = [finding(start + 300)]
    assert counted(folder, there, [finding(7)], RESIDENT) == Doubles(1, 1, 1, 1)
    assert counted(folder, [finding(start + 300, start + 1024)], [finding(7)], RESIDENT) == Doubles(1, 0, 2, 1)
    assert counted(folder, [finding(start + 300, left_out=3)], [finding(7)], RESIDENT) == Doubles(1, 0, 4, 1)


def test_what_is_not_shown_by_address_is_not_counted(folder: Path) -> None:
    start = record_of(folder, RESIDENT) * 1024
    there = [finding(start + 300)]
    nothing = Doubles(1, 0, 1, 0)
    assert counted(folder, [finding(start - 1)], [finding(7)], RESIDENT) == nothing  # the record before
    assert counted(folder, [finding(start + 1022)], [finding(7)], RESIDENT) == nothing  # reaches into the next one
    assert counted(folder, there, [finding(7, data=b"other")], RESIDENT) == nothing
    assert counted(folder, there, [finding(7, rule="S")], RESIDENT) == nothing
    assert counted(folder, there, [], RESIDENT) == nothing
    large = [finding(record_of(folder, LARGE) * 1024 + 300)]
    assert counted(folder, large, [finding(7)], LARGE) == nothing  # its content is not in the record
    assert counted(folder, [], [finding(7)], RESIDENT) == Doubles()
