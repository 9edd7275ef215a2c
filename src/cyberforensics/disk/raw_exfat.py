"""exFAT directory entries as they lie on the medium, found by TSK's metadata address.

TSK ignores the UTC offset that exFAT keeps beside each time. The layout is in Microsoft's exFAT file system
specification: boot sector 3.1, file directory entry 7.4 with its timestamps, 10 ms increments and UTC
offsets, stream extension 7.6. The time of the last access has no 10 ms increment.

TSK numbers slots as on FAT (see `raw_fat`), from the start of the cluster heap; a file's address is its
file directory entry (0x85, or 0x05 where deleted). The label, the allocation bitmap, the up-case table and
other such entries have addresses too, and no times.
"""

import struct
from dataclasses import dataclass

from cyberforensics.disk.media import ReadAt
from cyberforensics.disk.raw_fat import ENTRY_SIZE, FIRST_CLUSTER, SlotNumbers, boot_sector, read_exactly
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import EntryTime
from cyberforensics.model.times import Timestamp

# sectors, FAT offset and length, heap offset, clusters, root cluster, flags, sector and cluster shifts, FATs
_BOOT = struct.Struct("<72xQIIIII6xHBBB")
# type, attributes, created, modified, accessed, their 10 ms increments (2), their UTC offsets (3)
_FILE = struct.Struct("<B3xH2xIIIBBBBB7x")
# flags, valid data length, first cluster, data length
_STREAM = struct.Struct("<xB6xQ4xIQ")
_FAT_ENTRY = struct.Struct("<I")

FILE_ENTRY = 0x05  # types without the in-use bit
STREAM_EXTENSION = 0x40
IN_USE = 0x80
_DIRECTORY = 0x10
_NO_FAT_CHAIN = 0x02


