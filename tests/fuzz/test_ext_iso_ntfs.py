"""ext, ISO 9660 with Rock Ridge, and what we read of NTFS ourselves, from damaged bytes."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.disk import ntfs, ntfs_record, raw_ext, raw_susp
from cyberforensics.disk.allocation import _in_bitmap
from cyberforensics.disk.free_space import free_bytes
from cyberforensics.disk.ntfs import Attribute
from cyberforensics.disk.ntfs_listing import _as_tsk_spells
from cyberforensics.disk.raw_iso9660 import IsoTree
from cyberforensics.errors import MalformedData
from cyberforensics.model.times import decode
from tests.fuzz.counted import Patch, Watched, counted, patches
from tests.hostile import images

_EXT = bytes(images.fixture("ext4"))
_ISO = bytes(images.fixture("iso"))
_ROCK_RIDGE = bytes(images.fixture("iso-rockridge"))
_NTFS = bytes(images.fixture("ntfs"))
_MFT = images.mft_offset(_NTFS, 0)
_MFT_SIZE = 256 * 1024


@counted()
@given(
    patches(1 << 17, 4096),
    st.lists(st.integers(0, 300) | st.integers(0, 1 << 40), max_size=20),
    st.none() | st.integers(0, 1 << 20),
)
def test_ext_inodes(changes: list[Patch], numbers: list[int], size: int | None) -> None:
    media = Watched(_EXT, changes, size)
    try:
        geometry = raw_ext.ExtGeometry.read(media.read_at)
        orphans = geometry.orphans()
        assert len(orphans) <= 100_000
        for number in numbers:
            for allocated in (False, True):
                for time in raw_ext.times(geometry, orphans, number, allocated=allocated):
                    decode(time.timestamp)
    except MalformedData:
        pass


@counted()
@given(patches(1 << 13, 2048), st.none() | st.integers(0, 1 << 20))
def test_ext_free_space(changes: list[Patch], size: int | None) -> None:
    media = Watched(_EXT, changes, size)
    try:
        free = free_bytes(media.read_at, "ext4", media.size)
    except MalformedData:
        return
    assert free is not None
    assert 0 <= free <= media.size


@counted(60)
@given(st.sampled_from((_ISO, _ROCK_RIDGE)), patches(1 << 18, None, most=12), st.none() | st.integers(0, 1 << 18))
def test_iso_tree(base: bytes, changes: list[Patch], size: int | None) -> None:
    moved = [(at if at % 3 else 32_768 + at % 8192, new) for at, new in changes]  # many of them in the descriptors
    media = Watched(base, moved, size)
    try:
        tree = IsoTree.read(media.read_at)
    except MalformedData:
        return
    assert len(tree.gaps) <= 2_000
    for record in tree.records:
        assert 0 <= record.offset < media.size
        for time in record.times:
            decode(time.timestamp)
    assert set(tree.unlisted) <= set(tree.records)


@counted(200)
@given(st.binary(max_size=255), st.binary(max_size=4096))
def test_system_use_areas(area: bytes, media: bytes) -> None:
    watched = Watched(media)
    found = raw_susp.parse(area, watched.read_at, 2048)
    assert watched.reads <= 8  # continuations: a chain that is longer is a cycle
    for time in found.times:
        decode(time.timestamp)
    raw_susp.announced(area)


@counted(200)
@given(
    st.lists(st.tuples(st.sampled_from([b"NM", b"SL", b"TF", b"CE", b"SP", b"ST"]), st.binary(max_size=60)), max_size=8)
)
def test_system_use_entries(entries: list[tuple[bytes, bytes]]) -> None:
    area = b"".join(kind + bytes([len(body) + 4, 1]) + body for kind, body in entries)
    watched = Watched(area)
    raw_susp.parse(area, watched.read_at, 1)  # continuations lead into the area itself
    assert watched.reads <= 8


def _file_system(changes: list[Patch], boot: bytes) -> Any:
    """As much of an opened NTFS as the reading of one record needs."""
    mft = Watched(_NTFS[_MFT : _MFT + _MFT_SIZE], changes)
    file = SimpleNamespace(read_random=mft.read_at)
    return SimpleNamespace(
        media=Watched(_NTFS[:64] + boot + _NTFS[65:512]),
        block_size=4096,
        fs=SimpleNamespace(open_meta=lambda inode: file),
    )


@counted()
@given(patches(_MFT_SIZE, 4096, most=20), st.integers(0, 255), st.integers(0, 20), st.binary(min_size=1, max_size=1))
def test_ntfs_records(changes: list[Patch], number: int, attribute: int, boot: bytes) -> None:
    for size in (b"\xf6", boot):  # records of 1,024 bytes, and any other size
        file_system = _file_system(changes, size)
        try:
            ntfs_record.stream_name(file_system, number, attribute)
            ntfs_record.has_no_stream(file_system, number)
        except OSError:
            assert size != b"\xf6"


@counted(200)
@given(st.binary(max_size=700), st.integers(0, 700), st.binary(max_size=80))
def test_ntfs_attributes(data: bytes, claimed: int, name: bytes) -> None:
    file = SimpleNamespace(read_random=lambda offset, size, *_: data[offset : offset + size])
    for kind in (ntfs.STANDARD_INFORMATION, ntfs.FILE_NAME, ntfs.REPARSE_POINT):
        attributes = (Attribute(kind, 1, None, claimed, 0, ()),)
        standard, _ = ntfs.standard_information(file, attributes)
        own = ntfs.file_name_times(file, attributes, 5, name)
        times = ntfs.times_of(standard, own)
        assert len(times) == len(standard) + len(own)
        for time in times:
            decode(time.timestamp)
        tag = ntfs.reparse_tag(file, attributes)
        for asked in (tag, ntfs.SYMBOLIC_LINK, ntfs.MOUNT_POINT):
            if asked is not None:
                ntfs.reparse_target(file, attributes, asked)
    _as_tsk_spells(data)


@counted()
@given(st.binary(max_size=2000))
def test_ntfs_security_descriptors(data: bytes) -> None:
    found = list(ntfs._security_descriptors(data))
    assert len(found) <= len(data) // 40
    assert all(sid.startswith("S-1-") for _, sid in found)


@counted(200)
@given(st.binary(max_size=64), st.integers(-(1 << 66), 1 << 66), st.integers(1, 1 << 66), st.integers(1, 64))
def test_bits_of_a_bitmap(bits: bytes, address: int, blocks: int, unit: int) -> None:
    used = _in_bitmap(bits, 0, unit)(address, blocks)
    assert used == blocks if address < 0 else 0 <= used <= 8 * len(bits) * unit
