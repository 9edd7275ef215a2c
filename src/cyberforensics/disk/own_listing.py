"""Which second reading of the names a file system gets."""

from cyberforensics.disk.fat_listing import FatListing
from cyberforensics.disk.iso_listing import IsoListing
from cyberforensics.disk.listing import OwnListing
from cyberforensics.disk.ntfs_listing import NtfsListing
from cyberforensics.disk.raw_iso9660 import IsoTree
from cyberforensics.disk.tsk import FileSystem


def own_listing(file_system: FileSystem) -> OwnListing | None:
    """Give the second reading; None where TSK's names are taken as they are (ext, HFS+, UFS).

    Raises:
        MalformedData: the structures are not what they should be.
        OSError: they can't be read.
    """
    if file_system.name.startswith("fat") or file_system.name == "exfat":
        return FatListing(file_system)
    if file_system.name == "iso9660":
        return IsoListing(IsoTree.read(file_system.media.read_at))
    if file_system.name == "ntfs":
        return NtfsListing(file_system)
    return None
