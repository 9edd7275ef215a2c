"""Make the project's own test record again: ``make validation``.

Writes ``test-record.json`` and the readable page ``README.md`` beside this script. Ends with 10 where a case failed;
the record is written nevertheless.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cyberforensics import report, validating
from cyberforensics.assertions import ASSERTIONS, read_requirements
from cyberforensics.errors import EXIT_PROBLEMS

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.toml"

VERDICTS = ("PASS", "FAIL", "NOT RUN")

Table = Mapping[str, Any]


def main() -> int:
    """Run the validation, and keep its record."""
    laboratory = read_requirements(REQUIREMENTS, [one.id for one in ASSERTIONS])
    with tempfile.TemporaryDirectory() as folder:
        record = validating.validate(
            Path(folder, "out"), laboratory=laboratory, told=lambda text: sys.stderr.write(f"{text}\n")
        )
    (HERE / validating.JSON).write_bytes(report.record_json(record))
    (HERE / "README.md").write_text(page(report.record_object(record)), "utf-8")
    return EXIT_PROBLEMS if record.count("FAIL") else 0


def page(record: Table) -> str:
    """The record as a page for people."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: Table) -> Iterator[str]:
    yield f"# Test record of {record['product']} {record['product_version']}"
    yield ""
    yield "Made by `make validation` from [test-record.json](test-record.json), which has every value. What the words"
    yield "mean, and what it does not show, stands in [Validation](../validation.md)."
    yield ""
    verdicts = _verdicts(record["cases"], all_of_them=True)
    yield f"**{verdicts}.** So many test cases came to each verdict; that is no measure of quality."
    yield ""
    yield "| | |"
    yield "| --- | --- |"
    yield f"| date | {record['date']} |"
    yield f"| system | {record['system']}, {record['architecture']}, {record['python']} |"
    yield f"| laboratory | {_supplied(record['laboratory']['laboratory'])} |"
    yield f"| operator | {_supplied(record['laboratory']['operator'])} |"
    yield f"| conclusion | {_supplied(record['laboratory']['conclusion'])} |"
    yield ""
    yield "## Requirements"
    yield ""
    yield "| | requirement | acceptance | assertions |"
    yield "| --- | --- | --- | --- |"
    for one in record["laboratory"]["requirements"]:
        named = ", ".join(one["assertions"])
        yield f"| {one['id']} | {_supplied(one['text'])} | {_supplied(one['acceptance'])} | {named} |"
    yield ""
    yield "## Assertions"
    yield ""
    yield "| | assertion | test cases |"
    yield "| --- | --- | --- |"
    for one in record["assertions"]:
        cases = [case for case in record["cases"] if case["assertion"] == one["id"]]
        yield f"| {one['id']} | {one['says']} | {_verdicts(cases)} |"
    yield ""
    yield "## What did not simply pass"
    yield ""
    yield "| test case | verdict | why |"
    yield "| --- | --- | --- |"
    for case in record["cases"]:
        if case["verdict"] != "PASS":
            first = case["differences"][0] if case["differences"] else None
            why = case["reason"] if first is None else f"{first['where']}: {first['what']}"
            yield f"| {case['id']} | {case['verdict']} | {_cell(why)} |"
    yield ""
    yield "## Anomalies"
    yield ""
    yield "Differences from the truth that were documented, and were observed exactly as documented."
    yield ""
    yield "| test case | entry | expected | observed | why | documented in |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for case in record["cases"]:
        for one in case["anomalies"]:
            entry = f"{_code(one['where'])}: {one['what']}"
            values = f"{_code(one['expected'])} | {_code(one['observed'])}"
            yield f"| {case['id']} | {entry} | {values} | {_cell(one['why'])} | {one['documented']} |"
    yield ""
    yield "## Images"
    yield ""
    yield "| image | file | SHA-256 |"
    yield "| --- | --- | --- |"
    for image in record["images"]:
        for file in image["files"]:
            yield f"| {image['name']} | {_code(file['name'])} | `{file['sha256']}` |"
    yield ""
    yield "## Versions"
    yield ""
    yield ", ".join(f"{one['name']} {one['version']}" for one in record["versions"]) + "."


def _verdicts(cases: list[Table], *, all_of_them: bool = False) -> str:
    counts = Counter(case["verdict"] for case in cases)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict] or all_of_them)


def _supplied(text: str | None) -> str:
    return _cell(text) if text else "NOT SUPPLIED"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


if __name__ == "__main__":
    sys.exit(main())
