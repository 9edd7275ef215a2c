"""What other people's services run, held against the schemas of those who know them, of which copies must be named.

    SCHEMASTORE=FOLDER python -m pytest tests/cli/rules/test_integration_schemas.py

The folder holds `github-action.json` and `pre-commit-hooks.json` (SchemaStore/schemastore, src/schemas/json) and
`gitlab-ci.json` (GitLab's app/assets/javascripts/editor/schema/ci.json). None of them is part of this project.
"""

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.helpers import ROOT
from tests.report.schema_check import violations

_FILES = {
    "github-action.json": "action.yml",
    "gitlab-ci.json": "integrations/gitlab-rules.yml",
    "pre-commit-hooks.json": ".pre-commit-hooks.yaml",
}


def _shell_is_missing(content: Any) -> None:
    del next(step for step in content["runs"]["steps"] if "run" in step)["shell"]


def _script_is_a_number(content: Any) -> None:
    content["rules-check"]["script"] = 5


def _report_is_misplaced(content: Any) -> None:
    content["rules-check"]["artifacts"]["when"] = "sometimes"


def _entry_is_missing(content: Any) -> None:
    del content[1]["entry"]


_WRONG: tuple[tuple[str, Callable[[Any], None]], ...] = (
    ("github-action.json", _shell_is_missing),
    ("gitlab-ci.json", _script_is_a_number),
    ("gitlab-ci.json", _report_is_misplaced),
    ("pre-commit-hooks.json", _entry_is_missing),
)


def _schema(name: str) -> Any:
    folder = os.environ.get("SCHEMASTORE")
    if not folder:
        pytest.skip(f"SCHEMASTORE names no folder with {name}: {_FILES[name]} is NOT VALIDATED against it here")
    return json.loads(Path(folder, name).read_text("utf-8"))


def _content(name: str) -> Any:
    return yaml.safe_load((ROOT / _FILES[name]).read_text("utf-8"))


@pytest.mark.parametrize("name", _FILES)
def test_it_is_valid(name: str) -> None:
    schema = _schema(name)
    assert list(violations(_content(name), schema, schema.get("definitions", {}))) == []


@pytest.mark.parametrize(("name", "spoil"), _WRONG)
def test_a_mistake_in_it_is_seen(name: str, spoil: Callable[[Any], None]) -> None:
    schema = _schema(name)
    content = copy.deepcopy(_content(name))
    spoil(content)
    assert list(violations(content, schema, schema.get("definitions", {})))
