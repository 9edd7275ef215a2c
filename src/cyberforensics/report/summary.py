"""What was examined, what was found and what was not looked at, in plain sentences.

The terminal and every report print these very sentences, so that no two of them say different things.
"""

from collections.abc import Iterator, Mapping

from cyberforensics.model.annotations import LabelCount
from cyberforensics.model.case_document import CaseDocument, ExhibitDocument, FindingGroup, PassRecord
from cyberforensics.model.coverage import Amount, EntryCoverage
from cyberforensics.model.cross_check import CrossCheck
from cyberforensics.model.volume import Volume, VolumeStatus
from cyberforensics.report import words

TRIAGE = (
    "TRIAGE: a preliminary screening. What was not examined is listed here; no finding does not mean nothing is there."
)
"""The first sentence of every report."""

UNMASKED = (
    "UNMASKED: this report shows what sensitive rules matched (payment data, secrets, personal data). Who asked for it "
    "stands in the examination log."
)
"""Page one of a report that masks nothing."""

_LABELS_NAMED = 12
_MARKS_NAMED = 4
_RULES_NAMED = 4
"""Rules of a group that its line names."""
_NOT_OPENED = (
    VolumeStatus.ENCRYPTED,
    VolumeStatus.UNREADABLE,
    VolumeStatus.UNSUPPORTED,
    VolumeStatus.NO_FILE_SYSTEM,
)
_COVERED_ELSEWHERE = frozenset(
    f"volume.{name}" for name in ("encrypted", "unreadable", "unsupported", "no-file-system", "snapshots-not-opened")
)
_WRITABLE = "evidence.device-writable"
_STAGES_BEFORE_CONTENT = frozenset({"open", "volumes", "walk"})
_OF_WHOLE_CONTENTS = frozenset({"rules.too-many-matches"})
"""Problems of contents that count as examined whole, and of which something is not listed all the same."""


def summary(document: CaseDocument) -> list[str]:
    """All of it but the list of what was not examined."""
    return [
        *selection_in_words(document),
        *examined(document),
        *integrity(document),
        *coverage_in_words(document),
        *known_in_words(document),
        *cross_checked(document),
        *found(document),
        *annotations_in_words(document),
    ]


def selection_in_words(document: CaseDocument) -> list[str]:
    """What a report of one label holds, with the totals; nothing of a whole report."""
    chosen = document.selection
    if chosen is None:
        return []
    return [
        f"SELECTION: this report holds only what the label {words.visible(chosen.label)} selects: "
        f"{chosen.findings:,} of {words.counted(chosen.findings_of, 'finding')} and {chosen.entries:,} of "
        f"{words.counted(chosen.entries_of, 'entry', 'entries')} of the case. A finding is selected where it or its "
        "entry bears the label, an entry where it, a finding or an event of it does; times are those of the selected "
        "entries. Coverage, problems and what was not examined are those of the whole case."
    ]


def annotations_in_words(document: CaseDocument) -> list[str]:
    """How many items bear each label, and how many notes there are: what people added, no result."""
    added = document.annotations
    named = [f"{words.visible(count.label)} ({_labelled(count)})" for count in added.labels[:_LABELS_NAMED]]
    if added.labels_total > _LABELS_NAMED:
        named.append(words.counted(added.labels_total - _LABELS_NAMED, "more label"))
    lines = [f"Labels that people set: {words.joined(named)}."] if named else []
    if added.facts_total or added.opinions_total:
        facts, opinions = words.counted(added.facts_total, "note"), words.counted(added.opinions_total, "opinion")
        lines.append(f"Added by the examiner: {facts} of fact and {opinions}, each in a section of its own.")
    return lines


def _labelled(count: LabelCount) -> str:
    parts = [
        words.counted(number, one, many)
        for number, one, many in (
            (count.findings, "finding", "findings"),
            (count.entries, "entry", "entries"),
            (count.events, "event", "events"),
        )
        if number
    ]
    return words.joined(parts)


def examined(document: CaseDocument) -> list[str]:
    """What was received and opened, a sentence an exhibit."""
    if not document.exhibits:
        return ["The case holds no exhibit yet: nothing was examined."]
    return [_exhibit(exhibit) for exhibit in document.exhibits]


