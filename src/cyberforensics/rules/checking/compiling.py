"""What the engines say of every rule file of a pack, as remarks with our codes."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from cyberforensics.rules.checking import libyara, yarax
from cyberforensics.rules.checking.complaints import ENGINES, PYTHON, Complaint, Externals, Sort, X
from cyberforensics.rules.checking.source import FlatSource, Place, flatten
from cyberforensics.rules.checks import Remark
from cyberforensics.rules.packs import Pack
from cyberforensics.rules.syntax import Lines, SourceText, parse

CompileHeads = Callable[
    [Pack, Mapping[Path, SourceText], Sequence[Path], AbstractSet[str], Externals], Iterable[Remark]
]
"""Gives what the engines say of files, in their order: `compile_heads`, or the same in several processes."""

_REFUSED = {PYTHON: "CFR002", X: "CFR003"}
_SHOWN = {PYTHON: "yara-python", X: "YARA-X"}
_OF_X = {
    "TextPatternAsHex": "CFR035",
    "DuplicatePatternValue": "CFR025",
    "DeprecatedField": "CFR044",
    "UnintendedPatternInSet": "CFR026",
    "NonBooleanAsBoolean": "CFR043",
    "DuplicateImport": "CFR024",
    "UnsatisfiableExpression": "CFR040",
    "PotentiallySlowLoop": "CFR034",
    "SlowPattern": "CFR032",
    "ConsecutiveJumps": "CFR036",
}
"""Our code for a warning of YARA-X; `CFR039` for any other."""
_MODULES = "console, dotnet, elf, hash, math, pe, string and time"


def compile_pack(
    pack: Pack,
    sources: Mapping[Path, SourceText],
    engines: AbstractSet[str],
    externals: Externals,
    compiling: CompileHeads,
) -> Iterator[Remark]:
    """Compile every file that stands alone, with what it includes, with each engine."""
    yield from _includes(pack, sources, targets_of(sources))
    yield from compiling(pack, sources, pack.heads(set(pack.defects)), engines, externals)


def compile_heads(
    pack: Pack,
    sources: Mapping[Path, SourceText],
    heads: Sequence[Path],
    engines: AbstractSet[str],
    externals: Externals,
) -> Iterator[Remark]:
    """Compile these files, one after the other."""
    targets = targets_of(sources)
    for head in heads:
        unit = _Unit(pack, head, sources, flatten(head, sources, targets))
        yield from unit.circles()
        yield from unit.remarks(engines, externals)


def targets_of(sources: Mapping[Path, SourceText]) -> Mapping[Path, Mapping[int, Path]]:
    """Of each file the files that it includes, by where it says so."""
    return {
        path: {
            statement.span[0]: Path(os.path.normpath(path.parent / statement.value)) for statement in source.includes
        }
        for path, source in sources.items()
    }


def _includes(
    pack: Pack, sources: Mapping[Path, SourceText], targets: Mapping[Path, Mapping[int, Path]]
) -> Iterator[Remark]:
    for path, source in sources.items():
        for statement in source.includes:
            target = targets[path][statement.span[0]]
            if target not in sources:
                known = pack.defects.get(target)
                why = "is not there" if known is None else known.reason
                message = f'the included file "{pack.name_of(target)}" can\'t be used: it {why}'
                yield Remark(
                    "CFR005",
                    pack.name_of(path),
                    statement.span,
                    message,
                    "included names begin at the file's own folder",
                )


class _Unit:
    """A file with what it includes."""

    def __init__(self, pack: Pack, head: Path, sources: Mapping[Path, SourceText], flat: FlatSource) -> None:
        self._pack = pack
        self._sources = sources
        self._flat = flat
        self._source = sources[head] if len(flat.pieces) == 1 else parse(flat.text)
        self._circles = flat.circles

    def circles(self) -> Iterator[Remark]:
        for circle in self._circles:
            name = self._pack.name_of(circle.path)
            yield Remark(
                "CFR005",
                name,
                circle.span,
                "this include leads back to a file that is being included",
                "remove one of them",
            )

    def remarks(self, engines: AbstractSet[str], externals: Externals) -> Iterator[Remark]:
        said: list[Complaint] = []
        if PYTHON in engines:
            said += libyara.complaints(self._source, externals)
        if X in engines:
            said += yarax.complaints(self._source, externals)
        mistakes = [one for one in said if one.sort not in (Sort.WARNING, Sort.STRICT)]
        yield from self._modules([one for one in mistakes if one.sort == Sort.MODULE])
        yield from self._mistakes([one for one in mistakes if one.sort != Sort.MODULE], engines)
        broken = {one.rule for one in mistakes}
        if PYTHON in engines:
            # What YARA-X would have instead, yara-python has not: whoever follows it breaks the rule.
            said = [one for one in said if one.kind != "DeprecatedField"]
        yield from self._warnings(
            [one for one in said if one not in mistakes and (one.rule is None or one.rule not in broken)]
        )

    def _modules(self, said: Sequence[Complaint]) -> Iterator[Remark]:
        by_place: dict[tuple[int, str], list[Complaint]] = {}
        for one in said:
            by_place.setdefault((one.start, one.name), []).append(one)
        for (_, name), here in by_place.items():
            without = {one.engine for one in here}
            if without == set(ENGINES):
                message = f'neither engine has the module "{name}"'
                hint = f"misspelt? Both engines have {_MODULES}; rules that ask for another one can't run here"
            else:
                (engine,) = without
                message = f'{_SHOWN[engine]} has no module "{name}"'
                hint = f"--engine {next(iter(set(ENGINES) - without))} checks for the other engine alone"
            yield self._remark("CFR004", here[0], message, hint)

    def _mistakes(self, said: Sequence[Complaint], engines: AbstractSet[str]) -> Iterator[Remark]:
        lines = Lines(self._source.text)
        places: dict[object, list[Complaint]] = {}
        for one in said:
            where: object = ("line", lines.line_of(one.start)) if one.rule is None else one.rule
            places.setdefault(where, []).append(one)
        _join_halves(places)
        for here in places.values():
            refusing = {one.engine for one in here}
            best = next((one for one in here if one.engine == X), here[0])  # it knows the place to the character
            other = next((one for one in here if one.engine != best.engine), None)
            unknown = all(one.sort == Sort.UNKNOWN_NAME for one in here) and len({one.name for one in here}) == 1
            if unknown and refusing == set(engines):
                message = f'"{best.name}" is no rule before this one, no imported module and no declared external'
                hint = (
                    best.hint or f"misspelt, or an external: declare it in pack.toml or with --define {best.name}=VALUE"
                )
                yield self._remark("CFR008", best, message, hint)
                continue
            if len(refusing) == 2:
                message = f"neither engine compiles it: {best.message}"
                hint = best.hint or f"yara-python says: {other.message}" if other is not None else best.hint
                yield self._remark("CFR001", best, message, hint)
                continue
            for one in here:
                message = f"{_SHOWN[one.engine]} does not compile it: {one.message}"
                yield self._remark(_REFUSED[one.engine], one, message, one.hint)

    def _warnings(self, said: Sequence[Complaint]) -> Iterator[Remark]:
        told: set[tuple[str, int | None, int]] = set()
        lines = Lines(self._source.text)
        for one in sorted(said, key=lambda one: one.engine == PYTHON):  # what YARA-X says too is said in its words
            code = self._code(one)
            if code is None:
                continue
            line = lines.line_of(one.start)
            if (code, one.rule, line) in told:
                continue
            if one.engine == PYTHON and code == "CFR040" and any(other[:2] == (code, one.rule) for other in told):
                continue
            told.add((code, one.rule, line))
            yield self._remark(code, one, one.message, one.hint)

    def _code(self, one: Complaint) -> str | None:
        if one.sort == Sort.STRICT:
            return "CFR045"
        if one.kind == "InvariantBooleanExpression":
            return "CFR041" if "always true" in one.message else "CFR040"
        if one.engine == X:
            if one.kind == "DuplicateImport" and len(self._flat.pieces) > 1:
                return None  # once in the file, once in one that it includes
            return _OF_X.get(one.kind, "CFR039")
        if "may slow down scanning" in one.message:
            return "CFR032"
        if "contains .*" in one.message:
            return "CFR033"
        return "CFR040" if "always false" in one.message else "CFR039"

    def _remark(self, code: str, one: Complaint, message: str, hint: str) -> Remark:
        start, end = one.start, one.end
        rule = None if one.rule is None else self._source.rules[one.rule]
        if rule is not None and not rule.span[0] <= start < rule.span[1]:  # said where the next rule begins
            start, end = max(rule.span[0], rule.span[1] - 1), rule.span[1]
        place = self._flat.place(start, end)
        end = min(place.end, len(self._sources[place.path].text))
        return Remark(
            code,
            self._pack.name_of(place.path),
            (place.start, end),
            message,
            "; ".join(filter(None, (hint, self._included(place)))),
            None if rule is None else rule.name or None,
        )

    def _included(self, place: Place) -> str:
        if not place.included_by:
            return ""
        path, offset = place.included_by[-1]
        line = self._sources[path].text.count("\n", 0, offset) + 1
        return f"included by {self._pack.name_of(path)}, line {line}"


def _join_halves(places: dict[object, list[Complaint]]) -> None:
    """Make one of what each engine says once, one of them about a rule and the other behind it: a brace is missing."""
    if len(places) != 2:
        return
    (first, one), (second, other) = places.items()
    if len(one) == len(other) == 1 and one[0].engine != other[0].engine and None in (one[0].rule, other[0].rule):
        places[first] = [*one, *places.pop(second)]
