"""ISO 9660 images with Rock Ridge and Joliet, as a disc is written once: nothing is ever deleted from one.

Layout: ECMA-119; Joliet Specification 1995. Symbolic links stand in the primary tree alone. The time of a record is
that of the last writing; Rock Ridge has it again and three more, all to the second and with the offset from UTC.
Folders may lie deeper than the eight levels of ECMA-119, which readers of today take. The Sleuth Kit numbers records as
it reads them, so no address is known before.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from cyberforensics.lab.filesystems.iso9660_records import (
    FOLDER,
    HIDDEN,
    SECTOR,
    PrimaryNames,
    both16,
    both32,
    in_sectors,
    joliet_name,
    record,
    sectors_of,
    seven_bytes,
    seventeen_bytes,
)
from cyberforensics.lab.filesystems.iso9660_rock import Continuations, Use, room_for_use, use_of, use_of_dot
from cyberforensics.lab.filesystems.moments import SECOND, offset_time
from cyberforensics.lab.filesystems.room import Room, byte_runs, close, first_fresh, put_content
from cyberforensics.lab.filesystems.tree import Node, in_plan, tree, with_root
from cyberforensics.lab.plan import CannotHold, NoRoom, PlacedFile, PlannedVolume, StoredTime

_FIRST = 16  # sectors that the system has for itself
_DESCRIPTORS = 3
_MOST_FOLDERS = 0xFFFF
_LARGEST = 0xFFFFFFFF
_LONGEST_LABEL = 16  # of Joliet


@dataclass(slots=True)
class _Side:
    """One of the two trees over the same files."""

    wide: bool
    folders: list[Node] = field(default_factory=list)
    """In the order of the path table."""
    identifiers: dict[int, bytes] = field(default_factory=dict)
    below: dict[int, list[Node]] = field(default_factory=dict)
    """Of each folder, sorted as its records are."""
    uses: dict[int, Use] = field(default_factory=dict)
    dots: dict[int, tuple[Use, Use]] = field(default_factory=dict)
    extents: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Of each folder: first sector, sectors."""
    tables: tuple[int, int] = (0, 0)
    """First sector of the path table with the lower byte first, and of the other one."""

    @property
    def table_size(self) -> int:
        return sum(8 + len(name) + len(name) % 2 for name in map(self.identifier, self.folders))

    def identifier(self, folder: Node) -> bytes:
        return self.identifiers.get(id(folder), b"\0")


