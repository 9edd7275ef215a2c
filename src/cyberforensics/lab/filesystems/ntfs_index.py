"""Indexes of NTFS: sorted entries in the record, or in a B-tree of 4,096-byte blocks.

A folder is the index $I30 of its names; $Secure, $Quota, $ObjId and $Reparse have others. Layout: libyal's "New
Technologies File System (NTFS)", sections 8 and 9, and https://flatcap.github.io/linux-ntfs/ntfs/concepts/ (index).
"""

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cyberforensics.lab.filesystems import ntfs_records as records
from cyberforensics.lab.filesystems.ntfs_upcase import collation_key

BLOCK_SIZE = 4096
BY_FILE_NAME, BY_NUMBER, BY_SID, BY_SECURITY_HASH, BY_NUMBERS = 0x01, 0x10, 0x11, 0x12, 0x13
"""How an index is sorted (COLLATION_…)."""

_ENTRIES_AT = 0x40
_ROOM = BLOCK_SIZE - _ENTRIES_AT
_FILL = _ROOM * 3 // 4
"""How full a block is made: as in a folder that grew in no order."""
_HAS_CHILD, _LAST = 1, 2
_NAME_AT = 66
"""Where in a $FILE_NAME the name begins."""

_RESIDENT_BITMAP = 64
"""Bytes of a bitmap that stay in the record: those of about 15,000 names."""
_ROOT_HEAD = 24 + 8 + 32
"""Of an $INDEX_ROOT, with its name of four letters, before the entries."""
_OUTSIDE = 64 + 8 + 32
"""What $INDEX_ALLOCATION takes at most, and $BITMAP."""
_END_WITH_CHILD = 24
ROOM_NEEDED = _ROOT_HEAD + _END_WITH_CHILD + 2 * _OUTSIDE
"""What an index of any size must have of a record, in bytes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what stands before its lengths, the key, and what follows the key."""

    head: bytes
    """Eight bytes: a file reference, or place and length of the data."""
    key: bytes
    data: bytes = b""

    @property
    def size(self) -> int:
        """In bytes, without the number of a block below it."""
        return -(-(16 + len(self.key) + len(self.data)) // 8) * 8

    def packed(self, child: int | None = None) -> bytes:
        """The entry, leading to what sorts before it where there is such a block."""
        size = self.size + (0 if child is None else 8)
        lengths = struct.pack("<HHHH", size, len(self.key), 0 if child is None else _HAS_CHILD, 0)
        body = (self.head + lengths + self.key + self.data).ljust(self.size, b"\0")
        return body if child is None else body + struct.pack("<Q", child)


@dataclass(frozen=True, slots=True)
class _Node:
    entries: tuple[Entry, ...]
    children: tuple[int, ...]
    """Numbers of blocks: none of a leaf, else one more than entries."""
    removed: tuple[tuple[int, Entry], ...] = ()
    """Entries that were in it once, each with the number of entries before it, from the front to the back."""

    def packed(self, unit: int) -> bytes:
        below = [child * unit for child in self.children]
        lead: list[int] | list[None] = below or [None] * (len(self.entries) + 1)
        parts = [entry.packed(child) for entry, child in zip(self.entries, lead, strict=False)]
        return b"".join(parts) + _end(lead[-1])

    def size(self) -> int:
        return sum(entry.size for entry in self.entries) + 8 * len(self.children) + 16


@dataclass(frozen=True, slots=True)
class Index:
    """A sorted index, cut into what lies in the record and into blocks."""

    root: _Node
    blocks: tuple[_Node, ...]

    @property
    def size(self) -> int:
        """Bytes of its blocks."""
        return len(self.blocks) * BLOCK_SIZE


@dataclass(frozen=True, slots=True)
class Placed:
    """An index, and the clusters of its blocks and of its bitmap; none of a small one."""

    index: Index
    blocks: records.Runs
    bitmap: records.Runs


@dataclass(frozen=True, slots=True)
class Form:
    """What kind of an index it is."""

    name: str
    collation: int
    indexed: int
    """Type of the attribute whose values are its keys; 0 of an index that is no folder."""
    attribute_ids: tuple[int, int, int]
    """Of $INDEX_ROOT, $INDEX_ALLOCATION and $BITMAP."""


FOLDER = Form("$I30", BY_FILE_NAME, records.FILE_NAME, (1, 3, 4))


def view_entry(key: bytes, data: bytes, padding: bytes = b"") -> Entry:
    """An entry of an index that is no folder: the data follow the key."""
    return Entry(struct.pack("<HHI", 16 + len(key), len(data), 0), key, data + padding)


def cut(entries: Sequence[Entry], room: int) -> Index:
    """Make a B-tree of sorted entries whose root takes at most `room` bytes of entries.

    Blocks are filled from the left, one level after the other: the leaves come first.
    """
    blocks: list[_Node] = []
    level = _Node(tuple(entries), ())
    while level.size() > room:
        numbers, separators = [], []
        for node, separator in _nodes(level):
            numbers.append(len(blocks))
            blocks.append(node)
            if separator is not None:
                separators.append(separator)
        level = _Node(tuple(separators), tuple(numbers))
    return Index(level, tuple(blocks))


def attributes(placed: Placed, form: Form, cluster_size: int) -> list[records.Attribute]:
    """$INDEX_ROOT, and for an index with blocks $INDEX_ALLOCATION and $BITMAP."""
    index, name = placed.index, form.name
    first, second, third = form.attribute_ids
    found = [records.resident(records.INDEX_ROOT, first, _root_value(index, form, cluster_size), name)]
    if index.blocks:
        found.append(
            records.non_resident(records.INDEX_ALLOCATION, second, placed.blocks, index.size, cluster_size, name)
        )
        bits = bitmap(index)
        if placed.bitmap:
            found.append(records.non_resident(records.BITMAP, third, placed.bitmap, len(bits), cluster_size, name))
        else:
            found.append(records.resident(records.BITMAP, third, bits, name))
    return found


def place(
    entries: Sequence[Entry],
    room: int,
    take: Callable[[int], records.Runs],
    removed: Sequence[Entry] = (),
    *,
    in_blocks: bool = False,
) -> Placed:
    """Cut an index so that it takes `room` bytes of a record at most, and take clusters for the rest.

    Args:
        entries: sorted.
        room: in bytes; not less than ROOM_NEEDED.
        take: gives clusters for a number of bytes.
        removed: names that were deleted from it, sorted.
        in_blocks: take a block even if the record has room for all.
    """
    index = cut(entries, room - _ROOT_HEAD)
    if not index.blocks and not (entries and in_blocks):
        return Placed(index, (), ())
    root = _END_WITH_CHILD if in_blocks and not index.blocks else room - _ROOT_HEAD - 2 * _OUTSIDE
    index = _after_removal(cut(entries, root), removed)
    bits = len(bitmap(index))
    return Placed(index, take(index.size), take(bits) if bits > _RESIDENT_BITMAP else ())


def _root_value(index: Index, form: Form, cluster_size: int) -> bytes:
    body = index.root.packed(_unit(cluster_size))
    per_block = BLOCK_SIZE // cluster_size if cluster_size <= BLOCK_SIZE else BLOCK_SIZE // 512
    size = 16 + len(body)
    head = struct.pack("<IIIB3x", form.indexed, form.collation, BLOCK_SIZE, per_block)
    return head + struct.pack("<IIII", 16, size, size, 1 if index.root.children else 0) + body


def blocks(index: Index, cluster_size: int) -> Iterator[bytes]:
    """The blocks of $INDEX_ALLOCATION, in order."""
    unit = _unit(cluster_size)
    for number, node in enumerate(index.blocks):
        body = node.packed(unit)
        block = bytearray(BLOCK_SIZE)
        struct.pack_into("<4sHHQQ", block, 0, b"INDX", 0x28, BLOCK_SIZE // 512 + 1, 0, number * unit)
        used = _ENTRIES_AT - 24 + len(body)
        struct.pack_into("<IIII", block, 24, _ENTRIES_AT - 24, used, BLOCK_SIZE - 24, 1 if node.children else 0)
        block[_ENTRIES_AT : _ENTRIES_AT + len(body)] = body
        if node.removed:
            block[_ENTRIES_AT:] = _with_remains(node)
        yield records.protected(block)


def bitmap(index: Index) -> bytes:
    """Which blocks are in use: all, in a number of bytes that is a multiple of 8."""
    return ((1 << len(index.blocks)) - 1).to_bytes(-(-len(index.blocks) // 64) * 8, "little")


def _after_removal(index: Index, removed: Sequence[Entry]) -> Index:
    """Say of each leaf which names were deleted from it, as far as they had room there beside the others."""
    leaves = [list[Entry]() for node in index.blocks if not node.children]
    firsts = [_collated(node.entries[0]) for node in index.blocks if not node.children] if removed else []
    for entry in removed:
        leaves[max(bisect_right(firsts, _collated(entry)) - 1, 0)].append(entry)
    changed = []
    for node, gone in zip(index.blocks, leaves, strict=False):  # the leaves come first
        keys, room, kept = [_collated(entry) for entry in node.entries] if gone else [], _ROOM - node.size(), []
        for entry in gone:
            if entry.size <= room:
                room -= entry.size
                kept.append((bisect_right(keys, _collated(entry)), entry))
        changed.append(replace(node, removed=tuple(kept)))
    return Index(index.root, (*changed, *index.blocks[len(changed) :]))


def _with_remains(node: _Node) -> bytes:
    """The entries of a leaf as Windows leaves them: to delete one it moves those behind it, and wipes nothing."""
    parts = [entry.packed() for entry in node.entries]
    for before, entry in reversed(node.removed):
        parts.insert(before, entry.packed())
    block = bytearray(b"".join(parts) + _end(None))
    used = len(block)
    gaps = [sum(entry.size for entry in node.entries[:before]) for before, _ in node.removed]
    for at, (_, entry) in zip(gaps, node.removed, strict=True):
        block[at : used - entry.size] = block[at + entry.size : used]
        used -= entry.size
    return bytes(block.ljust(_ROOM, b"\0"))


def _collated(entry: Entry) -> bytes:
    """By what a name sorts in a folder."""
    return collation_key(entry.key[_NAME_AT:].decode("utf-16-le", "surrogatepass"))


def _nodes(level: _Node) -> Iterator[tuple[_Node, Entry | None]]:
    """Cut a level into nodes, and give with each the entry that goes up, to stand between it and the next."""
    step = 8 if level.children else 0
    start = 0
    while True:
        end, size = start, 16 + step
        while end < len(level.entries) and size + level.entries[end].size + step <= _FILL:
            size += level.entries[end].size + step
            end += 1
        if end + 1 >= len(level.entries):  # what is left would leave the next node empty
            end = len(level.entries)
        children = level.children[start : end + 1] if level.children else ()
        node = _Node(level.entries[start:end], children)
        if end == len(level.entries):
            yield node, None
            return
        yield node, level.entries[end]
        start = end + 1


def _end(child: int | None) -> bytes:
    if child is None:
        return struct.pack("<8xHHHH", 16, 0, _LAST, 0)
    return struct.pack("<8xHHHHQ", 24, 0, _LAST | _HAS_CHILD, 0, child)


def _unit(cluster_size: int) -> int:
    """Blocks are counted in clusters, or in sectors where a cluster is larger than a block."""
    return BLOCK_SIZE // (cluster_size if cluster_size <= BLOCK_SIZE else 512)
