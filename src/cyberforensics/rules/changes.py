"""Which rules of a pack have to be tested again."""

from collections.abc import Mapping
from pathlib import Path

from cyberforensics.rules.manifest import MANIFEST
from cyberforensics.rules.packs import SAMPLES
from cyberforensics.rules.proofs import Index
from cyberforensics.rules.rule_file import RuleFile, from_text


def changed_rules(index: Index, changed: Mapping[str, bytes | None]) -> frozenset[str]:
    """Names of the rules whose text or samples changed, and of those that use them.

    Args:
        changed: names of files in the pack, and what they held before; None where they were not there.
    """
    names: set[str] = set()
    if MANIFEST in changed:
        return frozenset(placed.rule.name for placed in index.rules)
    for name in changed:
        folder, _, rest = name.partition("/")
        if folder == SAMPLES and "/" in rest:
            names.add(rest.partition("/")[0])
    for path, file in index.pack.files.items():
        name = index.pack.name_of(path)
        if name in changed:
            names |= _changed_in(path, file, changed[name])
    return frozenset(names).union(*(index.users(name) for name in names))


def _changed_in(path: Path, file: RuleFile, raw: bytes | None) -> set[str]:
    if raw is None:
        return {rule.name for rule in file.rules}
    before = from_text(path, raw, raw.decode("utf-8-sig", "replace"))
    if _around(before) != _around(file):
        return {rule.name for rule in file.rules}
    texts = {rule.name: before.text_of(rule) for rule in before.rules}
    return {rule.name for rule in file.rules if texts.get(rule.name) != file.text_of(rule)}


def _around(file: RuleFile) -> tuple[list[str], list[Path], list[str]]:
    """What all rules of a file depend on: imports, includes, and global rules."""
    everywhere = [file.text_of(rule) for rule in file.rules if not rule.plain and not rule.private]
    return [one.module for one in file.imports], [one.target for one in file.includes], everywhere
