"""Images made to hurt: structures of sound images, patched by hand at the places that their formats name.

Each function gives the bytes of a raw image. Offsets are those of the published layouts that the docstrings of
`fixtures/build` and `cyberforensics.disk` cite; nothing here reads an image with the product.
"""

import gzip
import struct
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from fixtures.build.exfat import ExfatVolume
from fixtures.build.exfat_entries import ExfatTime, ExfatTimes
from fixtures.build.fat import FatVolume
from fixtures.build.fat_entries import FatTimes, RawFatTimes, short_entry
from fixtures.build.partitions import mbr, mbr_entry

FIXTURES = Path(__file__).parents[2] / "fixtures"
SECTOR = 512
Bytes = bytes | bytearray
DAY = datetime(2026, 3, 2, 10, 20, 30)  # noqa: DTZ001 - FAT records wall clocks without a zone
TIMES = FatTimes(DAY, DAY, DAY)
_QUARTER = ExfatTime(DAY, 0x80)
EXFAT_TIMES = ExfatTimes(_QUARTER, _QUARTER, _QUARTER)


def fixture(name: str) -> bytearray:
    """The bytes of a packed image of fixtures/."""
    return bytearray(gzip.decompress((FIXTURES / f"{name}.raw.gz").read_bytes()))


def fat(size: int = 1 << 20) -> FatVolume:
    """An empty FAT12 volume of clusters of one sector."""
    return FatVolume(12, size, "HOSTILE", 0xBAD0BAD0, 1, DAY)


# FAT


def fat_chain_that_cycles() -> bytes:
    """``/cycle.bin`` has 3,000 bytes; its second cluster is followed by its first."""
    volume = fat()
    volume.file("/before.txt", b"sound\n", TIMES)
    volume.file("/cycle.bin", bytes(range(256)) * 11 + bytes(184), TIMES)
    first, second = volume.clusters_of("/cycle.bin")[:2]
    volume._table[second] = first
    return volume.finish()


def fat_directory_in_itself(depth: int = 1) -> bytes:
    """``/loop`` holds ``LOOP``, a directory that begins in the very cluster of ``/loop``."""
    volume = fat()
    volume.directory("/loop", TIMES)
    volume.file("/loop/inside.txt", b"inside\n", TIMES)
    (cluster,) = volume.clusters_of("/loop")
    volume._put_slots("/loop", [short_entry(b"LOOP       ", 0x10, TIMES, cluster, 0)], reuse=False)
    volume.file("/after.txt", b"after the loop\n", TIMES)
    return volume.finish()


def fat_many_names_of_one_directory(names: int) -> bytes:
    """``/many`` holds directories D0 and on, all of which begin in one cluster that holds files F0 and on."""
    volume = fat(1 << 20)
    volume.directory("/many", TIMES)
    volume.directory("/one", TIMES)
    (cluster,) = volume.clusters_of("/one")
    for number in range(names):
        volume.file(f"/one/F{number}", b"", TIMES)
    slots = [short_entry(f"D{number}".encode().ljust(11), 0x10, TIMES, cluster, 0) for number in range(names)]
    for slot in slots:
        volume._put_slots("/many", [slot], reuse=False)
    return volume.finish()


def fat_names(names: Sequence[bytes]) -> bytes:
    """Short names of eleven bytes each, whatever they are, in ``/names``."""
    volume = fat()
    volume.directory("/names", TIMES)
    for number, name in enumerate(names):
        volume.file(f"/names/{number}", f"{number}\n".encode(), TIMES, short=name)
    return volume.finish()


def fat_dates(fields: Sequence[tuple[int, int, int, int, int, int]]) -> bytes:
    """``/DATE0`` and on with these raw fields: 10 ms, time, date of creation, access, time, date of change."""
    volume = fat()
    for number, raw in enumerate(fields):
        volume.file(f"/DATE{number}", b"dated\n", RawFatTimes(raw))
    return volume.finish()


