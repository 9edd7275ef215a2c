"""The main job: evidence in, every entry examined once or listed with the reason why not, a case out."""

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cyberforensics import case, disk, pipeline, report, rules
from cyberforensics.errors import CannotWrite, Error, EvidenceError
from cyberforensics.model.case_document import CaseDocument
from cyberforensics.model.entry import Entry
from cyberforensics.model.evidence import Evidence, StoredDigest
from cyberforensics.model.examination import FINDING_SEVERITIES
from cyberforensics.model.media_types import category
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.versions import result_versions, versions
from cyberforensics.model.volume import Volume, VolumeStatus

READ_ONLY = "opened read-only (O_RDONLY) by the operating system; no write blocker is known to the tool"

_AHEAD = 3  # batches that wait for each worker


@dataclass(frozen=True, slots=True)
class Options:
    """What an examiner may choose. Only what changes results is part of the run key."""

    rule_packs: tuple[Path, ...] | None = None
    """Packs and rule files; None for those that ship, () for none."""
    skip_broken_rules: bool = False
    expected: Mapping[str, StoredDigest] = field(default_factory=dict)
    """By exhibit: a digest of the media that somebody stated."""
    verify: str = "once"
    """``once``: the media's digest is computed beside the examination; ``both``: again at the close; ``no``."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """By exhibit: the IANA zone of the clocks behind its local times."""
    examiner: str | None = None
    workers: int | None = None
    """None for one for each core."""
    command: tuple[str, ...] = ()
    """As it was given, for the record."""
    limits: pipeline.Limits = field(default_factory=pipeline.Limits)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands."""

    stage: str
    """``opening``, ``listing``, ``examining``, ``verifying``, ``reporting``."""
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


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to."""

    document: CaseDocument
    report: Path
    timeline: Path
    unopened: tuple[str, ...]
    """Sources that could not be opened, in words."""

    @property
    def has_problems(self) -> bool:
        """Whether anything reduced coverage."""
        return bool(self.unopened) or any(group.severity != Severity.INFO for group in self.document.problems)


Observer = Callable[[Progress], None]


def triage(
    sources: Mapping[str, Path] | Sequence[Path],
    case_folder: Path,
    options: Options | None = None,
    observer: Observer = lambda _: None,
) -> Summary:
    """Examine every entry of the sources, record what was learned, and write the reports.

    Args:
        sources: exhibit ids and their sources; or sources alone, whose file names are then their ids.
        case_folder: a new folder, or that of a case: an exhibit that was begun goes on, another one is added.
        observer: is told of progress, in the calling thread.

    Raises:
        EvidenceError: none of the sources could be opened.
        RulePackError: a rule pack is broken.
        CaseRefused: the case is locked, or an exhibit's id stands for other media or other settings.
        CannotWrite: the case could not be written.
    """
    options = options or Options()
    named = sources if isinstance(sources, Mapping) else {source.absolute().name: source for source in sources}
    rule_set = rules.load(_packs(options), skip_broken=options.skip_broken_rules)
    with case.open_or_create(case_folder) as store, pipeline.spool_folder(case_folder) as spool:
        case.log_action(case_folder, "triage started", {"command": options.command, "exhibits": sorted(named)})
        try:
            run = _Run(store, case_folder, options, rule_set, _save(rule_set, spool), spool, observer)
            unopened = _exhibits(run, named)
            observer(Progress("reporting", ""))
            summary = write_reports(store, unopened)
        except BaseException as stop:
            with contextlib.suppress(CannotWrite):
                case.log_action(case_folder, "triage stopped", {"by": type(stop).__name__})
            raise
        case.log_action(case_folder, "triage finished", {"findings": summary.document.findings_total})
    return summary


def _exhibits(run: "_Run", named: Mapping[str, Path]) -> tuple[str, ...]:
    """Go through the exhibits; what could not be opened, in words.

    Raises:
        EvidenceError: none could be opened.
    """
    unopened: list[str] = []
    for exhibit, path in named.items():
        try:
            run.exhibit(exhibit, path)
        except EvidenceError as error:
            unopened.append(str(error))
            run.unopened(exhibit, path, error)
            if len(unopened) == len(named):
                raise
    return tuple(unopened)


def _save(rule_set: rules.RuleSet, spool: Path) -> rules.CompiledRules:
    try:
        return rule_set.save(spool)
    except OSError as error:
        raise CannotWrite(f"{spool}: the compiled rules can't be written ({error.strerror})") from error


def write_reports(store: case.Store, unopened: tuple[str, ...] = ()) -> Summary:
    """Write the reports of a case from its store alone.

    Raises:
        Error: the coverage equation does not reconcile, which is a bug of ours.
        CannotWrite: they can't be written.
    """
    document = case.case_document(store)
    for exhibit in document.exhibits:
        if not exhibit.coverage.reconciles:
            raise Error(
                f"exhibit {exhibit.evidence.exhibit}: the coverage equation does not reconcile; "
                f"seen {exhibit.coverage.seen}, accounted for {exhibit.coverage.accounted}",
                hint="this is a bug: please report it with the files case.sqlite and run.log",
            )
    folder = store.folder / case.REPORTS
    html, csv = folder / "report.html", folder / "timeline.csv"
    with report.replacing(html) as out:
        report.write_html(
            document,
            case.entries(store, order="weight"),
            case.latest(store, report.MAX_TIMELINE),
            out,
            entries_shown="those with findings first, then by priority",
            timeline_shown="the latest",
        )
    with report.replacing(csv) as out:
        for line in report.csv_lines(case.timeline(store)):
            out.write(line.encode() + b"\r\n")
    return Summary(document, html, csv, unopened)


def _packs(options: Options) -> tuple[Path, ...]:
    return rules.shipped_packs() if options.rule_packs is None else options.rule_packs


@dataclass(slots=True)
class _Run:
    """What one run holds open."""

    store: case.Store
    folder: Path
    options: Options
    rule_set: rules.RuleSet
    compiled: rules.CompiledRules
    spool: Path
    observer: Observer

    def exhibit(self, exhibit: str, path: Path) -> None:
        """Open, list and examine one exhibit; go on where an earlier run stopped."""
        self.observer(Progress("opening", exhibit))
        source = disk.identify(exhibit, path)
        before = pipeline.look(source)
        supervisor = pipeline.Supervisor(self.options.limits, self.folder / "run.log")
        try:
            evidence, found = pipeline.open_source(supervisor, source, self.folder)
            state = case.begin_pass(self.store, evidence, self._setup(exhibit, path))
            case.log_action(self.folder, "exhibit opened", {"exhibit": exhibit, "identity": evidence.identity})
            if state.state == "finished":
                return
            if state.state == "planning":
                self._plan(supervisor, source, state, found)
        finally:
            supervisor.stop()
        verdicts = self._examine(source, evidence, state)
        digests = [check for verdict in verdicts for check in verdict.checks]
        checks = pipeline.compare(before, pipeline.look(source))
        met = dict.fromkeys(problem for verdict in verdicts for problem in verdict.problems)
        problems = [*met, *pipeline.problems_of(digests, checks)]
        case.finish_pass(self.store, state, exhibit, digests=digests, sources=checks, problems=problems)
        case.log_action(self.folder, "exhibit examined", {"exhibit": exhibit})

    def unopened(self, exhibit: str, path: Path, error: EvidenceError) -> None:
        """Record that a source could not be opened."""
        evidence = Evidence(exhibit, disk.container_of(path), (), None, None)
        problem = Problem(Stage.OPEN, error.code, f"exhibit {exhibit} could not be opened", Severity.ERROR)
        case.record_unopened(self.store, evidence, self._setup(exhibit, path), problem)
        case.log_action(self.folder, "exhibit not opened", {"exhibit": exhibit, "code": error.code})

    def _setup(self, exhibit: str, path: Path) -> case.PassSetup:
        zone, stated = self.options.zones.get(exhibit), self.options.expected.get(exhibit)
        packs = self.rule_set.packs
        run_key = {
            "rule packs": [f"{pack.name} {pack.sha256}" for pack in packs],
            "rule files left out": [name for pack in packs for name in pack.left_out],
            "rule engine": rules.engine_version() if packs else "",
            "source time zone": zone,
            "stated digest": f"{stated.algorithm}:{stated.value}" if stated is not None else None,
            "media digest computed": self.options.verify,
            "versions": [f"{name} {version}" for name, version in result_versions()],
        }
        return case.PassSetup(
            kind="triage",
            run_key=run_key,
            zone=zone,
            packs=packs,
            engine=rules.engine_version() if packs else "",
            versions=versions(),
            read_only=READ_ONLY,
            examiner=self.options.examiner,
            command=self.options.command,
            source=path,
        )

    def _plan(
        self,
        supervisor: pipeline.Supervisor,
        source: disk.Source,
        state: case.PassState,
        found: Sequence[Volume | Problem],
    ) -> None:
        """Record every volume and list every entry, then cut the batches."""
        case.restart_plan(self.store, source.exhibit)
        problems = [item for item in found if isinstance(item, Problem)]
        case.record_problems(self.store, state, source.exhibit, None, (*problems, *self.rule_set.problems))
        listed = 0
        for volume in (item for item in found if isinstance(item, Volume)):
            number = case.add_volume(self.store, volume)
            if volume.status is not VolumeStatus.OPENED:
                continue
            plan = case.Plan(self.store, state.number, number, pipeline.priority)

            def take(items: Iterable[Entry | Problem], plan: case.Plan = plan, volume: Volume = volume) -> None:
                nonlocal listed
                listed += plan.add(volume, items)
                self.observer(Progress("listing", source.exhibit, listed))

            plan.finish(pipeline.list_volume(supervisor, source, volume, self.folder, take))
        case.cut_batches(self.store, state.number, source.exhibit)

    def _examine(
        self, source: disk.Source, evidence: Evidence, state: case.PassState
    ) -> tuple[pipeline.SourceVerdict, ...]:
        """Examine the remaining batches, and compute the source's digests beside them."""
        expected = tuple(filter(None, (self.options.expected.get(source.exhibit),)))
        algorithms = tuple(stated.algorithm for stated in (*evidence.stored_digests, *expected))
        workers = self.options.workers or os.cpu_count() or 1
        compiled = self.compiled if self.rule_set.packs else None
        examine_options = pipeline.ExamineOptions(self.spool)
        tally = _Tally(source.exhibit, *case.progress_of(self.store, state.number))
        waiting: dict[int, case.Batch] = {}
        digests: pipeline.PendingDigests | None = None
        job = pipeline.DigestJob(source, algorithms)
        with pipeline.Pool(workers, self.options.limits, self.folder / "run.log") as pool:
            for batch in case.remaining_batches(self.store, state.number):
                if digests is None and self.options.verify != "no" and batch.priority != pipeline.FIRST:
                    digests = pool.digest(job)
                waiting[batch.number] = batch
                pool.submit(
                    batch.number,
                    pipeline.ExamineJob(source, batch.volume, batch.contents, compiled, examine_options),
                )
                while pool.running >= workers * _AHEAD:
                    self._record(pool, waiting, state, tally)
            while pool.running:
                self._record(pool, waiting, state, tally)
            self.observer(tally.progress("verifying"))
            if self.options.verify == "no":
                return (pipeline.verdict(evidence, expected, None, "open"),)
            digests = digests or pool.digest(job)
            verdicts = [pipeline.verdict(evidence, expected, digests.result(), "open")]
            if self.options.verify == "both":
                verdicts.append(pipeline.verdict(evidence, expected, pool.digest(job).result(), "close"))
        return tuple(verdicts)

    def _record(
        self, pool: pipeline.Pool, waiting: dict[int, case.Batch], state: case.PassState, tally: "_Tally"
    ) -> None:
        for number, results in pool.finished(timeout=0.5):
            batch = waiting.pop(number)
            case.record_batch(self.store, state.number, batch, results, category=category, context=pipeline.context)
            for content, examination in results:
                tally.add(content.size, [finding.severity for finding in examination.findings])
        self.observer(tally.progress("examining"))


@dataclass(slots=True)
class _Tally:
    """Counts for the progress display."""

    exhibit: str
    done: int
    total: int
    done_size: int
    total_size: int
    severities: dict[str, int] = field(default_factory=dict)

    def add(self, size: int, severities: Sequence[str]) -> None:
        self.done += 1
        self.done_size += size
        for severity in severities:
            self.severities[severity] = self.severities.get(severity, 0) + 1

    def progress(self, stage: str) -> Progress:
        most_severe_first = [name for name in reversed(FINDING_SEVERITIES) if name in self.severities]
        ordered: dict[str, int] = {name: self.severities[name] for name in most_severe_first}
        return Progress(stage, self.exhibit, 0, self.done, self.total, self.done_size, self.total_size, ordered)