def write_iso9660(volume: PlannedVolume, out: BinaryIO) -> tuple[PlacedFile, ...]:
    """Write an ISO 9660 image. See `Writer`."""
    base, sectors = out.tell(), volume.size // SECTOR
    if volume.cluster_size not in (None, SECTOR):
        raise CannotHold(f"clusters of {volume.cluster_size} bytes: ISO 9660 has {SECTOR}")
    if not volume.label or len(volume.label.encode("utf-16-be")) > 2 * _LONGEST_LABEL:
        raise CannotHold(f"label {volume.label!r}: Joliet has room for 1 to {_LONGEST_LABEL} letters")
    root = tree(volume, links=True, deletes=False)
    nodes = in_plan(root, volume)
    continuations = Continuations()
    primary, joliet = _named(root, _primary_names), _named(root, _joliet_names, wide=True)
    _add_rock_ridge(primary, volume, continuations)
    end = _FIRST + _DESCRIPTORS
    for side in (primary, joliet):
        length = -(-side.table_size // SECTOR)
        side.tables = (end, end + length)
        end += 2 * length
    for side in (primary, joliet):
        end = _lay_out(side, end)
    area, end = end, end + -(-len(continuations.data) // SECTOR)
    if end > sectors:
        raise NoRoom(f"the volume is too small: its folders alone take {(end - sectors) * SECTOR} bytes more")
    room = Room(SECTOR, first_fresh(sectors - end, end))
    for node in nodes:
        if node.size > _LARGEST:
            raise CannotHold(f"{node.planned.path}: a record holds files of up to {_LARGEST} bytes")
        room.place(node)
    room.check(nodes)
    for side in (primary, joliet):
        _put_side(out, base, volume, side, area)
    out.seek(base + area * SECTOR)
    out.write(continuations.data)
    placed = [_put(out, base, node) for node in nodes]
    out.seek(base + _FIRST * SECTOR)
    out.write(_descriptor(volume, primary) + _descriptor(volume, joliet) + b"\xffCD001\x01".ljust(SECTOR, b"\0"))
    close(out, base, volume.size)
    return with_root(placed, volume, None, _times(root))


Naming = Callable[[Node], Iterator[tuple[Node, bytes, object]]]
"""Of each name in a folder that the tree has: the identifier, and what records are sorted by."""


def _primary_names(folder: Node) -> Iterator[tuple[Node, bytes, object]]:
    names = PrimaryNames()
    for node in folder.below:
        yield node, *names.give(node.name, is_folder=node.is_folder)


def _joliet_names(folder: Node) -> Iterator[tuple[Node, bytes, object]]:
    for node in folder.below:
        if node.planned.kind != "link":
            raw = joliet_name(node.name, node.planned.path)
            yield node, raw, raw


def _named(root: Node, naming: Naming, *, wide: bool = False) -> _Side:
    side = _Side(wide, [root])
    for folder in side.folders:  # grows on the way: level by level, as path tables are sorted
        named = sorted(naming(folder), key=lambda one: one[2])  # type: ignore[arg-type,return-value]
        side.below[id(folder)] = [node for node, _, _ in named]
        side.identifiers |= {id(node): identifier for node, identifier, _ in named}
        side.folders += [node for node, _, _ in named if node.is_folder]
    if len(side.folders) > _MOST_FOLDERS:
        raise CannotHold(f"/: a path table counts {_MOST_FOLDERS} folders, and there are {len(side.folders)}")
    return side


def _add_rock_ridge(side: _Side, volume: PlannedVolume, continuations: Continuations) -> None:
    for folder in side.folders:
        above = folder.above or folder
        own = use_of_dot(folder.planned.stamps, _links(folder), volume.utc_offset, is_root=folder.above is None)
        parent = use_of_dot(above.planned.stamps, _links(above), volume.utc_offset, is_root=False)
        side.dots[id(folder)] = (continuations.keep(own), parent)
        for node in side.below[id(folder)]:
            room = room_for_use(side.identifiers[id(node)])
            use = use_of(node.planned, _links(node), volume.utc_offset, room)
            side.uses[id(node)] = continuations.keep(use)


def _links(node: Node) -> int:
    return 2 + sum(below.is_folder for below in node.below) if node.is_folder else 1


def _lay_out(side: _Side, start: int) -> int:
    """Give each folder its sectors; returns the first one behind them."""
    for folder in side.folders:
        lengths = [len(one) for one in _records(side, folder, lambda _: bytes(7), 0)]
        count = sectors_of(lengths)
        side.extents[id(folder)] = (start, count)
        start += count
    return start


def _records(side: _Side, folder: Node, when_of: Callable[[Node], bytes], area: int) -> Iterator[bytes]:
    above = folder.above or folder
    dots = side.dots.get(id(folder))
    for number, one in enumerate((folder, above)):
        extent, count = side.extents.get(id(one), (0, 0))
        yield record(
            bytes((number,)), extent, count * SECTOR, when_of(one), FOLDER, dots[number].packed(area) if dots else b""
        )
    for node in side.below[id(folder)]:
        extent, size = node.runs[0][0] if node.runs else 0, node.size
        flags = HIDDEN if node.planned.hidden else 0
        if node.is_folder:
            extent, count = side.extents.get(id(node), (0, 0))
            size, flags = count * SECTOR, flags | FOLDER
        use = side.uses.get(id(node))
        identifier = side.identifiers[id(node)]
        yield record(identifier, extent, size, when_of(node), flags, use.packed(area) if use is not None else b"")


def _put_side(out: BinaryIO, base: int, volume: PlannedVolume, side: _Side, area: int) -> None:
    def when_of(node: Node) -> bytes:
        return seven_bytes(node.planned.stamps.modified, node.planned.path, volume.utc_offset)

    for folder in side.folders:
        out.seek(base + side.extents[id(folder)][0] * SECTOR)
        out.write(in_sectors(_records(side, folder, when_of, area)))
    numbers = {id(folder): number for number, folder in enumerate(side.folders, 1)}
    for place, order in zip(side.tables, "<>", strict=True):
        out.seek(base + place * SECTOR)
        for folder in side.folders:
            name, above = side.identifier(folder), numbers[id(folder.above or folder)]
            out.write(struct.pack(f"{order}BBIH", len(name), 0, side.extents[id(folder)][0], above))
            out.write(name + b"\0" * (len(name) % 2))


def _put(out: BinaryIO, base: int, node: Node) -> PlacedFile:
    runs = byte_runs(node.runs, SECTOR, 0, node.size)
    slack_at = put_content(out, base, node, runs, SECTOR)
    return PlacedFile(node.planned.path, None, None, node.size, runs, slack_at, _times(node), "allocated", True)


def _times(node: Node) -> tuple[StoredTime, ...]:
    stamps = node.planned.stamps
    return tuple(
        offset_time(meaning, at, SECOND)
        for meaning, at in (
            ("modified", stamps.modified),
            ("accessed", stamps.accessed),
            ("changed", stamps.changed),
            ("created", stamps.created),
            ("recorded", stamps.modified),
        )
    )


def _descriptor(volume: PlannedVolume, side: _Side) -> bytes:
    """A volume descriptor: the primary one, or the supplementary one of Joliet."""

    def text(value: str, length: int) -> bytes:
        if side.wide:
            whole = length // 2 * 2
            return (value.encode("utf-16-be") + b"\0 " * length)[:whole].ljust(length, b"\0")
        plain = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in value).upper()
        return plain.encode().ljust(length)

    root = side.folders[0]
    extent, count = side.extents[id(root)]
    made = seventeen_bytes(volume.formatted, volume.utc_offset)
    never = b"0" * 16 + b"\0"
    head = (b"\x02" if side.wide else b"\x01") + b"CD001\x01\0" + text("", 32) + text(volume.label, 32) + bytes(8)
    head += both32(volume.size // SECTOR) + (b"%/E" if side.wide else b"").ljust(32, b"\0")
    head += both16(1) + both16(1) + both16(SECTOR) + both32(side.table_size)
    head += struct.pack("<II", side.tables[0], 0) + struct.pack(">II", side.tables[1], 0)
    head += record(
        b"\0", extent, count * SECTOR, seven_bytes(root.planned.stamps.modified, "/", volume.utc_offset), FOLDER
    )
    head += text("", 128) * 4 + text("", 37) * 3 + made + made + never + never + b"\x01\0"
    return head.ljust(SECTOR, b"\0")
