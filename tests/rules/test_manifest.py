"""``pack.toml``: everything that it may say, and what is refused."""

from dataclasses import fields
from pathlib import Path

import pytest

from cyberforensics.errors import RulePackError
from cyberforensics.model.examination import Finding
from cyberforensics.rules import load, open_compiled
from cyberforensics.rules.engines import ENGINES, Engine
from cyberforensics.rules.manifest import (
    Budgets,
    CostBudget,
    External,
    PackManifest,
    SeverityMapping,
    admits,
    cost_budget,
    read_manifest,
)
from tests.helpers import ROOT
from tests.rules.helpers import ALWAYS, write_pack

DOCS = ROOT / "docs" / "rules-packs.md"

WHOLE = b"""
name = "Web shells"
version = "1.2.0"
licence = "Apache-2.0"
description = "One line."
authors = ["A", "B"]
tlp = "AMBER+STRICT"
source = "https://example.org/rules"
profile = "cccs"

[engines]
yara-python = ">=4.3,<5"
yara-x = ""

[externals.site]
type = "text"
default = "head office"

[externals.depth]
type = "integer"
default = 3

[severity]
key = "threat_level"

[severity.words]
"5" = "critical"
APT = "high"

[budgets]
known-good = 2
cost = "5%"
"""


def test_everything_that_it_may_say() -> None:
    found = read_manifest(WHOLE, "pack.toml")
    assert found == PackManifest(
        name="Web shells",
        version="1.2.0",
        licence="Apache-2.0",
        description="One line.",
        authors=("A", "B"),
        tlp="AMBER+STRICT",
        source="https://example.org/rules",
        profile="cccs",
        engines={"yara-python": ">=4.3,<5", "yara-x": ""},
        externals=(External("depth", "integer", 3), External("site", "text", "head office")),
        severity=SeverityMapping("threat_level", (("5", "critical"), ("apt", "high"))),
        budgets=Budgets(2, CostBudget(share=5.0)),
    )
    assert all(getattr(found, field.name) for field in fields(found))  # no field is left out above
    assert found.needs_samples
    assert not PackManifest().needs_samples


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("name = ", "pack.toml:1", "Invalid value"),
        ('version = "1"\nname = 3', "pack.toml:2", "name must be one line of text"),
        ('name = ""', "pack.toml:1", "not empty"),
        ('name = "a"\n\nlater = 1', "pack.toml:3", "later is no key of a manifest"),
        ('authors = "me"', "pack.toml:1", "authors must be a list"),
        ('authors = ["a\\nb"]', "pack.toml:1", "authors must be one line"),
        ('tlp = "PINK"', "pack.toml:1", "tlp must be one of CLEAR, GREEN"),
        ('profile = "strict"', "pack.toml:1", "profile must be one of minimal, neo23x0, cccs"),
        ('[engines]\nyara = ">1"', "pack.toml:2", "engines.yara is no engine"),
        ('[engines]\nyara-x = "~1"', "pack.toml:2", "must be a range of versions"),
        ('[externals.x]\ntype = "number"\ndefault = 1', "pack.toml:2", "externals.x.type must be one of"),
        ('[externals.x]\ntype = "integer"\ndefault = true', "pack.toml:3", "externals.x.default must be given"),
        ('[externals.x]\ntype = "integer"\ndefault = 9223372036854775808', "pack.toml:3", "must fit into 64 bits"),
        ('[externals.x]\ntype = "text"', "pack.toml", "externals.x.default must be given"),
        ('[externals.filename]\ntype = "text"\ndefault = ""', "pack.toml:1", "is set from the evidence"),
        ('[externals.x]\ntype = "text"\ndefault = ""\nmore = 1', "pack.toml:4", "externals.x.more is no key"),
        ('[externals]\n"a b" = 1', "pack.toml:2", "is no name of a variable"),
        ("[severity]\nkey = 1", "pack.toml:2", "must be the name of a metadata key"),
        ('[severity.words]\nbad = "worst"', "pack.toml:2", "severity.words.bad must be one of info, low"),
        ("[budgets]\nknown-good = -1", "pack.toml:2", "must be a number of findings"),
        ("[budgets]\nknown-good = true", "pack.toml:2", "must be a number of findings"),
        ('[budgets]\ncost = "5"', "pack.toml:2", "must be a share"),
        ("budgets = 1", "pack.toml:1", "budgets must be a table"),
        ("# one\n# \udcff", "pack.toml:2", "is not UTF-8 (byte 8)"),
    ],
)
def test_what_it_may_not_say_is_refused_with_its_line(text: str, place: str, reason: str) -> None:
    with pytest.raises(RulePackError) as caught:
        read_manifest(text.encode("utf-8", "surrogateescape"), "pack.toml")
    (detail,) = caught.value.details
    found, _, rest = detail.partition(": ")
    assert found == place
    assert reason in rest


