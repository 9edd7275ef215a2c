"""Each point of the list: a record in which it is met, and changes of that record by which it is not any more."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from cyberforensics.model.case_document import CaseDocument, DigestCheck, ExhibitDocument, ListRecord, SealRecord
from cyberforensics.model.case_facts import Amendment, CaseFacts, Custody, ExhibitFacts
from cyberforensics.model.coverage import Amount
from cyberforensics.report import written
from cyberforensics.report.points import CSV, HTML, PDF, POINTS, points_of
from cyberforensics.report.points.record import Checked, FileState, LogState, ManifestState, Record, TimelineState
from tests.report import documents
from tests.report.test_pdf import FACTS

SEAL = SealRecord("5a" * 32, 5, "6b" * 32, "7c" * 32, "SHA256:key", False, "examiner@lab.example", None, "x 1", "0.15")
SHA256 = "e3b0c442" * 8
COLUMNS = (
    *("time", "instant_ns", "precision_ns", "zone_basis", "flag", "raw", "encoding", "meaning", "description"),
    *("exhibit", "volume", "path", "entry"),
)
CODES = (
    *(f"C{number:02}" for number in range(1, 17)),
    *(f"C{number}" for number in (*range(20, 28), *range(30, 38), *range(40, 49), *range(50, 53))),
)


def exhibit() -> ExhibitDocument:
    plain = documents.exhibit()
    checks = tuple(
        DigestCheck("media", "sha256", SHA256, "examiner", SHA256, when, "MATCH") for when in ("open", "close")
    )
    versions = (
        *(("cyberforensics", "0.1.0"), ("source", "files SHA-256 00"), ("python", "3.11.7"), ("platform", "linux")),
        *(("locale", "C.UTF-8"), ("time zone", "UTC"), ("pytsk3", "20260715"), ("tzdata", "2026b")),
    )
    return replace(plain, digest_checks=checks, passes=(replace(plain.passes[0], versions=versions),))


def facts() -> CaseFacts:
    """With E1 and its custody in one piece."""
    first, *others = FACTS.exhibit
    step = Custody("2026-02-27T11:20:00+05:30", "Sgt. Silva", "R. Okafor", "examination")
    return replace(FACTS, exhibit=(replace(first, custody=(step,)), *others))


def document() -> CaseDocument:
    return replace(documents.demo(), exhibits=(exhibit(),), facts=facts(), seal=SEAL)


def record(of: CaseDocument | None = None) -> Record:
    """Everything is there, and as it should be."""
    of = of or document()
    return Record(
        document=of,
        printed=written.printed_object(of),
        files={name: FileState("current") for name in (PDF, HTML, CSV)},
        timeline=TimelineState(COLUMNS, of.timeline_total),
        log=LogState(7, finished={"exhibit opened E1": 1, "exhibit examined E1": 1}),
        manifest=ManifestState(9, is_signed=True),
    )


def outcome(code: str, found: Record) -> Checked:
    return next(each for each in points_of(found) if each.code == code)


def test_the_list_is_whole_and_in_order() -> None:
    assert tuple(point.code for point in POINTS) == CODES
    assert len({point.title for point in POINTS}) == len(POINTS)


@pytest.mark.parametrize("code", CODES)
def test_a_point_is_met(code: str) -> None:
    found = outcome(code, record())
    assert found.verdict == "MET", found.evidence
    assert found.evidence


# What takes a point away

Change = Callable[[], Record]


def _facts(**changes: object) -> Record:
    return record(replace(document(), facts=replace(facts(), **changes)))  # type: ignore[arg-type]


def _said(**changes: object) -> Record:
    first, *others = facts().exhibit
    return _facts(exhibit=(replace(first, **changes), *others))  # type: ignore[arg-type]


def _exhibit(**changes: object) -> Record:
    return record(replace(document(), exhibits=(replace(exhibit(), **changes),)))  # type: ignore[arg-type]


def _pass(**changes: object) -> Record:
    run = exhibit().passes[0]
    return _exhibit(passes=(replace(run, **changes),))  # type: ignore[arg-type]


def _without_version(name: str) -> Record:
    return _pass(versions=tuple(pair for pair in exhibit().passes[0].versions if pair[0] != name))


def _checks(*checks: DigestCheck) -> Record:
    return _exhibit(digest_checks=checks)


def _printed(**changes: Any) -> Record:
    whole = record()
    return replace(whole, printed={**whole.printed, **changes})


def _without_sentence(words: str) -> Record:
    return _printed(limits=[line for line in record().printed["limits"] if words not in line])


def _finding(**changes: object) -> Record:
    found = replace(documents.finding(), **changes)  # type: ignore[arg-type]
    return record(replace(document(), findings=(found,), findings_total=1))


def _inner(**changes: object) -> Record:
    plain = documents.finding()
    return _finding(finding=replace(plain.finding, **changes))  # type: ignore[arg-type]


def _columns(*gone: str) -> Record:
    kept = tuple(name for name in COLUMNS if name not in gone)
    return replace(record(), timeline=TimelineState(kept, document().timeline_total))


def _source_unknown() -> Record:
    checks = tuple(replace(check, size_after=None) for check in exhibit().source_checks)
    return _exhibit(source_checks=checks)


def _fat(zone: str | None) -> Record:
    volumes = tuple(
        replace(volume, filesystem="fat32") if volume.filesystem else volume for volume in exhibit().volumes
    )
    run = replace(exhibit().passes[0], source_timezone=zone)
    return _exhibit(volumes=volumes, passes=(run,))


def _fat_unsaid() -> Record:
    found = _fat(None)
    said = [line for line in found.printed["limits"] if "no zone was declared" not in line]
    return replace(found, printed={**found.printed, "limits": said})


def _fat_without_tzdata() -> Record:
    found = _fat("Asia/Colombo")
    only = found.document.exhibits[0]
    run = replace(only.passes[0], versions=tuple(pair for pair in only.passes[0].versions if pair[0] != "tzdata"))
    return replace(found, document=replace(found.document, exhibits=(replace(only, passes=(run,)),)))


def _strange_volume() -> Record:
    volumes = tuple(replace(volume, filesystem="befs") if volume.filesystem else volume for volume in exhibit().volumes)
    return _exhibit(volumes=volumes)


def _strange_container() -> Record:
    shown = dict(record().printed["exhibits"][0])
    return _printed(exhibits=[{**shown, "container": "AFFX image"}])


def _later_pass() -> Record:
    run = replace(exhibit().passes[0], kind="scan")
    return _exhibit(passes=(exhibit().passes[0], run))


def _bad_pass_coverage() -> Record:
    coverage = replace(exhibit().coverage, seen=Amount(1, 1))
    return _exhibit(passes=(replace(exhibit().passes[0], coverage=coverage),))


def _praised() -> Record:
    return _printed(summary=["20 files are known good."])


def _unsealed() -> Record:
    return record(replace(document(), seal=None))


def _clock_unexplained() -> Record:
    unsaid = _facts(statements=replace(FACTS.statements, deviations=""))
    return replace(unsaid, log=LogState(7, backwards=("line 3: the clock went backwards",)))


_NO_TEXT = "NOT SUPPLIED"
_PACK = documents.PACK
_LIST = ListRecord("nsrl", "2026.03", "known", 5, "cd" * 32)

CHANGES: Mapping[str, tuple[tuple[str, Change], ...]] = {
    "C01": (("NOT MET", lambda: _printed(title="")), ("NOT MET", lambda: _printed(id=""))),
    "C02": ((_NO_TEXT, lambda: _facts(laboratory=replace(FACTS.laboratory, place=""))),),
    "C03": ((_NO_TEXT, lambda: _facts(request=replace(FACTS.request, authority=""))),),
    "C04": ((_NO_TEXT, lambda: _facts(dates=replace(FACTS.dates, issued=""))),),
    "C05": (
        (_NO_TEXT, lambda: _facts(authoriser=replace(FACTS.authoriser, date=""))),
        (_NO_TEXT, lambda: _facts(authoriser=replace(FACTS.authoriser, name="R. Okafor"))),
    ),
    "C06": (
        (_NO_TEXT, lambda: _facts(amendment=())),
        (_NO_TEXT, lambda: _facts(amendment=(Amendment(2, "2026-03-20", ""),))),
    ),
    "C07": (("NOT MET", lambda: _without_sentence("Results relate only")),),
    "C08": ((_NO_TEXT, lambda: _facts(report=replace(FACTS.report, handling=""))),),
    "C09": (("NOT MET", lambda: _printed(glossary=())), ("NOT MET", _strange_container)),
    "C10": ((_NO_TEXT, lambda: _said(serial="")), ("NOT MET", lambda: record(replace(document(), exhibits=())))),
    "C11": (
        (_NO_TEXT, lambda: _facts(exhibit=())),
        (_NO_TEXT, lambda: _facts(exhibit=(*facts().exhibit, ExhibitFacts("E10")))),
    ),
    "C12": (
        ("NOT MET", lambda: _checks(*exhibit().digest_checks[:1])),  # not at close
        ("NOT MET", lambda: _checks(*(replace(check, computed=None) for check in exhibit().digest_checks))),
        ("NOT MET", lambda: _checks(*(replace(check, stated=None) for check in exhibit().digest_checks))),
        ("NOT MET", lambda: _checks(*(replace(check, stated="00" * 32) for check in exhibit().digest_checks))),
    ),
    "C13": (
        ("NOT MET", lambda: _pass(read_only="")),
        ("NOT MET", _source_unknown),
        ("NOT MET", lambda: _exhibit(source_checks=())),
        ("NOT MET", lambda: _checks(*exhibit().digest_checks[:1])),
    ),
    "C14": ((_NO_TEXT, lambda: _said(working_copy="")),),
    "C15": (
        (_NO_TEXT, lambda: _said(custody=())),
        (_NO_TEXT, lambda: _said(custody=(Custody("2026-02-27", "A", "B", ""),))),
        (_NO_TEXT, lambda: _said(custody=(Custody("2026-02-27", "A", "B", "x"), Custody("2026-02-28", "C", "D", "y")))),
    ),
    "C16": ((_NO_TEXT, lambda: _said(disposition="")),),
    "C20": tuple(("NOT MET", lambda name=name: _without_version(name)) for name in ("source", "python", "pytsk3")),  # type: ignore[misc]
    "C21": (
        ("NOT MET", lambda: _without_version("locale")),
        ("NOT MET", lambda: _pass(command=())),
        ("NOT MET", lambda: _pass(limits="")),
    ),
    "C22": (
        (_NO_TEXT, lambda: _pass(packs=(replace(_PACK, licence=""),))),
        ("NOT MET", lambda: _pass(packs=(replace(_PACK, sha256=""),))),
    ),
    "C23": (
        (_NO_TEXT, lambda: _pass(lists=(replace(_LIST, version=""),))),
        ("NOT MET", lambda: _pass(lists=(replace(_LIST, sha256=""),))),
    ),
    "C24": (("NOT MET", lambda: _pass(command=())),),
    "C25": ((_NO_TEXT, lambda: _facts(statements=replace(FACTS.statements, deviations=""))),),
    "C26": ((_NO_TEXT, lambda: _facts(statements=replace(FACTS.statements, validation=""))),),
    "C27": ((_NO_TEXT, lambda: _facts(statements=replace(FACTS.statements, work_by_others=""))),),
    "C30": (
        ("NOT MET", lambda: _printed(findings=[])),
        ("NOT MET", lambda: _printed(findingsLeftOut=3)),
        ("NOT MET", lambda: _finding(meta_address="")),
        ("NOT MET", lambda: _finding(digests=None, digest_note=None)),
        ("NOT MET", lambda: _inner(pack="unheard of")),
    ),
    "C31": (("NOT MET", lambda: _inner(source="hash-list", rule="wanted file")),),
    "C32": (("NOT MET", _praised),),
    "C33": (
        ("NOT MET", lambda: _exhibit(coverage=replace(exhibit().coverage, seen=Amount(1, 1)))),
        ("NOT MET", lambda: _exhibit(media_coverage=replace(exhibit().media_coverage, parts=()))),
        ("NOT MET", _bad_pass_coverage),
        ("NOT MET", lambda: _printed(problems=[])),
    ),
    "C34": (
        ("NOT MET", lambda: _printed(weaknesses=None)),
        ("NOT MET", lambda: _printed(reasons=["a reason that nobody mapped"])),
    ),
    "C35": (("NOT MET", lambda: _without_sentence("bounded by what was searched")),),
    "C36": ((_NO_TEXT, lambda: _facts(statements=replace(FACTS.statements, declaration=""))),),
    "C37": (("NOT MET", lambda: _without_sentence("error rate")),),
    "C40": (("NOT MET", lambda: _columns("raw")),),
    "C41": (("NOT MET", lambda: _columns("zone_basis")), ("NOT MET", _fat_unsaid), ("NOT MET", _fat_without_tzdata)),
    "C42": (("NOT MET", lambda: _columns("precision_ns")), ("NOT MET", _strange_volume)),
    "C43": (("NOT MET", lambda: _columns("meaning")), ("NOT MET", lambda: _without_sentence("On NTFS"))),
    "C44": (("NOT MET", lambda: _columns("flag")), ("NOT MET", lambda: _printed(orientation={"outside": 0}))),
    "C45": (
        ("NOT MET", lambda: _inner(finding_class="DERIVED")),
        ("NOT MET", lambda: _inner(finding_class="DERIVED", meta=(("d", "consistent with malware"),))),
    ),
    "C46": ((_NO_TEXT, lambda: _said(clock=replace(FACTS.exhibit[0].clock, offset=""))),),
    "C47": (
        ("NOT MET", lambda: _pass(started="")),
        (_NO_TEXT, _clock_unexplained),
    ),
    "C48": (
        ("NOT MET", lambda: replace(record(), timeline=TimelineState(COLUMNS, document().timeline_total, disorder=4))),
        ("NOT MET", lambda: replace(record(), timeline=TimelineState(COLUMNS, 1))),
    ),
    "C50": (
        ("NOT MET", lambda: replace(record(), manifest=None)),
        ("NOT MET", lambda: replace(record(), manifest=ManifestState(8, ("run.log was changed",), True))),
    ),
    "C51": (
        ("NOT MET", lambda: replace(record(), log=LogState())),
        ("NOT MET", lambda: replace(record(), log=replace(record().log, differences=("line 2 was changed",)))),
        ("NOT MET", lambda: replace(record(), log=LogState(7))),
        ("NOT MET", lambda: replace(record(), log=replace(record().log, unnamed=1))),
        ("NOT MET", _later_pass),
    ),
    "C52": (
        ("NOT MET", _unsealed),
        ("NOT MET", lambda: replace(record(), manifest=None)),
        ("NOT MET", lambda: _printed(seal=None)),
        (_NO_TEXT, lambda: replace(record(), manifest=ManifestState(9, is_signed=False))),
    ),
}  # fmt: skip


def test_every_point_can_be_missed() -> None:
    assert tuple(CHANGES) == CODES


@pytest.mark.parametrize(("code", "number"), [(code, n) for code, found in CHANGES.items() for n in range(len(found))])
def test_a_point_is_not_met(code: str, number: int) -> None:
    verdict, change = CHANGES[code][number]
    found = outcome(code, change())
    assert found.verdict == verdict, found.evidence
    assert len(found.evidence) > 20


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.code)
def test_a_point_needs_its_files(point: Any) -> None:
    for name in point.needs:
        for state in (FileState("missing"), FileState("old", "its part 'facts' differs")):
            found = outcome(point.code, replace(record(), files={**record().files, name: state}))
            assert found.verdict == "NOT MET"
            assert name in found.evidence
            assert "cyberforensics report CASE" in found.evidence


def test_what_a_person_owes_stays_theirs_where_a_file_is_missing() -> None:
    found = replace(_facts(statements=replace(FACTS.statements, deviations="")), files={})
    assert outcome("C25", found).verdict == "NOT SUPPLIED"


# What is read of written files


def test_times_out_of_order_are_found() -> None:
    head = b"time,instant_ns,precision_ns\r\n"
    rows = [b"1970-01-01T00:00:01Z,1000000000,1", b"a,2000000500,1", b"b,2000000100,1", b",,1"]
    state = written.timeline_state([head, *rows])  # within one microsecond the raw value sorts
    assert (state.columns, state.rows, state.disorder) == (("time", "instant_ns", "precision_ns"), 4, None)
    assert written.timeline_state([head, rows[1], rows[0]]).disorder == 2
    assert written.timeline_state([head, rows[3], rows[0]]).disorder == 2
    assert written.timeline_state([head, b"x,no number,1"]).disorder is None
    assert written.timeline_state([]).rows == 0


def test_what_is_no_report_is_none() -> None:
    island = b'<script type="application/json" id="data-document">%s</script>'
    assert written.object_of_html(island % b'{"a":1}') == {"a": 1}
    for data in (b"", b"<html>", island % b"{", island % b"[]", island % (b"[" * 100_000)):
        assert written.object_of_html(data) is None
    assert written.id_of_pdf(b"CF-00000000-00000000") is None
