"""Folders of ext4: names in blocks, one behind the other, without an index.

Layout: https://docs.kernel.org/filesystems/ext4/ ("Directory Entries", "Linear (Classic) Directories").

A deleted name is as the kernel leaves it: the length of the name before it reaches over it, and nothing else of it
changes. Only where it is the first of its block its inode becomes 0, so a living name is put there where there is one.
"""

import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = struct.Struct("<IHBB")
KINDS = {"file": 1, "directory": 2, "link": 7}


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a folder."""

    inode: int
    name: bytes
    kind: int
    deleted: bool = False

    @property
    def length(self) -> int:
        return _HEAD.size + -(-len(self.name) // 4) * 4


def laid_out(own: int, parent: int, entries: Sequence[Entry], block: int) -> tuple[list[list[Entry]], set[int]]:
    """Which names stand in which block, and the inodes of deleted ones that begin one.

    Args:
        entries: names of at most 255 bytes, each of an inode of its own.
    """
    blocks = [[Entry(own, b".", KINDS["directory"]), Entry(parent, b"..", KINDS["directory"])]]
    living = deque(entry for entry in entries if not entry.deleted)
    ordered, drawn, lost = deque(entries), set(), set()
    room = block - 24
    while ordered:
        entry = ordered.popleft()
        if entry.inode in drawn:
            continue
        while living and living[0].inode in drawn:
            living.popleft()
        if entry.length > room:
            blocks.append([])
            room = block
            if entry.deleted and living:
                ordered.appendleft(entry)
                entry = living.popleft()
            elif entry.deleted:
                lost.add(entry.inode)
        drawn.add(entry.inode)
        blocks[-1].append(entry)
        room -= entry.length
    return blocks, lost


def packed(entries: Sequence[Entry], block: int) -> bytes:
    """The bytes of one block."""
    starts = []
    position = 0
    for entry in entries:
        starts.append(position)
        position += entry.length
    out = bytearray(block)
    for index, (entry, start) in enumerate(zip(entries, starts, strict=True)):
        end = starts[index + 1] if index + 1 < len(starts) else block
        if not entry.deleted or index == 0:
            following = (
                at for other, at in zip(entries[index + 1 :], starts[index + 1 :], strict=True) if not other.deleted
            )
            end = next(following, block)
        number = 0 if entry.deleted and index == 0 else entry.inode
        _HEAD.pack_into(out, start, number, end - start, len(entry.name), entry.kind)
        out[start + _HEAD.size : start + _HEAD.size + len(entry.name)] = entry.name
    return bytes(out)
