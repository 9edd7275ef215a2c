"""FAT and exFAT: geometry, slots, names and chains from damaged volumes. Only `MalformedData` is ever raised."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.disk import raw_chain, raw_exfat, raw_fat
from cyberforensics.disk.free_space import free_bytes
from cyberforensics.disk.raw_fat import ENTRY_SIZE
from cyberforensics.disk.raw_fat_names import exfat_names, fat_names, of_text, slots
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import EntryTime
from cyberforensics.model.times import decode
from tests.fuzz.counted import Patch, Watched, counted, patches
from tests.hostile import images
from tests.hostile.checks import ACTING

_VOLUMES = {
    "fat12": bytes(images.fixture("fat12")),
    "fat16": bytes(images.fixture("fat16")),
    "exfat": bytes(images.fixture("exfat")),
}
_NAMED = st.sampled_from(sorted(_VOLUMES))
_ADDRESSES = st.integers(0, 4_000) | st.integers(0, 1 << 70)


def _sane(times: tuple[EntryTime, ...]) -> None:
    for time in times:
        decode(time.timestamp)


@counted()
@given(_NAMED, patches(1 << 18, 512), st.lists(_ADDRESSES, max_size=20), st.none() | st.integers(0, 1 << 18))
def test_entries_and_chains(name: str, changes: list[Patch], addresses: list[int], size: int | None) -> None:
    media = Watched(_VOLUMES[name], changes, size)
    try:
        geometry = raw_chain.geometry_of(media.read_at, name, media.size)
    except MalformedData:
        return
    for address in addresses:
        try:
            if isinstance(geometry, raw_exfat.ExfatGeometry):
                _sane(raw_exfat.times(media.read_at, geometry, address))
            else:
                _sane(raw_fat.times(media.read_at, geometry, address))
            found = raw_chain.stored(media.read_at, geometry, address)
        except MalformedData:
            continue
        if found is None:
            continue
        assert sum(length for _, length in found.runs) <= geometry.clusters * geometry.cluster_size
        taken = sorted(found.runs)
        assert all(one[0] + one[1] <= other[0] for one, other in pairwise(taken))
        given_bytes = 0
        for block in raw_chain.blocks(media.read_at, found):
            given_bytes += len(block)
            if given_bytes > 1 << 22:
                break
        assert given_bytes <= found.size or given_bytes > 1 << 22


@counted()
@given(_NAMED, patches(1 << 18, 512), st.none() | st.integers(0, 1 << 18))
def test_free_space(name: str, changes: list[Patch], size: int | None) -> None:
    media = Watched(_VOLUMES[name], changes, size)
    try:
        free = free_bytes(media.read_at, name, media.size)
    except MalformedData:
        return
    assert free is not None
    assert 0 <= free <= media.size


@counted(200)
@given(st.binary(max_size=64 * ENTRY_SIZE), st.booleans())
def test_names_of_any_slots(data: bytes, exfat: bool) -> None:
    media = Watched(data)
    found = list((exfat_names if exfat else fat_names)(slots(media.read_at, [(0, len(data))])))
    assert len(found) <= len(data) // ENTRY_SIZE
    offsets = [name.offset for name in found]
    assert offsets == sorted(set(offsets))
    for name in found:
        assert 0 <= name.offset <= len(data) - ENTRY_SIZE
        assert name.offset % ENTRY_SIZE == 0
        assert not ACTING.search(name.name.shown)
        assert "/" not in name.name.shown


@counted(200)
@given(
    st.lists(st.sampled_from([b"\x85\x03", b"\xc0\x00", b"\xc1\x00", b"\xe0\x00", b"A", b"\xe5"]), max_size=40),
    st.data(),
)
def test_names_of_likely_slots(kinds: list[bytes], data: st.DataObject) -> None:
    rest = data.draw(st.binary(min_size=32 * len(kinds), max_size=32 * len(kinds)))
    slots_ = [(32 * at, kind + rest[32 * at + len(kind) : 32 * at + 32]) for at, kind in enumerate(kinds)]
    for read in (fat_names, exfat_names):
        for name in read(slots_):
            assert not ACTING.search(name.name.shown)


@counted()
@given(st.binary(max_size=600))
def test_utf16_of_any_bytes(units: bytes) -> None:
    spelled = of_text(units)
    assert not ACTING.search(spelled.shown)
    assert spelled.raw.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass") == units[: len(units) & ~1]


@counted()
@given(st.binary(max_size=40))
def test_entries_of_any_bytes(data: bytes) -> None:
    if len(data) != ENTRY_SIZE:
        with pytest.raises(MalformedData):
            raw_fat.parse_entry(data, 0, "fat32")
        with pytest.raises(MalformedData):
            raw_exfat.parse_entry(data, 0)
        return
    for entry in (raw_fat.parse_entry(data, 0, "fat32"), raw_exfat.parse_entry(data, 0, data)):
        _sane(entry.times if entry is not None else ())
