"""Checking packs in several processes: the same diagnostics, in the same order, with any number of them."""

import json
from datetime import date
from pathlib import Path

from cyberforensics.rule_checking import check_packs
from cyberforensics.rules.checking import CheckOptions
from tests.helpers import run
from tests.rules.helpers import write_pack


def _pack(folder: Path) -> Path:
    files = {f"f{number:02}": f"rule R{number} {{ condition: nothere{number} }}\n" for number in range(0, 60, 7)}
    files |= {
        f"g{number:02}": f'rule S{number} {{ strings: $a = "ab{number}" condition: $a }}\n' for number in range(50)
    }
    files |= {f"h{number:02}": 'include "inc/i.yar"\nrule T { condition: I }\n' for number in range(3)}
    files["inc__i"] = "rule I { condition: filesize < 1KB and nothere }\n"
    return write_pack(folder, **files)


def test_the_same_with_any_number_of_processes(tmp_path: Path) -> None:
    pack = _pack(tmp_path / "pack")
    told: list[tuple[str, int, int]] = []
    options = CheckOptions(date(2025, 1, 1))
    outcomes = [
        check_packs([pack], options, workers=workers, counter=lambda *step: told.append(step)) for workers in (1, 3)
    ]
    assert outcomes[0] == outcomes[1]
    undeclared = [one for one in outcomes[0].document.told if one.diagnostic.code == "CFR008"]
    assert len(undeclared) == 9 + 3  # of what three files include, each is named
    assert told[-1] == ("files compiled", 62, 62)


def test_junit_has_a_case_for_every_file(tmp_path: Path) -> None:
    pack = _pack(tmp_path / "pack")
    forms = [
        run("rules", "check", pack, "--format", "junit", "--workers", workers, "--date", "2025-01-01").stdout
        for workers in ("1", "2")
    ]
    assert forms[0] == forms[1]
    assert forms[0].count("<testcase ") == 9 + 50 + 3 + 1
    assert forms[0].count("<failure ") == 9 + 1


def test_nothing_is_said_of_progress_without_a_terminal(tmp_path: Path) -> None:
    done = run("rules", "check", _pack(tmp_path / "pack"), "--format", "json")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["63 files, 63 rules", "failed"]
    assert json.loads(done.stdout)["summary"]["errors"] == 12
