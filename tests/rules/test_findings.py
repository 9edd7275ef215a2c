"""What a rule's metadata says of its severity, and metadata that hurts."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from cyberforensics.model.examination import FINDING_SEVERITIES
from cyberforensics.rules.engines import Meta
from cyberforensics.rules.findings import SEVERITY_WORDS, severity_of
from tests.rules.helpers import scanner_for


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ((), "medium"),
        ((("severity", "critical"),), "critical"),
        ((("Severity", " High "),), "high"),
        ((("severity", "informational"),), "info"),
        ((("severity", "somewhat"),), "medium"),
        ((("severity", True),), "medium"),
        ((("severity", 9),), "critical"),
        ((("severity", 5),), "low"),
        ((("severity", 100),), "critical"),
        ((("severity", "80"),), "high"),
        ((("score", 100),), "critical"),
        ((("score", 75),), "high"),
        ((("score", 60),), "medium"),
        ((("score", 40),), "low"),
        ((("score", 5),), "info"),
        ((("score", -5),), "info"),
        ((("score", 90), ("severity", "low")), "low"),
        ((("severity", "unknown"), ("score", 90)), "critical"),
        ((("severity", "low"), ("severity", "high")), "low"),
    ],
)
def test_severity_comes_from_the_metadata(meta: Meta, expected: str) -> None:
    assert severity_of(meta) == expected


def test_every_word_stands_for_a_severity() -> None:
    assert set(SEVERITY_WORDS.values()) == set(FINDING_SEVERITIES)
    assert all(word == word.lower() for word in SEVERITY_WORDS)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (" { meta: sensitive = true", True),
        (" { meta: sensitive = false", False),
        (' { meta: Sensitive = "True "', True),
        (" { meta: sensitive = 1", True),
        (" { meta: sensitive = 0", False),
        (' { meta: note = "sensitive"', False),
        (" : other Payment { meta: x = 1", True),
        (" : SECRET { meta: sensitive = false", True),
        (" : secrets { meta: x = 1", False),
        (' { meta: category = "fraud, personal"', True),
        (' { meta: category = "impersonal"', False),
        (' { meta: description = "personal"', False),
    ],
)
def test_sensitive_rules_are_marked(tmp_path: Path, head: str, expected: bool) -> None:
    scanner = scanner_for(f"rule s{head} condition: true }}", tmp_path)
    assert scanner.scan(b"", timeout=1).findings[0].sensitive is expected


def test_bytes_of_metadata_that_are_no_text_never_reach_json(tmp_path: Path) -> None:
    scanner = scanner_for(r'rule m { meta: author = "a\xffb\x00c" note = "ünï\n" condition: true }', tmp_path)
    (finding,) = scanner.scan(b"", timeout=1).findings
    assert finding.meta[1] == ("note", "ünï\n")
    json.dumps(asdict(finding)["meta"], ensure_ascii=False).encode("utf-8")
