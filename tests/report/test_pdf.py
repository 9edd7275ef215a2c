"""The PDF report, as other people's programs read it: pdftotext and pdfinfo of poppler."""

import io
import re
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from cyberforensics import case, report
from cyberforensics.model.case_document import CaseDocument, SealRecord
from cyberforensics.model.case_facts import (
    Amendment,
    Authorisation,
    CaseFacts,
    Clock,
    Custody,
    Dates,
    ExhibitFacts,
    Laboratory,
    Person,
    ReportFacts,
    Request,
    Statements,
)
from cyberforensics.report.checks import CHECKS
from cyberforensics.report.glyphs import _RANGES, printable
from cyberforensics.report.written import printed_object
from tests import helpers
from tests.report import documents

poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")

MARKUP = "#let -- --- ... x = [*b*] $a^2$ _i_ @ref <label> `raw` // c /* d */ https://suspect.example \\ ] \" '"

FACTS = CaseFacts(
    laboratory=Laboratory("Laboratory North", "Room 4, Oslo"),
    request=Request("Office of the Prosecutor", "Look for ransom notes.", 'Warrant 17/26: "all storage media"'),
    dates=Dates("2026-02-27", "2026-03-02", "2026-03-14"),
    examiner=Person("R. Okafor", "Examiner", "Certified since 2019"),
    authoriser=Authorisation("M. Ferreira", "Head of laboratory", "2026-03-15"),
    report=ReportFacts("Case 2026-0417", 2, "TLP:AMBER+STRICT"),
    statements=Statements("I declare that this is true.", "The notes fit.", "None.", "Imaging by B.", "Val-7"),
    exhibit=(
        ExhibitFacts(
            "E1", "17-A", "Fujitsu", "M1", "SN-99", "500 GB", "Sgt. Silva", "Copy 2", "", "Stored",
            Clock("2026-02-27T10:03:12", "2026-02-27T10:00:00", "+00:03:12", "Asia/Colombo"),
            (Custody("2026-02-27T11:20:00+05:30", MARKUP, "R. Okafor", "examination"),),
        ),
        ExhibitFacts("E9", "17-B", not_examined="Locked phone, no key."),
    ),
    amendment=(Amendment(2, "2026-03-20", "The serial number."),),
)  # fmt: skip


def pdf(document: CaseDocument, volume: int = 0) -> bytes:
    out = io.BytesIO()
    report.write_pdf(document, out, volume)
    return out.getvalue()