@dataclass(frozen=True, slots=True)
class ExfatGeometry:
    """What the boot sector says of where things are; in bytes where not said otherwise."""

    sector_size: int
    cluster_size: int
    fat_offset: int
    """Of the FAT in use."""
    fat_size: int
    heap_offset: int
    """Of cluster 2."""
    clusters: int
    root_cluster: int
    second_active: bool
    """Whether the second FAT and allocation bitmap are the ones in use (TexFAT)."""
    slots: SlotNumbers

    @classmethod
    def read(cls, read_at: ReadAt, available: int | None = None) -> "ExfatGeometry":
        """Read it from the boot sector.

        Args:
            available: as for `raw_fat.FatGeometry.read`.

        Raises:
            MalformedData: there is no exFAT file system here.
        """
        offset, boot = boot_sector(read_at)
        if boot[3:11] != b"EXFAT   ":
            raise MalformedData("exfat.boot-sector", "not exFAT", offset=offset)
        (sectors, fat, fat_sectors, heap, clusters, root, flags, sector_shift, cluster_shift, fats) = _BOOT.unpack_from(
            boot
        )
        if not 9 <= sector_shift <= 12 or sector_shift + cluster_shift > 25:  # specification 3.1
            raise MalformedData("exfat.boot-sector", f"shifts {sector_shift}, {cluster_shift}", offset=offset)
        if fats not in (1, 2) or not 0 < fat < heap < sectors or fat + fat_sectors * fats > heap:
            raise MalformedData("exfat.boot-sector", f"{fats} FATs before sector {heap}", offset=offset)
        if clusters == 0 or heap + (clusters << cluster_shift) > sectors:
            raise MalformedData("exfat.boot-sector", f"{clusters} clusters", offset=offset)
        if not FIRST_CLUSTER <= root < clusters + FIRST_CLUSTER:
            raise MalformedData("exfat.boot-sector", f"root directory at cluster {root}", offset=offset)
        sector_size = 1 << sector_shift
        second = fats > 1 and bool(flags & 1)
        present = sectors if available is None else min(sectors, available // sector_size)
        return cls(
            sector_size=sector_size,
            cluster_size=sector_size << cluster_shift,
            fat_offset=(fat + (fat_sectors if second else 0)) * sector_size,
            fat_size=fat_sectors * sector_size,
            heap_offset=heap * sector_size,
            clusters=clusters,
            root_cluster=root,
            second_active=second,
            slots=SlotNumbers(sector_size, heap, present),
        )

    def entry_address(self, meta_address: int) -> int | None:
        """Where in the volume the directory entry of TSK's address lies; None where there is none."""
        return self.slots.offset(meta_address)

    def cluster_offset(self, cluster: int) -> int:
        """Where in the volume a cluster lies.

        Raises:
            MalformedData: there is no such cluster.
        """
        if not FIRST_CLUSTER <= cluster < self.clusters + FIRST_CLUSTER:
            raise MalformedData("exfat.cluster-out-of-range", f"cluster {cluster}")
        return self.heap_offset + (cluster - FIRST_CLUSTER) * self.cluster_size

    def next_cluster(self, read_at: ReadAt, cluster: int) -> int | None:
        """Follow the FAT one step; None at the end of a chain, or where the chain is broken."""
        place = cluster * _FAT_ENTRY.size
        if place + _FAT_ENTRY.size > self.fat_size:
            return None
        (following,) = _FAT_ENTRY.unpack(read_exactly(read_at, self.fat_offset + place, _FAT_ENTRY.size))
        return following if FIRST_CLUSTER <= following < self.clusters + FIRST_CLUSTER else None


@dataclass(frozen=True, slots=True)
class ExfatEntry:
    """One file directory entry, as stored, and what its stream extension says."""

    offset: int
    """Bytes from the start of the volume."""
    deleted: bool
    attributes: int
    times: tuple[EntryTime, ...]
    first_cluster: int | None = None
    """None where the stream extension was not found."""
    size: int | None = None
    """DataLength; the bytes after `valid_size` were never written."""
    valid_size: int | None = None
    contiguous: bool | None = None
    """NoFatChain: the FAT says nothing of this file."""

    @property
    def directory(self) -> bool:
        """Whether the entry is a directory."""
        return bool(self.attributes & _DIRECTORY)


def parse_entry(data: bytes, offset: int, stream: bytes = b"") -> ExfatEntry | None:
    """Decode a file directory entry, with the 32 bytes after it; None where it is another kind of entry."""
    if len(data) != ENTRY_SIZE:
        raise MalformedData("exfat.entry-truncated", f"{len(data)} bytes", offset=offset)
    kind, attributes, created, modified, accessed, c_tens, m_tens, c_zone, m_zone, a_zone = _FILE.unpack(data)
    if kind & ~IN_USE != FILE_ENTRY:
        return None
    times = (
        EntryTime("modified", Timestamp(modified << 16 | m_tens << 8 | m_zone, "exfat-10ms")),
        EntryTime("accessed", Timestamp(accessed << 16 | a_zone, "exfat")),
        EntryTime("created", Timestamp(created << 16 | c_tens << 8 | c_zone, "exfat-10ms")),
    )
    deleted = not kind & IN_USE
    if len(stream) != ENTRY_SIZE or stream[0] != STREAM_EXTENSION | kind & IN_USE:
        return ExfatEntry(offset, deleted, attributes, times)
    flags, valid, cluster, size = _STREAM.unpack(stream)
    return ExfatEntry(offset, deleted, attributes, times, cluster, size, valid, bool(flags & _NO_FAT_CHAIN))


def read_entry(read_at: ReadAt, geometry: ExfatGeometry, meta_address: int) -> ExfatEntry | None:
    """Read the entry of TSK's address; None for the root, virtual files and entries that are no files."""
    offset = geometry.entry_address(meta_address)
    if offset is None:
        return None
    data = read_exactly(read_at, offset, ENTRY_SIZE)
    entry = parse_entry(data, offset, read_at(offset + ENTRY_SIZE, ENTRY_SIZE))
    if entry is None or entry.first_cluster is not None:
        return entry
    place = offset - geometry.heap_offset + ENTRY_SIZE
    if place % geometry.cluster_size:
        return entry
    # The last slot of a cluster: in a fragmented directory the stream extension begins the chain's next one.
    following = geometry.next_cluster(read_at, place // geometry.cluster_size - 1 + FIRST_CLUSTER)
    if following is None:
        return entry
    return parse_entry(data, offset, read_at(geometry.cluster_offset(following), ENTRY_SIZE))


def times(read_at: ReadAt, geometry: ExfatGeometry, meta_address: int) -> tuple[EntryTime, ...]:
    """Give the stored times of the entry of TSK's address; none where the format has none for it."""
    entry = read_entry(read_at, geometry, meta_address)
    return () if entry is None else entry.times
