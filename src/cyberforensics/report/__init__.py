"""Case document to reports, timelines and JSON lines: pure functions, no clock, no host, no store.

What is written depends on the arguments alone, so an identical case gives identical bytes.
"""

from cyberforensics.report.bodyfile import bodyfile_lines
from cyberforensics.report.case_jsonld import write_case_jsonld
from cyberforensics.report.context import keyword_shown
from cyberforensics.report.export_index import index_csv_lines, index_object
from cyberforensics.report.html import MAX_ENTRIES, MAX_TIMELINE, write_html
from cyberforensics.report.jsonl import (
    coverage_object,
    cross_check_object,
    entry_object,
    event_object,
    fact_object,
    finding_object,
    json_line,
    problem_object,
    schema,
    tag_object,
    volume_object,
)
from cyberforensics.report.lines import write_lines
from cyberforensics.report.objects import (
    coverage_lines,
    info_object,
    listed_object,
    notice_lines,
    summary_object,
)
from cyberforensics.report.orientation import orientation_lines
from cyberforensics.report.parquet import need_pyarrow, write_parquet
from cyberforensics.report.pdf import pdf_name, pdf_volumes, write_pdf
from cyberforensics.report.protected_zip import PASSWORD, ProtectedZip
from cyberforensics.report.seal import seal_lines
from cyberforensics.report.sheet import sheet_pdf
from cyberforensics.report.spreadsheet import kept_as_text, object_csv_lines
from cyberforensics.report.summary import (
    annotations_in_words,
    coverage_in_words,
    cross_checked,
    examined,
    found,
    integrity,
    known_in_words,
    not_examined,
    summary,
    training,
)
from cyberforensics.report.thumbnails import Test, write_thumbnails
from cyberforensics.report.timeline import NOTICES, LeftOut, csv_lines, timesketch_lines
from cyberforensics.report.validation import record_json, record_lines, record_object, record_schema, write_record_pdf
from cyberforensics.report.words import visible

__all__ = [
    "MAX_ENTRIES",
    "MAX_TIMELINE",
    "NOTICES",
    "PASSWORD",
    "LeftOut",
    "ProtectedZip",
    "Test",
    "annotations_in_words",
    "bodyfile_lines",
    "coverage_in_words",
    "coverage_lines",
    "coverage_object",
    "cross_check_object",
    "cross_checked",
    "csv_lines",
    "entry_object",
    "event_object",
    "examined",
    "fact_object",
    "finding_object",
    "found",
    "index_csv_lines",
    "index_object",
    "info_object",
    "integrity",
    "json_line",
    "kept_as_text",
    "keyword_shown",
    "known_in_words",
    "listed_object",
    "need_pyarrow",
    "not_examined",
    "notice_lines",
    "object_csv_lines",
    "orientation_lines",
    "pdf_name",
    "pdf_volumes",
    "problem_object",
    "record_json",
    "record_lines",
    "record_object",
    "record_schema",
    "schema",
    "seal_lines",
    "sheet_pdf",
    "summary",
    "summary_object",
    "tag_object",
    "timesketch_lines",
    "training",
    "visible",
    "volume_object",
    "write_case_jsonld",
    "write_html",
    "write_lines",
    "write_parquet",
    "write_pdf",
    "write_record_pdf",
    "write_thumbnails",
]
