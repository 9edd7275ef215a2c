"""The digest over our files is the one that coreutils give."""

import shutil
import subprocess
from pathlib import Path

import pytest

import cyberforensics
from cyberforensics.model.source import checked_out, files_digest, source
from cyberforensics.model.versions import result_versions, versions
from tests import helpers

BY_HAND = r"find . -type f ! -name '*.pyc' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum"


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="the program sha256sum is not installed")
def test_sha256sum_gives_the_same(tmp_path: Path) -> None:
    for name in ("a/b.py", "a-b.py", "a/__pycache__/b.cpython-311.pyc", "B", "é.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link").symlink_to("B")
    for folder in (tmp_path, Path(cyberforensics.__path__[0])):
        done = subprocess.run(["sh", "-c", BY_HAND], cwd=folder, capture_output=True, text=True, check=True)
        assert done.stdout.split()[0] == files_digest(folder)
    before = files_digest(tmp_path)
    (tmp_path / "B").write_text("changed")
    assert files_digest(tmp_path) != before
    assert BY_HAND in (helpers.ROOT / "docs" / "report-check.md").read_text("utf-8")


@pytest.mark.skipif(shutil.which("git") is None, reason="the program git is not installed")
def test_git_names_the_same_commit(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        name = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        command = ["git", "-C", str(tmp_path), *name, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert checked_out(tmp_path) is None
    git("init", "-q")
    assert checked_out(tmp_path) is None  # no commit yet
    git("commit", "-q", "--allow-empty", "-m", "one")
    assert checked_out(tmp_path) == git("rev-parse", "HEAD")
    git("pack-refs", "--all")
    assert checked_out(tmp_path) == git("rev-parse", "HEAD")
    git("checkout", "-q", "--detach")
    assert checked_out(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / ".git" / "HEAD").write_text("ref: ../../secret\n")
    assert checked_out(tmp_path) is None


def test_no_result_depends_on_it() -> None:
    assert dict(versions())["source"] == source()
    assert {name for name, _ in versions()} - {name for name, _ in result_versions()} == {
        *("python", "platform", "source", "locale", "time zone")
    }
