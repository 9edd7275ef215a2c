"""Documents that commands print as JSON, and the lines of their tables."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, cast

from cyberforensics.model.case_document import CaseDocument
from cyberforensics.model.contexts import CONTEXTS
from cyberforensics.model.entry import Entry
from cyberforensics.model.evidence import Device, Evidence
from cyberforensics.model.examination import FINDING_SEVERITIES
from cyberforensics.model.problem import Problem
from cyberforensics.model.times import decode
from cyberforensics.model.volume import Volume
from cyberforensics.report.jsonl import coverage_object, cross_check_object, fact_object, volume_object
from cyberforensics.report.summary import training
from cyberforensics.report.timeline import NOTICES, LeftOut

Object = dict[str, object]


def info_object(evidence: Evidence, volumes: Iterable[Volume], problems: Iterable[Problem]) -> Object:
    """What ``info --json`` prints."""
    return {
        "container": evidence.container.value,
        "segments": [{"name": segment.name, "size": segment.size} for segment in evidence.segments],
        "media_size": evidence.media_size,
        "sector_size": evidence.sector_size,
        "device": device_object(evidence.device),
        "stored_digests": {digest.algorithm: digest.value for digest in evidence.stored_digests},
        "container_metadata": dict(evidence.container_metadata),
        "volumes": [
            {**volume_object(volume), "label": volume.label, "snapshots": volume.snapshots, "note": volume.note}
            for volume in volumes
        ],
        "problems": [
            {"code": problem.code, "severity": problem.severity.value, "message": problem.message}
            for problem in problems
        ],
    }


def device_object(device: Device | None) -> Object | None:
    """What a block device says of itself; None for what is none."""
    if device is None:
        return None
    result: Object = {}
    for name, value in asdict(device).items():
        result[name] = value
        if value is None:
            result[f"{name}_missing"] = "not-available"
    return {**result, "hidden_areas": None, "hidden_areas_missing": "not-examined"}


def listed_object(entry: Entry) -> Object:
    """What ``ls --json`` prints of an entry: what is known without reading it."""
    return {
        "id": entry.id,
        "volume": entry.volume,
        "path": entry.path,
        "stream": entry.stream,
        "kind": entry.kind.value,
        "meta_address": entry.meta_address,
        "allocated": entry.allocated,
        "name_state": entry.name_state.value,
        "recovery": entry.recovery.value,
        "size": entry.size,
        "times": [{"meaning": time.meaning, "time": decode(time.timestamp).text} for time in entry.times],
    }


def summary_object(document: CaseDocument, *, unopened: Iterable[str] = ()) -> Object:
    """What ``triage --json`` prints."""
    counts = [count for group in document.finding_groups for count in group.counts]
    return {
        "product": document.product,
        "training": training(document),
        "exhibits": [
            {
                "id": exhibit.evidence.exhibit,
                "device": device_object(exhibit.evidence.device),
                "read_only": [run.read_only for run in exhibit.passes],
                **coverage_object(exhibit),
            }
            for exhibit in document.exhibits
        ],
        "cross_check": [cross_check_object(found) for exhibit in document.exhibits for found in exhibit.cross_checks],
        "orientation": [fact_object(located) for exhibit in document.exhibits for located in exhibit.facts],
        "categories": [
            {"exhibit": exhibit.evidence.exhibit, "category": category, "count": count, "bytes": size}
            for exhibit in document.exhibits
            for category, count, size in exhibit.media_types
        ],
        "lists": [
            {"evidence": run.exhibit, **asdict(found)}
            for exhibit in document.exhibits
            for run in exhibit.passes
            for found in run.lists
        ],
        "not_opened": list(unopened),
        "entries": document.entries_total,
        "findings": document.findings_total,
        "findings_by_severity": {
            severity: total
            for severity in reversed(FINDING_SEVERITIES)
            if (total := sum(count.count for count in counts if count.severity == severity))
        },
        "findings_by_context": {
            context: total
            for context in CONTEXTS
            if (total := sum(count.count for count in counts if count.context == context))
        },
        "findings_listed_in": [
            {
                "group": group.name,
                "findings": group.total,
                "entries": group.entries,
                "by_severity": group.by_severity(),
                "by_rule": [
                    {"rule": count.rule, "severity": count.severity, "context": count.context, "findings": count.count}
                    for count in group.counts
                ],
            }
            for group in document.finding_groups
        ],
        "findings_sensitive": document.findings_sensitive,
        "findings_in_mft": {
            "findings": document.doubles.findings,
            "twice": document.doubles.twice,
            "matches": document.doubles.matches,
            "matches_twice": document.doubles.matches_twice,
        },
        "labels": [asdict(count) for count in document.annotations.labels],
        "notes": {"facts": document.annotations.facts_total, "opinions": document.annotations.opinions_total},
        "problems": [
            {"exhibit": group.exhibit, "code": group.code, "severity": group.severity, "count": group.count}
            for group in document.problems
        ],
    }


def notice_lines(form: str, left_out: LeftOut) -> Iterator[str]:
    """What a timeline format loses, and how many rows it could not carry."""
    yield NOTICES[form]
    if left_out.count:
        yield f"{left_out.count} rows without a moment were left out."


def coverage_lines(found: Mapping[str, object]) -> Iterator[str]:
    """The two equations of one exhibit, to read."""
    entries = cast("dict[str, Any]", found["entries"])
    yield f"{found['evidence']}: {entries['names']} names, {entries['no_content']} entries without content"
    yield from _equation_lines(entries, "examined")
    for scan in cast("list[dict[str, Any]]", found["scans"]):
        yield f"  pass {scan['pass']} (scan)"
        yield from _equation_lines(scan["entries"], "searched")
    for title, key in (("of them known", "known"), ("no rules run on", "rules_skipped")):
        amount = cast("dict[str, Any]", found[key])
        if amount["count"]:
            yield from _amount_lines(title, amount)
    media = cast("dict[str, Any]", found["media"])
    if media["size"] is None:
        return
    yield f"  {'media':<48}{'':>10} {media['size']:>18} bytes"
    for part in media["parts"]:
        examined = "examined" if part["examined"] else f"NOT EXAMINED ({part['reason']})"
        yield f"  {part['where'] + ' ' + part['what']:<48}{'':>10} {part['bytes']:>18} bytes  {examined}"
    yield f"  {'reconciles' if media['reconciles'] else 'DOES NOT RECONCILE'}"


def _equation_lines(entries: Mapping[str, Any], verb: str) -> Iterator[str]:
    yield from _amount_lines("seen", entries["seen"])
    yield from _amount_lines(f"= {verb} whole", entries["whole"])
    for title, key in (("+ in part", "partial"), ("+ skipped", "skipped"), ("+ unreadable", "unreadable")):
        for part in entries[key]:
            yield from _amount_lines(f"{title}: {part['reason']}", part)
    yield f"  {'reconciles' if entries['reconciles'] else 'DOES NOT RECONCILE'}"


def _amount_lines(title: str, amount: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {title:<48}{amount['count']:>10} {amount['bytes']:>18} bytes"
