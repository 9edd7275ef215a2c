"""Which blocks a file system says are in use, read from its own structures.

Asked for the runs of deleted entries only, so nothing is read before it is needed.
"""

from array import array
from collections.abc import Callable

from cyberforensics.disk import ntfs
from cyberforensics.disk.media import ReadAt
from cyberforensics.disk.raw_exfat import ExfatGeometry
from cyberforensics.disk.raw_ext import ExtGeometry
from cyberforensics.disk.raw_fat import FatGeometry
from cyberforensics.disk.tsk import FileSystem
from cyberforensics.errors import MalformedData

CountAllocated = Callable[[int, int], int]
"""``count(address, blocks)``: how many of these blocks are in use, in TSK's block numbers."""


def allocation(file_system: FileSystem) -> CountAllocated | None:
    """How to ask this file system; None where it can't tell (or its structures can't be read)."""
    read_at = file_system.media.read_at
    try:
        if file_system.name == "ntfs":
            bits = ntfs.bitmap(file_system)
            return None if bits is None else _in_bitmap(bits, 0, 1)
        if file_system.name.startswith("fat"):
            return _fat(read_at, FatGeometry.read(read_at), file_system.block_size)
        if file_system.name == "exfat":
            return _exfat(file_system, ExfatGeometry.read(read_at))
        if file_system.name.startswith("ext"):
            return _ext(ExtGeometry.read(read_at))
    except (MalformedData, OSError):
        return None
    return None


def _in_bitmap(bits: bytes, first: int, unit: int) -> CountAllocated:
    """One bit for `unit` blocks, the lowest first, from block `first` on."""

    def count(address: int, blocks: int) -> int:
        start, end = (address - first) // unit, (address - first + blocks - 1) // unit + 1
        if start < 0:
            return blocks
        end = min(end, 8 * len(bits))  # a damaged run may claim more blocks than there are bits in memory
        if end <= start:
            return 0
        number = int.from_bytes(bits[start // 8 : (end + 7) // 8], "little") >> (start % 8)
        return (number & ((1 << (end - start)) - 1)).bit_count() * unit

    return count


def _fat(read_at: ReadAt, geometry: FatGeometry, block_size: int) -> CountAllocated:
    def count(address: int, blocks: int) -> int:
        start = (address * block_size - geometry.data_offset) // geometry.cluster_size + 2
        clusters = -(-blocks * block_size // geometry.cluster_size)
        if start < 2:
            return blocks
        return _fat_entries_in_use(read_at, geometry, start, clusters) * (geometry.cluster_size // block_size)

    return count


def _fat_entries_in_use(read_at: ReadAt, geometry: FatGeometry, start: int, clusters: int) -> int:
    if geometry.fat_type == "fat12":
        used = 0
        for cluster in range(start, start + clusters):
            pair = int.from_bytes(read_at(geometry.fat_offset + cluster * 3 // 2, 2), "little")
            used += bool(pair >> 4 if cluster % 2 else pair & 0xFFF)
        return used
    code, width, mask = ("H", 2, 0xFFFF) if geometry.fat_type == "fat16" else ("I", 4, 0x0FFF_FFFF)
    data = read_at(geometry.fat_offset + start * width, clusters * width)
    entries = array(code, data[: len(data) // width * width])
    return sum(1 for entry in entries if entry & mask)


def _exfat(file_system: FileSystem, geometry: ExfatGeometry) -> CountAllocated | None:
    """The allocation bitmap is TSK's virtual file of that name in the root directory."""
    for file in file_system.fs.open_dir(path="/"):
        if file.info.name.name == b"$ALLOC_BITMAP" and file.info.meta is not None:
            size = min(int(file.info.meta.size), geometry.clusters // 8 + 1)
            bits = file.read_random(0, size)
            first = geometry.heap_offset // geometry.sector_size
            return _in_bitmap(bits, first, geometry.cluster_size // geometry.sector_size)
    return None


_BLOCK_UNINIT = 0x2
_MOST_GROUPS = 256  # kept: of 128 MiB each, enough for neighbours, and bounded for sweeps


def _ext(geometry: ExtGeometry) -> CountAllocated:
    """Block bitmaps of the groups (ext4 documentation, "Block group descriptors")."""
    per_group = geometry.blocks_per_group
    cache: dict[int, int] = {}

    def group_bits(group: int) -> int:
        if group not in cache:
            descriptor = geometry.descriptor(group)
            place = int.from_bytes(descriptor[0:4], "little")
            if geometry.descriptor_size >= 64:
                place |= int.from_bytes(descriptor[32:36], "little") << 32
            unused = int.from_bytes(descriptor[18:20], "little") & _BLOCK_UNINIT
            bitmap = b"" if unused else geometry.read_at(place * geometry.block_size, per_group // 8)
            cache[group] = int.from_bytes(bitmap, "little")
            if len(cache) > _MOST_GROUPS:
                cache.pop(next(iter(cache)))
        return cache[group]

    def count(address: int, length: int) -> int:
        used = 0
        place, end = address - geometry.first_block, address - geometry.first_block + length
        while place < end:
            group, within = divmod(place, per_group)
            here = min(end - place, per_group - within)
            used += (group_bits(group) >> within & ((1 << here) - 1)).bit_count()
            place += here
        return used

    return count
