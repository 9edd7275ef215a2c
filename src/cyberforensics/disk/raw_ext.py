"""ext2, ext3 and ext4 inodes as they lie on the medium, found by their number.

TSK leaves out the two epoch bits of a time and takes its seconds as unsigned, and pytsk3 does not hand on the time of
deletion. The layout is in the kernel's ext4 documentation: "Super Block", "Block Group Descriptors" (with `64bit`,
`meta_bg` and `sparse_super2`), "Inode Table", and there "Inode Timestamps".

A time of a 256-byte inode is a signed 32-bit count of seconds, two bits above it, and 30 bits of nanoseconds. The
time of deletion has seconds alone; it is read as unsigned. An inode that was unlinked while it was open keeps the
number of the next such inode in that place (the orphan list): that is no time.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from cyberforensics.disk.media import ReadAt
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import EntryTime, TimeMeaning
from cyberforensics.model.times import Timestamp

_SUPERBLOCK = 1024
_MAGIC = 0xEF53
_SPARSE_SUPER2 = 0x200
_SPARSE_SUPER = 0x1
_META_BG = 0x10
_64BIT = 0x80
_OLD_INODE = 128
_MOST_ORPHANS = 100_000
_MOST_BLOCKS = 256  # kept of descriptors and of inodes, each: neighbours are asked for one after the other

# inodes, blocks, …, first data block, log block size
_COUNTS = struct.Struct("<II12xII")
# mode, …, accessed, changed, modified, deleted, …, links
_INODE = struct.Struct("<H6xiiiI2xH")
# size of what follows the first 128 bytes, …, the extra half of changed, modified, accessed; created and its extra half
_EXTRA = struct.Struct("<H2xIIIiI")
_EXTRA_TIMES = 16  # of these bytes, where the three times have their extra half


@dataclass(frozen=True, slots=True)
class ExtInode:
    """One inode, as stored."""

    mode: int
    links: int
    deleted: int
    """As stored: seconds since 1970, or the next inode of the orphan list."""
    times: tuple[EntryTime, ...]
    """Modified, accessed, changed, and created where the inode has it."""


@dataclass(slots=True)
class ExtGeometry:
    """Where the groups and their inodes are."""

    read_at: ReadAt
    block_size: int
    blocks: int
    first_block: int
    blocks_per_group: int
    inodes: int
    inodes_per_group: int
    inode_size: int
    descriptor_size: int
    last_orphan: int
    """The first inode of the orphan list; 0 where it is empty."""
    _first_meta_group: int | None
    """None where the descriptors lie in one place."""
    _sparse: bool
    _backups: tuple[int, int] | None
    _cache: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, read_at: ReadAt) -> "ExtGeometry":
        """Read it from the superblock.

        Raises:
            MalformedData: there is no ext file system here.
        """
        block = read_at(_SUPERBLOCK, 1024)
        if len(block) < 1024 or int.from_bytes(block[56:58], "little") != _MAGIC:
            raise MalformedData("ext.superblock", "no superblock", offset=_SUPERBLOCK)
        inodes, blocks, first_block, log_size = _COUNTS.unpack_from(block)
        per_group, inodes_per_group = _number(block, 32), _number(block, 40)
        dynamic = _number(block, 76) >= 1
        inode_size = _number(block, 88, 2) if dynamic else _OLD_INODE
        compatible, incompatible, read_only = (_number(block, place) if dynamic else 0 for place in (92, 96, 100))
        wide = bool(incompatible & _64BIT)
        if log_size > 6 or not 0 < per_group <= 8 << 10 + log_size or inodes_per_group == 0 or blocks == 0:
            raise MalformedData("ext.superblock", "sizes that cannot be", offset=_SUPERBLOCK)
        block_size = 1024 << log_size
        if not _OLD_INODE <= inode_size <= block_size or inode_size & (inode_size - 1):
            raise MalformedData("ext.superblock", f"inodes of {inode_size} bytes", offset=_SUPERBLOCK)
        descriptor_size = max(32, _number(block, 254, 2)) if wide else 32
        if descriptor_size > block_size:
            raise MalformedData("ext.superblock", f"descriptors of {descriptor_size} bytes", offset=_SUPERBLOCK)
        return cls(
            read_at,
            block_size,
            blocks | (_number(block, 336) << 32 if wide else 0),
            first_block,
            per_group,
            inodes,
            inodes_per_group,
            inode_size,
            descriptor_size,
            _number(block, 232),
            _number(block, 260) if incompatible & _META_BG else None,
            bool(read_only & _SPARSE_SUPER),
            (_number(block, 588), _number(block, 592)) if compatible & _SPARSE_SUPER2 else None,
        )

    def descriptor(self, group: int) -> bytes:
        """Give the descriptor of a block group."""
        number, within = divmod(group, self.block_size // self.descriptor_size)
        block = self._block(self._descriptor_block(number))
        return block[within * self.descriptor_size : (within + 1) * self.descriptor_size]

    def inode(self, number: int) -> ExtInode | None:
        """Read an inode; None where there is no inode of that number.

        Raises:
            MalformedData: the volume ends before.
        """
        if not 0 < number <= self.inodes:
            return None
        group, index = divmod(number - 1, self.inodes_per_group)
        descriptor = self.descriptor(group)
        if len(descriptor) < self.descriptor_size:
            raise MalformedData("volume.truncated", f"no descriptor of group {group}")
        table = _number(descriptor, 8) | (_number(descriptor, 40) << 32 if self.descriptor_size >= 64 else 0)
        block, within = divmod(index * self.inode_size, self.block_size)
        data = self._block(table + block)[within : within + self.inode_size]
        if len(data) < self.inode_size:
            raise MalformedData("volume.truncated", f"no inode {number}", offset=(table + block) * self.block_size)
        return parse_inode(data)

    def orphans(self) -> frozenset[int]:
        """Follow the list of inodes that were unlinked while they were open."""
        return frozenset(self._orphans())

    def _orphans(self) -> Iterator[int]:
        seen: set[int] = set()
        number = self.last_orphan
        while number not in seen and len(seen) < _MOST_ORPHANS:
            inode = self.inode(number)
            if inode is None:
                return
            yield number
            seen.add(number)
            number = inode.deleted

    def _block(self, number: int) -> bytes:
        data = self._cache.get(number)
        if data is None:
            if len(self._cache) >= _MOST_BLOCKS:
                self._cache.pop(next(iter(self._cache)))
            data = self._cache[number] = self.read_at(number * self.block_size, self.block_size)
        return data

    def _descriptor_block(self, number: int) -> int:
        if self._first_meta_group is None or number < self._first_meta_group:
            return _SUPERBLOCK // self.block_size + 1 + number
        group = number * (self.block_size // self.descriptor_size)
        has_super = self._has_superblock(group)
        if self.block_size == 1024 and number == 0 and self.first_block == 0:
            return 2
        return self.first_block + group * self.blocks_per_group + has_super

    def _has_superblock(self, group: int) -> bool:
        if self._backups is not None:
            return group == 0 or group in self._backups
        if group <= 1 or not self._sparse:
            return True
        return any(_is_power(group, base) for base in (3, 5, 7))


def parse_inode(data: bytes) -> ExtInode:
    """Decode 128 bytes or more."""
    mode, accessed, changed, modified, deleted, links = _INODE.unpack_from(data)
    whole = _whole(("modified", modified), ("accessed", accessed), ("changed", changed))
    if len(data) < _OLD_INODE + _EXTRA.size:
        return ExtInode(mode, links, deleted, whole)
    size, extra_changed, extra_modified, extra_accessed, created, extra_created = _EXTRA.unpack_from(data, _OLD_INODE)
    if size < _EXTRA_TIMES:  # made by a system that knows no extra times
        return ExtInode(mode, links, deleted, whole)
    times: tuple[EntryTime, ...] = (
        EntryTime("modified", _extended(modified, extra_modified)),
        EntryTime("accessed", _extended(accessed, extra_accessed)),
        EntryTime("changed", _extended(changed, extra_changed)),
    )
    if size >= _EXTRA.size:
        times += (EntryTime("created", _extended(created, extra_created)),)
    return ExtInode(mode, links, deleted, times)


def times(geometry: ExtGeometry, orphans: frozenset[int], number: int, *, allocated: bool) -> tuple[EntryTime, ...]:
    """Give the stored times of an inode, with that of its deletion where it is one."""
    inode = geometry.inode(number)
    if inode is None:
        return ()
    if inode.deleted and number not in orphans and (not allocated or inode.links == 0):
        return (*inode.times, EntryTime("deleted", Timestamp(inode.deleted, "posix")))
    return inode.times


def _whole(*times: tuple[TimeMeaning, int]) -> tuple[EntryTime, ...]:
    return tuple(EntryTime(meaning, Timestamp(seconds, "posix")) for meaning, seconds in times)


def _extended(seconds: int, extra: int) -> Timestamp:
    return Timestamp((seconds + ((extra & 3) << 32)) << 30 | extra >> 2, "posix-ns")


def _number(data: bytes, place: int, size: int = 4) -> int:
    return int.from_bytes(data[place : place + size], "little")


def _is_power(number: int, base: int) -> bool:
    while number % base == 0:
        number //= base
    return number == 1
