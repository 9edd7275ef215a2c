"""What the raw record says of an entry where TSK's own reading can't be used as it is: the stored times above all.

FAT, exFAT and ISO 9660 are decoded from the raw directory entry: TSK's times follow the process's zone, and leave
out the UTC offset that exFAT and ISO 9660 record. ext is decoded from the raw inode (see `raw_ext`). For HFS+ and UFS
TSK hands on the stored numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cyberforensics.disk import raw_exfat, raw_ext, raw_fat
from cyberforensics.disk.raw_fat import FIRST_CLUSTER
from cyberforensics.disk.raw_iso9660 import IsoTree
from cyberforensics.disk.tsk import FileSystem, pytsk3
from cyberforensics.disk.tsk_name import TskName
from cyberforensics.model.entry import EntryTime, NameState, TimeMeaning
from cyberforensics.model.times import Timestamp

_UNIX_MEANINGS: tuple[tuple[TimeMeaning, str], ...] = (
    ("modified", "mtime"),
    ("accessed", "atime"),
    ("changed", "ctime"),
    ("created", "crtime"),
)
_HFS_EPOCH = 2_082_844_800  # seconds from 1904-01-01 to 1970-01-01
_UNALLOCATED = int(pytsk3.TSK_FS_META_FLAG_UNALLOC)


@dataclass(frozen=True, slots=True)
class Facts:
    """What we read of one record."""

    times: tuple[EntryTime, ...] = ()
    link_target: bytes | None = None
    """Of a link that TSK takes for a file (Rock Ridge)."""
    valid_size: int | None = None
    """exFAT: the bytes after it were never written."""
    extent: tuple[int, int] | None = None
    """FAT and exFAT, deleted: (offset in the volume, bytes) from the first cluster on, if it lay in one piece."""
    is_assumed: bool = False
    """Whether nothing but an assumption says that it lay in one piece."""
    low_cluster: bool = False
    """FAT32, deleted: the first cluster's upper half is zero, as some systems leave it on deletion."""


NO_FACTS = Facts()

ReadFacts = Callable[[TskName], Facts]


def read_facts(file_system: FileSystem) -> ReadFacts | None:
    """The reader for this file system; None for NTFS, whose times are attributes of the record.

    Raises:
        MalformedData: the structures that TSK accepted can't be decoded by us.
        OSError: they can't be read.
    """
    name = file_system.name
    if name.startswith("fat"):
        return _fat(file_system)
    if name == "exfat":
        return _exfat(file_system)
    if name == "iso9660":
        return _iso9660(file_system)
    if name.startswith("ext"):
        return _ext(file_system)
    if name == "hfs+":
        return _hfs
    return _ufs if name == "ufs" else None


def _fat(file_system: FileSystem) -> ReadFacts:
    read_at = file_system.media.read_at
    geometry = raw_fat.FatGeometry.read(read_at, file_system.media.size)
    has_high_half = geometry.fat_type == "fat32" and geometry.clusters + FIRST_CLUSTER > 0x1_0000

    def read(name: TskName) -> Facts:
        entry = raw_fat.read_entry(read_at, geometry, name.meta_address or 0)
        if entry is None:
            return NO_FACTS
        if name.state is NameState.ALLOCATED or entry.directory or entry.first_cluster < FIRST_CLUSTER:
            return Facts(entry.times)
        start = geometry.data_offset + (entry.first_cluster - FIRST_CLUSTER) * geometry.cluster_size
        low = has_high_half and entry.first_cluster < 0x1_0000
        return Facts(entry.times, extent=(start, entry.size), is_assumed=True, low_cluster=low)

    return read


def _exfat(file_system: FileSystem) -> ReadFacts:
    read_at = file_system.media.read_at
    geometry = raw_exfat.ExfatGeometry.read(read_at, file_system.media.size)

    def read(name: TskName) -> Facts:
        entry = raw_exfat.read_entry(read_at, geometry, name.meta_address or 0)
        if entry is None:
            return NO_FACTS
        if entry.first_cluster is None or entry.size is None or entry.directory:
            return Facts(entry.times)
        extent = None
        if name.state is not NameState.ALLOCATED and entry.first_cluster >= FIRST_CLUSTER:
            extent = geometry.heap_offset + (entry.first_cluster - FIRST_CLUSTER) * geometry.cluster_size, entry.size
        chained = not entry.contiguous and entry.size > geometry.cluster_size
        return Facts(entry.times, valid_size=entry.valid_size, extent=extent, is_assumed=chained)

    return read


def _iso9660(file_system: FileSystem) -> ReadFacts:
    tree = IsoTree.read(file_system.media.read_at)

    def read(name: TskName) -> Facts:
        in_tree = name.parent is None or not name.tsk_path.startswith(b"/$OrphanFiles/")
        record = tree.find(
            name.meta_address or 0,
            path=name.tsk_path if in_tree else None,
            size=int(name.meta.size),
            extent=next((int(run.addr) for attribute in name.file for run in attribute), None),
            directory=name.is_directory,
        )
        return NO_FACTS if record is None else Facts(record.times, link_target=record.link_target)

    return read


def _ext(file_system: FileSystem) -> ReadFacts:
    geometry = raw_ext.ExtGeometry.read(file_system.media.read_at)
    orphans = geometry.orphans()

    def read(name: TskName) -> Facts:
        allocated = not int(name.meta.flags) & _UNALLOCATED
        return Facts(raw_ext.times(geometry, orphans, name.meta_address or 0, allocated=allocated))

    return read


def _ufs(name: TskName) -> Facts:
    """UFS1 stores no creation time; that of UFS2 is not given."""
    return Facts(
        tuple(
            EntryTime(meaning, Timestamp(int(getattr(name.meta, field)), "posix"))
            for meaning, field in _UNIX_MEANINGS
            if meaning != "created"
        )
    )


def _hfs(name: TskName) -> Facts:
    """TSK converts whole seconds since 1904 to 1970; the stored number is had back exactly."""
    return Facts(
        tuple(
            EntryTime(
                meaning, Timestamp(int(stored) + _HFS_EPOCH if (stored := getattr(name.meta, field)) else 0, "hfs")
            )
            for meaning, field in _UNIX_MEANINGS
        )
    )
