"""What every report is made from: one bounded document of a case.

Entries and timeline rows are not in it: renderers take them as iterators, since a case may hold millions.
Every table that is cut says how many rows were left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cyberforensics.model.annotations import Annotations, Selection
from cyberforensics.model.case_facts import NO_FACTS, CaseFacts
from cyberforensics.model.contexts import Group
from cyberforensics.model.coverage import NOTHING, Amount, EntryCoverage, MediaCoverage
from cyberforensics.model.cross_check import CrossCheck
from cyberforensics.model.entry import Entry
from cyberforensics.model.evidence import Evidence
from cyberforensics.model.examination import FINDING_SEVERITIES, Digests, Finding, FindingSeverity
from cyberforensics.model.orientation import LocatedFact
from cyberforensics.model.problem import Problem
from cyberforensics.model.scope import Scope
from cyberforensics.model.times import Moment, Timestamp
from cyberforensics.model.volume import Volume

Verdict = Literal["MATCH", "MISMATCH", "NOT AVAILABLE", "NOT COMPUTED"]


@dataclass(frozen=True, slots=True)
class DigestCheck:
    """One digest of the media (or of a container file): what was stated, what was computed, and whether they agree."""

    subject: str
    """``media``, or the segment's name."""
    algorithm: str
    stated: str | None
    stated_origin: str | None
    """``container``, ``examiner``; None where nothing was stated."""
    computed: str | None
    moment: str
    """``open`` or ``close``: in which phase of the run it was computed."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """A segment's size and modification time on the host, before and after the run; of a device, its size."""

    segment: str
    size_before: int
    size_after: int | None
    modified_before: int | None
    """Nanoseconds since 1970, on the host's clock; None: not applicable, as it is with a device."""
    modified_after: int | None

    @property
    def unchanged(self) -> bool:
        """Whether both are equal."""
        return (self.size_before, self.modified_before) == (self.size_after, self.modified_after)


@dataclass(frozen=True, slots=True)
class PackRecord:
    """A rule pack as it was used."""

    name: str
    version: str
    licence: str
    sha256: str
    """Of its rule files: names and contents, in order."""
    rules: int
    files: int
    left_out: tuple[str, ...] = ()
    """Rule files that do not compile and were left out on request."""
    signed_by: str | None = None
    """Fingerprint of the key that signed it, where it came as a signed archive."""
    name_rules: int = 0
    """Rules that depend on an entry's name, or may: run on contents that are known, too."""


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule as it was used."""

    pack: str
    namespace: str
    name: str
    file: str
    """In the pack: where an included rule stands, it is not that of the namespace."""
    line: int
    sha256: str
    """Of its text, in UTF-8."""
    text: str
    """From its first word, ``private`` and ``global`` included, to its last brace."""


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A rule that has findings, as it stood in its pack."""

    rule: RuleRecord
    pack_sha256: str
    signed_by: str | None
    """As of its pack."""
    exhibits: tuple[str, ...]
    """On which the passes ran in which it matched."""


ListKind = Literal["wanted", "known", "keywords"]
"""What a list is used for: digests whose hits are findings, digests that are counted, words that are searched for."""


@dataclass(frozen=True, slots=True)
class ListRecord:
    """A list of digests or of keywords as it was used. Digests are compared exactly: there are no false hits."""

    name: str
    """As its comment line says, else its file's name; unlike that of every other list of its kind in this run."""
    version: str
    """Empty where the list states none."""
    kind: ListKind
    count: int
    """Different digests, or keywords."""
    sha256: str
    """Of the file's bytes."""
    without_digest: int = 0
    """Rows of a table whose digest is empty: they can match nothing."""


@dataclass(frozen=True, slots=True)
class PassRecord:
    """One pass over one exhibit."""

    exhibit: str
    kind: str
    """``triage``, or ``scan`` of a later pass that searches for something else."""
    started: str
    """RFC 3339, UTC, on the examining machine's clock."""
    finished: str | None
    """None where it was interrupted."""
    examiner: str | None
    command: tuple[str, ...]
    source_timezone: str | None
    engine: str
    """Rule engine and version; empty where no rules were used."""
    packs: tuple[PackRecord, ...]
    versions: tuple[tuple[str, str], ...]
    """Of the product and every library that parses evidence."""
    sessions: int
    """How often it was started; more than once means that it was resumed."""
    from_cache: int
    """Contents that were read and digested in this pass, but typed and scanned in an earlier one, of another case."""
    read_only: str
    """What was really done to keep the source unchanged."""
    limits: str
    """What one content might cost, in words; where it was resumed with others, those of the first start."""
    scope: Scope
    """What it might look at."""
    coverage: EntryCoverage | None
    """Of a later pass: how much of the exhibit it searched. Of the first pass that is the exhibit's own."""
    lists: tuple[ListRecord, ...] = ()
    skip_known: bool = False
    """Whether rules and keywords were not run on contents that stand in a known list and in no wanted one."""


