"""What goes into a container beside the bytes of the disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from cyberforensics.lab.scenario import Compression


@dataclass(frozen=True, slots=True)
class Acquisition:
    """What a container says of its making, where it has a place for it. All of it is invented by a scenario."""

    case: str
    evidence: str
    description: str
    examiner: str
    notes: str
    """With the word TRAINING."""
    acquired: int
    """In nanoseconds since 1970, UTC."""
    serial: int
    """What identifiers are made of: the same gives the same bytes."""
    compression: Compression = "fast"
    """Where the container compresses."""
    segment_size: int = 1 << 30
    """Bytes that a file may have, where the container has several."""


class Container(Protocol):
    """A writer of disks in one kind of container. Same disk and words, same bytes."""

    def __call__(self, disk: BinaryIO, size: int, target: Path, about: Acquisition) -> tuple[Path, ...]:
        """Write the disk; returns the files that were made, in order.

        Args:
            disk: read from its beginning, a bounded piece at a time.
            size: of the disk, in bytes, a multiple of 512.
            target: the first file, with its ending.

        Raises:
            CannotHold: the container can't hold such a disk.
        """
        ...
