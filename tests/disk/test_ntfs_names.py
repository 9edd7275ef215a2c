"""Names of NTFS that TSK changes: which attribute means the name, and raw MFT records."""

import struct
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.disk import ntfs_listing, ntfs_record
from cyberforensics.disk.listing import Directory
from cyberforensics.disk.ntfs import DATA, FILE_NAME

HERE = 40


def file_name(name: str, parent: int = HERE) -> bytes:
    units = name.encode("utf-16-le", "surrogatepass")
    return parent.to_bytes(6, "little").ljust(64, b"\0") + bytes((len(units) // 2, 1)) + units


class File:
    """A record with file name attributes, as pytsk3 gives it."""

    def __init__(self, *attributes: bytes) -> None:
        self._attributes = attributes
        self.info = SimpleNamespace(meta=object())

    def __iter__(self) -> Any:
        for number, data in enumerate(self._attributes):
            yield SimpleNamespace(info=SimpleNamespace(type=FILE_NAME, id=number, size=len(data)))

    def read_random(self, offset: int, size: int, kind: int, number: int) -> bytes:
        assert kind == FILE_NAME
        return self._attributes[number][offset : offset + size]


def listing() -> ntfs_listing.NtfsListing:
    made = ntfs_listing.NtfsListing(SimpleNamespace(fs=SimpleNamespace(info=SimpleNamespace(last_inum=256))))  # type: ignore[arg-type]
    made.enter(Directory("", "", b"", b"", HERE, 0, in_orphans=False, allocated=True))
    return made


@pytest.mark.parametrize(
    ("name", "by_tsk"),
    [
        ("lone\ud800surrogate.txt", b"lone^urrogate.txt"),
        ("low\udc00alone", b"low^alone"),
        ("^ and \U0001f600", b"^ and \xf0\x9f\x98\x80"),
    ],
)
def test_the_true_name_is_found(name: str, by_tsk: bytes) -> None:
    found = listing().spell(by_tsk, 99, File(file_name("other"), file_name(name)))
    assert found is not None
    assert found.raw == name.encode("utf-8", "surrogatepass")


def test_two_names_that_tsk_spells_alike_are_not_guessed() -> None:
    file = File(file_name("a\ud800b"), file_name("a\ud801b"))
    assert listing().spell(b"a^", 99, file) is None


def test_a_name_in_another_directory_is_not_taken() -> None:
    assert listing().spell(b"a^", 99, File(file_name("a\ud800b", parent=41))) is None


def test_other_names_are_not_looked_up() -> None:
    assert listing().spell(b"plain.txt", 99, None) is None


def record(*streams: tuple[int, str], listed: bool = False) -> bytes:
    """1,024 bytes with two guarded strides."""
    attributes = b""
    if listed:
        attributes += struct.pack("<II", 0x20, 24) + bytes(16)
    for number, name in streams:
        units = name.encode("utf-16-le", "surrogatepass")
        size = 24 + len(units) + -len(units) % 8
        head = struct.pack("<IIBBHHH", DATA, size, 0, len(units) // 2, 24, 0, number) + bytes(8)
        attributes += (head + units).ljust(size, b"\0")
    data = bytearray(b"FILE" + struct.pack("<HH", 48, 3) + bytes(12) + struct.pack("<H", 56)).ljust(56, b"\0")
    data = bytearray((bytes(data) + attributes + b"\xff\xff\xff\xff").ljust(1024, b"\0"))
    data[48:50] = b"\x07\x00"
    for stride in (1, 2):
        end = 512 * stride
        data[48 + 2 * stride : 50 + 2 * stride] = data[end - 2 : end]
        data[end - 2 : end] = b"\x07\x00"
    return bytes(data)


def volume(data: bytes) -> Any:
    mft = SimpleNamespace(read_random=lambda offset, size: data[offset : offset + size])
    return SimpleNamespace(
        media=SimpleNamespace(read_at=lambda _offset, _size: b"\xf6"),  # records of 2 ** 10 bytes
        block_size=4096,
        fs=SimpleNamespace(open_meta=lambda inode: mft),
    )


def test_stream_names_from_the_record() -> None:
    long = "x" * 230 + "\nend"  # across the guarded bytes
    data = bytes(1024) + record((3, "new\nline"), (4, long))
    spelled = ntfs_record.stream_name(volume(data), 1, 3)
    assert spelled is not None
    assert (spelled.raw, spelled.shown) == (b"new\nline", "new\\x0aline")
    guarded = ntfs_record.stream_name(volume(data), 1, 4)
    assert guarded is not None
    assert guarded.raw == long.encode()
    assert ntfs_record.stream_name(volume(data), 1, 5) is None
    assert ntfs_record.stream_name(volume(data), 0, 3) is None  # no record there


def test_attributes_elsewhere_are_not_guessed() -> None:
    assert ntfs_record.stream_name(volume(record((3, "a"), listed=True)), 0, 3) is None


def test_a_torn_record_is_not_read() -> None:
    data = bytearray(record((3, "a")))
    data[510] ^= 1
    assert ntfs_record.stream_name(volume(bytes(data)), 0, 3) is None


@given(st.binary(max_size=1100))
def test_no_record_crashes_it(data: bytes) -> None:
    ntfs_record.stream_name(volume(b"FILE" + data), 0, 3)
