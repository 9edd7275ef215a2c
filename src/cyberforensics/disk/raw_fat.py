"""FAT12, FAT16 and FAT32 directory entries as they lie on the medium, found by TSK's metadata address.

TSK converts FAT times with the process's time zone and gives nothing but the result; what a record needs
is the stored value. The layout is in Microsoft's FAT specification (2004): "Boot sector and BPB", "Directory
structure", "Date / time" (created: date, time and 10 ms units; written: date and time in steps of 2 s;
accessed: a date alone).

TSK has no inodes on FAT, so it numbers each 32-byte slot from the first sector after the FATs, beginning
with 3 (sleuthkit, tsk/fs/tsk_fatfs.h: FATFS_FIRST_NORMINO, FATFS_INODE_2_SECT). 2 is the root directory,
which no entry describes; after the last slot come $MBR, one $FAT for each of the first two FATs, and
$OrphanFiles. Those are TSK's own, and have no times.
"""

import struct
from dataclasses import dataclass
from typing import Literal

from cyberforensics.disk.media import ReadAt
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import EntryTime
from cyberforensics.model.times import Timestamp

FIRST_ADDRESS = 3  # TSK: FATFS_FIRST_NORMINO
ENTRY_SIZE = 32
FIRST_CLUSTER = 2

_BOOT_SIZE = 512
_BOOT_SECTORS = (0, 6, 12)  # where TSK looks: the first, FAT32's backup, exFAT's backup
_IMAGE_SECTOR = 512  # TSK counts the backups in sectors of the image, not of the file system
_MAGIC = 0xAA55

# bytes/sector, sectors/cluster, reserved, FATs, root entries, sectors and FAT sectors (16 bits), both (32)
_BOOT = struct.Struct("<11xHBHBHHxH8xII")
_ROOT_CLUSTER = struct.Struct("<I")
# name, attributes, created (10 ms, time, date), accessed, cluster high, written (time, date), cluster, size
_ENTRY = struct.Struct("<11sBxBHHHHHHHI")

_DIRECTORY = 0x10
_LONG_NAME = 0x0F
_DELETED = 0xE5

FatType = Literal["fat12", "fat16", "fat32"]


def read_exactly(read_at: ReadAt, offset: int, size: int) -> bytes:
    """Read all of it.

    Raises:
        MalformedData: the volume ends before.
    """
    data = read_at(offset, size)
    if len(data) != size:
        raise MalformedData("volume.truncated", f"{len(data)} of {size} bytes", offset=offset)
    return data


def boot_sector(read_at: ReadAt) -> tuple[int, bytes]:
    """Give the boot sector that TSK would use, and its offset.

    TSK turns to a backup only where the signature of the one before it is zero. An exFAT volume whose first
    boot sector is wiped stays closed to it: in sector 6 it finds an extended boot sector, with a signature.
    """
    for sector in _BOOT_SECTORS:
        offset = sector * _IMAGE_SECTOR
        data = read_exactly(read_at, offset, _BOOT_SIZE)
        magic = int.from_bytes(data[510:], "little")
        if magic == _MAGIC:
            return offset, data
        if magic != 0:
            break
    raise MalformedData("fat.no-boot-sector", "no boot sector signature", offset=offset)