def _exhibit(exhibit: ExhibitDocument) -> str:
    evidence = exhibit.evidence
    kind = words.CONTAINERS.get(evidence.container, evidence.container)
    parts = f", {words.counted(len(evidence.segments), 'segment')}" if evidence.device is None else ""
    media = f", {words.size(evidence.media_size)} of media" if evidence.media_size is not None else ""
    opened = [volume for volume in exhibit.volumes if volume.status is VolumeStatus.OPENED]
    systems = words.joined([f"{volume.slot} ({words.file_system(volume.filesystem)})" for volume in opened[:12]])
    more = f" and {len(opened) - 12:,} more" if len(opened) > 12 else ""
    files = f"file systems were opened in {systems}{more}" if opened else "no file system could be opened"
    return f"Exhibit {words.visible(evidence.exhibit)} ({kind}{parts}{media}): {files}."


def integrity(document: CaseDocument) -> list[str]:
    """What was stated and computed of the sources, a sentence an exhibit; both values stand under the exhibit."""
    return [_integrity(exhibit) for exhibit in document.exhibits]


def _integrity(exhibit: ExhibitDocument) -> str:
    name = words.visible(exhibit.evidence.exhibit)
    by_verdict = {
        verdict: words.joined(
            list(
                dict.fromkeys(
                    f"{words.algorithm(check.algorithm)} of {words.visible(check.subject)}"
                    for check in exhibit.digest_checks
                    if check.verdict == verdict
                )
            )
        )
        for verdict in ("MATCH", "MISMATCH", "NOT COMPUTED", "NOT AVAILABLE")
    }
    meanings = {
        "MATCH": "the computed value is the stated one (MATCH) for",
        "MISMATCH": "the computed value is NOT the stated one (MISMATCH) for",
        "NOT COMPUTED": "stated and NOT COMPUTED:",
        "NOT AVAILABLE": "computed, with no stated value to compare (NOT AVAILABLE):",
    }
    parts = [f"{meanings[verdict]} {what}" for verdict, what in by_verdict.items() if what]
    changed = [check for check in exhibit.source_checks if check.size_after is not None and not check.unchanged]
    if changed:
        parts.append(f"size or modification time CHANGED during the run in {words.counted(len(changed), 'segment')}")
    return f"Digests of exhibit {name}: {'; '.join(parts) or 'none was stated and none computed'}."


def training(document: CaseDocument) -> list[str]:
    """The banner of what was made for an exercise, a sentence an exhibit."""
    return [line for exhibit in document.exhibits for line in training_of(exhibit)]


def training_of(exhibit: ExhibitDocument) -> list[str]:
    """The same of one exhibit; it is the exhibit itself that says so. Nothing of any other."""
    if not exhibit.training:
        return []
    marks = words.joined(list(exhibit.training[:_MARKS_NAMED]))
    says = "says" if len(exhibit.training) == 1 else "say"
    return [
        f"TRAINING: exhibit {words.visible(exhibit.evidence.exhibit)} was made for an exercise, as "
        f"{words.visible(marks)} {says}. What it holds is invented."
    ]


def alerts(document: CaseDocument) -> list[str]:
    """What a reader must not miss: a digest that differs, a source that changed, an equation that does not add up."""
    lines = training(document)
    lines += [line for line in integrity(document) if "MISMATCH" in line or "CHANGED" in line]
    for exhibit in document.exhibits:
        name = words.visible(exhibit.evidence.exhibit)
        if any(group.exhibit == exhibit.evidence.exhibit and group.code == _WRITABLE for group in document.problems):
            lines.append(f"Exhibit {name}: the device COULD BE WRITTEN TO while it was read; this was accepted.")
        if not (exhibit.coverage.reconciles and exhibit.media_coverage.reconciles):
            lines.append(f"Exhibit {name}: the coverage DOES NOT RECONCILE.")
    return lines


def coverage_in_words(document: CaseDocument) -> list[str]:
    """The coverage equation as a sentence an exhibit, by count and by bytes."""
    return [line for exhibit in document.exhibits for line in _equations(exhibit)]