@dataclass(frozen=True, slots=True)
class ExhibitDocument:
    """One exhibit with all that is said about it as a whole."""

    evidence: Evidence
    volumes: tuple[Volume, ...]
    passes: tuple[PassRecord, ...]
    digest_checks: tuple[DigestCheck, ...]
    source_checks: tuple[SourceCheck, ...]
    coverage: EntryCoverage
    media_coverage: MediaCoverage
    media_types: tuple[tuple[str, int, int], ...]
    """Category, number of contents, bytes."""
    known: Amount = NOTHING
    """Contents whose digest stands in a known list."""
    rules_skipped: Amount = NOTHING
    """Those of them on which no rule and no keyword was run."""
    facts: tuple[LocatedFact, ...] = ()
    """Orientation, in the order in which it was asked."""
    cross_checks: tuple[CrossCheck, ...] = ()
    """One for each volume that was walked; none where no cross-check was asked for."""
    training: tuple[str, ...] = ()
    """What of it says that it was made for an exercise, in words."""


MAX_NAMES = 1024
"""Names of one content that are listed with each of them, and with each finding: the most that NTFS allows."""


@dataclass(frozen=True, slots=True)
class Names:
    """All hard links of a content."""

    paths: tuple[str, ...]
    """Display paths in the order of the walk, at most `MAX_NAMES`."""
    left_out: int = 0
    """How many more there are: ext4 has up to 65,000, and to list them with each of them is their square."""

    def others(self, path: str, most: int) -> tuple[tuple[str, ...], int]:
        """The first names beside this one, and how many more there are."""
        others = tuple(name for name in self.paths if name != path)
        return others[:most], max(0, len(others) - most) + self.left_out


@dataclass(frozen=True, slots=True)
class LocatedFinding:
    """A finding and where it was."""

    id: str
    exhibit: str
    volume: str
    entry: str
    """Entry id."""
    path: str
    stream: str | None
    meta_address: str
    name_state: str
    recovery: str
    size: int | None
    digests: Digests | None
    digest_note: str | None
    names: Names
    context: str
    group: Group | None
    """Of `model.contexts.GROUPS`; None where it is listed first."""
    finding: Finding
    labels: tuple[str, ...] = ()
    """Of the examiner's."""


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How often a rule matched, of all findings of the case."""

    context: str
    rule: str
    severity: FindingSeverity
    count: int


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """All findings of the case that a report lists together, whether or not the document holds them."""

    name: Group | None
    """Of `model.contexts.GROUPS`; None for what is listed first."""
    entries: int
    """In how many entries they lie."""
    counts: tuple[FindingCount, ...]
    """The most severe first, then by rule."""

    @property
    def total(self) -> int:
        """How many findings."""
        return sum(count.count for count in self.counts)

    def by_severity(self) -> dict[FindingSeverity, int]:
        """The most severe first, without those that have none."""
        return {
            severity: total
            for severity in reversed(FINDING_SEVERITIES)
            if (total := sum(count.count for count in self.counts if count.severity == severity))
        }


@dataclass(frozen=True, slots=True)
class Doubles:
    """Findings in ``$MFT`` that stand twice: on NTFS a small file's content lies in its record there.

    A match is one of these where it lies in the record of an entry in whose content the same rule matched the same
    bytes.
    """

    findings: int = 0
    """Findings in ``$MFT``."""
    twice: int = 0
    """Of these, findings of which every match stands twice."""
    matches: int = 0
    """Matches of the findings in ``$MFT``, those that are not listed among them."""
    matches_twice: int = 0


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All problems of one code in one exhibit."""

    exhibit: str
    code: str
    meaning: str
    severity: str
    stage: str
    count: int
    examples: tuple[tuple[str, Problem], ...]
    """The first few with their volume's id, in order."""


