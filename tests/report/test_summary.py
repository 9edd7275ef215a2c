"""The plain sentences of terminal and reports."""

from dataclasses import replace

from cyberforensics.model.case_document import ProblemGroup
from cyberforensics.model.coverage import Amount
from cyberforensics.model.problem import Severity
from cyberforensics.report import coverage_in_words, examined, found, integrity, not_examined, summary, words
from cyberforensics.report.summary import alerts
from tests.report import documents


def test_the_equation_stands_in_words() -> None:
    assert coverage_in_words(documents.demo()) == [
        "Exhibit E1: of 48,234 contents seen (67.1 GiB), 48,211 examined whole (27.0 GiB), 3 in part (90.0 MiB), "
        "1 skipped (40.0 GiB) and 19 unreadable (8.8 KiB). Both sides agree, by count and by bytes."
    ]


def test_an_equation_that_does_not_reconcile_is_shouted() -> None:
    exhibit = documents.exhibit()
    wrong = replace(exhibit, coverage=replace(exhibit.coverage, seen=Amount(1, 1)))
    (line,) = coverage_in_words(replace(documents.demo(), exhibits=(wrong,)))
    assert "THE TWO SIDES DO NOT AGREE" in line


def test_what_was_not_examined_is_complete() -> None:
    text = "\n".join(not_examined(documents.demo()))
    for part in (
        "E1/p1: 2 snapshots not opened",
        "E1/p2 (Basic data, 8.0 GiB): not opened, encrypted, no key given",
        "3 contents (90.0 MiB) examined in part",
        "1 content (40.0 GiB) skipped",
        "17 contents (0 bytes) unreadable",
        "not examined, since triage examines the contents of entries only",
        "An entry's record could not be read. (4 times)",
        "unallocated space (9.0 GiB)",
        "archives",
    ):
        assert part in text


def test_rules_that_were_left_out_and_passes_that_did_not_end_are_named() -> None:
    exhibit = documents.exhibit()
    run = replace(documents.RUN, finished=None, packs=(replace(documents.PACK, left_out=("a.yar", "b.yar")),))
    text = "\n".join(not_examined(replace(documents.demo(), exhibits=(replace(exhibit, passes=(run,)),))))
    assert "left out of pack core: a.yar and b.yar" in text
    assert "interrupted and is not finished" in text


def test_matches_that_are_not_listed_are_named_although_the_content_was_examined_whole() -> None:
    group = ProblemGroup("D-1", "rules.too-many-matches", "Not all are listed.", Severity.WARNING, "rules", 3, ())
    told = not_examined(replace(documents.demo(), problems=(group,)))
    assert "D-1: Not all are listed. (3 times)" in told


def test_without_rules_nothing_is_said_to_have_been_searched() -> None:
    exhibit = replace(documents.exhibit(), passes=(replace(documents.RUN, packs=(), engine=""),))
    document = replace(documents.demo(findings=()), exhibits=(exhibit,))
    assert found(document) == ["No rules were used, so no content was searched for anything."]
    text = "\n".join(not_examined(document))
    assert "no rules were used" in text
    assert "Content was searched" not in text


def test_no_finding_is_bounded_by_what_was_searched() -> None:
    (line,) = found(documents.demo(findings=()))
    assert line.startswith("No rule matched.")
    assert "bounded by what was searched" in line


def test_findings_are_counted_by_severity() -> None:
    first = documents.demo(findings=documents.demo().findings[:4])
    assert found(first)[:2] == [
        "4 findings in 4 entries: 1 critical, 1 high, 1 medium and 1 low.",
        "1 of them is sensitive: what was matched is shown only with --unmask, which the examination log records.",
    ]
    assert "The report holds 4 of them; the last 86 are in case.sqlite." in found(replace(first, findings_total=90))


def test_what_lies_in_caches_and_the_like_stands_behind_the_rest() -> None:
    lines = found(documents.demo())
    assert lines[0] == (
        "5 findings in 5 entries; 4 are listed first, in users' and system files: "
        "1 critical, 1 high, 1 medium and 1 low."
    )
    assert lines[1].startswith("Caches: 1 finding in 1 entry (1 info), by EICAR_Test_File (1). ")
    noise = tuple(
        documents.finding(number, f"Rule_{number}", path=f"/pagefile-{number}", context="page-or-hibernation")
        for number in range(6)
    )
    only = found(documents.demo(findings=noise))
    assert only[0] == "6 findings in 6 entries; none lies in users' or system files."
    assert "Rule_0 (1), Rule_1 (1), Rule_2 (1), Rule_3 (1) and 2 more rules" in only[1]


def test_an_empty_case_says_so() -> None:
    assert examined(documents.empty()) == ["The case holds no exhibit yet: nothing was examined."]
    assert summary(documents.empty())
    assert not_examined(documents.empty()) == ["Everything: the case holds no exhibit."]


def test_sizes_for_people() -> None:
    assert [words.size(count) for count in (0, 1, 1023, 1024, 1536, 1 << 40, 8 << 60)] == [
        "0 bytes",
        "1 byte",
        "1,023 bytes",
        "1.0 KiB",
        "1.5 KiB",
        "1.0 TiB",
        "8.0 EiB",
    ]


def test_what_does_not_show_is_shown() -> None:
    assert words.visible("a\u202eb\0\n") == "a\\u{202e}b\\x00\\x0a"
    assert words.visible("\\x41") == "\\x41"


def test_digests_are_told_by_verdict() -> None:
    assert integrity(documents.demo()) == [
        "Digests of exhibit E1: the computed value is the stated one (MATCH) for MD5 of media; stated and NOT "
        "COMPUTED: SHA-1 of media; computed, with no stated value to compare (NOT AVAILABLE): SHA-256 of media."
    ]
    assert alerts(documents.demo()) == []


def test_a_difference_stands_on_page_one() -> None:
    exhibit = documents.exhibit()
    check = replace(exhibit.digest_checks[0], verdict="MISMATCH")
    source = replace(exhibit.source_checks[0], modified_after=1)
    coverage = replace(exhibit.coverage, seen=Amount(1, 1))
    wrong = replace(exhibit, digest_checks=(check,), source_checks=(source,), coverage=coverage)
    lines = alerts(replace(documents.demo(), exhibits=(wrong,)))
    assert "NOT the stated one (MISMATCH) for MD5 of media" in lines[0]
    assert "CHANGED during the run in 1 segment" in lines[0]
    assert "DOES NOT RECONCILE" in lines[1]
