"""Loaded packs: recorded, checked, compiled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.errors import CannotWrite, RulePackError
from cyberforensics.model.case_document import ListRecord, PackRecord, RuleRecord
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.rules.archive import Archive, pack_of
from cyberforensics.rules.compiled import CompiledFile, CompiledRules
from cyberforensics.rules.compiling import Compilation, Unit, compile_packs
from cyberforensics.rules.engines import Engine, Rules, engine_named
from cyberforensics.rules.keyword_list import read_keywords
from cyberforensics.rules.keyword_rules import keyword_pack
from cyberforensics.rules.lists import once, unique_names
from cyberforensics.rules.packs import Pack, read_pack
from cyberforensics.rules.rule_file import Defect
from cyberforensics.rules.scanner import Namespace


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every rule of one run."""

    packs: tuple[PackRecord, ...]
    rules: tuple[RuleRecord, ...]
    """Every rule of the packs that runs."""
    problems: tuple[Problem, ...]
    """One for each rule file that was left out on request."""
    keywords: tuple[ListRecord, ...]
    """Lists of keywords, whose rules are among the others."""
    namespaces: tuple[Namespace, ...]
    """What the engine's own namespaces, which are numbers, stand for."""
    content: Rules | None
    """Rules that look at content alone: to be run once a content; None where `whole` has them."""
    per_name: Rules | None
    """Rules of files that use an external: to be run once a name."""
    whole: Rules | None
    """Both together, so that a content with one name is read by the engine once; None where only one of the two
    exists, or where a rule has the name of an external."""
    lean: Rules | None
    """`whole`, or else `content`, without the rules that only match programs; None where that leaves out nothing."""
    again: Rules | None
    """The rules of `per_name` that depend on a name, and those that they need: to be run on content that is known; None
    where it is not certain which they are."""
    again_lean: Rules | None
    """`again` without the rules that only match programs."""
    names: Rules | None
    """What the rules that depend on a name say of names alone, so that only those are run on a content that was met
    before that could match it; None where that is not certain. Where it is there, `whole` can be asked under any name.
    """
    names_lean: Rules | None
    """`names` without the rules that only match programs."""
    engine_used: Engine
    defects: tuple[Defect, ...] = ()
    """Why rule files were left out on request."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to search contents for."""
        return not self.packs and not self.keywords

    @property
    def settled(self) -> frozenset[tuple[str, str, str]]:
        """Pack, namespace and rule of those that look at content alone in files that also look at names."""
        return frozenset((file.pack, file.name, rule) for file in self.namespaces for rule in file.settled)

    @property
    def engine(self) -> str:
        """Name and version of the engine that runs them; empty where there are none."""
        return "" if self.empty else self.engine_used.version()

    @property
    def key(self) -> dict[str, object]:
        """What the findings of these rules depend on, beside the bytes."""
        return {
            "rule packs": [f"{pack.name} {pack.sha256}" for pack in self.packs],
            "rule files left out": [name for pack in self.packs for name in pack.left_out],
            "lists of keywords": [f"{found.name} {found.sha256}" for found in self.keywords],
            "rule engine": self.engine,
        }

    def save(self, folder: Path) -> CompiledRules:
        """Write the compiled rules into a folder, for the workers of this run.

        Raises:
            CannotWrite: the folder or the disk refuses.
        """
        try:
            return CompiledRules(
                engine=self.engine_used.name,
                content=_save(self.content, folder / "content.yarc"),
                per_name=_save(
                    self.per_name if self.whole is None or self.again is None else None, folder / "per-name.yarc"
                ),
                whole=_save(self.whole, folder / "whole.yarc"),
                lean=_save(self.lean, folder / "lean.yarc"),
                again=_save(self.again, folder / "again.yarc"),
                again_lean=_save(self.again_lean, folder / "again-lean.yarc"),
                names=_save(self.names, folder / "names.yarc"),
                names_lean=_save(self.names_lean, folder / "names-lean.yarc"),
                namespaces=self.namespaces,
            )
        except OSError as error:
            raise CannotWrite(f"{folder}: the compiled rules can't be written ({error.strerror})") from error


