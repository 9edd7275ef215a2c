"""Diagnostics in the forms that other programs read, read back with their own readers."""

import gzip
import hashlib
import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from cyberforensics.cli.rules.check import ProfileChoice
from cyberforensics.cli.rules.given import Format
from cyberforensics.model.diagnostic import Diagnostic, Level, Span
from cyberforensics.report.diagnostics import FORMATS, Case, CodeHelp, Document, Suite, Told, sarif
from cyberforensics.rules.checks import PROFILES

_HOSTILE = '100% <b>|`a`</b>, :\n::error::x & "q"'


def _told(level: Level = Level.ERROR, path: str = "rules/a b,c.yar", message: str = _HOSTILE) -> Told:
    said = Diagnostic("CFR001", level, message, "a b,c.yar", Span(3, 5, 3, 9), "A", "do that", ("\ta = true",))
    return Told(said, path, "f" * 64)


def _document(*told: Told, **more: Any) -> Document:
    codes = (CodeHelp("CFR001", Level.ERROR, "It does not compile", "It never runs."),)
    return Document("1.2.3", told, codes, ("rules/a b,c.yar", "rules/fine.yar"), 2, **more)


def _lines(name: str, document: Document) -> list[str]:
    return list(dict(FORMATS)[name](document))


def test_choices_are_the_formats() -> None:
    assert [str(one) for one in Format] == [name for name, _ in FORMATS]
    assert [str(one) for one in ProfileChoice] == [*PROFILES, "none"]


def test_text_has_the_place_the_line_and_a_caret() -> None:
    one = _told(message="it is wrong")
    said = Diagnostic("CFR001", Level.ERROR, "it is wrong", "a.yar", Span(9, 5, 9, 9), "A", "do that", ("    true",))
    assert _lines("text", _document(Told(said, "p/a.yar", ""))) == [
        "p/a.yar:9:5: error[CFR001] it is wrong",
        "   9 |     true",
        "     |     ^^^^",
        "  hint: do that",
        "",
    ]
    assert one.diagnostic.level == "error"


def test_json_is_read_back() -> None:
    content = json.loads("\n".join(_lines("json", _document(_told(), known=2))))
    assert content["summary"] == {
        "files": 2,
        "rules": 2,
        "errors": 1,
        "warnings": 0,
        "notes": 0,
        "known": 2,
        "excused": 0,
        "fail_level": "error",
    }
    assert content["diagnostics"][0]["message"] == _HOSTILE
    assert content["diagnostics"][0]["span"] == {"line": 3, "column": 5, "end_line": 3, "end_column": 9}


def _sarif(document: Document) -> dict[str, Any]:
    content = json.loads("\n".join(_lines("sarif", document)))
    assert (content["version"], len(content["runs"])) == ("2.1.0", 1)
    run: dict[str, Any] = content["runs"][0]
    return run


