"""One exhibit on its way through the rooms: opened, listed, examined, verified, recorded."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from cyberforensics import case, disk, pipeline, rules
from cyberforensics.cross_checking import CrossChecking
from cyberforensics.errors import EvidenceError
from cyberforensics.examining import Examining
from cyberforensics.model.entry import OUT_OF_SCOPE, Entry
from cyberforensics.model.evidence import Evidence
from cyberforensics.model.media_types import category
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.run import Observer, Options, Progress
from cyberforensics.model.scope import EXCLUDED
from cyberforensics.model.versions import result_versions, versions
from cyberforensics.model.volume import Volume, VolumeStatus
from cyberforensics.orienting import Orienting

Outcome = Literal["examined", "examined before", "stopped"]

READ_ONLY = "opened read-only (O_RDONLY) by the operating system"


@dataclass(slots=True)
class Run:
    """What one run holds open, and what it does to each exhibit."""

    store: case.Store
    folder: Path
    options: Options
    rule_set: rules.RuleSet
    compiled: rules.CompiledRules
    spool: Path
    lists: tuple[rules.HashList, ...]
    cache: pipeline.CacheFile | None
    notable: pipeline.NotablePaths
    observer: Observer
    deadline: float | None = None
    """On the monotonic clock: when nothing further is begun; None for never."""

    def exhibit(self, exhibit: str, path: Path) -> Outcome:
        """Open, list and examine one exhibit; go on where an earlier run stopped.

        Raises:
            EvidenceError: it can't be opened.
            CaseRefused: its id stands for other media, or it was begun with other settings.
        """
        self.observer(Progress("opening", exhibit))
        source = disk.identify(exhibit, path, accept_writable=self.options.accept_writable)
        before = pipeline.look(source)
        supervisor = pipeline.Supervisor(self.options.limits, self.folder / "run.log", readable=source.paths)
        try:
            evidence, found = pipeline.open_source(supervisor, source, self.folder)
            disk.still_there(source)
            kept = read_only(source, self.options.write_blockers.get(exhibit), pipeline.enforced(supervisor))
            state = case.begin_pass(self.store, evidence, self._setup(exhibit, path, kept))
            case.log_action(self.folder, "exhibit opened", {"exhibit": exhibit, "identity": evidence.identity})
            if state.state == "finished":
                return "examined before"
            if state.state == "examining":  # the plan recorded what was found when it was made
                self._record_acceptance(state, exhibit, found)
            verdicts = self._go_through(supervisor, source, evidence, state, found)
            if verdicts is not None and self.options.cross_check:
                checking = CrossChecking(
                    self.store, state, source, evidence, supervisor, self.observer, self.time_is_over
                )
                if not checking.every_volume():
                    verdicts = None
        finally:
            supervisor.stop()
        if verdicts is None:
            case.log_action(self.folder, "exhibit stopped", {"exhibit": exhibit, "by": "the time of the run"})
            return "stopped"
        disk.still_there(source)
        digests = [check for verdict in verdicts for check in verdict.checks]
        checks = pipeline.compare(before, pipeline.look(source))
        met = dict.fromkeys(problem for verdict in verdicts for problem in verdict.problems)
        problems = [*met, *pipeline.problems_of(digests, checks)]
        coverage = case.media_coverage(self.store, exhibit, evidence.media_size)
        if not coverage.reconciles:
            accounted = sum(part.size for part in coverage.parts)
            message = f"the media has {coverage.media_size} bytes; {accounted} are accounted for"
            problems.append(Problem(Stage.VOLUMES, "coverage.media-not-reconciled", message))
        if self._leaves_nothing(exhibit):
            message = f"nothing of exhibit {exhibit} that can be examined is in scope"
            problems.append(Problem(Stage.WALK, "scope.leaves-nothing", message))
        case.finish_pass(
            self.store, state, exhibit, digests=digests, sources=checks, problems=problems, rules=self.rule_set.rules
        )
        from_cache = case.from_cache(self.store, state.number)
        case.log_action(self.folder, "exhibit examined", {"exhibit": exhibit, "contents from cache": from_cache})
        self._add_to_cache(state)
        return "examined"

    def time_is_over(self) -> bool:
        """Whether nothing further is to be begun."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    def not_begun(self, exhibit: str, path: Path) -> None:
        """Record that the time was over before a source was opened."""
        problem = Problem(Stage.OPEN, "evidence.not-begun", f"exhibit {exhibit} was not begun in time")
        self._record_unopened(exhibit, path, problem)

    def _record_acceptance(self, state: case.PassState, exhibit: str, found: Sequence[Volume | Problem]) -> None:
        """A device that is taken although it can be written to is told once, whichever start of the pass it was."""
        told = [item for item in found if isinstance(item, Problem) and item.code == "evidence.device-writable"]
        known = {(of, problem.code) for _, of, _, _, problem in case.problems(self.store)} if told else set()
        if told and (exhibit, told[0].code) not in known:
            case.record_problems(self.store, state, exhibit, None, told)

    def unopened(self, exhibit: str, path: Path, error: EvidenceError) -> None:
        """Record that a source could not be opened."""
        problem = Problem(Stage.OPEN, error.code, f"exhibit {exhibit} could not be opened", Severity.ERROR)
        self._record_unopened(exhibit, path, problem)

    def _record_unopened(self, exhibit: str, path: Path, problem: Problem) -> None:
        evidence = Evidence(exhibit, disk.container_of(path), (), None, None)
        case.record_unopened(self.store, evidence, self._setup(exhibit, path), problem)
        case.log_action(self.folder, "exhibit not opened", {"exhibit": exhibit, "code": problem.code})

    def _add_to_cache(self, state: case.PassState) -> None:
        if self.cache is not None:
            pipeline.update_cache(self.cache, case.learned_contents(self.store, state.number, self.rule_set.settled))

    def _setup(self, exhibit: str, path: Path, kept: tuple[str, ...] = ()) -> case.PassSetup:
        zone, stated = self.options.zones.get(exhibit), self.options.expected.get(exhibit)
        lists = tuple(found.record for found in self.lists)
        run_key = {
            **self.rule_set.key,
            "lists of digests": [f"{found.kind} {found.name} {found.sha256}" for found in lists],
            "rules not run on known contents": self.options.skip_known,
            "source time zone": zone,
            "stated digest": f"{stated.algorithm}:{stated.value}" if stated is not None else None,
            "media digest computed": self.options.verify,
            "zeros read of one content": self.options.limits.zeros,
            "scope": self.options.scope.in_words(),
            "scope note": self.options.scope.note,
            "profile": self.options.scope.profile,
            "examined first": self.options.first,
            "examined last": self.options.last,
            "cross-check": self.options.cross_check,
            "notable paths": list(self.notable.digests),
            "versions": [f"{name} {version}" for name, version in result_versions()],
        }
        return case.PassSetup(
            kind="triage",
            run_key=run_key,
            zone=zone,
            packs=self.rule_set.packs,
            engine=self.rule_set.engine,
            versions=versions(),
            read_only="; ".join(kept or (READ_ONLY,)),
            limits=self.options.limits.in_words(),
            scope=self.options.scope,
            examiner=self.options.examiner,
            command=self.options.command,
            source=path,
            lists=(*lists, *self.rule_set.keywords),
            rules=self.rule_set.rules,
            skip_known=self.options.skip_known,
        )

    def _go_through(
        self,
        supervisor: pipeline.Supervisor,
        source: disk.Source,
        evidence: Evidence,
        state: case.PassState,
        found: Sequence[Volume | Problem],
    ) -> tuple[pipeline.SourceVerdict, ...] | None:
        """List and examine, and compute the source's digests beside it; None where the time was over before the end."""
        workers, scope = self.options.workers or os.cpu_count() or 1, self.options.scope
        compiled = None if self.rule_set.empty else self.compiled
        with pipeline.Pool(workers, self.options.limits, self.folder / "run.log", self.spool, source.paths) as pool:
            options = pipeline.ExamineOptions(
                self.spool,
                self.options.limits,
                scope.categories,
                self.cache,
                self.lists,
                self.options.skip_known,
            )
            record = partial(
                case.record_batch, self.store, state.number, category=category, context_of=pipeline.context_of
            )
            examining = Examining(
                self.store, state.number, source, compiled, options, pool, record, self.observer, self.deadline
            )
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
        priority = self._priority(source.exhibit)

        def admits(entry: Entry) -> bool:  # what kind of content it is, a scope of categories tells by reading it
            return not self.options.scope.categories and priority(entry) != OUT_OF_SCOPE

        orienting = Orienting(self.store, state, source, supervisor, self.notable, admits, self.observer)
        listed = 0
        for volume in (item for item in found if isinstance(item, Volume)):
            number = case.add_volume(self.store, volume)
            if volume.status is not VolumeStatus.OPENED:
                continue
            plan = case.Plan(self.store, state.number, number, priority)

            def take(items: Iterable[Entry | Problem], plan: case.Plan = plan, volume: Volume = volume) -> None:
                nonlocal listed
                items = tuple(items)
                listed += plan.add(volume, items)
                orienting.look(items)
                examining.during_walk(plan.cut(), listed, volume)

            free = pipeline.list_volume(supervisor, source, volume, self.folder, take)
            disk.still_there(source)
            plan.finish(free)
            orienting.ask(number, volume)
        examining.close_plan()
        if case.progress_of(self.store, state.number)[1] == 0 and self._leaves_nothing(source.exhibit):
            limits = (
                f"The scope leaves nothing of exhibit {source.exhibit} to examine: {self.options.scope.in_words()}."
            )
            self.observer(Progress("scope", source.exhibit, lines=(limits,)))

    def _leaves_nothing(self, exhibit: str) -> bool:
        """Whether the scope left out everything that can be examined: what is never read is no part of it.

        Paths and times tell when all is listed, categories at the end.
        """
        if not self.options.scope.limits:
            return False
        seen = case.entry_coverage(self.store, exhibit)
        return EXCLUDED in seen.skipped and not (seen.whole.count or seen.partial or seen.unreadable)

    def _priority(self, exhibit: str) -> Callable[[Entry], int]:
        """When an entry is examined, if it is."""
        rank: Callable[[Entry], int] = pipeline.priority
        if self.options.first or self.options.last:
            rank = pipeline.chosen_priority(self.options.first, self.options.last)
        if not self.options.scope.limits:
            return rank
        admitted = pipeline.admits(self.options.scope, self.options.zones.get(exhibit))
        return lambda entry: rank(entry) if admitted(entry) else OUT_OF_SCOPE

    def _examine(
        self, source: disk.Source, evidence: Evidence, examining: Examining
    ) -> tuple[pipeline.SourceVerdict, ...] | None:
        """Examine the remaining batches, and compute the source's digests beside them; None where time was over."""
        expected = tuple(filter(None, (self.options.expected.get(source.exhibit),)))
        job = pipeline.DigestJob(source, tuple(stated.algorithm for stated in (*evidence.stored_digests, *expected)))
        pending: list[pipeline.PendingDigests] = []

        def begin_digests() -> None:
            if self.options.verify != "no":
                pending.append(examining.pool.digest(job))

        if not examining.to_the_end(begin_digests):
            return None
        if pending:
            self.observer(examining.progress("verifying"))
        if self.options.verify == "both":
            pipeline.are_done(pending, self._seconds_left())
            begin_digests()
        if not pending:
            return (pipeline.verdict(evidence, expected, None, "open"),)
        if not pipeline.are_done(pending, self._seconds_left()):
            return None
        return tuple(
            pipeline.verdict(evidence, expected, digests.result(), moment)
            for digests, moment in zip(pending, ("open", "close"), strict=False)
        )

    def _seconds_left(self) -> float | None:
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())


def read_only(source: disk.Source, write_blocker: str | None, rights: Sequence[str]) -> tuple[str, ...]:
    """What was done to keep the source unchanged, in words: by the kernel, by people, by the workers themselves."""
    by_kernel: list[str] = []
    if source.device is not None:
        refused = "the kernel refused writes to the device" if source.device.read_only else ""
        by_kernel.append(refused or "THE KERNEL DID NOT REFUSE WRITES to the device (--accept-writable-source)")
        if source.device.in_use:
            by_kernel.append("THE DEVICE WAS IN USE by the examining machine (--accept-writable-source)")
    blocker = (
        f"write blocker, declared by the examiner: {write_blocker}"
        if write_blocker is not None
        else "no write blocker is known to the tool"
    )
    return (READ_ONLY, *by_kernel, blocker, *(f"workers: {right}" for right in rights))
