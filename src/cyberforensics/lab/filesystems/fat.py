"""FAT12, FAT16 and FAT32 volumes, as Windows leaves them.

Layout: Microsoft FAT32 File System Specification 1.03. Times are readings of a local clock: creation to 10 ms, last
writing to 2 s, last access to the day.

A deleted name keeps its slots, each with 0xE5 as its first byte, and its chain is freed. Where no long name stands
beside a short one its first letter is gone. On FAT32 Windows clears the upper half of the first cluster as well, so
what is deleted gets the lowest clusters here; one that comes to lie above cluster 65535 can't be read any more. Of a
deleted folder a reader knows the first cluster alone: names further behind are orphans.
"""

import struct
from typing import BinaryIO

from cyberforensics.lab.filesystems.exfat_entries import folded
from cyberforensics.lab.filesystems.fat_names import (
    ARCHIVE,
    DIRECTORY,
    HIDDEN,
    LABEL,
    SLOT,
    ShortNames,
    check_name,
    long_slots,
)
from cyberforensics.lab.filesystems.fat_shape import SECTOR, Bits, FatShape, shape_of
from cyberforensics.lab.filesystems.fat_tables import label_bytes, put_boot, put_tables
from cyberforensics.lab.filesystems.moments import DAY, SECOND, TEN_MS, clock, local_time
from cyberforensics.lab.filesystems.room import Room, byte_runs, close, first_fresh, put_content
from cyberforensics.lab.filesystems.tree import Node, in_plan, tree, with_root
from cyberforensics.lab.plan import CannotHold, NameState, NoRoom, PlacedFile, PlannedVolume, Stamps, StoredTime

_YEARS = (1980, 2107)
_ROOT_ADDRESS = 2
_FIRST_ADDRESS = 3  # The Sleuth Kit counts slots from the root of FAT12/16, or from cluster 2, and begins with this
_MOST_DELETED = 0xFFFF
_LARGEST = 0xFFFFFFFF
_LARGEST_FOLDER = 0x200000 // SLOT  # slots: 2 MiB, by the specification


def write_fat12(volume: PlannedVolume, out: BinaryIO) -> tuple[PlacedFile, ...]:
    """Write a FAT12 volume. See `Writer`."""
    return _write(volume, out, 12)


def write_fat16(volume: PlannedVolume, out: BinaryIO) -> tuple[PlacedFile, ...]:
    """Write a FAT16 volume. See `Writer`."""
    return _write(volume, out, 16)


def write_fat32(volume: PlannedVolume, out: BinaryIO) -> tuple[PlacedFile, ...]:
    """Write a FAT32 volume. See `Writer`."""
    return _write(volume, out, 32)


def _write(volume: PlannedVolume, out: BinaryIO, bits: Bits) -> tuple[PlacedFile, ...]:
    base = out.tell()
    shape = shape_of(volume, bits)
    label = label_bytes(volume.label)
    root = tree(volume, fold=folded)
    nodes = in_plan(root, volume)
    folders = [root, *(node for node in nodes if node.is_folder)]
    named = {id(folder): _named(folder) for folder in folders}
    room = _place(shape, root, folders, nodes, named)
    places = {id(folder): _slot_places(shape, folder) for folder in folders}
    for folder in folders:
        _number(shape, folder, named, places)
    for folder in folders:
        _put_folder(out, base, volume, folder, label, named, places)
    placed = [_put(out, base, volume, shape, node, named) for node in nodes]
    files = [node for node in nodes if not node.is_folder]
    chains = [node.runs for node in [*folders, *files] if node.runs and not node.planned.deleted]
    put_tables(out, base, shape, chains)
    used = sum(count for runs in chains for _, count in runs)
    put_boot(out, base, volume, shape, label, used, room.next_fresh())
    close(out, base, volume.size)
    return with_root(placed, volume, str(_ROOT_ADDRESS))


Named = dict[int, dict[int, tuple[list[bytes], bytes]]]
"""Of each folder and each node in it: its long slots, its short name."""


def _named(folder: Node) -> dict[int, tuple[list[bytes], bytes]]:
    short_names = ShortNames()
    named = {}
    for node in folder.below:
        check_name(node.name, node.planned.path)
        if node.size > _LARGEST:
            raise CannotHold(f"{node.planned.path}: FAT holds files of up to {_LARGEST} bytes")
        short, needs_long = short_names.give(node.name, deleted=node.planned.deleted)
        named[id(node)] = (long_slots(node.name, short) if needs_long else [], short)
    return named


def _count_slots(folder: Node, named: Named) -> int:
    return (1 if folder.above is None else 2) + sum(len(slots) + 1 for slots, _ in named[id(folder)].values())


