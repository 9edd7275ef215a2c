"""A Windows volume with noise in it: what page one shows first, what it groups, and that sensitive bytes stay masked.

The volume is made by mkntfs and filled through ntfs-3g, so that $MFT, $LogFile and resident files are real ones.
"""

import base64
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberforensics import case, report, triage
from cyberforensics.errors import CannotWrite
from cyberforensics.triage import Options
from tests import helpers
from tests.report.browser import CHROMIUM, Browser
from tests.report.test_html import Reader

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("mkntfs", "ntfs-3g", "fusermount")))
    or os.geteuid() != 0
    or not os.access("/dev/fuse", os.R_OK | os.W_OK),
    reason="mkntfs, ntfs-3g and the right to mount are needed: no NTFS volume was made",
)

CARD = b";4111111111111111=29121010000000000000?"
RULES = r"""
rule Card : payment
{
    meta: severity = "high"
    strings: $card = /;\d{16}=\d{12,20}\?/
    condition: $card
}
rule Around_Card
{
    meta: severity = "medium"
    strings: $around = /before ;\d{16}=\d{4}/
    condition: $around
}
rule Marker
{
    meta: severity = "critical"
    strings: $marker = "marker-of-the-test"
    condition: $marker
}
"""
MARKER = b"marker-of-the-test"
YARA = b'import "pe"\n\nrule Found_Elsewhere : tag\n{\n  strings:\n    $a = "%s"\n  condition:\n    $a\n}\n' % MARKER
LARGE = b"\n" * 2048
"""Behind a content it keeps it out of its record in $MFT."""

