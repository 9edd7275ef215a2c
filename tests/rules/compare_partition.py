"""Scan folders twice, with every rule and with those that can match, and count the differences.

    python -m tests.rules.compare_partition [--harm] PACK FOLDER...

`--harm` scans changed copies as well: with and without the beginning of a program, truncated, as UTF-16. The rules'
own files are good contents: they hold what the rules look for. Exit code 1: there was a difference.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cyberforensics.rules import Externals, Scanner, ScanResult, file_type, load, open_compiled

_TIMEOUT = 600


def scanners(pack: Path) -> tuple[Scanner, Scanner]:
    """With every rule for all contents; and as the product scans."""
    with tempfile.TemporaryDirectory() as folder:
        compiled = load([pack], skip_broken=True).save(Path(folder))
        if compiled.lean is None:
            sys.exit("This pack has no rules that only match programs, or they could not be told apart.")
        return open_compiled(replace(compiled, lean=None)), open_compiled(compiled)


def result(scanner: Scanner, data: bytes, name: str) -> ScanResult:
    """Of all rules, with a name."""
    externals = Externals(name, "/", Path(name).suffix.lower(), file_type(data[:64]))
    return scanner.scan_first(data, externals, timeout=_TIMEOUT)


def harmed(data: bytes) -> Iterator[bytes]:
    """Copies that are a program where the content is none, and none where it is one."""
    yield from (b"MZ" + data, b"MZ" + data[2:], b"ZM" + data[2:], data[1:], data[:2], data[:1])
    yield data[:200_000].decode("latin-1").encode("utf-16-le")


def _contents(folders: list[Path], harm: bool) -> Iterator[tuple[Path, bytes]]:
    yield Path("empty"), b""
    for root in folders:
        for place, _, names in os.walk(root):
            for path in (Path(place, name) for name in sorted(names)):
                if path.is_symlink() or not path.is_file():
                    continue
                try:
                    data = path.read_bytes()
                except OSError:
                    continue
                yield path, data
                yield from ((path, copy) for copy in (harmed(data) if harm else ()))


def main() -> int:
    """Compare, and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--harm", action="store_true")
    parser.add_argument("pack", type=Path)
    parser.add_argument("folders", nargs="+", type=Path)
    arguments = parser.parse_args()
    ways = scanners(arguments.pack)
    contents = programs = findings = differences = 0
    spent = [0.0, 0.0]
    for path, data in _contents(arguments.folders, arguments.harm):
        found = []
        for way, scanner in enumerate(ways):
            start = time.process_time()
            found.append(result(scanner, data, path.name))
            spent[way] += time.process_time() - start
        contents += 1
        programs += data[:2] == b"MZ"
        findings += len(found[0].findings)
        if found[0] != found[1]:
            differences += 1
            sys.stdout.write(f"{path} ({len(data)} bytes): {found[0]} with every rule, {found[1]} without some\n")
    sys.stdout.write(
        f"{contents:,} contents, {programs:,} of them programs, {findings:,} findings, {differences} differences;"
        f" {spent[0]:.0f} and {spent[1]:.0f} s of processor time\n"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
