"""One content, read once: digests, media type, rules and parsers, all from the same bytes."""

import mmap
from dataclasses import dataclass, field, replace
from pathlib import Path

from cyberforensics.disk import ContentReader
from cyberforensics.model.entry import Content, Name, Status
from cyberforensics.model.event import Event
from cyberforensics.model.examination import Digests, Examination, Finding
from cyberforensics.model.media_types import category
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.run import Limits
from cyberforensics.model.scope import EXCLUDED
from cyberforensics.pipeline.cache import CacheFile
from cyberforensics.pipeline.known import Known, Memory
from cyberforensics.pipeline.media_type import HEAD, media_type
from cyberforensics.pipeline.parse import has_parser, run_parsers
from cyberforensics.pipeline.reading import Reading, read, read_problem
from cyberforensics.pipeline.sensitive import mark_overlaps
from cyberforensics.pipeline.spool import Head, NoRoom, Spool
from cyberforensics.pipeline.windows import OVERLAP, WINDOW, Scanned, Windows
from cyberforensics.rules import HEAD_SIZE, Externals, HashList, Lists, Scanner, ScanResult, mark_rule_text


@dataclass(frozen=True, slots=True)
class ExamineOptions:
    """What a worker needs to know beside the content."""

    spool: Path
    """Folder for contents too large for memory."""
    limits: Limits = field(default_factory=Limits)
    categories: tuple[str, ...] = ()
    """Those that are in scope; () for all."""
    cache: CacheFile | None = None
    """What other cases learned of contents; None where nothing is to be taken from them."""
    lists: tuple[HashList, ...] = ()
    """Lists of digests that each content is looked up in."""
    skip_known: bool = False
    """Whether no rule is run on what stands in a known list and in no wanted one."""

    def timeout(self, size: int) -> float:
        """Seconds that the rules may take on a content: half of its time, so that they end before the worker does."""
        return self.limits.seconds_for(size) / 2


def examine(
    content: Content,
    reader: ContentReader,
    scanner: Scanner | None,
    options: ExamineOptions,
    memory: Memory,
    volume_size: int | None = None,
    lists: Lists | None = None,
) -> Examination:
    """Read a content to its end and learn from it all there is to learn.

    Args:
        memory: what is known of bytes that were met before with these rules; what is learned is added.
        volume_size: bytes of the volume that holds it; None where it has no bounds.
        lists: those of the options, open; None where there are none.
    """
    if options.categories and (outside := _out_of_scope(content, reader, options.categories)) is not None:
        return outside
    if scanner is None and not has_parser(content):  # nobody looks further than the media type does
        head = Head(HEAD)
        reading = read(content, reader, head, options.limits, volume_size)
        examination = _learn(content, reading, head.data, None, options, memory, rules_skipped=False)
        return _with_lists(examination, _listed(reading.digests, examination.digest_note, lists))
    with Spool(options.spool, content.size) as spool:
        try:
            reading = read(content, reader, spool, options.limits, volume_size)
            data = spool.buffer()
        except FileNotFoundError:
            problem = read_problem(content, "content.removed-by-host", "the spool file vanished while it was examined")
            return Examination(
                Status.PARTIAL, problem.code, reading.size, reading.digests, problems=(*reading.problems, problem)
            )
        except NoRoom:
            pass  # what it took there is given back before it is read again
        else:
            listed = _listed(reading.digests, reading.note(deleted=content.deleted), lists)
            if listed.known and options.skip_known and scanner is not None and not listed.findings:
                listed = replace(listed, rules_skipped=True)
            return _with_lists(_learn(content, reading, data, scanner, options, memory, listed.rules_skipped), listed)
    examination = _learn_in_windows(content, reader, scanner, options, volume_size)
    return _with_lists(examination, _listed(examination.digests, examination.digest_note, lists))


@dataclass(frozen=True, slots=True)
class _Listed:
    """What lists of digests say of a content."""

    findings: tuple[Finding, ...] = ()
    known: tuple[str, ...] = ()
    rules_skipped: bool = False


_NOTHING_LISTED = _Listed()


def _listed(digests: Digests | None, digest_note: str | None, lists: Lists | None) -> _Listed:
    """Look the digests up; those of damaged content are digests of other bytes than were once written."""
    if lists is None or digests is None or digest_note == "of-damaged":
        return _NOTHING_LISTED
    return _Listed(lists.match(digests), lists.known(digests))


def _with_lists(examination: Examination, listed: _Listed) -> Examination:
    if listed is _NOTHING_LISTED:
        return examination
    findings = (*listed.findings, *examination.findings)  # first: what is cut from a long answer is its end
    return replace(examination, findings=findings, known=listed.known, rules_skipped=listed.rules_skipped)


def _out_of_scope(content: Content, reader: ContentReader, categories: tuple[str, ...]) -> Examination | None:
    """The examination of a content whose first bytes say that it is of none of the categories; else None."""
    head = bytearray()
    try:
        for block in reader.blocks(content):
            head += block
            if len(head) >= HEAD:
                break
    except OSError:
        return None  # what it is can't be told: it is tried again, and the trouble is named
    kind = media_type(bytes(head[:HEAD]))
    if kind is None or category(kind) in categories:
        return None
    return Examination(Status.SKIPPED, EXCLUDED, media_type=kind)


