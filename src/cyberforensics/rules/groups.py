"""Rules taken out of their pack and put together in groups, so that a group can be compiled and measured alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.rules.packs import Pack
from cyberforensics.rules.rule_file import Rule, RuleFile


@dataclass(frozen=True, slots=True)
class Part:
    """A rule as it can be measured alone: with the rules that it uses. Or a whole file that can't be taken apart."""

    file: str
    """In the pack."""
    rules: tuple[str, ...]
    """Names: of one rule, or of all of a file that includes others."""
    pieces: tuple[tuple[int, str], ...]
    """Texts by their place in the file."""
    modules: tuple[str, ...]

    @property
    def name(self) -> str:
        """For people."""
        return self.rules[0] if len(self.rules) == 1 else f"{self.file} ({len(self.rules)} rules)"


def parts_of(pack: Pack, left_out: Iterable[Path] = ()) -> Iterator[Part]:
    """Every rule that is seen; private ones are measured with those that use them.

    Args:
        left_out: files that do not compile.
    """
    gone = frozenset(left_out)
    for path in pack.heads(gone):
        file = pack.files[path]
        name = pack.name_of(path)
        if file.includes:
            yield _whole(pack, path, name)
            continue
        everywhere = [rule for rule in file.rules if not rule.plain and not rule.private]  # global: decides about all
        by_name = {rule.name: rule for rule in file.rules}
        for rule in file.rules:
            if not rule.private:
                yield _alone(file, name, rule, everywhere, by_name)


def _alone(file: RuleFile, name: str, rule: Rule, everywhere: list[Rule], by_name: Mapping[str, Rule]) -> Part:
    wanted = {rule.name: rule} | {one.name: one for one in everywhere}
    waiting = list(wanted.values())
    while waiting:
        one = waiting.pop()
        prefixes = tuple(one.prefixes)
        for other, used in by_name.items():
            if other not in wanted and (other in one.words or (prefixes and other.startswith(prefixes))):
                wanted[other] = used
                waiting.append(used)
    pieces = tuple(sorted((one.start, file.text_of(one)) for one in wanted.values()))
    words = frozenset[str]().union(*(one.words for one in wanted.values()), *map(_replaced, wanted.values()))
    modules = tuple(dict.fromkeys(one.module for one in file.imports if one.module in words))
    return Part(name, (rule.name,), pieces, modules)


def _replaced(rule: Rule) -> frozenset[str]:
    """Words that only stand in what a lean set would replace: all that asks ``pe``."""
    return frozenset(("pe",)) if rule.verdict.replacements else frozenset()


def _whole(pack: Pack, path: Path, name: str) -> Part:
    """A file with what it includes, in its place."""
    closure = sorted(pack.closure([path]))
    names = tuple(rule.name for one in closure for rule in pack.files[one].rules if not rule.private)
    return Part(name, names or (name,), ((0, _inlined(pack, path, set())),), ())


def _inlined(pack: Pack, path: Path, seen: set[Path]) -> str:
    file = pack.files[path]
    seen.add(path)
    text = file.text
    for step in reversed(file.includes):
        end = step.span[1] + 1  # with the closing quote
        begin = text.rfind("include", 0, step.span[0])
        inner = _inlined(pack, step.target, seen) if step.target in pack.files and step.target not in seen else ""
        text = text[:begin] + inner + text[end:]
    return text


def texts_of(parts: Iterable[Part]) -> dict[str, str]:
    """The texts of a group, by namespace: one for each file."""
    files: dict[str, tuple[dict[int, str], dict[str, None]]] = {}
    for part in parts:
        pieces, modules = files.setdefault(part.file, ({}, {}))
        pieces.update(part.pieces)
        modules.update(dict.fromkeys(part.modules))
    return {
        name: "".join(f'import "{module}"\n' for module in modules)
        + "\n".join(text for _, text in sorted(pieces.items()))
        for name, (pieces, modules) in files.items()
    }
