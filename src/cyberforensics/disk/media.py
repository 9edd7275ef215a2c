"""Bytes of the media, whatever container they lie in: everything above reads through `Media.read_at`."""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

from cyberforensics.disk.ewf import EWF_PROBLEM_CODES, EwfImage
from cyberforensics.disk.ewf_digest import digest_blocks
from cyberforensics.model.problem import Problem, Severity, Stage

_BLOCK = 1024 * 1024

ReadAt = Callable[[int, int], bytes]
"""``read_at(offset, size)`` in bytes; fewer bytes than asked for only at the end."""


class Media(Protocol):
    """A range of bytes that can be read anywhere."""

    @property
    def size(self) -> int:
        """Bytes."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Read; fewer bytes than asked for only at the end.

        Raises:
            OSError: the bytes could not be read.
        """

    def damaged(self, offset: int, size: int) -> bool:
        """Whether the container itself says that bytes in this range are not what was acquired."""


class RawMedia:
    """One file, or several in turn, as they lie on the host."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._descriptors = [os.open(path, os.O_RDONLY | os.O_CLOEXEC) for path in paths]
        sizes = [os.lseek(descriptor, 0, os.SEEK_END) for descriptor in self._descriptors]
        self._ends = list(accumulate(sizes))
        self.size = self._ends[-1]

    def read_at(self, offset: int, size: int) -> bytes:
        """Read; fewer bytes than asked for only at the end."""
        if len(self._descriptors) == 1 and offset + size <= self.size:
            return _pread(self._descriptors[0], offset, size)
        pieces = []
        start = 0
        for descriptor, end in zip(self._descriptors, self._ends, strict=True):
            if offset < end and size > 0:
                piece = _pread(descriptor, offset - start, min(size, end - offset))
                pieces.append(piece)
                offset += len(piece)
                size -= len(piece)
                if offset < end:
                    break
            start = end
        return b"".join(pieces)

    def damaged(self, offset: int, size: int) -> bool:  # noqa: ARG002 - raw media says nothing of its damage
        """Raw media has no checksums of its own."""
        return False

    def __del__(self) -> None:
        for descriptor in getattr(self, "_descriptors", ()):
            os.close(descriptor)


def _pread(descriptor: int, offset: int, size: int) -> bytes:
    data = os.pread(descriptor, size, offset)
    if len(data) == size or not data:
        return data
    pieces = [data]
    while data and sum(map(len, pieces)) < size:  # a read may be cut at 2 GiB or by a signal
        data = os.pread(descriptor, size - sum(map(len, pieces)), offset + sum(map(len, pieces)))
        pieces.append(data)
    return b"".join(pieces)


class VfsMedia:
    """The media of a container that dfVFS opens, or a volume inside one (LVM)."""

    def __init__(self, file_object: Any) -> None:  # noqa: ANN401 - dfVFS has no types
        self._file = file_object
        self.size = int(file_object.get_size())

    def read_at(self, offset: int, size: int) -> bytes:
        """Read; fewer bytes than asked for only at the end."""
        if offset >= self.size:
            return b""
        try:
            self._file.seek(offset)
            data: bytes = self._file.read(min(size, self.size - offset))
        except (OSError, RuntimeError) as error:  # libyal raises RuntimeError on truncated sources
            raise OSError(f"container not readable at byte {offset}") from error
        return data

    def damaged(self, offset: int, size: int) -> bool:  # noqa: ARG002 - dfVFS does not tell
        """The library does not tell."""
        return False


class Window:
    """A part of another media: a partition."""

    def __init__(self, media: Media, offset: int, size: int) -> None:
        self._media = media
        self._offset = offset
        self.size = max(0, min(size, media.size - offset))

    def read_at(self, offset: int, size: int) -> bytes:
        """Read; fewer bytes than asked for only at the end."""
        if offset >= self.size:
            return b""
        return self._media.read_at(self._offset + offset, min(size, self.size - offset))

    def damaged(self, offset: int, size: int) -> bool:
        """Whether the container says so of the same bytes."""
        return self._media.damaged(self._offset + offset, size)


def digest_media(media: Media, algorithms: Sequence[str], progress: Callable[[int], None]) -> dict[str, str]:
    """Digest every byte of the media, with every algorithm from one read.

    Raises:
        OSError: a block could not be read, or was shorter than it must be: there is no digest of a part.
        EvidenceError: a part of the media is missing from its container.
    """
    if isinstance(media, EwfImage):
        return media.digest(algorithms, progress=progress)

    def read(number: int, buffer: bytearray) -> int:
        data = media.read_at(number * _BLOCK, _BLOCK)
        if len(data) != min(_BLOCK, media.size - number * _BLOCK):
            raise OSError(f"the media ends at byte {number * _BLOCK + len(data)}")
        buffer[: len(data)] = data
        return len(data)

    return digest_blocks(read, -(-media.size // _BLOCK), _BLOCK, algorithms, threads=1, progress=progress)


MAX_DAMAGED_RANGES = 1000
"""Damaged ranges that are listed one by one; a last problem counts the rest."""


def media_problems(media: Media) -> Iterator[Problem]:
    """What the container says, by now, is damaged in the media: asked again after reading, it may say more."""
    if not isinstance(media, EwfImage):
        return
    ranges = media.damage
    for found in ranges[:MAX_DAMAGED_RANGES]:
        sectors = f"sectors {found.offset // media.sector_size} to {(found.end - 1) // media.sector_size}"
        yield Problem(
            Stage.READ, found.code, f"{sectors} of the media: {EWF_PROBLEM_CODES[found.code]}", offset=found.offset
        )
    if len(ranges) > MAX_DAMAGED_RANGES:
        rest = sum(found.size for found in ranges[MAX_DAMAGED_RANGES:])
        more = f"{len(ranges) - MAX_DAMAGED_RANGES} more damaged ranges with {rest} bytes"
        yield Problem(Stage.READ, "evidence.structure-damaged", more, Severity.ERROR)
