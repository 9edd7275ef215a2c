"""What a later pass reads of the image, counted by the kernel's own trace of its system calls."""

import hashlib
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import helpers

MIB = 1 << 20
CALLS = "openat,read,readv,pread64,preadv,preadv2,mmap,sendfile,copy_file_range,splice,io_uring_setup"
OPENING = 64 * 65_536
"""Bytes of the blocks by which an image is recognised (`disk.evidence`): each process that opens it reads them."""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Four copies of 8 MiB, another 2 MiB, and a note, in an ext4 volume of 64 MiB; the case has seen it."""
    for program, package in (("strace", "strace"), ("mke2fs", "e2fsprogs")):
        if shutil.which(program, path="/usr/bin:/usr/sbin:/sbin:/bin") is None:
            pytest.skip(f"{program} is not installed (apt: {package})")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("processes can't be traced here")
    tree, noise = tmp_path / "tree", random.Random(4)  # noqa: S311 - no secret
    tree.mkdir()
    large = noise.randbytes(8 * MIB)
    for number in range(4):
        (tree / f"copy {number}").write_bytes(large)
    (tree / "other").write_bytes(noise.randbytes(2 * MIB))
    (tree / "note.txt").write_text("an example from the orchard")
    path = tmp_path / "image.raw"
    subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-d", tree, path, "64M"], check=True, capture_output=True)
    result = helpers.inside("triage", path, "--case", tmp_path / "case", "--no-rules")
    assert result.returncode == 0
    return path


def _read_of(image: Path, *arguments: str | Path) -> tuple[int, int]:
    """How often a command opens the image, in all its processes, and the bytes that it reads of it."""
    trace = image.with_name("trace")
    command = helpers.command("scan", image.with_name("case"), *arguments)
    told = ["strace", "-f", "-y", "-s", "0", "-e", f"trace={CALLS}", "-o", str(trace), *command]
    done = subprocess.run(told, env=helpers.environment(), capture_output=True, timeout=helpers.SECONDS, check=False)
    assert done.returncode == 0
    lines = [line for line in trace.read_text("utf-8", "replace").splitlines() if "/image.raw>" in line]
    assert not [line for line in lines if re.search(r"mmap|sendfile|copy_file_range|splice", line)]
    assert "io_uring" not in trace.read_text("utf-8", "replace")
    read = [re.search(r" = (\d+)$", line) for line in lines if re.search(r"p?readv?\w*\(", line)]
    return sum("openat(" in line for line in lines), sum(int(found[1]) for found in read if found is not None)


def test_a_list_of_digests_reads_nothing(tmp_path: Path, image: Path) -> None:
    note = hashlib.sha256(b"an example from the orchard").hexdigest()
    (tmp_path / "wanted.txt").write_text(f"{note}\n")
    assert _read_of(image, "--hashes", tmp_path / "wanted.txt") == (0, 0)
    assert b"/note.txt" in helpers.shown(tmp_path / "case")["findings"]


def test_a_rule_reads_what_it_must(tmp_path: Path, image: Path) -> None:
    """Each content once, equal ones once for all; beside them the blocks by which the image is recognised."""
    opened, read = _read_of(image, "--rules", helpers.rule_file(tmp_path), "--workers", "1")
    assert opened > 0
    assert 10 * MIB < read < 10 * MIB + 2 * OPENING + 3 * MIB  # all four copies were 24 MiB more
    assert b"/note.txt" in helpers.shown(tmp_path / "case")["findings"]
    before = read
    opened, read = _read_of(image, "--rules", helpers.rule_file(tmp_path), "--workers", "1")
    assert read < OPENING + 3 * MIB < before  # nothing is left to search: the image is recognised, and that is all
