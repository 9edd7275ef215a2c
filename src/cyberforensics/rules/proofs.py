"""What samples prove of rules, and where two engines differ: pure functions from results to diagnostics."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from cyberforensics.model.diagnostic import Diagnostic, Level
from cyberforensics.model.examination import Finding
from cyberforensics.rules.packs import Pack
from cyberforensics.rules.places import PlacedRule, about_file, about_rule, placed_rules
from cyberforensics.rules.samples import Sample, misplaced
from cyberforensics.rules.scanner import ScanResult

Key = tuple[str, str]
"""Namespace and name of a rule that matched."""
Places = tuple[tuple[int, str, int], ...]
"""Offset, identifier and length of each match."""

_SHOWN = 4
"""Places of a match that a message names."""


class Index:
    """The rules of a pack by name, and which use which."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.rules = tuple(placed_rules(pack))
        self._by_name: dict[str, list[PlacedRule]] = {}
        for placed in self.rules:
            self._by_name.setdefault(placed.rule.name, []).append(placed)

    def named(self, name: str) -> Sequence[PlacedRule]:
        """The rules of this name, of which each file may have one."""
        return self._by_name.get(name, ())

    def users(self, name: str) -> frozenset[str]:
        """Names of the rules that are seen and that use this one, also by way of others."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            used = waiting.pop()
            for placed in self.rules:
                rule = placed.rule
                if rule.name not in found and (used in rule.words or used.startswith(tuple(rule.prefixes))):
                    found.add(rule.name)
                    waiting.append(rule.name)
        return frozenset(name for name in found if any(not one.rule.private for one in self.named(name)))

    def seen_for(self, name: str) -> frozenset[str]:
        """The rules by which one shows that it matches: itself, or of a private one those that use it."""
        if all(placed.rule.private for placed in self.named(name)):
            return self.users(name)
        return frozenset((name,))


def found_by(result: ScanResult) -> dict[Key, Places]:
    """What matched where."""
    return {
        (finding.namespace, finding.rule): places_of(finding) for finding in result.findings if finding.source == "yara"
    }


def places_of(finding: Finding) -> Places:
    """Where a finding's strings matched, in an order that no engine decides."""
    return tuple(sorted((one.offset, one.identifier, one.length) for one in finding.strings))


def sample_diagnostics(
    index: Index, sample: Sample, results: Sequence[ScanResult], engines: Sequence[str]
) -> Iterator[Diagnostic]:
    """What one sample says about the rule that it belongs to, and about the engines."""
    name = index.pack.name_of(sample.path)
    for engine, result in zip(engines, results, strict=True):
        for problem in result.problems:
            level = Level.WARNING if result.complete else Level.ERROR
            yield from _about(index, sample, "CFR911", level, f"{name}, {engine}: {problem.message}")
    found = [found_by(result) for result in results]
    yield from differences(index, name, found, engines)
    if not all(result.complete for result in results):
        return
    seen = index.seen_for(sample.rule)
    by_name = [{rule for _, rule in one} for one in found]
    if sample.kind == "match":
        if not any(names & seen for names in by_name):
            private = "" if sample.rule in seen else ", nor does any rule that uses it"
            hint = "mend the rule, or replace the sample by one that it is to match"
            message = f"The rule does not match its sample {name}{private}."
            yield from _about(index, sample, "CFR901", Level.ERROR, message, hint)
    elif hits := sorted(frozenset().union(*by_name) & seen):
        by = "" if hits == [sample.rule] else f", by way of {', '.join(hits)}"
        hint = "narrow the rule, or move the sample to match/ if it is to be found"
        message = f"The rule matches {name}{by}, which it must not match."
        yield from _about(index, sample, "CFR902", Level.ERROR, message, hint)


def is_proof(index: Index, sample: Sample, results: Sequence[ScanResult]) -> bool:
    """Whether the sample shows that its rule matches something, with every engine."""
    seen = index.seen_for(sample.rule)
    return sample.kind == "match" and all({rule for _, rule in found_by(result)} & seen for result in results)


def unproved(index: Index, proved: AbstractSet[str], chosen: AbstractSet[str] | None) -> Iterator[Diagnostic]:
    """The rules that no sample proves. A private one is proved with a rule that uses it."""
    level = Level.ERROR if index.pack.manifest.needs_samples else Level.WARNING
    for placed in index.rules:
        name = placed.rule.name
        if name in proved or (chosen is not None and name not in chosen):
            continue
        if placed.rule.private and (users := index.users(name)) and users & proved:
            continue
        hint = f"tests/{name}/match/ needs one that it matches (docs/rules-testing.md)"
        yield about_rule(index.pack, placed, "CFR904", level, "No sample proves that the rule matches.", hint)


def differences(
    index: Index, where: str, found: Sequence[Mapping[Key, Places]], engines: Sequence[str]
) -> Iterator[Diagnostic]:
    """Where engines gave different results on the same bytes."""
    for key in sorted(frozenset[Key]().union(*found)):
        places = [one.get(key) for one in found]
        if all(one == places[0] for one in places):
            continue
        told = "; ".join(f"{engine} {_in_words(one)}" for engine, one in zip(engines, places, strict=True))
        message = f"The engines differ on {where}: {told}."
        hint = "write the rule so that both agree, or name the engine that it is for in pack.toml"
        rules = index.named(key[1])
        placed = next((one for one in rules if index.pack.namespace_of(one.path) == key[0]), None)
        for one in [placed] if placed is not None else rules[:1]:
            yield about_rule(index.pack, one, "CFR903", Level.ERROR, message, hint)


def _in_words(places: Places | None) -> str:
    if places is None:
        return "finds nothing"
    if not places:
        return "matches"
    shown = ", ".join(f"{identifier} at {offset} ({length} B)" for offset, identifier, length in places[:_SHOWN])
    return f"matches {shown}" + (f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else "")


def _about(index: Index, sample: Sample, code: str, level: Level, message: str, hint: str = "") -> Iterator[Diagnostic]:
    for placed in index.named(sample.rule):
        yield about_rule(index.pack, placed, code, level, message, hint)


def strange_samples(index: Index, samples: Iterable[Sample]) -> Iterator[Diagnostic]:
    """What lies among the samples and is none, samples of no rule, and of a private rule that nothing uses."""
    for path in misplaced(index.pack.folder):
        message = f"{index.pack.name_of(path)} is no sample, and nothing looks at it."
        hint = "samples lie in tests/<rule>/match/ and tests/<rule>/no-match/, lists of images in tests/images/"
        yield about_file(index.pack, path, "CFR906", Level.ERROR, message, hint)
    for folder in dict.fromkeys(sample.path.parents[1] for sample in samples):
        rule = folder.name
        if not index.named(rule):
            message = f"The samples in tests/{rule} belong to no rule of the pack."
            yield about_file(index.pack, folder, "CFR906", Level.ERROR, message, "rename the folder, or remove it")
        elif not index.seen_for(rule):
            message = "The rule is private and no rule uses it, so that no sample can show whether it matches."
            for placed in index.named(rule):
                yield about_rule(index.pack, placed, "CFR906", Level.ERROR, message, "use it, or remove it")
