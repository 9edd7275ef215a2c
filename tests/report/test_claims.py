"""No sentence of ours says more than was observed."""

import ast
import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from cyberforensics import report
from cyberforensics.report import NOTICES, not_examined, summary, words
from cyberforensics.report.claims import CLAIMS
from cyberforensics.report.points import POINTS
from tests.report import documents

WORDS = re.compile(r"\b(good|the owner|hacked|attackers?|stolen|fraudulent)\b", re.IGNORECASE)
"""Of our sentences in the PDF, and of every report module."""
SPEAKING = (
    *(
        "checking.py",
        "reports.py",
        "sealing.py",
        "stamping.py",
        "verifying.py",
        "case/annotations.py",
        "case/sealed.py",
    ),
    *("cli/report.py", "cli/seal.py", "cli/stamp.py", "cli/verify.py", "cli/summary.py", "cli/triage.py"),
    *("model/problem.py", "model/meanings.py", "model/cross_check.py", "pipeline/known_differences.py"),
)
"""Modules beside the reports whose sentences stand in them, or are said of them."""
_TABLES = (
    *(words.CONTAINERS, words.VOLUME_STATES, words.NAME_STATES, words.RECOVERIES, words.STATUSES, words.CONTEXTS),
    *(words.DIGEST_NOTES, words.ZONES, words.FLAGS, words.MEDIA_PARTS, NOTICES),
)


def _strings_of(path: Path) -> Iterator[str]:
    """What a module may print, without its docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def _own_strings() -> list[str]:
    """What the modules of the reports and of what writes and checks them may print, and the texts of the templates."""
    room = Path(report.__file__).parent
    modules = [path for path in sorted(room.rglob("*.py")) if path.name != "claims.py"]  # the list of these very words
    modules += [room.parent / name for name in SPEAKING]
    texts = [text for path in modules for text in _strings_of(path)]
    table = json.loads((room / "solve_it.json").read_text("ascii"))  # the titles in it are other people's
    texts += [limit["words"] for limit in table["limits"].values()]
    for template in (room / "paper" / "report.typ", room.parent / "case" / "template.toml"):
        texts += template.read_text("utf-8").splitlines()
    return texts


def _literals() -> list[str]:
    """The strings of the report's scripts and the text of its page: what a reader may see."""
    page = resources.files("cyberforensics.report").joinpath("page")
    texts = []
    for file in sorted(page.iterdir(), key=lambda each: each.name):
        text = file.read_text("ascii")
        if file.name.endswith(".js"):
            texts += re.findall(r'"((?:[^"\\\n]|\\.)*)"', re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
        elif file.name.endswith(".html"):
            texts.append(text)
    return texts


@pytest.mark.parametrize(
    "text",
    [
        *summary(documents.demo()),
        *summary(documents.demo(findings=())),
        *not_examined(documents.demo()),
        *(text for table in _TABLES for text in table.values()),
    ],
)
def test_a_sentence_claims_nothing(text: str) -> None:
    assert not CLAIMS.search(text)


def test_the_page_claims_nothing() -> None:
    literals = _literals()
    assert len(literals) > 300
    assert [text for text in literals if CLAIMS.search(text)] == []


def test_no_string_of_the_reports_claims_anything() -> None:
    texts = _own_strings()
    assert any("How to check this without our software" in text for text in texts)
    assert any("clocks may be wrong" in text.lower() for text in texts)
    assert [text for text in texts if CLAIMS.search(text) or WORDS.search(text)] == []


def test_every_room_of_texts_is_read() -> None:
    texts = _own_strings()
    for told in (POINTS[0].title, "there is no manifest-sha256.txt; ", "times on NTFS", "is not what the store gives"):
        assert any(told in text for text in texts), told
    assert "A range of the media belongs to no volume." in texts  # of a problem
    assert any("OBSERVED" in text and "for the examiner to say" in text for text in texts)  # of the PDF


def test_the_check_sees_a_claim() -> None:
    for text in (
        "The file is malware.",
        "Digest verified.",
        "It was recovered intact",
        "deleted at 10:00",
        "The user did",
        "No threats were found.",
        "The disk is clean",
        "a known good file",
        "It proves the act",
    ):
        assert CLAIMS.search(text)
