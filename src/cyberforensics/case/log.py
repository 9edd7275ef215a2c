"""The examination log: what the tool did, one JSON object a line, each chained to the line before by SHA-256.

A line is written through to the disk before the action counts as done. `chain` of a line is the SHA-256 of the
previous line's bytes without its newline; that of the first is the digest of nothing. What is done after sealing has a
file of its own, of the same form: `chain` of its first line is the digest of the manifest.
"""

import fcntl
import getpass
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic_ns

from cyberforensics.case.sealed import AFTER, MANIFEST, is_sealed, refuse_half_sealed
from cyberforensics.errors import CannotWrite, Error
from cyberforensics.model.versions import versions

LOG = "examination-log.jsonl"
RECOVERED = "log went on behind a torn line"


def now() -> str:
    """The examining machine's clock: RFC 3339, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def operator() -> str:
    """Who runs the tool, as the host says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


@contextmanager
def recorded(
    folder: Path, what: str, facts: Mapping[str, object], command: Sequence[str]
) -> Iterator[dict[str, object]]:
    """Log that an action starts, on what, by which command and with which versions; and how it ended.

    The block gets a dictionary for the facts of the last line: `what finished`, or `what stopped` with the error.

    Raises:
        CannotWrite: the log can't be written; then the block is not begun, or what it did does not count as done.
    """
    append(folder, f"{what} started", {**facts, "command": list(command), "versions": dict(versions())})
    result: dict[str, object] = {}
    try:
        yield result
    except BaseException as stop:
        told = {"by": type(stop).__name__}
        if isinstance(stop, Error):
            told["error"] = str(stop)
        with suppress(CannotWrite):
            append(folder, f"{what} stopped", told)
        raise
    append(folder, f"{what} finished", result)


def append(folder: Path, action: str, facts: Mapping[str, object]) -> None:
    """Add one line. Commands that run side by side on one case take turns; half a line never stays.

    Where power failed while the line before was written, what is there of it stays, and a line of its own says so.

    Raises:
        CannotWrite: it could not be written through.
        CaseRefused: sealing was interrupted.
    """
    sealed = is_sealed(folder)
    path = folder / (AFTER if sealed else LOG)
    try:
        first = (folder / MANIFEST).read_bytes() if sealed else b""
        with path.open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = file.seek(0, os.SEEK_END)
            last, is_whole = _last_line(end, path)
            refuse_half_sealed(folder, last)
            if end == 0:
                last = first
            data = b""
            if not is_whole:
                torn = {"bytes": len(last), "sha256": hashlib.sha256(last).hexdigest()}
                recovered = _line(RECOVERED, torn, last)
                data, last = b"\n" + recovered + b"\n", recovered
            _write_whole(file.fileno(), data + _line(action, facts, last) + b"\n", end)
    except OSError as error:
        raise CannotWrite(f"{path}: the examination log can't be written ({error.strerror})") from error


def _line(action: str, facts: Mapping[str, object], before: bytes) -> bytes:
    line = {
        "action": action,
        "chain": hashlib.sha256(before).hexdigest(),
        "facts": dict(facts),
        "monotonic": monotonic_ns(),
        "operator": operator(),
        "time": now(),
    }
    return json.dumps(line, sort_keys=True, separators=(",", ":")).encode()


def last_line(folder: Path) -> bytes:
    """The log's last line without its newline; nothing where there is none.

    Raises:
        CannotWrite: the log can't be read, so nothing could be added to it either.
    """
    path = folder / LOG
    try:
        return _last_line(path.stat().st_size, path)[0]
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise CannotWrite(f"{path}: the examination log can't be read ({error.strerror})") from error


def _write_whole(descriptor: int, data: bytes, end: int) -> None:
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _last_line(end: int, path: Path) -> tuple[bytes, bool]:
    """The last line's bytes without its newline, nothing where there is none; and whether the newline is there.

    It is missing where power failed while it was written.
    """
    if end == 0:
        return b"", True
    with path.open("rb") as file:
        size = 4096
        while True:
            start = max(0, end - size)
            file.seek(start)
            data = file.read(end - start)
            tail = data.rstrip(b"\n")
            if b"\n" in tail or start == 0:
                return tail.rpartition(b"\n")[2], data.endswith(b"\n")
            size *= 4
