"""The objects of ``show … --format jsonl``: the public interface, field by field.

Fields, order and the rule of missing values are documented in docs/case-format.md and held by schema.json,
which lies beside this module: a missing value is null, and ``<field>_missing`` names the reason where there is one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib import resources
from typing import Any

from cyberforensics.model.annotations import Tag
from cyberforensics.model.case_document import EntryRow, ExhibitDocument, LocatedFinding
from cyberforensics.model.coverage import Amount, EntryCoverage
from cyberforensics.model.cross_check import CrossCheck
from cyberforensics.model.entry import Kind, Status
from cyberforensics.model.event import Event
from cyberforensics.model.examination import StringMatch
from cyberforensics.model.locators import loads
from cyberforensics.model.orientation import LocatedFact
from cyberforensics.model.problem import Problem
from cyberforensics.model.shown import ShownZone, in_zone
from cyberforensics.model.times import Timestamp, decode
from cyberforensics.model.volume import Volume

FIELDS: Mapping[str, tuple[str, ...]] = {
    "entry": (
        *("id", "evidence", "volume", "path", "path_raw", "names", "parent", "stream", "kind", "meta_address"),
        *("allocated", "name_state", "recovery", "all_zero", "size", "md5", "sha1", "sha256", "digest_note", "known"),
        *(
            "rules_skipped",
            "media_type",
            "extension_mismatch",
            "category",
            "times",
            "mode",
            "uid",
            "gid",
            "owner",
            "link_target",
        ),
        *("status", "status_reason", "locator", "labels"),
    ),
    "finding": (
        *("id", "evidence", "volume", "entry", "path", "stream", "class", "source", "pack", "namespace", "rule"),
        *("tags", "meta", "severity", "context", "sensitive", "strings", "strings_left_out"),
        "labels",
    ),
    "event": (
        *("id", "evidence", "entry", "time", "raw", "encoding", "precision", "zone_basis", "meaning"),
        *("data_type", "message", "attributes", "labels"),
    ),
    "problem": (*("id", "evidence", "volume", "entry", "stage", "code", "severity", "path", "offset", "message"),),
    "fact": (
        *("id", "evidence", "volume", "system", "root", "question", "subject", "state", "value", "attributes"),
        *("time", "raw", "encoding", "precision", "zone_basis", "count", "entry", "path", "place", "note"),
    ),
    "cross-check": (
        *("id", "evidence", "volume", "state", "reason", "first", "second", "entries_first", "entries_second"),
        *("compared", "known", "different", "fields", "folded", "differences", "differences_left_out"),
        *("not_compared", "shared"),
    ),
    "tag": ("id", "kind", "label", "note", "operator", "time"),
    "volume": ("id", "evidence", "slot", "offset", "size", "type", "filesystem", "status"),
    "coverage": ("id", "evidence", "entries", "scans", "media", "known", "rules_skipped"),
}
"""The fields of each kind of object, in order, without the ``_missing`` ones."""

SHOWN_FIELDS = ("time_shown", "zone_shown")
"""What times and events have in addition where a zone to show them in was asked for."""

Object = dict[str, object]


def json_line(value: object) -> str:
    """Canonical JSON on one line: our own order, no blanks, text as it is where it shows, no surrogate.

    What does not show (line separators, bidi: in locators names stand as they are) is escaped as JSON allows, so
    that it neither ends a line nor acts on a terminal. A surrogate can only come from text that is in no display
    form; it becomes U+FFFD, so that strict readers take the line.
    """
    text = _dumped(value)
    if text.isprintable():
        return text
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "".join(part if part.isprintable() else json.dumps(part)[1:-1] for part in text)


_dumped = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def schema() -> Object:
    """The JSON Schema (draft 2020-12) of all objects, one definition for each kind."""
    text = resources.files("cyberforensics.report").joinpath("schema.json").read_text("utf-8")
    loaded: Object = json.loads(text)
    return loaded


def entry_object(row: EntryRow, shown: ShownZone | None = None) -> Object:
    """An entry with what its examination learned; `shown` is a zone in which its times stand beside UTC."""
    entry = row.entry
    unread = _unread(row.status)
    digests = row.digests
    result: Object = {
        "id": row.id,
        "evidence": row.exhibit,
        "volume": entry.volume,
        "path": entry.path,
        "path_raw": _raw_path(row),
        "names": list(row.names.paths),
    }
    if row.names.left_out:
        result["names_left_out"] = row.names.left_out
    _put(result, "parent", row.parent, "not-applicable")
    result |= {
        "stream": entry.stream,
        "kind": entry.kind.value,
        "meta_address": entry.meta_address,
        "allocated": entry.allocated,
        "name_state": entry.name_state.value,
        "recovery": entry.recovery.value,
    }
    _put(result, "all_zero", row.all_zero, unread)
    _put(result, "size", entry.size, "not-available")
    _put(result, "md5", digests.md5 if digests else None, unread)
    _put(result, "sha1", digests.sha1 if digests else None, unread)
    _put(result, "sha256", digests.sha256 if digests else None, unread)
    result |= {"digest_note": row.digest_note, "known": list(row.known), "rules_skipped": row.rules_skipped}
    _put(result, "media_type", row.media_type, unread)
    _put(result, "extension_mismatch", row.extension_mismatch, unread)
    _put(result, "category", row.category, unread)
    result["times"] = [{"meaning": time.meaning, **_moment(time.timestamp, row.zone, shown)} for time in entry.times]
    result |= {"mode": entry.mode, "uid": entry.uid, "gid": entry.gid, "owner": entry.owner}
    link = "not-available" if entry.kind is Kind.LINK else "not-applicable"
    _put(result, "link_target", entry.link_target, link)
    result |= {"status": row.status, "status_reason": row.status_reason}
    nowhere = "not-applicable" if row.status == Status.NO_CONTENT else "not-available"
    _put(result, "locator", None if entry.locator is None else loads(entry.locator), nowhere)
    return result | {"labels": list(row.labels)}


def _raw_path(row: EntryRow) -> str | None:
    """The path's bytes in hex where the display form is not just their UTF-8."""
    raw = row.entry.path_raw
    return None if raw == row.entry.path.encode("utf-8", "surrogatepass") else raw.hex()


