"""Directory slots decoded by hand, and contents followed by ourselves."""

import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.disk import raw_chain
from cyberforensics.disk.raw_chain import Stored
from cyberforensics.disk.raw_fat import FatGeometry, SlotNumbers
from cyberforensics.disk.raw_fat_names import Slot, exfat_names, fat_names, slots


def numbered(*found: bytes) -> Iterator[Slot]:
    return ((32 * number, slot) for number, slot in enumerate(found))


def short(name: bytes, *, attributes: int = 0x20, case: int = 0) -> bytes:
    return name + bytes((attributes, case)) + bytes(19)


def checksum(name: bytes) -> int:
    total = 0
    for byte in name:
        total = ((total >> 1) | (total << 7)) + byte & 0xFF if not total & 1 else (total >> 1 | 0x80) + byte & 0xFF
    return total


def long(name: str, alias: bytes) -> list[bytes]:
    units = name.encode("utf-16-le", "surrogatepass")
    if len(units) % 26:
        units += b"\0\0"
    units = units.ljust(-(-len(units) // 26) * 26, b"\xff")
    parts = [units[place : place + 26] for place in range(0, len(units), 26)]
    made = [
        bytes((number | (0x40 if number == len(parts) else 0),))
        + part[:10]
        + bytes((0x0F, 0, checksum(alias)))
        + part[10:22]
        + b"\0\0"
        + part[22:]
        for number, part in enumerate(parts, 1)
    ]
    return made[::-1]


@pytest.mark.parametrize(
    ("slot", "raw", "shown"),
    [
        (short(b"README  TXT"), b"README.TXT", "README.TXT"),
        (short(b"A B     TXT"), b"A B.TXT", "A B.TXT"),
        (short(b"NOEXT      "), b"NOEXT", "NOEXT"),
        (short(b"README  TXT", case=0x18), b"readme.txt", "readme.txt"),
        (short(b"CAF\x82    TXT"), b"CAF\x82.TXT", "CAF\\x82.TXT"),
        (short(b"\x05LEAD   TXT"), b"\xe5LEAD.TXT", "\\xe5LEAD.TXT"),
    ],
)
def test_short_names(slot: bytes, raw: bytes, shown: str) -> None:
    (found,) = fat_names(numbered(slot))
    assert (found.name.raw, found.name.shown) == (raw, shown)


@pytest.mark.parametrize(
    "name", ["a", "thirteen long", "of fourteen un", "L" * 251 + ".txt", "🍎" * 127, "lone\ud800end"]
)
def test_long_names(name: str) -> None:
    alias = b"ALIAS~1    "
    (found,) = fat_names(numbered(*long(name, alias), short(alias)))
    assert found.name.raw == name.encode("utf-8", "surrogatepass")
    assert found.offset == 32 * len(long(name, alias))


def test_a_long_name_of_another_entry_is_not_taken() -> None:
    """Who knows no long names leaves them behind: the checksum of the short name tells."""
    (found,) = fat_names(numbered(*long("the old name.txt", b"OLDNAM~1TXT"), short(b"NEWNAME TXT")))
    assert found.name.raw == b"NEWNAME.TXT"


def test_what_is_no_entry_in_use_is_passed_over() -> None:
    gone = b"\xe5" + short(b"XGONE   TXT")[1:]
    label = short(b"A LABEL    ", attributes=0x08)
    itself = short(b".          ", attributes=0x10)
    found = fat_names(
        numbered(itself, label, gone, short(b"DIR        ", attributes=0x10), bytes(32), short(b"AFTER   TXT"))
    )
    assert [(each.name.raw, each.is_directory) for each in found] == [(b"DIR", True)]


def exfat_set(name: str, *, kind: int = 0x85, attributes: int = 0x20) -> list[bytes]:
    units = name.encode("utf-16-le", "surrogatepass")
    parts = [units[place : place + 30].ljust(30, b"\0") for place in range(0, len(units), 30)]
    head = bytes((kind, 1 + len(parts), 0, 0, attributes)).ljust(32, b"\0")
    return [head, bytes((0xC0, 0, 0, len(units) // 2)).ljust(32, b"\0"), *(b"\xc1\0" + part for part in parts)]


@pytest.mark.parametrize("name", ["a", "exactly 15 unit", "sixteen in total", "🍎" * 127, "lone\ud800end"])
def test_exfat_names(name: str) -> None:
    label, bitmap = b"\x83".ljust(32, b"\0"), b"\x81".ljust(32, b"\0")
    gone = [bytes((slot[0] & 0x7F,)) + slot[1:] for slot in exfat_set("gone.txt")]
    found = exfat_names(numbered(label, bitmap, *gone, *exfat_set(name, attributes=0x10), bytes(32), *exfat_set("b")))
    assert [(each.name.raw, each.offset, each.is_directory) for each in found] == [
        (name.encode("utf-8", "surrogatepass"), 32 * 5, True)
    ]


def test_a_directory_in_pieces_is_one_list() -> None:
    alias = b"ALIAS~1    "
    first, second, third = *long("in two clusters!", alias), short(alias)
    data = bytearray(256)
    data[96:128], data[0:32], data[32:64] = first, second, third
    (found,) = fat_names(slots(lambda offset, size: bytes(data[offset : offset + size]), [(96, 32), (0, 64)]))
    assert (found.name.raw, found.offset) == (b"in two clusters!", 32)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_no_slots_crash_it(found: list[bytes]) -> None:
    list(fat_names(numbered(*found)))
    list(exfat_names(numbered(*found)))


GEOMETRY = FatGeometry("fat12", 0, 512, 512, 512, 512, 1, 1024, 2048, 20, 24, SlotNumbers(512, 2, 24))


def fat12(**links: int) -> bytes:
    """A volume of 24 sectors: a FAT in the second, slots from the third, clusters from the fifth on."""
    packed = bytearray(512)
    for place, value in links.items():
        cluster = int(place[1:])
        shifted = value << 4 if cluster % 2 else value
        start = cluster * 3 // 2
        pair = int.from_bytes(packed[start : start + 2], "little") | shifted
        packed[start : start + 2] = pair.to_bytes(2, "little")
    data = bytearray(512) + packed + bytearray(1024)
    for cluster in range(2, 22):
        data += bytes((cluster,)) * 512
    return bytes(data)


def entry(name: bytes, cluster: int, size: int) -> bytes:
    return name + b"\x20" + bytes(14) + struct.pack("<HI", cluster, size)


def followed(data: bytes, slot: bytes) -> Stored | None:
    data = data[:1024] + slot + data[1056:]
    return raw_chain.stored(lambda offset, size: data[offset : offset + size], GEOMETRY, 3)


def test_a_chain_is_followed_over_odd_and_even_clusters() -> None:
    found = followed(fat12(c2=5, c5=6, c6=3, c3=0xFFF), entry(b"A B     TXT", 2, 1600))
    assert found is not None
    assert [(offset // 512 - 2, size // 512) for offset, size in found.runs] == [(2, 1), (5, 2), (3, 1)]
    assert not found.contiguous


def test_a_cycle_ends_where_it_comes_back() -> None:
    """Two clusters are all that there is: what is read ends before the size, and is then not whole."""
    found = followed(fat12(c2=3, c3=2), entry(b"A B     TXT", 2, 512 * 1000))
    assert found is not None
    assert [size for _, size in found.runs] == [2 * 512]


def test_a_chain_that_ends_early_gives_fewer_bytes() -> None:
    found = followed(fat12(c2=0xFFF), entry(b"A B     TXT", 2, 1600))
    assert found is not None
    assert sum(len(block) for block in raw_chain.blocks(lambda _offset, size: bytes(size), found)) == 512


def test_deleted_entries_are_taken_as_one_piece() -> None:
    found = followed(fat12(), entry(b"\xe5 B     TXT", 4, 1600))
    assert found is not None
    assert (found.runs, found.contiguous) == ((((4 + 2) * 512, 4 * 512),), True)


def test_zeros_after_what_was_written() -> None:
    content = Stored(2_500_000, 1_100_000, ((0, 2_000_000), (5_000_000, 2_000_000)))
    data = b"".join(raw_chain.blocks(lambda _offset, size: b"x" * size, content))
    assert data == b"x" * 1_100_000 + bytes(1_400_000)


def test_no_address_crashes_it() -> None:
    data = fat12()
    for address in (0, 1, 2, 3, 40, 10**9):
        raw_chain.stored(lambda offset, size: data[offset : offset + size], GEOMETRY, address)
