"""Every string of the shipped rules has a sample on which the rule would be wrong without it, with both engines.

So each string of an "any of" and each arm of an "or" is proved by a sample of its own, and one that keeps a rule from
matching by a near miss. There is no excuse: what nobody can write a sample for has no business in a rule.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yara
import yara_x

from cyberforensics.rules import EXTERNALS, shipped_packs
from cyberforensics.rules.syntax import Pattern, parse
from tests.rules.samples import Sample, samples

_NOWHERE = '"\\x00 stands in no sample \\x00"'
_SAMPLES = samples()


def _rules() -> Iterator[tuple[Path, str]]:
    for pack in shipped_packs():
        for path in sorted(pack.glob("*.yar")):
            for rule in parse(path.read_text("utf-8")).rules:
                yield path, rule.name


def _without(text: str, pattern: Pattern) -> str:
    begin, end = pattern.literal_span
    return f"{text[:begin]}{_NOWHERE}{text[end:]}"


def _with_yara_python(text: str, rule: str, found: list[Sample]) -> list[bool]:
    rules = yara.compile(source=text, externals=dict.fromkeys(EXTERNALS, ""))
    return [
        rule in {match.rule for match in rules.match(data=one.data, externals=one.externals.values())} for one in found
    ]


def _with_yara_x(text: str, rule: str, found: list[Sample]) -> list[bool]:
    compiler = yara_x.Compiler(relaxed_re_syntax=True)
    for name in EXTERNALS:
        compiler.define_global(name, "")
    compiler.add_source(text)
    scanner = yara_x.Scanner(compiler.build())
    answers = []
    for one in found:
        for name, value in one.externals.values().items():
            scanner.set_global(name, value)
        answers.append(rule in {match.identifier for match in scanner.scan(one.data).matching_rules})
    return answers


@pytest.mark.parametrize(("path", "name"), [pytest.param(*one, id=one[1]) for one in _rules()])
def test_every_string_has_a_sample_that_needs_it(path: Path, name: str) -> None:
    text = path.read_text("utf-8")
    (rule,) = (rule for rule in parse(text).rules if rule.name == name)
    found = [sample for sample in _SAMPLES if sample.rule == name]
    declared = [sample.kind == "match" for sample in found]
    for pattern in rule.patterns:
        without = _without(text, pattern)
        for engine in (_with_yara_python, _with_yara_x):
            assert engine(without, name, found) != declared, f"no sample needs {pattern.identifier}: {engine.__name__}"


def test_a_string_without_a_sample_is_noticed() -> None:
    text = 'rule two { strings: $a = "first word" $b = "second word" condition: any of them }'
    sample = _SAMPLES[0]
    both = Sample(sample.pack, "two", "match", sample.path, b"first word, second word", sample.externals)
    for pattern in parse(text).rules[0].patterns:
        assert all(_with_yara_python(_without(text, pattern), "two", [both]))
        assert all(_with_yara_x(_without(text, pattern), "two", [both]))
