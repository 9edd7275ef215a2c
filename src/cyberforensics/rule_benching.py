"""Measuring rule packs: what each rule costs, which are the dearest and why, and what became dearer."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import pipeline, rules
from cyberforensics.errors import RulePackError
from cyberforensics.model.diagnostic import Diagnostic, Level
from cyberforensics.rule_opening import opened
from cyberforensics.rules.benching import FIRST_GROUP, Spread, shared_modules, shares
from cyberforensics.rules.corpus import open_corpus
from cyberforensics.rules.engines import engine_named
from cyberforensics.rules.groups import Part, parts_of
from cyberforensics.rules.manifest import CostBudget
from cyberforensics.rules.packs import Pack
from cyberforensics.rules.places import about_file, about_rule
from cyberforensics.rules.proofs import Index
from cyberforensics.rules.slowness import explain

Counter = Callable[[str, int, int], None]
"""Is told what is under way, how much of it is done, and how much there is (0 where that is not known)."""

_LOOK_BELOW = 0.9
"""Of the budget: a first look is less sure than what is reported."""

REGRESSION = 1.1
"""A rule that costs more than this in what it cost before became dearer."""


@dataclass(frozen=True, slots=True)
class RuleCost:
    """What a rule costs."""

    file: str
    """In the pack."""
    rule: str
    times: Spread
    """In plain rules, without modules that other rules use, too."""
    share: float
    """Percent: what it adds to a plain rule, of what the pack costs. Shares do not add up: strings are looked for in
    one pass."""
    why: tuple[str, ...]
    """What stands out in its text."""


@dataclass(frozen=True, slots=True)
class ModuleCost:
    """What a module costs that several rules use, whatever is asked of it."""

    name: str
    rules: int
    times: Spread


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule that is not as it was, in what it cost before; the pack as a whole where `rule` is empty."""

    file: str
    rule: str
    ratio: Spread


