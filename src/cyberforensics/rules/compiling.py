"""Packs to compiled sets: rules about content, rules that also look at a name, and fewer for what is no program."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path

from cyberforensics.rules.checking.first import first_mistake
from cyberforensics.rules.engines import EXTERNALS, DoesNotCompile, Engine, ExternalValue, Rules
from cyberforensics.rules.lean import lean_text
from cyberforensics.rules.name_rules import name_text
from cyberforensics.rules.open_rules import ANY, LEFT_OPEN, PLAIN_NAME, NameRule, name_rules_of, with_any
from cyberforensics.rules.packs import Pack
from cyberforensics.rules.rule_file import Defect, RuleFile, from_text


@dataclass(frozen=True, slots=True)
class Unit:
    """A rule file with all that it includes: what has one namespace."""

    pack: int
    path: Path


@dataclass(frozen=True, slots=True)
class Sets:
    """Compiled rules; `RuleSet` says what each is for."""

    content: Rules | None = None
    per_name: Rules | None = None
    whole: Rules | None = None
    lean: Rules | None = None
    again: Rules | None = None
    again_lean: Rules | None = None
    settled: Mapping[Unit, frozenset[str]] = field(default_factory=dict)
    """Names of the rules of `per_name` that look at content alone, where `again` was made without them."""
    names: Rules | None = None
    names_lean: Rules | None = None
    open_rules: Mapping[Unit, tuple[str, ...]] = field(default_factory=dict)
    """Names of the rules that contents may leave open, where `names` was made."""


@dataclass(frozen=True, slots=True)
class Compilation:
    """What compiled, and what did not."""

    units: tuple[Unit, ...]
    """Their places are the namespaces inside the engine, so that packs and files never meet there."""
    sets: Sets
    looking: frozenset[Unit]
    """The units of `Sets.per_name`."""
    defects: tuple[Defect, ...]
    """In the order of packs and files."""
    broken: tuple[Unit, ...]
    """Files that are not in the sets."""


def compile_packs(packs: Sequence[Pack], engine: Engine) -> Compilation:
    """Compile everything that can be; the caller decides what a defect means.

    All files are compiled at once. Only where that fails is each tried alone, so that every broken
    file is named and a sound pack costs one compilation, and one of what is left for content that is no program.
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
        texts = _Texts(packs, units, engine)
        looking = frozenset(unit for unit in units if texts.looks_at_names(unit))
        try:
            sets = texts.compile_sets(units, looking)
        except DoesNotCompile as error:
            found = {unit: defect for unit in units if (defect := texts.defect_of(unit, unit in looking)) is not None}
            if not found:  # each compiles, all together do not: a limit of the engine
                found = {unit: Defect(unit.path, error.reason) for unit in units}
            broken |= found
            continue
        order = sorted(broken, key=lambda unit: (unit.pack, unit.path))
        defects = tuple(dict.fromkeys(broken[unit] for unit in order))
        return Compilation(units, sets, looking, defects, tuple(order))