@dataclass(frozen=True, slots=True)
class SlotNumbers:
    """How TSK numbers the 32-byte slots of a FAT or exFAT volume."""

    sector_size: int
    first_sector: int
    """The first sector after the FATs."""
    sectors: int
    """Sectors of the volume that are really there."""

    @property
    def first_virtual(self) -> int:
        """The address of $MBR, after the last slot."""
        return FIRST_ADDRESS + max(0, self.sectors - self.first_sector) * (self.sector_size // ENTRY_SIZE)

    def offset(self, meta_address: int) -> int | None:
        """Where in the volume the slot lies; None for the root directory and TSK's virtual files."""
        if not FIRST_ADDRESS <= meta_address < self.first_virtual:
            return None
        return self.first_sector * self.sector_size + (meta_address - FIRST_ADDRESS) * ENTRY_SIZE


@dataclass(frozen=True, slots=True)
class FatGeometry:
    """What the boot sector says of where things are; in bytes where not said otherwise."""

    fat_type: FatType
    boot_offset: int
    """Not zero where a backup was used."""
    sector_size: int
    cluster_size: int
    fat_offset: int
    fat_size: int
    fats: int
    root_offset: int
    data_offset: int
    """Of cluster 2."""
    clusters: int
    sectors: int
    """As the boot sector claims."""
    slots: SlotNumbers

    @classmethod
    def read(cls, read_at: ReadAt, available: int | None = None) -> "FatGeometry":
        """Read it from the boot sector.

        Args:
            available: bytes from the volume's start to the end of what TSK was given; TSK's virtual files are
                numbered after the last slot that exists, so a truncated volume has other numbers.

        Raises:
            MalformedData: there is no FAT file system here.
        """
        boot_offset, boot = boot_sector(read_at)
        fields = _BOOT.unpack_from(boot)
        sector_size, per_cluster, reserved, fats, root_entries = fields[:5]
        sectors = fields[5] or fields[7]
        fat_sectors = fields[6] or fields[8]
        if sector_size not in (512, 1024, 2048, 4096):
            raise _nonsense("sector size", sector_size, boot_offset)
        if per_cluster not in (1, 2, 4, 8, 16, 32, 64, 128):
            raise _nonsense("sectors per cluster", per_cluster, boot_offset)
        if not 1 <= fats <= 8:  # TSK's own bound
            raise _nonsense("number of FATs", fats, boot_offset)
        if not 0 < reserved <= sectors:
            raise _nonsense("reserved sectors", reserved, boot_offset)
        root_sector = reserved + fat_sectors * fats
        data_sector = root_sector + -(-root_entries * ENTRY_SIZE // sector_size)
        if fat_sectors == 0 or data_sector >= sectors:
            raise _nonsense("sectors per FAT", fat_sectors, boot_offset)
        clusters = (sectors - data_sector) // per_cluster
        fat_type = _fat_type(clusters)
        if (fat_type == "fat32") != (root_entries == 0) or (boot_offset and fat_type != "fat32"):
            raise _nonsense(f"root entries on {fat_type}", root_entries, boot_offset)
        root_offset = root_sector * sector_size
        if fat_type == "fat32":
            (cluster,) = _ROOT_CLUSTER.unpack_from(boot, 44)
            root_offset = (data_sector + (cluster - FIRST_CLUSTER) * per_cluster) * sector_size
        present = sectors if available is None else min(sectors, available // sector_size)
        return cls(
            fat_type=fat_type,
            boot_offset=boot_offset,
            sector_size=sector_size,
            cluster_size=per_cluster * sector_size,
            fat_offset=reserved * sector_size,
            fat_size=fat_sectors * sector_size,
            fats=fats,
            root_offset=root_offset,
            data_offset=data_sector * sector_size,
            clusters=clusters,
            sectors=sectors,
            slots=SlotNumbers(sector_size, root_sector, present),
        )

    def entry_address(self, meta_address: int) -> int | None:
        """Where in the volume the directory entry of TSK's address lies; None where there is none."""
        return self.slots.offset(meta_address)


def _nonsense(field: str, value: int, offset: int) -> MalformedData:
    return MalformedData("fat.boot-sector", f"{field}: {value}", offset=offset)


def _fat_type(clusters: int) -> FatType:
    """By the count of clusters alone (specification: "Determination of FAT type")."""
    if clusters < 4085:
        return "fat12"
    return "fat16" if clusters < 65525 else "fat32"


@dataclass(frozen=True, slots=True)
class FatEntry:
    """One short directory entry, as stored."""

    offset: int
    """Bytes from the start of the volume."""
    name: bytes
    """Eleven bytes; the first is 0xE5 where the entry is deleted."""
    attributes: int
    first_cluster: int
    size: int
    """As stored: zero for directories."""
    times: tuple[EntryTime, ...]

    @property
    def deleted(self) -> bool:
        """Whether the entry is marked so."""
        return self.name[0] == _DELETED

    @property
    def directory(self) -> bool:
        """Whether the entry is a directory."""
        return bool(self.attributes & _DIRECTORY)


def parse_entry(data: bytes, offset: int, fat_type: FatType) -> FatEntry | None:
    """Decode 32 bytes; None where they are a part of a long name.

    Created and accessed may be left zero by whoever wrote the entry: the zero is kept.
    """
    if len(data) != ENTRY_SIZE:
        raise MalformedData("fat.entry-truncated", f"{len(data)} bytes", offset=offset)
    (name, attributes, tens, c_time, c_date, a_date, high, w_time, w_date, low, size) = _ENTRY.unpack(data)
    if attributes & _LONG_NAME == _LONG_NAME:
        return None
    times = (
        EntryTime("modified", Timestamp(w_date << 24 | w_time << 8, "fat")),
        EntryTime("accessed", Timestamp(a_date, "fat-date")),
        EntryTime("created", Timestamp(c_date << 24 | c_time << 8 | tens, "fat-10ms")),
    )
    # On FAT12 and FAT16 the upper half is something else's (OS/2: extended attributes).
    cluster = low | (high << 16 & 0x0FFF_FFFF if fat_type == "fat32" else 0)
    return FatEntry(offset, name, attributes, cluster, size, times)


def read_entry(read_at: ReadAt, geometry: FatGeometry, meta_address: int) -> FatEntry | None:
    """Read the entry of TSK's address; None for the root, virtual files and parts of long names."""
    offset = geometry.entry_address(meta_address)
    if offset is None:
        return None
    return parse_entry(read_exactly(read_at, offset, ENTRY_SIZE), offset, geometry.fat_type)


def times(read_at: ReadAt, geometry: FatGeometry, meta_address: int) -> tuple[EntryTime, ...]:
    """Give the stored times of the entry of TSK's address; none where the format has none for it."""
    entry = read_entry(read_at, geometry, meta_address)
    return () if entry is None else entry.times