@dataclass(frozen=True, slots=True)
class ActivityBin:
    """How many times of the timeline fall on one day."""

    day: str
    """``YYYY-MM-DD``, of the time as it is shown."""
    counts: Mapping[str, int]
    """By the time's meaning."""
    local_unknown: int = 0
    """How many of them are of a clock whose zone is not known, so that the day may be another one."""


@dataclass(frozen=True, slots=True)
class SealRecord:
    """What a report of a sealed case says of its seal, and the log's last line holds."""

    store_sha256: str
    log_lines: int
    """Lines of the log when the reports were written: what follows says that they were, and is the seal."""
    log_sha256: str
    """Of these lines' bytes."""
    log_head: str
    """SHA-256 of the last of them without its newline: what the next line is chained to."""
    key: str | None
    """Fingerprint of the key that signs the manifest; None where it is left to another program."""
    self_made: bool
    """Whether the key was made for the seal, so that it stands for nobody."""
    identity: str
    """Under which the key stands among the allowed signers that lie in the case; as given, not verified."""
    zone: str | None
    """In which reports show times beside UTC."""
    product: str
    """Name and version that wrote the reports."""
    typst: str
    """Version of the library that made those in PDF."""


@dataclass(frozen=True, slots=True)
class CaseDocument:
    """A case, bounded."""

    title: str
    product: str
    """Name and version."""
    exhibits: tuple[ExhibitDocument, ...]
    findings: tuple[LocatedFinding, ...]
    """Those listed first before the groups, in each the most severe first; at most `MAX_FINDINGS`."""
    findings_total: int
    finding_groups: tuple[FindingGroup, ...]
    """What is listed first, then the groups; only those that have findings. Their totals add up to all findings."""
    findings_in: int
    """Entries that have findings."""
    findings_sensitive: int
    """Findings whose matched bytes are masked where nobody asks for them."""
    doubles: Doubles
    problems: tuple[ProblemGroup, ...]
    activity: tuple[ActivityBin, ...]
    """Days that have any, in order; bounded by the years 1970 to 2106, what lies outside is counted beside."""
    activity_outside: int
    entries_total: int
    timeline_total: int
    seal: SealRecord | None = None
    annotations: Annotations = field(default_factory=Annotations)
    """What people added."""
    selection: Selection | None = None
    """Where it holds only what bears a label: findings, entries, timeline and activity are those, the rest is whole."""
    facts: CaseFacts = NO_FACTS
    """What people supplied."""
    rules: tuple[MatchedRule, ...] = ()
    """Those that matched, in the order of packs and names; at most `MAX_RULES`."""
    rules_total: int = 0


MAX_RULES = 2_000
"""Texts of rules that a document holds; the store holds those of all that matched."""

MAX_FINDINGS = 20_000
"""Findings that a document holds; the store and its exports hold all."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with what its examination learned, as reports and exports show it."""

    id: str
    exhibit: str
    entry: Entry
    parent: str | None
    names: Names
    digests: Digests | None
    digest_note: str | None
    all_zero: bool | None
    media_type: str | None
    extension_mismatch: bool | None
    category: str | None
    status: str
    status_reason: str | None
    zone: str | None
    """The zone declared for this exhibit's local clocks."""
    known: tuple[str, ...] = ()
    """Names of the known lists that hold its digest."""
    rules_skipped: bool = False
    """Whether rules and keywords were not run on it because of that."""
    labels: tuple[str, ...] = ()
    """Of the examiner's."""


@dataclass(frozen=True, slots=True)
class TimelinePlace:
    """The entry that a time belongs to, as far as a timeline shows it.

    Rows of one entry that follow each other share one, so what is made of it need not be made again for each of them.
    """

    exhibit: str
    volume: str
    entry: str
    """Entry id."""
    path: str
    stream: str | None
    meta_address: str
    name_state: str
    size: int | None
    labels: tuple[str, ...] = ()
    """Of the examiner's, on the entry."""


class TimelineRow(NamedTuple):
    """One moment of the timeline: a file system time of an entry, or an event of a parser.

    There are eight for a file of NTFS: a tuple is made in a quarter of the time of a dataclass.
    """

    place: TimelinePlace
    timestamp: Timestamp
    """As stored."""
    moment: Moment
    """The same, decoded."""
    meaning: str
    """Short: ``modified``, ``fn-created``, or the event's."""
    description: str
    """What that time is on that file system, in words."""
    message: str
    labels: tuple[str, ...] = ()
    """Of the examiner's, on an event itself."""
