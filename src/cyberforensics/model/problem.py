"""What was skipped, unreadable, timed out or not understood: never a log line, always a result."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Stage(StrEnum):
    """Where on the way from evidence to case it happened."""

    OPEN = "open"
    VOLUMES = "volumes"
    WALK = "walk"
    READ = "read"
    EXAMINE = "examine"
    RULES = "rules"
    PARSE = "parse"
    WORKER = "worker"
    VERIFY = "verify"


class Severity(StrEnum):
    """What a problem takes away."""

    INFO = "info"
    """Nothing: a fact that a reader should know (an empty slot, a gap)."""
    WARNING = "warning"
    """Coverage: something was not looked at, or not as a whole."""
    ERROR = "error"
    """Coverage, and of a kind that should not happen with sound evidence or a sound tool."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that did not go as it should."""

    stage: Stage
    code: str
    """Stable, from `PROBLEM_CODES`."""
    message: str
    """Our own words, in a sentence. Never a library's text, a path of the host or a traceback."""
    severity: Severity = Severity.WARNING
    path: str | None = None
    """Display path of the entry, where there is one."""
    offset: int | None = None
    """Bytes from the start of the stream, the volume or the media, as the message says."""


PROBLEM_CODES: Mapping[str, str] = MappingProxyType(
    {
        # evidence
        "evidence.unreadable": "The source could not be read; everything in it is unexamined.",
        "evidence.not-found": "The source does not exist.",
        "evidence.segment-missing": "A segment of a segmented image is missing.",
        "evidence.parent-missing": "A differencing image needs its parent, which was not given.",
        "evidence.changed": "The source's size or modification time changed during the run.",
        "evidence.digest-mismatch": "The media's digest is not the one stored or expected.",
        "evidence.truncated": "The media ends before its own structures say it should.",
        "evidence.unsupported-container": "The container format is known and can't be opened.",
        "evidence.device-in-use": "The device is mounted, swap, or held by something else on the examining machine.",
        "evidence.device-writable": "The device was not read-only at the kernel, or was in use.",
        "evidence.device-gone": "The device disappeared, or answered no more, while it was read.",
        "evidence.examined-as-file": "Nothing says that the source is an image: it was examined as one file.",
        "evidence.structure-damaged": "A structure of the image contradicts its checksum or its neighbours.",
        "evidence.chunk-checksum": "A chunk of the image does not match its checksum; it was read as it is stored.",
        "evidence.chunk-unreadable": "A chunk can't be inflated, or is not where its table says; it was read as zeros.",
        "evidence.chunk-missing": "The image ends before, or has lost, a range of the media; it was read as zeros.",
        "evidence.acquisition-read-error": "The image records that these sectors could not be read when it was made.",
        "evidence.not-opened-in-time": "No worker opened the source in time: all of it is unexamined (not repeatable).",
        "evidence.not-begun": "The time of the run was over before the exhibit was opened: all of it is unexamined.",
        # volumes
        "volume.no-file-system": "No file system was recognised there.",
        "volume.empty-slot": "A slot of the partition table is empty.",
        "volume.gap": "A range of the media belongs to no volume.",
        "volume.metadata": "A range of the media holds the partition table or a file system's frame.",
        "volume.table-damaged": "A partition table is damaged, or could not be read to its end.",
        "volume.remnant": "Marks of an older file system lie beside a partition table; it was not examined.",
        "volume.encrypted": "The volume is encrypted and no key was given.",
        "volume.unreadable": "The file system was recognised and could not be opened.",
        "volume.past-end": "The volume ends past the end of the media.",
        "volume.deleted-not-examined": "This reader lists allocated entries only: deleted ones were not looked for.",
        "volume.snapshots-not-opened": "The volume holds snapshots, which were not opened.",
        "volume.unsupported": "The volume's type is known and can't be read.",
        "volume.collection": "The source is a ZIP archive: a collection of files, without the rest of their disk.",
        # walk
        "walk.directory-unreadable": "A directory could not be read; what it holds is unknown.",
        "walk.entry-unreadable": "An entry's record could not be read.",
        "walk.directory-cycle": "A directory contains itself, or was met before; it was not entered again.",
        "walk.too-deep": "A path is nested deeper than the walk goes.",
        "walk.unlisted": "The Sleuth Kit leaves an entry out; it is listed from our own reading of the directory.",
        "walk.name-corrected": "The Sleuth Kit cuts a name or replaces a part; it is listed as the medium has it.",
        "walk.not-compared": "The names could not be read a second time: some may be left out or cut.",
        "walk.not-an-orphan": "The Sleuth Kit shows an entry of a disc's other tree as an orphan; it is in use.",
        "walk.times-undecoded": "The raw records could not be decoded: the volume's entries have no times.",
        "walk.allocation-unknown": "Which blocks are in use is unknown: deleted content could not be compared with it.",
        "walk.first-cluster-uncertain": "Deleted FAT32 entries may name another file's first cluster.",
        "walk.rock-ridge-names": "Names are those of Rock Ridge; The Sleuth Kit shows the disc's own identifiers.",
        "walk.member-name": "Names of a ZIP archive's members lead out of it, or are not spelled as the format says.",
        "walk.member-twice": "Several members of a ZIP archive have the same name.",
        "walk.outside-members": "Bytes of a ZIP archive belong to none of its members; they were not examined.",
        "walk.orphans-cut": "More orphan entries than the bound; the rest was not listed.",
        "walk.entries-cut": "The volume's walk was ended before its end; the rest was not listed.",
        "walk.died": "No process survived the walk, or ended it in time; what was not listed by then is unknown.",
        "walk.host-special": "A device, socket or FIFO of the host was listed and not opened.",
        "walk.other-mount": "Another file system is mounted there; it was not entered.",
        "walk.case-folder": "The case folder itself lies in the source; it was not entered.",
        "scope.leaves-nothing": "The scope leaves nothing of the exhibit to examine.",
        # reading
        "content.unreadable": "The content could not be read.",
        "content.short": "Fewer bytes could be read than the entry's size says.",
        "content.too-large": "The content claims more zeros or bytes than are read of one; its start was examined.",
        "content.windowed": "There was no room to spool the content; rules saw it in windows only (not repeatable).",
        "content.answer-cut": "More was learned of the content than one answer may hold; the rest was left out.",
        "content.changed": "The content is not what it was when it was listed, or examined before.",
        "content.damaged": "The container says that some of these bytes are not what was acquired.",
        "content.bad-cluster-map": "The map of bad clusters claims the whole volume; it has no content.",
        "content.record-reused": "The deleted name's record was used again: nothing of its content is known.",
        "content.no-runs": "The deleted entry's record no longer says where its content was.",
        "content.not-local": "The content lies outside the image (deduplicated, or with a cloud provider).",
        "content.efs-encrypted": "The content is encrypted by the file system; no key was given.",
        "content.encrypted": "The content is encrypted by its archive; no key was given.",
        "content.method-unsupported": "The content is compressed by a method that is not read.",
        "content.ratio-too-high": "The content claims more bytes than are made of so few stored ones: it was not read.",
        "content.overlapping": "The member's content lies over another member's, or past the end: it was not read.",
        "content.compressed-unreadable": "The content is compressed by the system and could not be inflated.",
        "content.removed-by-host": "The spool file vanished, likely the work of a virus scanner (not repeatable).",
        # examining
        "rules.timeout": "A rule set ran out of time on this content; it was examined in part (not repeatable).",
        "rules.too-many-matches": "A string of a rule matched too often; its further matches are not listed.",
        "rules.error": "The rule engine failed on this content; it was examined in part.",
        "rules.skipped": "A rule file does not compile and was left out on request.",
        "media-type.error": "The media type could not be determined.",
        "parser.malformed": "An artifact contradicts its format.",
        "parser.crashed": "A parser stopped on this entry: a bug of ours.",
        # orientation
        "orientation.skipped": "A file that orientation asks for could not be read, or is too large for it.",
        "orientation.hive-dirty": "A registry hive is dirty, and its transaction logs could not be applied.",
        # workers
        "worker.died": "The worker process died on this entry (not repeatable).",
        "worker.timed-out": "The worker process ran out of time on this entry (not repeatable).",
        "worker.memory": "The worker process ran out of the memory it may hold on this entry (not repeatable).",
        "worker.bad-reply": "The worker process answered with something that is no answer (not repeatable).",
        # the cross-check
        "cross-check.difference": "Two readers of the same volume differ, and no documented defect explains it.",
        "cross-check.not-compared": "A volume was not cross-checked: only one reader can read it.",
        "cross-check.incomplete": "A cross-check did not come to its end: the rest was not compared.",
        # the record
        "coverage.media-not-reconciled": "The bytes of a volume do not add up.",
    }
)
"""Every code, with what it means; docs/problems.md is held against it by a test."""