def _unread(status: str) -> str:
    if status == Status.NO_CONTENT:
        return "not-applicable"
    return "unreadable" if status == Status.UNREADABLE else "not-available"


def _put(result: Object, field: str, value: object, missing: str) -> None:
    result[field] = value
    if value is None:
        result[f"{field}_missing"] = missing


def _moment(timestamp: Timestamp, zone: str | None, shown: ShownZone | None) -> Object:
    moment = decode(timestamp, zone)
    result: Object = {"time": moment.text}
    if moment.text is None:
        result["time_missing"] = moment.flag or "not-available"
    result |= {
        "raw": timestamp.raw,
        "encoding": timestamp.encoding,
        "precision": moment.precision,
        "zone_basis": moment.zone_basis,
    }
    if shown is not None:
        _put(result, "time_shown", in_zone(moment, shown), "not-applicable")
        result["zone_shown"] = str(shown)
    return result


def finding_object(located: LocatedFinding, *, unmask: bool = False) -> Object:
    """A finding and where it was. `meta` is a list of pairs, since a rule may give one key twice.

    Args:
        unmask: give what a sensitive rule matched, too.
    """
    finding = located.finding
    masked = finding.sensitive and not unmask
    return {
        "id": located.id,
        "evidence": located.exhibit,
        "volume": located.volume,
        "entry": located.entry,
        "path": located.path,
        "stream": located.stream,
        "class": finding.finding_class,
        "source": finding.source,
        "pack": finding.pack,
        "namespace": finding.namespace,
        "rule": finding.rule,
        "tags": list(finding.tags),
        "meta": [list(pair) for pair in finding.meta],
        "severity": finding.severity,
        "context": located.context,
        "sensitive": finding.sensitive,
        "strings": [_match(match, in_context=finding.source == "keyword", masked=masked) for match in finding.strings],
        "strings_left_out": finding.strings_left_out,
        "labels": list(located.labels),
    }


def _match(match: StringMatch, *, in_context: bool, masked: bool) -> Object:
    result: Object = {"identifier": match.identifier, "offset": match.offset, "length": match.length}
    _put(result, "data", None if masked else match.data.hex(), "masked")
    shown = in_context and not masked
    return result | {
        "before": match.before.hex() if shown else None,
        "after": match.after.hex() if shown else None,
    }


def event_object(
    identifier: str,
    evidence: str,
    entry: str,
    event: Event,
    zone: str | None = None,
    shown: ShownZone | None = None,
    *,
    labels: Sequence[str] = (),
) -> Object:
    """An event of a parser; `zone` is the one declared for the exhibit's local clocks, `shown` as in an entry."""
    return {
        "id": identifier,
        "evidence": evidence,
        "entry": entry,
        **_moment(event.timestamp, zone, shown),
        "meaning": event.meaning,
        "data_type": event.data_type,
        "message": event.message,
        "attributes": dict(event.attributes),
        "labels": list(labels),
    }


def tag_object(tag: Tag) -> Object:
    """One label of one item; `id` is the item's."""
    return {
        "id": tag.item,
        "kind": tag.kind,
        "label": tag.label,
        "note": tag.note or None,
        "operator": tag.operator,
        "time": tag.time,
    }


