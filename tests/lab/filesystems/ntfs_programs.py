"""Other people's programs that read NTFS: what they print, and the driver that mounts it."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"the program {program} is not installed (apt: ntfs-3g, sleuthkit)")


def run(*command: str | Path) -> bytes:
    """What a program prints; it must not fail."""
    needs(str(command[0]))
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "TZ": "UTC"})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def mounted(image: Path, place: Path, options: str = "rw") -> Iterator[Path]:
    """A volume as the driver ntfs-3g shows it; afterwards everything is written."""
    needs("ntfs-3g")
    if os.geteuid() != 0 or not Path("/dev/fuse").exists():
        pytest.skip("mounting takes root and /dev/fuse")
    place.mkdir()
    with subprocess.Popen(
        ["ntfs-3g", "-o", f"no_detach,{options}", image, place], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as driver:
        while not place.is_mount():
            if driver.poll() is not None:
                said = driver.stdout.read().decode() if driver.stdout else ""
                pytest.skip(f"ntfs-3g could not mount here: {said.strip()}")
            time.sleep(0.02)
        try:
            yield place
        finally:
            subprocess.run(["fusermount", "-u", place], check=True)
            driver.wait(60)