def text(data: bytes, tmp_path: Path, *options: str) -> str:
    """As pdftotext reads it; line ends are blanks."""
    (tmp_path / "x.pdf").write_bytes(data)
    done = subprocess.run(["pdftotext", *options, tmp_path / "x.pdf", "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def flat(shown: str) -> str:
    return " ".join(shown.split())


def tight(shown: str) -> str:
    """Without blanks: a long text of the evidence may break anywhere."""
    return "".join(shown.split())


@pytest.fixture(scope="module")
def full() -> bytes:
    return pdf(replace(documents.demo(), facts=FACTS))


@pytest.fixture(scope="module")
def bare() -> bytes:
    return pdf(documents.demo())


def test_an_identical_case_gives_identical_bytes(full: bytes, bare: bytes) -> None:
    assert pdf(replace(documents.demo(), facts=FACTS)) == full
    assert full != bare


@poppler
def test_an_amended_report_has_another_id(full: bytes, tmp_path: Path) -> None:
    amended = replace(FACTS, report=replace(FACTS.report, version=3))
    ids = {
        frozenset(re.findall(r"CF-[0-9A-F]{8}-[0-9A-F]{8}", text(data, tmp_path)))
        for data in (full, pdf(replace(documents.demo(), facts=amended)))
    }
    assert [len(found) for found in ids] == [1, 1]


@poppler
@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("C01", "END OF THE REPORT"),
        ("C02", "Laboratory Laboratory North"),
        ("C02", "Room 4, Oslo"),
        ("C03", 'Warrant 17/26: "all storage media"'),
        ("C04", "Received 2026-02-27"),
        ("C04", "Issued 2026-03-14"),
        ("C05", "By M. Ferreira, Head of laboratory, on 2026-03-15"),
        ("C05", "Authorised by, signature and date"),
        ("C06", "What amended versions changed"),
        ("C07", "Results relate only to the items examined."),
        ("C08", "TLP:AMBER+STRICT"),
        ("C09", "Abbreviations. APFS"),
        ("C10", "Handed over by Sgt. Silva"),
        ("C10", "Serial number SN-99"),
        ("C10", "Sector size 512 bytes"),
        ("C11", "Locked phone, no key."),
        ("C12", "38ea5af8a80e16e46c095c9110242fc0"),
        ("C12", "MATCH"),
        ("C12", "Computed at close: NOT COMPUTED"),
        ("C13", "opened without write access"),
        ("C14", "Working copy Copy 2"),
        ("C15", "2026-02-27T11:20:00+05:30"),
        ("C16", "Disposition Stored"),
        ("C20", "pytsk3 20260715"),
        ("C21", "cyberforensics triage workstation.E01 --case 'case 17'"),
        ("C22", "core 2026.1, Apache-2.0: 48 rules in 12 files"),
        ("C24", "The command below repeats the run"),
        ("C25", "Deviations None."),
        ("C26", "Validation of this release Val-7"),
        ("C27", "Imaging by B."),
        ("C30", "OBSERVED, critical"),
        ("C30", "metadata address 64-128-1"),
        ("C30", "core 2026.1, yara-python 4.5.4"),
        ("C31", "matched rule Ransom_Note_Text at offsets 42, 142"),
        ("C33", "Both sides agree, by count and by bytes."),
        ("C34", "The times of a deleted entry are those of its last metadata"),
        ("C34", "DFW-1185"),
        ("C34", "Failing to extract a decryption key that is present volume.encrypted"),
        ("C34", "commit 59b37910eff2cf11f798c9c19e1b707bf87210b2 of 2026-07-17"),
        ("C35", "bounded by what was searched"),
        ("C36", "I declare that this is true."),
        ("C36", "Certified since 2019"),
        ("C37", "Error rate not established"),
        ("C40", "UTC in RFC 3339"),
        ("C41", "Asia/Colombo"),
        ("C42", "FAT: written 2 s, created 10 ms, accessed 1 day."),
        ("C43", "standard information can be set by programs"),
        ("C44", "12 times have no date between 1970 and 2106"),
        ("C46", "+00:03:12 NOT APPLIED"),
        ("C47", "clock of the examining machine"),
        ("C48", "ties are sorted by entry and meaning"),
        ("C50", "sha256sum -c --strict manifest-sha256.txt"),
        ("C51", "examination-log.jsonl"),
        ("C52", "NOT SEALED"),
        ("C52", "ssh-keygen -Y verify"),
        ("C52", "openssl ts -verify"),
    ],
)  # fmt: skip
def test_a_point_of_the_list_is_printed(point: str, expected: str, full: bytes, tmp_path: Path) -> None:
    shown = text(full, tmp_path)
    assert tight(expected) in tight(shown) or expected in flat(text(full, tmp_path, "-layout")), point


@poppler
def test_a_sealed_case_prints_its_seal(tmp_path: Path) -> None:
    seal = SealRecord("5a" * 32, 1_205, "6b" * 32, "7c" * 32, "SHA256:k", True, "m@lab.example", None, "x 1", "0.15")
    shown = tight(text(pdf(replace(documents.demo(), seal=seal)), tmp_path))
    for printed in ("5a" * 32, "6b" * 32, "7c" * 32, "SHA256:k", "first1,205lines", "whoseitis,itdoesnotshow"):
        assert printed in shown
    assert "NOTSEALED" not in shown
    assert tight("ssh-keygen -Y verify -f ../allowed_signers -I m@lab.example -n cyberforensics-manifest") in shown


def test_the_commands_printed_are_those_that_are_tested() -> None:
    """Those of the documentation are run by tests/docs/test_verify_without_us.py."""
    run = (helpers.ROOT / "docs" / "verify-without-us.md").read_text("utf-8")
    for _, command in CHECKS:
        assert f"\n{command}\n" in run


