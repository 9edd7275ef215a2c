"""What other people's services run: files with the keys that those document, and their very commands run dry.

- https://pre-commit.com/#creating-new-hooks
- https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
- https://docs.gitlab.com/ci/yaml/
"""

import json
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.helpers import ROOT, environment

_SOUND = "rule Sound { condition: filesize < 1KB }\n"
_BROKEN = "rule Broken { condition: nothere }\n"


def _read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a sound pack, a broken one and the command on its path."""
    for name, text in (("sound", _SOUND), ("broken pack", _BROKEN)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yar").write_text(text, "utf-8")
    tool = tmp_path / "bin" / "cyberforensics"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m cyberforensics "$@"\n', "utf-8")
    tool.chmod(0o755)
    return tmp_path


def _bash(script: str, place: Path, **more: str) -> subprocess.CompletedProcess[str]:
    path = f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],  # as GitHub and GitLab start it
        cwd=place,
        env=environment(PATH=path, **more),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_pre_commit_hooks(place: Path) -> None:
    known = {
        "id",
        "name",
        "description",
        "entry",
        "language",
        "files",
        "require_serial",
        "pass_filenames",
        "args",
        "types",
    }
    hooks = _read(".pre-commit-hooks.yaml")
    assert [hook["id"] for hook in hooks] == ["rules-check", "rules-fmt"]
    for hook in hooks:
        assert hook.keys() <= known
        assert {"id", "name", "entry", "language"} <= hook.keys()
        assert hook["language"] == "python"
        assert re.search(hook["files"], "rules/a.yar")
        assert re.search(hook["files"], "rules/a.yara")
        assert not re.search(hook["files"], "rules/a.yarc")
    check = hooks[0]["entry"]
    assert _bash(f"{check} sound/a.yar", place).returncode == 0
    done = _bash(f"{check} sound/a.yar 'broken pack/a.yar'", place)
    assert done.returncode == 1
    assert done.stdout.startswith("broken pack/a.yar:1:26: error[CFR008]")
    assert _bash(f"{hooks[1]['entry']} sound/a.yar", place).returncode == 0


def test_the_action_of_github(place: Path) -> None:
    action = _read("action.yml")
    assert action.keys() <= {"name", "author", "description", "inputs", "outputs", "runs", "branding"}
    assert action["runs"].keys() == {"using", "steps"}
    assert action["runs"]["using"] == "composite"
    for given in action["inputs"].values():
        assert given.keys() <= {"description", "required", "default", "deprecationMessage"}
        assert given["description"]
    for step in action["runs"]["steps"]:
        assert step.keys() <= {"name", "id", "if", "shell", "run", "uses", "with", "env", "working-directory"}
        assert ("uses" in step) != ("run" in step)
        assert ("run" in step) == ("shell" in step)
        assert "${{" not in step.get("run", ""), "what is given may only come in by the environment"
    for name in ("build.txt", "runtime.txt"):
        assert (ROOT / "requirements" / name).is_file()
    for packs, code in (("sound\n", 0), ("\nsound\nbroken pack\n", 1)):
        done = _step("Check", place, packs=packs)
        assert done.returncode == code, done.stderr
    assert done.stdout.startswith("::error file=broken pack/a.yar,line=1,")
    assert json.loads((place / "rules-check.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert (place / "summary.md").read_text("utf-8").startswith("**2 files, 2 rules: 1 error,")


def _step(name: str, place: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """The very commands of a step of the action, with these inputs."""
    action = _read("action.yml")
    inputs = {key: str(one.get("default", "")) for key, one in action["inputs"].items()} | given
    (step,) = (step for step in action["runs"]["steps"] if step["name"] == name)
    env = {key: inputs[value.removeprefix("${{ inputs.").removesuffix(" }}")] for key, value in step["env"].items()}
    return _bash(step["run"], place, GITHUB_STEP_SUMMARY=str(place / "summary.md"), **env)


_FOO = 'rule Foo {\n  strings:\n    $a = "foo"\n  condition:\n    $a\n}\n'
_LOOP = "rule Slow { condition: for any i in (1..filesize) : ( uint8(i) ^ uint8(i-1) == 0x1FF ) }\n"


def _pack_of(place: Path, text: str, sample: str = "a foo") -> None:
    match = place / "mine" / "tests" / "Foo" / "match"
    match.mkdir(parents=True)
    (match / "one").write_text(sample, "utf-8")
    (place / "mine" / "pack.toml").write_text("", "utf-8")
    (place / "mine" / "a.yar").write_text("// first line\n" + text, "utf-8")


@pytest.mark.parametrize(
    ("what", "step", "line", "code"),
    [
        ("a broken rule", "Check", 6, "CFR008"),
        ("a slow rule", "Measure", 8, "CFR920"),
        ("a rule that hits known-good files", "Test", 2, "CFR907"),
        ("a rule whose sample no longer matches", "Test", 2, "CFR901"),
        ("nothing", "Check", 0, ""),
        ("nothing", "Test", 0, ""),
        ("nothing", "Measure", 0, ""),
    ],
)
def test_what_turns_a_pipeline_red(place: Path, what: str, step: str, line: int, code: str) -> None:
    """Issue 6: each with the exit code of CONTRACT.md, and a message that names file and line."""
    text = _FOO
    if what == "a broken rule":
        text = _FOO.replace("    $a\n}", "    $a and nothere\n}")
    elif what == "a slow rule":
        text = _FOO + _LOOP
    _pack_of(place, text, "a bar" if "sample" in what else "a foo")
    good = place / "good"
    good.mkdir()
    (good / "a.txt").write_text("foo" if "known-good" in what else "nothing of it", "utf-8")
    done = _step(step, place, packs="mine\n", goodware="good\n", budget="5x")
    assert done.returncode == (1 if code else 0), done.stdout + done.stderr
    errors = [one for one in done.stdout.splitlines() if one.startswith("::error ")]
    if not code:
        assert errors == []
        return
    assert any(
        one.startswith(f"::error file=mine/a.yar,line={line},endLine={line},") and f"title={code}::" in one
        for one in errors
    ), done.stdout
    assert "mine/a" in (place / "summary.md").read_text("utf-8")


def test_a_pack_that_is_none_has_the_exit_code_of_the_contract(place: Path) -> None:
    for step in ("Check", "Test", "Measure"):
        assert _step(step, place, packs="nowhere\n", budget="5x").returncode == 30


def test_the_job_of_gitlab(place: Path) -> None:
    ((name, job),) = _read("integrations/gitlab-rules.yml").items()
    assert name == "rules-check"
    assert job.keys() <= {"stage", "image", "variables", "before_script", "script", "artifacts", "rules", "needs"}
    assert job["artifacts"]["reports"].keys() == {"junit"}
    script = "\n".join(job["script"])
    checked, tested = job["artifacts"]["reports"]["junit"]
    for packs, code in (("sound", 0), ("sound broken", 1)):
        (place / checked).unlink(missing_ok=True)
        (place / tested).unlink(missing_ok=True)
        given = {**job["variables"], "RULE_PACKS": packs}
        if code:
            (place / "broken pack").rename(place / "broken")
        assert _bash(script, place, **given).returncode == code
        # Our own text.
        root = ET.parse(place / checked).getroot()  # noqa: S314
        assert root.get("failures") == str(code)
        if not code:  # what does not compile at all can't be tested
            root = ET.parse(place / tested).getroot()  # noqa: S314
            assert (root.get("tests"), root.get("failures")) == ("1", "0")
