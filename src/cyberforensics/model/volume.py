"""Where in the evidence a file system lies, or why there is none."""

from dataclasses import dataclass
from enum import StrEnum


class VolumeStatus(StrEnum):
    """Whether the volume was opened."""

    OPENED = "opened"
    EMPTY = "empty"
    """A slot without a partition."""
    GAP = "gap"
    """A range that belongs to no partition."""
    METADATA = "metadata"
    """The partition table itself, or the frame of a volume system."""
    NO_FILE_SYSTEM = "no-file-system"
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Volume:
    """One slot of the media, whether or not anything could be opened there."""

    exhibit: str
    slot: str
    """Its place in its volume system, as in ``p1``, ``gpt3``, ``lvm1``, ``apfs1``; ``whole`` for the whole media."""
    offset: int | None
    """Bytes from the start of the media; None where the volume has no single place (LVM, APFS)."""
    size: int | None
    """Bytes."""
    type: str
    """What the volume system calls it."""
    status: VolumeStatus
    filesystem: str | None = None
    """``ntfs fat12 fat16 fat32 exfat ext2 ext3 ext4 hfs+ iso9660 ufs apfs xfs zip host``."""
    reader: str | None = None
    """``tsk``, ``host``, ``zip`` or the libyal back-end's name: who walks and reads it."""
    label: str | None = None
    snapshots: int = 0
    locator: str | None = None
    """Canonical JSON of the path specification of the volume itself, without its file system."""
    note: str = ""
    """One sentence for people, where the status needs it."""
    record_size: int | None = None
    """Bytes of a record of ``$MFT``, in which small files lie; None where there is none, or it is not known."""

    @property
    def id(self) -> str:
        """Unique in a case."""
        return f"{self.exhibit}/{self.slot}"