@poppler
def test_a_gap_in_custody_is_shown(tmp_path: Path) -> None:
    steps = (Custody("2026-02-27", "Silva", "Okafor", "x"), Custody("2026-03-01", "Berg", "Okafor", "y"))
    gone = replace(FACTS, exhibit=(ExhibitFacts("E1", custody=steps),))
    shown = flat(text(pdf(replace(documents.demo(), facts=gone)), tmp_path))
    assert "GAP between entry 1 and 2 a handing over from 'Okafor' to 'Berg' is missing" in shown
    whole = replace(gone, exhibit=(ExhibitFacts("E1", custody=steps[:1]),))
    assert "GAP" not in text(pdf(replace(documents.demo(), facts=whole)), tmp_path)


@poppler
def test_id_mark_and_number_stand_on_every_page(full: bytes, tmp_path: Path) -> None:
    pages = text(full, tmp_path, "-layout").rstrip("\f").split("\f")
    assert len(pages) > 8
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert page.count("TLP:AMBER+STRICT") >= 2
        assert re.search(r"Report CF-[0-9A-F]{8}-[0-9A-F]{8}", page)


@poppler
def test_the_sections_stand_in_order(full: bytes, tmp_path: Path) -> None:
    shown = text(full, tmp_path).partition("1 Summary\nTRIAGE")[2]
    titles = (
        *("2 Request and scope", "3 Exhibits and integrity", "4 Method and", "5 Orientation", "6 Findings: observed"),
        *("7 Findings: derived", "8 Timeline", "9 What was not", "10 Limitations", "11 Examiner", "12 Glossary"),
        *("13 How to check", "Appendix A", "Appendix B", "Appendix C", "END OF THE REPORT"),
    )
    places = [shown.find(f"\n{title}") for title in titles]
    assert -1 not in places
    assert places == sorted(places)


@poppler
def test_what_nobody_supplied_says_so(bare: bytes, full: bytes, tmp_path: Path) -> None:
    shown = flat(text(bare, tmp_path, "-layout"))
    assert "NOT AUTHORISED" in shown
    for label in ("Laboratory", "Requested by", "Authority, as quoted", "Custody", "Examiner", "Issued", "Disposition"):
        assert f"{label} NOT SUPPLIED" in shown, label
    assert "EXAMINER-OPINION NOT SUPPLIED" in shown
    filled = flat(text(full, tmp_path, "-layout"))
    assert "NOT AUTHORISED" not in filled
    assert "EXAMINER-OPINION The notes fit." in filled


@poppler
def test_text_of_the_evidence_stays_text(tmp_path: Path) -> None:
    names = (
        *documents.HOSTILE,
        MARKUP,
        "x" * 400 + "#",
        "עברית ไทย 日本 \U0001f4a9 é Ж",
        "tab\there\nline",
        "a\u0301e\u200bz",
    )
    findings = tuple(documents.finding(number, path=f"/{name}") for number, name in enumerate(names))
    document = replace(documents.demo(findings=findings), facts=FACTS)
    shown = tight(text(pdf(document), tmp_path))
    for name in names:
        assert tight(printable(name)) in shown, name
    assert tight(MARKUP) in shown
    for each in ("\u202e", "\u2066", "\x1b", "\u200b", "\u0301"):
        assert each not in shown
        assert f"\\u{{{ord(each):x}}}" in shown or f"\\x{ord(each):02x}" in shown


@poppler
def test_a_long_word_breaks_and_nothing_leaves_the_page(tmp_path: Path) -> None:
    """Pdftotext leaves out what lies beyond the edge of the page."""
    facts = replace(FACTS, request=Request("y" * 700), exhibit=(ExhibitFacts("E1", custody=(Custody("", "q" * 300),)),))
    finding = documents.finding(path="/" + "z" * 3000, rule="Z" * 128)
    shown = text(pdf(replace(documents.demo(findings=(finding,)), facts=facts)), tmp_path)
    volume = text(pdf(documents.demo(findings=(finding,) * 201), 1), tmp_path)
    assert shown.count("y") > 1400
    assert shown.count("q") >= 300
    assert shown.count("z") >= 3000
    assert volume.count("z") >= 201 * 3000
    assert volume.count("Z") >= 201 * 128


