"""The case as a graph of CASE/UCO in JSON-LD: exhibits, what was done to them, files in which something matched.

Ontologies: CASE 1.4 and UCO 1.4, caseontology.org. Ids are UUIDs of version 5 made from our stable ids, so the same
case gives the same bytes. No matched bytes are in it, sensitive or not. What is bounded is counted in the bundle's
description.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from cyberforensics.model.case_document import CaseDocument, EntryRow, ExhibitDocument, LocatedFinding, PassRecord
from cyberforensics.model.times import decode
from cyberforensics.report import words
from cyberforensics.report.html_findings import what_matched
from cyberforensics.report.summary import training_of

_NAMESPACE = uuid.UUID("6f2b7b0e-6d3a-5f8e-9a55-2f1f0c9d7c11")
_ONTOLOGY = "https://ontology.unifiedcyberontology.org/uco"
_CONTEXT = {
    "kb": "http://example.org/kb/",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": f"{_ONTOLOGY}/action/",
    "uco-core": f"{_ONTOLOGY}/core/",
    "uco-identity": f"{_ONTOLOGY}/identity/",
    "uco-observable": f"{_ONTOLOGY}/observable/",
    "uco-tool": f"{_ONTOLOGY}/tool/",
    "uco-types": f"{_ONTOLOGY}/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_TIMES: Mapping[str, str] = {
    "modified": "modifiedTime",
    "accessed": "accessedTime",
    "changed": "metadataChangeTime",
    "created": "observableCreatedTime",
}

Object = dict[str, object]


def write_case_jsonld(document: CaseDocument, entries: Iterable[EntryRow], out: BinaryIO) -> None:
    """Write the graph, one object a line; `entries` are those in which its findings lie, and those with a label."""
    out.write(b'{"@context":' + _json(_CONTEXT) + b',"@graph":[\n')
    for place, item in enumerate(_graph(document, entries)):
        out.write((b",\n" if place else b"") + _json(item))
    out.write(b"\n]}\n")


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _id(kind: str, *parts: str) -> str:
    return f"kb:{kind}-{uuid.uuid5(_NAMESPACE, json.dumps([kind, *parts]))}"


def _ref(identity: str) -> Object:
    return {"@id": identity}


def _typed(kind: str, value: object) -> Object:
    return {"@type": f"xsd:{kind}", "@value": str(value)}


def _graph(document: CaseDocument, entries: Iterable[EntryRow]) -> Iterator[Object]:
    name, _, version = document.product.partition(" ")
    tool = _id("tool", document.product)
    item: Object = {"@id": tool, "@type": "uco-tool:Tool", "uco-core:name": name, "uco-tool:version": version}
    runs = [run for exhibit in document.exhibits for run in exhibit.passes]
    if sources := sorted({dict(run.versions)["source"] for run in runs if "source" in dict(run.versions)}):
        item["uco-core:description"] = words.visible(f"Source of the passes: {'; '.join(sources)}")
    yield item
    for examiner in sorted({run.examiner for found in document.exhibits for run in found.passes if run.examiner}):
        yield {
            "@id": _id("identity", examiner),
            "@type": "uco-identity:Identity",
            "uco-core:name": words.visible(examiner),
        }
    for exhibit in document.exhibits:
        yield from _exhibit(exhibit, tool)
    by_entry: dict[str, list[LocatedFinding]] = {}
    for located in document.findings:
        by_entry.setdefault(located.entry, []).append(located)
    written: list[str] = []
    annotations: list[str] = []
    for row in entries:
        findings = by_entry.pop(row.id, [])
        if not findings and not row.labels:
            continue
        written.append(_id("file", row.exhibit, row.id))
        yield from _file(row)
        for located in findings:
            annotations.append(_id("finding", located.exhibit, located.id))
            yield _finding(located)
    results = _id("provenance", "results")
    if written:
        yield {
            "@id": results,
            "@type": "case-investigation:ProvenanceRecord",
            "uco-core:description": "Files in which something matched or that bear a label, and what matched.",
            "uco-core:object": [_ref(identity) for identity in (*written, *annotations)],
        }
    passes = [_id("action", run.kind, *_of(run, n)) for e in document.exhibits for n, run in enumerate(e.passes)]
    yield _action(
        _id("action", "report"),
        "report",
        tool,
        objects=[results] if written else [],
        informed_by=passes,
        description="Written from the case store alone; its time stands in the examination log.",
    )
    yield {
        "@id": _id("bundle", *(exhibit.evidence.exhibit for exhibit in document.exhibits)),
        "@type": "uco-core:Bundle",
        "uco-core:name": words.visible(document.title),
        "uco-core:object": [
            _ref(identity)
            for identity in (
                tool,
                *(_id("provenance", exhibit.evidence.exhibit) for exhibit in document.exhibits),
                *([results] if written else []),
            )
        ],
        "uco-core:description": (
            f"{len(annotations):,} of {document.findings_total:,} findings and {len(written):,} of "
            f"{document.entries_total:,} entries of the case are in this graph: those in which something matched, as "
            "far as a report holds them, and those that bear a label of the examiner's. All are in case.sqlite. "
            "Notes and opinions are not in it."
            f"{_sealed(document)}"
        ),
    }


def _sealed(document: CaseDocument) -> str:
    seal = document.seal
    if seal is None:
        return ""
    return (
        f" When the case was sealed, case.sqlite had the SHA-256 {seal.store_sha256} and the examination log of "
        f"{seal.log_lines:,} lines the head {seal.log_head}; key of the seal: {seal.key or 'none'}."
    )


def _of(run: PassRecord, number: int) -> tuple[str, str]:
    return run.exhibit, str(number)


def _action(
    identity: str,
    name: str,
    tool: str,
    *,
    objects: Iterable[str] = (),
    results: Iterable[str] = (),
    informed_by: Iterable[str] = (),
    description: str = "",
) -> Object:
    item: Object = {
        "@id": identity,
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": name,
        "uco-action:instrument": _ref(tool),
    }
    for field, ids in (
        ("uco-action:object", objects),
        ("uco-action:result", results),
        ("case-investigation:wasInformedBy", informed_by),
    ):
        if refs := [_ref(each) for each in ids]:
            item[field] = refs
    if description:
        item["uco-core:description"] = words.visible(description)
    return item


def _exhibit(exhibit: ExhibitDocument, tool: str) -> Iterator[Object]:
    """What was received, its provenance record, and the actions on it: opened, then each pass, in their order."""
    evidence = exhibit.evidence
    image, record = _id("image", evidence.exhibit), _id("provenance", evidence.exhibit)
    content: Object = {"@id": _id("content", "image", evidence.exhibit), "@type": "uco-observable:ContentDataFacet"}
    if evidence.media_size is not None:
        content["uco-observable:sizeInBytes"] = _typed("integer", evidence.media_size)
    computed = {
        check.algorithm: check.computed
        for check in exhibit.digest_checks
        if check.subject == "media" and check.computed is not None
    }
    if hashes := [_hash(algorithm, value, image) for algorithm, value in sorted(computed.items())]:
        content["uco-observable:hash"] = hashes
    yield {
        "@id": image,
        "@type": "uco-observable:Image",
        "uco-core:name": words.visible(", ".join(segment.name for segment in evidence.segments[:60])),
        "uco-core:description": "; ".join(
            [words.CONTAINERS.get(evidence.container, str(evidence.container)), *training_of(exhibit)]
        ),
        "uco-core:hasFacet": [content],
    }
    yield {
        "@id": record,
        "@type": "case-investigation:ProvenanceRecord",
        "case-investigation:exhibitNumber": words.visible(evidence.exhibit),
        "uco-core:object": [_ref(image)],
    }
    before = _id("action", "open", evidence.exhibit)
    kept = exhibit.passes[0].read_only if exhibit.passes else ""
    yield _action(before, "open", tool, objects=[record], results=[image], description=kept)
    for number, run in enumerate(exhibit.passes):
        identity = _id("action", run.kind, *_of(run, number))
        name = "examine" if run.kind == "triage" else run.kind
        described = " ".join(run.command)
        action = _action(identity, name, tool, objects=[record], informed_by=[before], description=described)
        action["uco-action:startTime"] = _typed("dateTime", run.started)
        if run.finished is not None:
            action["uco-action:endTime"] = _typed("dateTime", run.finished)
        if run.examiner:
            action["uco-action:performer"] = _ref(_id("identity", run.examiner))
        yield action
        before = identity


def _hash(algorithm: str, value: str, of: str) -> Object:
    return {
        "@id": _id("hash", of, algorithm),
        "@type": "uco-types:Hash",
        "uco-types:hashMethod": algorithm.upper(),
        "uco-types:hashValue": _typed("hexBinary", value),
    }


def _file(row: EntryRow) -> Iterator[Object]:
    """The file with its digests, and where in the exhibit it lies."""
    entry, identity = row.entry, _id("file", row.exhibit, row.id)
    name = entry.path.rpartition("/")[2] + ("" if entry.stream is None else f":{entry.stream}")
    path = entry.path + ("" if entry.stream is None else f":{entry.stream}")
    facet: Object = {
        "@id": _id("facet", row.exhibit, row.id),
        "@type": "uco-observable:FileFacet",
        "uco-observable:fileName": words.visible(name),
        "uco-observable:filePath": words.visible(path),
        "uco-observable:isDirectory": entry.kind.value == "directory",
        "uco-observable:allocationStatus": entry.name_state.value,
    }
    if entry.size is not None:
        facet["uco-observable:sizeInBytes"] = _typed("integer", entry.size)
    for time in entry.times:
        moment = decode(time.timestamp, row.zone)
        # a dateTime without a zone, or a bare date, would say more or less than is known
        if (
            time.meaning in _TIMES
            and moment.text
            and "T" in moment.text
            and moment.text.endswith("Z")
            and not moment.flag
        ):
            facet[f"uco-observable:{_TIMES[time.meaning]}"] = _typed("dateTime", moment.text)
    facets = [facet]
    if row.digests is not None:
        values = (("md5", row.digests.md5), ("sha1", row.digests.sha1), ("sha256", row.digests.sha256))
        facets.append(
            {
                "@id": _id("content", row.exhibit, row.id),
                "@type": "uco-observable:ContentDataFacet",
                "uco-observable:hash": [_hash(algorithm, value, identity) for algorithm, value in values if value],
            }
        )
    yield {"@id": identity, "@type": "uco-observable:File", "uco-core:hasFacet": facets, **_labels(row.labels)}
    yield {
        "@id": _id("within", row.exhibit, row.id),
        "@type": "uco-observable:ObservableRelationship",
        "uco-core:source": _ref(identity),
        "uco-core:target": _ref(_id("image", row.exhibit)),
        "uco-core:kindOfRelationship": "Contained_Within",
        "uco-core:isDirectional": True,
        "uco-core:hasFacet": [
            {
                "@id": _id("path", row.exhibit, row.id),
                "@type": "uco-observable:PathRelationFacet",
                "uco-observable:path": words.visible(f"{entry.volume}{path}"),
            }
        ],
    }


def _finding(located: LocatedFinding) -> Object:
    """What matched and where, without the bytes."""
    finding = located.finding
    offsets = ", ".join(str(match.offset) for match in finding.strings[:12])
    where = f" at offsets {offsets}" if offsets else ""
    more = len(finding.strings[12:]) + finding.strings_left_out
    said = f"{finding.source} matched: {what_matched(finding)} ({finding.pack}), severity {finding.severity}{where}"
    return {
        "@id": _id("finding", located.exhibit, located.id),
        "@type": "uco-core:Annotation",
        "uco-core:name": located.id,
        "uco-core:object": [_ref(_id("file", located.exhibit, located.entry))],
        "uco-core:statement": words.visible(said + (f" and {more:,} more" if more else "")),
        **_labels(located.labels),
    }


def _labels(labels: tuple[str, ...]) -> Object:
    """What people put on it; nothing where there is none."""
    return {"uco-core:tag": [words.visible(label) for label in labels]} if labels else {}
