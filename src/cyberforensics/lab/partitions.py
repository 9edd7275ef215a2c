"""Partition tables: which volume lies where on a disk.

Layout: UEFI specification 2.10, chapter 5 (GPT, and the MBR of 5.2). An MBR here has up to four primary partitions, a
GPT up to 128. Sectors have 512 bytes, and partitions begin at multiples of 1 MiB, as all systems do it since 2008.
"""

import hashlib
import struct
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO, Literal

from cyberforensics.lab.plan import CannotHold, NoRoom, PlannedVolume

Scheme = Literal["mbr", "gpt"]

SECTOR = 512
ALIGNMENT = 1 << 20
_ENTRIES = 128
MOST: Mapping[Scheme, int] = MappingProxyType({"mbr": 4, "gpt": _ENTRIES})
"""Partitions that a table has room for."""
_ENTRY = 128  # bytes
_TABLE = _ENTRIES * _ENTRY // SECTOR  # sectors
_RESERVED = {
    "mbr": 1,
    "gpt": _TABLE + 2,
}  # sectors that nothing else may have: at the beginning; of GPT less one at the end
_LARGEST_MBR = 1 << 32  # sectors
_LONGEST_NAME = 36  # UTF-16 code units

_MBR_TYPES: Mapping[str, int] = MappingProxyType(
    {"fat12": 0x01, "fat16": 0x0E, "fat32": 0x0C, "exfat": 0x07, "ntfs": 0x07, "ext4": 0x83, "iso9660": 0x83}
)
_BASIC_DATA = uuid.UUID("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7")
_LINUX = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition, in the order of the table."""

    offset: int
    """In bytes from the start of the disk."""
    size: int
    """In bytes, a multiple of 512."""
    file_system: str
    """As in `PlannedVolume`: the type is made of it."""
    name: str = ""
    """GPT only."""


def arranged(volumes: Sequence[PlannedVolume], gaps: Sequence[int] = ()) -> tuple[Partition, ...]:
    """Partitions for volumes, one behind the other.

    Args:
        gaps: bytes to leave free before each volume, beside what alignment leaves.
    """
    partitions = []
    end = ALIGNMENT
    for index, volume in enumerate(volumes):
        start = end + (gaps[index] if index < len(gaps) else 0)
        start = -(-start // ALIGNMENT) * ALIGNMENT
        partitions.append(Partition(start, volume.size, volume.file_system, volume.label))
        end = start + volume.size
    return tuple(partitions)


def least_size(partitions: Sequence[Partition]) -> int:
    """Bytes of the smallest disk that holds the partitions under either scheme, in whole MiB."""
    end = max((one.offset + one.size for one in partitions), default=ALIGNMENT)
    return -(-(end + (_TABLE + 1) * SECTOR) // ALIGNMENT) * ALIGNMENT


def write_table(out: BinaryIO, scheme: Scheme, size: int, partitions: Sequence[Partition], serial: int) -> None:
    """Write the table of a disk that begins where the file begins; what lies between partitions is left alone.

    Args:
        size: of the disk, in bytes.
        serial: what identifiers are made of.

    Raises:
        NoRoom: a partition reaches over the end of the disk.
        CannotHold: partitions overlap each other or the table, or the table has no room for one.
    """
    _check(scheme, size, partitions)
    sectors = size // SECTOR
    if scheme == "mbr":
        slots = [_slot(_MBR_TYPES[one.file_system], one.offset // SECTOR, one.size // SECTOR) for one in partitions]
        signature = int.from_bytes(_digest(serial, "disk")[:4], "little")
        pieces = {0: _mbr(slots, signature)}
    else:
        pieces = _gpt(sectors, partitions, serial)
    for sector, data in pieces.items():
        out.seek(sector * SECTOR)
        out.write(data)


def _check(scheme: Scheme, size: int, partitions: Sequence[Partition]) -> None:
    most = MOST[scheme]
    if len(partitions) > most:
        raise CannotHold(f"{len(partitions)} partitions, and the {scheme.upper()} has room for {most}")
    if scheme == "mbr" and size // SECTOR > _LARGEST_MBR:
        raise CannotHold("an MBR reaches over 2 TiB; take a GPT")
    last = size - (0 if scheme == "mbr" else (_TABLE + 1) * SECTOR)
    end = _RESERVED[scheme] * SECTOR
    for number, one in sorted(enumerate(partitions, 1), key=lambda numbered: numbered[1].offset):
        if one.offset % SECTOR or one.size % SECTOR or not one.size:
            raise CannotHold(f"partition {number}: it begins or ends within a sector, or is empty")
        if one.offset < end:
            raise CannotHold(f"partition {number}: it begins at {one.offset}, where something else ends at {end}")
        end = one.offset + one.size
        if end > last:
            raise NoRoom(f"partition {number}: the disk is {end - last} bytes too small for it")
        if len(one.name.encode("utf-16-le")) // 2 > _LONGEST_NAME:
            raise CannotHold(f"partition {number}: its name has more than {_LONGEST_NAME} letters")


def _slot(kind: int, first: int, sectors: int) -> bytes:
    """One slot of an MBR; cylinders and heads say that only the sector number counts."""
    return struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", kind, b"\xfe\xff\xff", first, min(sectors, 0xFFFFFFFF))


def _mbr(slots: Sequence[bytes], signature: int) -> bytes:
    return bytes(440) + struct.pack("<IH", signature, 0) + b"".join(slots).ljust(64, b"\0") + b"\x55\xaa"


def _gpt(sectors: int, partitions: Sequence[Partition], serial: int) -> dict[int, bytes]:
    entries = bytearray(_ENTRIES * _ENTRY)
    for index, one in enumerate(partitions):
        kind = _LINUX if one.file_system == "ext4" else _BASIC_DATA
        unique, first = _guid(serial, f"partition {index}"), one.offset // SECTOR
        last, name = first + one.size // SECTOR - 1, one.name.encode("utf-16-le")
        struct.pack_into("<16s16sQQQ72s", entries, _ENTRY * index, kind.bytes_le, unique, first, last, 0, name)
    end, disk = sectors - 1, _guid(serial, "disk")

    def header(here: int, other: int, table: int) -> bytes:
        body = struct.pack(
            "<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, here, other, _TABLE + 2, end - _TABLE - 1, disk,
            table, _ENTRIES, _ENTRY, zlib.crc32(entries)
        )  # fmt: skip
        return (body[:16] + struct.pack("<I", zlib.crc32(body)) + body[20:]).ljust(SECTOR, b"\0")

    protective = struct.pack("<B3sB3sII", 0, b"\x00\x02\x00", 0xEE, b"\xff\xff\xff", 1, min(end, 0xFFFFFFFF))
    return {
        0: _mbr([protective], 0),
        1: header(1, end, 2),
        2: bytes(entries),
        end - _TABLE: bytes(entries),
        end: header(end, 1, end - _TABLE),
    }


def _digest(serial: int, of: str) -> bytes:
    return hashlib.sha256(f"{of} {serial}".encode()).digest()


def _guid(serial: int, of: str) -> bytes:
    return uuid.UUID(bytes=_digest(serial, of)[:16], version=4).bytes_le