FILES = {
    "/Users/anna/Downloads/tool.txt": MARKER + LARGE,
    "/Users/anna/Documents/cards.txt": b"before " + CARD + LARGE,
    "/Windows/System32/drivers/odd.txt": MARKER + LARGE,
    "/Users/anna/Documents/resident.txt": MARKER,
    "/pagefile.sys": (bytes(4096) + MARKER + CARD) * 3,
    "/ProgramData/Microsoft/Windows Defender/Quarantine/ResourceData/AB/ABCD": MARKER + LARGE,
    "/Users/anna/AppData/Local/Google/Chrome/User Data/Default/Cache/Cache_Data/f_000001": MARKER + CARD + LARGE,
    "/Users/anna/Documents/hunting notes.txt": YARA + b"// " + LARGE,
    "/Users/anna/Documents/both.txt": YARA + MARKER + LARGE,
}
GROUPS = {
    "/Users/anna/Downloads/tool.txt": (None, "user-file"),
    "/Users/anna/Documents/cards.txt": (None, "user-file"),
    "/Windows/System32/drivers/odd.txt": (None, "system"),
    "/Users/anna/Documents/resident.txt": (None, "user-file"),
    "/Users/anna/Documents/both.txt": (None, "user-file"),
    "/pagefile.sys": ("page-or-hibernation", "page-or-hibernation"),
    "/ProgramData/Microsoft/Windows Defender/Quarantine/ResourceData/AB/ABCD": ("security-product", "security-product"),
    "/Users/anna/AppData/Local/Google/Chrome/User Data/Default/Cache/Cache_Data/f_000001": ("cache", "cache"),
    "/Users/anna/Documents/hunting notes.txt": ("rule-text", "rule-text"),
    "/$MFT": ("metadata-file", "system"),
    "/$LogFile": ("metadata-file", "system"),
}
"""Group and context, as this test's author wants them."""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("windows")
    path, mounted = place / "windows.raw", place / "mounted"
    mounted.mkdir()
    with path.open("wb") as stream:
        stream.truncate(24 << 20)
    for command in (["mkntfs", "-F", "-Q", "-q", str(path)], ["ntfs-3g", str(path), str(mounted)]):
        subprocess.run(command, check=True, capture_output=True)
    try:
        for name, data in FILES.items():
            file = mounted / name.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    finally:
        subprocess.run(["fusermount", "-u", mounted], check=True, capture_output=True)
    held = ["bash", "-c", 'for i in {1..100}; do pgrep -f "ntfs-3g $0" > /dev/null || exit 0; sleep 0.05; done; exit 1']
    subprocess.run([*held, str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def folder(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("case")
    rules = place / "rules.yar"
    rules.write_text(RULES)
    return helpers.made(place / "case", image, options=Options(rule_packs=(rules,), workers=2))


@pytest.fixture(scope="module")
def findings(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in helpers.shown(folder)["findings"].splitlines()]


def forms(data: bytes) -> tuple[bytes, ...]:
    """How bytes may stand in a file: as they are, in hex of either case, in base64 at each of its three places."""
    middle = [base64.b64encode(bytes(before) + data)[4:-4] for before in range(3)]
    return (data, data.hex().encode(), data.hex().upper().encode(), *middle)


def _number_of_the_card() -> bytes:
    return CARD[1:17]


def assert_masked(data: bytes) -> None:
    for form in forms(_number_of_the_card()):
        assert form not in data


def test_every_finding_lies_where_it_lies(folder: Path, findings: list[dict[str, Any]]) -> None:
    with case.open_existing(folder) as store:
        located = list(case.findings(store))
    assert {found.path for found in located} >= set(FILES) | {"/$MFT"}
    for found in located:
        assert (found.group, found.context) == GROUPS[found.path], found.path
    assert {found["path"]: found["context"] for found in findings} == {found.path: found.context for found in located}


def test_page_one_lists_users_and_system_files_first(folder: Path) -> None:
    document = Reader((folder / "reports/report.html").read_text("ascii")).island("document")
    groups = document["findingGroups"]
    names = [group["name"] for group in groups]
    assert names == [None, "metadata-file", "page-or-hibernation", "security-product", "cache", "rule-text"]
    first = groups[0]
    assert first["severities"] == {"critical": 4, "high": 1, "medium": 1}  # tool, odd, resident, both; cards; cards
    assert first["rules"] == [["critical", "Marker", 4], ["high", "Card", 1], ["medium", "Around_Card", 1]]
    assert first["entries"] == 5
    by_name = {group["name"]: group["severities"] for group in groups}
    assert by_name["page-or-hibernation"] == {"critical": 1, "high": 1}
    assert by_name["cache"] == {"critical": 1, "high": 1}
    assert by_name["security-product"] == by_name["rule-text"] == {"critical": 1}


def test_the_groups_add_up_to_all_findings(folder: Path, findings: list[dict[str, Any]]) -> None:
    reader = Reader((folder / "reports/report.html").read_text("ascii"))
    groups, rows = reader.island("document")["findingGroups"], reader.island("findings")
    assert sum(group["findings"] for group in groups) == len(findings) == len(rows)
    for group in groups:
        held = [row for row in rows if row["group"] == group["name"]]
        assert group["severities"] == Counter(row["severity"] for row in held)
        assert {(severity, rule): count for severity, rule, count in group["rules"]} == Counter(
            (row["severity"], row["rule"]) for row in held
        )
    order = [group["name"] for group in groups]
    assert [row["group"] for row in rows] == sorted((row["group"] for row in rows), key=order.index)
    with case.open_existing(folder) as store:
        summary: Any = report.summary_object(case.case_document(store))
    assert summary["findings_by_context"] == Counter(found["context"] for found in findings)
    assert summary["findings_by_severity"] == Counter(found["severity"] for found in findings)
    assert sum(group["findings"] for group in summary["findings_listed_in"]) == summary["findings"]


def test_what_stands_twice_is_shown_by_address(folder: Path, image: Path, findings: list[dict[str, Any]]) -> None:
    """Counted here with the boot sector's own numbers and the record that The Sleuth Kit names."""
    boot = image.read_bytes()[:512]
    size = 1 << -int.from_bytes(boot[64:65], "little", signed=True)
    in_mft = [match for found in findings if found["path"] == "/$MFT" for match in found["strings"]]
    addresses = {
        entry["path"]: int(entry["meta_address"].partition("-")[0])
        for entry in map(json.loads, helpers.shown(folder)["entries"].splitlines())
    }
    resident = addresses["/Users/anna/Documents/resident.txt"]
    assert [match["offset"] // size for match in in_mft] == [resident]
    document = Reader((folder / "reports/report.html").read_text("ascii")).island("document")
    note = "Of 1 finding in $MFT, 1 stands twice: 1 of 1 match there lies in the record of a small file"
    assert note in document["findingGroups"][1]["note"]
    assert any(note in line for line in document["summary"])


def test_a_document_that_is_cut_keeps_what_is_listed_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cyberforensics.case.document.MAX_FINDINGS", 6)
    with case.open_existing(folder) as store:
        document = case.case_document(store)
    assert [found.group for found in document.findings] == [None] * 6
    assert sum(group.total for group in document.finding_groups) == document.findings_total > 6


def test_findings_are_filtered_by_context(folder: Path, findings: list[dict[str, Any]]) -> None:
    seen = 0
    for context in ("user-file", "system", "page-or-hibernation", "security-product", "cache", "rule-text"):
        result = helpers.inside("show", "findings", folder, "--context", context, "--format", "jsonl")
        shown = [json.loads(line) for line in result.stdout.splitlines()]
        assert shown == [found for found in findings if found["context"] == context]
        seen += len(shown)
    assert seen == len(findings)
    assert helpers.inside("show", "entries", folder, "--context", "cache").returncode == 2


def test_what_is_sensitive_is_masked_everywhere(folder: Path, image: Path, tmp_path: Path) -> None:
    exported = helpers.inside("export", folder, "--path", "*cards.txt", "-o", tmp_path / "out")
    assert exported.returncode == 0, exported.stderr
    spoken = [
        helpers.run("show", "findings", folder, "--format", form).stdout for form in ("table", "jsonl", "csv")
    ] + [helpers.run("show", what, folder, "--format", "jsonl").stdout for what in ("entries", "events", "problems")]
    spoken += [helpers.run("timeline", folder, "--format", form).stdout for form in ("csv", "jsonl", "bodyfile")]
    again = helpers.run("triage", image, "--case", folder, "--rules", folder.parent / "rules.yar", "--workers", "1")
    assert again.returncode == 0, again.stderr
    as_json = helpers.run(
        "triage", image, "--case", folder, "--rules", folder.parent / "rules.yar", "--workers", "1", "--json"
    )
    spoken += [again.stdout, again.stderr, as_json.stdout, exported.stdout, exported.stderr]
    assert all(text or place in (4, 5) for place, text in enumerate(spoken[:9]))
    for text in spoken:
        assert_masked(text.encode())
    written = [path for path in folder.rglob("*") if path.is_file() and path.name != "case.sqlite"]
    assert {path.name for path in written} >= {"report.html", "timeline.csv", "examination-log.jsonl"}
    for path in [*written, tmp_path / "out" / "index.jsonl"]:
        assert_masked(path.read_bytes())


def test_place_and_length_of_what_is_masked_stay(findings: list[dict[str, Any]]) -> None:
    cards = [found for found in findings if found["path"].endswith("/cards.txt")]
    assert {found["rule"]: found["sensitive"] for found in cards} == {"Card": True, "Around_Card": True}
    (card,) = [found for found in cards if found["rule"] == "Card"]
    assert card["strings"] == [
        {
            "identifier": "$card",
            "offset": 7,
            "length": len(CARD),
            "data": None,
            "data_missing": "masked",
            "before": None,
            "after": None,
        }
    ]
    for found in findings:
        for match in found["strings"]:
            assert (match["data"] is None) == found["sensitive"] == ("data_missing" in match)
            if found["rule"] == "Marker":
                assert match["data"] == MARKER.hex()


def _log(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "examination-log.jsonl").read_text().splitlines()]


def test_unmasking_shows_the_bytes_and_is_logged(folder: Path) -> None:
    before = len(_log(folder))
    result = helpers.inside("show", "findings", folder, "--format", "jsonl", "--unmask", "--context", "user-file")
    (line,) = _log(folder)[before:]
    assert (line["action"], line["facts"]) == (
        "unmasked",
        {"command": "show findings --format jsonl", "filters": {"context": "user-file"}, "findings": 2},
    )
    shown = [json.loads(text) for text in result.stdout.splitlines()]
    assert [match["data"] for found in shown if found["rule"] == "Card" for match in found["strings"]] == [CARD.hex()]
    csv = helpers.inside("show", "findings", folder, "--format", "csv", "--unmask")
    assert CARD.hex() in csv.stdout
    assert len(_log(folder)) == before + 2


def test_nothing_is_unmasked_that_the_log_does_not_have_first(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "case"
    shutil.copytree(folder, copy)
    (copy / "examination-log.jsonl").unlink()
    (copy / "examination-log.jsonl").mkdir()
    result = helpers.inside("show", "findings", copy, "--format", "jsonl", "--unmask")
    assert result.returncode == CannotWrite.exit_code
    assert result.stdout == ""
    assert helpers.inside("report", copy, "--unmask").returncode == CannotWrite.exit_code
    assert not (copy / "reports" / "report-unmasked.html").exists()


def test_the_log_has_it_before_it_is_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    log, look = case.log_action, case.findings

    def logged(*given: Any) -> None:
        log(*given)
        order.append("logged")

    def read(*given: Any, **more: Any) -> Any:
        order.append("read")
        return look(*given, **more)

    monkeypatch.setattr(case, "log_action", logged)
    monkeypatch.setattr(case, "findings", read)
    helpers.inside("show", "findings", folder, "--format", "jsonl", "--unmask")
    assert order == ["logged", "read"]


def test_only_what_is_masked_can_be_unmasked(folder: Path) -> None:
    before = len(_log(folder))
    result = helpers.inside("show", "entries", folder, "--format", "jsonl", "--unmask")
    assert result.returncode == 2, result.stdout
    assert result.stdout == ""
    assert len(_log(folder)) == before


def test_a_keyword_beside_what_is_sensitive_is_masked_in_the_table(image: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.yar").write_text(RULES)
    (tmp_path / "words.txt").write_text("before\n")
    more = ("--rules", tmp_path / "rules.yar", "--keywords", tmp_path / "words.txt", "--workers", "2")
    made = helpers.run("triage", image, "--case", tmp_path / "case", *more)
    assert made.returncode == 0, made.stderr
    shown = ("show", "findings", tmp_path / "case", "--path", "*/cards.txt")
    table, unmasked = helpers.inside(*shown).stdout, helpers.inside(*shown, "--unmask").stdout
    assert "before" in table
    assert "[masked]" in table
    for text in (table, (tmp_path / "case/reports/report.html").read_text(), made.stdout):
        assert_masked(text.encode())
    assert "[before]" in unmasked
    assert _number_of_the_card().decode() in unmasked


def test_an_unmasked_report_says_so_and_stands_beside_the_masked_one(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "case"
    shutil.copytree(folder, copy)
    masked = (copy / "reports/report.html").read_bytes()
    result = helpers.inside("report", copy, "--unmask")
    assert result.stdout == f"{copy / 'reports' / 'report-unmasked.html'}\n"
    unmasked = (copy / "reports/report-unmasked.html").read_bytes()
    assert CARD.hex().encode() in unmasked
    reader = Reader(unmasked.decode("ascii"))
    assert reader.island("document")["alerts"][0].startswith("UNMASKED: this report shows")
    assert (copy / "reports/report.html").read_bytes() == masked
    assert [line["action"] for line in _log(copy)[-3:]] == ["report started", "unmasked", "report finished"]
    assert _log(copy)[-2]["facts"]["findings"] == reader.island("document")["findingsSensitive"]
    with case.open_existing(copy) as store:
        triage.write_reports(store)
    assert (copy / "reports/report.html").read_bytes() == masked


@pytest.fixture
def page(folder: Path) -> Iterator[Browser]:
    with Browser(width=1280, height=3000) as browser:
        browser.open(folder / "reports/report.html")
        yield browser


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH: the report is not tried in a browser")
def test_a_browser_shows_groups_that_open(page: Browser, findings: list[dict[str, Any]]) -> None:
    found = "document.querySelector('.found').innerText"
    text = str(page.run(found))
    assert text.index("cards.txt") < text.index("Page and hibernation files") < text.index("Texts of rules")
    assert "f_000001" not in text
    assert page.run("document.querySelectorAll('.behind[open]').length") == 0
    page.run("document.querySelector('.behind[data-group=cache] .go').click()")
    shown = "document.querySelector('#findings [data-group=cache]')"
    assert page.run(f"{shown}.open") is True
    page.run(f"{shown}.querySelectorAll('details').forEach((group) => {{ group.open = true; }})")
    page.run("new Promise((done) => setTimeout(done, 100))")
    assert "f_000001" in str(page.run(f"{shown}.innerText"))
    page.run("window.dispatchEvent(new Event('beforeprint'))")  # opens all folds
    page.run("document.querySelectorAll('#findings button.more').forEach((more) => more.click())")
    assert page.run("document.querySelectorAll('#findings article').length") == len(findings)
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert page.run("document.querySelectorAll('.behind[open]').length") == 0
    assert page.messages == []
