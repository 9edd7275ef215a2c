"""The HTML report as bytes: one file, nothing that runs but our own script, and evidence that stays text."""

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from typing import Any

import pytest

from cyberforensics.model.case_document import CaseDocument, EntryRow, LocatedFinding, Names, TimelineRow
from cyberforensics.model.entry import EntryTime
from cyberforensics.model.times import Timestamp
from cyberforensics.report import write_html
from cyberforensics.report.html_json import embedded
from tests.report import documents


def written(document: CaseDocument | None = None, rows: list[EntryRow] | None = None, **options: Any) -> str:
    """The report of a document, of the demo where none is given."""
    rows = documents.demo_rows() if rows is None else rows
    out = io.BytesIO()
    times = (moment for row in rows for moment in documents.moments(row))
    write_html(document or documents.demo(), iter(rows), times, out, **options)
    return out.getvalue().decode("ascii")


class Reader(HTMLParser):
    """What a browser would make of the file: elements, attributes and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.inside = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        self.inside = True

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def island(self, name: str) -> Any:
        """The data of one JSON element."""
        for (_, attributes), text in zip(self.elements, self.texts, strict=True):
            if attributes.get("id") == f"data-{name}":
                return json.loads(text)
        raise AssertionError(name)


def test_identical_input_gives_identical_bytes() -> None:
    assert written() == written()


def test_the_policy_allows_our_script_and_style_and_nothing_else() -> None:
    reader = Reader(written())
    policy = next(values["content"] for _, values in reader.elements if "http-equiv" in values)
    texts = {
        tag: text for (tag, values), text in zip(reader.elements, reader.texts, strict=True) if "type" not in values
    }

    def digest(text: str) -> str:
        return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert policy == (
        f"default-src 'none'; script-src '{digest(texts['script'])}'; style-src '{digest(texts['style'])}'; "
        "base-uri 'none'; form-action 'none'"
    )


def hostile_document() -> CaseDocument:
    """Hostile text in every place that evidence, rules or people can fill."""
    text = " ".join(documents.HOSTILE)
    demo = documents.demo()
    exhibit = demo.exhibits[0]
    evidence = replace(
        exhibit.evidence,
        exhibit=text,
        identity=text,
        container_metadata=((text, text),),
        segments=(replace(exhibit.evidence.segments[0], name=text),),
    )
    run = replace(documents.RUN, examiner=text, command=(text,), read_only=text, engine=text, versions=((text, text),))
    run = replace(run, packs=(replace(documents.PACK, name=text, version=text, licence=text, left_out=(text,)),))
    volumes = tuple(replace(volume, label=text, type=text, note=text) for volume in exhibit.volumes)
    plain = documents.finding()
    finding = replace(plain.finding, pack=text, namespace=text, rule=text, tags=(text,), meta=((text, text),))
    located: LocatedFinding = replace(plain, path="/" + text, stream=text, names=Names((text,)), finding=finding)
    problems = tuple(
        replace(
            group,
            exhibit=text,
            examples=tuple((text, replace(problem, path=text, message=text)) for _, problem in group.examples),
        )
        for group in demo.problems
    )
    exhibit = replace(exhibit, evidence=evidence, volumes=volumes, passes=(run,), media_types=((text, 1, 1),))
    return replace(demo, title=text, product=text, exhibits=(exhibit,), findings=(located,), problems=problems)


def hostile_rows() -> list[EntryRow]:
    text = " ".join(documents.HOSTILE)
    made = replace(documents.entry("/" + text, stream=text), owner=text, link_target=text, meta_address=text)
    return [
        documents.row(1, made, media_type=text, category=text, names=Names((text, text + text)), status_reason=text)
    ]


def test_evidence_never_becomes_markup() -> None:
    plain, hostile = Reader(written()), Reader(written(hostile_document(), hostile_rows()))
    assert hostile.elements == plain.elements
    assert {tag for tag, _ in hostile.elements}.isdisjoint({"img", "link", "iframe", "object", "base", "form"})
    shown = hostile.island("document")["title"]
    assert shown.startswith("</script><script>alert(1)</script> <!--<script> ]]>&lt;b")
    assert "\\u{202e}" in shown
    assert "\\x00" in shown
    assert "\\xff" in shown


def test_nothing_invisible_is_in_the_data() -> None:
    reader = Reader(written(hostile_document(), hostile_rows()))

    def strings(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for key, item in value.items():
                yield from (key, *strings(item))
        elif isinstance(value, list):
            for item in value:
                yield from strings(item)

    for name in ("document", "findings", "timeline", "entries", "vocabulary"):
        assert all(text.isprintable() for text in strings(reader.island(name)))


def test_no_address_is_a_link() -> None:
    reader = Reader(written(hostile_document(), hostile_rows()))
    assert [values for _, values in reader.elements if {"href", "src", "action"} & values.keys()] == [
        {"class": "skip", "href": "#report"}
    ]


def test_the_scripts_make_no_markup_and_open_no_connection() -> None:
    page = resources.files("cyberforensics.report").joinpath("page")
    for file in page.iterdir():
        text = file.read_text("ascii")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\(|Function\("
            r"|fetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import\(|@import|url\(|location\s*=|window\.open",
            text,
        ), file.name
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), file.name


def test_what_a_rule_calls_sensitive_is_not_in_the_file() -> None:
    secret = b"4111111111111111=29121015432112345678"
    document = documents.demo(findings=(documents.finding(sensitive=True, data=secret),))
    text = written(document)
    assert secret.decode() not in text
    assert secret.hex() not in text
    (row,) = Reader(text).island("findings")
    assert row["matches"] == [["$s0", 42, len(secret), None], ["$s1", 142, len(secret), None]]


def test_a_finding_keeps_its_bytes_and_offsets() -> None:
    row = Reader(written()).island("findings")[3]
    assert len(row["matches"]) == 12
    assert [match[3] is not None for match in row["matches"]] == [True] * 8 + [False] * 4
    assert bytes.fromhex(row["matches"][0][3]) == b"All of your files have been encrypted"


def test_tables_are_cut_and_take_no_more_than_they_print() -> None:
    def rows() -> Iterator[EntryRow]:
        yield from documents.demo_rows()[:3]
        raise AssertionError("more was taken than is printed")

    def times() -> Iterator[TimelineRow]:
        yield from list(documents.moments(documents.row()))[:2]
        raise AssertionError("more was taken than is printed")

    out = io.BytesIO()
    write_html(
        documents.demo(), rows(), times(), out, max_entries=3, max_timeline=2, entries_shown="those with findings"
    )
    reader = Reader(out.getvalue().decode("ascii"))
    assert len(reader.island("entries")) == 3
    assert len(reader.island("timeline")) == 2
    document = reader.island("document")
    assert (document["entriesTotal"], document["timelineTotal"]) == (54_871, 270_000)
    assert document["entriesShown"] == "those with findings"


def test_moments_stand_in_order_and_what_has_none_stands_last() -> None:
    stamps = (Timestamp(9, "posix"), Timestamp(0, "posix"), Timestamp(-9, "posix"), Timestamp(3, "posix"))
    made = documents.entry(times=tuple(EntryTime("modified", stamp) for stamp in stamps))
    reader = Reader(written(rows=[documents.row(1, made)]))
    assert [row[0] for row in reader.island("timeline")] == [
        "1969-12-31T23:59:51Z",
        "1970-01-01T00:00:03Z",
        "1970-01-01T00:00:09Z",
        None,
    ]
    words = reader.island("vocabulary")
    assert words[reader.island("timeline")[3][1]] == "not set (zero)"


def test_numbers_that_a_browser_would_round_travel_as_text() -> None:
    made = documents.entry(size=8 << 60, times=(EntryTime("modified", Timestamp(133_537_614_723_456_789, "filetime")),))
    reader = Reader(written(rows=[documents.row(1, made)]))
    assert reader.island("entries")[0][8] == str(8 << 60)
    assert reader.island("entries")[0][16][0][4] == "133537614723456789"
    assert reader.island("timeline")[0][3] == "133537614723456789"


def test_page_one_has_the_line_and_what_was_not_examined() -> None:
    document = Reader(written()).island("document")
    assert document["triage"] == (
        "TRIAGE: a preliminary screening. What was not examined is listed here; "
        "no finding does not mean nothing is there."
    )
    assert any("snapshots not opened" in line for line in document["notExamined"])


@pytest.mark.parametrize("document", [documents.empty(), documents.demo(findings=())])
def test_a_document_with_nothing_in_it_is_written(document: CaseDocument) -> None:
    assert Reader(written(document, [])).island("entries") == []


@pytest.mark.parametrize("text", ["<", "\u2028", "\u202e", "\x7f", "\ud800", "\0", "&amp;", "\\u202e", "é"])
def test_embedded_json_is_printable_ascii(text: str) -> None:
    shown = embedded({text: [text]})
    assert shown.isascii()
    assert shown.isprintable()
    assert not set("<>&") & set(shown)
    assert all(part.isprintable() for part in json.loads(shown))
