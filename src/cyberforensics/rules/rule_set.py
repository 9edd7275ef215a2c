"""Loaded packs: recorded, checked, compiled."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yara

from cyberforensics.errors import RulePackError
from cyberforensics.model.case_document import PackRecord
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.rules.compiled import CompiledFile, CompiledRules
from cyberforensics.rules.compiling import Compilation, Unit, compile_packs
from cyberforensics.rules.engine import engine_version
from cyberforensics.rules.packs import Pack, read_pack
from cyberforensics.rules.scanner import Namespace


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every rule of one run."""

    packs: tuple[PackRecord, ...]
    problems: tuple[Problem, ...]
    """One for each rule file that was left out on request."""
    namespaces: tuple[Namespace, ...]
    """What the engine's own namespaces, which are numbers, stand for."""
    content: yara.Rules | None
    """Rules that look at content alone: to be run once a content; None where `whole` has them."""
    per_name: yara.Rules | None
    """Rules of files that use an external: to be run once a name."""
    whole: yara.Rules | None
    """Both together, so that a content with one name is read by the engine once; None where only one of the two
    exists, or where a rule has the name of an external."""
    lean: yara.Rules | None
    """`whole`, or else `content`, without the rules that only match programs; None where that leaves out nothing."""

    @property
    def engine(self) -> str:
        """The engine that runs them; empty where there are none."""
        return engine_version() if self.packs else ""

    @property
    def key(self) -> dict[str, object]:
        """What the findings of these rules depend on, beside the bytes."""
        return {
            "rule packs": [f"{pack.name} {pack.sha256}" for pack in self.packs],
            "rule files left out": [name for pack in self.packs for name in pack.left_out],
            "rule engine": self.engine,
        }

    def save(self, folder: Path) -> CompiledRules:
        """Write the compiled rules into a folder, for the workers of this run."""
        return CompiledRules(
            content=_save(self.content, folder / "content.yarc"),
            per_name=_save(self.per_name, folder / "per-name.yarc"),
            whole=_save(self.whole, folder / "whole.yarc"),
            lean=_save(self.lean, folder / "lean.yarc"),
            namespaces=self.namespaces,
        )


def load(paths: Sequence[Path], *, skip_broken: bool = False) -> RuleSet:
    """Read and compile packs: folders, with or without ``pack.toml``, or single rule files.

    A path given twice counts once. Where two packs have the same name, the later one is called ``name-2``.
    With `skip_broken`, files that do not compile are left out and listed in its record and as problems.

    Raises:
        RulePackError: a pack is missing, empty or malformed; or files do not compile: `details` has one line
            ``file:line: reason`` for each.
    """
    packs = [read_pack(path) for path in _once(paths)]
    names = _names(packs)
    compilation = compile_packs(packs)
    if compilation.defects and not skip_broken:
        raise _broken(compilation)
    if packs and not compilation.units:
        raise _broken(compilation)
    return RuleSet(
        packs=tuple(_record(number, names[number], pack, compilation) for number, pack in enumerate(packs)),
        problems=tuple(_skipped(names[unit.pack], packs[unit.pack], unit) for unit in compilation.broken),
        namespaces=tuple(
            Namespace(names[unit.pack], packs[unit.pack].namespace_of(unit.path), unit in compilation.looking)
            for unit in compilation.units
        ),
        content=compilation.sets.content,
        per_name=compilation.sets.per_name,
        whole=compilation.sets.whole,
        lean=compilation.sets.lean,
    )


def _once(paths: Sequence[Path]) -> list[Path]:
    unique: dict[Path, Path] = {}
    for path in paths:
        unique.setdefault(path.resolve(), path)
    return list(unique.values())


def _names(packs: Sequence[Pack]) -> list[str]:
    names: list[str] = []
    seen: Counter[str] = Counter()
    for pack in packs:
        seen[pack.name] += 1
        name = pack.name if seen[pack.name] == 1 else f"{pack.name}-{seen[pack.name]}"
        while name in names:
            seen[pack.name] += 1
            name = f"{pack.name}-{seen[pack.name]}"
        names.append(name)
    return names


def _broken(compilation: Compilation) -> RulePackError:
    details = tuple(map(str, compilation.defects))
    return RulePackError(
        f"{len(details)} of the rule files can't be used.",
        details=details,
        hint="Mend them, or go on without them with --skip-broken-rules: the case says so.",
    )


def _record(number: int, name: str, pack: Pack, compilation: Compilation) -> PackRecord:
    heads = [unit.path for unit in compilation.units if unit.pack == number]
    return PackRecord(
        name=name,
        version=pack.version,
        licence=pack.licence,
        sha256=pack.digest(),
        rules=sum(len(pack.files[path].rules) for head in heads for path in pack.closure([head])),
        files=len(set(pack.closure(heads))),
        left_out=tuple(pack.name_of(unit.path) for unit in compilation.broken if unit.pack == number),
    )


def _skipped(name: str, pack: Pack, unit: Unit) -> Problem:
    return Problem(
        Stage.RULES,
        "rules.skipped",
        f"The rule file {pack.name_of(unit.path)} of the pack {name} can't be used"
        " and was left out on request: its rules looked at nothing.",
        Severity.WARNING,
    )


def _save(rules: yara.Rules | None, path: Path) -> CompiledFile | None:
    if rules is None:
        return None
    stream = io.BytesIO()
    rules.save(file=stream)
    return CompiledFile.write(path, stream.getvalue())
