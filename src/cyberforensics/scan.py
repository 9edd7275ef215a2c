"""A later pass: what was examined is searched for something else. What was found before stays as it is."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cyberforensics import case, pipeline, rules
from cyberforensics.errors import UsageError
from cyberforensics.examining import Examining
from cyberforensics.exhibit import Outcome, read_only
from cyberforensics.model.evidence import Evidence
from cyberforensics.model.examination import Digests
from cyberforensics.model.run import Observer, Options, Progress, Summary
from cyberforensics.model.versions import result_versions, versions
from cyberforensics.reopening import refuse_unknown, reopened
from cyberforensics.reports import write_reports
from cyberforensics.rule_opening import opened

NOTHING_READ = "nothing of the source was read: recorded digests were held against lists"


def scan(
    case_folder: Path,
    options: Options,
    *,
    exhibits: Sequence[str] = (),
    roots: Mapping[str, Path] | None = None,
    observer: Observer = lambda _: None,
) -> Summary:
    """Search the exhibits of a case for what the options name, and write the reports anew.

    Args:
        options: rules, lists, keywords, limits; of rule packs only those that are named.
        exhibits: which; () for all.
        roots: where exhibits lie now; without one, where it lay when it was examined.

    Raises:
        UsageError: nothing is named, or an exhibit is not in the case.
        RulePackError, ListError: what is named is broken.
        CaseRefused: the case is locked, or an exhibit was not examined to its end.
        EvidenceError: an exhibit is gone, or is not what was examined.
        CannotWrite: the case could not be written.
    """
    case.refuse_sealed(case_folder)
    deadline = None if options.stop_after is None else time.monotonic() + options.stop_after
    with case.open_existing(case_folder) as store:  # before the long work, and before a lock is taken
        refuse_unknown(store, roots or {})
        chosen = {
            exhibit: case.examined_evidence(store, exhibit) for exhibit in dict.fromkeys(exhibits or case.zones(store))
        }
    rule_set = rules.load(
        opened(options.rule_packs or (), options.allowed_signers),
        keywords=options.keywords,
        skip_broken=options.skip_broken_rules,
        engine=options.engine,
    )
    lists = rules.load_hash_lists(
        options.wanted, options.known, options.list_index, lambda path: observer(Progress("indexing", path.name))
    )
    if rule_set.empty and not lists:
        raise UsageError("there is nothing to search for", hint="name it: --rules, --keywords, --hashes or --known")
    with case.open_or_create(case_folder) as store, pipeline.spool_folder(case_folder, options.spool) as spool:
        facts = {"exhibits": sorted(chosen), "options": options.resolved()}
        with case.recorded(case_folder, "scan", facts, options.command) as result:
            compiled = None if rule_set.empty else rule_set.save(spool)
            run = _Scan(store, options, rule_set, compiled, lists, spool, roots or {}, observer, deadline)
            outcomes = {exhibit: run.exhibit(exhibit, evidence) for exhibit, evidence in chosen.items()}
            observer(Progress("reporting", ""))
            summary = replace(
                write_reports(store, beside=True, zone=options.show_zone),
                already_examined=tuple(name for name, outcome in outcomes.items() if outcome == "examined before"),
                stopped=tuple(name for name, outcome in outcomes.items() if outcome == "stopped"),
            )
            result["findings"] = summary.document.findings_total
    return summary


@dataclass(frozen=True, slots=True)
class _Scan:
    """What one scan holds open, and what it does to each exhibit."""

    store: case.Store
    options: Options
    rule_set: rules.RuleSet
    compiled: rules.CompiledRules | None
    lists: tuple[rules.HashList, ...]
    spool: Path
    roots: Mapping[str, Path]
    observer: Observer
    deadline: float | None

    def exhibit(self, exhibit: str, evidence: Evidence) -> Outcome:
        """Search one exhibit; go on where an earlier run with the same rules and lists stopped."""
        self.observer(Progress("opening", exhibit))
        if self.compiled is None:
            path = self.roots.get(exhibit) or case.source_of(self.store, exhibit)
            state = case.begin_pass(self.store, evidence, self._setup(path, NOTHING_READ))
            if state.state == "finished":
                return "examined before"
            self._match(exhibit, state)
            case.finish_scan(self.store, state, exhibit, ())
            case.log_action(self.store.folder, "exhibit scanned", {"exhibit": exhibit})
            return "examined"
        return self._read_again(exhibit, evidence, self.compiled)

    def _read_again(self, exhibit: str, evidence: Evidence, compiled: rules.CompiledRules) -> Outcome:
        log = self.store.folder / "run.log"
        with reopened(
            self.store,
            exhibit,
            self.roots,
            limits=self.options.limits,
            log=log,
            accept_writable=self.options.accept_writable,
        ) as (source, path, supervisor):
            rights = pipeline.enforced(supervisor)
        before = pipeline.look(source)
        kept = read_only(source, self.options.write_blockers.get(exhibit), rights)
        state = case.begin_pass(self.store, evidence, self._setup(path, "; ".join(kept)))
        if state.state == "finished":
            return "examined before"
        every_name = self.rule_set.per_name is not None
        if state.state == "planning":
            case.record_problems(self.store, state, exhibit, None, self.rule_set.problems)
            case.plan_scan(self.store, state.number, exhibit, every_name=every_name)
        workers = self.options.workers or os.cpu_count() or 1
        with pipeline.Pool(workers, self.options.limits, log, self.spool, source.paths) as pool:
            examining = Examining(
                self.store,
                state.number,
                source,
                compiled,
                pipeline.ExamineOptions(self.spool, self.options.limits),
                pool,
                partial(
                    case.record_scan, self.store, state.number, context_of=pipeline.context_of, every_name=every_name
                ),
                self.observer,
                self.deadline,
            )
            if not examining.to_the_end(lambda: None):
                case.log_action(self.store.folder, "exhibit stopped", {"exhibit": exhibit, "by": "the time of the run"})
                return "stopped"
        self._match(exhibit, state)
        problems = pipeline.problems_of([], pipeline.compare(before, pipeline.look(source)))
        case.finish_scan(self.store, state, exhibit, tuple(problems), self.rule_set.rules)
        case.log_action(self.store.folder, "exhibit scanned", {"exhibit": exhibit})
        return "examined"

    def _match(self, exhibit: str, state: case.PassState) -> None:
        """Hold the recorded digests against the lists of digests."""
        if not self.lists:
            return
        lists = rules.open_lists(self.lists)

        def match(digests: Digests) -> case.Matched:
            return lists.match(digests), lists.known(digests)

        alone = self.compiled is None
        case.match_digests(self.store, state.number, exhibit, match, context_of=pipeline.context_of, counts=alone)

    def _setup(self, path: Path, read_only: str) -> case.PassSetup:
        lists = tuple(found.record for found in self.lists)
        run_key = {
            **self.rule_set.key,
            "lists of digests": [f"{found.kind} {found.name} {found.sha256}" for found in lists],
            "versions": [f"{name} {version}" for name, version in result_versions()],
        }
        return case.PassSetup(
            kind=case.SCAN,
            run_key=run_key,
            zone=None,
            packs=self.rule_set.packs,
            engine=self.rule_set.engine,
            versions=versions(),
            read_only=read_only,
            limits=self.options.limits.in_words(),
            scope=self.options.scope,
            examiner=self.options.examiner,
            command=self.options.command,
            source=path,
            lists=(*lists, *self.rule_set.keywords),
            rules=self.rule_set.rules,
        )