def test_a_line_is_named_only_where_it_is_certain() -> None:
    text = b'[externals.a]\ntype = "text"\ndefault = 1\n[externals.b]\ntype = "text"\ndefault = 1\n'
    with pytest.raises(RulePackError) as caught:
        read_manifest(text, "pack.toml")
    assert caught.value.details[0].startswith("pack.toml: externals.a.default")


@pytest.mark.parametrize(
    ("versions", "version", "expected"),
    [
        (">=4.5,<5", "4.5.4", True),
        (">=4.5,<5", "4.10", True),  # as numbers, not as text
        (">=4.5,<5", "5.0.0", False),
        (">=4.5,<5", "4.4.99", False),
        ("==1.23", "1.23.0", True),
        ("!=1.23", "1.23.0", False),
        (">1", "1.0.0", False),
        ("<=4.5.4", "4.5.4.post1", True),
        ("", "anything", False),
        ("", "1", True),
    ],
)
def test_ranges_of_versions(versions: str, version: str, expected: bool) -> None:
    assert admits(versions, version) is expected


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_a_pack_may_be_for_one_engine_only(tmp_path: Path, engine: Engine) -> None:
    pack = write_pack(tmp_path / "p", a=ALWAYS)
    (pack / "pack.toml").write_text(f"[engines]\n{engine.name} = '>=1,<100'\n")
    assert load([pack], engine=engine.name).packs
    (other,) = (one for one in ENGINES if one != engine)
    with pytest.raises(RulePackError, match=f"is for {engine.name} >=1,<100, and not for {other.name} "):
        load([pack], engine=other.name)
    (pack / "pack.toml").write_text(f"[engines]\n{engine.name} = '>=100'\n")
    with pytest.raises(RulePackError, match="and not for"):
        load([pack], engine=engine.name)


def _scan(folder: Path, manifest: str, rule: str, engine: Engine) -> Finding | None:
    pack = write_pack(folder / "p", a=rule)
    (pack / "pack.toml").write_text(manifest)
    (folder / "compiled").mkdir(exist_ok=True)
    scanner = open_compiled(load([pack], engine=engine.name).save(folder / "compiled"))
    findings = scanner.scan(b"MZ", timeout=5).findings
    return findings[0] if findings else None


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize(
    ("kind", "value", "condition"),
    [
        ("text", '"head office"', 'x == "head office"'),
        ("integer", "-3", "x == -3"),
        ("float", "1.5", "x > 1.4 and x < 1.6"),
        ("boolean", "true", "x"),
    ],
)
def test_an_external_of_the_pack_is_what_it_says(
    tmp_path: Path, engine: Engine, kind: str, value: str, condition: str
) -> None:
    manifest = f'[externals.x]\ntype = "{kind}"\ndefault = {value}\n'
    found = _scan(tmp_path, manifest, f"rule r {{ condition: {condition} }}", engine)
    assert found is not None
    assert not found.per_name
    assert _scan(tmp_path, manifest, f"rule r {{ condition: not ({condition}) }}", engine) is None


def test_packs_that_mean_different_things_by_one_external_are_refused(tmp_path: Path) -> None:
    packs = []
    for name, default in (("a", 1), ("b", 2)):
        packs.append(write_pack(tmp_path / name, r="rule r { condition: x == 1 }"))
        (packs[-1] / "pack.toml").write_text(f'[externals.x]\ntype = "integer"\ndefault = {default}\n')
    assert load(packs[:1]).packs
    with pytest.raises(RulePackError, match="The packs a and b declare the external x"):
        load(packs)


@pytest.mark.parametrize(
    ("meta", "severity"),
    [
        ("threat_level = 5", "critical"),
        ('threat_level = "Apt"', "high"),
        ('threat_level = "low"', "low"),  # what is understood anyway
        ('severity = "apt"', "high"),  # its words hold for the usual keys
        ("threat_level = 5 score = 10", "critical"),
        ("score = 80", "high"),
        ('threat_level = "what?" score = 80', "high"),
        ('author = "5"', "medium"),
    ],
)
def test_the_severities_of_a_pack_are_what_it_says(tmp_path: Path, meta: str, severity: str) -> None:
    manifest = '[severity]\nkey = "threat_level"\n[severity.words]\n"5" = "critical"\nAPT = "high"\n'
    found = _scan(tmp_path, manifest, f"rule r {{ meta: {meta} condition: true }}", ENGINES[0])
    assert found is not None
    assert found.severity == severity


@pytest.mark.parametrize("text", ["5", "0%", "-1%", "x", "5 percent", "", "0x"])
def test_what_is_no_budget(text: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        cost_budget(text)


def test_budgets_as_they_are_written() -> None:
    assert [str(cost_budget(text)) for text in ("5%", "2.5 x", "0.5%")] == ["5%", "2.5x", "0.5%"]


def test_every_key_is_documented() -> None:
    text = DOCS.read_text("utf-8")
    for name in (*(field.name for field in fields(PackManifest)), "known-good", "cost", "key", "words"):
        assert f"`{name}" in text, name


def test_the_example_of_the_documentation_is_one(tmp_path: Path) -> None:
    example = DOCS.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    assert read_manifest(example.encode(), "docs").name == "web-shells"
