"""Case documents for the tests: a small believable one, an empty one, and one as large as the report goes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cyberforensics.model.case_document import (
    ActivityBin,
    CaseDocument,
    DigestCheck,
    Doubles,
    EntryRow,
    ExhibitDocument,
    FindingCount,
    FindingGroup,
    LocatedFinding,
    Names,
    PackRecord,
    PassRecord,
    ProblemGroup,
    SourceCheck,
    TimelinePlace,
    TimelineRow,
)
from cyberforensics.model.contexts import GROUPS
from cyberforensics.model.coverage import Amount, EntryCoverage, MediaCoverage, MediaPart
from cyberforensics.model.entry import Entry, EntryTime, EntryTimes, Kind, NameState, Recovery, Status, TimeMeaning
from cyberforensics.model.evidence import Container, Evidence, Segment, StoredDigest
from cyberforensics.model.examination import Digests, Finding, FindingSeverity, StringMatch
from cyberforensics.model.problem import PROBLEM_CODES, Problem, Severity, Stage
from cyberforensics.model.scope import Scope
from cyberforensics.model.times import Timestamp, decode
from cyberforensics.model.volume import Volume, VolumeStatus

DIGESTS = Digests("d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "e3b0c442" * 8)
FAT_MARCH_1 = (((2024 - 1980) << 25 | 3 << 21 | 1 << 16 | 10 << 11 | 11 << 5 | 6) << 8) | 100
"""2024-03-01 10:11:13.00, as FAT's creation time holds it."""

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>&lt;b&gt;&#x3c;img src=x onerror=alert(1)>",
    "safe\u202etxt.exe\u2066\u2028\u2029",
    "nul\0bell\x07esc\x1b[31m",
    "\"'`${alert(1)}{{data}}{{script}}\\",
    "\ud800 lone \udcff",
    "https://suspect.example/beacon",
)


