"""Ask for media types twice, with all rules of libmagic and with those that may match, and count the differences.

    python -m tests.pipeline.compare_media_types [--harm] PATH...

`--harm` asks for truncated and mutated copies as well. Both ways take turns on the same bytes in one run, so their
times can be compared. Exit code 1: there was a difference.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cyberforensics.pipeline.media_type import HEAD, by_all_rules, media_type

TRUNCATED = (1, 2, 3, 4, 8, 16, 64, 512, 4096)


def files(root: Path) -> Iterator[Path]:
    """The regular files below a path, or the path itself; links are not followed."""
    if root.is_file():
        yield root
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def harmed(head: bytes, seed: int) -> Iterator[bytes]:
    """Truncated copies, and copies with bytes near the beginning changed."""
    yield from (head[:length] for length in TRUNCATED if length < len(head))
    yield head[:-1]
    chance = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(8):
        copy = bytearray(head)
        for _ in range(chance.choice((1, 1, 2, 8))):
            copy[chance.randrange(min(len(copy), 64))] ^= 1 << chance.randrange(8)
        yield bytes(copy)
    at = chance.randrange(len(head))
    yield head[at:]
    yield head[:at] + bytes(chance.randrange(1, 64)) + head[at:]
    yield head.rstrip(b"\0") + bytes(chance.randrange(1, 5000))
    for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp500"):
        yield head[:9000].decode("latin-1").encode(encoding)


def show(line: str) -> None:
    """Talk to the person who runs this."""
    sys.stdout.write(line + "\n")


def main() -> int:
    """Compare, and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--harm", action="store_true")
    parser.add_argument("paths", nargs="+", type=Path)
    arguments = parser.parse_args()
    asked = differences = 0
    spent: dict[str, list[float]] = {}
    counts: Counter[str] = Counter()
    for path in (file for root in arguments.paths for file in files(root)):
        try:
            with path.open("rb") as file:
                head = file.read(HEAD)
        except OSError:
            continue
        for content in (head, *(harmed(head, asked) if arguments.harm and head else ())):
            start = time.perf_counter()
            expected = by_all_rules(content)
            middle = time.perf_counter()
            found = media_type(content)
            end = time.perf_counter()
            kind = spent.setdefault(str(expected), [0.0, 0.0])
            kind[0] += middle - start
            kind[1] += end - middle
            counts[str(expected)] += 1
            asked += 1
            if found != expected:
                differences += 1
                show(f"{path} ({len(content)} bytes): {expected} with all rules, {found} without some")
    slow, fast = (sum(times[way] for times in spent.values()) for way in (0, 1))
    for kind_name, (before, after) in sorted(spent.items(), key=lambda item: -item[1][0])[:20]:
        count = counts[kind_name]
        show(f"{kind_name:44}{count:8}{before / count * 1e6:9.0f}{after / count * 1e6:9.0f} µs")
    show(f"{asked} contents, {differences} differences, {asked / slow:.0f} and {asked / fast:.0f} a second")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
