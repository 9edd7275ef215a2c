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
        timeout=60,
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
    step = action["runs"]["steps"][-1]
    inputs = {name: str(given.get("default", "")) for name, given in action["inputs"].items()}
    for packs, code in (("sound\n", 0), ("\nsound\nbroken pack\n", 1)):
        given = {**inputs, "packs": packs}
        env = {
            name: given[value.removeprefix("${{ inputs.").removesuffix(" }}")] for name, value in step["env"].items()
        }
        done = _bash(step["run"], place, GITHUB_STEP_SUMMARY=str(place / "summary.md"), **env)
        assert done.returncode == code, done.stderr
    assert done.stdout.startswith("::error file=broken pack/a.yar,line=1,")
    assert json.loads((place / "rules-check.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert (place / "summary.md").read_text("utf-8").startswith("**2 files, 2 rules: 1 error,")


def test_the_job_of_gitlab(place: Path) -> None:
    ((name, job),) = _read("integrations/gitlab-rules.yml").items()
    assert name == "rules-check"
    assert job.keys() <= {"stage", "image", "variables", "before_script", "script", "artifacts", "rules", "needs"}
    assert job["artifacts"]["reports"].keys() == {"junit"}
    script = "\n".join(job["script"])
    for packs, code in (("sound", 0), ("sound broken", 1)):
        given = {**job["variables"], "RULE_PACKS": packs}
        if code:
            (place / "broken pack").rename(place / "broken")
        assert _bash(script, place, **given).returncode == code
        # Our own text.
        root = ET.parse(place / job["artifacts"]["reports"]["junit"]).getroot()  # noqa: S314
        assert root.get("failures") == str(code)