def fat_crowded(count: int) -> bytes:
    """A FAT32 volume whose directory ``/CROWD`` has `count` empty files ``F0000000`` and on, in short names."""
    slots = b"".join(short_entry(f"F{number:07d}".encode().ljust(11), 0x20, TIMES, 0, 0) for number in range(count))
    sectors = -(-(len(slots) + 64) // SECTOR)
    volume = FatVolume(32, (70_000 + 2 * sectors) * SECTOR, "CROWD", 1, 1, DAY)
    volume.directory("/CROWD", TIMES)
    node = volume._nodes["/CROWD"]
    width = volume.sectors_per_cluster * SECTOR
    more = -(-(len(slots) + 64) // width) - 1
    chain = [*node.clusters, *range(volume._next, volume._next + more)]
    volume._chain(chain)
    start = volume._cluster_offset(chain[0])  # the clusters lie in one piece
    volume.image[start + 64 : start + 64 + len(slots)] = slots
    return volume.finish()


# exFAT


def exfat(size: int = 4 << 20) -> ExfatVolume:
    """An exFAT volume with one file."""
    volume = ExfatVolume(size, "HOSTILE", 0xBAD0BAD0)
    volume.file("/before.txt", b"sound\n", EXFAT_TIMES)
    return volume


def exfat_chain_that_cycles(size: int, valid: int = 4096) -> bytes:
    """``/cycle.bin`` claims `size` bytes of which `valid` are written; its cluster is followed by itself."""
    volume = exfat()
    cluster = volume.free_from()
    volume.file("/cycle.bin", b"c" * 8192, EXFAT_TIMES, clusters=[cluster, cluster + 1])
    volume._table[cluster] = cluster
    stream = volume._nodes["/cycle.bin"].slots[1]
    struct.pack_into("<Q", volume.image, stream + 8, valid)
    struct.pack_into("<Q", volume.image, stream + 24, size)
    return volume.finish()


# ext4


def ext_inode_offset(image: Bytes, number: int) -> int:
    """Where an inode lies: the table of its group, as the group descriptor says (ext4 documentation)."""
    block = 1024 << int.from_bytes(image[1024 + 24 : 1024 + 28], "little")
    per_group, size = (int.from_bytes(image[1024 + at : 1024 + at + n], "little") for at, n in ((40, 4), (88, 2)))
    wide = int.from_bytes(image[1024 + 96 : 1024 + 100], "little") & 0x80
    descriptor = int.from_bytes(image[1024 + 254 : 1024 + 256], "little") if wide else 32
    group, index = divmod(number - 1, per_group)
    start = (1024 // block + 1) * block + group * descriptor
    table = int.from_bytes(image[start + 8 : start + 12], "little")
    return table * block + index * size


def ext_sizes(sizes: dict[int, int]) -> bytes:
    """The fixture ext4 with other sizes in some inodes: i_size_lo at 4, i_size_high at 108."""
    image = fixture("ext4")
    for number, size in sizes.items():
        start = ext_inode_offset(image, number)
        struct.pack_into("<I", image, start + 4, size & 0xFFFF_FFFF)
        struct.pack_into("<I", image, start + 108, size >> 32)
    return bytes(image)


def ext_superblock(offset: int, value: bytes) -> bytes:
    """The fixture ext4 with other bytes in its superblock. Its checksum is then wrong, which nobody asks."""
    image = fixture("ext4")
    image[1024 + offset : 1024 + offset + len(value)] = value
    return bytes(image)


# NTFS


def mft_offset(image: Bytes, number: int) -> int:
    """Where a record of the MFT lies, in an MFT of one piece: the boot sector says where it begins."""
    sector, per_cluster = struct.unpack_from("<HB", image, 11)
    (first,) = struct.unpack_from("<Q", image, 48)
    stored = struct.unpack_from("<b", image, 64)[0]
    size = 1 << -stored if stored < 0 else stored * sector * per_cluster
    return int(first * sector * per_cluster + number * size)


def attributes(image: Bytes, record: int) -> list[tuple[int, int, int]]:
    """(type, offset in the image, length) of the attributes of a record."""
    found: list[tuple[int, int, int]] = []
    place = record + int.from_bytes(image[record + 20 : record + 22], "little")
    while True:
        kind, length = struct.unpack_from("<II", image, place)
        if kind == 0xFFFF_FFFF or length < 24:
            return found
        found.append((kind, place, length))
        place += length


def record_of(image: Bytes, name: str) -> int:
    """The offset of the first record in use with a file name attribute of this name."""
    units = name.encode("utf-16-le")
    start = mft_offset(image, 0)
    number = 0
    while image[start + number * 1024 :][:4] in (b"FILE", b"BAAD"):
        record = start + number * 1024
        number += 1
        if not image[record + 22] & 1:  # not in use
            continue
        for kind, place, _ in attributes(image, record):
            content = place + int.from_bytes(image[place + 20 : place + 22], "little")
            if kind == 48 and image[content + 66 : content + 66 + 2 * image[content + 64]] == units:
                return record
    raise ValueError(f"no record of the name {name}")


def ntfs_field(name: str, kind: int, within: int, value: bytes) -> bytes:
    """The fixture NTFS with other bytes in the first attribute of a kind of the record of a name."""
    image = fixture("ntfs")
    record = record_of(image, name)
    place = next(place for found, place, _ in attributes(image, record) if found == kind)
    image[place + within : place + within + len(value)] = value
    return bytes(image)


# partition tables


def mbr_of(slots: Sequence[tuple[int, int, int]], size: int = 1 << 20) -> bytes:
    """(type, first sector, sectors) of up to four slots, and nothing but zeros behind."""
    return mbr([mbr_entry(kind, first, count) for kind, first, count in slots]).ljust(size, b"\0")


def extended_that_loops() -> bytes:
    """An extended partition whose second table names the first as its next."""
    image = bytearray(mbr_of([(0x05, 64, 1000)]))
    for sector, following in ((64, 100), (164, 0)):
        table = mbr([mbr_entry(0x0C, 1, 10), struct.pack("<B3xB3xII", 0, 0x05, following, 100)])
        image[sector * SECTOR : (sector + 1) * SECTOR] = table
    return bytes(image)


def gpt_of_one_place(slots: int, volume: bytes) -> bytes:
    """A GPT of `slots` slots, each of which is the same range, which holds a volume; checksums hold."""
    table_sectors = -(-slots * 128 // SECTOR)
    first, count = 2 + table_sectors, len(volume) // SECTOR
    total = first + count + table_sectors + 1
    kind = bytes.fromhex("a2a0d0ebe5b9334487c068b6b72699c7")  # EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, data
    entries = b"".join(
        struct.pack("<16s16sQQQ72s", kind, number.to_bytes(16, "little"), first, first + count - 1, 0, b"")
        for number in range(slots)
    ).ljust(table_sectors * SECTOR, b"\0")

    def header(here: int, other: int, table: int) -> bytes:
        body = struct.pack(
            "<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, here, other, first, total - table_sectors - 2,
            bytes(16), table, slots, 128, zlib.crc32(entries[: slots * 128]),
        )  # fmt: skip
        return (body[:16] + struct.pack("<I", zlib.crc32(body)) + body[20:]).ljust(SECTOR, b"\0")

    protective = mbr([mbr_entry(0xEE, 1, total - 1)])
    end = total - 1
    return protective + header(1, end, 2) + entries + volume + entries + header(end, 1, end - table_sectors)