def _equations(exhibit: ExhibitDocument) -> Iterator[str]:
    name = words.visible(exhibit.evidence.exhibit)
    yield _equation(f"Exhibit {name}", exhibit.coverage, "examined")
    for number, run in enumerate(exhibit.passes, 1):
        yield from searched(run, f"Pass {number} ({run.kind}) over exhibit {name}")


def searched(run: PassRecord, what: str = "Searched") -> list[str]:
    """The first equation of a later pass as a sentence; nothing of a pass whose coverage is the exhibit's."""
    return [] if run.coverage is None else [_equation(what, run.coverage, "searched")]


def _equation(what: str, coverage: EntryCoverage, verb: str) -> str:
    partial, skipped, unreadable = (total(part) for part in (coverage.partial, coverage.skipped, coverage.unreadable))
    verdict = "Both sides agree" if coverage.reconciles else "THE TWO SIDES DO NOT AGREE"
    return (
        f"{what}: of {words.counted(coverage.seen.count, 'content')} seen "
        f"({words.size(coverage.seen.size)}), {coverage.whole.count:,} {verb} whole "
        f"({words.size(coverage.whole.size)}), {partial.count:,} in part ({words.size(partial.size)}), "
        f"{skipped.count:,} skipped ({words.size(skipped.size)}) and {unreadable.count:,} unreadable "
        f"({words.size(unreadable.size)}). {verdict}, by count and by bytes."
    )


def known_in_words(document: CaseDocument) -> list[str]:
    """How many contents are known, a sentence an exhibit for which a list of known digests was used."""
    return [
        _known(exhibit)
        for exhibit in document.exhibits
        if any(found.kind == "known" for run in exhibit.passes for found in run.lists)
    ]


def _known(exhibit: ExhibitDocument) -> str:
    names = list(
        dict.fromkeys(
            words.visible(found.name) for run in exhibit.passes for found in run.lists if found.kind == "known"
        )
    )
    more = f" and {len(names) - 12:,} more" if len(names) > 12 else ""
    skipped = exhibit.rules_skipped
    amount = f"{words.counted(skipped.count, 'content')} ({words.size(skipped.size)})"
    searched = f"; not searched because of that: {amount}" if skipped.count else ""
    return (
        f"Exhibit {words.visible(exhibit.evidence.exhibit)}: {words.counted(exhibit.known.count, 'content')} "
        f"({words.size(exhibit.known.size)}) known, by digest, to {words.joined(names[:12])}{more}{searched}."
    )


def cross_checked(document: CaseDocument) -> list[str]:
    """What came of reading volumes with a second reader, a sentence a volume; nothing where it was not asked for."""
    return [_cross_check(found) for exhibit in document.exhibits for found in exhibit.cross_checks]


def _cross_check(found: CrossCheck) -> str:
    volume = words.visible(found.volume)
    if found.state == "not-cross-checked":
        return f"Volume {volume} was NOT cross-checked: {found.reason}."
    sums = [sum(getattr(part, name) for part in found.compared) for name in ("compared", "agreed", "known")]
    end = "" if found.state == "compared" else f" IT IS INCOMPLETE: {found.reason}."
    return (
        f"Volume {volume} was cross-checked by {found.first} and {found.second}: of {sums[0]:,} values compared, "
        f"{sums[1]:,} agree, {sums[2]:,} differ by documented defects of a reader and {found.different:,} differ "
        f"otherwise.{end}"
    )


def total(parts: Mapping[str, Amount]) -> Amount:
    """The sum over all reasons."""
    result = Amount()
    for amount in parts.values():
        result = result + amount
    return result


def found(document: CaseDocument) -> list[str]:
    """How many findings there are and how severe, where they lie, and what their number does not say."""
    chosen = document.selection
    if chosen is not None and chosen.findings == 0:
        return [f"No finding is selected; the case has {chosen.findings_of:,}."]
    used = [kind for kind in _SEARCHED if any(kind in searched_for(exhibit) for exhibit in document.exhibits)]
    one = words.joined([_SEARCHED[kind] for kind in used], "or")
    if document.findings_total == 0:
        if not used:
            return ["No rules were used, so no content was searched for anything."]
        return [
            f"No {one} matched. This is bounded by what was searched: the {words.joined(used)} named under Method, in"
            " the contents examined."
        ]
    return [
        *_counted(document),
        f"A finding says which {one or 'rule'} matched where. What that means is for the examiner to say.",
    ]