def problem_object(
    identifier: str, evidence: str, problem: Problem, *, volume: str | None = None, entry: str | None = None
) -> Object:
    """A problem, with the volume and the entry it belongs to where it has them."""
    return {
        "id": identifier,
        "evidence": evidence,
        "volume": volume,
        "entry": entry,
        "stage": problem.stage.value,
        "code": problem.code,
        "severity": problem.severity.value,
        "path": problem.path,
        "offset": problem.offset,
        "message": problem.message,
    }


def cross_check_object(found: CrossCheck) -> Object:
    """What came of one volume's cross-check; sums first, then field by field."""
    result: Object = {
        "id": found.volume,
        "evidence": found.exhibit,
        "volume": found.volume,
        "state": found.state,
        "reason": found.reason,
        "first": found.first,
    }
    _put(result, "second", found.second, "not-applicable")
    return result | {
        "entries_first": found.entries_first,
        "entries_second": found.entries_second,
        "compared": sum(part.compared for part in found.compared),
        "known": sum(part.known for part in found.compared),
        "different": found.different,
        "fields": [_plain(part) for part in found.compared],
        "folded": [{**_plain(part), "example": _plain(part.example)} for part in found.known],
        "differences": [_plain(part) for part in found.differences],
        "differences_left_out": found.different - len(found.differences),
        "not_compared": [_plain(part) for part in found.not_compared],
        "shared": list(found.shared),
    }


def _plain(part: Any) -> Object:  # noqa: ANN401 - any of the record's own dataclasses
    return {field.name: getattr(part, field.name) for field in fields(part)}


def fact_object(located: LocatedFact, zone: str | None = None, shown: ShownZone | None = None) -> Object:
    """An answer of orientation, or that there is none."""
    fact = located.fact
    result: Object = {
        "id": located.id,
        "evidence": located.exhibit,
        "volume": located.volume,
        "system": fact.system,
        "root": fact.root,
        "question": fact.question,
        "subject": fact.subject,
        "state": fact.state,
    }
    missing = "not-applicable" if fact.state == "found" else "unreadable" if fact.state == "unreadable" else "not-found"
    _put(result, "value", fact.value, missing)
    result["attributes"] = dict(fact.attributes)
    if fact.timestamp is None:
        for name in ("time", "raw", "encoding", "precision", "zone_basis"):
            _put(result, name, None, missing)
    else:
        result |= _moment(fact.timestamp, zone, shown)
    _put(result, "count", fact.count, "not-applicable")
    _put(result, "entry", fact.entry, missing)
    _put(result, "path", fact.path, missing)
    return result | {"place": fact.place, "note": fact.note}


def volume_object(volume: Volume) -> Object:
    """One slot of the media."""
    result: Object = {"id": volume.id, "evidence": volume.exhibit, "slot": volume.slot}
    _put(result, "offset", volume.offset, "not-applicable")
    _put(result, "size", volume.size, "not-available")
    result["type"] = volume.type
    _put(result, "filesystem", volume.filesystem, "not-applicable")
    result["status"] = volume.status.value
    return result


def coverage_object(exhibit: ExhibitDocument) -> Object:
    """The two equations of an exhibit, as numbers."""
    coverage, media = exhibit.coverage, exhibit.media_coverage
    name = exhibit.evidence.exhibit
    media_object: Object = {}
    _put(media_object, "size", media.media_size, "not-applicable")
    media_object["parts"] = [
        {"where": part.where, "what": part.what, "bytes": part.size, "examined": part.examined, "reason": part.reason}
        for part in media.parts
    ]
    media_object["reconciles"] = media.reconciles
    return {
        "id": name,
        "evidence": name,
        "entries": _entries(coverage),
        "scans": [
            {"pass": number, "entries": _entries(run.coverage)}
            for number, run in enumerate(exhibit.passes, 1)
            if run.coverage is not None
        ],
        "media": media_object,
        "known": _amount(exhibit.known),
        "rules_skipped": _amount(exhibit.rules_skipped),
    }


def _entries(coverage: EntryCoverage) -> Object:
    return {
        "names": coverage.names,
        "no_content": coverage.no_content,
        "seen": _amount(coverage.seen),
        "whole": _amount(coverage.whole),
        "partial": _by_reason(coverage.partial),
        "skipped": _by_reason(coverage.skipped),
        "unreadable": _by_reason(coverage.unreadable),
        "reconciles": coverage.reconciles,
    }


def _amount(amount: Amount) -> Object:
    return {"count": amount.count, "bytes": amount.size}


def _by_reason(parts: Mapping[str, Amount]) -> list[Object]:
    return [{"reason": reason, **_amount(amount)} for reason, amount in parts.items()]