@dataclass(frozen=True, slots=True)
class Benched:
    """What the measurement of one pack came to."""

    pack: str
    folder: Path
    """As it was named; of an archive, the archive."""
    base: Path
    """Below which the files of diagnostics lie."""
    engine: str
    rules: int
    rule_files: tuple[str, ...]
    files: int
    """Contents of the corpus."""
    size: int
    """Bytes of it."""
    left_out: int
    """Files of the corpus that were left out, or cut."""
    total: Spread
    modules: tuple[ModuleCost, ...]
    dear: tuple[RuleCost, ...]
    rest: float
    """No other rule costs more plain rules than this."""
    measurements: int
    changed: tuple[Changed, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def failed(self) -> bool:
        """Whether a rule costs more than it may."""
        return any(one.level is Level.ERROR for one in self.diagnostics)


@dataclass(frozen=True, slots=True)
class Settings:
    """What to measure, and how."""

    engine: str = "yara-python"
    corpus: Path | None = None
    """A folder; None for the built-in corpus."""
    budget: CostBudget | None = None
    """None for the pack's own, if it has one."""
    compare: Path | None = None
    """The pack as it was."""
    top: int = 20
    """Rules that are listed."""
    allowed_signers: Path | None = None
    """A file of keys: nothing but archives signed by one of them is taken."""
    workers: int | None = None
    """None for one for each core."""
    counter: Counter = lambda _what, _done, _total: None


def bench(folder: Path, settings: Settings) -> Benched:
    """Measure a pack.

    Raises:
        RulePackError: a pack can't be read, the signature of an archive does not verify, or it does not compile.
        UsageError: there is no such engine, or nothing to measure on.
        WorkerError: a worker stopped.
    """
    engine = engine_named(settings.engine)
    pack, parts = _parts(folder, settings.allowed_signers)
    before = None if settings.compare is None else _parts(settings.compare, settings.allowed_signers)
    corpus = open_corpus(settings.corpus)
    shared = shared_modules(parts)
    declared = {external.name: external.default for external in pack.manifest.externals}
    common = pipeline.BenchPack(engine.name, settings.corpus, shared, declared)
    with tempfile.TemporaryDirectory(prefix="cyberforensics-bench-") as place:
        run = _Run(pack, parts, common, settings, Path(place))
        total, modules = run.whole()
        budget = settings.budget or pack.manifest.budgets.cost
        limit = _limit(budget, total)
        numbers, rest, made = run.search(limit)
        dear = tuple(
            RuleCost(
                parts[number].file,
                parts[number].name,
                times,
                100 * max(0.0, times.median - 1) / total.median,
                explain("\n".join(text for _, text in parts[number].pieces)),
            )
            for number, times in run.sure(numbers)
        )
        changed = () if before is None else run.against(before[1])
    return Benched(
        pack=pack.name,
        folder=folder,
        base=pack.folder,
        engine=engine.version(),
        rules=sum(len(part.rules) for part in parts),
        rule_files=tuple(map(pack.name_of, pack.members)),
        files=len(corpus.contents),
        size=corpus.size,
        left_out=corpus.left_out,
        total=total,
        modules=modules,
        dear=dear,
        rest=rest,
        measurements=made,
        changed=changed,
        diagnostics=tuple(_diagnostics(Index(pack), dear, changed, budget, limit)),
    )


def _parts(folder: Path, allowed_signers: Path | None) -> tuple[Pack, tuple[Part, ...]]:
    (source,) = opened([folder], allowed_signers)
    pack = rules.pack_of(source) if isinstance(source, rules.Archive) else rules.read_pack(source)
    if pack.defects:
        raise RulePackError(
            f"{len(pack.defects)} of the rule files can't be used.", details=tuple(map(str, pack.defects.values()))
        )
    return pack, tuple(parts_of(pack))


def _limit(budget: CostBudget | None, total: Spread) -> float | None:
    """The budget in plain rules."""
    if budget is None:
        return None
    return budget.times if budget.times is not None else 1 + (budget.share or 0) / 100 * total.median


@dataclass(slots=True)
class _Run:
    """One bench."""

    pack: Pack
    parts: tuple[Part, ...]
    common: pipeline.BenchPack
    settings: Settings
    place: Path

    def whole(self) -> tuple[Spread, tuple[ModuleCost, ...]]:
        """What the pack costs, and the modules."""
        self.settings.counter("measuring the whole pack", 0, 0)
        total, modules = Spread(1, 1, 1), []
        for _, figure in pipeline.measure([pipeline.PackJob(self.common, self.parts)], self.place):
            if figure.what == "total":
                total = _spread(figure)
            else:
                name = self.common.shared[figure.number]
                users = sum(name in part.modules for part in self.parts)
                modules.append(ModuleCost(name, users, _spread(figure)))
        return total, tuple(modules)

    def search(self, limit: float | None) -> tuple[tuple[int, ...], float, int]:
        """Numbers of the dearest rules; what no other one exceeds; how many measurements it took."""
        workers = self.settings.workers or os.cpu_count() or 1
        least = float("inf") if limit is None else limit * _LOOK_BELOW
        count = max(1, min(workers, len(self.parts) // FIRST_GROUP + 1))
        jobs = [
            pipeline.SearchJob(self.common, tuple(share), self.settings.top, least)
            for share in shares(self.parts, count)
        ]
        found: list[tuple[float, int]] = []
        rest = 0.0
        made = dict.fromkeys(range(count), 0)
        for worker, figure in pipeline.measure(jobs, self.place):
            if figure.what == "made":
                made[worker] = figure.number
                self.settings.counter("measurements", sum(made.values()), 0)
            elif figure.what == "rule":
                found.append((-figure.median, figure.number))
            else:
                rest = max(rest, figure.median)
        found.sort()
        kept = [one for place, one in enumerate(found) if place < self.settings.top or (-one[0] >= least)]
        if len(kept) < len(found):
            rest = max(rest, -found[len(kept)][0])
        return tuple(number for _, number in kept), rest, sum(made.values())

    def sure(self, numbers: Sequence[int]) -> Iterator[tuple[int, Spread]]:
        """Those rules again, by themselves and more often; the dearest first."""
        self.settings.counter("measuring the dearest again", 0, 0)
        job = pipeline.SureJob(self.common, tuple((number, self.parts[number]) for number in numbers))
        for _, figure in pipeline.measure([job], self.place):
            yield figure.number, _spread(figure)

    def against(self, before: Sequence[Part]) -> tuple[Changed, ...]:
        """The pack and each rule whose text is another, in turns with what they were."""
        old = {(part.file, part.rules): part for part in before}
        pairs = [(0, self.parts, tuple(before))]
        for number, part in enumerate(self.parts, 1):
            was = old.get((part.file, part.rules))
            if was is not None and [text for _, text in was.pieces] != [text for _, text in part.pieces]:
                pairs.append((number, (part,), (was,)))
        found = []
        for done, (_, figure) in enumerate(
            pipeline.measure([pipeline.AgainstJob(self.common, tuple(pairs))], self.place), 1
        ):
            self.settings.counter("comparing", done, len(pairs))
            file, rule = ("", "")
            if figure.number:
                file, rule = self.parts[figure.number - 1].file, self.parts[figure.number - 1].name
            found.append(Changed(file, rule, _spread(figure)))
        return tuple(found)


def _spread(figure: pipeline.Figure) -> Spread:
    return Spread(figure.low, figure.median, figure.high)


def _diagnostics(
    index: Index,
    dear: Sequence[RuleCost],
    changed: Sequence[Changed],
    budget: CostBudget | None,
    limit: float | None,
) -> Iterator[Diagnostic]:
    """What costs too much. A rule fails where three of four measurements say so: chance does not turn it red."""
    for cost in dear:
        if limit is not None and cost.times.low > limit:
            why = f": {'; '.join(cost.why)}" if cost.why else ""
            message = (
                f"The rule costs {in_words(cost.times)} times what a plain rule costs, {cost.share:.1f}% of the pack,"
                f" and {budget} is borne{why}."
            )
            yield from _about(index, cost.file, cost.rule, "CFR920", message, "docs/rules-bench.md says what helps")
    for one in changed:
        if one.ratio.low > REGRESSION:
            what = "The rule" if one.rule else "The pack"
            message = f"{what} costs {in_words(one.ratio)} times what it cost before."
            yield from _about(index, one.file, one.rule, "CFR921", message, "see what changed in it")


def _about(index: Index, file: str, rule: str, code: str, message: str, hint: str) -> Iterator[Diagnostic]:
    placed = [one for one in index.named(rule) if index.pack.name_of(one.path) == file]
    for one in placed:
        yield about_rule(index.pack, one, code, Level.ERROR, message, hint)
    if not placed:
        path = index.pack.folder / file if file else index.pack.folder
        yield about_file(index.pack, path, code, Level.ERROR, message, hint)


def in_words(spread: Spread) -> str:
    """The median, and between which figures half of all measurements lay."""
    return f"{spread.median:.2f} ({spread.low:.2f} to {spread.high:.2f})"