def test_sarif_has_what_the_standard_asks_for() -> None:
    """What sections 3.13 to 3.52 of SARIF 2.1.0 require of each object, and what GitHub does of a result."""
    run = _sarif(_document(_told(), _told(Level.NOTE)))
    driver = run["tool"]["driver"]
    assert driver["name"]
    for rule in driver["rules"]:
        assert rule["id"]
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    for result in run["results"]:
        assert result["message"]["text"]
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["partialFingerprints"] == {"cyberforensics/v1": "f" * 64}
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"], region["endColumn"]) == (3, 5, 9)
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "rules/a%20b%2Cc.yar"
    assert [result["level"] for result in run["results"]] == ["error", "note"]
    assert run["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize("path", ["/somewhere/a.yar", "../a.yar"])
def test_sarif_names_no_place_of_this_machine(path: str) -> None:
    (result,) = _sarif(_document(_told(path=path)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b%2Cc.yar"


def test_sarif_keeps_the_worst_and_says_what_it_left_out() -> None:
    notes = [_told(Level.NOTE) for _ in range(sarif.MOST_RESULTS)]
    run = _sarif(_document(*notes, _told(Level.ERROR), _told(Level.WARNING)))
    assert len(run["results"]) == 5000
    assert [result["level"] for result in run["results"][:3]] == ["error", "warning", "note"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("2 results are left out")


def test_junit_is_read_back() -> None:
    document = _document(_told(), _told(Level.WARNING))
    # Our own text, written a line above.
    root = ET.fromstring("\n".join(_lines("junit", document)))  # noqa: S314
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    assert "time" not in {name for element in root.iter() for name in element.attrib}
    first, second = root.iter("testcase")
    assert first.get("name") == "rules/a b,c.yar"
    (failure,) = first.iter("failure")
    assert failure.text is not None
    assert _HOSTILE in failure.text
    assert "warning[CFR001]" in (first.findtext("system-out") or "")
    assert list(second) == []


def test_junit_has_what_passed_and_what_was_left_out() -> None:
    error, note = _told(message="bad \x00 \ufffe"), _told(Level.NOTE)
    cases = (
        Case("p.rules", "a", (error, error, note)),
        Case("p.rules", "b", (note,), "no sample"),
        Case("p.rules", "c", (error,), "no sample"),
        Case("p.samples", "d"),
    )
    document = _document(error, note, suites=(Suite("p", cases, ("half was left out",)),), command="rules test")
    root = ET.fromstring("\n".join(_lines("junit", document)))  # noqa: S314 - our own text
    assert root.get("name") == "cyberforensics rules test"
    (suite,) = root
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "2",
        "errors": "0",
        "skipped": "1",
    }
    told = [(case.get("name"), [child.tag for child in case]) for case in root.iter("testcase")]
    assert told == [
        ("a", ["failure", "system-out"]),
        ("b", ["skipped", "system-out"]),
        ("c", ["failure"]),
        ("d", []),
    ]
    failure = next(root.iter("failure"))
    assert failure.get("message") == "bad \\u{0} \\u{fffe} (and 1 more)"
    assert (failure.text or "").count("rules/a b,c.yar:3:5: error[CFR001]") == 2
    assert suite.findtext("system-out") == "half was left out"


@pytest.mark.parametrize("form", ["json", "sarif", "github", "markdown"])
def test_every_form_says_what_was_left_out(form: str) -> None:
    document = _document(suites=(Suite("p", (), ("half was left out",)),))
    assert "p: half was left out" in "\n".join(_lines(form, document))


def test_sarif_stays_below_what_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "LARGEST", 4_000)
    told = [_told(message=f"{hashlib.sha256(bytes([number])).hexdigest()}") for number in range(200)]
    lines = _lines("sarif", _document(*told))
    assert len(gzip.compress("\n".join(lines).encode())) <= 4_000
    run = json.loads("\n".join(lines))["runs"][0]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["level"] == "warning"
    assert note["message"]["text"].startswith(f"{200 - len(run['results'])} results are left out")
    assert 0 < len(run["results"]) < 200


def test_commands_of_github_are_one_line_each() -> None:
    first, second = _lines("github", _document(_told(Level.NOTE), _told()))
    assert first.startswith(
        "::error file=rules/a b%2Cc.yar,line=3,endLine=3,col=5,endColumn=9,title=CFR001::100%25 <b>"
    )
    assert "%0A::error::x" in first
    assert second.startswith("::notice ")


def test_markdown_shows_text_as_text() -> None:
    lines = _lines("markdown", _document(_told()))
    assert lines[0] == "**2 files, 2 rules: 1 error, 0 warnings, 0 notes**"
    row = next(line for line in lines if line.startswith("| rules"))
    assert "\\<b\\>\\|\\`a\\`" in row
    assert row.count("|") - row.count("\\|") == 5


def test_markdown_says_what_it_left_out() -> None:
    lines = _lines("markdown", _document(*(_told(Level.NOTE) for _ in range(502))))
    assert lines[-1] == "2 more are left out here, the least severe ones."
