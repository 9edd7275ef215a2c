"""`show --format jsonl`: fields, order, missing values, and the schema that documents them."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cyberforensics.model.event import Event
from cyberforensics.model.orientation import Fact, LocatedFact
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.times import Timestamp
from cyberforensics.report import jsonl
from tests.report import documents
from tests.report.schema_check import violations


def objects() -> Iterator[tuple[str, jsonl.Object]]:
    """One of everything that can be shown."""
    for row in documents.demo_rows():
        yield "entry", jsonl.entry_object(row)
    for located in documents.demo().findings:
        yield "finding", jsonl.finding_object(located)
    for timestamp in (Timestamp(0, "filetime"), Timestamp(documents.FAT_MARCH_1, "fat"), Timestamp(1, "iso9660")):
        event = Event(
            timestamp, "Deletion Time", "windows:recycle_bin:deleted", "x", (("original_size", 7), ("y", None))
        )
        yield "event", jsonl.event_object("v1", "E1", "e1", event)
    fact = Fact(
        "windows", "/", "last-logon", "found", None, "apfel", timestamp=Timestamp(1, "filetime"), entry="e1", path="/x"
    )
    for one in (fact, replace(fact, timestamp=None, state="not-found", entry=None, path=None), replace(fact, count=7)):
        yield "fact", jsonl.fact_object(LocatedFact("f1", "E1", "E1/p1", one))
    yield "problem", jsonl.problem_object("p1", "E1", Problem(Stage.READ, "content.short", "Short.", Severity.ERROR))
    for exhibit in documents.demo().exhibits:
        yield "coverage", jsonl.coverage_object(exhibit)
        for volume in exhibit.volumes:
            yield "volume", jsonl.volume_object(volume)


@pytest.mark.parametrize(("kind", "item"), list(objects()))
def test_an_object_is_what_the_schema_says(kind: str, item: jsonl.Object) -> None:
    schema = jsonl.schema()
    value = json.loads(jsonl.json_line(item))
    assert not list(violations(value, schema["$defs"][kind], schema["$defs"]))  # type: ignore[index,arg-type]
    assert not list(violations(value, schema, schema["$defs"]))  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "item"), list(objects()))
def test_fields_stand_in_the_order_of_the_contract(kind: str, item: jsonl.Object) -> None:
    assert tuple(field for field in item if not field.endswith("_missing")) == jsonl.FIELDS[kind]


def test_the_schema_has_every_field() -> None:
    definitions: dict[str, dict[str, list[str]]] = jsonl.schema()["$defs"]  # type: ignore[assignment]
    for kind, fields in jsonl.FIELDS.items():
        assert tuple(definitions[kind]["required"]) == fields


def test_the_checker_finds_what_is_wrong() -> None:
    schema = jsonl.schema()
    item = json.loads(jsonl.json_line(jsonl.entry_object(documents.row())))
    definitions = schema["$defs"]
    for field, wrong in (("size", "1834"), ("allocated", 1), ("sha256", "AB"), ("extra", None), ("status", "good")):
        assert list(violations(item | {field: wrong}, {"$ref": "#/$defs/entry"}, definitions))  # type: ignore[arg-type]
    assert list(violations(item | {"size_missing": "unreadable"}, {"$ref": "#/$defs/entry"}, definitions))  # type: ignore[arg-type]


def test_a_missing_value_names_its_reason() -> None:
    reused = jsonl.entry_object(documents.demo_rows()[4])
    assert (reused["size"], reused["size_missing"]) == (None, "not-available")
    assert (reused["sha256"], reused["sha256_missing"]) == (None, "unreadable")
    directory = jsonl.entry_object(documents.demo_rows()[1])
    assert (directory["md5"], directory["md5_missing"]) == (None, "not-applicable")
    assert directory["link_target_missing"] == "not-applicable"
    root = jsonl.entry_object(replace(documents.row(), parent=None))
    assert root["parent_missing"] == "not-applicable"


def test_a_time_without_a_moment_says_why() -> None:
    times: list[jsonl.Object] = jsonl.entry_object(documents.demo_rows()[5])["times"]  # type: ignore[assignment]
    assert times[0] == {
        "meaning": "modified",
        "time": "2024-03-01T10:11:13",
        "raw": documents.FAT_MARCH_1,
        "encoding": "fat",
        "precision": 2_000_000_000,
        "zone_basis": "local-unknown",
    }
    assert (times[1]["time"], times[1]["time_missing"], times[1]["raw"]) == (None, "zero", 0)


def test_the_raw_path_stands_only_where_it_differs() -> None:
    assert jsonl.entry_object(documents.row())["path_raw"] is None
    made = replace(documents.entry("/a\\xff"), path_raw=b"/a\xff")
    assert jsonl.entry_object(documents.row(1, made))["path_raw"] == "2f61ff"


def test_a_rule_may_give_a_key_twice() -> None:
    located = documents.finding()
    twice = replace(located.finding, meta=(("author", "a"), ("author", "b"), ("score", 75), ("x", True)))
    item = jsonl.finding_object(replace(located, finding=twice))
    assert item["meta"] == [["author", "a"], ["author", "b"], ["score", 75], ["x", True]]


def test_a_line_is_canonical_and_has_no_surrogate() -> None:
    line = jsonl.json_line({"b": "\ud800x\udcff\u2028é\n", "a": [1, None, True]})
    assert line == '{"b":"\\ufffdx\\ufffd\\u2028é\\n","a":[1,null,true]}'.replace("\\ufffd", "\ufffd")
    assert "\n" not in line
    line.encode("utf-8")


def test_lines_are_the_same_every_time() -> None:
    rows = documents.demo_rows()
    first = [jsonl.json_line(jsonl.entry_object(row)) for row in rows]
    assert first == [jsonl.json_line(jsonl.entry_object(row)) for row in documents.demo_rows()]
