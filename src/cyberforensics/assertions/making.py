"""Images that a validation makes: a damaged copy of an E01, and a disk with encrypted volumes. Same input, same bytes.

The layouts are read and written here from their published descriptions, with none of the product's readers, so that the
expected values do not come from the code under test.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Literal

_SECTION = struct.Struct("<16sQQ")  # libyal/libewf "Expert Witness Compression Format", 3.1: type, next, size
_SECTION_SIZE = 76
_TABLE = struct.Struct("<IIQ")  # 3.9: number of entries, padding, base offset; 24 bytes with padding and checksum
_TABLE_SIZE = 24
_FIRST_SECTION = 13
_CHUNK = 64 * 512  # of images that ewfacquire makes
_COMPRESSED = 1 << 31

DAMAGE_ORIGIN = (
    "made by this run: the bits of one byte of one compressed chunk were inverted; which chunk that is comes from the"
    " image's own table, read as libyal's description of EWF has it"
)
ENCRYPTED_ORIGIN = (
    "made by this run: an MBR with two partitions, one with a header of LUKS1 (LUKS On-Disk Format Specification"
    " 1.2.3), one with the boot record of BitLocker (libyal's description of BDE); behind them are no keys and no data"
)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged copy and what it lost."""

    data: bytes
    offset: int
    """Bytes of the media."""
    size: int


def damaged_e01(data: bytes, media_size: int) -> Damaged | None:
    """A copy of a one-segment E01 with a byte of a chunk changed; None where no chunk will do, or it is no such image.

    The chunk is compressed, holds no zeros only (it must be missed), and lies behind the first one.
    """
    try:
        return _with_damage(data, media_size)
    except (struct.error, zlib.error):
        return None


def _with_damage(data: bytes, media_size: int) -> Damaged | None:
    offsets: list[int] = []
    end = 0
    at = _FIRST_SECTION
    while at + _SECTION_SIZE <= len(data):
        kind, following, size = _SECTION.unpack_from(data, at)
        name = kind.rstrip(b"\0")
        if name == b"sectors":
            end = at + size
        if name == b"table" and not offsets:
            count, _, base = _TABLE.unpack_from(data, at + _SECTION_SIZE)
            first = at + _SECTION_SIZE + _TABLE_SIZE
            offsets = [
                base + (entry & ~_COMPRESSED) if entry & _COMPRESSED else 0
                for entry in struct.unpack_from(f"<{count}I", data, first)
            ]
        if following <= at:
            break
        at = following
    for number, begin in enumerate(offsets[1:], 1):
        after = offsets[number + 1] if number + 1 < len(offsets) else end
        if not begin or after <= begin or (number + 1) * _CHUNK > media_size:
            continue
        damaged = _damaged(data[begin:after])
        if damaged is not None:
            return Damaged(data[:begin] + damaged + data[after:], number * _CHUNK, _CHUNK)
    return None


def _damaged(chunk: bytes) -> bytes | None:
    """The chunk with one byte in its middle inverted, where zlib then refuses it."""
    if not any(zlib.decompress(chunk)):
        return None
    middle = len(chunk) // 2
    changed = chunk[:middle] + bytes([chunk[middle] ^ 0xFF]) + chunk[middle + 1 :]
    try:
        zlib.decompress(changed)
    except zlib.error:
        return changed
    return None


_MIB = 1 << 20
DISK_SIZE = 4 * _MIB
VOLUMES = ((_MIB, _MIB), (2 * _MIB, 2 * _MIB))
"""Offset and size of the two encrypted volumes."""


def encrypted_disk() -> bytes:
    """A disk of 4 MiB whose two partitions begin as encrypted volumes do."""
    disk = bytearray(DISK_SIZE)
    kinds: tuple[Literal[0x83, 0x07], ...] = (0x83, 0x07)
    for number, ((offset, size), kind) in enumerate(zip(VOLUMES, kinds, strict=True)):
        entry = struct.pack("<B3sB3sII", 0, b"\0\0\0", kind, b"\0\0\0", offset // 512, size // 512)
        disk[446 + 16 * number : 462 + 16 * number] = entry
    disk[510:512] = b"\x55\xaa"
    luks = struct.pack(
        ">6sH32s32s32sII20s32sI40s",
        b"LUKS\xba\xbe", 1, b"aes", b"xts-plain64", b"sha256", 1024, 64, bytes(range(20)), bytes(range(32)), 1000,
        b"00000000-0000-4000-8000-000000000001",
    )  # fmt: skip
    disk[VOLUMES[0][0] : VOLUMES[0][0] + len(luks)] = luks
    bitlocker = struct.pack("<3s8sHB", b"\xeb\x58\x90", b"-FVE-FS-", 512, 8)
    disk[VOLUMES[1][0] : VOLUMES[1][0] + len(bitlocker)] = bitlocker
    disk[VOLUMES[1][0] + 510 : VOLUMES[1][0] + 512] = b"\x55\xaa"
    return bytes(disk)
