"""Packs to two compiled sets: rules about content, and rules that also look at a name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yara

from cyberforensics.rules.engine import DoesNotCompile, compile_texts
from cyberforensics.rules.packs import Pack
from cyberforensics.rules.rule_file import Defect


@dataclass(frozen=True, slots=True)
class Unit:
    """A rule file with all that it includes: what has one namespace."""

    pack: int
    path: Path


@dataclass(frozen=True, slots=True)
class Compilation:
    """What compiled, and what did not."""

    units: tuple[Unit, ...]
    """Their places are the namespaces inside the engine, so that packs and files never meet there."""
    content: yara.Rules | None
    """Rules without externals; None where there are none."""
    per_name: yara.Rules | None
    whole: yara.Rules | None
    """Both together; None where that adds nothing or can't be."""
    looking: frozenset[Unit]
    """The units of `per_name`."""
    defects: tuple[Defect, ...]
    """In the order of packs and files."""
    broken: tuple[Unit, ...]
    """Files that are not in the sets."""


def compile_packs(packs: Sequence[Pack]) -> Compilation:
    """Compile everything that can be; the caller decides what a defect means.

    All files are compiled at once. Only where that fails is each tried alone, so that every broken
    file is named and a sound pack costs one compilation.
    """
    broken: dict[Unit, Defect] = {}
    for number, pack in enumerate(packs):
        broken |= {Unit(number, path): pack.defects[path] for path in pack.members if path in pack.defects}
    while True:
        units = tuple(
            Unit(number, path)
            for number, pack in enumerate(packs)
            for path in pack.heads({unit.path for unit in broken if unit.pack == number})
        )
        texts = _Texts(packs, units)
        looking = frozenset(unit for unit in units if texts.looks_at_names(unit))
        try:
            content = texts.compile([unit for unit in units if unit not in looking], with_externals=False)
            per_name = texts.compile([unit for unit in units if unit in looking], with_externals=True)
        except DoesNotCompile as error:
            found = {unit: defect for unit in units if (defect := texts.defect_of(unit, unit in looking)) is not None}
            if not found:  # each compiles, all together do not: a limit of the engine
                found = {unit: Defect(unit.path, error.reason) for unit in units}
            broken |= found
            continue
        order = sorted(broken, key=lambda unit: (unit.pack, unit.path))
        defects = tuple(dict.fromkeys(broken[unit] for unit in order))
        whole = texts.compile_whole() if content is not None and per_name is not None else None
        return Compilation(units, content, per_name, whole, looking, defects, tuple(order))


class _Texts:
    """The units' texts as the engine gets them: an include names its text by number."""

    def __init__(self, packs: Sequence[Pack], units: Sequence[Unit]) -> None:
        self._packs = packs
        self._namespaces = {unit: str(number) for number, unit in enumerate(units)}
        self._files = {path: file for pack in packs for path, file in pack.files.items()}
        self._keys = {path: str(number) for number, path in enumerate(self._files)}
        self._paths = {key: path for path, key in self._keys.items()}
        targets = {step.target for file in self._files.values() for step in file.includes}
        self._included = {self._keys[path]: self._text(path) for path in targets if path in self._files}

    def compile(self, units: Iterable[Unit], *, with_externals: bool) -> yara.Rules | None:
        texts = {self._namespaces[unit]: self._text(unit.path) for unit in units}
        return compile_texts(texts, self._included, with_externals=with_externals) if texts else None

    def compile_whole(self) -> yara.Rules | None:
        try:
            return self.compile(self._namespaces, with_externals=True)
        except DoesNotCompile:  # a rule of a file without externals has the name of one
            return None

    def looks_at_names(self, unit: Unit) -> bool:
        """Whether the unit needs externals: where a word suggests it, the compiler is asked."""
        files = self._packs[unit.pack].files
        if not any(files[path].names_external for path in self._packs[unit.pack].closure([unit.path])):
            return False
        try:
            self.compile([unit], with_externals=False)
        except DoesNotCompile:
            return True
        return False

    def defect_of(self, unit: Unit, looks_at_names: bool) -> Defect | None:
        """Compile the unit alone."""
        missing = self._missing_include(unit)
        if missing is not None:
            return missing
        try:
            self.compile([unit], with_externals=looks_at_names)
        except DoesNotCompile as error:
            path = unit.path if error.source is None else self._paths.get(error.source, unit.path)
            return Defect(path, error.reason, error.line)
        return None

    def _missing_include(self, unit: Unit) -> Defect | None:
        pack = self._packs[unit.pack]
        for path in pack.closure([unit.path]):
            for step in pack.files[path].includes:
                if step.target in pack.defects:
                    why = pack.defects[step.target].reason
                    return Defect(path, f'the included file "{pack.name_of(step.target)}" {why}', step.line)
        return None

    def _text(self, path: Path) -> str:
        file = self._files[path]
        text = file.text
        for step in reversed(file.includes):
            key = self._keys.get(step.target)
            if key is not None:
                start, end = step.span
                text = text[:start] + key + text[end:]
        return text
