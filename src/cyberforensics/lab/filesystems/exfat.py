"""exFAT volumes, as Windows leaves them.

Layout: Microsoft exFAT file system specification. Times are local ones with their offset from UTC beside them: creation
and last writing to 10 ms, last access to 2 s. What is in one piece has no chain in the FAT.

A deleted name keeps its slots with the in-use bit cleared, and its clusters are freed in the bitmap.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from cyberforensics.lab.filesystems.exfat_entries import (
    ARCHIVE,
    FOLDER,
    HIDDEN,
    SLOT,
    checksum32,
    deleted,
    entry_set,
    folded,
    slots_of,
    upcase_table,
    upcase_units,
)
from cyberforensics.lab.filesystems.fat_names import check_name
from cyberforensics.lab.filesystems.fat_tables import links
from cyberforensics.lab.filesystems.moments import SECOND, TEN_MS, offset_time
from cyberforensics.lab.filesystems.room import Room, byte_runs, close, first_fresh, mark, put_content
from cyberforensics.lab.filesystems.tree import Node, Run, in_plan, tree, with_root
from cyberforensics.lab.plan import CannotHold, NameState, NoRoom, PlacedFile, PlannedVolume

_SECTOR = 512
_FAT_AT = 128  # sectors
_BOOT = 12  # sectors of a boot region
_LEAST = 1 << 20  # bytes: by the specification
_END = 0xFFFFFFFF
_ROOT_ADDRESS = 2
_FIRST_ADDRESS = 3  # The Sleuth Kit counts slots from cluster 2, and begins with this
_LONGEST_LABEL = 11
_LARGEST_FOLDER = 256 << 20
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class _Shape:
    cluster: int
    """Bytes."""
    fat: int
    """Sectors."""
    heap: int
    """Sectors before cluster 2."""
    clusters: int


def write_exfat(volume: PlannedVolume, out: BinaryIO) -> tuple[PlacedFile, ...]:
    """Write an exFAT volume. See `Writer`."""
    base = out.tell()
    shape = _shape_of(volume)
    label = volume.label.encode("utf-16-le")
    if len(label) > 2 * _LONGEST_LABEL:
        raise CannotHold(f"label {volume.label!r}: exFAT has room for {_LONGEST_LABEL} letters")
    root = tree(volume, fold=folded)
    nodes = in_plan(root, volume)
    room = Room(shape.cluster, first_fresh(shape.clusters, 2))
    bitmap_size, table = -(-shape.clusters // 8), upcase_table(upcase_units())
    bitmap = room.take(-(-bitmap_size // shape.cluster))
    upcase = room.take(-(-len(table) // shape.cluster))
    folders = [root, *(node for node in nodes if node.is_folder)]
    for folder in folders:
        _place_folder(shape, room, folder)
    for node in nodes:
        if not node.is_folder:
            room.place(node)
    room.check(nodes)
    head = struct.pack("<BB22s8x", 0x83, len(label) // 2, label)
    head += struct.pack("<BB18xIQ", 0x81, 0, bitmap[0][0], bitmap_size)
    head += struct.pack("<B3xI12xIQ", 0x82, checksum32(table), upcase[0][0], len(table))
    for folder in folders:
        _put_folder(out, base, volume, shape, folder, head if folder is root else b"")
    _seek(out, base, shape, upcase[0][0])
    out.write(table)
    placed = [_put(out, base, shape, node) for node in nodes]
    living = [bitmap, upcase, *(node.runs for node in [root, *nodes] if not node.planned.deleted)]
    used = bytearray(bitmap_size)
    for first, count in (run for runs in living for run in runs):
        mark(used, first - 2, count)
    _seek(out, base, shape, bitmap[0][0])
    out.write(used)
    chained = [node.runs for node in nodes if _has_chain(node) and not node.planned.deleted]
    _put_table(out, base, [bitmap, upcase, root.runs, *chained])
    share = sum(count for runs in living for _, count in runs) * 100 // shape.clusters
    _put_boot(out, base, volume, shape, root.runs[0][0], share)
    close(out, base, volume.size)
    return with_root(placed, volume, str(_ROOT_ADDRESS))


def _shape_of(volume: PlannedVolume) -> _Shape:
    cluster = volume.cluster_size
    if cluster is None:
        cluster = 4096 if volume.size <= 256 * _MIB else 32768 if volume.size <= 32768 * _MIB else 131072
    if cluster not in {_SECTOR << power for power in range(17)}:
        raise CannotHold(f"clusters of {cluster} bytes: exFAT has 512 to 33554432, each twice the one before")
    if volume.size < _LEAST:
        raise NoRoom(f"the volume is too small: exFAT begins at {_LEAST} bytes, {_LEAST - volume.size} more")
    sectors, per_cluster = volume.size // _SECTOR, cluster // _SECTOR
    fat = -(-(sectors // per_cluster + 2) * 4 // _SECTOR)
    heap = -(-(_FAT_AT + fat) // per_cluster) * per_cluster
    clusters = (sectors - heap) // per_cluster
    if clusters < 1:
        raise NoRoom(f"the volume is too small for clusters of {cluster} bytes")
    return _Shape(cluster, fat, heap, clusters)


def _place_folder(shape: _Shape, room: Room, folder: Node) -> None:
    """Give a folder its clusters, and each name in it the address of its first slot, as The Sleuth Kit counts."""
    slots = 3 if folder.above is None else 0
    before = []
    for node in folder.below:
        before.append(slots)
        slots += slots_of(check_name(node.name, node.planned.path))
    if slots * SLOT > _LARGEST_FOLDER:
        raise CannotHold(f"{folder.planned.path}: its names take more than {_LARGEST_FOLDER} bytes")
    folder.runs = room.take(max(1, -(-slots * SLOT // shape.cluster)))
    if not folder.runs:
        return  # there is no room, which is said when all of it is known
    start = (folder.runs[0][0] - 2) * shape.cluster // SLOT + _FIRST_ADDRESS
    for node, index in zip(folder.below, before, strict=True):
        node.number = start + index


def _put_folder(out: BinaryIO, base: int, volume: PlannedVolume, shape: _Shape, folder: Node, head: bytes) -> None:
    slots = bytearray(head)
    for node in folder.below:
        planned = node.planned
        attributes = (FOLDER if node.is_folder else ARCHIVE) | (HIDDEN if planned.hidden else 0)
        size = sum(count for _, count in node.runs) * shape.cluster if node.is_folder else node.size
        first = node.runs[0][0] if node.runs else 0
        entries = entry_set(
            node.name, attributes, planned.stamps, planned.path, volume.utc_offset, first=first, size=size,
            chained=_has_chain(node),
        )  # fmt: skip
        slots += deleted(entries) if planned.deleted else entries
    _seek(out, base, shape, folder.runs[0][0])
    out.write(slots)


def _has_chain(node: Node) -> bool:
    """Whether the FAT lists the clusters.

    A folder of several clusters needs none in one piece, but libfsfat (20260826) then reads its first cluster alone.
    """
    if node.is_folder:
        return not node.planned.deleted and sum(count for _, count in node.runs) > 1
    return len(node.runs) > 1


def _put(out: BinaryIO, base: int, shape: _Shape, node: Node) -> PlacedFile:
    planned = node.planned
    runs = byte_runs(node.runs, shape.cluster, shape.heap * _SECTOR, node.size, first=2)
    slack_at = put_content(out, base, node, runs, shape.cluster)
    times = (
        offset_time("modified", planned.stamps.modified, TEN_MS),
        offset_time("accessed", planned.stamps.accessed, 2 * SECOND),
        offset_time("created", planned.stamps.created, TEN_MS),
    )
    state: NameState = "deleted" if planned.deleted else "allocated"
    return PlacedFile(
        planned.path, None, str(node.number), node.size, runs, slack_at, times, state, not planned.overwritten
    )


def _seek(out: BinaryIO, base: int, shape: _Shape, cluster: int) -> None:
    out.seek(base + shape.heap * _SECTOR + (cluster - 2) * shape.cluster)


def _put_table(out: BinaryIO, base: int, chains: list[list[Run]]) -> None:
    start = base + _FAT_AT * _SECTOR
    out.seek(start)
    out.write(struct.pack("<II", 0xFFFFFFF8, _END))
    for runs in chains:
        for first, piece in links(runs, _END):
            out.seek(start + first * 4)
            out.write(struct.pack(f"<{len(piece)}I", *piece))


def _put_boot(out: BinaryIO, base: int, volume: PlannedVolume, shape: _Shape, root: int, share: int) -> None:
    power = (shape.cluster // _SECTOR).bit_length() - 1
    boot = b"\xeb\x76\x90EXFAT   " + bytes(53) + struct.pack(
        "<QQIIIIIIHHBBBBB7x", base // _SECTOR, volume.size // _SECTOR, _FAT_AT, shape.fat, shape.heap, shape.clusters,
        root, volume.serial & _END, 0x100, 0, 9, power, 1, 0x80, share
    )  # fmt: skip
    region = boot.ljust(510, b"\0") + b"\x55\xaa"
    region += (bytes(508) + b"\0\0\x55\xaa") * 8 + bytes(2 * _SECTOR)
    region += struct.pack("<I", checksum32(region, skip=(106, 107, 112))) * (_SECTOR // 4)
    out.seek(base)
    out.write(region * 2)
