"""YARA-X, the engine by the same people in another language."""

import io
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import yara_x

from cyberforensics.model.examination import MAX_MATCH_BYTES
from cyberforensics.model.versions import version_of
from cyberforensics.rules.engines.base import (
    EXTERNALS,
    NONE_DECLARED,
    Data,
    DoesNotCompile,
    EngineFailed,
    ExternalValue,
    MappedFile,
    Match,
    MatchedString,
    Matches,
    Meta,
    OutOfTime,
    Place,
    Rules,
)

MOST_MATCHES = 1_000_000
"""Of one string in one content. As many as libyara keeps; the engine says nothing where it stops."""

_ITSELF = "the text itself"


class YaraX:
    """yara-x."""

    name = "yara-x"
    names_first = True
    lean_is_exact = False

    def version(self) -> str:
        """Name and version, as every pass records it."""
        return f"yara-x {version_of('yara-x')}"

    def compile(
        self,
        texts: Mapping[str, str],
        includes: Mapping[str, str],
        *,
        with_externals: bool,
        declared: Mapping[str, ExternalValue] = NONE_DECLARED,
    ) -> Rules:
        """Compile every text in the namespace that is its key; included texts lie in files meanwhile, as it wants them.

        Raises:
            DoesNotCompile: one of the texts has a mistake.
        """
        compiler = yara_x.Compiler(relaxed_re_syntax=True)
        compiler.max_warnings(0)
        if with_externals:
            for name in EXTERNALS:
                compiler.define_global(name, "")
        for name, value in declared.items():
            compiler.define_global(name, value)
        with tempfile.TemporaryDirectory(prefix="cyberforensics-includes-") as folder:
            compiler.add_include_dir(folder)
            for key, text in includes.items():
                Path(folder, key).write_text(text, "utf-8")
            for namespace, text in texts.items():
                compiler.new_namespace(namespace)
                try:
                    compiler.add_source(text, origin=_ITSELF)
                except yara_x.CompileError as error:
                    first = compiler.errors()[0]
                    origin = first["labels"][0]["code_origin"] if first["labels"] else _ITSELF
                    source = None if origin == _ITSELF else Path(origin).name
                    raise DoesNotCompile(first["title"], first["line"], source) from error
            return _Rules(compiler.build())

    def load(self, dumped: bytes) -> Rules:
        """Load what was dumped."""
        return _Rules(yara_x.Rules.deserialize_from(io.BytesIO(dumped)))


class _Rules:
    def __init__(self, rules: yara_x.Rules) -> None:
        self._rules = rules
        self._scanner = yara_x.Scanner(rules)
        self._scanner.max_matches_per_pattern(MOST_MATCHES)

    def match(self, data: Data, externals: Mapping[str, ExternalValue], *, seconds: int, fast: bool) -> Matches:
        for name, value in externals.items():
            self._scanner.set_global(name, value)
        self._scanner.set_timeout(seconds)
        self._scanner.fast_scan(fast)
        try:
            if isinstance(data, MappedFile) and data.path is not None:
                results = self._scanner.scan_file(str(data.path))
            else:
                results = self._scanner.scan(bytes(data))
        except yara_x.TimeoutError as error:
            raise OutOfTime from error
        except yara_x.ScanError as error:
            raise EngineFailed from error
        found = tuple(_match(rule, data) for rule in results.matching_rules)
        too_many = frozenset(
            (match.namespace, match.rule, string.identifier)
            for match in found
            for string in match.strings
            if string.count >= MOST_MATCHES
        )
        return Matches(found, too_many)

    def names(self) -> Iterator[str]:
        return (rule.identifier for rule in self._rules)

    def dump(self) -> bytes:
        stream = io.BytesIO()
        self._rules.serialize_into(stream)
        return stream.getvalue()


def _match(rule: yara_x.Rule, data: Data) -> Match:
    return Match(
        namespace=rule.namespace,
        rule=rule.identifier,
        tags=tuple(rule.tags),
        meta=_meta(rule),
        strings=tuple(
            MatchedString(pattern.identifier, len(pattern.matches), partial(_places, pattern, data))
            for pattern in rule.patterns
            if pattern.matches
        ),
    )


def _meta(rule: yara_x.Rule) -> Meta:
    """Values of one key together, keys in the order in which they first stand: as the other engine has it."""
    by_key: dict[str, list[str | int | bool]] = {}
    for key, value in rule.metadata:
        text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
        by_key.setdefault(key, []).append(text)
    return tuple((key, value) for key, values in by_key.items() for value in values)


def _places(pattern: yara_x.Pattern, data: Data) -> Iterator[Place]:
    for match in sorted(pattern.matches, key=lambda match: match.offset):
        kept = min(match.length, MAX_MATCH_BYTES)
        yield match.offset, match.length, data[match.offset : match.offset + kept]
