"""The bounded part of the report, as the object that its script draws."""

from collections.abc import Sequence
from datetime import datetime

from cyberforensics.model.case_document import (
    CaseDocument,
    ExhibitDocument,
    FindingGroup,
    PassRecord,
    ProblemGroup,
    SourceCheck,
)
from cyberforensics.model.evidence import Device
from cyberforensics.model.shown import ShownZone, instant_in_zone
from cyberforensics.model.times import SECOND, rfc3339
from cyberforensics.model.volume import Volume
from cyberforensics.report import words
from cyberforensics.report.facts import facts_object
from cyberforensics.report.html_activity import activity_object
from cyberforensics.report.html_annotations import annotations_object
from cyberforensics.report.html_equations import entry_equation, media_equation
from cyberforensics.report.html_orientation import orientation_object
from cyberforensics.report.jsonl import cross_check_object
from cyberforensics.report.limits import weaknesses_object
from cyberforensics.report.rule_texts import HTML, rule_texts_object, signer
from cyberforensics.report.seal import UNSEALED, seal_object
from cyberforensics.report.summary import (
    TRIAGE,
    UNMASKED,
    alerts,
    not_examined,
    searched,
    searched_for,
    selection_in_words,
    standing_twice,
    summary,
    total,
)

_MAX_SEGMENTS = 60
_MAX_METADATA = 200
_MAX_CHECKS = 200

Object = dict[str, object]


def document_object(
    document: CaseDocument, shown: tuple[str, str], zone: ShownZone | None = None, *, unmask: bool = False
) -> Object:
    """Everything but findings, timeline and entries."""
    return {
        "title": document.facts.report.title or document.title,
        "facts": facts_object(document.facts),
        "authorised": document.facts.authoriser.is_given,
        "handling": document.facts.report.handling,
        "training": any(exhibit.training for exhibit in document.exhibits),
        "product": document.product,
        "triage": TRIAGE,
        "alerts": [*selection_in_words(document), *([UNMASKED] if unmask else []), *alerts(document)],
        "notExamined": not_examined(document),
        "summary": summary(document),
        "glance": _glance(document),
        "exhibits": [
            {**_exhibit(exhibit, zone), "said": facts_object(document.facts.of_exhibit(exhibit.evidence.exhibit))}
            for exhibit in document.exhibits
        ],
        "findingsTotal": document.findings_total,
        "findingsSensitive": document.findings_sensitive,
        "findingGroups": [_finding_group(document, group) for group in document.finding_groups],
        "rulesUsed": any(searched_for(exhibit) for exhibit in document.exhibits),
        "ruleTexts": rule_texts_object(document, HTML),
        "problems": [_problem(group) for group in document.problems],
        "orientation": orientation_object(document),
        "crossChecks": [
            cross_check_object(found) for exhibit in document.exhibits for found in exhibit.cross_checks[:_MAX_CHECKS]
        ],
        "activity": activity_object(document.activity, document.activity_outside),
        "entriesTotal": document.entries_total,
        "timelineTotal": document.timeline_total,
        "entriesShown": shown[0],
        "timelineShown": shown[1],
        "weaknesses": weaknesses_object(document),
        "seal": None if document.seal is None else seal_object(document.seal),
        "unsealed": UNSEALED if document.seal is None else "",
        "selected": document.selection is not None,
        **annotations_object(document.annotations),
        "shownZone": None if zone is None else {"name": zone.name, "tzdata": zone.tzdata},
        "words": {
            "states": dict(words.NAME_STATES),
            "statuses": dict(words.STATUSES),
            "zones": dict(words.ZONES),
        },
    }


def _glance(document: CaseDocument) -> Object:
    """The few figures of page one."""
    seen = sum(exhibit.coverage.seen.count for exhibit in document.exhibits)
    whole = sum(exhibit.coverage.whole.count for exhibit in document.exhibits)
    parts = [
        sum(total(getattr(exhibit.coverage, name)).count for exhibit in document.exhibits)
        for name in ("partial", "skipped", "unreadable")
    ]
    return {
        "exhibits": len(document.exhibits),
        "volumes": sum(len(exhibit.volumes) for exhibit in document.exhibits),
        "names": f"{document.entries_total:,}",
        "seen": f"{seen:,}",
        "whole": f"{whole:,}",
        "partial": f"{parts[0]:,}",
        "skipped": f"{parts[1]:,}",
        "unreadable": f"{parts[2]:,}",
        "notWhole": f"{seen - whole:,}",
        "findings": f"{document.findings_total:,}",
    }


def _finding_group(document: CaseDocument, group: FindingGroup) -> Object:
    title, note = words.FINDING_GROUPS[group.name] if group.name is not None else ("Listed first", "")
    by_rule: dict[tuple[str, str], int] = {}
    for found in group.counts:
        by_rule[found.severity, found.rule] = by_rule.get((found.severity, found.rule), 0) + found.count
    return {
        "name": group.name,
        "title": title,
        "note": " ".join([note, *standing_twice(document, group)]),
        "findings": group.total,
        "entries": group.entries,
        "severities": group.by_severity(),
        "rules": [[*what, count] for what, count in by_rule.items()],
    }