class _Texts:
    """The units' texts as the engine gets them: an include names its text by number."""

    def __init__(self, packs: Sequence[Pack], units: Sequence[Unit], engine: Engine) -> None:
        self._packs = packs
        self._engine = engine
        self._namespaces = {unit: str(number) for number, unit in enumerate(units)}
        self._files = {path: file for pack in packs for path, file in pack.files.items()}
        self._declared: dict[str, ExternalValue] = {
            one.name: one.default for pack in packs for one in pack.manifest.externals
        }
        if not any(word in file.text for file in self._files.values() for word in (ANY, LEFT_OPEN)):
            self._declared |= {ANY: False, LEFT_OPEN: ""}
        self._keys = {path: str(number) for number, path in enumerate(self._files)}
        self._paths = {key: path for path, key in self._keys.items()}
        targets = {step.target for file in self._files.values() for step in file.includes}
        self._included = {self._keys[path]: self._text(self._files[path]) for path in targets if path in self._files}

    def compile_sets(self, units: Sequence[Unit], looking: AbstractSet[Unit]) -> Sets:
        """Compile every set.

        Raises:
            DoesNotCompile: a unit has a mistake.
        """
        named = [unit for unit in units if unit in looking]
        per_name = self._compile(named, with_externals=True)
        sets = self._with_again(Sets(per_name=per_name), named)
        if per_name is not None and len(looking) < len(units):
            asking = self._with_any_name(sets, units)
            if asking is not None:
                return asking
            try:
                whole = self._compile(units, with_externals=True)
            except DoesNotCompile:  # of a unit without externals: it has a mistake, or a name of one
                pass
            else:
                lean = self._compile_lean(self._read(units), whole, with_externals=True)
                return replace(sets, whole=whole, lean=lean)
        others = [unit for unit in units if unit not in looking]
        content = self._compile(others, with_externals=False)
        lean = self._compile_lean(self._read(others), content, with_externals=False)
        return replace(sets, content=content, lean=lean)

    def _with_any_name(self, sets: Sets, units: Sequence[Unit]) -> Sets | None:
        """All rules so that they can be asked under any name; None where it is not certain what that gives."""
        if sets.again is None or ANY not in self._declared or not self._engine.lean_is_exact:
            return None
        found: dict[Unit, tuple[NameRule, ...]] = {}
        for unit, settled in sets.settled.items():
            rules = name_rules_of(self._files[unit.path], settled)
            if rules is None:
                return None
            found[unit] = rules
        programs_only = (
            frozenset[str]()
            if sets.again_lean is None
            else (frozenset(sets.again.names()) - frozenset(sets.again_lean.names()))
        )
        try:
            asked = self._often(found)
            files = self._read(units)
            for unit, rules in asked.items():
                before = files[unit]
                files[unit] = from_text(unit.path, before.raw, with_any(before.text, rules))
                if [rule.name for rule in files[unit].rules] != [rule.name for rule in before.rules]:
                    return None
            names, names_lean = (self._names(found, asked, without) for without in (frozenset[str](), programs_only))
            whole = self._compile_texts({unit: self._text(file) for unit, file in files.items()}, with_externals=True)
        except DoesNotCompile:  # a text is not what it seems: slower, never wrong
            return None
        lean = self._compile_lean(files, whole, with_externals=True)
        open_rules = {unit: tuple(rule.name for rule in rules) for unit, rules in asked.items()}
        return replace(sets, whole=whole, lean=lean, names=names, names_lean=names_lean, open_rules=open_rules)

    def _often(self, found: Mapping[Unit, tuple[NameRule, ...]]) -> dict[Unit, tuple[NameRule, ...]]:
        """Those that a name does not rule out that is nothing special."""
        rules = self._names(found, {}, frozenset())
        matches = rules.match(b"", PLAIN_NAME, seconds=60, fast=True).rules
        often = {(match.namespace, match.rule) for match in matches}
        return {
            unit: tuple(
                rule for rule in rules if not rule.of_name_alone and (self._namespaces[unit], rule.name) in often
            )
            for unit, rules in found.items()
        }

    def _names(
        self,
        found: Mapping[Unit, tuple[NameRule, ...]],
        asked: Mapping[Unit, tuple[NameRule, ...]],
        without: AbstractSet[str],
    ) -> Rules:
        texts: dict[str, str] = {}
        for unit, rules in found.items():
            space = self._namespaces[unit]
            texts[space] = "".join(
                rule.text(f"{space}.{rule.name}" if rule in asked.get(unit, ()) else None)
                for rule in rules
                if rule.name not in without
            )
        return self._engine.compile(texts, {}, with_externals=True, declared=self._declared)

    def _with_again(self, sets: Sets, looking: Sequence[Unit]) -> Sets:
        """Add what is run on content that was met before, where it is certain that nothing more need be."""
        if sets.per_name is None:
            return sets
        files: dict[Unit, RuleFile] = {}
        settled: dict[Unit, frozenset[str]] = {}
        gone: Counter[str] = Counter()
        called = Counter(self._name_of(unit) for unit in looking)
        for unit in looking:
            files[unit] = self._files[unit.path]
            settled[unit] = frozenset()
            if called[self._name_of(unit)] == 1:  # else a finding does not tell of which file it is
                part = name_text(files[unit], frozenset(EXTERNALS))
                settled[unit] = part.settled
                if part.gone:
                    gone.update(part.gone)
                    files[unit] = from_text(unit.path, files[unit].raw, part.text)
        try:
            again = self._compile_texts({unit: self._text(file) for unit, file in files.items()}, with_externals=True)
        except DoesNotCompile:  # a text is not what it seems: slower, never wrong
            return sets
        if again is None or Counter(again.names()) + gone != Counter(sets.per_name.names()):
            return sets
        lean = self._compile_lean(files, again, with_externals=True)
        return replace(sets, again=again, again_lean=lean, settled=settled)

    def _name_of(self, unit: Unit) -> tuple[int, str]:
        return unit.pack, self._packs[unit.pack].namespace_of(unit.path)

    def _compile(self, units: Iterable[Unit], *, with_externals: bool) -> Rules | None:
        return self._compile_texts(
            {unit: self._text(file) for unit, file in self._read(units).items()}, with_externals=with_externals
        )

    def _compile_texts(self, texts: Mapping[Unit, str], *, with_externals: bool) -> Rules | None:
        named = {self._namespaces[unit]: text for unit, text in texts.items()}
        if not named:
            return None
        return self._engine.compile(named, self._included, with_externals=with_externals, declared=self._declared)

    def _read(self, units: Iterable[Unit]) -> dict[Unit, RuleFile]:
        return {unit: self._files[unit.path] for unit in units}

    def _compile_lean(
        self, files: Mapping[Unit, RuleFile], everything: Rules | None, *, with_externals: bool
    ) -> Rules | None:
        """Without the rules that only match programs; None where that is not `everything` but for them."""
        if everything is None or not self._engine.lean_is_exact:
            return None
        gone: Counter[str] = Counter()
        texts: dict[Unit, str] = {}
        for unit, file in files.items():
            if file.includes:
                texts[unit] = self._text(file)
                continue
            lean = lean_text(file)
            gone.update(lean.gone)
            if len(lean.gone) < len(file.rules):
                texts[unit] = lean.text
        if all(texts.get(unit) == self._text(file) for unit, file in files.items()):
            return None
        try:
            rules = self._compile_texts(texts or dict.fromkeys(files, ""), with_externals=with_externals)
        except DoesNotCompile:  # a text is not what it seems: slower, never wrong
            return None
        names = Counter(() if rules is None else rules.names())
        return rules if names + gone == Counter(everything.names()) else None

    def looks_at_names(self, unit: Unit) -> bool:
        """Whether the unit needs externals: where a word suggests it, the compiler is asked."""
        files = self._packs[unit.pack].files
        if not any(files[path].names_external for path in self._packs[unit.pack].closure([unit.path])):
            return False
        try:
            self._compile([unit], with_externals=False)
        except DoesNotCompile:
            return True
        return False

    def defect_of(self, unit: Unit, looks_at_names: bool) -> Defect | None:
        """Compile the unit alone."""
        missing = self._missing_include(unit)
        if missing is not None:
            return missing
        try:
            self._compile([unit], with_externals=looks_at_names)
        except DoesNotCompile as error:
            if self._engine.names_first:
                path = unit.path if error.source is None else self._paths.get(error.source, unit.path)
                return Defect(path, error.reason, error.line)
            return self._first_of(unit, error)
        return None

    def _first_of(self, unit: Unit, error: DoesNotCompile) -> Defect:
        files = {path: self._files[path].text for path in self._packs[unit.pack].closure([unit.path])}
        found = first_mistake(unit.path, files, {**self._declared, **dict.fromkeys(EXTERNALS, "")})
        if found is None:
            return Defect(unit.path, error.reason, error.line)
        return Defect(found.path, found.reason, found.line)

    def _missing_include(self, unit: Unit) -> Defect | None:
        pack = self._packs[unit.pack]
        for path in pack.closure([unit.path]):
            for step in pack.files[path].includes:
                if step.target in pack.defects:
                    why = pack.defects[step.target].reason
                    return Defect(path, f'the included file "{pack.name_of(step.target)}" {why}', step.line)
        return None

    def _text(self, file: RuleFile) -> str:
        text = file.text
        for step in reversed(file.includes):
            key = self._keys.get(step.target)
            if key is not None:
                start, end = step.span
                text = text[:start] + key + text[end:]
        return text
