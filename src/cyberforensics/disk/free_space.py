"""Bytes that a file system itself marks as unallocated, from its own structures and no walk.

The equation of the media's bytes needs a count that does not come from the walk it is to check. `BASIS` says
which structure is read for each file system. Sources: Microsoft's FAT and exFAT specifications; the Linux
kernel's documentation of ext4 (super block, group descriptors); Apple TN1150 (volume header); libyal's
libfsntfs on NTFS (boot record, $Bitmap).

ext: a mounted file system counts free blocks in its group descriptors and writes the super block's sum only
now and then (fs/ext4/super.c counts them again at each mount), so after an unclean end the descriptors are
right and the super block may not be. `ext_free_blocks` gives both.
"""

import struct
from array import array
from dataclasses import dataclass

from cyberforensics.disk.media import ReadAt
from cyberforensics.disk.raw_exfat import IN_USE, ExfatGeometry
from cyberforensics.disk.raw_fat import ENTRY_SIZE, FIRST_CLUSTER, FatGeometry, read_exactly
from cyberforensics.errors import MalformedData

BASIS = {
    "ntfs": "clear bits of $Bitmap",
    "fat12": "zero entries of the first FAT",
    "fat16": "zero entries of the first FAT",
    "fat32": "zero entries of the first FAT",
    "exfat": "clear bits of the allocation bitmap in use",
    "ext2": "free block counts of the group descriptors",
    "ext3": "free block counts of the group descriptors",
    "ext4": "free block counts of the group descriptors (super block, where these are spread out: meta_bg)",
    "hfs+": "freeBlocks of the volume header",
    "iso9660": "the format has no unallocated space",
}
"""Where the count of each file system comes from."""

_PIECE = 1 << 20  # a multiple of every size of FAT entry but FAT12's
_MOST_ROOT_CLUSTERS = 65_536
_RESERVED_BITS = bytes(value & 0x0F for value in range(256))  # the upper four of a FAT32 entry mean nothing

_NTFS_BOOT = struct.Struct("<11xHB26xQ")
_SUPER_BLOCK = 1024
_EXT_MAGIC = 0xEF53
_EXT_64BIT = 0x80
_EXT_META_BG = 0x10
_EXT_BIGALLOC = 0x200
_MOST_GROUPS = 1 << 24  # 2 PiB of 128 MiB groups
_HFS_HEADER = 1024


def free_bytes(read_at: ReadAt, filesystem: str, volume_size: int, *, ntfs_bitmap: ReadAt | None = None) -> int | None:
    """Give the bytes that the file system marks as unallocated; None where it can't be told here.

    Args:
        filesystem: as in `model.volume.Volume.filesystem`.
        ntfs_bitmap: reads the content of $Bitmap; without it, None is given for NTFS.

    Raises:
        MalformedData: the structures contradict themselves, or claim more than the volume has.
    """
    if filesystem in ("fat12", "fat16", "fat32"):
        free = _fat(read_at)
    elif filesystem == "exfat":
        free = _exfat(read_at)
    elif filesystem in ("ext2", "ext3", "ext4"):
        ext = ext_free_blocks(read_at)
        free = (ext.super_block if ext.groups is None else ext.groups) * ext.block_size
    elif filesystem == "hfs+":
        free = _hfs_plus(read_at)
    elif filesystem == "iso9660":
        free = 0
    elif filesystem == "ntfs" and ntfs_bitmap is not None:
        free = _ntfs(read_at, ntfs_bitmap)
    else:
        return None
    if free > volume_size:
        raise MalformedData("free-space.exceeds-volume", f"{free} bytes free of {volume_size}")
    return free


def free_clusters_in_bitmap(bitmap: bytes, clusters: int) -> int:
    """Count the clear bits among the first `clusters`, the lowest bit of a byte first.

    Raises:
        MalformedData: the bitmap has too few bits.
    """
    return clusters - _used_bits(bitmap, clusters)


