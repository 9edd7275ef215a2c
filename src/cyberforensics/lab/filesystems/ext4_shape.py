"""Where the parts of an ext4 volume lie: groups, their bitmaps and inode tables, copies of the superblock.

Layout: https://docs.kernel.org/filesystems/ext4/ ("Layout", "Block Groups", "Special inodes").
"""

from collections import deque
from dataclasses import dataclass

from cyberforensics.lab.filesystems.tree import Run
from cyberforensics.lab.plan import CannotHold, NoRoom, PlannedVolume

INODE = 256
FIRST_INODE = 11
"""The first that is not reserved: lost+found."""
ROOT = 2
_DESCRIPTOR = 32
_SMALL = 512 << 20  # mke2fs: below this, blocks of 1024 bytes, and four times as many inodes
_LEAST_DATA = 50  # blocks that the last group must have beyond its own tables, as mke2fs asks


@dataclass(frozen=True, slots=True)
class Ext4Shape:
    """Counts and places, in blocks."""

    block: int
    """Bytes in a block."""
    blocks: int
    groups: int
    inodes_per_group: int

    @property
    def first(self) -> int:
        """The block that holds the superblock."""
        return 1 if self.block == 1024 else 0

    @property
    def per_group(self) -> int:
        return 8 * self.block

    @property
    def table(self) -> int:
        """Blocks of a group's inode table."""
        return self.inodes_per_group * INODE // self.block

    @property
    def descriptors(self) -> int:
        """Blocks of the group descriptors."""
        return -(-self.groups * _DESCRIPTOR // self.block)

    def start(self, group: int) -> int:
        return self.first + group * self.per_group

    def length(self, group: int) -> int:
        return min(self.per_group, self.blocks - self.start(group))

    def bitmaps(self, group: int) -> int:
        """The block bitmap's block; those of the inode bitmap and the inode table come behind it."""
        return self.start(group) + (1 + self.descriptors if has_copy(group) else 0)

    def data(self, group: int) -> int:
        """The first block that is free in a fresh group."""
        return self.bitmaps(group) + 2 + self.table

    def free(self) -> deque[Run]:
        """What each group has for content."""
        return deque(
            (self.data(group), self.start(group) + self.length(group) - self.data(group))
            for group in range(self.groups)
            if self.start(group) + self.length(group) > self.data(group)
        )

    def inode_at(self, number: int) -> int:
        """Offset of an inode, in bytes."""
        group, index = divmod(number - 1, self.inodes_per_group)
        return (self.bitmaps(group) + 2) * self.block + index * INODE


def shape_of(volume: PlannedVolume) -> Ext4Shape:
    """Lay out a volume with inodes enough for its names.

    Raises:
        NoRoom: it is too small for its tables.
        CannotHold: blocks of the size asked for do not exist.
    """
    block = volume.cluster_size or (1024 if volume.size < _SMALL else 4096)
    if block not in (1024, 2048, 4096):
        raise CannotHold(f"blocks of {block} bytes: ext4 has 1024, 2048 and 4096")
    blocks, first = volume.size // block, 1 if block == 1024 else 0
    ratio = 4096 if volume.size < _SMALL else 16384
    wanted = max(volume.size // ratio, len(volume.files) + FIRST_INODE + 1)
    while blocks > first:
        groups = -(-(blocks - first) // (8 * block))
        step = max(8, block // INODE)
        each = -(-wanted // groups)
        shape = Ext4Shape(block, blocks, groups, -(-each // step) * step)
        last = groups - 1
        if (
            shape.inodes_per_group <= 8 * block
            and shape.length(last) >= shape.data(last) - shape.start(last) + _LEAST_DATA
        ):
            return shape
        if last == 0 or shape.inodes_per_group > 8 * block:
            break
        blocks = shape.start(last)  # a last group that can't hold its own tables is left out
    raise NoRoom(f"the volume is too small: {volume.size} bytes do not hold the tables of ext4 for {wanted} inodes")


def has_copy(group: int) -> bool:
    """Whether a group begins with a superblock (sparse_super): 0, 1 and the powers of 3, 5 and 7."""
    if group <= 1:
        return True
    for base in (3, 5, 7):
        power = base
        while power < group:
            power *= base
        if power == group:
            return True
    return False
