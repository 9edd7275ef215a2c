"""The tables, the boot sector and the label of a FAT volume.

Layout: Microsoft FAT32 File System Specification 1.03, "Boot Sector and BPB", "FAT Data Structure", "FAT32 FSInfo".
"""

import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from cyberforensics.lab.filesystems.fat_names import SLOT
from cyberforensics.lab.filesystems.fat_shape import SECTOR, FatShape
from cyberforensics.lab.filesystems.tree import Run
from cyberforensics.lab.plan import CannotHold, PlannedVolume

_END = 0x0FFFFFFF
_PIECE = 1 << 16  # links in memory at once


def put_tables(out: BinaryIO, base: int, shape: FatShape, chains: list[list[Run]]) -> None:
    """Write both tables; what no chain names stays free."""
    for copy in range(2):
        start = base + (shape.reserved + copy * shape.table) * SECTOR
        if shape.bits == 12:  # of a few thousand clusters: it is made as a whole
            values = [0xFF8, 0xFFF] + [0] * (shape.clusters + shape.clusters % 2)
            for runs in chains:
                for first, piece in links(runs, _END):
                    values[first : first + len(piece)] = [value & 0xFFF for value in piece]
            pairs = zip(values[::2], values[1::2], strict=True)
            out.seek(start)
            packed = b"".join((low | high << 12).to_bytes(3, "little") for low, high in pairs)
            out.write(packed[: shape.table * SECTOR])
            continue
        width, letter = (2, "H") if shape.bits == 16 else (4, "I")
        mask = 0xFFFF if shape.bits == 16 else _END
        out.seek(start)
        out.write(struct.pack(f"<2{letter}", 0x0FFFFFF8 & mask, mask))
        for runs in chains:
            for first, piece in links(runs, _END):
                out.seek(start + first * width)
                out.write(struct.pack(f"<{len(piece)}{letter}", *piece[:-1], piece[-1] & mask))


def links(runs: Sequence[Run], end: int) -> Iterator[tuple[int, list[int]]]:
    """What stands in the table from which cluster on, a bounded number at once."""
    for index, (first, count) in enumerate(runs):
        after = runs[index + 1][0] if index + 1 < len(runs) else end
        for start in range(first, first + count, _PIECE):
            stop = min(start + _PIECE, first + count)
            last = after if stop == first + count else stop
            yield start, [*range(start + 1, stop), last]


def put_boot(
    out: BinaryIO, base: int, volume: PlannedVolume, shape: FatShape, label: bytes, used: int, next_free: int
) -> None:
    """Write the boot sector; of FAT32 also its copy and the sector that counts free clusters."""
    small = shape.sectors if shape.sectors < 0x10000 and shape.bits != 32 else 0
    boot = b"\xeb\x58\x90" if shape.bits == 32 else b"\xeb\x3c\x90"
    boot += b"MSDOS5.0" + struct.pack(
        "<HBHBHHBHHHII", SECTOR, shape.per_cluster, shape.reserved, 2, shape.root * SECTOR // SLOT, small, 0xF8,
        0 if shape.bits == 32 else shape.table, 63, 255, base // SECTOR, 0 if small else shape.sectors
    )  # fmt: skip
    if shape.bits == 32:
        boot += struct.pack("<IHHIHH12x", shape.table, 0, 0, 2, 1, 6)
    kind = f"FAT{shape.bits}".encode().ljust(8)
    boot += struct.pack("<BBBI11s8s", 0x80, 0, 0x29, volume.serial & 0xFFFFFFFF, label, kind)
    boot = boot.ljust(510, b"\0") + b"\x55\xaa"
    sectors = {0: boot}
    if shape.bits == 32:
        information = b"RRaA".ljust(484, b"\0") + struct.pack("<4sII", b"rrAa", shape.clusters - used, next_free)
        information = information.ljust(510, b"\0") + b"\x55\xaa"
        sectors |= {1: information, 6: boot, 7: information}
    for sector, data in sectors.items():
        out.seek(base + sector * SECTOR)
        out.write(data)


def label_bytes(label: str) -> bytes:
    """Eleven bytes, in capitals, as all systems write them.

    Raises:
        CannotHold: it is longer, or has letters that a label can't have.
    """
    raw = label.upper().encode("ascii", "replace")
    if not raw or len(raw) > 11 or not label.isascii() or set(raw) & set(b'"*+,./:;<=>?[\\]|'):
        raise CannotHold(f"label {label!r}: FAT has room for 1 to 11 plain letters, digits, spaces and - or _")
    return raw.ljust(11)
