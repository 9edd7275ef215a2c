"""Scan folders of known-good files with the shipped rules, and print every finding.

    python -m tests.rules.scan_known_good /usr /etc

On a plain system every line is a false alarm, or one of the exceptions in docs/rules-shipped.md. Ends with 1
where anything was found. Host paths stand in for evidence paths; what can't be read is counted.
"""

import mmap
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

from cyberforensics.model.names import display_name, display_text, extension_of
from cyberforensics.rules import (
    CompiledRules,
    Externals,
    Scanner,
    file_type,
    load,
    open_compiled,
    shipped_packs,
)

_TIMEOUT = 120
_scanner: Scanner


def main(folders: list[str]) -> int:
    """Scan, print, count."""
    started = time.monotonic()
    files = size = unreadable = found = 0
    with tempfile.TemporaryDirectory() as place:
        compiled = load(shipped_packs()).save(Path(place))
        with get_context("spawn").Pool(os.cpu_count(), _open, (compiled,)) as pool:
            for path, length, lines in pool.imap_unordered(_scan, _files(folders), chunksize=64):
                if length is None:
                    unreadable += 1
                    continue
                files, size = files + 1, size + length
                for line in lines:
                    found += 1
                    sys.stdout.write(f"{line}\t{path}\n")
    seconds = time.monotonic() - started
    sys.stderr.write(
        f"{files:,} files, {size:,} bytes, {unreadable:,} unreadable, {found:,} findings and problems,"
        f" {seconds:.0f} s, {size / seconds / 1e6:.0f} MB/s\n"
    )
    return 1 if found else 0


def _files(folders: list[str]) -> Iterator[str]:
    for folder in folders:
        for place, _, names in os.walk(folder):
            yield from (os.path.join(place, name) for name in names)  # noqa: PTH118 - a million of them


def _open(compiled: CompiledRules) -> None:
    global _scanner  # one for each worker process
    _scanner = open_compiled(compiled)


def _scan(path: str) -> tuple[str, int | None, list[str]]:
    shown = display_text(os.fsdecode(path))
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return shown, None, []
        with open(path, "rb") as stream:  # noqa: PTH123 - a million of them
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if status.st_size else b""
    except OSError:
        return shown, None, []
    name = display_name(os.fsencode(os.path.basename(path)))  # noqa: PTH119
    externals = Externals(name, os.path.dirname(path), extension_of(name), file_type(data[:64]))  # noqa: PTH120
    result = _scanner.scan_first(data, externals, timeout=_TIMEOUT)
    lines = [f"{finding.severity}\t{finding.pack}\t{finding.rule}" for finding in result.findings]
    lines += [f"problem\t{problem.code}\t{problem.message}" for problem in result.problems]
    return shown, len(data), lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
