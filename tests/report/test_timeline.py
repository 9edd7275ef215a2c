"""CSV and Timesketch timelines."""

import csv
import json
from dataclasses import replace
from datetime import datetime

from cyberforensics.model.case_document import TimelineRow
from cyberforensics.model.times import Timestamp, decode
from cyberforensics.report import NOTICES, LeftOut, csv_lines, timesketch_lines
from tests.report import documents


def row(timestamp: Timestamp, zone: str | None = None, path: str = "/a.txt", **changes: object) -> TimelineRow:
    """A timeline row of one stored value."""
    plain = next(documents.moments(documents.row()))
    place = replace(plain.place, path=path)
    made = plain._replace(place=place, moment=decode(timestamp, zone), timestamp=timestamp)
    return made._replace(**changes)  # type: ignore[arg-type]  # a test gives values of the fields' types


def read(rows: list[TimelineRow]) -> list[dict[str, str]]:
    return list(csv.DictReader(csv_lines(rows)))


def test_csv_has_the_time_and_what_it_was_decoded_from() -> None:
    (line,) = read([row(documents.filetime(datetime.fromisoformat("2024-03-01T10:11:12.345678+00:00")))])
    assert line["time"] == "2024-03-01T10:11:12.3456780Z"
    assert line["instant_ns"] == "1709287872345678000"
    assert (line["zone_basis"], line["precision_ns"], line["encoding"]) == ("utc", "100", "filetime")
    assert line["neutralised"] == ""


def test_csv_has_the_labels_of_entry_and_event() -> None:
    plain = row(Timestamp(5, "posix"))
    place = replace(plain.place, labels=("key-evidence", "a;b"))
    lines = read([plain, plain._replace(place=place), plain._replace(place=place, labels=("own",))])
    assert [line["labels"] for line in lines] == ["", "key-evidence; a\\;b", "key-evidence; a\\;b; own"]
    (line,) = read([plain._replace(labels=("=1+1",))])
    assert (line["labels"], line["neutralised"]) == ("'=1+1", "labels")


def test_csv_keeps_values_that_are_no_moment() -> None:
    (line,) = read([row(Timestamp(0, "filetime"))])
    assert (line["time"], line["flag"], line["raw"]) == ("", "zero", "0")


def test_csv_neutralises_formulas_and_says_where() -> None:
    for start in "=+-@\t\r":
        (line,) = read([row(Timestamp(5, "posix"), message=f"{start}cmd|' /C calc'!A0")])
        assert line["message"].startswith("'")
        assert line["neutralised"] == "message"


def test_csv_leaves_whole_numbers_alone() -> None:
    (line,) = read([row(Timestamp(-5, "posix"))])
    assert (line["raw"], line["instant_ns"]) == ("-5", "-5000000000")


def test_a_line_of_csv_is_one_line_whatever_the_name_is() -> None:
    for name in documents.HOSTILE:
        _, line = csv_lines([row(Timestamp(5, "posix"), path="/" + name + "\r\nx")])
        assert line.isprintable()


def test_an_address_that_is_none_stays_in_its_cell() -> None:
    """A worker that hostile bytes took over may call an entry what it likes."""
    plain = row(Timestamp(5, "posix"))
    (line,) = read([plain._replace(place=replace(plain.place, meta_address='1,"2\r\n3', entry="a,b\nc"))])
    assert (line["meta_address"], line["entry"], line["path"]) == ('1,"2\\x0d\\x0a3', "a,b\\x0ac", "/a.txt")


def test_timesketch_has_its_three_fields_first() -> None:
    (line,) = timesketch_lines([row(Timestamp(1_709_287_872, "posix"))])
    item = json.loads(line)
    assert list(item)[:3] == ["message", "datetime", "timestamp_desc"]
    assert item["datetime"] == "2024-03-01T10:11:12+00:00"
    assert item["timestamp_desc"] == "modified"
    assert (item["raw"], item["encoding"], item["zone_basis"]) == (1_709_287_872, "posix", "utc")


def test_timesketch_says_where_the_zone_is_not_known() -> None:
    (line,) = timesketch_lines([row(Timestamp(documents.FAT_MARCH_1, "fat"))])
    item = json.loads(line)
    assert item["datetime"] == "2024-03-01T10:11:13+00:00"
    assert item["timestamp_desc"] == "modified (local time, zone unknown)"
    (line,) = timesketch_lines([row(Timestamp(documents.FAT_MARCH_1, "fat"), "Europe/Berlin")])
    assert json.loads(line)["datetime"] == "2024-03-01T09:11:13+00:00"


def test_timesketch_takes_a_date_at_midnight() -> None:
    (line,) = timesketch_lines([row(Timestamp(documents.FAT_MARCH_1 >> 24, "fat-date"))])
    item = json.loads(line)
    assert (item["datetime"], item["time"]) == ("2024-03-01T00:00:00+00:00", "2024-03-01")
    datetime.fromisoformat(item["datetime"])


def test_timesketch_counts_what_it_leaves_out() -> None:
    left_out = LeftOut()
    rows = [row(Timestamp(0, "filetime")), row(Timestamp(1 << 60, "posix")), row(Timestamp(7, "posix"))]
    assert len(list(timesketch_lines(rows, left_out))) == 1
    assert left_out.count == 2


def test_every_format_has_a_notice() -> None:
    assert set(NOTICES) == {"csv", "jsonl", "bodyfile", "parquet"}


def test_what_rows_share_is_not_taken_for_more_than_that() -> None:
    """Rows of one entry and of one time follow each other; each line is the one that the row has alone."""
    first, second = (next(documents.moments(documents.row())).place for _ in range(2))
    places = (first, replace(second, path="=other", exhibit="=E2", stream="+s", size=None))
    times = (Timestamp(0, "fat"), Timestamp(documents.FAT_MARCH_1, "fat"))
    moments = [(time, decode(time, zone)) for time in times for zone in (None, "Europe/Berlin")]
    rows = [
        TimelineRow(place, time, moment, meaning, "what it is", message)
        for place in places
        for time, moment in moments
        for meaning, message in (("modified", ""), ("-created", ""), ("modified", '=a,"b"'), ("modified", ""))
    ]
    for order in (rows, rows[::-1], rows[::3] + rows[1::3] + rows[2::3]):
        alone = [list(csv_lines([row]))[1] for row in order]
        assert list(csv_lines(order))[1:] == alone
    assert read(rows[-2:])[0]["neutralised"] == "exhibit path stream message"
    assert [line["zone_basis"] for line in read(rows[:16:4])] == ["local-unknown", "local-declared"] * 2