def _learn(
    content: Content,
    reading: Reading,
    data: bytes | mmap.mmap,
    scanner: Scanner | None,
    options: ExamineOptions,
    memory: Memory,
    rules_skipped: bool,
) -> Examination:
    key = None if reading.digests is None else (reading.digests.sha256, reading.size)
    known = None if key is None else memory.recall(key)
    kind = media_type(data[:HEAD]) if known is None else known.media_type
    scanned = Scanned(open_rules=None if known is None else known.open_rules)
    if scanner is not None and not rules_skipped and reading.status is not Status.UNREADABLE:
        scanned = _scan(content, data, data[:HEAD_SIZE], scanner, options.timeout(len(data)), known)
        if scanned.findings:
            scanned = replace(scanned, findings=mark_rule_text(data, scanned.findings))
    if key is not None and known is None and kind is not None and not scanned.problems and not rules_skipped:
        memory.remember(key, Known(kind, _settled(content, scanned, scanner), scanned.open_rules))
    parsed = tuple(run_parsers(content, data)) if reading.status is not Status.UNREADABLE else ()
    examination = _examination(content, reading, kind, scanned, parsed)
    return replace(examination, from_cache=True) if known is not None and known.from_cache else examination


def _settled(content: Content, scanned: Scanned, scanner: Scanner | None) -> tuple[Finding, ...]:
    """What is found wherever these bytes lie, and under whichever name."""
    if scanner is None:
        return ()
    first = (None, content.names[0].entry)
    found = (finding for finding in scanned.findings if finding.entry in first and scanner.is_settled(finding))
    return tuple(replace(finding, entry=None) for finding in found)


def _learn_in_windows(
    content: Content, reader: ContentReader, scanner: Scanner | None, options: ExamineOptions, volume_size: int | None
) -> Examination:
    """The same for a content that does not fit into the spool: rules see a window at a time, parsers see nothing."""
    count = 1 + content.size // (WINDOW - OVERLAP)
    timeout = options.timeout(content.size) / count

    def scan(window: bytes, head: bytes) -> Scanned:
        return Scanned() if scanner is None else _scan(content, window, head[:HEAD_SIZE], scanner, timeout, None)

    windows = Windows(scan)
    reading = read(content, reader, windows, options.limits, volume_size)
    scanned = windows.finish()
    if reading.status is Status.WHOLE and (scanner is not None or has_parser(content)):
        message = (
            f"there was no room to spool it: rules saw it in windows of {WINDOW} bytes that overlap by {OVERLAP}, and"
            " parsers did not"
        )
        problem = read_problem(content, "content.windowed", message)
        reading = replace(reading, status=Status.PARTIAL, reason=problem.code, problems=(problem,))
    return _examination(content, reading, media_type(windows.head), scanned, ())


def _examination(
    content: Content, reading: Reading, kind: str | None, scanned: Scanned, parsed: tuple[Event | Problem, ...]
) -> Examination:
    problems = list(reading.problems)
    if kind is None:
        problems.append(read_problem(content, "media-type.error", "the media type could not be determined"))
    problems.extend(scanned.problems)
    problems.extend(item for item in parsed if isinstance(item, Problem))
    status, reason = reading.status, reading.reason
    if not scanned.complete and status is Status.WHOLE:
        status, reason = Status.PARTIAL, scanned.problems[0].code
    return Examination(
        status=status,
        status_reason=reason,
        bytes_read=reading.size,
        digests=reading.digests,
        digest_note=reading.note(deleted=content.deleted),
        all_zero=reading.all_zero if reading.status is not Status.UNREADABLE else None,
        media_type=kind,
        findings=mark_overlaps(scanned.findings),
        events=tuple(item for item in parsed if isinstance(item, Event)),
        problems=tuple(problems),
        open_rules=scanned.open_rules or (),
    )


def _scan(
    content: Content, data: bytes | mmap.mmap, head: bytes, scanner: Scanner, timeout: float, known: Known | None
) -> Scanned:
    """All rules in one pass for the first name; those that depend on a name once more for every other name."""
    if scanner.looks_at_names:
        timeout /= len(content.names)
    results: list[tuple[Name, ScanResult]] = []
    settled = () if known is None else known.findings
    open_rules = None if known is None else known.open_rules
    for name in content.names:
        externals = Externals.of(name, head)
        if not results and known is None:
            result = scanner.scan_first(data, externals, timeout=timeout)
            open_rules = result.open_rules
            if result.findings:
                settled = tuple(found for found in result.findings if scanner.is_settled(found))
                result = replace(
                    result, findings=tuple(found for found in result.findings if not scanner.is_settled(found))
                )
            results.append((name, result))
        elif scanner.looks_at_names:
            results.append((name, scanner.scan_name(data, externals, timeout=timeout, open_rules=open_rules)))
    findings = [replace(finding, entry=name.entry) for name, result in results for finding in result.findings]
    findings += [finding for finding in settled if not finding.per_name]
    findings += [
        replace(finding, entry=name.entry) for finding in settled if finding.per_name for name in content.names
    ]
    problems = tuple(
        Problem(found.stage, found.code, found.message, found.severity, content.names[0].path, found.offset)
        for _, result in results
        for found in result.problems
    )
    places = {name.entry: place for place, name in enumerate(content.names)}
    # first everything under the first name, as one pass gives it; then each other name
    findings.sort(key=lambda found: (places.get(found.entry or "", 0), found.pack, found.namespace, found.rule))
    return Scanned(tuple(findings), problems, all(result.complete for _, result in results), open_rules)


def given_up(content: Content, code: str, message: str) -> Examination:
    """The examination of a content that no worker survived."""
    return Examination(
        Status.UNREADABLE,
        code,
        problems=(Problem(Stage.WORKER, code, message, Severity.ERROR, content.names[0].path),),
    )
