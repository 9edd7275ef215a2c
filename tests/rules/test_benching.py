"""What rules cost: the dear ones among plain ones are found, and figures are ratios that can be relied on."""

import hashlib
from itertools import count
from pathlib import Path

import pytest

from cyberforensics.errors import RulePackError, UsageError
from cyberforensics.rules.benching import Bench, Found, shared_modules, shares, thread_clock
from cyberforensics.rules.corpus import MOST_BYTES, Corpus, open_corpus
from cyberforensics.rules.engines import ENGINES, Engine
from cyberforensics.rules.groups import Part, parts_of, texts_of
from cyberforensics.rules.packs import read_pack
from cyberforensics.rules.slowness import explain
from tests.rules.helpers import write_pack

PLAIN = 'rule Plain_{0} {{ strings: $a = "a plain text number {0}" $b = "and another {0}" condition: all of them }}\n'
SLOW = "rule Slow_{0} {{ condition: for any i in (1..filesize) : ( uint8(i) ^ uint8(i-1) == 0x1FF ) }}\n"
SLOWER = "rule Slower { condition: for any i in (1..filesize) : ( for any j in (0..15) : ( uint8(i) ^ j == 511 ) ) }\n"


def _parts(folder: Path, **files: str) -> list[Part]:
    return list(parts_of(read_pack(write_pack(folder, **files))))


