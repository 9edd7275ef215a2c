"""The case document: all that reports are made from, read from the store alone."""

import json
from collections.abc import Iterator
from typing import TypeVar

from cyberforensics.case import rows
from cyberforensics.case.annotations import annotations
from cyberforensics.case.conditions import Conditions
from cyberforensics.case.contents import from_cache, known_contents
from cyberforensics.case.counts import count_findings, count_sensitive, finding_groups
from cyberforensics.case.coverage import entry_coverage, media_coverage
from cyberforensics.case.cross_check import cross_checks
from cyberforensics.case.doubles import doubles
from cyberforensics.case.facts import read_facts
from cyberforensics.case.moments import Times, activity, unsorted_times
from cyberforensics.case.orientation import facts
from cyberforensics.case.passes import SCAN
from cyberforensics.case.rules import matched_rules
from cyberforensics.case.scans import scan_coverage
from cyberforensics.case.store import Store, joined, sum_of
from cyberforensics.model.annotations import Selection
from cyberforensics.model.case_document import (
    MAX_FINDINGS,
    ActivityBin,
    CaseDocument,
    DigestCheck,
    Doubles,
    ExhibitDocument,
    ListRecord,
    PackRecord,
    PassRecord,
    ProblemGroup,
    SourceCheck,
)
from cyberforensics.model.codec import decoder
from cyberforensics.model.evidence import Evidence
from cyberforensics.model.problem import PROBLEM_CODES, Problem, Severity, Stage
from cyberforensics.model.scope import Scope
from cyberforensics.model.times import DAY, rfc3339
from cyberforensics.model.training import MARK_PATH, MARK_SHA256, MARK_WORD
from cyberforensics.model.versions import PRODUCT, product_version

Check = TypeVar("Check", DigestCheck, SourceCheck)

EXAMPLES = 20
"""Problems of one code that a document shows."""

_DAY = 86_400 * 1_000_000
"""Microseconds, in which the store's moments are counted."""
_FIRST_DAY, _LAST_DAY = 0, 49_673  # 1970-01-01 to 2106-01-01


def case_document(
    store: Store, title: str = "Triage report", times: Times | None = None, only: str | None = None
) -> CaseDocument:
    """Read the whole document of a case.

    Args:
        times: where the caller has them already.
        only: a label; findings, entries and times are those that it selects, and everything else is whole.
    """
    if times is None:
        with unsorted_times(store, only) as times:
            return case_document(store, title, times, only)
    exhibits = tuple(exhibit_document(store, exhibit) for exhibit in rows.zones(store))
    bins, outside, total = _activity(times)
    wanted = Conditions(selected=only, of_findings=only is not None)
    findings, places = count_findings(store, wanted)
    entries = rows.count_entries(store, Conditions(selected=only))
    matched, matched_total = matched_rules(store)
    return CaseDocument(
        title=title,
        product=f"{PRODUCT} {product_version()}",
        exhibits=exhibits,
        findings=tuple(rows.findings(store, filters=wanted, order="first", limit=MAX_FINDINGS)),
        findings_total=findings,
        finding_groups=tuple(finding_groups(store, wanted)),
        findings_sensitive=count_sensitive(store, wanted),
        doubles=doubles(store) if only is None else Doubles(),
        findings_in=places,
        problems=tuple(_problems(store)),
        activity=bins,
        activity_outside=outside,
        entries_total=entries,
        timeline_total=total,
        annotations=annotations(store),
        selection=None
        if only is None
        else Selection(only, findings, count_findings(store)[0], entries, rows.count_entries(store)),
        facts=read_facts(store.folder),
        rules=matched,
        rules_total=matched_total,
    )


def exhibit_document(store: Store, exhibit: str) -> ExhibitDocument:
    """Read what is said of one exhibit."""
    data = store.database.execute("SELECT evidence FROM exhibit WHERE exhibit = ?", (exhibit,)).fetchone()[0]
    evidence: Evidence = decoder(Evidence)(json.loads(data))
    return ExhibitDocument(
        evidence=evidence,
        volumes=tuple(rows.volumes(store, exhibit)),
        passes=tuple(_passes(store, exhibit)),
        digest_checks=tuple(_checks(store, "digest_check", DigestCheck, exhibit)),
        source_checks=tuple(_checks(store, "source_check", SourceCheck, exhibit)),
        coverage=entry_coverage(store, exhibit),
        media_coverage=media_coverage(store, exhibit, evidence.media_size),
        media_types=tuple(_categories(store, exhibit)),
        known=known_contents(store, exhibit),
        rules_skipped=known_contents(store, exhibit, rules_skipped=True),
        facts=tuple(facts(store, exhibit, order="asked")),
        cross_checks=tuple(cross_checks(store, exhibit)),
        training=tuple(_training(store, evidence)),
    )