@poppler
def test_every_character_that_is_left_alone_has_a_picture(tmp_path: Path) -> None:
    """PDF/UA stops at a character without one, and pdftotext gives each back."""
    characters = [chr(code) for first, last in _RANGES for code in range(first, last + 1)]
    assert len(characters) > 2000
    kept = [one for one in characters if not one.isspace()]
    assert all(one.isprintable() and unicodedata.bidirectional(one) not in ("R", "AL", "RLO", "LRO") for one in kept)
    rows = ["".join(kept[place : place + 400]) for place in range(0, len(kept), 400)]
    document = documents.demo(findings=tuple(documents.finding(n, path=row) for n, row in enumerate(rows)))
    shown = set(unicodedata.normalize("NFKC", text(pdf(document), tmp_path)))
    lost = [one for one in kept if not set(unicodedata.normalize("NFKC", one)) - set(" ") <= shown]
    assert lost == []


@poppler
def test_what_is_sensitive_is_masked(tmp_path: Path) -> None:
    secret = documents.finding(1, sensitive=True, data=b"4111111111111111")
    shown = text(pdf(documents.demo(findings=(secret,))), tmp_path)
    assert "masked: the rule is sensitive" in flat(shown)
    assert "34 31 31 31" not in flat(shown)
    plain = replace(secret, finding=replace(secret.finding, sensitive=False))
    assert "34 31 31 31" in flat(text(pdf(documents.demo(findings=(plain,))), tmp_path))


@poppler
def test_many_findings_stand_in_volumes_and_none_is_lost(tmp_path: Path) -> None:
    findings = tuple(documents.finding(number) for number in range(2_600))
    document = replace(documents.demo(findings=findings), findings_total=2_650)
    assert report.pdf_volumes(document) == 2
    main = text(pdf(document), tmp_path)
    assert "report-findings-2.pdf" in main
    assert "50 findings are in no volume." in flat(main)
    met: list[str] = []
    for volume in (1, 2):
        shown = text(pdf(document, volume), tmp_path)
        assert set(re.findall(r"CF-[0-9A-F-]{17}", shown)) == set(re.findall(r"CF-[0-9A-F-]{17}", main))
        assert "END OF THE VOLUME" in flat(shown)
        met += re.findall(r"finding\s+(f\d{6})", shown)
    assert met == [found.id for found in findings]


@pytest.mark.parametrize("changed", ["path", "severity", "offset"])
def test_what_stands_in_volumes_is_in_the_id_of_the_report(changed: str) -> None:
    findings = tuple(documents.finding(number) for number in range(300))
    last = findings[-1]
    inner = last.finding
    moved = replace(inner, strings=(replace(inner.strings[0], offset=7), *inner.strings[1:]))
    other = {
        "path": replace(last, path="/elsewhere"),
        "severity": replace(last, finding=replace(inner, severity="low")),
        "offset": replace(last, finding=moved),
    }[changed]
    plain = replace(documents.demo(findings=findings), finding_groups=())
    changed_one = replace(plain, findings=(*findings[:-1], other))
    assert printed_object(plain)["id"] != printed_object(changed_one)["id"]
    assert printed_object(plain)["id"] == printed_object(plain)["id"]


@poppler
def test_a_case_without_an_exhibit_has_a_report(tmp_path: Path) -> None:
    assert "nothing was examined" in flat(text(pdf(documents.empty()), tmp_path))


@poppler
def test_it_is_written_beside_the_other_reports_and_again(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    assert helpers.run("triage", helpers.STICK, "--case", folder, "--no-rules", "--pdf").returncode == 0
    path = folder / case.REPORTS / "report.pdf"
    first = path.read_bytes()
    assert (folder / "run.log").read_text("utf-8") == ""  # the worker made it, and said nothing
    (folder / case.FACTS).write_text('[laboratory]\nname = "Laboratory North"\n', "utf-8")
    (folder / case.REPORTS / "report-findings-7.pdf").write_bytes(b"of an earlier report")
    assert helpers.run("report", folder).returncode == 0
    assert "Laboratory North" in text(path.read_bytes(), tmp_path)
    assert not (folder / case.REPORTS / "report-findings-7.pdf").exists()
    (folder / case.FACTS).unlink()
    assert str(path) in helpers.run("report", folder, "--pdf").stdout
    assert path.read_bytes() == first
