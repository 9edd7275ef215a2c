"""ext4 volumes, with deleted entries as the kernel leaves them.

Layout: https://docs.kernel.org/filesystems/ext4/. Without journal, metadata checksums and hashed folders (ext4_super).

**Deleted**: the kernel frees the inode with size 0 and an empty extent tree, so nothing leads from the name to the
content any more, though the content stays where it lay (`runs`); it is never `content_readable`. The time of deletion
is that of `Stamps.changed`, in whole seconds: the kernel sets both. The names in a deleted folder are out of reach:
their inodes are orphans.
"""

from typing import BinaryIO

from cyberforensics.lab.filesystems.ext4_folder import KINDS, Entry, laid_out, packed
from cyberforensics.lab.filesystems.ext4_inode import (
    FAST_LINK,
    FILE,
    FOLDER,
    LINK,
    extent_tree,
    inode,
    leaves_needed,
)
from cyberforensics.lab.filesystems.ext4_shape import FIRST_INODE, ROOT, Ext4Shape, shape_of
from cyberforensics.lab.filesystems.ext4_super import put_groups
from cyberforensics.lab.filesystems.moments import SECOND, clock, utc_time
from cyberforensics.lab.filesystems.room import Room, byte_runs, close, put_content
from cyberforensics.lab.filesystems.tree import Node, Run, in_plan, tree, with_root
from cyberforensics.lab.plan import CannotHold, NameState, PlacedFile, PlannedFile, PlannedVolume, Stamps, StoredTime

_LONGEST_NAME = 255  # bytes
_MOST_LINKS = 65000  # more become 1: dir_nlink
_YEARS_OF_DELETION = (1971, 2105)  # 32 bits without a sign; small numbers are links of the orphan list
_LINK_IN_INODE = 40  # offset of the blocks' place in an inode


def write_ext4(volume: PlannedVolume, out: BinaryIO) -> tuple[PlacedFile, ...]:
    """Write an ext4 volume. See `Writer`."""
    base = out.tell()
    shape = shape_of(volume)
    root = tree(volume, links=True)
    nodes = in_plan(root, volume)
    made = Stamps(volume.formatted, volume.formatted, volume.formatted, volume.formatted)
    lost_and_found = Node(PlannedFile("/lost+found", "directory", made), "lost+found", root)
    if any(node.above is root and node.name == lost_and_found.name for node in nodes):
        raise CannotHold("/lost+found: every ext4 volume has one already")
    root.below.insert(0, lost_and_found)
    root.number = ROOT
    for number, node in enumerate([lost_and_found, *nodes], FIRST_INODE):
        node.number = number
    folders = [root, lost_and_found, *(node for node in nodes if node.is_folder)]
    room = Room(shape.block, shape.free())
    orphans: set[int] = set()
    for folder in folders:
        orphans |= _put_folder(out, base, shape, room, folder)
    leaves: dict[int, list[Run]] = {}
    for node in nodes:
        if not node.is_folder:
            leaves[node.number] = _place(shape, room, node)
    room.check(nodes)
    placed = [_put(out, base, shape, node, leaves.get(node.number, []), orphans) for node in nodes]
    for folder in (root, lost_and_found):
        _put_inode(out, base, shape, folder, FOLDER, [])
    there = [node for node in [root, lost_and_found, *nodes] if not node.planned.deleted]
    living = [run for node in there for run in [*node.runs, *leaves.get(node.number, [])]]
    numbers = [(number, False) for number in range(1, FIRST_INODE) if number != ROOT]
    numbers += [(node.number, node.is_folder) for node in there]
    put_groups(out, base, volume, shape, living, numbers)
    close(out, base, volume.size)
    return with_root(placed, volume, str(ROOT), _times(root.planned))


