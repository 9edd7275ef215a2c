"""Two million entries: how much memory the parent of a triage needs for them, and how long it takes.

    .venv/bin/python -m benchmarks.many [--names 2000000] [--work FOLDER]

The file system is an ext4 that mke2fs fills from a folder, with twenty names for each file, so that entries and not
contents are what there are many of. It needs e2fsprogs, 2.5 GB, and some ten minutes to be made.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

LINKS = 20
"""Names of each file."""
_FOLDER = 1000  # files of a folder


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Memory and time of a triage of many entries.")
    parser.add_argument("--names", type=int, default=2_000_000)
    parser.add_argument("--work", type=Path, default=Path(__file__).resolve().parent / "work")
    chosen = parser.parse_args()
    image = chosen.work / f"many-{chosen.names}.raw"
    if not image.exists():
        make(image, chosen.names // LINKS)
    code, seconds, peak = run(image, chosen.work / "case-many")
    print(
        f"{chosen.names:,} names: exit code {code}, {seconds:.0f} s, the parent's peak {peak / 1024:.0f} MiB resident"
    )
    return code


def make(image: Path, files: int) -> None:
    """Make an ext4 image with so many files and `LINKS` names for each."""
    source = image.with_suffix(".source")
    shutil.rmtree(source, ignore_errors=True)
    for number in range(files):
        folder, place = divmod(number, _FOLDER)
        first = source / f"{folder:04}" / "00" / f"f{place:04}"
        if place == 0:
            for link in range(LINKS):
                (source / f"{folder:04}" / f"{link:02}").mkdir(parents=True)
        first.write_text(f"{number}\n")
        for link in range(1, LINKS):
            os.link(first, source / f"{folder:04}" / f"{link:02}" / first.name)
    part = image.with_suffix(".part")
    with part.open("wb") as file:
        file.truncate(2 << 30)
    inodes = str(files + files // _FOLDER * (LINKS + 1) + 10_000)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-N", inodes, "-d", str(source), str(part)], check=True)
    shutil.rmtree(source)
    part.rename(image)


def run(image: Path, case: Path) -> tuple[int, float, int]:
    """Triage it without rules: exit code, seconds, and the parent's peak of resident memory in KiB."""
    shutil.rmtree(case, ignore_errors=True)
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "cyberforensics", "triage", "--case", str(case), "--no-rules", str(image)]
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, _peak(process.pid))
        time.sleep(0.5)
    seconds = time.monotonic() - began
    shutil.rmtree(case, ignore_errors=True)
    return process.returncode, seconds, peak


def _peak(process: int) -> int:
    """VmHWM of proc(5)."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    sys.exit(main())
