"""Where a worker is in its job, told without a message: answers travel together, and a worker may die in between."""

import fcntl
import os
from dataclasses import dataclass

_SIZE = 4  # bytes


@dataclass(frozen=True, slots=True)
class Marker:
    """A number in memory that a worker and its supervisor share, through a descriptor that the worker inherits.

    It is read and written, never mapped, and its size is sealed: whatever a worker does to it, reading it is harmless.
    """

    descriptor: int

    @classmethod
    def make(cls) -> "Marker":
        """A new one, at 0; the caller closes it.

        Raises:
            OSError: the host refuses.
        """
        made = cls(os.memfd_create("place", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING))
        made.set(0)
        fcntl.fcntl(made.descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
        return made

    def set(self, place: int) -> None:
        """Note a place."""
        os.pwrite(self.descriptor, place.to_bytes(_SIZE, "little"), 0)

    def get(self) -> int:
        """The place that was noted last."""
        return int.from_bytes(os.pread(self.descriptor, _SIZE, 0), "little")

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.descriptor)
