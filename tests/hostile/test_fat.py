"""FAT and exFAT: chains that cycle, directories that hold themselves, names and dates that hurt."""

import hashlib

import pytest

from tests.hostile import images
from tests.hostile.conftest import Examine

_BYTES = bytes(range(256)) * 11 + bytes(184)


def test_a_chain_that_cycles_is_not_whole(examine: Examine) -> None:
    outcome = examine(images.fat_chain_that_cycles())
    entry = outcome.entry("/cycle.bin")
    assert (entry["size"], entry["status"], entry["status_reason"]) == (3_000, "unreadable", "content.short")
    assert entry["sha256"] is None
    assert outcome.entry("/before.txt")["sha256"] == hashlib.sha256(b"sound\n").hexdigest()


def test_a_directory_that_holds_itself(examine: Examine) -> None:
    outcome = examine(images.fat_directory_in_itself())
    (problem,) = outcome.said("walk.directory-cycle")
    assert problem["path"] == "/loop/LOOP"
    assert outcome.entry("/loop/inside.txt")["status"] == "whole"
    assert outcome.entry("/after.txt")["status"] == "whole"


def test_many_names_of_one_directory(examine: Examine) -> None:
    """120 names of one cluster that holds 120 files: 14,400 entries, were each entered."""
    outcome = examine(images.fat_many_names_of_one_directory(120))
    # /one is entered before what /many holds? Whichever comes first is, and only that.
    assert len(outcome.said("walk.directory-cycle")) == 120
    assert len([row for row in outcome.rows["entries"] if "/F" in row["path"]]) == 120


@pytest.mark.parametrize("size", [1 << 30, 1 << 40, 1 << 61, (1 << 64) - 1])
def test_an_exfat_chain_that_cycles(examine: Examine, size: int) -> None:
    outcome = examine(images.exfat_chain_that_cycles(size))
    entry = outcome.entry("/cycle.bin")
    if size < 1 << 62:  # the one cluster that is there
        assert (entry["size"], entry["status"], entry["status_reason"]) == (size, "partial", "content.short")
    else:
        assert (entry["size"], entry["status"], entry["status_reason"]) == (None, "unreadable", "walk.entry-unreadable")
    assert entry["sha256"] is None
    assert outcome.entry("/before.txt")["status"] == "whole"


def test_short_names_of_any_bytes(examine: Examine) -> None:
    names = {
        b"..\\..\\E TXT": "..\\\\..\\\\E.TXT",  # a name, and not a way out
        b"A\x1b[31mB TXT": "A\\x1b[31mB.TXT",
        b"NUL     TXT": "NUL.TXT",
        b"CON        ": "CON",
        b"X\nY\r    TXT": "X\\x0aY\\x0d.TXT",
    }
    outcome = examine(images.fat_names(list(names)))
    shown = {row["path"].removeprefix("/names/"): row for row in outcome.rows["entries"]}
    for raw, name in names.items():
        base, extension = raw[:8].rstrip(b" "), raw[8:].rstrip(b" ")
        spelled = base + b"." + extension if extension else base
        row = shown[name]
        assert row["status"] == "whole"
        stored = bytes.fromhex(row["path_raw"]) if row.get("path_raw") else row["path"].encode()
        assert stored == b"/names/" + spelled


def test_dates_that_no_calendar_has(examine: Examine) -> None:
    """Month 0 and 15, day 0 and 31 of February, hour 31, second 62: the raw value is kept, and no time is made up."""
    bad_date, bad_time = 15 << 5 | 0, 31 << 11 | 63 << 5 | 31
    outcome = examine(images.fat_dates([(255, bad_time, bad_date, bad_date, bad_time, bad_date)]))
    times = {time["meaning"]: time for time in outcome.entry("/DATE0")["times"]}
    assert {time["time"] for time in times.values()} == {None}
    assert {time["time_missing"] for time in times.values()} == {"invalid"}
    # as docs/case-format.md spells them: date, time and 10 ms in one number
    assert times["modified"]["raw"] == bad_date << 24 | bad_time << 8
    assert times["created"]["raw"] == bad_date << 24 | bad_time << 8 | 255
    assert times["accessed"]["raw"] == bad_date
