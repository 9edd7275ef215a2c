"""ext inodes decoded by hand: both halves of a time, the list of orphans, and where descriptors lie."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.disk import raw_ext
from cyberforensics.disk.media import ReadAt
from cyberforensics.disk.raw_ext import ExtGeometry, parse_inode
from cyberforensics.errors import MalformedData
from cyberforensics.model.times import decode

META_BG, SPARSE_SUPER, WIDE = 0x10, 0x1, 0x80


def inode(seconds: int = 0, extra: int = 0, *, deleted: int = 0, links: int = 1, extra_size: int = 32) -> bytes:
    """256 bytes in which all four times are the same."""
    low = struct.pack("<H6xiiiI2xH", 0o100644, seconds, seconds, seconds, deleted, links)
    high = struct.pack("<H2xIIIiI", extra_size, extra, extra, extra, seconds, extra)
    return low.ljust(128, b"\0") + high.ljust(128, b"\0")


def superblock(**changes: int) -> bytes:
    fields = (
        {
            0: 64,  # inodes
            4: 4096,  # blocks
            20: 1,  # the first data block
            24: 0,  # blocks of 1,024 bytes
            32: 1024,  # blocks in a group
            40: 16,  # inodes in a group
            56: 0xEF53,
            76: 1,  # inode sizes are given
            88: 256,
            92: 0,
            96: 0,
            100: 0,
        }
        | {int(place[1:]): value for place, value in changes.items()}
    )
    data = bytearray(1024)
    for place, value in fields.items():
        data[place : place + 4] = struct.pack("<I", value)
    return bytes(data)


def volume(pieces: dict[int, bytes]) -> ReadAt:
    data = bytearray(256 * 1024)
    for place, piece in pieces.items():
        data[place : place + len(piece)] = piece
    return lambda offset, size: bytes(data[offset : offset + size])


@pytest.mark.parametrize(
    ("seconds", "extra", "text"),
    [
        (0x6553_F100, 123_456_789 << 2, "2023-11-14T22:13:20.123456789Z"),
        (-86_400, 999_999_999 << 2, "1969-12-31T00:00:00.999999999Z"),
        (-(2**31), 5 << 2, "1901-12-13T20:45:52.000000005Z"),
        (-(2**31), 1, "2038-01-19T03:14:08.000000000Z"),  # one epoch on: the first second after 31 bits
        (0, 1 | 987_654_321 << 2, "2106-02-07T06:28:16.987654321Z"),
        (2**31 - 1, 3 | 999_999_999 << 2, "2446-05-10T22:38:55.999999999Z"),
    ],
)
def test_the_two_halves_of_a_time(seconds: int, extra: int, text: str) -> None:
    """From the table in the kernel's documentation, "Inode Timestamps"."""
    found = parse_inode(inode(seconds, extra))
    assert [each.meaning for each in found.times] == ["modified", "accessed", "changed", "created"]
    assert {decode(each.timestamp).text for each in found.times} == {text}


@pytest.mark.parametrize("data", [inode(-86_400)[:128], inode(-86_400, 3 << 2, extra_size=0)])
def test_without_the_extra_half_times_are_whole_signed_seconds(data: bytes) -> None:
    found = parse_inode(data)
    assert [each.meaning for each in found.times] == ["modified", "accessed", "changed"]
    assert {(each.timestamp.encoding, decode(each.timestamp).text) for each in found.times} == {
        ("posix", "1969-12-31T00:00:00Z")
    }


def table(*inodes: bytes, **changes: int) -> ExtGeometry:
    """One group: its descriptor in block 2, its inodes from block 8 on."""
    descriptor = struct.pack("<III", 5, 6, 8)
    pieces = {1024: superblock(**changes), 2 * 1024: descriptor, 8 * 1024: b"".join(inodes)}
    return ExtGeometry.read(volume(pieces))


def test_the_time_of_deletion() -> None:
    geometry = table(inode(deleted=1_700_000_000, links=0), inode(deleted=1_700_000_000, links=1))
    (deleted,) = [
        each for each in raw_ext.times(geometry, frozenset(), 1, allocated=False) if each.meaning == "deleted"
    ]
    assert decode(deleted.timestamp).text == "2023-11-14T22:13:20Z"
    meanings = [each.meaning for each in raw_ext.times(geometry, frozenset(), 2, allocated=True)]
    assert "deleted" not in meanings  # a file in use has none, whatever the field holds


def test_the_list_of_orphans_holds_numbers_and_no_times() -> None:
    """1 → 3 → 2 → end; where the list goes round, it ends."""
    geometry = table(inode(deleted=3, links=0), inode(deleted=0, links=0), inode(deleted=2, links=0), p232=1)
    assert geometry.orphans() == {1, 2, 3}
    times = raw_ext.times(geometry, geometry.orphans(), 1, allocated=True)
    assert "deleted" not in [each.meaning for each in times]
    assert table(inode(deleted=1, links=0), p232=1).orphans() == {1}


def test_descriptors_of_meta_groups() -> None:
    """With blocks of 1,024 bytes 16 wide descriptors fill a block: those of groups 16 to 31 lie in group 16.

    Group 16 has no copy of the superblock (not a power of 3, 5 or 7), so they are its first block.
    """
    descriptor = bytearray(64)
    descriptor[8:12] = struct.pack("<I", 77)
    place = (1 + 16 * 8) * 1024
    changes = {"p0": 4096, "p4": 64 * 8, "p32": 8, "p96": META_BG | WIDE, "p100": SPARSE_SUPER, "p254": 64, "p260": 1}
    pieces = {1024: superblock(**changes), place: bytes(descriptor), 77 * 1024: inode(1, 0)}
    geometry = ExtGeometry.read(volume(pieces))
    assert geometry.descriptor(16)[8:12] == struct.pack("<I", 77)
    found = geometry.inode(16 * 16 + 1)
    assert found is not None
    assert {decode(each.timestamp).text for each in found.times} == {"1970-01-01T00:00:01.000000000Z"}


def test_numbers_that_are_no_inodes() -> None:
    geometry = table(inode())
    assert geometry.inode(0) is None
    assert geometry.inode(65) is None


def test_an_inode_past_the_end_is_said() -> None:
    pieces = {1024: superblock(), 2 * 1024: struct.pack("<III", 5, 6, 100_000)}
    with pytest.raises(MalformedData):
        ExtGeometry.read(volume(pieces)).inode(1)


@given(st.binary(min_size=1024, max_size=4096), st.integers(-1, 2**32))
def test_no_bytes_crash_it(data: bytes, number: int) -> None:
    block = bytearray(data[:1024])
    block[56:58] = b"\x53\xef"
    whole = bytes(1024) + bytes(block) + data
    try:
        geometry = ExtGeometry.read(lambda offset, size: whole[offset : offset + size])
        geometry.orphans()
        raw_ext.times(geometry, frozenset(), number, allocated=False)
    except MalformedData:
        pass
