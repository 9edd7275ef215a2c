"""The timeline as Apache Parquet, for programs that read columns: the same rows and cells as CSV, with types.

The only door to pyarrow, which is an extra. Rows are written in groups of `ROWS`, so that memory does not grow with
them. Nothing of the host's or of the clock's is in the file: same rows, same version of pyarrow, same bytes.

Source: Apache Parquet format, version 2.6; https://parquet.apache.org/docs/file-format/.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from importlib.util import find_spec
from itertools import islice
from typing import Any, BinaryIO

from cyberforensics.errors import UsageError
from cyberforensics.model.case_document import TimelineRow
from cyberforensics.model.shown import ShownZone, in_zone
from cyberforensics.report.jsonl import SHOWN_FIELDS
from cyberforensics.report.timeline import labels_in_one
from cyberforensics.report.words import visible

ROWS = 65_536
"""Of one group."""
COLUMNS = (
    *("time", "instant_ns", "precision_ns", "zone_basis", "flag", "raw", "encoding", "meaning", "description"),
    *("exhibit", "volume", "path", "stream", "meta_address", "name_state", "size", "message", "entry", "labels"),
)
"""Those of CSV but `neutralised`: no cell is changed for a spreadsheet."""
_DIGITS = 38
"""Of the decimal for `instant_ns`: nanoseconds of the years 1 to 9999 do not fit into 64 bits."""


def need_pyarrow() -> None:
    """Refuse early.

    Raises:
        UsageError: the extra is not installed.
    """
    if find_spec("pyarrow") is None:
        raise UsageError(
            "--format parquet needs pyarrow, which is not installed here",
            hint="install the extra: pip install 'cyberforensics[parquet]' (pinned in requirements/parquet.txt)",
        )


def write_parquet(
    rows: Iterable[TimelineRow], out: BinaryIO, shown: ShownZone | None = None, *, group: int = ROWS
) -> None:
    """Write the timeline, rows in the order given; `shown` is a zone that was asked for: two more columns.

    Args:
        group: rows of one group, which are held in memory.
    """
    import pyarrow  # an extra
    from pyarrow import parquet

    schema = _schema(pyarrow, shown)
    waiting = iter(rows)
    options: dict[str, Any] = {"version": "2.6", "compression": "zstd", "compression_level": 3, "store_schema": False}
    with parquet.ParquetWriter(out, schema, **options) as writer:
        while some := [_cells(row, shown) for row in islice(waiting, group)]:
            columns = [
                pyarrow.array(cells, kind) for cells, kind in zip(zip(*some, strict=True), schema.types, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(columns, schema=schema), row_group_size=group)


def _schema(pyarrow: Any, shown: ShownZone | None) -> Any:  # noqa: ANN401 - of a library that may not be there
    kinds = {"instant_ns": pyarrow.decimal128(_DIGITS, 0), "precision_ns": pyarrow.int64(), "size": pyarrow.uint64()}
    names = (*COLUMNS, *(() if shown is None else SHOWN_FIELDS))
    always = {"precision_ns", "zone_basis", "raw", "encoding", "meaning", "exhibit", "volume", "path", "entry"}
    return pyarrow.schema(
        [pyarrow.field(name, kinds.get(name, pyarrow.string()), nullable=name not in always) for name in names]
    )


def _cells(row: TimelineRow, shown: ShownZone | None) -> Sequence[object]:
    """One row; what is missing is null, and text is shown as everywhere: what does not show is an escape."""
    moment, place = row.moment, row.place
    return (
        moment.text,
        None if moment.instant is None else Decimal(moment.instant),
        *(moment.precision, moment.zone_basis, moment.flag, str(row.timestamp.raw), row.timestamp.encoding),
        *_texts(row.meaning, row.description, place.exhibit, place.volume, place.path),
        *_texts(place.stream, place.meta_address, place.name_state),
        place.size,
        *_texts(row.message or None, place.entry, labels_in_one(place.labels) or None),
        *(() if shown is None else (in_zone(moment, shown), str(shown))),
    )


def _texts(*texts: str | None) -> Iterator[str | None]:
    return (None if text is None else visible(text) for text in texts)
