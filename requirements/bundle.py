"""Gather all that an installation needs into one folder, for a room without a network.

    python requirements/bundle.py FOLDER

The folder gets ``wheels/`` (every pinned dependency, checked against its hashes, for the Python and the processor that
run this script, and the project itself), ``cyberforensics/`` (its source with rules, docs and fixtures), a README and
``SHA256SUMS``, on which ``sha256sum -c`` works. Needs the pinned setuptools beside pip, as ``make bundle`` sees to.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
PINS = ("build.txt", "runtime.txt", "sign-pdf.txt", "thumbnails.txt", "parquet.txt", "dev.txt")
SUMS = "SHA256SUMS"
SOURCE, WHEELS = "cyberforensics", "wheels"
WITHOUT = frozenset({".git", ".venv", "demo-case", "build", "dist"})
"""Of the project's own folder: what git and make put there."""
LITTER = (".*cache", "__pycache__", ".hypothesis", "*.egg-info", "*.py[cod]")

README = """# cyberforensics, for a room without a network

Made for Python {python} on {machine} ({system}); another Python or processor needs a bundle of its own.

Check that it came as it was made; `make bundle` printed the digest of SHA256SUMS itself, to be noted and compared:

    sha256sum -c SHA256SUMS

Install and try it, with Python {python}, its venv module and make; in a copy, so that the bundle stays as it is:

    cp -r cyberforensics ~/cyberforensics
    make -C ~/cyberforensics demo OFFLINE="$PWD"
    make -C ~/cyberforensics test OFFLINE="$PWD"

Or without make:

    python3 -m venv ~/cyberforensics-venv
    pip="$HOME/cyberforensics-venv/bin/python -m pip --isolated install --no-index --find-links wheels"
    $pip --require-hashes -r cyberforensics/requirements/build.txt
    $pip --require-hashes --no-build-isolation -r cyberforensics/requirements/runtime.txt
    $pip --no-deps cyberforensics

The manual begins with `cyberforensics/README.md`; this subject is in `cyberforensics/docs/without-a-network.md`.
"""


def bundle(folder: Path) -> None:
    """Make the bundle in a new or empty folder; the digests are written last, so a bundle without them is none."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        sys.exit(f"bundle: {folder} is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    copy_source(folder)
    for pins in PINS:
        print(f"bundle: the files of requirements/{pins}", flush=True)
        options = ["--quiet", "--require-hashes", "--no-build-isolation", "--no-deps"]
        pip("download", *options, f"--dest={folder / WHEELS}", f"--requirement={HERE / pins}")
    print("bundle: a wheel of cyberforensics", flush=True)
    wheel = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", f"--wheel-dir={folder / WHEELS}"]
    pip("wheel", *wheel, str(folder / SOURCE))
    for left in [*(folder / SOURCE).rglob("*.egg-info"), folder / SOURCE / "build"]:
        shutil.rmtree(left, ignore_errors=True)
    version = ".".join(platform.python_version_tuple()[:2])
    facts = {"python": version, "machine": platform.machine(), "system": platform.system()}
    (folder / "README.md").write_text(README.format(**facts), encoding="utf-8")
    write_sums(folder)
    digest = hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()
    print(f"bundle: {folder} is complete; the SHA-256 of its {SUMS} is {digest}")


def pip(command: str, *arguments: str) -> None:
    """Run pip of this Python; the dates in a wheel are those of no day."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", command, *arguments],
        env={**os.environ, "SOURCE_DATE_EPOCH": "315532800"},
        check=False,
    )
    if done.returncode:
        sys.exit(f"bundle: pip {command} failed; the folder is not complete")


def copy_source(folder: Path, project: Path = PROJECT) -> None:
    """Copy the project without what tools left in it, and without the bundle itself where that lies in it."""
    litter = shutil.ignore_patterns(*LITTER)

    def ignored(place: str, names: list[str]) -> set[str]:
        own = WITHOUT if Path(place) == project else frozenset()
        inside = {name for name in names if Path(place, name).resolve() == folder.resolve()}
        return set(litter(place, names)) | (own & set(names)) | inside

    shutil.copytree(project, folder / SOURCE, ignore=ignored, symlinks=True)


def write_sums(folder: Path) -> None:
    """Write the digest of every file, in the order of their names."""
    (folder / SUMS).write_text("".join(f"{digest}  {name}\n" for digest, name in sums(folder)), encoding="utf-8")


def sums(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield digest and path of every file but the sums themselves."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name != SUMS:
            with path.open("rb") as file:
                yield hashlib.file_digest(file, "sha256").hexdigest(), name


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("bundle: name the folder: make bundle DIR=FOLDER")
    bundle(Path(sys.argv[1]))
