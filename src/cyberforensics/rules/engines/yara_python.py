"""YARA itself, through yara-python: the engine that runs when none is named."""

import io
import re
from collections.abc import Iterator, Mapping
from functools import partial

import yara

from cyberforensics.model.examination import MAX_MATCH_BYTES
from cyberforensics.rules.engines.base import (
    EXTERNALS,
    NONE_DECLARED,
    Data,
    DoesNotCompile,
    EngineFailed,
    ExternalValue,
    Match,
    MatchedString,
    Matches,
    OutOfTime,
    Place,
    Rules,
)

KNOWN_VERSION = "4.5.4"
"""The libyara whose code was read to say what is undefined; with another one every rule is run on everything."""

_NO_VALUES = dict.fromkeys(EXTERNALS, "")
_PLACE = re.compile(r"(?:line |(?P<source>.*?)\()(?P<line>\d+)\)?: (?P<reason>.*)", re.DOTALL)


class YaraPython:
    """yara-python, with the libyara in it."""

    name = "yara-python"
    names_first = False
    lean_is_exact = yara.YARA_VERSION == KNOWN_VERSION

    def version(self) -> str:
        """Name and version, as every pass records it."""
        return f"yara-python {yara.__version__} (libyara {yara.YARA_VERSION})"

    def compile(
        self,
        texts: Mapping[str, str],
        includes: Mapping[str, str],
        *,
        with_externals: bool,
        declared: Mapping[str, ExternalValue] = NONE_DECLARED,
    ) -> Rules:
        """Compile every text in the namespace that is its key.

        Raises:
            DoesNotCompile: one of the texts has a mistake.
        """
        try:
            compiled = yara.compile(
                sources=dict(texts),
                externals={**declared, **(_NO_VALUES if with_externals else {})},
                include_callback=lambda wanted, _from, _namespace: includes.get(wanted),
            )
        except (yara.Error, ValueError) as error:
            place = _PLACE.fullmatch(str(error))
            if place is None:
                raise DoesNotCompile(str(error)) from error
            # It says line 0 of what is missing at the end.
            raise DoesNotCompile(place["reason"], int(place["line"]) or None, place["source"]) from error
        return _Rules(compiled)

    def load(self, dumped: bytes) -> Rules:
        """Load what was dumped."""
        # The engine's settings belong to the process: what was set where the rules were compiled does not hold here.
        yara.set_config(max_match_data=MAX_MATCH_BYTES)
        return _Rules(yara.load(file=io.BytesIO(dumped)))


class _Rules:
    def __init__(self, rules: yara.Rules) -> None:
        self._rules = rules

    def match(self, data: Data, externals: Mapping[str, ExternalValue], *, seconds: int, fast: bool) -> Matches:
        too_many: set[tuple[str, str, str]] = set()

        def warn(_kind: int, place: tuple[str, str, str]) -> int:
            namespace, rule, string = place
            too_many.add((namespace, rule, string))
            go_on: int = yara.CALLBACK_CONTINUE
            return go_on

        try:
            found: list[yara.Match] = self._rules.match(
                data=data,
                externals=dict(externals),
                timeout=seconds,
                fast=fast,
                warnings_callback=warn,
                allow_duplicate_metadata=True,
            )
        except yara.TimeoutError as error:
            raise OutOfTime from error
        except yara.Error as error:
            raise EngineFailed from error
        return Matches(tuple(map(_match, found)), frozenset(too_many))

    def names(self) -> Iterator[str]:
        return (rule.identifier for rule in self._rules)

    def dump(self) -> bytes:
        stream = io.BytesIO()
        self._rules.save(file=stream)
        return stream.getvalue()


def _match(match: yara.Match) -> Match:
    return Match(
        namespace=match.namespace,
        rule=match.rule,
        tags=tuple(match.tags),
        # The engine gives a list for each key, in the order in which the keys first stand in the rule.
        meta=tuple((key, value) for key, values in match.meta.items() for value in values),
        strings=tuple(
            MatchedString(string.identifier, len(string.instances), partial(_places, string))
            for string in match.strings
        ),
    )


def _places(string: yara.StringMatch) -> Iterator[Place]:
    for place in string.instances:
        yield place.offset, place.matched_length, place.matched_data[:MAX_MATCH_BYTES]
