"""The main job: evidence in, every entry examined once or listed with the reason why not, a case out."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

from cyberforensics import case, disk, pipeline, rules
from cyberforensics.errors import EvidenceError, UsageError
from cyberforensics.exhibit import Outcome, Run
from cyberforensics.model.examination import Finding, StringMatch
from cyberforensics.model.run import Limits, Observer, Options, Progress, Summary
from cyberforensics.model.versions import result_versions
from cyberforensics.reports import write_reports
from cyberforensics.rule_opening import opened

__all__ = ["Limits", "Observer", "Options", "Progress", "Summary", "triage", "write_reports"]

_MAY_CHANGE = ("evidence.device-in-use", "evidence.device-writable")


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
        ListError: a list of digests or of keywords is broken.
        CaseRefused: the case is locked, its case.toml is not of its form, or an exhibit's id stands for other media or
            other settings.
        CannotWrite: the case, the content cache or the index of a list could not be written.
        UsageError: there is no such rule engine, a folder lies where it can't be used, the content cache is damaged,
            or a file of notable paths is not of its form.
    """
    options = options or Options()
    case.refuse_sealed(case_folder)
    deadline = None if options.stop_after is None else time.monotonic() + options.stop_after
    named = sources if isinstance(sources, Mapping) else {source.absolute().name: source for source in sources}
    case.read_facts(case_folder)
    notable = pipeline.load_notable(options.notable)
    if options.skip_known and not options.known:
        raise UsageError("known contents are to be skipped, and no list says which", hint="name one: --known FILE")
    rule_set = rules.load(
        opened(_packs(options), options.allowed_signers),
        keywords=options.keywords,
        skip_broken=options.skip_broken_rules,
        engine=options.engine,
    )
    _refuse_what_is_not_there(named, accept_writable=options.accept_writable)
    _refuse_spool_in_source(named, options)
    lists = _lists(named, options, observer)
    cache = None if options.cache is None else pipeline.cache_file(options.cache, _cache_key(rule_set))
    with case.open_or_create(case_folder) as store, pipeline.spool_folder(case_folder, options.spool) as spool:
        facts = {"exhibits": sorted(named), "options": options.resolved()}
        with case.recorded(case_folder, "triage", facts, options.command) as result:
            compiled = rule_set.save(spool)
            run = Run(store, case_folder, options, rule_set, compiled, spool, lists, cache, notable, observer, deadline)
            unopened, outcomes = _exhibits(run, named)
            observer(Progress("reporting", ""))
            summary = replace(
                write_reports(store, beside=True, zone=options.show_zone, pdf=options.pdf),
                unopened=unopened,
                already_examined=tuple(name for name, outcome in outcomes.items() if outcome == "examined before"),
                stopped=tuple(name for name, outcome in outcomes.items() if outcome == "stopped"),
            )
            result["findings"] = summary.document.findings_total
    return summary


def _refuse_what_is_not_there(named: Mapping[str, Path], *, accept_writable: bool) -> None:
    """Before a case is made: sources of which not one can be opened are a slip of the keyboard.

    Raises:
        EvidenceError: none of them exists, can be read, or is of a known container; or one is a device that may
            change while it is read.
    """
    trouble: list[EvidenceError] = []
    for exhibit, path in named.items():
        try:
            disk.identify(exhibit, path, accept_writable=accept_writable)
        except EvidenceError as error:
            if error.code in _MAY_CHANGE:
                raise
            trouble.append(error)
    if named and len(trouble) == len(named):
        raise trouble[0]


def _refuse_spool_in_source(named: Mapping[str, Path], options: Options) -> None:
    """The files of the spool must not be met as evidence.

    Raises:
        UsageError: the spool's folder lies in a source that is a folder.
    """
    for path in named.values():
        if options.spool is not None and path.is_dir() and options.spool.resolve().is_relative_to(path.resolve()):
            raise UsageError(f"{options.spool}: the spool folder lies in the source {path}", hint="choose another one")


def _lists(named: Mapping[str, Path], options: Options, observer: Observer) -> tuple[rules.HashList, ...]:
    """The lists of digests; their indexes must not be met as evidence.

    Raises:
        UsageError: an index would lie in a source that is a folder.
    """
    for found in (*options.wanted, *options.known):
        index = rules.index_path(found, options.list_index).resolve()
        for path in named.values():
            if path.is_dir() and index.is_relative_to(path.resolve()):
                raise UsageError(
                    f"{found}: its index would be written into the source {path}",
                    hint="name another folder for it: --list-index FOLDER",
                )
    return rules.load_hash_lists(
        options.wanted, options.known, options.list_index, lambda path: observer(Progress("indexing", path.name))
    )


def _exhibits(run: Run, named: Mapping[str, Path]) -> tuple[tuple[str, ...], dict[str, Outcome]]:
    """Go through the exhibits; what could not be opened, in words, and what became of the others.

    Raises:
        EvidenceError: none could be opened.
    """
    unopened: list[str] = []
    outcomes: dict[str, Outcome] = {}
    for exhibit, path in named.items():
        if run.time_is_over():
            run.not_begun(exhibit, path)
            outcomes[exhibit] = "stopped"
            continue
        try:
            outcomes[exhibit] = run.exhibit(exhibit, path)
        except EvidenceError as error:
            unopened.append(str(error))
            run.unopened(exhibit, path, error)
            if len(unopened) == len(named):
                raise
    return tuple(unopened), outcomes


def _cache_key(rule_set: rules.RuleSet) -> Mapping[str, object]:
    """What the results of a content depend on, beside its bytes."""
    return {
        **rule_set.key,
        "versions": [f"{name} {version}" for name, version in result_versions()],
        "finding": [field.name for kind in (Finding, StringMatch) for field in fields(kind)],
    }


def _packs(options: Options) -> tuple[Path, ...]:
    return rules.shipped_packs() if options.rule_packs is None else options.rule_packs
