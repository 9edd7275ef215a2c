"""Notice that a file of a pack has changed, with nothing but the standard library."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

SECONDS = 0.5
"""Between two looks."""


def changes(paths: Sequence[Path], sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Yield once at the beginning, and again each time that a file in one of the paths came, went or changed."""
    before: Mapping[str, tuple[int, int]] | None = None
    while True:
        now = _state(paths)
        if now != before:
            before = now
            yield
        else:
            sleep(SECONDS)


def _state(paths: Sequence[Path]) -> Mapping[str, tuple[int, int]]:
    return {name: found for path in paths for name in _files(path) if (found := _seen(name)) is not None}


def _files(path: Path) -> Iterator[str]:
    if not path.is_dir():
        yield str(path)
        return
    for folder, _, names in os.walk(path):
        yield from (os.path.join(folder, name) for name in names)  # noqa: PTH118 - a thousand times a second


def _seen(name: str) -> tuple[int, int] | None:
    try:
        found = os.stat(name)  # noqa: PTH116
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