def filetime(moment: datetime) -> Timestamp:
    """The moment as NTFS stores it."""
    return Timestamp(int((moment - datetime(1601, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 10, "filetime")


def entry(
    path: str = "/Users/anna/Desktop/READ_ME.txt",
    *,
    volume: str = "E1/p1",
    stream: str | None = None,
    kind: Kind = Kind.FILE,
    state: NameState = NameState.ALLOCATED,
    recovery: Recovery = Recovery.NOT_APPLICABLE,
    size: int | None = 1834,
    times: tuple[EntryTime, ...] | None = None,
    address: str = "64-128-1",
    mode: int | None = 0o777,
) -> Entry:
    """An entry that needs only what the test is about."""
    if times is None:
        moment = datetime(2024, 3, 1, 10, 11, 12, 345678, tzinfo=UTC)
        names: tuple[TimeMeaning, ...] = ("modified", "accessed", "changed", "created", "fn-created")
        times = tuple(EntryTime(name, filetime(moment + timedelta(days=place))) for place, name in enumerate(names))
    return Entry(
        volume=volume,
        id=f"id-{address}-{stream}",
        parent="id-root",
        number=64,
        path=path,
        path_raw=path.encode("utf-8", "surrogatepass"),
        stream=stream,
        kind=kind,
        meta_address=address,
        allocated=state is NameState.ALLOCATED,
        name_state=state,
        recovery=recovery,
        size=size,
        times=EntryTimes.of(times),
        mode=mode,
        locator='{"type":"tsk"}' if kind is Kind.FILE else None,
        content=64 if kind is Kind.FILE else None,
    )


def row(number: int = 1, made: Entry | None = None, **changes: object) -> EntryRow:
    """An entry with its examination."""
    made = made or entry()
    plain = EntryRow(
        id=f"e{number:06d}",
        exhibit=made.volume.partition("/")[0],
        entry=made,
        parent="e000000",
        names=Names((made.path,)),
        digests=DIGESTS if made.kind is Kind.FILE else None,
        digest_note=None,
        all_zero=None,
        media_type="text/plain" if made.kind is Kind.FILE else None,
        extension_mismatch=False if made.kind is Kind.FILE else None,
        category="text" if made.kind is Kind.FILE else None,
        status=Status.WHOLE.value if made.kind is Kind.FILE else Status.NO_CONTENT.value,
        status_reason=None,
        zone=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def moments(made: EntryRow) -> Iterator[TimelineRow]:
    """The timeline rows of an entry's own times."""
    place = TimelinePlace(
        exhibit=made.exhibit,
        volume=made.entry.volume,
        entry=made.id,
        path=made.entry.path,
        stream=made.entry.stream,
        meta_address=made.entry.meta_address,
        name_state=made.entry.name_state.value,
        size=made.entry.size,
    )
    for time in made.entry.times:
        yield TimelineRow(
            place=place,
            timestamp=time.timestamp,
            moment=decode(time.timestamp, made.zone),
            meaning=time.meaning,
            description=f"{time.meaning} time of the file system",
            message=f"{time.meaning}: {made.entry.path}",
        )


def finding(
    number: int = 1,
    rule: str = "Ransom_Note_Text",
    severity: FindingSeverity = "critical",
    path: str = "/Users/anna/Desktop/READ_ME.txt",
    *,
    entry_id: str | None = None,
    context: str = "user-file",
    sensitive: bool = False,
    data: bytes = b"All of your files have been encrypted",
    strings: int = 2,
) -> LocatedFinding:
    """A finding and its place."""
    return LocatedFinding(
        id=f"f{number:06d}",
        exhibit="E1",
        volume="E1/p1",
        entry=entry_id or f"e{number:06d}",
        path=path,
        stream=None,
        meta_address="64-128-1",
        name_state="allocated",
        recovery="not-applicable",
        size=1834,
        digests=DIGESTS,
        digest_note=None,
        names=Names(()),
        context=context,
        group=next((group for group in GROUPS if group == context), None),
        finding=Finding(
            source="yara",
            pack="core",
            namespace="core.ransom",
            rule=rule,
            severity=severity,
            tags=("ransom",),
            meta=(("description", "Wording that ransom notes share"), ("reference", "https://example.org/notes")),
            strings=tuple(StringMatch(f"$s{place}", 42 + 100 * place, len(data), data) for place in range(strings)),
            sensitive=sensitive,
        ),
    )


PACK = PackRecord("core", "2026.1", "Apache-2.0", "ab" * 32, 48, 12)
RUN = PassRecord(
    exhibit="E1",
    kind="triage",
    started="2026-03-02T09:14:02Z",
    finished="2026-03-02T09:15:40Z",
    examiner="R. Okafor",
    command=("cyberforensics", "triage", "workstation.E01", "--case", "case 17"),
    source_timezone=None,
    engine="yara-python 4.5.4",
    packs=(PACK,),
    versions=(("cyberforensics", "0.1.0"), ("dfvfs", "20260924"), ("pytsk3", "20260715"), ("isal", "1.9.1")),
    sessions=1,
    from_cache=0,
    read_only="opened without write access; workers restricted by Landlock",
    limits="300 s for each entry",
    scope=Scope(),
    coverage=None,
)


def exhibit(name: str = "E1") -> ExhibitDocument:
    """A workstation's disk with an NTFS volume, and some of it out of reach."""
    gib = 1 << 30
    volumes = (
        Volume(name, "table", 0, 1 << 20, "GPT", VolumeStatus.METADATA),
        Volume(name, "p1", 1 << 20, 40 * gib, "Basic data", VolumeStatus.OPENED, "ntfs", "tsk", "SYSTEM", 2),
        Volume(
            name, "p2", 41 * gib, 8 * gib, "Basic data", VolumeStatus.ENCRYPTED, note="BitLocker; no key was given."
        ),
        Volume(name, "gap1", 49 * gib, 15 * gib - (1 << 20), "", VolumeStatus.GAP),
    )
    size = 64 * gib
    parts = (
        MediaPart("media", "partition-table", 1 << 20, True),
        MediaPart(f"{name}/p1", "file-content", 28 * gib, True),
        MediaPart(f"{name}/p1", "metadata", 2 * gib, True),
        MediaPart(f"{name}/p1", "unallocated", 9 * gib, False, "not-examined"),
        MediaPart(f"{name}/p1", "slack", gib, False, "not-examined"),
        MediaPart(f"{name}/p2", "encrypted", 8 * gib, False, "volume.encrypted"),
        MediaPart("media", "gap", 16 * gib - (1 << 20), False, "volume.gap"),
    )
    partial, skipped = {"rules.timeout": Amount(3, 90 << 20)}, {"content.bad-cluster-map": Amount(1, 40 * gib)}
    unreadable = {"content.short": Amount(2, 9000), "content.record-reused": Amount(17, 0)}
    whole = Amount(48_211, 27 * gib)
    seen = whole + partial["rules.timeout"] + skipped["content.bad-cluster-map"]
    seen = seen + unreadable["content.short"] + unreadable["content.record-reused"]
    return ExhibitDocument(
        evidence=Evidence(
            name,
            Container.EWF,
            (Segment("workstation.E01", 11 * gib), Segment("workstation.E02", 3 * gib + 77)),
            size,
            512,
            (StoredDigest("md5", "38ea5af8a80e16e46c095c9110242fc0", "container"),),
            "ewf:6f0c2a4e-0d51-43c5-9b0e-7a6a9a8a1c55",
            (("Case number", "2026-0417"), ("Examiner", "M. Ferreira"), ("Acquired", "2026-02-27 15:40:11")),
        ),
        volumes=volumes,
        passes=(replace(RUN, exhibit=name),),
        digest_checks=(
            DigestCheck(
                "media", "md5", "38ea5af8a80e16e46c095c9110242fc0", "container", "38ea5af8" * 4, "open", "MATCH"
            ),
            DigestCheck("media", "sha256", None, None, "e3b0c442" * 8, "open", "NOT AVAILABLE"),
            DigestCheck(
                "media", "sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "container", None, "open", "NOT COMPUTED"
            ),
        ),
        source_checks=(
            SourceCheck("workstation.E01", 11 * gib, 11 * gib, 1_772_206_811_000_000_000, 1_772_206_811_000_000_000),
            SourceCheck(
                "workstation.E02", 3 * gib + 77, 3 * gib + 77, 1_772_206_999_500_000_000, 1_772_206_999_500_000_000
            ),
        ),
        coverage=EntryCoverage(seen, whole, partial, skipped, unreadable, 6_120, 54_871),
        media_coverage=MediaCoverage(name, size, parts),
        media_types=(("document", 2_204, 3 * gib), ("image", 9_113, 6 * gib), ("executable", 4_800, 5 * gib)),
    )


def finding_groups(findings: tuple[LocatedFinding, ...]) -> tuple[FindingGroup, ...]:
    """Counted one by one."""
    groups = []
    for name in (None, *GROUPS):
        inside = [found for found in findings if found.group == name]
        counts: dict[tuple[str, str, FindingSeverity], int] = {}
        for found in inside:
            key = (found.context, found.finding.rule, found.finding.severity)
            counts[key] = counts.get(key, 0) + 1
        if inside:
            made = tuple(FindingCount(*key, count) for key, count in counts.items())
            groups.append(FindingGroup(name, len({found.entry for found in inside}), made))
    return tuple(groups)


def demo(*, findings: tuple[LocatedFinding, ...] | None = None) -> CaseDocument:
    """A small case with one of everything."""
    if findings is None:
        findings = (
            finding(1),
            finding(
                2, "PHP_WebShell_Eval", "high", "/inetpub/wwwroot/uploads/x.php", data=b"<?php @eval($_POST['k']);"
            ),
            finding(3, "Card_Track_Data", "medium", "/Users/anna/AppData/Local/Temp/t.log", sensitive=True),
            finding(4, "Onion_Address", "low", "/Users/anna/NTUSER.DAT", context="system", strings=12),
            finding(5, "EICAR_Test_File", "info", "/Users/anna/Downloads/eicar.com", context="cache", strings=0),
        )
    problems = tuple(
        ProblemGroup(
            "E1",
            code,
            PROBLEM_CODES[code],
            severity.value,
            stage.value,
            count,
            tuple(
                ("E1/p1", Problem(stage, code, "The volume was left as it is.", severity, path, 4096))
                for path in ("/Users/anna/a.bin", None)[:count]
            ),
        )
        for code, severity, stage, count in (
            ("volume.encrypted", Severity.WARNING, Stage.VOLUMES, 1),
            ("walk.entry-unreadable", Severity.ERROR, Stage.WALK, 4),
            ("content.short", Severity.WARNING, Stage.READ, 2),
            ("volume.gap", Severity.INFO, Stage.VOLUMES, 1),
        )
    )
    days = tuple(
        ActivityBin(
            (datetime(2021, 5, 3, tzinfo=UTC) + timedelta(days=day)).strftime("%Y-%m-%d"),
            {
                "modified": 5 + (day * 7919) % 61,
                "accessed": (day * 104729) % 23,
                "created": (day * 31) % 17,
                "fn-created": (day * 31) % 17,
            },
        )
        for day in range(0, 1034, 3)
    )
    return CaseDocument(
        title="2026-0417 Workstation and stick",
        product="cyberforensics 0.1.0",
        exhibits=(exhibit(),),
        findings=findings,
        findings_total=len(findings),
        finding_groups=finding_groups(findings),
        findings_in=len({found.entry for found in findings}),
        findings_sensitive=sum(found.finding.sensitive for found in findings),
        doubles=Doubles(),
        problems=problems,
        activity=days,
        activity_outside=12,
        entries_total=54_871,
        timeline_total=270_000,
    )


def empty() -> CaseDocument:
    """A case without an exhibit."""
    return CaseDocument("Empty", "cyberforensics 0.1.0", (), (), 0, (), 0, 0, Doubles(), (), (), 0, 0, 0)


def demo_rows() -> list[EntryRow]:
    """A few entries of every state, hostile names among them."""
    fat_times = (EntryTime("modified", Timestamp(FAT_MARCH_1, "fat")), EntryTime("accessed", Timestamp(0, "fat-date")))
    return [
        row(1),
        row(2, entry("/Users/anna", kind=Kind.DIRECTORY, size=None, address="63-144-1")),
        row(3, entry("/Users/anna/Downloads/setup.exe", stream="Zone.Identifier", size=26, address="70-128-4")),
        row(
            4,
            entry(
                "/Users/anna/Documents/plan.docx",
                state=NameState.DELETED,
                recovery=Recovery.RUNS_PARTLY_REALLOCATED,
                address="71-128-1",
            ),
            digest_note="of-bytes-read",
            all_zero=False,
        ),
        row(
            5,
            entry(
                "/Users/anna/old.txt",
                state=NameState.REALLOCATED,
                recovery=Recovery.RECORD_REUSED,
                size=None,
                times=(),
                mode=None,
                address="72",
            ),
            digests=None,
            media_type=None,
            extension_mismatch=None,
            category=None,
            status="unreadable",
            status_reason="content.record-reused",
        ),
        row(6, entry("/STICK/HOLIDAY.JPG", volume="E1/p2", times=fat_times, address="12")),
        *(row(10 + place, entry("/hostile/" + name, address="80-128-1")) for place, name in enumerate(HOSTILE)),
    ]


def many_rows(count: int) -> Iterator[EntryRow]:
    """Entries of a busy system, made one by one."""
    start = datetime(2021, 5, 3, tzinfo=UTC)
    meanings: tuple[TimeMeaning, ...] = ("modified", "accessed", "changed", "created")
    folders = (
        "Windows/System32",
        "Users/anna/Documents",
        "Program Files/Common Files/System",
        "Users/anna/AppData/Local",
    )
    for number in range(count):
        at = start + timedelta(minutes=119 * number % 1_488_960)
        extension = ("dll", "txt", "docx", "png")[number % 4]
        name = f"/{folders[number % 4]}/folder-{number % 613}/component_{number:06d}.{extension}"
        times = tuple(
            EntryTime(meaning, filetime(at + timedelta(hours=place))) for place, meaning in enumerate(meanings)
        )
        sha256 = f"{number * 2654435761 % (1 << 64):016x}" * 4
        yield row(
            number,
            entry(name, times=times, size=number * 37 % 9_000_000, address=f"{number}-128-1"),
            digests=Digests(sha256[:32], sha256[:40], sha256),
            category=("executable", "text", "document", "image")[number % 4],
        )


def large(entries: int, findings: int) -> CaseDocument:
    """As many findings as asked for, over many rules and severities."""
    severities: tuple[FindingSeverity, ...] = ("critical", "high", "medium", "low", "info")
    made = tuple(
        finding(
            number,
            f"Rule_{number * 60 // max(1, findings):03d}",
            severities[number * 5 // max(1, findings)],
            f"/Users/anna/file-{number}.bin",
            entry_id=f"e{number:06d}",
            strings=6,
        )
        for number in range(findings)
    )
    return replace(demo(findings=made), entries_total=entries * 3, timeline_total=entries * 12)
