"""The texts of rules that matched, in both reports: as in the pack, with who signed it, and what is cut is said."""

import hashlib
import io
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from cyberforensics import case, report, signing
from cyberforensics.model.case_document import MatchedRule, RuleRecord
from cyberforensics.report.rule_texts import HTML, PDF, Bound, rule_texts_object
from cyberforensics.rule_building import build
from tests.helpers import STICK, run
from tests.report import documents
from tests.rules.helpers import write_pack

TEXT = 'rule Marked\n{\n    strings:\n        $a = "example"\n    condition:\n        $a\n}'


def _matched(text: str, name: str = "Marked", signed_by: str | None = None) -> MatchedRule:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return MatchedRule(RuleRecord("p", "a", name, "a.yar", 3, digest, text), "ab" * 32, signed_by, ("E1", "E2"))


def test_what_is_cut_is_said() -> None:
    rules = tuple(_matched("x" * 50, f"R{number}") for number in range(5))
    document = replace(documents.empty(), rules=rules, rules_total=9)
    shown = rule_texts_object(document, Bound(3, 40, 25))
    assert shown["said"] == (
        "9 rules matched. At most 3 texts stand here, and of each at most 40 characters (lines of more than 25 go on"
        " in the next): 6 rules are left out, 3 texts are cut. All of them are in case.sqlite, in the table rule."
    )
    rows = shown["rows"]
    assert isinstance(rows, list)
    assert [(row["lines"], row["leftOut"]) for row in rows] == [(["x" * 25, "x" * 15], 10)] * 3
    whole = rule_texts_object(replace(document, rules_total=5), HTML)
    assert ": nothing is left out." in str(whole["said"])


def test_what_a_terminal_or_reader_would_obey_is_shown() -> None:
    shown = rule_texts_object(replace(documents.empty(), rules=(_matched("a\u202eb\x1b[31m\r\n\tc"),)), PDF)
    rows = shown["rows"]
    assert isinstance(rows, list)
    assert rows[0]["lines"] == ["a\\u{202e}b\\x1b[31m", "    c"]
    assert (rows[0]["signer"], rows[0]["exhibits"], rows[0]["place"]) == ("not signed", "E1, E2", "a.yar:3")


def _texts_in(html: str) -> dict[str, object]:
    start = html.index('"ruleTexts":') + len('"ruleTexts":')
    found: dict[str, object] = json.JSONDecoder().raw_decode(html[start:].lstrip())[0]
    return found


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_both_reports_of_a_case_show_the_rule_and_the_signer(tmp_path: Path) -> None:
    key = signing.make_key(tmp_path / "key")
    pack = write_pack(tmp_path / "pack", sub__a=f"// above\n{TEXT}\nrule Silent {{ condition: false }}\n")
    (pack / "pack.toml").write_text('name = "mine"\nversion = "1"\nlicence = "MIT"\n')
    archive = build(pack, tmp_path / "mine.zip", key).path
    folder = tmp_path / "case"
    assert run("triage", "--case", folder, "--exhibit", f"E1={STICK}", "--rules", archive).returncode in (0, 10)
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    texts = _texts_in((folder / "reports" / "report.html").read_text("utf-8"))
    rows = texts["rows"]
    assert isinstance(rows, list)
    assert [row["name"] for row in rows] == ["Marked"]  # what did not match is not there
    assert rows[0]["lines"] == TEXT.split("\n")
    assert (rows[0]["sha256"], rows[0]["place"], rows[0]["exhibits"]) == (digest, "sub/a.yar:2", "E1")
    assert rows[0]["signer"] == f"signed with the key {key.fingerprint}"
    with case.open_existing(folder) as store:
        document = case.case_document(store)
    out = io.BytesIO()
    report.write_pdf(document, out, 0)
    (tmp_path / "report.pdf").write_bytes(out.getvalue())
    said = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True
    )
    annex = said.stdout[said.stdout.rindex("Appendix E") :]
    for line in ("1 rules matched. At most 100 texts stand here", '$a = "example"', "condition:", f"{digest}"):
        assert line in " ".join(annex.split()), annex
    assert key.fingerprint in "".join(annex.split())
