"""Pin every dependency with its hashes, and prove that the pins are complete.

    python requirements/update.py            pin again: newest versions that pyproject.toml and *.in allow
    python requirements/update.py --check    only prove it

Pinning needs pip-tools, which this script takes from the environment that runs it. The hashes are those of
every file that was published for a version, so one set of pins serves every platform. The proof downloads,
for each supported Python and processor, a wheel for every pin but dtfabric, which is published as source.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PINS = {
    "build.txt": "build.in",
    "runtime.txt": "../pyproject.toml",
    "sign-pdf.txt": "sign-pdf.in",
    "thumbnails.txt": "thumbnails.in",
    "parquet.txt": "parquet.in",
    "dev.txt": "dev.in",
}
PYTHONS = ("3.11", "3.12", "3.13")
PROCESSORS = ("x86_64", "aarch64")
GLIBCS = ("manylinux_2_28", "manylinux_2_24", "manylinux_2_17", "manylinux2014")
SOURCE_ONLY = "dtfabric"


def pin(pins: str, source: str) -> None:
    """Write one file of pins; neither an index address nor a path of this machine enters it."""
    options = [
        "--quiet", "--upgrade", "--generate-hashes", "--allow-unsafe", "--strip-extras",
        "--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links",
    ]  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "piptools", "compile", *options, f"--output-file={pins}", source],
        cwd=HERE,
        env={**os.environ, "CUSTOM_COMPILE_COMMAND": "python requirements/update.py"},
        check=True,
    )


def check(python: str, processor: str) -> None:
    """Download a wheel for every pin, as a machine with this Python and processor would."""
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder, "wheels.txt")
        text = "".join((HERE / pins).read_text(encoding="utf-8") for pins in PINS)
        one_line_a_pin = {line for line in text.replace("\\\n", "").splitlines() if not line.startswith("#")}
        kept = sorted(line for line in one_line_a_pin if not line.startswith(SOURCE_ONLY))
        wheels.write_text("\n".join(kept), encoding="utf-8")
        platforms = [f"--platform={glibc}_{processor}" for glibc in GLIBCS]
        options = ["--quiet", "--require-hashes", "--no-deps", "--only-binary=:all:"]
        target = [f"--python-version={python}", *platforms, f"--dest={folder}", f"--requirement={wheels}"]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, *target], check=True)
        print(f"Python {python}, {processor}: {len(list(Path(folder).glob('*.whl')))} wheels")


def main() -> None:
    """Pin and prove, or only prove."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="leave the pins as they are")
    if not parser.parse_args().check:
        for pins, source in PINS.items():
            pin(pins, source)
    for python in PYTHONS:
        for processor in PROCESSORS:
            check(python, processor)


if __name__ == "__main__":
    main()
