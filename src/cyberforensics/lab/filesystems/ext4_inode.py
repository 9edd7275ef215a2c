"""Inodes of ext4: 256 bytes, nanoseconds, and a tree of extents.

Layout: https://docs.kernel.org/filesystems/ext4/ ("Index Nodes", "Extent Tree", "Inode Timestamps").
"""

import struct
from collections.abc import Sequence

from cyberforensics.lab.filesystems.moments import SECOND, clock
from cyberforensics.lab.filesystems.tree import Run
from cyberforensics.lab.plan import CannotHold, Stamps

FOLDER, FILE, LINK = 0o040755, 0o100644, 0o120777
FAST_LINK = 60
"""Bytes of a symbolic link's target from which it no longer fits into the inode."""
_EXTENTS_FLAG = 0x80000
_MAGIC = 0xF30A
_IN_INODE = 4
_LONGEST = 32768  # blocks in an extent
_YEARS = (1902, 2445)
_EXTRA = 32


def inode(
    mode: int,
    size: int,
    links: int,
    stamps: Stamps,
    path: str,
    body: bytes,
    *,
    sectors: int,
    owner: int = 0,
    deleted: int = 0,
    extents: bool = True,
) -> bytes:
    """The 256 bytes of an inode.

    Args:
        body: what stands where blocks are listed, up to 60 bytes.
        sectors: blocks taken, in units of 512 bytes.
        deleted: seconds since 1970; 0 of what is there.
    """
    low, extra = zip(
        *(_time(at, path) for at in (stamps.accessed, stamps.changed, stamps.modified, stamps.created)), strict=True
    )
    first = struct.pack(
        "<HHI4IHHIII60sIIIIHHHHHH",
        mode, owner & 0xFFFF, size & 0xFFFFFFFF, low[0], low[1], low[2], deleted & 0xFFFFFFFF, owner & 0xFFFF, links,
        sectors, _EXTENTS_FLAG if extents else 0, 0, body, 0, 0, size >> 32, 0, 0, 0, owner >> 16, owner >> 16, 0, 0,
    )  # fmt: skip
    more = struct.pack("<HHIIIIIII", _EXTRA, 0, extra[1], extra[2], extra[0], low[3], extra[3], 0, 0)
    return (first + more).ljust(256, b"\0")


def extent_tree(runs: Sequence[Run], leaves: Sequence[int], block: int) -> tuple[bytes, dict[int, bytes]]:
    """What the inode lists, and the blocks of leaves beside it.

    Args:
        leaves: as many free blocks as `leaves_needed` says.
        block: bytes in a block.
    """
    extents = _extents(runs)
    if not leaves:
        return _node(extents, _IN_INODE, 0).ljust(60, b"\0"), {}
    room = _in_leaf(block)
    indexes, written = [], {}
    for number, place in enumerate(leaves):
        part = extents[number * room : (number + 1) * room]
        written[place] = _node(part, room, 0).ljust(block, b"\0")
        indexes.append(part[0][:4] + struct.pack("<IHH", place & 0xFFFFFFFF, place >> 32, 0))
    return _node(indexes, _IN_INODE, 1).ljust(60, b"\0"), written


def leaves_needed(runs: Sequence[Run], block: int, path: str) -> int:
    """Blocks that the extents of a file take beside its inode.

    Raises:
        CannotHold: there are so many that a deeper tree were needed, which is not written here.
    """
    count = len(_extents(runs))
    if count <= _IN_INODE:
        return 0
    leaves = -(-count // _in_leaf(block))
    if leaves > _IN_INODE:
        raise CannotHold(f"{path}: it lies in {count} pieces, and {_IN_INODE * _in_leaf(block)} can be listed")
    return leaves


def _in_leaf(block: int) -> int:
    return (block - 12) // 12


def _extents(runs: Sequence[Run]) -> list[bytes]:
    listed, logical = [], 0
    for first, count in runs:
        for start in range(first, first + count, _LONGEST):
            length = min(_LONGEST, first + count - start)
            listed.append(struct.pack("<IHHI", logical, length, start >> 32, start & 0xFFFFFFFF))
            logical += length
    return listed


def _node(entries: Sequence[bytes], room: int, depth: int) -> bytes:
    return struct.pack("<HHHHI", _MAGIC, len(entries), room, depth, 0) + b"".join(entries)


def _time(nanoseconds: int, path: str) -> tuple[int, int]:
    """The old field of 32 bits, and the one beside it: nanoseconds, and two bits above the signed seconds."""
    clock(nanoseconds, path, years=_YEARS)
    seconds, rest = divmod(nanoseconds, SECOND)
    low = seconds & 0xFFFFFFFF
    signed = low - (1 << 32) if low >> 31 else low
    return low, rest << 2 | (seconds - signed) >> 32 & 3
