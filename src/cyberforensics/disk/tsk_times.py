"""The stored times of an entry on the file systems whose TSK conversion can't be used as it is, and on the rest.

FAT, exFAT and ISO 9660 are decoded from the raw directory entry: TSK's values follow the process's zone, and leave
out the UTC offset that exFAT and ISO 9660 record. For ext, HFS+ and UFS TSK hands on the stored numbers.
"""

from collections.abc import Callable

from cyberforensics.disk import raw_exfat, raw_fat, raw_iso9660
from cyberforensics.disk.tsk import FileSystem
from cyberforensics.disk.tsk_names import TskName
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import EntryTime, TimeMeaning
from cyberforensics.model.times import Timestamp

ReadTimes = Callable[[TskName], tuple[EntryTime, ...]]

_UNIX_MEANINGS: tuple[tuple[TimeMeaning, str], ...] = (
    ("modified", "mtime"),
    ("accessed", "atime"),
    ("changed", "ctime"),
    ("created", "crtime"),
)
_HFS_EPOCH = 2_082_844_800  # seconds from 1904-01-01 to 1970-01-01


def read_times(file_system: FileSystem) -> ReadTimes | None:
    """The reader for this file system; None for NTFS, whose times are attributes of the record."""
    name, read_at = file_system.name, file_system.media.read_at
    try:
        if name.startswith("fat"):
            fat = raw_fat.FatGeometry.read(read_at, file_system.media.size)
            return lambda entry: raw_fat.times(read_at, fat, entry.meta_address)
        if name == "exfat":
            exfat = raw_exfat.ExfatGeometry.read(read_at, file_system.media.size)
            return lambda entry: raw_exfat.times(read_at, exfat, entry.meta_address)
        if name == "iso9660":
            return raw_iso9660.read_times(file_system)
    except (MalformedData, OSError):
        return lambda entry: ()  # noqa: ARG005 - the geometry that TSK accepted is not one that we can decode
    if name.startswith("ext"):
        return _ext(file_system)
    if name == "hfs+":
        return _hfs
    if name == "ufs":
        return _seconds
    return None


def _ext(file_system: FileSystem) -> ReadTimes:
    """Nanoseconds and creation stand only in inodes of more than 128 bytes (ext4 documentation, "Inode table")."""
    superblock = file_system.media.read_at(1024, 1024)
    dynamic = int.from_bytes(superblock[76:80], "little") >= 1
    inode_size = int.from_bytes(superblock[88:90], "little") if dynamic else 128
    if inode_size > 128:
        return _nanoseconds
    return _seconds


def _nanoseconds(name: TskName) -> tuple[EntryTime, ...]:
    meta = name.meta
    found = [
        EntryTime(
            meaning,
            Timestamp(int(getattr(meta, field)) << 30 | int(getattr(meta, f"{field}_nano")) & 0x3FFF_FFFF, "posix-ns"),
        )
        for meaning, field in _UNIX_MEANINGS
    ]
    return tuple(found)


def _seconds(name: TskName) -> tuple[EntryTime, ...]:
    """UFS and inodes of 128 bytes: no creation time is stored."""
    return tuple(
        EntryTime(meaning, Timestamp(int(getattr(name.meta, field)), "posix"))
        for meaning, field in _UNIX_MEANINGS
        if meaning != "created"
    )


def _hfs(name: TskName) -> tuple[EntryTime, ...]:
    """TSK converts whole seconds since 1904 to 1970; the stored number is had back exactly."""
    meta = name.meta
    return tuple(
        EntryTime(meaning, Timestamp(int(getattr(meta, field)) + _HFS_EPOCH if getattr(meta, field) else 0, "hfs"))
        for meaning, field in _UNIX_MEANINGS
    )
