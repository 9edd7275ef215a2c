"""Bytes that were met before are not scanned again, and nothing that is said of them changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cyberforensics import rules
from cyberforensics.model.entry import Content, Name
from cyberforensics.model.examination import Examination, Finding
from cyberforensics.model.problem import Problem, Stage
from cyberforensics.pipeline import known
from cyberforensics.pipeline.examine import ExamineOptions, examine
from cyberforensics.pipeline.known import Known, Memory

ABOUT_CONTENT = """
rule words { strings: $a = "secret" nocase condition: $a }
rule empty { condition: filesize == 0 }
"""
ABOUT_NAMES = """
rule tool { strings: $a = "secret" condition: $a and filename matches /\\.exe$/ }
rule placed { condition: filepath == "/Users/x" }
rule besides { strings: $a = "a secret" condition: $a }
private rule hidden { condition: filename matches /^[ab]/ }
rule through { condition: hidden and filesize > 3 }
"""
BYTES: Mapping[str, bytes] = {
    "/Users/x/a.txt": b"a Secret\n",
    "/Users/x/b.exe": b"a Secret\n",
    "/c.exe": b"a Secret\n",
    "/Users/x/d.txt": b"",
    "/e.txt": b"",
    "/f.png": b"\x89PNG\r\n\x1a\n secret secret",
    "/Users/x/g.exe": b"\x89PNG\r\n\x1a\n secret secret",
    "/h.txt": b"a secret\n",
}


class _Reader:
    def blocks(self, content: Content) -> Iterator[bytes]:
        yield BYTES[content.names[0].path]

    def damaged(self, _: Content) -> bool:
        return False


class _Counting(rules.Scanner):
    """The same rules, and how often all of them were run."""

    def __init__(self, scanner: rules.Scanner) -> None:
        self._scanner = scanner
        self.passes = 0

    @property
    def looks_at_names(self) -> bool:
        return self._scanner.looks_at_names

    def is_settled(self, finding: Finding) -> bool:
        return self._scanner.is_settled(finding)

    def scan_first(self, data: object, externals: rules.Externals, *, timeout: float) -> rules.ScanResult:
        self.passes += 1
        return self._scanner.scan_first(data, externals, timeout=timeout)  # type: ignore[arg-type]

    def scan_name(
        self, data: object, externals: rules.Externals, *, timeout: float, open_rules: Sequence[int] | None = None
    ) -> rules.ScanResult:
        return self._scanner.scan_name(data, externals, timeout=timeout, open_rules=open_rules)  # type: ignore[arg-type]


@pytest.fixture
def scanner(tmp_path: Path) -> _Counting:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "content.yar").write_text(ABOUT_CONTENT)
    (tmp_path / "pack" / "names.yar").write_text(ABOUT_NAMES)
    return _Counting(rules.open_compiled(rules.load([tmp_path / "pack"]).save(tmp_path)))


def _content(path: str, *others: str) -> Content:
    names = tuple(Name(f"id of {name}", name, None, None) for name in (path, *others))
    return Content(0, "0", None, path.encode(), len(BYTES[path]), False, "host", None, names)


def _examined(content: Content, scanner: rules.Scanner, memory: Memory, folder: Path) -> Examination:
    return examine(content, _Reader(), scanner, ExamineOptions(folder), memory)


def test_nothing_changes_and_each_bytes_are_scanned_once(scanner: _Counting, tmp_path: Path) -> None:
    contents = [_content(path) for path in BYTES]
    contents += [_content("/c.exe", "/Users/x/b.exe", "/Users/x/a.txt"), _content("/e.txt", "/Users/x/d.txt")]
    fresh = [_examined(content, scanner, Memory(), tmp_path) for content in contents]
    assert scanner.passes == len(contents)
    memory, scanner.passes = Memory(), 0
    assert [_examined(content, scanner, memory, tmp_path) for content in contents] == fresh
    assert scanner.passes == len(set(BYTES.values()))
    found = {(name, finding.rule) for name, each in zip(BYTES, fresh, strict=False) for finding in each.findings}
    # by hand: which of the rules above hold for which of these
    words = {path for path, data in BYTES.items() if b"secret" in data.lower()}
    assert found == {
        *((path, "words") for path in words),
        *((path, "tool") for path, data in BYTES.items() if b"secret" in data and path.endswith(".exe")),
        *((path, "empty") for path, data in BYTES.items() if not data),
        *((path, "placed") for path in BYTES if path.startswith("/Users/x/")),
        *((path, "besides") for path, data in BYTES.items() if b"a secret" in data),
        *((path, "through") for path, data in BYTES.items() if path.rpartition("/")[2][0] in "ab" and len(data) > 3),
    }


def test_what_was_not_seen_by_every_rule_is_not_remembered(
    tmp_path: Path, scanner: _Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(*_: object, timeout: float) -> rules.ScanResult:
        return rules.ScanResult(problems=(Problem(Stage.RULES, "rules.timeout", "out of time"),), complete=False)

    memory = Memory()
    monkeypatch.setattr(scanner, "scan_first", too_late)
    late = _examined(_content("/c.exe"), scanner, memory, tmp_path)
    assert (late.status, late.status_reason) == ("partial", "rules.timeout")
    monkeypatch.undo()
    assert _examined(_content("/c.exe"), scanner, memory, tmp_path).status == "whole"
    assert scanner.passes == 1


def test_what_was_met_longest_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "KEPT", 2)
    memory, one = Memory(), Known("text/plain", ())
    memory.remember(("a", 1), one)
    memory.remember(("b", 1), one)
    assert memory.recall(("a", 1)) is one
    assert memory.recall(("a", 2)) is None  # other bytes of another size
    memory.remember(("c", 1), replace(one, media_type="text/html"))
    assert memory.recall(("b", 1)) is None
    assert memory.recall(("a", 1)) is one