def load(
    paths: Sequence[Path | Archive],
    *,
    keywords: Sequence[Path] = (),
    skip_broken: bool = False,
    engine: str = "yara-python",
) -> RuleSet:
    """Read and compile packs (folders, with or without ``pack.toml``, single rule files, archives) and keyword lists.

    A path given twice counts once. Where two packs have the same name, the later one is called ``name-2``.
    With `skip_broken`, files that do not compile are left out and listed in its record and as problems.

    Raises:
        RulePackError: a pack is missing, empty, malformed or not for this engine; two declare an external in different
            ways; or files do not compile: `details` has one line
            ``file:line: reason`` for each.
        UsageError: there is no such engine.
        ListError: a list of keywords is broken.
    """
    used = engine_named(engine)
    lists = [read_keywords(path) for path in once(keywords)]
    list_names = unique_names([found.name for found in lists])
    packs = [pack_of(found) if isinstance(found, Archive) else read_pack(found) for found in _once(paths)]
    names = [*unique_names([pack.name for pack in packs]), *list_names]
    of_rules = len(packs)
    signers = {found.path: found.signed_by for found in paths if isinstance(found, Archive)}
    _refuse_unfit(packs, used)
    packs += [keyword_pack(found, name, used) for found, name in zip(lists, list_names, strict=True)]
    compilation = compile_packs(packs, used)
    if compilation.defects and not skip_broken:
        raise _broken(compilation)
    if packs and not compilation.units:
        raise _broken(compilation)
    return RuleSet(
        packs=tuple(
            _record(number, names[number], pack, compilation, signers.get(pack.folder))
            for number, pack in enumerate(packs[:of_rules])
        ),
        rules=tuple(_rules_of(names, packs[:of_rules], compilation)),
        keywords=tuple(
            ListRecord(name, found.version, "keywords", len(found.keywords), found.sha256)
            for found, name in zip(lists, list_names, strict=True)
        ),
        problems=tuple(_skipped(names[unit.pack], packs[unit.pack], unit) for unit in compilation.broken),
        namespaces=tuple(
            Namespace(
                names[unit.pack],
                packs[unit.pack].namespace_of(unit.path) if unit.pack < of_rules else "keywords",
                unit in compilation.looking,
                "yara" if unit.pack < of_rules else "keyword",
                packs[unit.pack].manifest.severity,
                compilation.sets.settled.get(unit, frozenset()),
                compilation.sets.open_rules.get(unit, ()),
            )
            for unit in compilation.units
        ),
        content=compilation.sets.content,
        per_name=compilation.sets.per_name,
        whole=compilation.sets.whole,
        lean=compilation.sets.lean,
        again=compilation.sets.again,
        again_lean=compilation.sets.again_lean,
        names=compilation.sets.names,
        names_lean=compilation.sets.names_lean,
        engine_used=used,
        defects=compilation.defects,
    )


def _once(found: Sequence[Path | Archive]) -> list[Path | Archive]:
    """Each once, as it was first given."""
    unique: dict[Path, Path | Archive] = {}
    for one in found:
        unique.setdefault((one.path if isinstance(one, Archive) else one).resolve(), one)
    return list(unique.values())


def _refuse_unfit(packs: Sequence[Pack], engine: Engine) -> None:
    """Packs that are not for this engine, and packs that mean different things by one variable.

    Raises:
        RulePackError: there is such a pack.
    """
    declared: dict[str, tuple[Pack, object]] = {}
    for pack in packs:
        if not pack.manifest.runs_on(engine):
            wanted = ", ".join(f"{name} {versions}".rstrip() for name, versions in pack.manifest.engines.items())
            raise RulePackError(
                f"The pack {pack.name} is for {wanted}, and not for {engine.version()}.",
                hint="run it with an engine that its pack.toml names: --engine",
            )
        for external in pack.manifest.externals:
            other, before = declared.setdefault(external.name, (pack, external))
            if before != external:
                raise RulePackError(
                    f"The packs {other.name} and {pack.name} declare the external {external.name} in different ways.",
                    hint="run them one after the other: cyberforensics scan",
                )


def _broken(compilation: Compilation) -> RulePackError:
    details = tuple(map(str, compilation.defects))
    return RulePackError(
        f"{len(details)} of the rule files can't be used.",
        details=details,
        hint="Mend them, or go on without them with --skip-broken-rules: the case says so.",
    )


def _rules_of(names: Sequence[str], packs: Sequence[Pack], compilation: Compilation) -> Iterator[RuleRecord]:
    """Every rule that runs, in the order of packs and files; what a file includes stands in its namespace."""
    for unit in compilation.units:
        if unit.pack < len(packs):
            pack = packs[unit.pack]
            namespace = pack.namespace_of(unit.path)
            for path in sorted(pack.closure([unit.path])):
                file = pack.files[path]
                name = pack.name_of(path)
                for rule in file.rules:
                    yield RuleRecord(
                        names[unit.pack],
                        namespace,
                        rule.name,
                        name,
                        rule.line,
                        file.digest_of(rule),
                        file.text_of(rule),
                    )


def _record(number: int, name: str, pack: Pack, compilation: Compilation, signed_by: str | None) -> PackRecord:
    units = [unit for unit in compilation.units if unit.pack == number]
    rules_of = {
        unit: [rule.name for path in pack.closure([unit.path]) for rule in pack.files[path].rules] for unit in units
    }
    settled = compilation.sets.settled
    return PackRecord(
        name=name,
        version=pack.manifest.version,
        licence=pack.manifest.licence,
        sha256=pack.digest(),
        rules=sum(map(len, rules_of.values())),
        files=len(set(pack.closure(unit.path for unit in units))),
        left_out=tuple(pack.name_of(unit.path) for unit in compilation.broken if unit.pack == number),
        signed_by=signed_by,
        name_rules=sum(
            rule not in settled.get(unit, ())
            for unit in units
            if unit in compilation.looking
            for rule in rules_of[unit]
        ),
    )


def _skipped(name: str, pack: Pack, unit: Unit) -> Problem:
    return Problem(
        Stage.RULES,
        "rules.skipped",
        f"The rule file {pack.name_of(unit.path)} of the pack {name} can't be used"
        " and was left out on request: its rules looked at nothing.",
        Severity.WARNING,
    )


def _save(rules: Rules | None, path: Path) -> CompiledFile | None:
    return None if rules is None else CompiledFile.write(path, rules.dump())
