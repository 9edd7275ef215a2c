"""Whether the source is what was stated of it, and whether it stayed as it was."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.disk import Source
from cyberforensics.model.case_document import DigestCheck, SourceCheck, Verdict
from cyberforensics.model.evidence import Evidence, StoredDigest
from cyberforensics.model.names import display_name
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.pipeline.wire import SourceDigests


@dataclass(frozen=True, slots=True)
class SegmentState:
    """A segment on the host at one time."""

    name: str
    size: int | None
    modified: int | None
    """Nanoseconds since 1970."""


def look(source: Source) -> tuple[SegmentState, ...]:
    """Every segment's size and modification time now; of a folder, the folder's own; of a device, its size."""
    if source.device is not None:
        return (_device_state(source.paths[0]),)
    return tuple(_state(path) for path in source.paths)


def _device_state(path: Path) -> SegmentState:
    """Of a block device the size alone: the times of its node say nothing of its bytes."""
    try:
        with path.open("rb") as file:
            return SegmentState("media", file.seek(0, os.SEEK_END), None)
    except OSError:
        return SegmentState("media", None, None)


def _state(path: Path) -> SegmentState:
    name = display_name(path.absolute().name.encode(errors="surrogateescape"))
    try:
        status = path.stat()
    except OSError:
        return SegmentState(name, None, None)
    return SegmentState(name, status.st_size, status.st_mtime_ns)


def compare(before: Sequence[SegmentState], after: Sequence[SegmentState]) -> tuple[SourceCheck, ...]:
    """Both states of every segment beside each other."""
    return tuple(
        SourceCheck(first.name, first.size or 0, last.size, first.modified, last.modified)
        for first, last in zip(before, after, strict=True)
    )


def digest_checks(
    evidence: Evidence,
    expected: Sequence[StoredDigest],
    computed: SourceDigests | None,
    moment: str,
) -> Iterator[DigestCheck]:
    """Every stated digest against what was computed, then what was computed and nobody stated."""
    if evidence.container.is_logical:
        for digest in expected:  # there is no media whose digest could be the stated one, and that is said
            yield _check("media", digest, None, moment)
    else:
        media = dict(computed.media) if computed else {}
        stated = (*evidence.stored_digests, *expected)
        for digest in stated:
            yield _check("media", digest, media.get(digest.algorithm), moment)
        algorithms = {digest.algorithm for digest in stated}
        for algorithm in (name for name in media if name not in algorithms):
            yield DigestCheck("media", algorithm, None, None, media[algorithm], moment, "NOT AVAILABLE")
        if not media and not stated:
            yield DigestCheck("media", "sha256", None, None, None, moment, "NOT COMPUTED")
    segments = computed.segments if computed else ()
    for place, segment in enumerate(evidence.segments):
        value = segments[place].get("sha256") if place < len(segments) else None
        if evidence.container == "directory":
            continue
        yield DigestCheck(
            segment.name, "sha256", None, None, value, moment, "NOT COMPUTED" if value is None else "NOT AVAILABLE"
        )


def _check(subject: str, stated: StoredDigest, computed: str | None, moment: str) -> DigestCheck:
    verdict: Verdict = "NOT COMPUTED"
    if computed is not None:
        verdict = "MATCH" if computed == stated.value else "MISMATCH"
    return DigestCheck(subject, stated.algorithm, stated.value, stated.origin, computed, moment, verdict)


@dataclass(frozen=True, slots=True)
class SourceVerdict:
    """What was checked of a source's digests, and the problems met while they were computed."""

    checks: tuple[DigestCheck, ...] = ()
    problems: tuple[Problem, ...] = ()


def verdict(
    evidence: Evidence, expected: Sequence[StoredDigest], computed: SourceDigests | None, moment: str
) -> SourceVerdict:
    """The checks of one computation, or of none."""
    problems = computed.problems if computed is not None else ()
    return SourceVerdict(tuple(digest_checks(evidence, expected, computed, moment)), problems)


def problems_of(digests: Sequence[DigestCheck], sources: Sequence[SourceCheck]) -> Iterator[Problem]:
    """What a reader must not overlook."""
    for check in digests:
        if check.verdict == "MISMATCH":
            yield Problem(
                Stage.VERIFY,
                "evidence.digest-mismatch",
                f"{check.algorithm} of the {check.subject}: {check.stated} stated ({check.stated_origin}), "
                f"{check.computed} computed",
                Severity.ERROR,
            )
    for source in sources:
        if not source.unchanged:
            yield Problem(
                Stage.VERIFY,
                "evidence.changed",
                f"{source.segment}: its size or modification time is not what it was when the run began",
                Severity.ERROR,
            )