def _exhibit(exhibit: ExhibitDocument, zone: ShownZone | None) -> Object:
    evidence = exhibit.evidence
    return {
        "id": evidence.exhibit,
        "container": words.CONTAINERS.get(evidence.container, evidence.container),
        "segments": [[part.name, _bytes(part.size)] for part in evidence.segments[:_MAX_SEGMENTS]],
        "segmentsLeftOut": max(0, len(evidence.segments) - _MAX_SEGMENTS),
        "mediaSize": None if evidence.media_size is None else _bytes(evidence.media_size),
        "sectorSize": None if evidence.sector_size is None else _bytes(evidence.sector_size),
        "identity": evidence.identity,
        "device": None if evidence.device is None else _device(evidence.device),
        "metadata": evidence.container_metadata[:_MAX_METADATA],
        "digests": [
            {
                "subject": check.subject,
                "algorithm": words.algorithm(check.algorithm),
                "stated": check.stated,
                "origin": check.stated_origin,
                "computed": check.computed,
                "moment": check.moment,
                "verdict": check.verdict,
            }
            for check in exhibit.digest_checks
        ],
        "sources": [_source(check, zone) for check in exhibit.source_checks],
        "volumes": [_volume(volume) for volume in exhibit.volumes],
        "types": [[name or "undetermined", f"{count:,}", _bytes(size)] for name, count, size in exhibit.media_types],
        "coverage": entry_equation(exhibit.coverage),
        "media": media_equation(exhibit.media_coverage),
        "passes": [_pass(run, zone) for run in exhibit.passes],
    }


def _device(device: Device) -> list[list[str | None]]:
    """Rows of title and text; None where the kernel does not tell."""
    sectors = (device.logical_sector_size, device.physical_sector_size)
    return [
        ["Vendor and model", " ".join(filter(None, (device.vendor, device.model))) or None],
        ["Serial number", device.serial],
        ["Serial number, USB", device.usb_serial],
        ["Sectors, logical", None if sectors[0] is None else _bytes(sectors[0])],
        ["Sectors, physical", None if sectors[1] is None else _bytes(sectors[1])],
    ]


def _bytes(count: int) -> str:
    """Rounded for people and exact beside it."""
    return words.size(count) if abs(count) < 1024 else f"{words.size(count)} ({count:,} bytes)"


def _source(check: SourceCheck, zone: ShownZone | None) -> Object:
    return {
        "segment": check.segment,
        "sizes": [_number(check.size_before), _number(check.size_after)],
        "times": [_time(check.modified_before, zone), _time(check.modified_after, zone)],
        "verdict": "NOT COMPUTED" if check.size_after is None else "UNCHANGED" if check.unchanged else "CHANGED",
    }


def _number(value: int | None) -> str | None:
    return None if value is None else f"{value:,}"


def _time(nanoseconds: int | None, zone: ShownZone | None) -> list[str | None] | None:
    """In UTC, and in the zone that was asked for."""
    if nanoseconds is None:
        return None
    precision = 1 if nanoseconds % SECOND else SECOND
    beside = None if zone is None else instant_in_zone(nanoseconds, precision, zone.name)
    return [rfc3339(nanoseconds, precision), beside]


def _on_our_clock(text: str, zone: ShownZone | None) -> str | None:
    """A moment of the run, as the store has it, in the zone that was asked for; to the second, as it stands there."""
    if zone is None:
        return None
    seconds = int(datetime.fromisoformat(text).timestamp())
    return instant_in_zone(seconds * SECOND, SECOND, zone.name)


def _volume(volume: Volume) -> Object:
    return {
        "id": volume.id,
        "slot": volume.slot,
        "offset": _number(volume.offset),
        "size": None if volume.size is None else words.size(volume.size),
        "exactSize": _number(volume.size),
        "type": volume.type,
        "fileSystem": words.FILE_SYSTEMS.get(volume.filesystem, volume.filesystem) if volume.filesystem else None,
        "label": volume.label,
        "reader": volume.reader,
        "status": volume.status.value,
        "state": words.VOLUME_STATES.get(volume.status.value, volume.status.value),
        "snapshots": volume.snapshots,
        "note": volume.note,
    }


def _pass(run: PassRecord, zone: ShownZone | None) -> Object:
    return {
        "kind": run.kind,
        "started": run.started,
        "finished": run.finished,
        "startedShown": _on_our_clock(run.started, zone),
        "finishedShown": None if run.finished is None else _on_our_clock(run.finished, zone),
        "examiner": run.examiner,
        "command": command_text(run.command),
        "zone": run.source_timezone,
        "engine": run.engine,
        "sessions": run.sessions,
        "fromCache": run.from_cache,
        "nameRules": sum(pack.name_rules for pack in run.packs),
        "readOnly": run.read_only,
        "limits": run.limits,
        "scope": run.scope.in_words(),
        "scopeNote": run.scope.note,
        "profile": run.scope.profile,
        "coverage": searched(run),
        "versions": run.versions,
        "packs": [
            {
                "name": pack.name,
                "version": pack.version,
                "licence": pack.licence,
                "sha256": pack.sha256,
                "signer": signer(pack.signed_by),
                "rules": f"{pack.rules:,}",
                "files": f"{pack.files:,}",
                "leftOut": pack.left_out,
            }
            for pack in run.packs
        ],
        "lists": [
            {
                "name": found.name,
                "version": found.version,
                "kind": words.LISTS[found.kind],
                "count": f"{found.count:,}",
                "sha256": found.sha256,
                "withoutDigest": found.without_digest,
            }
            for found in run.lists
        ],
        "skipKnown": run.skip_known,
    }


def command_text(arguments: Sequence[str]) -> str:
    """The arguments on one line, quoted where a blank or nothing at all would mislead."""
    return " ".join(f"'{part}'" if not part or any(mark in part for mark in " '\"$\\*") else part for part in arguments)


def _problem(group: ProblemGroup) -> Object:
    return {
        "exhibit": group.exhibit,
        "code": group.code,
        "meaning": group.meaning,
        "severity": group.severity,
        "stage": group.stage,
        "count": group.count,
        "examples": [
            {"volume": volume, "path": problem.path, "offset": _number(problem.offset), "message": problem.message}
            for volume, problem in group.examples
        ],
    }
