"""Contents too large for memory: written to a spool file as they are read, then mapped."""

import errno
import mmap
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from cyberforensics.errors import CannotWrite

IN_MEMORY = 64 * 1024 * 1024
"""Bytes of a content that are held in memory; larger ones go to the spool."""


@contextmanager
def spool_folder(case: Path) -> Iterator[Path]:
    """A folder of this run's own in the case folder; what an earlier run left there is removed."""
    folder = case / "spool"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise CannotWrite(f"{folder}: the spool folder can't be made ({error.strerror})") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class TooLarge(Exception):
    """The content is larger than the whole file system of the spool: no room that could be made would be enough."""


class Spool:
    """Collects a content; `buffer` then gives all of it, from memory or from a mapping.

    Raises `CannotWrite` where this machine has no room: that is never the evidence's fault.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self._pieces: list[bytes] = []
        self._file: int | None = None
        self._path: str | None = None
        self._map: mmap.mmap | None = None
        self._expected = size
        self._folder = folder
        self.size = 0
        """Bytes written so far."""
        if size > IN_MEMORY:
            try:
                # mkstemp makes it 0600; it keeps its name, so that its removal by a virus scanner can be told
                self._file, self._path = tempfile.mkstemp(prefix="content-", dir=folder)
            except OSError as error:
                raise self._refused(error) from error

    def write(self, block: bytes) -> None:
        """Add a block; holes stay holes, so that a sparse giant takes no room.

        Raises:
            TooLarge: it can't fit, whatever room is made.
            CannotWrite: the spool's folder refuses.
        """
        if self._file is None:
            self._pieces.append(block)
        elif any_byte(block):
            try:
                view = memoryview(block)
                while view:
                    view = view[os.pwrite(self._file, view, self.size + len(block) - len(view)) :]
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EFBIG) and self._expected > self._capacity():
                    raise TooLarge from error
                raise self._refused(error) from error
        self.size += len(block)

    def _capacity(self) -> int:
        room = os.statvfs(self._folder)
        return room.f_blocks * room.f_frsize

    def _refused(self, error: OSError) -> CannotWrite:
        return CannotWrite(
            f"{self._folder}: a large content can't be written to the spool folder ({error.strerror})",
            hint="make room there; what was recorded before is kept, and the run can go on",
        )

    def buffer(self) -> bytes | mmap.mmap:
        """Everything that was written.

        Raises:
            FileNotFoundError: the spool file was removed by somebody else.
        """
        if self._file is None:
            if len(self._pieces) != 1:
                self._pieces = [b"".join(self._pieces)]
            return self._pieces[0]
        if self.size == 0:
            return b""
        if self._path is None or not Path(self._path).exists():
            raise FileNotFoundError("the spool file was removed")
        try:
            os.ftruncate(self._file, self.size)
            self._map = mmap.mmap(self._file, self.size, access=mmap.ACCESS_READ)
        except OSError as error:
            raise self._refused(error) from error
        return self._map

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._map is not None:
            self._map.close()
        if self._file is not None:
            os.close(self._file)
            if self._path is not None:
                Path(self._path).unlink(missing_ok=True)


def is_zero(data: bytes | mmap.mmap) -> bool:
    """Whether every byte is zero; an empty content is not."""
    if not data or data[0] or data[-1]:
        return False
    block = 1 << 20
    return all(not any_byte(data[place : place + block]) for place in range(0, len(data), block))


def any_byte(data: bytes) -> bool:
    """Whether any byte of a block is not zero."""
    return data.count(0) != len(data)
