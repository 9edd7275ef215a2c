"""One exhibit on its way through the rooms: opened, listed, examined, verified, recorded."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import case, disk, pipeline, rules
from cyberforensics.errors import EvidenceError
from cyberforensics.examining import Examining
from cyberforensics.model.entry import Entry
from cyberforensics.model.evidence import Evidence
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.run import Observer, Options, Progress
from cyberforensics.model.versions import result_versions, versions
from cyberforensics.model.volume import Volume, VolumeStatus

READ_ONLY = "opened read-only (O_RDONLY) by the operating system; no write blocker is known to the tool"


@dataclass(slots=True)
class Run:
    """What one run holds open, and what it does to each exhibit."""

    store: case.Store
    folder: Path
    options: Options
    rule_set: rules.RuleSet
    compiled: rules.CompiledRules
    spool: Path
    cache: pipeline.CacheFile | None
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
            verdicts = self._go_through(supervisor, source, evidence, state, found)
        finally:
            supervisor.stop()
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
        from_cache = case.from_cache(self.store, state.number)
        case.log_action(self.folder, "exhibit examined", {"exhibit": exhibit, "contents from cache": from_cache})
        self._add_to_cache(state)
        return True

    def unopened(self, exhibit: str, path: Path, error: EvidenceError) -> None:
        """Record that a source could not be opened."""
        evidence = Evidence(exhibit, disk.container_of(path), (), None, None)
        problem = Problem(Stage.OPEN, error.code, f"exhibit {exhibit} could not be opened", Severity.ERROR)
        case.record_unopened(self.store, evidence, self._setup(exhibit, path), problem)
        case.log_action(self.folder, "exhibit not opened", {"exhibit": exhibit, "code": error.code})

    def _add_to_cache(self, state: case.PassState) -> None:
        if self.cache is not None:
            pipeline.update_cache(self.cache, case.learned_contents(self.store, state.number))

    def _setup(self, exhibit: str, path: Path, rights: tuple[str, ...] = ()) -> case.PassSetup:
        zone, stated = self.options.zones.get(exhibit), self.options.expected.get(exhibit)
        run_key = {
            **self.rule_set.key,
            "source time zone": zone,
            "stated digest": f"{stated.algorithm}:{stated.value}" if stated is not None else None,
            "media digest computed": self.options.verify,
            "zeros read of one content": self.options.limits.zeros,
            "versions": [f"{name} {version}" for name, version in result_versions()],
        }
        return case.PassSetup(
            kind="triage",
            run_key=run_key,
            zone=zone,
            packs=self.rule_set.packs,
            engine=self.rule_set.engine,
            versions=versions(),
            read_only="; ".join((READ_ONLY, *(f"workers: {right}" for right in rights))),
            limits=self.options.limits.in_words(),
            examiner=self.options.examiner,
            command=self.options.command,
            source=path,
        )

    def _go_through(
        self,
        supervisor: pipeline.Supervisor,
        source: disk.Source,
        evidence: Evidence,
        state: case.PassState,
        found: Sequence[Volume | Problem],
    ) -> tuple[pipeline.SourceVerdict, ...]:
        """List and examine, and compute the source's digests beside it."""
        workers = self.options.workers or os.cpu_count() or 1
        compiled = self.compiled if self.rule_set.packs else None
        with pipeline.Pool(workers, self.options.limits, self.folder / "run.log", self.spool) as pool:
            options = pipeline.ExamineOptions(self.spool, self.options.limits, self.cache)
            examining = Examining(self.store, state.number, source, compiled, options, pool, self.observer)
            if state.state == "planning":
                self._plan(supervisor, source, state, found, examining)
            supervisor.stop()  # nothing is left to list: its memory is for others
            return self._examine(source, evidence, examining)

    def _plan(
        self,
        supervisor: pipeline.Supervisor,
        source: disk.Source,
        state: case.PassState,
        found: Sequence[Volume | Problem],
        examining: Examining,
    ) -> None:
        """Record every volume, list every entry, and cut the batches; the first are examined meanwhile."""
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
                examining.during_walk(plan.cut(), listed)

            plan.finish(pipeline.list_volume(supervisor, source, volume, self.folder, take))
        examining.close_plan()

    def _examine(
        self, source: disk.Source, evidence: Evidence, examining: Examining
    ) -> tuple[pipeline.SourceVerdict, ...]:
        """Examine the remaining batches, and compute the source's digests beside them."""
        expected = tuple(filter(None, (self.options.expected.get(source.exhibit),)))
        job = pipeline.DigestJob(source, tuple(stated.algorithm for stated in (*evidence.stored_digests, *expected)))
        pending: list[pipeline.PendingDigests] = []

        def begin_digests() -> None:
            if self.options.verify != "no":
                pending.append(examining.pool.digest(job))

        examining.to_the_end(begin_digests)
        if self.options.verify == "both":
            pending[0].result()
            begin_digests()
        if not pending:
            return (pipeline.verdict(evidence, expected, None, "open"),)
        return tuple(
            pipeline.verdict(evidence, expected, digests.result(), moment)
            for digests, moment in zip(pending, ("open", "close"), strict=False)
        )
