"""What is measured on: an NTFS volume filled from the machine's own /usr, raw and as E01, and a second one like it."""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import pack

SOURCE = Path("/usr")
PACKAGES = {
    "mkntfs": "ntfs-3g",
    "ntfs-3g": "ntfs-3g",
    "fusermount": "fuse3",
    "ewfacquire": "ewf-tools",
}
"""Program to the Debian package that has it."""

_SEARCH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
_PLANTED = "Users/bench/Downloads"


class Missing(Exception):
    """A program or a right that the inputs need is not there."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a volume is to be."""

    name: str
    volume: int
    """Bytes of the volume."""
    files: int
    content: int
    """Bytes of all files, at most."""
    largest: int
    """Bytes of one file, at most."""


FULL = Size("full", 4 << 30, 60_000, 2_500_000_000, 256 << 20)
QUICK = Size("quick", 200 << 20, 3_000, 120_000_000, 16 << 20)


@dataclass(frozen=True, slots=True)
class Volume:
    """An image that was made, and what lies in it."""

    raw: str
    files: int
    content: int
    """Bytes of all files."""
    common: float
    """Share of the bytes that the first volume holds too."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a run needs."""

    first: Volume
    second: Volume | None
    e01: Path | None
    notes: tuple[str, ...]


def program(name: str) -> str:
    """The path of a program.

    Raises:
        Missing: it is not here; the message says which package has it.
    """
    found = shutil.which(name, path=_SEARCH)
    if found is None:
        raise Missing(f"{name} is not here (Debian package {PACKAGES.get(name, name)})")
    return found


def make(work: Path, size: Size, *, with_second: bool) -> Inputs:
    """Make what is not there yet.

    Raises:
        Missing: the first volume can't be made here.
    """
    folder = work / size.name
    folder.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    first = _volume(folder, size, "first")
    second = _volume(folder, size, "second") if with_second else None
    e01: Path | None = None
    try:
        e01 = _acquire(Path(first.raw))
    except Missing as missing:
        notes.append(f"no E01: {missing}")
    return Inputs(first, second, e01, tuple(notes))


def _volume(folder: Path, size: Size, which: str) -> Volume:
    raw, record = folder / f"{which}.raw", folder / f"{which}.json"
    if raw.exists() and record.exists():
        return Volume(**json.loads(record.read_text()))
    _require_fuse()
    own = _choose(size, 0)
    chosen = own if which == "first" else _mostly(own, _choose(size, size.files))
    content = sum(length for _, length in chosen)
    common = sum(length for _, length in set(own) & set(chosen))
    print(f"inputs: {raw.name}, {len(chosen):,} files, {content / 1e9:.2f} GB from {SOURCE}", flush=True)
    began = time.monotonic()
    unfinished = raw.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with unfinished.open("wb") as file:
        file.truncate(size.volume)
    geometry = ["-s", "512", "-p", "0", "-H", "16", "-S", "63"]
    _run([program("mkntfs"), "-Q", "-F", "-q", "-T", "-L", "BENCH", *geometry], unfinished)
    with _mounted(unfinished, folder / "mnt") as mount:
        _fill(mount, [path for path, _ in chosen])
    unfinished.rename(raw)
    volume = Volume(str(raw), len(chosen), content, common / content)
    record.write_text(json.dumps(asdict(volume)))
    print(f"inputs: made in {time.monotonic() - began:.0f} s", flush=True)
    return volume


def _choose(size: Size, skip: int) -> list[tuple[Path, int]]:
    """Files of the source in an order that only their names decide, behind the first `skip` of them.

    The largest are left out until the rest fits.
    """
    ordered = sorted(_files(size.largest), key=lambda item: hashlib.sha256(os.fsencode(item[0])).digest())
    chosen = ordered[skip : skip + size.files]
    excess = sum(length for _, length in chosen) - size.content
    left_out: set[Path] = set()
    for path, length in sorted(chosen, key=lambda item: -item[1]):
        if excess <= 0:
            break
        left_out.add(path)
        excess -= length
    return [item for item in chosen if item[0] not in left_out]


def _mostly(own: Sequence[tuple[Path, int]], others: Sequence[tuple[Path, int]]) -> list[tuple[Path, int]]:
    """The files with a tenth of the bytes exchanged for others of as many bytes."""
    room = sum(length for _, length in own) // 10
    given, taken = 0, 0
    kept, fresh = list(own), list[tuple[Path, int]]()
    while given < room:
        given += kept.pop(0)[1]
    for path, length in others:
        if taken + length <= given:
            fresh.append((path, length))
            taken += length
    return kept + fresh


def _files(largest: int) -> Iterator[tuple[Path, int]]:
    for place, _, names in os.walk(SOURCE):
        for name in names:
            path = Path(place, name)
            with contextlib.suppress(OSError):
                found = path.lstat()
                if stat.S_ISREG(found.st_mode) and found.st_size <= largest and os.access(path, os.R_OK):
                    yield path, found.st_size


def _fill(mount: Path, files: Sequence[Path]) -> None:
    for path in files:
        target = mount / path.relative_to("/")
        with contextlib.suppress(OSError):  # names that NTFS has no room for
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    planted = mount / _PLANTED
    planted.mkdir(parents=True)
    for token in pack.PLANTED:
        (planted / f"{token[-9:-7]}-{token}.txt").write_text(f"a note that holds {token} and nothing else\n" * 3)


@contextlib.contextmanager
def _mounted(raw: Path, mount: Path) -> Iterator[Path]:
    mount.mkdir(exist_ok=True)
    _run([program("ntfs-3g"), "-o", "rw,big_writes,noatime"], raw, mount)
    try:
        yield mount
    finally:
        _run([program("fusermount"), "-u"], mount)
        while raw.exists() and os.path.ismount(mount):
            time.sleep(0.1)
        mount.rmdir()


def _acquire(raw: Path) -> Path:
    target = raw.with_suffix(".E01")
    if target.exists():
        return target
    command = program("ewfacquire")
    print(f"inputs: {target.name}, ewfacquire -c fast", flush=True)
    unfinished = raw.with_suffix(".unfinished")
    _run([command, "-u", "-q", "-c", "fast", "-f", "encase6", "-S", "7GiB", "-m", "fixed", "-t"], unfinished, raw)
    return unfinished.with_name(f"{unfinished.name}.E01").rename(target)


def _require_fuse() -> None:
    for name in ("mkntfs", "ntfs-3g", "fusermount"):
        program(name)
    if os.geteuid() != 0:
        raise Missing("volumes are filled through ntfs-3g: run as root")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        raise Missing("/dev/fuse can't be opened: volumes are filled through FUSE")


def _run(command: Sequence[str], *places: Path) -> None:
    done = subprocess.run([*command, *map(str, places)], capture_output=True, check=False)
    if done.returncode != 0:
        talk = (done.stdout + done.stderr)[-1000:].decode("utf-8", "backslashreplace")
        raise Missing(f"{command[0]} ended with {done.returncode}: {talk}")
