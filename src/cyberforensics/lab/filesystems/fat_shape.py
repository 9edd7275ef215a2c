"""How large a FAT volume's parts are: cluster, tables, root.

Layout: Microsoft FAT32 File System Specification 1.03, "FAT Volume Initialization": the number of clusters alone
decides whether it is FAT12, FAT16 or FAT32. Cluster sizes are those that mkfs.fat takes.
"""

from dataclasses import dataclass
from typing import Literal

from cyberforensics.lab.plan import CannotHold, NoRoom, PlannedVolume

SECTOR = 512
_MIB = 1 << 20
_GIB = 1 << 30
_MOST_SECTORS = 0xFFFFFFFF
_ROOT_SLOTS = 512  # of FAT12 and FAT16
_FEWEST = {12: 1, 16: 4085, 32: 65525}
_MOST = {12: 4084, 16: 65524, 32: 0x0FFFFFF5}
_SMALL_TO_TRY = (4, 8, 16, 32, 64, 128, 2, 1)  # sectors, of FAT12 and FAT16: mkfs.fat begins with four

Bits = Literal[12, 16, 32]


@dataclass(frozen=True, slots=True)
class FatShape:
    """Where the parts of a volume lie, in sectors."""

    bits: Bits
    sectors: int
    per_cluster: int
    reserved: int
    table: int
    """Sectors of one of the two tables."""
    root: int
    """Sectors of the root; 0 of FAT32, where it is a chain."""
    clusters: int

    @property
    def cluster(self) -> int:
        """Bytes in a cluster."""
        return self.per_cluster * SECTOR

    @property
    def root_at(self) -> int:
        """Offset of the first sector behind the tables, in bytes."""
        return (self.reserved + 2 * self.table) * SECTOR

    @property
    def heap(self) -> int:
        """Offset of cluster 2, in bytes."""
        return self.root_at + self.root * SECTOR


def shape_of(volume: PlannedVolume, bits: Bits) -> FatShape:
    """Lay out a volume.

    Raises:
        NoRoom: it is too small for that kind of FAT.
        CannotHold: no cluster size, or not the one asked for, makes that kind of FAT of it.
    """
    if volume.size // SECTOR > _MOST_SECTORS:
        raise CannotHold(f"{volume.size} bytes are too many: FAT counts {_MOST_SECTORS} sectors of 512 bytes")
    if volume.cluster_size is not None:
        if volume.cluster_size not in {SECTOR << power for power in range(8)}:
            raise CannotHold(
                f"clusters of {volume.cluster_size} bytes: FAT has 512 to 65536, each twice the one before"
            )
        tried = [volume.cluster_size // SECTOR]
    else:
        tried = [_of_fat32(volume.size)] if bits == 32 else list(_SMALL_TO_TRY)
    shapes = [_laid_out(volume.size // SECTOR, bits, per_cluster) for per_cluster in tried]
    for shape in shapes:
        if _FEWEST[bits] <= shape.clusters <= _MOST[bits]:
            return shape
    most = max(shape.clusters for shape in shapes)
    if most < _FEWEST[bits]:
        needed = (_FEWEST[bits] - most) * min(tried) * SECTOR
        raise NoRoom(f"the volume is too small for FAT{bits}: it needs about {needed} bytes more, or smaller clusters")
    raise CannotHold(f"{volume.size} bytes are too many for FAT{bits} with clusters of {max(tried) * SECTOR} bytes")


def _of_fat32(size: int) -> int:
    if size <= 260 * _MIB:
        return 1
    for largest, sectors in ((8 * _GIB, 8), (16 * _GIB, 16), (32 * _GIB, 32)):
        if size <= largest:
            return sectors
    return 64


def _laid_out(sectors: int, bits: Bits, per_cluster: int) -> FatShape:
    reserved = 32 if bits == 32 else 1
    root = 0 if bits == 32 else _ROOT_SLOTS * 32 // SECTOR
    rest = sectors - reserved - root
    table = -(-(max(rest, 0) // per_cluster + 2) * bits // (8 * SECTOR)) or 1
    clusters = max(rest - 2 * table, 0) // per_cluster
    return FatShape(bits, sectors, per_cluster, reserved, table, root, clusters)
