"""The manifest: the SHA-256 of every file of a case, in the form that ``sha256sum -c`` reads."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.case.sealed import MANIFEST, OUTSIDE
from cyberforensics.case.store import LOCK
from cyberforensics.errors import CannotWrite, CaseRefused
from cyberforensics.model.names import display_name

_LINE = re.compile(rb"(\\?)([0-9a-f]{64}) [ *](.+)", re.DOTALL)
_ESCAPES = {b"\\": b"\\\\", b"\n": b"\\n", b"\r": b"\\r"}
_UNESCAPES = {escape: plain for plain, escape in _ESCAPES.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the folder is not what the manifest says."""

    place: str
    """The file's path below the case folder."""
    what: str
    """In words, as the end of a sentence."""


def manifest_lines(folder: Path) -> Iterator[bytes]:
    """Yield a line for every file of the case but those `sealed.OUTSIDE`, by the bytes of their paths.

    Raises:
        CaseRefused: something in the folder is no file and no folder.
        CannotWrite: a file can't be read.
    """
    try:
        for name, path in sorted(_files(folder)):
            if name == LOCK.encode():  # held by whoever seals, and gone when the case is sealed
                continue
            if path.is_symlink() or not path.is_file():
                raise CaseRefused(f"{path}: is neither a file nor a folder", hint="remove it from the case folder")
            yield manifest_line(_sha256(path), name)
    except OSError as error:
        raise CannotWrite(
            f"{error.filename}: can't be read ({error.strerror})", hint="a seal covers every file"
        ) from error


def manifest_line(sha256: str, name: bytes) -> bytes:
    """As coreutils write it: a backslash before the digest says that the name is escaped."""
    escaped = re.sub(rb"[\\\n\r]", lambda found: _ESCAPES[found[0]], name)
    return (b"\\" if escaped != name else b"") + sha256.encode() + b"  " + escaped + b"\n"


def check_manifest(folder: Path, manifest: bytes) -> tuple[int, tuple[Difference, ...]]:
    """Hold the folder against the manifest: how many files are as it says, and everything that differs."""
    found: list[Difference] = []
    listed: dict[bytes, str] = {}
    for number, line in enumerate(manifest.split(b"\n")[:-1] if manifest else (), start=1):
        parts = _LINE.fullmatch(line)
        if parts is None:
            found.append(Difference(MANIFEST, f"line {number} is not of the form of a manifest"))
            continue
        name = _unescaped(parts[3]) if parts[1] else parts[3]
        if name in listed:
            found.append(Difference(_shown(name), f"stands twice in {MANIFEST}, in line {number} again"))
        listed[name] = parts[2].decode()
    if manifest and not manifest.endswith(b"\n"):
        found.append(Difference(MANIFEST, "its last line is cut short"))
    there = dict(_files(folder))
    same = 0
    for name, stated in listed.items():
        path = there.get(name)
        if path is None:
            found.append(Difference(_shown(name), f"is in {MANIFEST}, but not in the folder: missing or renamed"))
        elif path.is_symlink() or not path.is_file():
            found.append(Difference(_shown(name), "is no file any more"))
        else:
            difference = _compared(path, stated)
            same += difference is None
            found += [Difference(_shown(name), difference)] if difference is not None else []
    found += [Difference(_shown(name), f"was added: it is not in {MANIFEST}") for name in there if name not in listed]
    return same, tuple(sorted(found, key=lambda difference: difference.place))


def _compared(path: Path, stated: str) -> str | None:
    try:
        computed = _sha256(path)
    except OSError as error:
        return f"can't be read ({error.strerror})"
    return None if computed == stated else f"was changed: SHA-256 {computed}, sealed {stated}"


def _files(folder: Path) -> Iterator[tuple[bytes, Path]]:
    """Everything below the folder that is no folder: path below it, and where it is."""
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as items:
            for item in items:
                name = os.fsencode(os.path.relpath(item.path, folder))
                if item.is_dir(follow_symlinks=False):
                    waiting.append(Path(item.path))
                elif os.fsdecode(name) not in OUTSIDE:
                    yield name, Path(item.path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unescaped(name: bytes) -> bytes:
    return re.sub(rb"\\[\\nr]", lambda found: _UNESCAPES[found[0]], name)


def _shown(name: bytes) -> str:
    return "/".join(map(display_name, name.split(b"/")))
