"""One exhibit on its way through the rooms: opened, listed, examined, verified, recorded."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cyberforensics import case, disk, pipeline, rules
from cyberforensics.errors import EvidenceError
from cyberforensics.model.entry import Entry
from cyberforensics.model.evidence import Evidence
from cyberforensics.model.examination import FINDING_SEVERITIES
from cyberforensics.model.media_types import category
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.run import Observer, Options, Progress
from cyberforensics.model.versions import result_versions, versions
from cyberforensics.model.volume import Volume, VolumeStatus

READ_ONLY = "opened read-only (O_RDONLY) by the operating system; no write blocker is known to the tool"

_AHEAD = 3  # batches that wait for each worker


@dataclass(slots=True)
class Run:
    """What one run holds open, and what it does to each exhibit."""

    store: case.Store
    folder: Path
    options: Options
    rule_set: rules.RuleSet
    compiled: rules.CompiledRules
    spool: Path
    observer: Observer

    def exhibit(self, exhibit: str, path: Path) -> bool:
        """Open, list and examine one exhibit; go on where an earlier run stopped.

        Returns whether there was anything to do: not where an earlier run had finished it.

        Raises:
            EvidenceError: it can't be opened.
            CaseRefused: its id stands for other media, or it was begun with other settings.
        """
        self.observer(Progress("opening", exhibit))
        source = disk.identify(exhibit, path)
        before = pipeline.look(source)
        supervisor = pipeline.Supervisor(self.options.limits, self.folder / "run.log")
        try:
            evidence, found = pipeline.open_source(supervisor, source, self.folder)
            rights = pipeline.enforced(supervisor)
            state = case.begin_pass(self.store, evidence, self._setup(exhibit, path, rights))
            case.log_action(self.folder, "exhibit opened", {"exhibit": exhibit, "identity": evidence.identity})
            if state.state == "finished":
                return False
            if state.state == "planning":
                self._plan(supervisor, source, state, found)
        finally:
            supervisor.stop()
        verdicts = self._examine(source, evidence, state)
        digests = [check for verdict in verdicts for check in verdict.checks]
        checks = pipeline.compare(before, pipeline.look(source))
        met = dict.fromkeys(problem for verdict in verdicts for problem in verdict.problems)
        problems = [*met, *pipeline.problems_of(digests, checks)]
        coverage = case.media_coverage(self.store, exhibit, evidence.media_size)
        if not coverage.reconciles:
            accounted = sum(part.size for part in coverage.parts)
            message = f"the media has {coverage.media_size} bytes; {accounted} are accounted for"
            problems.append(Problem(Stage.VOLUMES, "coverage.media-not-reconciled", message))
        case.finish_pass(self.store, state, exhibit, digests=digests, sources=checks, problems=problems)
        case.log_action(self.folder, "exhibit examined", {"exhibit": exhibit})
        return True

    def unopened(self, exhibit: str, path: Path, error: EvidenceError) -> None:
        """Record that a source could not be opened."""
        evidence = Evidence(exhibit, disk.container_of(path), (), None, None)
        problem = Problem(Stage.OPEN, error.code, f"exhibit {exhibit} could not be opened", Severity.ERROR)
        case.record_unopened(self.store, evidence, self._setup(exhibit, path), problem)
        case.log_action(self.folder, "exhibit not opened", {"exhibit": exhibit, "code": error.code})

    def _setup(self, exhibit: str, path: Path, rights: tuple[str, ...] = ()) -> case.PassSetup:
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
            read_only="; ".join((READ_ONLY, *(f"workers: {right}" for right in rights))),
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
        with pipeline.Pool(workers, self.options.limits, self.folder / "run.log", self.spool) as pool:
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