def _training(store: Store, evidence: Evidence) -> Iterator[str]:
    """What says that an exhibit was made for an exercise: the product's own mark, never a name or a label alone."""
    if any(value.startswith(MARK_WORD) for _, value in evidence.container_metadata):
        yield "the container"
    query = (
        "SELECT DISTINCT volume.volume FROM examination JOIN entry ON entry.number = examination.content "
        "JOIN volume ON volume.number = entry.volume "
        "WHERE sha256 = ? AND path = ? AND stream IS NULL AND allocated AND exhibit = ? ORDER BY volume.number"
    )
    for (volume,) in store.database.execute(query, (MARK_SHA256, MARK_PATH, evidence.exhibit)):
        yield f"{MARK_PATH} of volume {volume}"


def _checks(store: Store, table: str, kind: type[Check], exhibit: str) -> Iterator[Check]:
    query = f"SELECT data FROM {table} WHERE exhibit = ? ORDER BY number"
    for (data,) in store.database.execute(query, (exhibit,)):
        yield decoder(kind)(json.loads(data))


def _passes(store: Store, exhibit: str) -> Iterator[PassRecord]:
    query = (
        "SELECT pass.number, kind, packs, engine, versions, read_only, limits, scope, zone, lists, skip_known "
        "FROM pass JOIN exhibit USING (exhibit) WHERE exhibit = ? ORDER BY pass.number"
    )
    for row in store.database.execute(query, (exhibit,)):
        number, kind, packs, engine, versions, read_only, limits, scope, zone, lists, skip_known = row
        sessions = store.database.execute(
            "SELECT started, finished, examiner, command FROM session WHERE pass = ? ORDER BY number", (number,)
        ).fetchall()
        yield PassRecord(
            exhibit=exhibit,
            kind=kind,
            started=sessions[0][0],
            finished=next((finished for _, finished, *_ in sessions if finished), None),
            examiner=next((examiner for *_, examiner, _ in sessions if examiner), None),
            command=tuple(json.loads(sessions[0][3])),
            source_timezone=zone,
            engine=engine,
            packs=tuple(decoder(PackRecord)(pack) for pack in json.loads(packs)),
            versions=tuple((name, version) for name, version in json.loads(versions)),
            sessions=len(sessions),
            from_cache=from_cache(store, number),
            read_only=read_only,
            limits=limits,
            scope=decoder(Scope)(json.loads(scope)),
            coverage=scan_coverage(store, number, exhibit) if kind == SCAN else None,
            lists=tuple(decoder(ListRecord)(found) for found in json.loads(lists)),
            skip_known=bool(skip_known),
        )


def _categories(store: Store, exhibit: str) -> Iterator[tuple[str, int, int]]:
    found = store.database.execute(
        f"SELECT coalesce(category, 'not determined'), count(*), {sum_of('entry.size')} FROM examination "
        "JOIN entry ON entry.number = examination.content JOIN volume ON volume.number = entry.volume "
        "WHERE volume.exhibit = ? GROUP BY 1 ORDER BY 2 DESC, 1",
        (exhibit,),
    )
    for category, count, high, low in found:
        yield category, count, joined(high, low)


def _problems(store: Store) -> Iterator[ProblemGroup]:
    groups = store.database.execute(
        "SELECT exhibit, code, severity, stage, count(*) FROM problem GROUP BY 1, 2, 3, 4 "
        "ORDER BY CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, 1, 2, 4"
    ).fetchall()
    for exhibit, code, severity, stage, count in groups:
        examples = store.database.execute(
            "SELECT coalesce(volume, exhibit), message, path, offset FROM problem "
            "WHERE exhibit = ? AND code = ? AND severity = ? AND stage = ? ORDER BY id, number LIMIT ?",
            (exhibit, code, severity, stage, EXAMPLES),
        )
        yield ProblemGroup(
            exhibit=exhibit,
            code=code,
            meaning=PROBLEM_CODES.get(code, code),
            severity=severity,
            stage=stage,
            count=count,
            examples=tuple(
                (place, Problem(Stage(stage), code, message, Severity(severity), path, offset))
                for place, message, path, offset in examples
            ),
        )


def _activity(times: Times) -> tuple[tuple[ActivityBin, ...], int, int]:
    """Times by day and meaning; how many lie outside the plot's years; how many there are."""
    days: dict[int, dict[str, int]] = {}
    local: dict[int, int] = {}
    outside = total = 0
    for day, meaning, count, unknown in activity(times, _DAY):
        total += count
        if day is None or not _FIRST_DAY <= day < _LAST_DAY:
            outside += count
        else:
            days.setdefault(day, {})[meaning] = count
            local[day] = local.get(day, 0) + unknown
    bins = tuple(ActivityBin(rfc3339(day * DAY, DAY) or "", days[day], local[day]) for day in sorted(days))
    return bins, outside, total
