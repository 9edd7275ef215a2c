"""Output files that are there whole or not at all."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cyberforensics.errors import CannotWrite

_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


@contextmanager
def replacing(path: Path, *, mode: int = 0o666, hint: str = "make room or choose another folder") -> Iterator[BinaryIO]:
    """Write beside the file and put it in place when everything is written through.

    Args:
        mode: permissions of the file, from which the host takes what it always takes.
        hint: what to do where it can't be written.

    Raises:
        CannotWrite: the folder or the disk refuses.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, _NEW, mode), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):  # a read-only file system refuses this as well
            beside.unlink()
        if not isinstance(error, OSError):
            raise
        raise CannotWrite(f"{path}: can't be written ({error.strerror or error})", hint=hint) from error
