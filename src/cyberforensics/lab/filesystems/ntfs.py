"""NTFS volumes, version 3.1, written without any program of the system.

What is written where is decided first (`ntfs_space`), so that nothing is written to a volume that is too small or
of a plan that can't be held. What a volume made here has not: records that go on in others, compressed, sparse and
encrypted streams, hard links, short names, a change journal and a log with something in it.
"""

from collections.abc import Iterator
from typing import BinaryIO

from cyberforensics.lab.filesystems import ntfs_index as indexes
from cyberforensics.lab.filesystems import ntfs_nodes as nodes
from cyberforensics.lab.filesystems import ntfs_records as records
from cyberforensics.lab.filesystems import ntfs_space as spaces
from cyberforensics.lab.filesystems import ntfs_system as system
from cyberforensics.lab.filesystems import ntfs_tree as trees
from cyberforensics.lab.filesystems.ntfs_records import Runs
from cyberforensics.lab.filesystems.ntfs_space import Space
from cyberforensics.lab.filesystems.ntfs_truth import placed_file, placed_root
from cyberforensics.lab.filesystems.ntfs_upcase import table
from cyberforensics.lab.plan import Content, PlacedFile, PlannedVolume

_BLOCK = 1 << 20


def write_ntfs(volume: PlannedVolume, out: BinaryIO) -> tuple[PlacedFile, ...]:
    """Write an NTFS volume: a `Writer` (see `cyberforensics.lab.plan`).

    The MFT lies in front, where it needs one run; contents follow in the order of the plan. A deleted file is a
    record that is no longer in use, with its sequence number raised, out of its folder's index, and with free
    clusters that nothing takes, unless it is overwritten: then the files that come next take them, or, where it
    has none, its record.

    Raises:
        CannotHold, NoRoom: see `cyberforensics.lab.plan.Writer`.
        ValueError: a content gives another number of bytes than it says.
    """
    space = spaces.place(volume)
    disk = _Disk(out, space.shape.cluster_size)
    mirror = [b""] * space.shape.mirrored
    placed: list[PlacedFile] = [placed_root(space.tree.root)] if space.tree.root else []

    def write_record(number: int, record: bytes) -> None:
        disk.write(space.record_place(number), record)
        if number < len(mirror):
            mirror[number] = record

    for index, node in enumerate(space.tree.nodes):
        values = _write_streams(disk, node, space.streams[index])
        found = nodes.attributes(
            node,
            space.parent(node),
            space.streams[index],
            values,
            space.shape.cluster_size,
            space.security.ids[node.planned.owner, node.is_folder],
        )
        if index in space.folders:
            found += _write_index(disk, space.folders[index])
        placed += placed_file(space, index, found)
        if index in space.tree.gone:
            continue
        flags = records.IS_DIRECTORY if node.is_folder else 0
        sequence = node.sequence + 1 if node.planned.deleted else node.sequence
        flags |= 0 if node.planned.deleted else records.IN_USE
        write_record(node.number, records.record(node.number, sequence, flags, found, node.planned.path))

    write_record(trees.ROOT, _root(disk, space))
    for file in space.own_files:
        write_record(file.number, file.record())
        for part in file.placed:
            _write_blocks(disk, part)
    _write_system(disk, space, b"".join(mirror))
    boot = system.boot_sector(volume, space.shape, space.system.mft[0][0], space.system.mirror[0][0])
    disk.write(0, boot)
    disk.write(volume.size - len(boot), boot)
    return tuple(placed)


class _Disk:
    """The file that the volume is written into, from where it stood."""

    def __init__(self, out: BinaryIO, cluster_size: int) -> None:
        self._out = out
        self._start = out.tell()
        self.cluster_size = cluster_size

    def write(self, at: int, data: bytes) -> None:
        """Write bytes at a place of the volume."""
        self._out.seek(self._start + at)
        self._out.write(data)

    def fill(self, runs: Runs, blocks: Iterator[bytes]) -> int:
        """Write bytes into clusters, with zeros up to the end of the last one; return how many bytes there were."""
        total, rest = 0, b""
        for start, length in runs:
            room = length * self.cluster_size
            self._out.seek(self._start + start * self.cluster_size)
            while room:
                piece = rest or next(blocks, b"")
                if not piece:
                    break
                now, rest = piece[:room], piece[room:]
                self._out.write(now)
                total += len(now)
                room -= len(now)
            self._out.write(bytes(room % self.cluster_size))
        return total + len(rest) + sum(map(len, blocks))


def _write_streams(disk: _Disk, node: trees.Node, runs: tuple[Runs, ...]) -> list[bytes]:
    """Write what lies in clusters; return what resident streams hold, and nothing for the others."""
    values = []
    for stream, placed in zip(node.streams, runs, strict=True):
        slack = node.planned.slack if not stream.name else b""
        if stream.is_resident:
            value = b"".join(stream.content.blocks())
            total = len(value)
        else:
            value = b""
            total = disk.fill(placed, _and(stream.content, slack)) - len(slack)
        if total != stream.content.size:
            raise ValueError(f"{node.planned.path}: its content gave {total} bytes, not {stream.content.size}")
        values.append(value)
    return values


def _and(content: Content, slack: bytes) -> Iterator[bytes]:
    yield from (block for block in content.blocks() if block)
    if slack:
        yield slack


def _write_index(disk: _Disk, placed: indexes.Placed) -> list[records.Attribute]:
    _write_blocks(disk, placed)
    return indexes.attributes(placed, indexes.FOLDER, disk.cluster_size)


def _write_blocks(disk: _Disk, placed: indexes.Placed) -> None:
    if placed.blocks:
        disk.fill(placed.blocks, indexes.blocks(placed.index, disk.cluster_size))
    if placed.bitmap:
        disk.fill(placed.bitmap, iter((indexes.bitmap(placed.index),)))


def _root(disk: _Disk, space: Space) -> bytes:
    """The record of the root folder, which is its own folder."""
    owner = space.tree.root.owner if space.tree.root else 0
    found = nodes.root_attributes(space.volume, space.tree.root, space.security.ids[owner, True])
    found += _write_index(disk, space.folders[None])
    return records.record(trees.ROOT, trees.ROOT, records.IN_USE | records.IS_DIRECTORY, found, "/")


def _write_system(disk: _Disk, space: Space, mirror: bytes) -> None:
    own = space.system
    log = system.log_size(space.volume)
    disk.fill(own.mirror, iter((mirror,)))
    disk.fill(own.log, (b"\xff" * min(_BLOCK, log - at) for at in range(0, log, _BLOCK)))
    disk.fill(own.definitions, iter((system.attribute_definitions(),)))
    disk.fill(own.capitals, iter((table(),)))
    disk.fill(own.descriptors, iter((space.security.stream,)))
    disk.fill(own.bitmap, iter((space.bitmap,)))
    disk.fill(own.mft_bitmap, iter((_records_in_use(space),)))


def _records_in_use(space: Space) -> bytes:
    bits = bytearray(-(-space.record_count // 64) * 8)
    used = [file.number for file in space.own_files if file.flags & records.IN_USE]
    used += [node.number for node in space.tree.nodes if not node.planned.deleted]
    for number in (trees.ROOT, *used):
        bits[number // 8] |= 1 << number % 8
    return bytes(bits)