def _bench(engine: Engine, parts: list[Part], size: int = 200_000) -> Bench:
    corpus = Corpus((b"text " * (size // 5), bytes(1000)))
    return Bench(engine, {}, corpus, shared_modules(parts), thread_clock)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_dear_rules_are_found_among_many(tmp_path: Path, engine: Engine) -> None:
    rules = [PLAIN.format(number) for number in range(400)]
    for place in (17, 200, 399):
        rules[place] = SLOW.format(place)
    rules[300] = SLOWER
    files = {f"f{start}": "".join(rules[start : start + 20]) for start in range(0, 400, 20)}
    parts = _parts(tmp_path / "p", **files)
    assert len(parts) == 400
    *steps, found = _bench(engine, parts).search(list(enumerate(parts)), most=4, least=float("inf"))
    assert isinstance(found, Found)
    assert parts[found.dear[0].part].name == "Slower"
    assert {parts[cost.part].name for cost in found.dear[:4]} == {"Slower", "Slow_17", "Slow_200", "Slow_399"}
    assert max(found.rest, found.dear[4].times.median) < found.dear[3].times.median / 2
    assert len(steps) < 80  # by halves: one measurement each would be 400


def test_with_a_budget_every_rule_above_it_is_found(tmp_path: Path) -> None:
    rules = "".join(SLOW.format(number) if number % 10 == 0 else PLAIN.format(number) for number in range(100))
    parts = _parts(tmp_path / "p", a=rules)
    *_, found = _bench(ENGINES[0], parts).search(list(enumerate(parts)), most=1, least=5.0)
    assert isinstance(found, Found)
    assert {parts[cost.part].name for cost in found.dear} >= {f"Slow_{number}" for number in range(0, 100, 10)}


def test_figures_are_ratios_that_a_clock_of_any_speed_gives(tmp_path: Path) -> None:
    """Each look at the clock takes one second: what is measured is the arithmetic, not the machine."""
    ticks = count()
    parts = _parts(tmp_path / "p", a=PLAIN.format(1))
    bench = Bench(ENGINES[0], {}, Corpus((b"x",)), (), lambda: float(next(ticks)))
    spread = bench.cost(parts)
    assert (spread.low, spread.median, spread.high) == (1.0, 1.0, 1.0)
    assert bench.against(parts, parts).median == 1.0


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_a_plain_rule_costs_about_one_and_a_slow_one_many(tmp_path: Path, engine: Engine) -> None:
    parts = _parts(tmp_path / "p", a=PLAIN.format(1) + SLOW.format(2))
    costs = {
        parts[cost.part].name: cost.times for cost in _bench(engine, parts, 2_000_000).costs(list(enumerate(parts)))
    }
    assert 0.3 < costs["Plain_1"].median < 3
    assert costs["Slow_2"].low > 5 * costs["Plain_1"].high
    assert costs["Slow_2"].low <= costs["Slow_2"].median <= costs["Slow_2"].high


def test_a_module_that_several_rules_use_is_no_rules_own_cost(tmp_path: Path) -> None:
    text = 'import "pe"\nimport "hash"\nrule {} {{ condition: pe.number_of_sections == 77 }}\n'
    parts = _parts(tmp_path / "p", a=text.format("One"), b=text.format("Two"), c=PLAIN.format(3))
    assert [part.modules for part in parts] == [("pe",), ("pe",), ()]
    assert shared_modules(parts) == ("pe",)
    small = Corpus(tuple(bytes([number]) * 64 for number in range(200)))
    bench = Bench(ENGINES[0], {}, small, ("pe",), thread_clock)
    module = bench.module("pe").median
    assert module > 3  # loaded anew for each content: docs/decisions/0008 has the figures
    assert bench.cost(parts[:1]).median < module / 2
    assert bench.total(parts).median > module * 0.7


def test_rules_are_taken_out_with_what_they_use(tmp_path: Path) -> None:
    text = (
        'import "pe"\nimport "math"\n'
        "private rule Inner { condition: filesize > 1 }\n"
        "rule By_Name { condition: Inner and math.entropy(0, 1) > 0 }\n"
        "rule name_a { condition: true }\nrule name_b { condition: pe.is_pe }\n"
        "rule By_Prefix { condition: any of (name_*) }\n"
        "global rule Everywhere { condition: filesize < 1MB }\n"
    )
    parts = {part.name: part for part in _parts(tmp_path / "p", a=text)}
    assert set(parts) == {"By_Name", "name_a", "name_b", "By_Prefix", "Everywhere"}

    def names(part: Part) -> set[str]:
        return {word for word in ("Inner", *parts) for _, piece in part.pieces if f"rule {word} " in piece}

    assert names(parts["By_Name"]) == {"Inner", "By_Name", "Everywhere"}
    assert names(parts["By_Prefix"]) == {"name_a", "name_b", "By_Prefix", "Everywhere"}
    assert names(parts["name_a"]) == {"name_a", "Everywhere"}
    assert {name: part.modules for name, part in parts.items()} == {
        "By_Name": ("math",),
        "name_a": (),
        "name_b": ("pe",),
        "By_Prefix": ("pe",),
        "Everywhere": (),
    }
    for part in parts.values():
        for engine in ENGINES[: 1 if part.name == "By_Prefix" else None]:  # yara-x knows no sets of rules
            engine.compile(texts_of([part]), {}, with_externals=True)
    ENGINES[0].compile(texts_of(parts.values()), {}, with_externals=True)


def test_a_file_that_includes_others_is_measured_whole(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "p", a='include "sub/b.yar"\nrule A { condition: B }\n', sub__b="rule B { condition: true }"
    )
    (part,) = parts_of(read_pack(pack))
    assert part.rules == ("A", "B")
    for engine in ENGINES:
        assert sorted(engine.compile(texts_of([part]), {}, with_externals=True).names()) == ["A", "B"]


def test_a_rule_that_does_not_compile_is_named(tmp_path: Path) -> None:
    parts = _parts(tmp_path / "p", a="rule r { condition: nonsense }")
    with pytest.raises(RulePackError, match=r"a\.yar: can't be measured.*nonsense"):
        _bench(ENGINES[0], parts).cost(parts)


def test_parts_are_dealt_out_once_each(tmp_path: Path) -> None:
    parts = _parts(tmp_path / "p", a="".join(PLAIN.format(number) for number in range(10)))
    dealt = [number for share in shares(parts, 3) for number, _ in share]
    assert sorted(dealt) == list(range(10))


def test_the_built_in_corpus_is_the_same_everywhere() -> None:
    corpus = open_corpus(None)
    joined = b"".join(corpus.contents)
    assert hashlib.sha256(joined).hexdigest() == "57867c23c63d23b11c7bab27d6469f0d15bf81088ddc9b35919d7779a0f6228c"
    assert (len(corpus.contents), corpus.size, corpus.left_out) == (41, len(joined), 0)
    engine = ENGINES[0]
    text = (
        'import "pe" rule Program { condition: pe.number_of_sections == 2 and pe.sections[0].name == ".text" }'
        'rule Archive { strings: $a = "PK\\x05\\x06" condition: uint32be(0) == 0x504B0304 and $a }'
    )
    rules = engine.load(engine.compile({"0": text}, {}, with_externals=False).dump())
    kinds = [match.rule for one in corpus.contents for match in rules.match(one, {}, seconds=9, fast=True).rules]
    assert kinds.count("Program") == 5
    assert kinds.count("Archive") == 2


def test_a_folder_is_a_corpus_and_says_what_is_left_out(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}").write_bytes(bytes([number]) * 10)
    (tmp_path / "large").write_bytes(bytes(9 << 20))
    corpus = open_corpus(tmp_path)
    assert sorted(map(len, corpus.contents)) == [10, 10, 10, 8 << 20]
    assert corpus.left_out == 1
    assert corpus.size < MOST_BYTES
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no file to measure on"):
        open_corpus(tmp_path / "empty")


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ('rule r { strings: $a = "ab" condition: $a }', "$a has 2 bytes only"),
        ('rule r { strings: $a = "\\x41\\x42b" condition: $a }', "$a has 3 bytes only"),
        ('rule r { strings: $a = "abcd" nocase condition: $a }', "nocase"),
        ('rule r { strings: $a = "abcdefgh" xor condition: $a }', "many keys (xor)"),
        ("rule r { strings: $a = { 41 42 ?? 43 44 } condition: $a }", "no 4 fixed bytes in a row, only 2"),
        ("rule r { strings: $a = { 00 00 00 00 [4-] 41 } condition: $a }", "jump without an end"),
        ("rule r { strings: $a = { 00 00 00 00 00 } condition: $a }", "are all the same"),
        ("rule r { strings: $a = /ab[cd]ef/ condition: $a }", "only 2"),
        ("rule r { strings: $a = /begin.*end/ condition: $a }", "repeats without an end"),
        ("rule r { condition: for any i in (0..filesize) : (uint8(i) == 1) }", "loops over the whole size"),
        ('import "hash" rule r { condition: hash.md5(0, filesize) == "" }', "computes over the whole content"),
        ('import "pe" rule r { condition: pe.is_pe }', "asks pe"),
    ],
)
def test_what_is_slow_is_explained(rule: str, why: str) -> None:
    assert any(why in reason for reason in explain(rule)), explain(rule)


@pytest.mark.parametrize(
    "rule",
    [
        'rule r { meta: a = "b" strings: $a = "text" $b = { 41 42 43 44 } $c = /abcd[0-9]/ condition: all of them }',
        'rule r { strings: // $x = "ab"\n $a = "// no comment" condition: filesize < 1MB and $a }',
    ],
)
def test_what_is_not_slow_is_not_explained(rule: str) -> None:
    assert explain(rule) == ()
