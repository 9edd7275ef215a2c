"""Partition tables made by hand, for the tests."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

LINUX = "0fc63daf-8483-4772-8e79-3d69d8477de4"
RESERVED = "e3c9e316-0b5c-4db8-817d-f92df00215ae"


def mbr(slots: Sequence[tuple[int, int, int]]) -> bytes:
    """The sector of a table with (type, start, count) in each slot."""
    table = b"".join(struct.pack("<B3xB3xII", 0, *slot) for slot in slots)
    return bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa"


def gpt(
    media_size: int, slots: Sequence[tuple[str, int, int, str] | None], *, sector: int = 512, count: int = 128
) -> dict[int, bytes]:
    """What stands where: the protective MBR and both copies of a GPT with (type, first, last, name) in its slots."""
    sectors = media_size // sector
    entries = b""
    for number, slot in enumerate(slots):
        if slot is None:
            entries += bytes(128)
            continue
        kind, first, last, name = slot
        entries += UUID(kind).bytes_le + UUID(int=number + 1).bytes_le
        entries += struct.pack("<QQQ", first, last, 0) + name.encode("utf-16-le").ljust(72, b"\0")
    entries = entries.ljust(count * 128, b"\0")
    length = -(-len(entries) // sector)

    def header(lba: int, other: int, entries_at: int) -> bytes:
        def pack(crc: int) -> bytes:
            return struct.pack(
                "<8s4sIIIQQQQ16sQIII",
                b"EFI PART",
                b"\0\0\1\0",
                92,
                crc,
                0,
                lba,
                other,
                2 + length,
                sectors - 2 - length,
                UUID(int=7).bytes_le,
                entries_at,
                count,
                128,
                zlib.crc32(entries),
            )

        return pack(zlib.crc32(pack(0)))

    return {
        0: mbr([(0xEE, 1, min(sectors - 1, 0xFFFF_FFFF))]),
        sector: header(1, sectors - 1, 2),
        2 * sector: entries,
        (sectors - 1 - length) * sector: entries,
        (sectors - 1) * sector: header(sectors - 1, 1, sectors - 1 - length),
    }


def write(path: Path, size: int, *pieces: dict[int, bytes]) -> Path:
    """A sparse file of this size with the pieces in it."""
    with path.open("wb") as out:
        out.truncate(size)
        for placed in pieces:
            for offset, data in placed.items():
                out.seek(offset)
                out.write(data)
    return path
