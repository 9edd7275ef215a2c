"""The test record of a validation as JSON, as lines of a terminal, and as a PDF."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from importlib import resources
from typing import BinaryIO

from cyberforensics.model.validation import TestCase, ValidationRecord
from cyberforensics.report.glyphs import printable
from cyberforensics.report.pdf import compiled

MAX_DIFFERENCES = 40
"""Differences of one case that are printed in the PDF; the rest are counted there, and all are in the JSON."""

Object = dict[str, object]


def record_json(record: ValidationRecord) -> bytes:
    """``test-record.json``: the whole record, field by field as the schema has them."""
    return (json.dumps(record_object(record), ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def record_object(record: ValidationRecord) -> Object:
    """The record as JSON has it. What nobody supplied is null there, and NOT SUPPLIED on paper."""
    shown = asdict(record)
    shown["versions"] = [{"name": name, "version": version} for name, version in record.versions]
    shown["assertions"] = [{"id": identifier, "says": says} for identifier, says in record.assertions]
    part = shown["laboratory"]
    for name in ("laboratory", "operator", "conclusion"):
        part[name] = part[name] or None
    for requirement in part["requirements"]:
        for name in ("text", "acceptance"):
            requirement[name] = requirement[name] or None
    return shown


def record_schema() -> Object:
    """The JSON Schema (draft 2020-12) of ``test-record.json``."""
    text = resources.files("cyberforensics.report").joinpath("test-record.schema.json").read_text("utf-8")
    loaded: Object = json.loads(text)
    return loaded


def record_lines(record: ValidationRecord) -> Iterator[str]:
    """A line for each case that is no plain PASS, and how many came to which verdict."""
    for case in record.cases:
        if case.verdict == "NOT RUN":
            yield f"NOT RUN  {case.id}: {case.reason}"
        if case.verdict == "FAIL":
            first = case.differences[0]
            more = f" (and {len(case.differences) - 1} more)" if len(case.differences) > 1 else ""
            said = f"{first.where}: {first.what}: expected {first.expected}, observed {first.observed}"
            yield f"FAIL  {case.id}: {said}{more}"
        if case.verdict == "PASS" and case.anomalies:
            yield f"PASS  {case.id}: with {len(case.anomalies)} documented {_anomalies(len(case.anomalies))}"
    yield f"{record.count('PASS')} PASS, {record.count('FAIL')} FAIL, {record.count('NOT RUN')} NOT RUN"


def _anomalies(count: int) -> str:
    return "anomaly" if count == 1 else "anomalies"


def write_record_pdf(record: ValidationRecord, out: BinaryIO) -> None:
    """``test-record.pdf``: tagged (PDF/UA-1), with the date of the record: an identical record has identical bytes.

    Raises:
        Error: Typst refuses the template, which is a bug of ours.
    """
    shown = record_object(record)
    shown["title"] = f"Test record of {record.product} {record.product_version}"
    shown["counts"] = {verdict: record.count(verdict) for verdict in ("PASS", "FAIL", "NOT RUN")}
    shown["cases"] = [_case(case) for case in record.cases]
    shown["uncovered"] = _uncovered(record)
    moment = int(datetime.fromisoformat(record.date).timestamp())
    data = _printable(shown)
    assert isinstance(data, Mapping)  # noqa: S101 - for the type checker
    out.write(compiled("test-record.typ", data, moment))


def _case(case: TestCase) -> Object:
    shown = asdict(case)
    shown["differences"] = [asdict(one) for one in case.differences[:MAX_DIFFERENCES]]
    return {**shown, "left_out": max(0, len(case.differences) - MAX_DIFFERENCES)}


def _uncovered(record: ValidationRecord) -> list[str]:
    """Assertions that no requirement of the laboratory names."""
    named = {one for requirement in record.laboratory.requirements for one in requirement.assertions}
    return [identifier for identifier, _ in record.assertions if identifier not in named]


def _printable(value: object) -> object:
    """The same with every text as the fonts can show it."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {str(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value
