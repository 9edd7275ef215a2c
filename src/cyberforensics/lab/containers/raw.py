"""Raw images: the bytes of the disk and nothing else. A block of zeros stays a hole."""

from pathlib import Path
from typing import BinaryIO

from cyberforensics.lab.containers.about import Acquisition

_PIECE = 1 << 16


def write_raw(disk: BinaryIO, size: int, target: Path, about: Acquisition) -> tuple[Path, ...]:  # noqa: ARG001 - it has no place for words
    """Write a raw image. See `Container`."""
    with target.open("xb") as out:
        disk.seek(0)
        for start in range(0, size, _PIECE):
            piece = disk.read(min(_PIECE, size - start))
            if piece.count(0) < len(piece):
                out.seek(start)
                out.write(piece)
        out.truncate(size)
    return (target,)
