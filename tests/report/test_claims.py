"""No sentence of ours says more than was observed."""

import ast
import re
from importlib import resources
from pathlib import Path

import pytest

from cyberforensics import report
from cyberforensics.report import NOTICES, not_examined, summary, words
from tests.report import documents

CLAIMS = re.compile(
    r"\b(malware|malicious|virus(?! scanner)|infected|trojan|verified|authentic|guilty|criminal|illegal|suspicious"
    r"|recovered|intact|undamaged|deleted (?:at|on|by)|the user\b|the suspect|proves?|proof|certain(?:ly)?|clean"
    r"|harmless|known good|safe)\b",
    re.IGNORECASE,
)
WORDS = re.compile(r"\b(good|the owner|hacked|attackers?|stolen|fraudulent)\b", re.IGNORECASE)
"""Of our sentences in the PDF, and of every report module."""
_TABLES = (
    *(words.CONTAINERS, words.VOLUME_STATES, words.NAME_STATES, words.RECOVERIES, words.STATUSES, words.CONTEXTS),
    *(words.DIGEST_NOTES, words.ZONES, words.FLAGS, words.MEDIA_PARTS, NOTICES),
)


def _own_strings() -> list[str]:
    """What the modules of the reports may print, without their docstrings, and the texts of the PDF's template."""
    texts = []
    for path in sorted(Path(report.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
        ]
    template = resources.files("cyberforensics.report").joinpath("paper", "report.typ").read_text("utf-8")
    facts = resources.files("cyberforensics.case").joinpath("template.toml").read_text("utf-8")
    return [*texts, *template.splitlines(), *facts.splitlines()]


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


def test_the_check_sees_a_claim() -> None:
    for text in (
        "The file is malware.",
        "Digest verified.",
        "It was recovered intact",
        "deleted at 10:00",
        "The user did",
    ):
        assert CLAIMS.search(text)
