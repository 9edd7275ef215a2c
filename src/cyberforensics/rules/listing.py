"""What rules a pack has, without compiling it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.model.examination import FindingSeverity
from cyberforensics.rules.engines import EXTERNALS
from cyberforensics.rules.findings import is_sensitive, severity_of
from cyberforensics.rules.packs import Pack, read_pack
from cyberforensics.rules.syntax import Lines, RuleText, parse


@dataclass(frozen=True, slots=True)
class ListedRule:
    """One rule, as its text says."""

    name: str
    namespace: str
    file: str
    """Within the pack."""
    line: int
    severity: FindingSeverity
    sensitive: bool
    private: bool
    is_global: bool
    tags: tuple[str, ...]
    externals: tuple[str, ...]
    """Those that every rule may use, and those that the pack declares."""
    modules: tuple[str, ...]
    text: RuleText


def list_rules(path: Path) -> tuple[ListedRule, ...]:
    """The rules of a pack or rule file, in the order of namespaces and places; of broken ones, what can be read.

    Raises:
        RulePackError: there is no pack.
    """
    pack = read_pack(path)
    known = frozenset((*EXTERNALS, *(external.name for external in pack.manifest.externals)))
    return tuple(rule for head in pack.heads(set(pack.defects)) for rule in _of_head(pack, head, known))


def _of_head(pack: Pack, head: Path, known: frozenset[str]) -> Iterator[ListedRule]:
    modules: set[str] = set()
    found: list[ListedRule] = []
    for path in pack.closure([head]):
        source = parse(pack.files[path].text)
        lines = Lines(source.text)
        modules |= {statement.value for statement in source.imports}
        for rule in source.rules:
            meta = tuple((one.name, one.value) for one in rule.meta if not isinstance(one.value, float))
            found.append(
                ListedRule(
                    name=rule.name,
                    namespace=pack.namespace_of(head),
                    file=pack.name_of(path),
                    line=lines.line_of(rule.name_span[0]),
                    severity=severity_of(meta, pack.manifest.severity),
                    sensitive=is_sensitive(meta, rule.tags),
                    private="private" in rule.modifiers,
                    is_global="global" in rule.modifiers,
                    tags=rule.tags,
                    externals=tuple(sorted(rule.words & known)),
                    modules=tuple(sorted(rule.words & modules)),
                    text=rule,
                )
            )
    return iter(found)
