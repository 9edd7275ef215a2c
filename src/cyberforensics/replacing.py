"""Output files that are there whole or not at all."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from cyberforensics.errors import CannotWrite

_TOGETHER = 512
"""Lines that are encoded and written at once: one by one takes twice as long."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write beside the file and put it in place when everything is written through.

    Raises:
        CannotWrite: the folder or the disk refuses.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):  # a read-only file system refuses this as well
            beside.unlink()
        if not isinstance(error, OSError):
            raise
        raise CannotWrite(
            f"{path}: can't be written ({error.strerror or error})", hint="make room or choose another folder"
        ) from error


def write_lines(lines: Iterable[str], out: BinaryIO, *, end: str = "\n") -> None:
    """Write text as UTF-8, every line with its end."""
    waiting = iter(lines)
    while together := list(islice(waiting, _TOGETHER)):
        out.write((end.join(together) + end).encode())
