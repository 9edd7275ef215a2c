"""What lies at the beginning of a volume when it is not a file system that TSK walks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cyberforensics.disk.media import Media
from cyberforensics.model.volume import VolumeStatus


@dataclass(frozen=True, slots=True)
class Signature:
    """A few bytes at a known place."""

    name: str
    title: str
    """For people."""
    offset: int
    magic: bytes
    status: VolumeStatus | None
    """What the volume is when they stand there; None where a reader of ours opens it."""

    @property
    def is_certain(self) -> bool:
        """Whether so many bytes hardly stand there by chance."""
        return len(self.magic) >= 4


SIGNATURES: tuple[Signature, ...] = (
    Signature("apfs-container", "APFS container", 32, b"NXSB", None),
    Signature("lvm", "LVM physical volume", 512, b"LABELONE", None),
    Signature("xfs", "XFS", 0, b"XFSB", None),
    Signature("bitlocker", "BitLocker", 3, b"-FVE-FS-", VolumeStatus.ENCRYPTED),
    Signature(
        "bitlocker-to-go",
        "BitLocker To Go",
        424,
        bytes.fromhex("3bd66749292ed84a8399f6a339e3d001"),  # the GUID 4967d63b-2e29-4ad8-8399-f6a339e3d001
        VolumeStatus.ENCRYPTED,
    ),
    Signature("luks", "LUKS", 0, b"LUKS\xba\xbe", VolumeStatus.ENCRYPTED),
    Signature("core-storage", "Core Storage (FileVault 2)", 88, b"CS", VolumeStatus.ENCRYPTED),
    Signature("btrfs", "Btrfs", 0x10040, b"_BHRfS_M", VolumeStatus.UNSUPPORTED),
    Signature("refs", "ReFS", 3, b"ReFS\x00\x00\x00\x00", VolumeStatus.UNSUPPORTED),
    Signature("f2fs", "F2FS", 1024, b"\x10\x20\xf5\xf2", VolumeStatus.UNSUPPORTED),
    Signature("squashfs", "SquashFS", 0, b"hsqs", VolumeStatus.UNSUPPORTED),
    Signature("hfs", "HFS (classic)", 1024, b"BD", VolumeStatus.UNSUPPORTED),
    Signature("md-raid", "Linux software RAID member", 4096, b"\xfc\x4e\x2b\xa9", VolumeStatus.UNSUPPORTED),
    Signature("zfs", "ZFS member", 0x20000, b"\x0c\xb1\xba\x00", VolumeStatus.UNSUPPORTED),
    Signature("udf", "UDF", 0x8801, b"NSR0", VolumeStatus.UNSUPPORTED),
    Signature("swap", "Linux swap space", 4086, b"SWAPSPACE2", VolumeStatus.NO_FILE_SYSTEM),
    Signature("ntfs", "NTFS", 3, b"NTFS    ", VolumeStatus.UNREADABLE),
    Signature("exfat", "exFAT", 3, b"EXFAT   ", VolumeStatus.UNREADABLE),
    Signature("fat32", "FAT32", 82, b"FAT32   ", VolumeStatus.UNREADABLE),
    Signature("fat", "FAT", 54, b"FAT1", VolumeStatus.UNREADABLE),
    Signature("hfs+", "HFS+", 1024, b"H+", VolumeStatus.UNREADABLE),
    Signature("ext", "ext2, ext3 or ext4", 1080, b"\x53\xef", VolumeStatus.UNREADABLE),
    Signature("iso9660", "ISO 9660", 0x8001, b"CD001", VolumeStatus.UNREADABLE),
)
"""In the order in which they are tried: the most certain first."""


def recognise(media: Media) -> Signature | None:
    """The first signature that stands in the media."""
    return next((signature for signature in SIGNATURES if _stands(media.read_at, signature)), None)


def _stands(read_at: Callable[[int, int], bytes], signature: Signature) -> bool:
    try:
        found = read_at(signature.offset, len(signature.magic)) == signature.magic
        if found and signature.name == "core-storage":
            # Two letters alone prove nothing: a Core Storage header also says version 1 and block type 0x10.
            return read_at(8, 4) == b"\x01\x00\x10\x00"
        if found and signature.name == "hfs":
            return read_at(0, 1024).count(0) == 1024
    except OSError:
        return False
    return found


def stated_size(signature: Signature, media: Media) -> int:
    """The bytes that a frame or file system says it has; 0 where it is not known here.

    Places of the fields: Apple File System Reference, nx_superblock_t; XFS Algorithms & Data Structures, sb_blocksize
    and sb_dblocks; LVM2, lib/format_text/layout.h.
    """
    try:
        if signature.name == "apfs-container":
            return _number(media, 36, 4, "little") * _number(media, 40, 8, "little")
        if signature.name == "xfs":
            return _number(media, 4, 4, "big") * _number(media, 8, 8, "big")
        if signature.name == "lvm":
            return _number(media, 512 + _number(media, 532, 4, "little") + 32, 8, "little")
    except OSError:
        return 0
    return 0


def _number(media: Media, offset: int, size: int, order: Literal["little", "big"]) -> int:
    return int.from_bytes(media.read_at(offset, size), order)