def _counted(document: CaseDocument) -> Iterator[str]:
    findings = words.counted(document.findings_total, "finding")
    places = words.counted(document.findings_in, "entry", "entries")
    first = next((group for group in document.finding_groups if group.name is None), None)
    behind = [group for group in document.finding_groups if group.name is not None]
    if first is not None and not behind:
        yield f"{findings} in {places}: {_severities(first)}."
    else:
        listed = "none lies in users' or system files" if first is None else f"{first.total:,} are listed first"
        where = "" if first is None else f", in users' and system files: {_severities(first)}"
        yield f"{findings} in {places}; {listed}{where}."
    for group in behind:
        yield " ".join([_group_line(group), *standing_twice(document, group)])
    left_out = document.findings_total - len(document.findings)
    if left_out:
        yield f"The report holds {len(document.findings):,} of them; the last {left_out:,} are in case.sqlite."
    if document.findings_sensitive:
        are = "is" if document.findings_sensitive == 1 else "are"
        yield (
            f"{document.findings_sensitive:,} of them {are} sensitive: what was matched is shown only with --unmask, "
            "which the examination log records."
        )


def _group_line(group: FindingGroup) -> str:
    title, note = words.FINDING_GROUPS[group.name or ""]
    by_rule: dict[str, int] = {}
    for count in group.counts:
        by_rule[count.rule] = by_rule.get(count.rule, 0) + count.count
    named = [f"{words.visible(rule)} ({number:,})" for rule, number in list(by_rule.items())[:_RULES_NAMED]]
    if len(by_rule) > _RULES_NAMED:
        named.append(words.counted(len(by_rule) - _RULES_NAMED, "more rule"))
    where = words.counted(group.entries, "entry", "entries")
    return (
        f"{title}: {words.counted(group.total, 'finding')} in {where} ({_severities(group)}), by "
        f"{words.joined(named)}. {note}"
    )


def standing_twice(document: CaseDocument, group: FindingGroup) -> Iterator[str]:
    """Of the metadata files: what of it is shown by address to be listed by itself."""
    twice = document.doubles
    if group.name != "metadata-file" or not twice.matches_twice:
        return
    findings, matches = words.counted(twice.findings, "finding"), words.counted(twice.matches, "match", "matches")
    stand = "stands" if twice.twice == 1 else "stand"
    lie = "lies" if twice.matches_twice == 1 else "lie"
    yield (
        f"Of {findings} in $MFT, {twice.twice:,} {stand} twice: {twice.matches_twice:,} of {matches} there {lie} in "
        "the record of a small file in which the same rule matched the same bytes."
    )


def _severities(group: FindingGroup) -> str:
    return words.joined([f"{count:,} {severity}" for severity, count in group.by_severity().items()])


_SEARCHED: Mapping[str, str] = {"rules": "rule", "keywords": "keyword", "lists of digests": "listed digest"}
"""What contents may be searched for, and one of it."""


def searched_for(exhibit: ExhibitDocument) -> frozenset[str]:
    """What any pass over the exhibit searched for: of `_SEARCHED`."""
    rules = {"rules" for run in exhibit.passes if any(pack.rules for pack in run.packs)}
    kinds = {found.kind for run in exhibit.passes for found in run.lists}
    return frozenset(rules | {"keywords" if kind == "keywords" else "lists of digests" for kind in kinds})


def _content_searched_for(exhibit: ExhibitDocument) -> list[str]:
    """The same without digests, which say nothing of what stands in a content."""
    return [kind for kind in ("rules", "keywords") if kind in searched_for(exhibit)]


def not_examined(document: CaseDocument) -> list[str]:
    """Every line of what was not looked at, and why: the first thing that a reader must see."""
    lines = [line for exhibit in document.exhibits for line in _exhibit_gaps(exhibit)]
    for group in document.problems:
        if group.severity == "info" or group.code in _COVERED_ELSEWHERE:
            continue
        before = group.stage in _STAGES_BEFORE_CONTENT and not group.code.startswith("content.")
        if before or group.code in _OF_WHOLE_CONTENTS:
            lines.append(f"{words.visible(group.exhibit)}: {words.visible(group.meaning)} ({_times(group.count)})")
    kinds = {kind for exhibit in document.exhibits for kind in _content_searched_for(exhibit)}
    if kinds:
        lines.append(
            f"Content was searched only for what the {words.joined(sorted(kinds, reverse=True))} named under Method "
            "look for; archives, documents and "
            "databases were searched as the bytes they are stored as, and pictures were not looked at."
        )
    elif not document.exhibits:
        lines.append("Everything: the case holds no exhibit.")
    return lines


