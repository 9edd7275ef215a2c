"""What a run is asked, how it tells of itself, and what it comes to."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from cyberforensics.model.case_document import CaseDocument
from cyberforensics.model.evidence import StoredDigest
from cyberforensics.model.examination import FINDING_SEVERITIES, FindingSeverity
from cyberforensics.model.problem import Severity
from cyberforensics.model.scope import Scope
from cyberforensics.model.shown import ShownZone

_MIB, _GIB = 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What one content may cost. An entry that meets one of them is recorded with a code that says which."""

    seconds: float = 300.0
    """For every answer of a worker."""
    seconds_per_mib: float = 1.0
    """More for each MiB of the content."""
    most_seconds: float = 86_400.0
    """And never more than this, whatever size a damaged or hostile file system claims."""
    memory: int = 3 * _GIB
    """Bytes of memory of its own (RssAnon) that a worker may hold. Three expressions that match a million times each
    were measured at 2.1 GiB."""
    zeros: int = 64 * _GIB
    """Bytes of zeros, in blocks of nothing else, that are read of one content: what follows them is not read. It
    bounds sparse giants, and changes results."""

    def seconds_for(self, size: int) -> float:
        """Seconds for a content of this size."""
        return min(self.most_seconds, self.seconds + self.seconds_per_mib * (size // _MIB))

    def in_words(self) -> str:
        """For the record of a run."""
        return (
            f"{self.seconds:.12g} s for each entry and {self.seconds_per_mib:.12g} s more for each MiB of it, at most"
            f" {self.most_seconds:.12g} s; {self.memory // _MIB:,} MiB of memory; {self.zeros / _GIB:g} GiB of zeros"
        )


@dataclass(frozen=True, slots=True)
class Options:
    """What an examiner may choose. Only what changes results is part of the run key."""

    rule_packs: tuple[Path, ...] | None = None
    """Packs and rule files; None for those that ship, () for none."""
    allowed_signers: Path | None = None
    """A file of keys: only packs that are archives signed by one of them are taken."""
    skip_broken_rules: bool = False
    engine: str = "yara-python"
    """What runs rules and keywords: the name of one of `rules.ENGINES`."""
    wanted: tuple[Path, ...] = ()
    """Lists of digests: each content that has one of them is a finding."""
    known: tuple[Path, ...] = ()
    """Lists of digests of known files: what has one of them is counted, and is no finding."""
    keywords: tuple[Path, ...] = ()
    """Lists of keywords."""
    skip_known: bool = False
    """Run no rules and no keywords on what stands in a known list and in no wanted one."""
    list_index: Path | None = None
    """Folder for the indexes of the lists of digests; None for beside each list. Results are the same."""
    expected: Mapping[str, StoredDigest] = field(default_factory=dict)
    """By exhibit: a digest of the media that somebody stated."""
    verify: str = "once"
    """``once``: the media's digest is computed beside the examination; ``both``: again at the close; ``no``."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """By exhibit: the IANA zone of the clocks behind its local times."""
    show_zone: ShownZone | None = None
    """Zone in which the reports show times beside UTC; no result depends on it."""
    write_blockers: Mapping[str, str] = field(default_factory=dict)
    """By exhibit: the write blocker that the examiner declares; the tool can't see one."""
    accept_writable: bool = False
    """Take block devices that are in use or not read-only at the kernel."""
    examiner: str | None = None
    workers: int | None = None
    """None for one for each core."""
    command: tuple[str, ...] = ()
    """As it was given, for the record."""
    limits: Limits = field(default_factory=Limits)
    spool: Path | None = None
    """Folder in which this run makes its spool folder; None for the case folder."""
    scope: Scope = field(default_factory=Scope)
    """What may be looked at."""
    first: tuple[str, ...] = ()
    """GLOBs of paths, or of folders above, that are examined before everything else."""
    last: tuple[str, ...] = ()
    """And behind everything else."""
    stop_after: float | None = None
    """Seconds after which no further content is begun: the rest is listed as not reached, until the pass goes on."""
    notable: tuple[Path, ...] = ()
    """Files of notable paths, beside those that ship."""
    cross_check: bool = False
    """Read every volume that two readers know with the second one, too, and compare."""
    pdf: bool = False
    """Whether the PDF report is written beside the HTML."""
    cache: Path | None = None
    """Folder of a content cache that outlives the case; None for none. Results are the same with and without it."""

    def resolved(self) -> dict[str, object]:
        """Every choice but the command as it holds for this run, defaults too, for the examination log."""
        chosen: dict[str, object] = {
            each.name: _plain(getattr(self, each.name)) for each in fields(self) if each.name != "command"
        }
        return chosen | {
            "limits": self.limits.in_words(),
            "limit_values": asdict(self.limits),
            "scope": self.scope.in_words(),
            "scope_note": self.scope.note,
        }


def _plain(value: object) -> object:
    """A choice as JSON can hold it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    return f"{value.algorithm}:{value.value}" if isinstance(value, StoredDigest) else str(value)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands."""

    stage: str
    """``indexing`` (of a list of digests, which is done once),
    ``opening``, ``listing``, ``orientation``, ``scope``, ``examining``, ``cross-checking``, ``verifying``,
    ``reporting``."""
    exhibit: str
    listed: int = 0
    """Entries listed so far."""
    done: int = 0
    """Contents examined."""
    total: int = 0
    done_size: int = 0
    """Bytes."""
    total_size: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)
    """By severity, the most severe first."""
    lines: tuple[str, ...] = ()
    """Sentences to be told now: with ``orientation`` what a volume says of its owner and system, with ``scope`` that it
    leaves nothing."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to."""

    document: CaseDocument
    report: Path
    timeline: Path
    pdf: Path | None = None
    """None where it was not asked for."""
    unopened: tuple[str, ...] = ()
    """Sources that could not be opened, in words."""
    already_examined: tuple[str, ...] = ()
    """Exhibits that an earlier run had finished: nothing was done to them."""
    stopped: tuple[str, ...] = ()
    """Exhibits that were not reached, or not to their end, when the time of the run was over."""

    def reaches(self, severity: FindingSeverity) -> bool:
        """Whether the case has a finding of this severity or a higher one, wherever it is listed."""
        enough = FINDING_SEVERITIES[FINDING_SEVERITIES.index(severity) :]
        return any(group.by_severity().keys() & set(enough) for group in self.document.finding_groups)

    @property
    def has_problems(self) -> bool:
        """Whether anything reduced coverage."""
        reduced = any(group.severity != Severity.INFO for group in self.document.problems)
        return reduced or bool(self.unopened or self.stopped)


Observer = Callable[[Progress], None]
