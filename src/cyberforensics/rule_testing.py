"""Testing rule packs: samples, disk images and known-good files, with every engine; where they differ, that fails."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cyberforensics import case, pipeline, rules, triage
from cyberforensics.errors import EvidenceError, RulePackError
from cyberforensics.lab.rule_images import built_images
from cyberforensics.model.coverage import EntryCoverage
from cyberforensics.model.diagnostic import Diagnostic, Level
from cyberforensics.model.problem import Severity
from cyberforensics.model.run import Observer, Options
from cyberforensics.rules import changes, expectations, places, proofs
from cyberforensics.rules.engines import ENGINES, Engine
from cyberforensics.rules.expectations import Hit, Hits
from cyberforensics.rules.manifest import MANIFEST
from cyberforensics.rules.packs import Pack, read_pack
from cyberforensics.rules.proofs import Index

Counter = Callable[[str, int, int], None]
"""Is told what is under way, how much of it is done, and how much there is."""

_SECONDS = 30.0
"""That the rules may take for a sample, with each engine."""


@dataclass(frozen=True, slots=True)
class PackResult:
    """What the test of one pack came to."""

    pack: str
    folder: Path
    engines: tuple[str, ...]
    rules: int
    tested: int
    """Rules that had a sample of either kind."""
    samples: int
    images: int
    known_good: EntryCoverage | None
    """What was seen and examined of the known-good files; None where none were given."""
    diagnostics: tuple[Diagnostic, ...]
    not_run: tuple[str, ...]
    """What was left out, in sentences."""

    @property
    def failed(self) -> bool:
        """Whether anything has to be mended."""
        return any(one.level is Level.ERROR for one in self.diagnostics)


@dataclass(frozen=True, slots=True)
class Settings:
    """What to test, and how."""

    known_good: Path | None = None
    """A folder or an image of files on which no rule should match."""
    changed_since: str | None = None
    """A revision of git: rules that are as they were then are left out."""
    workers: int | None = None
    """None for one for each core."""
    counter: Counter = lambda _what, _done, _total: None
    observer: Observer = lambda _progress: None


def run_tests(folders: Sequence[Path], options: Settings) -> Iterator[PackResult]:
    """Test packs, one after the other.

    Raises:
        RulePackError: a pack can't be read, or no engine can compile anything of it.
        UsageError: git can't tell what changed.
        EvidenceError: an image or the known-good files can't be opened.
        CannotWrite: there is no room for temporary files.
    """
    for folder in folders:
        pack = read_pack(folder)
        changed = None if options.changed_since is None else pipeline.changed_since(pack.folder, options.changed_since)
        with tempfile.TemporaryDirectory(prefix="cyberforensics-rules-") as place:
            yield _Test(pack, folder, Path(place), options, changed).run()


@dataclass(slots=True)
class _Test:
    """The test of one pack."""

    pack: Pack
    folder: Path
    """As it was named."""
    place: Path
    options: Settings
    changed: Mapping[str, bytes | None] | None
    engines: tuple[Engine, ...] = ()
    diagnostics: list[Diagnostic] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    def run(self) -> PackResult:
        index = Index(self.pack)
        compiled = self._compile()
        chosen = None if self.changed is None else changes.changed_rules(index, self.changed)
        every = list(rules.samples_in(self.pack.folder, self.pack.manifest.externals))
        if self.folder.is_file():
            every = [sample for sample in every if index.named(sample.rule)]
        samples = [sample for sample in every if chosen is None or sample.rule in chosen]
        if chosen is not None:
            known = {placed.rule.name for placed in index.rules}
            self.not_run.append(
                f"{len(known - chosen)} of {len(known)} rules and {len(every) - len(samples)} of {len(every)} samples"
                f" are as they were at {self.options.changed_since}, and were left out."
            )
        if not self.folder.is_file():  # beside a single file, samples of others may lie
            self.diagnostics += proofs.strange_samples(index, samples)
        proved = self._samples(index, compiled, samples)
        self.diagnostics += proofs.unproved(index, proved, chosen)
        images = self._images(index, chosen)
        known_good = self._known_good(index)
        return PackResult(
            pack=self.pack.name,
            folder=self.folder,
            engines=tuple(engine.version() for engine in self.engines),
            rules=len(index.rules),
            tested=len({sample.rule for sample in samples if index.named(sample.rule)}),
            samples=len(samples),
            images=images,
            known_good=known_good,
            diagnostics=tuple(sorted(dict.fromkeys(self.diagnostics), key=_order)),
            not_run=tuple(self.not_run),
        )

    def _compile(self) -> tuple[rules.CompiledRules, ...]:
        """With every engine that the pack is for; a file that one of them refuses is left out of that one."""
        compiled, engines, refused = [], [], []
        for engine in ENGINES:
            if self.pack.manifest.engines and engine.name not in self.pack.manifest.engines:
                self.not_run.append(f"{engine.name} did not run: pack.toml does not name it.")
                continue
            try:
                rule_set = rules.load([self.folder], skip_broken=True, engine=engine.name)
            except RulePackError as error:
                refused.append(error)
                continue
            for defect in rule_set.defects:
                message = f"{engine.name} can't compile the file: {defect.reason}"
                self.diagnostics.append(
                    places.about_file(self.pack, defect.path, "CFR910", Level.ERROR, message, line=defect.line)
                )
            (self.place / engine.name).mkdir()
            compiled.append(rule_set.save(self.place / engine.name))
            engines.append(engine)
        if refused:
            hint = "cyberforensics rules check says more of each"
            raise RulePackError(str(refused[0]), details=refused[0].details, hint=hint)
        self.engines = tuple(engines)
        return tuple(compiled)

    @property
    def _names(self) -> list[str]:
        return [engine.name for engine in self.engines]

    @property
    def _workers(self) -> int:
        return self.options.workers or os.cpu_count() or 1

    def _samples(
        self, index: Index, compiled: tuple[rules.CompiledRules, ...], samples: Sequence[rules.Sample]
    ) -> frozenset[str]:
        """Run the samples; the rules that they prove."""
        proved: set[str] = set()
        for done, scanned in enumerate(pipeline.scan_samples(compiled, samples, self._workers, _SECONDS), 1):
            self.options.counter("samples", done, len(samples))
            sample, outcome = scanned.sample, scanned.outcome
            if outcome is None:
                message = "The worker process stopped on this sample: it took too long, too much memory, or died."
                self.diagnostics.append(places.about_file(self.pack, sample.path, "CFR911", Level.ERROR, message))
            elif outcome.broken:
                message = f"The sample can't be used: it {outcome.broken}"
                hint = "docs/rules-testing.md has the form of hex dumps and recipes"
                self.diagnostics.append(
                    places.about_file(self.pack, sample.path, "CFR905", Level.ERROR, message, hint, line=outcome.line)
                )
            else:
                self.diagnostics += proofs.sample_diagnostics(index, sample, outcome.results, self._names)
                if proofs.is_proof(index, sample, outcome.results):
                    proved.add(sample.rule)
        return frozenset(proved)

    def _images(self, index: Index, chosen: frozenset[str] | None) -> int:
        """Examine the images; how many there were."""
        lists = expectations.image_lists(self.pack.folder)
        if lists and chosen is not None and not chosen:
            self.not_run.append("No rule changed, so no image was examined.")
            return 0
        done = 0
        for path in lists:
            try:
                listed = expectations.read_image_list(path)
                if isinstance(listed, expectations.ExpectedScenario):
                    with tempfile.TemporaryDirectory(dir=self.place) as folder:
                        known = [rule.rule.name for rule in index.rules]
                        for expected in built_images(listed, known, Path(folder)):
                            done += self._image(index, expected)
                else:
                    done += self._image(index, listed)
            except rules.BrokenSample as broken:
                self.diagnostics.append(
                    places.about_file(self.pack, path, "CFR905", Level.ERROR, f"The list {broken.reason}.")
                )
        return done

    def _image(self, index: Index, expected: expectations.ExpectedImage) -> int:
        """Examine one image with every engine; 1 where it could be opened, else 0."""
        try:
            found = [self._examine(expected.image, engine, expected.path)[0] for engine in self.engines]
        except EvidenceError as error:
            message = f"The image can't be opened: {error}"
            self.diagnostics.append(places.about_file(self.pack, expected.path, "CFR905", Level.ERROR, message))
            return 0
        self._compare(index, found)
        hits = [hit for hit in _joined(found) if hit.path not in expected.apart]
        self.diagnostics += expectations.image_diagnostics(index, expected, hits)
        return 1

    def _known_good(self, index: Index) -> EntryCoverage | None:
        source = self.options.known_good
        if source is None:
            return None
        examined = [self._examine(source, engine, None) for engine in self.engines]
        found = [hits for hits, _ in examined]
        self._compare(index, found)
        self.diagnostics += expectations.known_good_diagnostics(index, _joined(found))
        return examined[0][1]

    def _examine(self, source: Path, engine: Engine, expected: Path | None) -> tuple[Hits, EntryCoverage]:
        """What one engine finds in an image or a folder, and what was examined of it."""
        options = Options(
            rule_packs=(self.folder,),
            skip_broken_rules=True,
            engine=engine.name,
            verify="no",
            workers=self.options.workers,
        )
        shown = source.name if source.is_relative_to(self.place) else str(source)  # what was built lies anywhere
        with tempfile.TemporaryDirectory(dir=self.place) as folder:
            summary = triage.triage({"TEST": source}, Path(folder, "case"), options, self.options.observer)
            for problem in summary.document.problems:
                if problem.stage == "rules" and problem.severity != Severity.INFO:
                    message = f"{engine.name}: {problem.count} contents of {shown}: {problem.meaning}"
                    self.diagnostics.append(self._about_source(expected, Level.ERROR, message))
            coverage = summary.document.exhibits[0].coverage
            if coverage.whole != coverage.seen:
                rest = coverage.seen.count - coverage.whole.count
                message = f"{rest} of {coverage.seen.count} contents of {shown} were not examined whole."
                self.diagnostics.append(self._about_source(expected, Level.WARNING, message))
            with case.open_existing(Path(folder, "case")) as store:
                hits = {
                    Hit(
                        located.volume.rpartition("/")[2],
                        located.path,
                        located.stream or "",
                        located.finding.namespace,
                        located.finding.rule,
                    ): proofs.places_of(located.finding)
                    for located in case.findings(store)
                    if located.finding.source == "yara"
                }
            return hits, coverage

    def _about_source(self, expected: Path | None, level: Level, message: str) -> Diagnostic:
        """About an image, in the line of its list, or about the known-good files."""
        place = self.pack.folder / MANIFEST if expected is None else expected
        return places.about_file(self.pack, place, "CFR911", level, message)

    def _compare(self, index: Index, found: Sequence[Hits]) -> None:
        """Say where engines found something else."""
        everywhere = {(hit.volume, hit.path, hit.stream) for hits in found for hit in hits}
        by_place = [_by_place(hits) for hits in found]
        for place in sorted(everywhere):
            here = [one.get(place, {}) for one in by_place]
            self.diagnostics += proofs.differences(index, place[1], here, self._names)


def _by_place(hits: Hits) -> dict[tuple[str, str, str], dict[proofs.Key, proofs.Places]]:
    found: dict[tuple[str, str, str], dict[proofs.Key, proofs.Places]] = {}
    for hit, where in hits.items():
        found.setdefault((hit.volume, hit.path, hit.stream), {})[hit.namespace, hit.rule] = where
    return found


def _joined(found: Iterable[Hits]) -> frozenset[Hit]:
    return frozenset(hit for hits in found for hit in hits)


def _order(one: Diagnostic) -> tuple[str, int, str, str]:
    return one.file, 0 if one.span is None else one.span.line, one.code, one.message