def _used_bits(bitmap: bytes, bits: int) -> int:
    whole, rest = divmod(bits, 8)
    if len(bitmap) < whole + (rest > 0):
        raise MalformedData("free-space.bitmap-too-short", f"{len(bitmap)} bytes for {bits} clusters")
    used = int.from_bytes(bitmap[:whole], "little").bit_count()
    return used + (bitmap[whole] & ((1 << rest) - 1)).bit_count() if rest else used


def _ntfs(read_at: ReadAt, bitmap: ReadAt) -> int:
    sector_size, per_cluster, sectors = _NTFS_BOOT.unpack_from(read_exactly(read_at, 0, 512))
    if per_cluster > 0x80:  # a power of two, negated
        per_cluster = 1 << (256 - per_cluster)
    if sector_size not in (256, 512, 1024, 2048, 4096) or per_cluster == 0:
        raise MalformedData("ntfs.boot-sector", f"{sector_size} bytes, {per_cluster} sectors", offset=11)
    clusters = sectors // per_cluster
    used = 0
    for start in range(0, clusters, 8 * _PIECE):
        bits = min(8 * _PIECE, clusters - start)
        used += _used_bits(bitmap(start // 8, -(-bits // 8)), bits)
    free: int = (clusters - used) * sector_size * per_cluster
    return free


def _fat(read_at: ReadAt) -> int:
    geometry = FatGeometry.read(read_at)
    entries = geometry.clusters + FIRST_CLUSTER
    bits = {"fat12": 12, "fat16": 16, "fat32": 32}[geometry.fat_type]
    size = -(-entries * bits // 8)
    if size > geometry.fat_size:
        raise MalformedData("fat.table-too-short", f"{size} bytes needed", offset=geometry.fat_offset)
    if bits == 12:
        return _fat12_zeros(read_exactly(read_at, geometry.fat_offset, size), entries) * geometry.cluster_size
    free = 0
    for start in range(0, size, _PIECE):
        piece = bytearray(read_exactly(read_at, geometry.fat_offset + start, min(_PIECE, size - start)))
        if start == 0:  # the two entries that belong to no cluster
            piece[: FIRST_CLUSTER * bits // 8] = b"\xff" * (FIRST_CLUSTER * bits // 8)
        if bits == 32:
            piece[3::4] = piece[3::4].translate(_RESERVED_BITS)
        free += array("H" if bits == 16 else "I", piece).count(0)  # zero in any byte order
    return free * geometry.cluster_size


def _fat12_zeros(table: bytes, entries: int) -> int:
    zeros = 0
    for entry in range(FIRST_CLUSTER, entries):
        place = entry * 3 // 2
        pair = int.from_bytes(table[place : place + 2], "little")
        zeros += (pair >> 4 if entry % 2 else pair & 0xFFF) == 0
    return zeros


def _exfat(read_at: ReadAt) -> int:
    geometry = ExfatGeometry.read(read_at)
    cluster, size = _exfat_bitmap(read_at, geometry)
    if size < -(-geometry.clusters // 8):
        raise MalformedData("exfat.bitmap-too-short", f"{size} bytes for {geometry.clusters} clusters")
    used = 0
    following: int | None = cluster
    for start in range(0, geometry.clusters, 8 * geometry.cluster_size):
        if following is None:
            raise MalformedData("exfat.bitmap-chain", "the chain of the allocation bitmap ends early")
        bits = min(8 * geometry.cluster_size, geometry.clusters - start)
        piece = read_exactly(read_at, geometry.cluster_offset(following), -(-bits // 8))
        used += _used_bits(piece, bits)
        following = geometry.next_cluster(read_at, following)
    return (geometry.clusters - used) * geometry.cluster_size


def _exfat_bitmap(read_at: ReadAt, geometry: ExfatGeometry) -> tuple[int, int]:
    """Find the bitmap in use among the root directory's entries (specification 7.1): first cluster, size."""
    cluster: int | None = geometry.root_cluster
    seen: set[int] = set()
    while cluster is not None and cluster not in seen and len(seen) < _MOST_ROOT_CLUSTERS:
        seen.add(cluster)
        offset = geometry.cluster_offset(cluster)
        for place in range(0, geometry.cluster_size, _PIECE):
            entries = read_exactly(read_at, offset + place, min(_PIECE, geometry.cluster_size - place))
            for start in range(0, len(entries), ENTRY_SIZE):
                kind, flags = entries[start : start + 2]
                if kind == IN_USE | 1 and bool(flags & 1) == geometry.second_active:
                    first, size = struct.unpack_from("<IQ", entries, start + 20)
                    return first, size
        cluster = geometry.next_cluster(read_at, cluster)
    raise MalformedData("exfat.no-bitmap", "no allocation bitmap in the root directory")


@dataclass(frozen=True, slots=True)
class ExtFree:
    """What an ext file system says of its free blocks, in two places."""

    block_size: int
    super_block: int
    groups: int | None
    """Sum of the group descriptors; None where they are spread out (meta_bg)."""


def ext_free_blocks(read_at: ReadAt) -> ExtFree:
    """Read both counts; they differ on a file system that was not unmounted.

    Raises:
        MalformedData: there is no ext file system here.
    """
    block = read_exactly(read_at, _SUPER_BLOCK, 1024)

    def u16(at: int) -> int:
        return int.from_bytes(block[at : at + 2], "little")

    def u32(at: int) -> int:
        return int.from_bytes(block[at : at + 4], "little")

    log_size, log_cluster, per_group = u32(0x18), u32(0x1C), u32(0x20)
    if u16(0x38) != _EXT_MAGIC or log_size > 6 or per_group == 0:  # 64 KiB
        raise MalformedData("ext.super-block", "no ext super block", offset=_SUPER_BLOCK)
    incompatible = u32(0x60)
    wide = bool(incompatible & _EXT_64BIT)
    blocks, free = u32(0x04), u32(0x0C)
    if wide:
        blocks, free = blocks | u32(0x150) << 32, free | u32(0x158) << 32
    block_size = 1024 << log_size
    if incompatible & _EXT_META_BG:
        return ExtFree(block_size, free, None)
    descriptor = max(32, u16(0xFE)) if wide else 32
    groups = -(-(blocks - u32(0x14)) // per_group)
    if not 0 < groups <= _MOST_GROUPS or descriptor > 1024:
        raise MalformedData("ext.super-block", f"{groups} groups", offset=_SUPER_BLOCK)
    # The block after the super block's; "first data block" is no guide, it is 0 with bigalloc.
    start = (_SUPER_BLOCK // block_size + 1) * block_size
    per_piece = _PIECE // descriptor
    total = 0
    for first in range(0, groups, per_piece):
        count = min(per_piece, groups - first)
        table = read_exactly(read_at, start + first * descriptor, count * descriptor)
        total += sum(table[0x0C::descriptor]) + (sum(table[0x0D::descriptor]) << 8)
        if descriptor >= 64:  # the upper halves
            total += (sum(table[0x2C::descriptor]) << 16) + (sum(table[0x2D::descriptor]) << 24)
    if u32(0x64) & _EXT_BIGALLOC:  # the descriptors count clusters there
        if not log_size <= log_cluster <= 30:  # the kernel's bound
            raise MalformedData("ext.super-block", f"cluster size {log_cluster}", offset=_SUPER_BLOCK + 0x1C)
        total <<= log_cluster - log_size
    return ExtFree(block_size, free, total)


def _hfs_plus(read_at: ReadAt) -> int:
    header = read_exactly(read_at, _HFS_HEADER, 512)
    if header[:2] == b"BD" and header[0x7C:0x7E] == b"H+":  # wrapped in HFS (TN1150, "HFS Wrapper")
        first = int.from_bytes(header[0x1C:0x1E], "big") * 512
        start = int.from_bytes(header[0x7E:0x80], "big") * int.from_bytes(header[0x14:0x18], "big")
        header = read_exactly(read_at, first + start + _HFS_HEADER, 512)
    if header[:2] not in (b"H+", b"HX"):
        raise MalformedData("hfs.volume-header", "no HFS+ volume header", offset=_HFS_HEADER)
    block_size, blocks, free = struct.unpack_from(">III", header, 40)
    if free > blocks:
        raise MalformedData("hfs.volume-header", f"{free} of {blocks} blocks free", offset=_HFS_HEADER)
    return int(free) * int(block_size)