def _exhibit_gaps(exhibit: ExhibitDocument) -> Iterator[str]:
    name = words.visible(exhibit.evidence.exhibit)
    if not exhibit.passes:
        yield f"{name}: no pass was made over this exhibit."
    for run in exhibit.passes:
        if run.scope.profile:
            yield f"{name}: profile {words.visible(run.scope.profile)}. {words.visible(run.scope.leaves_out)}"
        if run.scope.limits:
            note = f' Limit as worded: "{words.visible(run.scope.note)}".' if run.scope.note else ""
            yield f"{name}: limited by scope: {words.visible(run.scope.in_words())}.{note}"
        if run.finished is None:
            yield f"{name}: a pass was interrupted and is not finished; what it had not reached is unexamined."
        for pack in run.packs:
            if pack.left_out:
                files = words.joined([words.visible(path) for path in pack.left_out])
                yield f"{name}: rules that do not compile were left out of pack {words.visible(pack.name)}: {files}."
    if exhibit.rules_skipped.count:
        amount = exhibit.rules_skipped
        what = words.joined(_content_searched_for(exhibit))
        yield (
            f"{name}: {words.counted(amount.count, 'content')} ({words.size(amount.size)}) known by a list: no {what}"
            " were run, as asked for (--skip-known)."
        )
    if exhibit.passes and not _content_searched_for(exhibit):
        yield f"{name}: no rules were used; contents were digested and typed, not searched."
    for volume in exhibit.volumes:
        yield from _volume_gaps(volume)
    for title, parts in (
        ("examined in part", exhibit.coverage.partial),
        ("skipped", exhibit.coverage.skipped),
        ("unreadable", exhibit.coverage.unreadable),
    ):
        for code, amount in parts.items():
            what = f"{words.counted(amount.count, 'content')} ({words.size(amount.size)})"
            yield f"{name}: {what} {title}. {words.reason(code)}"
    yield from _media_gaps(exhibit)
    if exhibit.evidence.device is not None:
        yield f"{name}: areas that the device hides from the system (HPA, DCO) were not examined, nor looked for."


def _volume_gaps(volume: Volume) -> Iterator[str]:
    name = words.visible(volume.id)
    if volume.status in _NOT_OPENED:
        what = f"{words.visible(volume.type)}, {words.size(volume.size)}" if volume.size else words.visible(volume.type)
        note = f" {words.visible(volume.note)}" if volume.note else ""
        yield f"{name} ({what}): not opened, {words.VOLUME_STATES[volume.status]}.{note}"
    if volume.filesystem == "zip":
        yield f"{name}: an archive has no deleted entries, slack or free space: what nobody put in was not looked at."
    if volume.snapshots:
        yield f"{name}: {words.counted(volume.snapshots, 'snapshot')} not opened."


def _media_gaps(exhibit: ExhibitDocument) -> Iterator[str]:
    """Bytes of the media that nobody looked at, by kind; volumes that were not opened have their own lines."""
    opened = {volume.id for volume in exhibit.volumes if volume.status is VolumeStatus.OPENED}
    sums: dict[str, int] = {}
    for part in exhibit.media_coverage.parts:
        if not part.examined and part.size and part.what != "file-content":
            if part.what not in ("gap", "partition-table") and part.where not in opened:
                continue
            sums[part.what] = sums.get(part.what, 0) + part.size
    if sums:
        largest_first = sorted(sums.items(), key=lambda item: -item[1])
        parts = [f"{words.MEDIA_PARTS.get(what, what)} ({words.size(size)})" for what, size in largest_first]
        name = words.visible(exhibit.evidence.exhibit)
        yield f"{name}: not examined, since triage examines the contents of entries only: {words.joined(parts)}."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
