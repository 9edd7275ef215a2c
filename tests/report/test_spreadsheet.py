"""Tables that a spreadsheet opens as text."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.report import entry_object, object_csv_lines
from cyberforensics.report.jsonl import FIELDS
from cyberforensics.report.spreadsheet import csv_line, neutralised, quoted
from tests.report import documents


def test_objects_become_a_table_with_every_field() -> None:
    lines = list(object_csv_lines("entry", map(entry_object, documents.demo_rows())))
    table = list(csv.DictReader(lines))
    assert tuple(table[0]) == FIELDS["entry"]
    assert table[1]["md5"] == "not-applicable"
    assert table[0]["size"] == "1834"
    assert table[0]["names"] == '["/Users/anna/Desktop/READ_ME.txt"]'


def test_a_formula_is_text() -> None:
    assert neutralised("=1+1") == "'=1+1"
    assert neutralised("\t=1") == "'\\x09=1"
    assert neutralised("a=1") == "a=1"
    assert csv_line(["-2", -2, True, None, 'a"b']) == '\'-2,-2,true,,"a""b"'


@given(st.lists(st.text(), min_size=2, max_size=6))
def test_a_line_is_that_of_the_csv_module(texts: list[str]) -> None:
    cells = [neutralised(text) for text in texts]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    assert csv_line(texts) == ",".join(map(quoted, cells)) == buffer.getvalue()
    assert next(csv.reader([csv_line(texts)])) == cells
