"""One content, read once: digests, media type, rules and parsers, all from the same bytes."""

import hashlib
import mmap
from dataclasses import dataclass, replace
from pathlib import Path

from cyberforensics.disk import ContentReader
from cyberforensics.model.entry import Content, Name, Status
from cyberforensics.model.event import Event
from cyberforensics.model.examination import Digests, Examination, Finding
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.pipeline.known import Known, Memory
from cyberforensics.pipeline.media_type import HEAD, media_type
from cyberforensics.pipeline.parse import run_parsers
from cyberforensics.pipeline.spool import Spool, TooLarge, is_zero
from cyberforensics.rules import HEAD_SIZE, Externals, Scanner, ScanResult


@dataclass(frozen=True, slots=True)
class ExamineOptions:
    """What a worker needs to know beside the content."""

    spool: Path
    """Folder for contents too large for memory."""
    rules_timeout: float = 60.0
    """Seconds that the rules may take on a content, and as much again for every `timeout_size`."""
    timeout_size: int = 16 * 1024 * 1024
    """Bytes."""

    def timeout(self, size: int) -> float:
        """Seconds that the rules may take on a content of this size."""
        return self.rules_timeout * (1 + size // self.timeout_size)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How far the content could be read."""

    status: Status
    reason: str | None
    digests: Digests | None
    problems: tuple[Problem, ...]


def examine(
    content: Content, reader: ContentReader, scanner: Scanner | None, options: ExamineOptions, memory: Memory
) -> Examination:
    """Read a content to its end and learn from it all there is to learn.

    Args:
        memory: what is known of bytes that were met before with these rules; what is learned is added.
    """
    with Spool(options.spool, content.size) as spool:
        reading = _read(content, reader, spool)
        try:
            data = spool.buffer()
        except FileNotFoundError:
            problem = _problem(content, "content.removed-by-host", "the spool file vanished while it was examined")
            return Examination(
                Status.PARTIAL, problem.code, spool.size, reading.digests, problems=(*reading.problems, problem)
            )
        return _learn(content, reading, data, scanner, options, memory)


def _read(content: Content, reader: ContentReader, spool: Spool) -> _Reading:
    hashes = [hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha1", "sha256")]
    try:
        for block in reader.blocks(content):
            for value in hashes:
                value.update(block)
            spool.write(block)
    except OSError:
        code = "content.compressed-unreadable" if content.reader == "libfsntfs" else "content.unreadable"
        return _incomplete(content, spool.size, code, f"the content could not be read past byte {spool.size}")
    except TooLarge:
        message = f"the spool folder's file system can't hold it; the first {spool.size} bytes were examined"
        return _incomplete(content, spool.size, "content.too-large", message)
    if spool.size > content.size:
        message = f"there were {spool.size} bytes where {content.size} were listed: it grew meanwhile"
        return _incomplete(content, spool.size, "content.changed", message)
    if spool.size != content.size:
        return _incomplete(content, spool.size, "content.short", f"{spool.size} of {content.size} bytes could be read")
    digests = Digests(*(value.hexdigest() for value in hashes))
    if reader.damaged(content):
        problem = _problem(content, "content.damaged", "the container's checksums say that some bytes are damaged")
        return _Reading(Status.PARTIAL, problem.code, digests, (problem,))
    return _Reading(Status.WHOLE, None, digests, ())


def _incomplete(content: Content, size: int, code: str, message: str) -> _Reading:
    """Bytes read must equal the size, or the entry is in part or unreadable and has no digest."""
    status = Status.PARTIAL if size else Status.UNREADABLE
    return _Reading(status, code, None, (_problem(content, code, message, offset=size),))


def _learn(
    content: Content,
    reading: _Reading,
    data: bytes | mmap.mmap,
    scanner: Scanner | None,
    options: ExamineOptions,
    memory: Memory,
) -> Examination:
    key = None if reading.digests is None else (reading.digests.sha256, len(data))
    known = None if key is None else memory.recall(key)
    kind = media_type(data[:HEAD]) if known is None else known.media_type
    scanned = _Scanned()
    problems = list(reading.problems)
    if kind is None:
        problems.append(_problem(content, "media-type.error", "the media type could not be determined"))
    status, reason = reading.status, reading.reason
    if scanner is not None and reading.status is not Status.UNREADABLE:
        scanned = _scan(content, data, scanner, options, known)
        problems.extend(scanned.problems)
        if not scanned.complete and status is Status.WHOLE:
            status, reason = Status.PARTIAL, scanned.problems[0].code
    if key is not None and known is None and kind is not None and not scanned.problems:
        memory.remember(key, Known(kind, tuple(found for found in scanned.findings if not found.per_name)))
    events, trouble = _parse(content, data) if reading.status is not Status.UNREADABLE else ((), ())
    problems.extend(trouble)
    return Examination(
        status=status,
        status_reason=reason,
        bytes_read=len(data),
        digests=reading.digests,
        digest_note=_digest_note(content, reading),
        all_zero=is_zero(data) if reading.status is not Status.UNREADABLE else None,
        media_type=kind,
        findings=scanned.findings,
        events=events,
        problems=tuple(problems),
    )


def _digest_note(content: Content, reading: _Reading) -> str | None:
    if reading.digests is None:
        return None
    if reading.reason == "content.damaged":
        return "of-damaged"
    return "of-bytes-read" if content.deleted else None


@dataclass(frozen=True, slots=True)
class _Scanned:
    """What all rules said of a content under all its names."""

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    complete: bool = True


def _scan(
    content: Content, data: bytes | mmap.mmap, scanner: Scanner, options: ExamineOptions, known: Known | None
) -> _Scanned:
    """All rules in one pass for the first name; those that look at names once more for every other name."""
    timeout = options.timeout(len(data))
    head = data[:HEAD_SIZE]
    results: list[tuple[Name, ScanResult]] = []
    for name in content.names:
        externals = Externals.of(name, head)
        if not results and known is None:
            results.append((name, scanner.scan_first(data, externals, timeout=timeout)))
        elif scanner.looks_at_names:
            results.append((name, scanner.scan_name(data, externals, timeout=timeout)))
    findings = [
        replace(finding, entry=name.entry) if finding.per_name else finding
        for name, result in results
        for finding in result.findings
    ]
    problems = tuple(
        Problem(found.stage, found.code, found.message, found.severity, content.names[0].path, found.offset)
        for _, result in results
        for found in result.problems
    )
    if known is not None:
        findings = [*known.findings, *findings]
    places = {name.entry: place for place, name in enumerate(content.names)}
    # first everything under the first name, as one pass gives it; then each other name
    findings.sort(key=lambda found: (places.get(found.entry or "", 0), found.pack, found.namespace, found.rule))
    return _Scanned(tuple(findings), problems, all(result.complete for _, result in results))


def _parse(content: Content, data: bytes | mmap.mmap) -> tuple[tuple[Event, ...], tuple[Problem, ...]]:
    results = list(run_parsers(content, data))
    events = tuple(item for item in results if isinstance(item, Event))
    return events, tuple(item for item in results if isinstance(item, Problem))


def _problem(
    content: Content, code: str, message: str, *, severity: Severity = Severity.WARNING, offset: int | None = None
) -> Problem:
    return Problem(Stage.READ, code, message, severity, content.names[0].path, offset)


def given_up(content: Content, code: str, message: str) -> Examination:
    """The examination of a content that no worker survived."""
    return Examination(
        Status.UNREADABLE,
        code,
        problems=(Problem(Stage.WORKER, code, message, Severity.ERROR, content.names[0].path),),
    )