def _put_folder(out: BinaryIO, base: int, shape: Ext4Shape, room: Room, folder: Node) -> set[int]:
    """Write a folder's blocks; returns the inodes whose names no longer lead to them."""
    entries = []
    for node in folder.below:
        name = node.name.encode()
        if len(name) > _LONGEST_NAME:
            raise CannotHold(f"{node.planned.path}: a name of {len(name)} bytes, and {_LONGEST_NAME} is the longest")
        entries.append(Entry(node.number, name, KINDS[node.planned.kind], node.planned.deleted))
    above = folder.above.number if folder.above is not None else ROOT
    blocks, lost = laid_out(folder.number, above, entries, shape.block)
    folder.runs = room.take(len(blocks))
    if room.missing:
        return set()  # which is said when all of it is known
    places = (place for first, count in folder.runs for place in range(first, first + count))
    for place, block in zip(places, blocks, strict=True):
        out.seek(base + place * shape.block)
        out.write(packed(block, shape.block))
    return {node.number for node in folder.below} if folder.planned.deleted else lost


def _place(shape: Ext4Shape, room: Room, node: Node) -> list[Run]:
    """Give a file or link its blocks; returns those of its extents."""
    target = node.planned.link_target.encode()
    if node.planned.kind == "link":
        if not 0 < len(target) < shape.block:
            raise CannotHold(f"{node.planned.path}: a link needs a target of 1 to {shape.block - 1} bytes")
        node.runs = room.take(1) if len(target) >= FAST_LINK else []
        return []
    room.place(node)
    if node.planned.deleted:
        return []
    needed = leaves_needed(node.runs, shape.block, node.planned.path)
    return [(place, 1) for first, count in room.take(needed) for place in range(first, first + count)]


def _put(out: BinaryIO, base: int, shape: Ext4Shape, node: Node, leaves: list[Run], orphans: set[int]) -> PlacedFile:
    planned = node.planned
    runs, slack_at, size = byte_runs(node.runs, shape.block, 0, node.size), None, node.size
    if planned.kind == "link":
        target = planned.link_target.encode()
        size = len(target)
        runs = byte_runs(node.runs, shape.block, 0, size) or ((shape.inode_at(node.number) + _LINK_IN_INODE, size),)
        out.seek(base + runs[0][0])
        out.write(target)
    elif planned.kind == "file":
        slack_at = put_content(out, base, node, runs, shape.block)
    mode = {"file": FILE, "directory": FOLDER, "link": LINK}[planned.kind]
    _put_inode(out, base, shape, node, mode, leaves)
    state: NameState = "allocated"
    if planned.deleted:
        state = "orphan" if node.number in orphans else "deleted"
    times = _times(planned)
    readable = not planned.deleted
    return PlacedFile(planned.path, None, str(node.number), size, runs, slack_at, times, state, readable)


def _put_inode(out: BinaryIO, base: int, shape: Ext4Shape, node: Node, mode: int, leaves: list[Run]) -> None:
    planned = node.planned
    if planned.deleted:
        clock(planned.stamps.changed, planned.path, years=_YEARS_OF_DELETION)
    target = planned.link_target.encode()
    fast = planned.kind == "link" and len(target) < FAST_LINK
    runs = [] if planned.deleted else node.runs
    body, blocks = extent_tree(runs, [first for first, _ in leaves], shape.block)
    for place, data in blocks.items():
        out.seek(base + place * shape.block)
        out.write(data)
    taken = sum(count for _, count in [*runs, *leaves])
    size = taken * shape.block if node.is_folder else len(target) if planned.kind == "link" else node.size
    links = 2 + sum(below.is_folder and not below.planned.deleted for below in node.below) if node.is_folder else 1
    out.seek(base + shape.inode_at(node.number))
    out.write(
        inode(
            mode,
            0 if planned.deleted else size,
            0 if planned.deleted else links if links < _MOST_LINKS else 1,
            planned.stamps,
            planned.path,
            target.ljust(FAST_LINK, b"\0") if fast else body,
            sectors=taken * shape.block // 512,
            owner=planned.owner,
            deleted=planned.stamps.changed // SECOND if planned.deleted else 0,
            extents=not fast,
        )
    )


def _times(planned: PlannedFile) -> tuple[StoredTime, ...]:
    stamps = planned.stamps
    times = (
        utc_time("modified", stamps.modified, 1),
        utc_time("accessed", stamps.accessed, 1),
        utc_time("changed", stamps.changed, 1),
        utc_time("created", stamps.created, 1),
    )
    return (*times, utc_time("deleted", stamps.changed, SECOND)) if planned.deleted else times
