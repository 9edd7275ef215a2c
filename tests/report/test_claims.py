"""No sentence of ours says more than was observed."""

import re
from importlib import resources

import pytest

from cyberforensics.report import NOTICES, not_examined, summary, words
from tests.report import documents

CLAIMS = re.compile(
    r"\b(malware|malicious|virus(?! scanner)|infected|trojan|verified|authentic|guilty|criminal|illegal|suspicious"
    r"|recovered|intact|undamaged|deleted (?:at|on|by)|the user\b|the suspect|proves?|proof|certain(?:ly)?|clean"
    r"|harmless|known good|safe)\b",
    re.IGNORECASE,
)
_TABLES = (
    *(words.CONTAINERS, words.VOLUME_STATES, words.NAME_STATES, words.RECOVERIES, words.STATUSES, words.CONTEXTS),
    *(words.DIGEST_NOTES, words.ZONES, words.FLAGS, words.MEDIA_PARTS, NOTICES),
)


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


def test_the_check_sees_a_claim() -> None:
    for text in (
        "The file is malware.",
        "Digest verified.",
        "It was recovered intact",
        "deleted at 10:00",
        "The user did",
    ):
        assert CLAIMS.search(text)
