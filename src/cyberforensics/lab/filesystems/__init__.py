"""Writers of file systems: no mount, no root, no program of the system."""

from collections.abc import Mapping

from cyberforensics.lab.filesystems.exfat import write_exfat
from cyberforensics.lab.filesystems.ext4 import write_ext4
from cyberforensics.lab.filesystems.fat import write_fat12, write_fat16, write_fat32
from cyberforensics.lab.filesystems.iso9660 import write_iso9660
from cyberforensics.lab.filesystems.ntfs import write_ntfs
from cyberforensics.lab.plan import Writer

WRITERS: Mapping[str, Writer] = {
    "exfat": write_exfat,
    "ext4": write_ext4,
    "fat12": write_fat12,
    "fat16": write_fat16,
    "fat32": write_fat32,
    "iso9660": write_iso9660,
    "ntfs": write_ntfs,
}
"""By the name that a scenario gives the file system."""