def _place(shape: FatShape, root: Node, folders: list[Node], nodes: list[Node], named: Named) -> Room:
    room = Room(shape.cluster, first_fresh(shape.clusters, 2))
    ordered = sorted(folders, key=lambda folder: (folder is not root, not folder.planned.deleted))
    for folder in ordered:
        slots = _count_slots(folder, named)
        if slots > _LARGEST_FOLDER:
            raise CannotHold(f"{folder.planned.path}: its names take {slots} slots of at most {_LARGEST_FOLDER}")
        if folder is not root or shape.bits == 32:
            folder.runs = room.take(-(-slots * SLOT // shape.cluster))
        elif slots * SLOT > shape.root * SECTOR:
            missing = slots - shape.root * SECTOR // SLOT
            raise NoRoom(f"the root of FAT{shape.bits} holds 512 slots, and its names take {missing} more")
    files = [node for node in nodes if not node.is_folder]
    for node in files:
        if node.planned.deleted and not node.planned.overwritten:
            room.place(node)
    for node in files:
        if not node.planned.deleted or node.planned.overwritten:
            room.place(node)
    room.check(nodes)
    return room


def _slot_places(shape: FatShape, folder: Node) -> list[tuple[int, int]]:
    if not folder.runs:
        return [(shape.root_at, shape.root * SECTOR)]
    length = sum(count for _, count in folder.runs) * shape.cluster
    return list(byte_runs(folder.runs, shape.cluster, shape.heap, length, first=2))


def _number(shape: FatShape, folder: Node, named: Named, places: dict[int, list[tuple[int, int]]]) -> None:
    """Give each name the address of its short slot, as The Sleuth Kit counts."""
    ((start, _),) = places[id(folder)]  # folders are placed before anything can be fragmented
    index = 1 if folder.above is None else 2
    for node in folder.below:
        index += len(named[id(folder)][id(node)][0])
        node.number = (start + index * SLOT - shape.root_at) // SLOT + _FIRST_ADDRESS
        index += 1


def _put_folder(
    out: BinaryIO,
    base: int,
    volume: PlannedVolume,
    folder: Node,
    label: bytes,
    named: Named,
    places: dict[int, list[tuple[int, int]]],
) -> None:
    slots = bytearray()
    if folder.above is None:
        made = Stamps(volume.formatted, volume.formatted, volume.formatted, volume.formatted)
        _, _, _, _, time, date = _packed(made, "/", volume.utc_offset)
        slots += label + struct.pack("<B10xHHHI", LABEL, time, date, 0, 0)
    else:
        up = folder.above.runs[0][0] if folder.above.above is not None else 0
        slots += _short(volume, folder, b".".ljust(11), DIRECTORY, folder.runs[0][0], 0)
        slots += _short(volume, folder, b"..".ljust(11), DIRECTORY, up, 0)
    for node in folder.below:
        long, short = named[id(folder)][id(node)]
        first = node.runs[0][0] if node.runs else 0
        attributes = (DIRECTORY if node.is_folder else ARCHIVE) | (HIDDEN if node.planned.hidden else 0)
        if node.planned.deleted:
            long = [b"\xe5" + slot[1:] for slot in long]
            short, first = b"\xe5" + short[1:], first & 0xFFFF
        slots += b"".join(long) + _short(volume, node, short, attributes, first, node.size)
    ((start, _),) = places[id(folder)]
    out.seek(base + start)
    out.write(slots)


def _short(volume: PlannedVolume, node: Node, name: bytes, attributes: int, cluster: int, size: int) -> bytes:
    tens, born_time, born_date, seen, time, date = _packed(node.planned.stamps, node.planned.path, volume.utc_offset)
    high, low = divmod(cluster, 0x10000)
    return name + struct.pack(
        "<BBBHHHHHHHI", attributes, 0, tens, born_time, born_date, seen, high, time, date, low, size
    )


def _packed(stamps: Stamps, path: str, offset: int) -> tuple[int, int, int, int, int, int]:
    born, last, seen = (clock(at, path, offset, _YEARS) for at in (stamps.created, stamps.modified, stamps.accessed))
    tens = born.second % 2 * 100 + stamps.created % SECOND // TEN_MS
    dates = [(shown.year - 1980) << 9 | shown.month << 5 | shown.day for shown in (born, last, seen)]
    times = [shown.hour << 11 | shown.minute << 5 | shown.second // 2 for shown in (born, last)]
    return tens, times[0], dates[0], dates[2], times[1], dates[1]


def _times(stamps: Stamps, offset: int) -> tuple[StoredTime, ...]:
    return (
        local_time("modified", stamps.modified, 2 * SECOND, offset),
        local_time("accessed", stamps.accessed, DAY, offset),
        local_time("created", stamps.created, TEN_MS, offset),
    )


def _put(out: BinaryIO, base: int, volume: PlannedVolume, shape: FatShape, node: Node, named: Named) -> PlacedFile:
    planned = node.planned
    runs = byte_runs(node.runs, shape.cluster, shape.heap, node.size, first=2)
    slack_at = put_content(out, base, node, runs, shape.cluster)
    state: NameState = "allocated"
    if planned.deleted:
        state = "deleted" if _found(shape, node, named) else "orphan"
    high = bool(node.runs) and planned.deleted and node.runs[0][0] > _MOST_DELETED
    return PlacedFile(
        planned.path,
        None,
        str(node.number),
        node.size,
        runs,
        slack_at,
        _times(planned.stamps, volume.utc_offset),
        state,
        content_readable=not planned.overwritten and not high,
    )


def _found(shape: FatShape, node: Node, named: Named) -> bool:
    """Whether the way down to a deleted name can be gone: through the first cluster of each deleted folder."""
    above = node.above
    while above is not None and above.planned.deleted:
        index = 2
        for other in above.below:
            index += len(named[id(above)][id(other)][0]) + 1
            if other is node:
                break
        if index * SLOT > shape.cluster or above.runs[0][0] > _MOST_DELETED:
            return False
        node, above = above, above.above
    return True
