"""Measuring packs: budgets, comparisons, and what is said of them."""

import json
from pathlib import Path

from cyberforensics.model.diagnostic import Level
from cyberforensics.rule_benching import Settings, bench
from cyberforensics.rules.manifest import CostBudget
from tests.helpers import run
from tests.rules.helpers import write_pack

PLAIN = 'rule Plain_{0} {{ strings: $a = "a plain text number {0}" condition: $a }}\n'
SLOW = "rule Slow { condition: for any i in (1..filesize) : ( uint8(i) ^ uint8(i-1) == 0x1FF ) }\n"
QUICK = 'rule Slow { strings: $a = "quicker than before" condition: $a }\n'


def _pack(folder: Path, slow: str = SLOW, manifest: str = "") -> Path:
    pack = write_pack(folder, a="".join(map(PLAIN.format, range(5))), sub__b="\n\n" + slow)
    (pack / "pack.toml").write_text(manifest)
    return pack


def test_a_rule_that_costs_more_than_its_share_fails_with_file_and_line(tmp_path: Path) -> None:
    pack = _pack(tmp_path / "p")
    result = bench(pack, Settings(budget=CostBudget(times=5.0), workers=1))
    (one,) = result.diagnostics
    assert (one.code, one.level, one.file, one.rule, one.span and one.span.line) == (
        "CFR920",
        Level.ERROR,
        "sub/b.yar",
        "Slow",
        3,
    )
    assert "5x is borne: the condition loops over the whole size of a content." in one.message
    assert result.dear[0].rule == "Slow"
    assert result.dear[0].share > 50
    assert all(cost.times.median < 3 for cost in result.dear[1:])
    assert (result.rules, len(result.dear), result.files) == (6, 6, 41)


def test_the_budget_of_the_pack_holds_where_no_other_is_named(tmp_path: Path) -> None:
    pack = _pack(tmp_path / "p", manifest='[budgets]\ncost = "20%"\n')
    assert [one.rule for one in bench(pack, Settings(workers=1)).diagnostics] == ["Slow"]
    assert bench(pack, Settings(budget=CostBudget(times=100_000.0), workers=1)).diagnostics == ()


def test_what_became_dearer_is_named_and_what_did_not_is_not(tmp_path: Path) -> None:
    old, new = _pack(tmp_path / "old", QUICK), _pack(tmp_path / "new")
    result = bench(new, Settings(compare=old, workers=1))
    assert [(one.file, one.rule) for one in result.changed] == [("", ""), ("sub/b.yar", "Slow")]
    assert [(one.code, one.rule) for one in result.diagnostics] == [("CFR921", None), ("CFR921", "Slow")]
    back = bench(old, Settings(compare=new, workers=1))
    assert back.diagnostics == ()
    assert back.changed[1].ratio.high < 0.5


def test_the_command_as_a_pipeline_runs_it(tmp_path: Path) -> None:
    pack = _pack(tmp_path / "p")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "one").write_bytes(b"text " * 100_000)
    words = ("rules", "bench", pack, "--corpus", tmp_path / "corpus")
    done = run(*words, "--budget", "5x")
    assert done.returncode == 1
    assert f"{pack}/sub/b.yar:3:6: error: Slow: The rule costs " in done.stdout
    done = run(*words, "--json", "--top", "1", "--engine", "yara-x")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    assert [cost["rule"] for cost in result["dear"]] == ["Slow"]
    assert result["rest"] < result["dear"][0]["times"]["low"]
    assert run(*words, "--budget", "much").returncode == 2
    assert run(*words, "--engine", "other").returncode == 2
    assert run("rules", "bench", pack, "--corpus", tmp_path / "nowhere").returncode == 2
