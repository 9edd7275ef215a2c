"""Contents too large for memory: written to a spool file as they are read, then mapped."""

import contextlib
import errno
import mmap
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from cyberforensics.errors import CannotWrite
from cyberforensics.rules import MappedFile

IN_MEMORY = 16 * 1024 * 1024
"""Bytes of a content that are held in memory, twice for a moment; larger ones go to the spool."""

RESERVE = 256 * 1024 * 1024
"""Bytes that the spool leaves free on its file system: for the case, and for the spool of the other workers."""

_PREFIX = "content-"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NoRoom(Exception):
    """The content does not fit on the file system of the spool."""


class Spool:
    """Collects a content; `buffer` then gives all of it, from memory or from a mapping.

    Raises `CannotWrite` where the folder refuses for another reason than room: that is never the evidence's fault.
    """

    def __init__(self, folder: Path, size: int) -> None:
        """`size`, in bytes, is what is expected; more or less may come."""
        self._pieces: list[bytes] = []
        self._file: int | None = None
        self._path: Path | None = None
        self._map: MappedFile | None = None
        self._folder = folder
        self.size = 0
        """Bytes written so far."""
        if size > IN_MEMORY:
            self._open()

    def write(self, block: bytes) -> None:
        """Add a block; holes stay holes, so that a sparse giant takes no room.

        Raises:
            NoRoom: it does not fit, or would leave less than `RESERVE`.
            CannotWrite: the spool's folder refuses.
        """
        if self._file is None and self.size + len(block) > IN_MEMORY:
            self._open()
        if self._file is None:
            self._pieces.append(block)
        else:
            self._append(self._file, block)
        self.size += len(block)

    def _open(self) -> None:
        """Go over to a file, with what was collected in memory."""
        pieces, self._pieces = self._pieces, []
        try:
            # mkstemp makes it 0600; it keeps its name, so that its removal by a virus scanner can be told
            self._file, path = tempfile.mkstemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._folder)
        except OSError as error:
            raise self._refused(error) from error
        self._path = Path(path)
        self.size = 0
        for piece in pieces:
            self._append(self._file, piece)
            self.size += len(piece)

    def _append(self, file: int, block: bytes) -> None:
        if is_zero(block):
            return
        room = os.fstatvfs(file)
        if room.f_bavail * room.f_frsize < RESERVE + len(block):
            raise NoRoom
        try:
            view = memoryview(block)
            while view:
                view = view[os.pwrite(file, view, self.size + len(block) - len(view)) :]
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> NoRoom | CannotWrite:
        if error.errno in _FULL:
            return NoRoom()
        return CannotWrite(f"{self._folder}: a large content can't be written to the spool folder ({error.strerror})")

    def buffer(self) -> bytes | mmap.mmap:
        """Everything that was written.

        Raises:
            FileNotFoundError: the spool file was removed by somebody else.
            NoRoom: its size is more than the file system admits for a file, holes and all.
            CannotWrite: it can't be mapped.
        """
        if self._file is None:
            if len(self._pieces) != 1:
                self._pieces = [b"".join(self._pieces)]
            return self._pieces[0]
        if self.size == 0:
            return b""
        if not self._is_in_place(self._file):
            raise FileNotFoundError("the spool file was removed")
        try:
            os.ftruncate(self._file, self.size)
            self._map = MappedFile(self._file, self.size, access=mmap.ACCESS_READ)
            self._map.path = self._path
        except OSError as error:
            raise self._refused(error) from error
        return self._map

    def _is_in_place(self, file: int) -> bool:
        if self._path is None:
            return False
        try:
            return os.path.samestat(self._path.lstat(), os.fstat(file))
        except OSError:
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pieces = []
        if self._map is not None:
            self._map.close()
        if self._file is not None:
            os.close(self._file)
            if self._path is not None:
                self._path.unlink(missing_ok=True)


class Head:
    """Keeps the first bytes of a content of which no more is needed."""

    def __init__(self, size: int) -> None:
        """`size`: how many."""
        self._size = size
        self.data = b""
        """What there is of them."""

    def write(self, block: bytes) -> None:
        """Add a block."""
        left = self._size - len(self.data)
        if left > 0:
            self.data += block[:left]


def remove_left_by(process: int, folder: Path) -> None:
    """Remove the spool files of a worker that is gone: they would take room until the end of the run."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{_PREFIX}{process}-*"):
            path.unlink(missing_ok=True)


def is_zero(block: bytes) -> bool:
    """Whether every byte is zero; an empty block is not. Comparing is ten times faster than counting."""
    return bool(block) and not block[0] and not block[-1] and block == bytes(len(block))
