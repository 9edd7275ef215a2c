"""The superblock of ext4, the group descriptors and the bitmaps.

Layout: https://docs.kernel.org/filesystems/ext4/ ("Super Block", "Block Group Descriptors", "Bitmaps").

Checksums of metadata (`metadata_csum`), the journal and the hashed index of folders are features that a volume may go
without, and these do: the kernel mounts them as ext4 all the same.
"""

import hashlib
import struct
import uuid
from typing import BinaryIO

from cyberforensics.lab.filesystems.ext4_shape import FIRST_INODE, INODE, Ext4Shape, has_copy
from cyberforensics.lab.filesystems.moments import SECOND
from cyberforensics.lab.filesystems.room import mark
from cyberforensics.lab.filesystems.tree import Run
from cyberforensics.lab.plan import CannotHold, PlannedVolume

_COMPATIBLE = 0x8  # ext_attr
_INCOMPATIBLE = 0x2 | 0x40  # filetype, extents
_READ_ONLY = 0x1 | 0x2 | 0x20 | 0x40  # sparse_super, large_file, dir_nlink, extra_isize
_LONGEST_LABEL = 16


class Used:
    """Which blocks are in use, as one bitmap."""

    def __init__(self, shape: Ext4Shape) -> None:
        self._first = shape.first
        self._bits = bytearray(shape.groups * shape.block)

    def mark(self, first: int, count: int) -> None:
        mark(self._bits, first - self._first, count)

    def of_group(self, group: int, block: int) -> bytearray:
        return self._bits[group * block : (group + 1) * block]


def put_groups(
    out: BinaryIO, base: int, volume: PlannedVolume, shape: Ext4Shape, living: list[Run], inodes: list[tuple[int, bool]]
) -> None:
    """Write superblocks, descriptors and bitmaps.

    Args:
        living: the blocks of what is there.
        inodes: the number of each inode in use, and whether it is a folder's.
    """
    used, kept = Used(shape), bytearray(shape.groups * shape.block)
    folders = [0] * shape.groups
    for group in range(shape.groups):
        used.mark(shape.start(group), shape.data(group) - shape.start(group))
    for first, count in living:
        used.mark(first, count)
    for number, is_folder in inodes:
        group, index = divmod(number - 1, shape.inodes_per_group)
        mark(kept, group * shape.per_group + index, 1)
        folders[group] += is_folder
    descriptors, free_blocks, free_inodes = bytearray(), 0, 0
    for group in range(shape.groups):
        blocks = used.of_group(group, shape.block)
        taken = kept[group * shape.block : (group + 1) * shape.block]
        room = shape.length(group) - int.from_bytes(blocks, "little").bit_count()
        left = shape.inodes_per_group - int.from_bytes(taken, "little").bit_count()
        place = shape.bitmaps(group)
        descriptors += struct.pack("<IIIHHHH12x", place, place + 1, place + 2, room, left, folders[group], 0)
        free_blocks, free_inodes = free_blocks + room, free_inodes + left
        mark(blocks, shape.length(group), shape.per_group - shape.length(group))
        mark(taken, shape.inodes_per_group, shape.per_group - shape.inodes_per_group)
        out.seek(base + place * shape.block)
        out.write(blocks + taken)
    for group in range(shape.groups):
        if has_copy(group):
            head = superblock(volume, shape, group, free_blocks, free_inodes)
            out.seek(base + (1024 if group == 0 else shape.start(group) * shape.block))
            out.write(head)
            out.seek(base + (shape.start(group) + 1) * shape.block)
            out.write(descriptors)


def superblock(volume: PlannedVolume, shape: Ext4Shape, group: int, free_blocks: int, free_inodes: int) -> bytes:
    """The 1024 bytes of a superblock or of its copy in a group.

    Raises:
        CannotHold: the label is too long.
    """
    label = volume.label.encode()
    if len(label) > _LONGEST_LABEL:
        raise CannotHold(f"label {volume.label!r}: ext4 has room for {_LONGEST_LABEL} bytes")
    power, formatted = shape.block.bit_length() - 11, volume.formatted // SECOND & 0xFFFFFFFF
    head = struct.pack(
        "<11I", shape.inodes_per_group * shape.groups, shape.blocks, 0, free_blocks, free_inodes, shape.first, power,
        power, shape.per_group, shape.per_group, shape.inodes_per_group
    )  # fmt: skip
    head += struct.pack("<IIHHHHHHIIIIHH", 0, formatted, 0, 0xFFFF, 0xEF53, 1, 1, 0, formatted, 0, 0, 1, 0, 0)
    head += struct.pack("<IHHIII", FIRST_INODE, INODE, group, _COMPATIBLE, _INCOMPATIBLE, _READ_ONLY)
    head += identifier(volume.serial, "volume") + label.ljust(16, b"\0")
    head = head.ljust(0xEC, b"\0") + identifier(volume.serial, "hash seed") + struct.pack("<BBH", 1, 0, 0)
    head = head.ljust(0x108, b"\0") + struct.pack("<I", formatted)
    head = head.ljust(0x15C, b"\0") + struct.pack("<HHI", 32, 32, 1)
    return head.ljust(1024, b"\0")


def identifier(serial: int, of: str) -> bytes:
    """A UUID made of the serial number."""
    digest = hashlib.sha256(f"{of} {serial}".encode()).digest()[:16]
    return uuid.UUID(bytes=digest, version=4).bytes
