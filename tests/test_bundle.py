"""The bundle for a room without a network: made, checked by sha256sum, and installed from with the network cut off."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT

SCRIPT = ROOT / "requirements/bundle.py"
WITHOUT_NETWORK = ("unshare", "--net")


def _bundle_module() -> dict[str, object]:
    names: dict[str, object] = {"__name__": "bundle", "__file__": str(SCRIPT)}
    exec(compile(SCRIPT.read_text("utf-8"), str(SCRIPT), "exec"), names)  # noqa: S102 - our own script
    return names


def test_the_source_is_copied_without_what_tools_left(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("src/a.py", "rules/pack.toml", "docs/a.md", "docs/build/kept.md", ".venv/bin/x", ".git/x", "build/x"):
        place = project / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(name)
    (project / "src/__pycache__").mkdir()
    (project / "src/__pycache__/a.pyc").write_text("x")
    (project / "src/x.egg-info").mkdir()
    folder = project / "bundle"  # in the project itself: it must not hold itself
    folder.mkdir()
    module = _bundle_module()
    module["copy_source"](folder, project)  # type: ignore[operator]
    copied = {path.relative_to(folder / "cyberforensics").as_posix() for path in folder.rglob("*") if path.is_file()}
    assert copied == {"src/a.py", "rules/pack.toml", "docs/a.md", "docs/build/kept.md"}


def test_sha256sum_checks_the_digests(tmp_path: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed (apt: coreutils)")
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels/a b.whl").write_bytes(b"a")
    (tmp_path / "README.md").write_bytes(b"b")
    module = _bundle_module()
    module["write_sums"](tmp_path)  # type: ignore[operator]
    assert (tmp_path / "SHA256SUMS").read_text().count("\n") == 2
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "README.md").write_bytes(b"c")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True).returncode == 1


@pytest.mark.parametrize("there", ["file", "folder"])
def test_nothing_is_overwritten(tmp_path: Path, there: str) -> None:
    target = tmp_path / "bundle"
    if there == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "mine").write_text("mine")
    refused = subprocess.run([sys.executable, str(SCRIPT), str(target)], capture_output=True, text=True)
    assert refused.returncode == 1
    assert "is not empty; name a new folder" in refused.stderr
    nothing = subprocess.run([sys.executable, str(SCRIPT), ""], capture_output=True, text=True)
    assert "make bundle DIR=FOLDER" in nothing.stderr


def test_a_folder_that_is_no_bundle_is_told(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    told = subprocess.run(
        ["make", "demo", "OFFLINE=nowhere"], cwd=tmp_path, capture_output=True, text=True, env=_bare(tmp_path)
    )
    assert told.returncode != 0
    assert "nowhere is no bundle" in told.stderr


def test_the_demo_runs_from_a_bundle_with_the_network_cut_off(tmp_path: Path) -> None:
    if "BUNDLE_TEST" not in os.environ:
        pytest.skip("takes minutes and 200 MB: BUNDLE_TEST=1 runs it, as .ci/run does")
    if shutil.which("unshare") is None or subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True).returncode:
        pytest.skip("the network can't be cut off here (unshare --net needs root)")
    folder = tmp_path / "bundle"
    made = subprocess.run([sys.executable, str(SCRIPT), str(folder)], capture_output=True, text=True, timeout=1200)
    if made.returncode:
        pytest.skip(f"the wheels could not be had: {made.stderr.strip()[-400:]}")
    assert not subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder).returncode
    clone = tmp_path / "clone"
    shutil.copytree(folder / "cyberforensics", clone)
    run = subprocess.run(
        [*WITHOUT_NETWORK, "make", "demo", f"OFFLINE={folder}", f"PYTHON={sys._base_executable}"],  # type: ignore[attr-defined]
        cwd=clone,
        env=_bare(tmp_path),
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert (clone / "demo-case/reports/report.html").is_file()
    assert not subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder).returncode


def _bare(home: Path) -> dict[str, str]:
    """No setting of pip, no cache of it: what is installed comes from the bundle."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "MAKE"))}
    return {**kept, "HOME": str(home), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
