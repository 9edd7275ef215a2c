"""The packs of this project: every rule proves itself on samples, with both engines."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yara
import yara_x

from cyberforensics.model.examination import FINDING_SEVERITIES
from cyberforensics.rules import EXTERNALS, Scanner, load, open_compiled, shipped_packs
from tests.rules.samples import Sample, samples

SAMPLES = samples()
DOCS = Path(__file__).parents[2] / "docs" / "rules-shipped.md"


def _rules() -> Iterator[tuple[Path, str, dict[str, str | int | bool]]]:
    for pack in shipped_packs():
        for path in sorted(pack.glob("*.yar")):
            rules = yara.compile(str(path), externals=dict.fromkeys(EXTERNALS, ""))
            yield from ((pack, rule.identifier, rule.meta) for rule in rules)


RULES = list(_rules())


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Scanner:
    return open_compiled(load(shipped_packs()).save(tmp_path_factory.mktemp("compiled")))


@pytest.fixture(scope="module")
def other_engine() -> yara_x.Rules:
    compiler = yara_x.Compiler()
    for name in EXTERNALS:
        compiler.define_global(name, "")
    for pack in shipped_packs():
        for path in sorted(pack.glob("*.yar")):
            compiler.new_namespace(f"{pack.name}/{path.stem}")
            compiler.add_source(path.read_text("utf-8"), origin=f"{pack.name}/{path.name}")
    excused = {"PotentiallySlowLoop"}  # with its reason, where it stands: `rules check` holds that
    assert [one for one in compiler.warnings() if one["type"] not in excused] == []
    return compiler.build()


def _found(scanner: Scanner, sample: Sample) -> set[str]:
    results = [
        scanner.scan(sample.data, timeout=10),
        scanner.scan_name(sample.data, sample.externals, timeout=10),
    ]
    assert all(result.complete and not result.problems for result in results)
    return {finding.rule for result in results for finding in result.findings}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_samples_match_as_declared(scanner: Scanner, sample: Sample) -> None:
    assert (sample.rule in _found(scanner, sample)) == (sample.kind == "match")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_both_engines_agree(scanner: Scanner, other_engine: yara_x.Rules, sample: Sample) -> None:
    other = yara_x.Scanner(other_engine)
    for name, value in sample.externals.values().items():
        other.set_global(name, value)
    assert {rule.identifier for rule in other.scan(sample.data).matching_rules} == _found(scanner, sample)


@pytest.mark.parametrize(("pack", "rule", "meta"), RULES, ids=[rule for _, rule, _ in RULES])
def test_every_rule_is_described_and_has_both_samples(pack: Path, rule: str, meta: dict[str, str | int | bool]) -> None:
    for key in ("description", "author", "date", "severity", "sample"):
        assert isinstance(meta.get(key), str), key
    assert meta["severity"] in FINDING_SEVERITIES
    assert date.fromisoformat(str(meta["date"])) <= datetime.now(UTC).date()
    folder = pack / "tests" / rule
    assert (folder / "match" / str(meta["sample"])).is_file()
    assert any((folder / "no-match").iterdir())


def test_every_sample_belongs_to_a_rule() -> None:
    assert {(sample.pack, sample.rule) for sample in SAMPLES} == {(pack, rule) for pack, rule, _ in RULES}


def test_rule_names_are_unique_in_all_packs() -> None:
    names = [rule for _, rule, _ in RULES]
    assert len(names) == len(set(names))


def test_the_test_file_stands_nowhere_whole() -> None:
    whole = b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE"
    for pack in shipped_packs():
        assert not [path for path in pack.rglob("*") if path.is_file() and whole in path.read_bytes()]


def test_the_packs_do_not_match_their_own_files(scanner: Scanner) -> None:
    for pack in shipped_packs():
        for path in pack.rglob("*"):
            if path.is_file():
                findings = scanner.scan(path.read_bytes(), timeout=10).findings
                # where a file also looks at names, the words of its rules on content stand in it as they are
                assert not [finding.rule for finding in findings if not finding.per_name], path


def test_the_documentation_lists_every_rule_as_it_is() -> None:
    rows = re.findall(r"^\| ([\w-]+) \| (\w+) \| (\w+) \| (yes|) ?\| (.+) \|$", DOCS.read_text("utf-8"), re.MULTILINE)
    expected = [
        (pack.name, rule, meta["severity"], "yes" if meta.get("sensitive") else "", meta["description"])
        for pack, rule, meta in RULES
    ]
    assert sorted(rows) == sorted(expected)
