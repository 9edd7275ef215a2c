"""The timeline as Parquet: the cells of the CSV with types, in groups, and the same bytes each time.

What a file holds is read back with pyarrow and, where it is installed, with DuckDB, whose reader is its own.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from cyberforensics.errors import UsageError
from cyberforensics.model.case_document import TimelineRow
from cyberforensics.model.entry import EntryTime
from cyberforensics.model.times import Timestamp
from cyberforensics.report import csv_lines, parquet, write_parquet
from tests import helpers
from tests.report import documents

needs_pyarrow = pytest.mark.skipif(
    find_spec("pyarrow") is None, reason="pyarrow is not installed (extra: parquet): no Parquet is written"
)


def rows() -> list[TimelineRow]:
    """Of a believable system, with what is long, missing, hostile and like a formula."""
    last = 253_402_300_799 * 10_000_000 + 116_444_736_000_000_000  # 9999-12-31T23:59:59Z
    times = (EntryTime("modified", Timestamp(last, "filetime")), EntryTime("created", Timestamp(0, "filetime")))
    made = documents.entry("/=cmd\u202e|calc", size=(1 << 63) + 1, times=times)
    return [moment for row in (*documents.demo_rows(), documents.row(99, made)) for moment in documents.moments(row)]


def written(found: list[TimelineRow], **options: Any) -> bytes:
    out = io.BytesIO()
    write_parquet(iter(found), out, **options)
    return out.getvalue()


def of_csv(found: list[TimelineRow]) -> Iterator[dict[str, str]]:
    """What the CSV has, without the apostrophes that it declares."""
    for row in csv.DictReader(io.StringIO("\r\n".join(csv_lines(found)), newline="")):
        for name in row.pop("neutralised").split():
            row[name] = row[name].removeprefix("'")
        yield row


@needs_pyarrow
def test_it_holds_the_cells_of_the_csv() -> None:
    from pyarrow import parquet as reader

    table = reader.read_table(io.BytesIO(written(rows())))
    found = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in table.to_pylist()]
    assert found == list(of_csv(rows()))
    assert {name: str(table.schema.field(name).type) for name in table.schema.names} == {
        **dict.fromkeys(parquet.COLUMNS, "string"),
        "instant_ns": "decimal128(38, 0)",
        "precision_ns": "int64",
        "size": "uint64",
    }
    last = next(row for row in table.to_pylist() if row["path"].startswith("/=cmd") and row["meaning"] == "modified")
    assert last["time"] == "9999-12-31T23:59:59.0000000Z"
    assert last["instant_ns"] == 253_402_300_799 * 10**9  # more than 64 bits hold
    assert last["size"] == (1 << 63) + 1


@needs_pyarrow
def test_another_reader_reads_the_same(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed: no other reader of Parquet is asked")
    path = tmp_path / "timeline.parquet"
    path.write_bytes(written(rows()))
    answer = duckdb.read_parquet(str(path))
    found = [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]
    shown = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in found]
    assert shown == list(of_csv(rows()))


@needs_pyarrow
def test_rows_are_taken_group_by_group_and_the_bytes_are_the_same() -> None:
    from pyarrow import parquet as reader

    taken: list[int] = []
    few = rows()[:10]

    def counted() -> Iterator[TimelineRow]:
        for number, row in enumerate(few):
            taken.append(number)
            yield row

    class Out(io.BytesIO):
        def write(self, data: Any, /) -> int:
            if taken:
                seen.add(len(taken))
            return super().write(data)

    seen: set[int] = set()
    out = Out()
    write_parquet(counted(), out, group=4)
    assert min(seen) == 4  # the first group was written before the next one was taken
    file = reader.ParquetFile(io.BytesIO(out.getvalue()))
    assert [file.metadata.row_group(place).num_rows for place in range(file.num_row_groups)] == [4, 4, 2]
    assert written(few, group=4) == out.getvalue()


@needs_pyarrow
def test_no_row_makes_a_file_of_no_rows() -> None:
    from pyarrow import parquet as reader

    table = reader.read_table(io.BytesIO(written([])))
    assert (table.num_rows, tuple(table.schema.names)) == (0, parquet.COLUMNS)


@needs_pyarrow
def test_text_that_is_no_text_becomes_visible() -> None:
    row = rows()[0]
    found = row._replace(place=replace(row.place, path="/\ud800\u202e\0"))
    assert _paths([found]) == ["/\\u{d800}\\u{202e}\\x00"]


def _paths(found: list[TimelineRow]) -> list[str]:
    from pyarrow import parquet as reader

    paths: list[str] = reader.read_table(io.BytesIO(written(found)))["path"].to_pylist()
    return paths


@needs_pyarrow
def test_the_command_writes_it_and_needs_a_file(tmp_path: Path) -> None:
    helpers.made(tmp_path / "case")
    told = helpers.inside("timeline", tmp_path / "case", "--format", "parquet")
    assert told.returncode == 2
    assert "-o timeline.parquet" in told.stderr
    out = tmp_path / "t.parquet"
    told = helpers.inside("timeline", tmp_path / "case", "--format", "parquet", "-o", out)
    assert told.returncode == 0, told.stderr
    assert "Parquet: no row and no cell" in told.stderr
    from pyarrow import parquet as reader

    lines = helpers.inside("timeline", tmp_path / "case").stdout.splitlines()
    assert reader.read_table(out).num_rows == len(lines) - 1 > 50


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "find_spec", lambda name: None)
    with pytest.raises(UsageError) as told:
        parquet.need_pyarrow()
    assert "cyberforensics[parquet]" in (told.value.hint or "")
