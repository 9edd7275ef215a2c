"""SARIF as the commands write it, held against the schema of OASIS, of which a copy must be named.

    SARIF_SCHEMA=sarif-schema-2.1.0.json python -m pytest tests/report/diagnostics/test_sarif_schema.py

It is in oasis-tcs/sarif-spec (sarif-2.1/schema), and not part of this project.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import run
from tests.report.schema_check import violations
from tests.rules.helpers import write_pack


@pytest.fixture(scope="module")
def schema() -> Any:
    path = os.environ.get("SARIF_SCHEMA")
    if not path:
        pytest.skip("SARIF_SCHEMA names no copy of sarif-schema-2.1.0.json: SARIF is NOT VALIDATED against it here")
    return json.loads(Path(path).read_text("utf-8"))


@pytest.mark.parametrize("command", ["check", "test", "bench"])
def test_what_is_written_is_valid(schema: Any, tmp_path: Path, command: str) -> None:
    text = 'rule Foo { strings: $a = "f\u00f6o" condition: $a }\nrule Bar { strings: $a = "ab" condition: $a }\n'
    pack = write_pack(tmp_path / "a pack", a=text)
    if command == "check":
        write_pack(pack, b="rule Broken { condition: nothere }\n", c='include "nowhere.yar"\n')
    options = ("--budget", "0.5x", "--workers", "1") if command == "bench" else ()
    done = run("rules", command, pack, "--format", "sarif", *options)
    assert done.returncode == 1 if command != "test" else done.returncode == 0
    content = json.loads(done.stdout)
    assert content["runs"][0]["results"]
    assert list(violations(content, schema, schema["definitions"])) == []
    content["runs"][0]["results"][0]["level"] = "fatal"
    assert len(list(violations(content, schema, schema["definitions"]))) == 1
