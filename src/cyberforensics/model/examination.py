"""What was learned from one read of one content."""

from dataclasses import dataclass, field
from typing import Literal

from cyberforensics.model.entry import Status
from cyberforensics.model.event import Event
from cyberforensics.model.problem import Problem

FindingSeverity = Literal["info", "low", "medium", "high", "critical"]
FINDING_SEVERITIES: tuple[FindingSeverity, ...] = ("info", "low", "medium", "high", "critical")
"""From the least to the most severe."""

MAX_MATCH_BYTES = 256
"""Matched bytes that a finding keeps of each string; `StringMatch.length` is the whole length."""

MAX_CONTEXT = 32
"""Bytes before and after a keyword that a finding keeps."""

MAX_MATCHES = 100
"""String matches that a finding lists; `Finding.strings_left_out` counts the rest."""


@dataclass(frozen=True, slots=True)
class Digests:
    """Of every byte of the content, or of the bytes that were read where the note says so."""

    md5: str
    sha1: str
    sha256: str


@dataclass(frozen=True, slots=True)
class StringMatch:
    """One place where one string of a rule matched."""

    identifier: str
    offset: int
    """Bytes from the start of the content."""
    length: int
    """Bytes."""
    data: bytes
    """The first `MAX_MATCH_BYTES` of what matched."""
    before: bytes = b""
    """Of a keyword: the `MAX_CONTEXT` bytes before the match, or as many as there are."""
    after: bytes = b""
    """Of a keyword: the same behind it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule, a listed digest or a keyword that matched. It says what matched where, never what that means."""

    source: str
    """``yara``, ``hash-list``, ``keyword``."""
    pack: str
    namespace: str
    rule: str
    severity: FindingSeverity
    tags: tuple[str, ...] = ()
    meta: tuple[tuple[str, str | int | bool], ...] = ()
    """The rule's metadata, in its order; a key may stand twice."""
    strings: tuple[StringMatch, ...] = ()
    """Ordered by offset, then identifier."""
    strings_left_out: int = 0
    finding_class: str = "OBSERVED"
    sensitive: bool = False
    """Whether what matched is masked: the rule says so, or its matches share bytes with those of a rule that does."""
    in_rule_text: bool = False
    """Whether everything that matched lies inside a text that declares rules."""
    per_name: bool = False
    """Whether the rule looks at the entry's name or place, so that it holds for one name of the content only."""
    entry: str | None = None
    """Id of the entry it holds for, where `per_name`; None where it holds for the content, whatever its names."""


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything one content yielded."""

    status: Status
    status_reason: str | None = None
    bytes_read: int = 0
    digests: Digests | None = None
    digest_note: str | None = None
    """None, ``of-bytes-read``, ``of-damaged``."""
    all_zero: bool | None = None
    media_type: str | None = None
    findings: tuple[Finding, ...] = ()
    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()
    from_cache: bool = False
    """Whether media type and findings about content come from a content cache: a fact of the run."""
    known: tuple[str, ...] = ()
    """Names of the known lists that hold its digest."""
    rules_skipped: bool = False
    """Whether rules and keywords were not run because it is known."""
    open_rules: tuple[int, ...] = ()
    """`ScanResult.open_rules`: kept for the content cache."""
    members: tuple["Examination", ...] = field(default=())
    """Of an archive's members; empty today."""
