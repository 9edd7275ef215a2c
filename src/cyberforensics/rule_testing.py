"""Testing rule packs: samples, disk images and known-good files, with every engine; where they differ, that fails."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cyberforensics import case, pipeline, rules, triage
from cyberforensics.errors import EvidenceError, RulePackError, UsageError
from cyberforensics.lab.rule_images import built_images
from cyberforensics.model.coverage import EntryCoverage
from cyberforensics.model.diagnostic import Diagnostic, Level, Tried
from cyberforensics.model.problem import Severity
from cyberforensics.model.run import Observer, Options
from cyberforensics.rule_opening import opened
from cyberforensics.rules import Archive, changes, expectations, places, proofs, trying
from cyberforensics.rules.engines import ENGINES, Engine
from cyberforensics.rules.expectations import Hit, Hits
from cyberforensics.rules.manifest import MANIFEST
from cyberforensics.rules.packs import Pack
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
    """As it was named; of an archive, the archive."""
    base: Path
    """Below which the files of diagnostics lie."""
    engines: tuple[str, ...]
    rules: int
    tested: int
    """Rules that had a sample of either kind."""
    samples: int
    images: int
    known_good: tuple[EntryCoverage, ...]
    """What was seen and examined of each folder or image of known-good files."""
    diagnostics: tuple[Diagnostic, ...]
    not_run: tuple[str, ...]
    """What was left out, in sentences."""
    files: tuple[str, ...] = ()
    """The rule files."""
    tried: tuple[Tried, ...] = ()
    """Every rule, sample, image and folder of known-good files; after them files of which something else is said."""

    @property
    def failed(self) -> bool:
        """Whether anything has to be mended."""
        return any(one.level is Level.ERROR for one in self.diagnostics)


@dataclass(frozen=True, slots=True)
class Settings:
    """What to test, and how."""

    known_good: tuple[Path, ...] = ()
    """Folders or images of files on which no rule should match."""
    allowed_signers: Path | None = None
    """A file of keys: nothing but archives signed by one of them is taken."""
    changed_since: str | None = None
    """A revision of git: rules that are as they were then are left out."""
    workers: int | None = None
    """None for one for each core."""
    counter: Counter = lambda _what, _done, _total: None
    observer: Observer = lambda _progress: None


def run_tests(folders: Sequence[Path], options: Settings) -> Iterator[PackResult]:
    """Test packs, one after the other.

    Raises:
        RulePackError: a pack can't be read, the signature of an archive does not verify, or no engine can compile
            anything of it.
        UsageError: git can't tell what changed, or of an archive is asked.
        EvidenceError: an image or the known-good files can't be opened.
        CannotWrite: there is no room for temporary files.
    """
    for folder, source in zip(folders, opened(folders, options.allowed_signers), strict=True):
        changed = None
        if options.changed_since is not None:
            if isinstance(source, Archive):
                raise UsageError(f"--changed-since: {folder} is a built archive", hint="name the folder of the pack")
            changed = pipeline.changed_since(folder.parent if folder.is_file() else folder, options.changed_since)
        pack = rules.pack_of(source) if isinstance(source, Archive) else rules.read_pack(source)
        with tempfile.TemporaryDirectory(prefix="cyberforensics-rules-") as place:
            yield _Test(pack, folder, source, Path(place), options, changed).run()


@dataclass(slots=True)
class _Test:
    """The test of one pack."""

    pack: Pack
    folder: Path
    """As it was named."""
    source: Path | Archive
    """What is compiled: an archive was verified."""
    place: Path
    options: Settings
    changed: Mapping[str, bytes | None] | None
    engines: tuple[Engine, ...] = ()
    diagnostics: list[Diagnostic] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)

    def run(self) -> PackResult:
        index = Index(self.pack)
        compiled = self._compile()
        chosen = None if self.changed is None else changes.changed_rules(index, self.changed)
        every = list(rules.samples_in(self.pack.folder, self.pack.manifest.externals))
        if self._alone:
            every = [sample for sample in every if index.named(sample.rule)]
        samples = [sample for sample in every if chosen is None or sample.rule in chosen]
        known = {placed.rule.name for placed in index.rules}
        why = f"as it was at {self.options.changed_since}"
        if chosen is not None:
            self.not_run.append(
                f"{len(known - chosen)} of {len(known)} rules and {len(every) - len(samples)} of {len(every)} samples"
                f" are as they were at {self.options.changed_since}, and were left out."
            )
        if self._built:
            self.not_run.append("A built archive holds no samples: none of its rules was proved.")
        elif not self._alone:  # beside a single file, samples of others may lie
            self.diagnostics += proofs.strange_samples(index, samples)
        proved, said = self._samples(index, compiled, samples)
        if not self._built:
            self.diagnostics += proofs.unproved(index, proved, chosen)
        self.tried += trying.tried_samples(index, every, said, why)
        images = self._images(index, chosen)
        known_good = self._known_good(index)
        diagnostics = tuple(sorted(dict.fromkeys(self.diagnostics), key=_order))
        left_out = known if self._built else known - (known if chosen is None else chosen)
        rules_tried = tuple(
            trying.tried_rules(
                index, diagnostics, proved, left_out, "the archive holds no samples" * self._built or why
            )
        )
        told = {one for tried in (*rules_tried, *self.tried) for one in tried.diagnostics}
        return PackResult(
            pack=self.pack.name,
            folder=self.folder,
            base=self.pack.folder,
            engines=tuple(engine.version() for engine in self.engines),
            rules=len(index.rules),
            tested=len({sample.rule for sample in samples if index.named(sample.rule)}),
            samples=len(samples),
            images=images,
            known_good=known_good,
            diagnostics=diagnostics,
            not_run=tuple(self.not_run),
            files=tuple(map(self.pack.name_of, self.pack.members)),
            tried=(*rules_tried, *self.tried, *trying.tried_files(diagnostics, told)),
        )

    @property
    def _built(self) -> bool:
        return isinstance(self.source, Archive)

    @property
    def _alone(self) -> bool:
        """Whether it is one rule file."""
        return not self._built and self.folder.is_file()

    def _compile(self) -> tuple[rules.CompiledRules, ...]:
        """With every engine that the pack is for; a file that one of them refuses is left out of that one."""
        compiled, engines, refused = [], [], []
        for number, engine in enumerate(ENGINES):
            self.options.counter("engines that compiled the pack", number, len(ENGINES))
            if self.pack.manifest.engines and engine.name not in self.pack.manifest.engines:
                self.not_run.append(f"{engine.name} did not run: pack.toml does not name it.")
                continue
            try:
                rule_set = rules.load([self.source], skip_broken=True, engine=engine.name)
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
    ) -> tuple[frozenset[str], dict[Path, list[Diagnostic]]]:
        """Run the samples; the rules that they prove, and what is said of each sample."""
        proved: set[str] = set()
        said: dict[Path, list[Diagnostic]] = {}
        for done, scanned in enumerate(pipeline.scan_samples(compiled, samples, self._workers, _SECONDS), 1):
            self.options.counter("samples", done, len(samples))
            sample, outcome = scanned.sample, scanned.outcome
            here = said.setdefault(sample.path, [])
            if outcome is None:
                message = "The worker process stopped on this sample: it took too long, too much memory, or died."
                here.append(places.about_file(self.pack, sample.path, "CFR911", Level.ERROR, message))
            elif outcome.broken:
                message = f"The sample can't be used: it {outcome.broken}"
                hint = "docs/rules-testing.md has the form of hex dumps and recipes"
                here.append(
                    places.about_file(self.pack, sample.path, "CFR905", Level.ERROR, message, hint, line=outcome.line)
                )
            else:
                here += proofs.sample_diagnostics(index, sample, outcome.results, self._names)
                if proofs.is_proof(index, sample, outcome.results):
                    proved.add(sample.rule)
            self.diagnostics += here
        return frozenset(proved), said

    def _images(self, index: Index, chosen: frozenset[str] | None) -> int:
        """Examine the images; how many there were."""
        lists = () if self._built else expectations.image_lists(self.pack.folder)
        if lists and chosen is not None and not chosen:
            self.not_run.append("No rule changed, so no image was examined.")
            self.tried += [Tried("images", self.pack.name_of(path), (), "no rule changed") for path in lists]
            return 0
        done = 0
        for path in lists:
            before = len(self.diagnostics)
            done += self._listed(index, path)
            said = tuple(dict.fromkeys(self.diagnostics[before:]))
            self.tried.append(Tried("images", self.pack.name_of(path), said))
        return done

    def _listed(self, index: Index, path: Path) -> int:
        """Examine what a list names; how many images there were."""
        done = 0
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

    def _known_good(self, index: Index) -> tuple[EntryCoverage, ...]:
        """Examine the known-good files; the budget is for all of them together."""
        if not self.options.known_good:
            return ()
        before = len(self.diagnostics)
        found: list[dict[Hit, proofs.Places]] = [{} for _ in self.engines]
        coverage = []
        for number, source in enumerate(self.options.known_good):
            examined = [self._examine(source, engine, None) for engine in self.engines]
            for hits, (here, _) in zip(found, examined, strict=True):
                hits.update({replace(hit, volume=f"{number} {hit.volume}"): where for hit, where in here.items()})
            coverage.append(examined[0][1])
        self._compare(index, found)
        self.diagnostics += expectations.known_good_diagnostics(index, _joined(found))
        said = tuple(dict.fromkeys(self.diagnostics[before:]))
        self.tried.append(Tried("known-good", " ".join(map(str, self.options.known_good)), said))
        return tuple(coverage)

    def _examine(self, source: Path, engine: Engine, expected: Path | None) -> tuple[Hits, EntryCoverage]:
        """What one engine finds in an image or a folder, and what was examined of it."""
        options = Options(
            rule_packs=(self.folder,),
            skip_broken_rules=True,
            engine=engine.name,
            verify="no",
            workers=self.options.workers,
            allowed_signers=self.options.allowed_signers,
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
