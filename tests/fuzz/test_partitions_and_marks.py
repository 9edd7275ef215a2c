"""Partition tables, and the marks by which file systems are recognised: any bytes give some answer, within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.disk.partition_tables import read_tables
from cyberforensics.disk.signatures import SIGNATURES, Signature, recognise, stated_size
from tests.fuzz.counted import Patch, Watched, counted, patches
from tests.hostile import images

_GPT = images.gpt_of_one_place(128, bytes(1 << 16))
_MBR = images.extended_that_loops()
_APM = (b"ER\x02\0".ljust(512, b"\0") + (b"PM\0\0\0\0\0\2" + bytes(504)) * 3).ljust(1 << 16, b"\0")
_MOST_SLOTS = 4 * 1024 * 1024 // 128  # of the largest GPT that is read


def _hold(media: Watched, sector_size: int | None) -> None:
    for table in read_tables(media, sector_size):
        assert len(table.slots) + len(table.empty) <= _MOST_SLOTS + 4
        names = [slot.name for slot in table.slots]
        assert len(names) == len(set(names))
        for slot in table.slots:
            assert slot.offset >= 0
            assert slot.size >= 0
            assert slot.offset + slot.size < 1 << 63
        for problem in table.problems:
            assert problem.code == "volume.table-damaged"
            assert problem.offset is None or 0 <= problem.offset < 1 << 63


@counted()
@given(st.sampled_from((_GPT, _MBR, _APM)), patches(8192, 1024), st.sampled_from((None, 512, 4096)))
def test_partition_tables(base: bytes, changes: list[Patch], sector_size: int | None) -> None:
    _hold(Watched(base, changes), sector_size)


@counted()
@given(st.sampled_from((_GPT, _MBR, _APM)), st.integers(0, 40_000))
def test_partition_tables_cut_short(base: bytes, size: int) -> None:
    _hold(Watched(base, size=size), None)


@counted()
@given(st.binary(max_size=4096), st.sampled_from((None, 512)))
def test_partition_tables_of_any_bytes(data: bytes, sector_size: int | None) -> None:
    _hold(Watched(data, size=len(data)), sector_size)


@counted()
@given(st.sampled_from(SIGNATURES), st.binary(max_size=600), st.integers(0, 0x21000))
def test_signatures(planted: Signature, data: bytes, size: int) -> None:
    offset, magic = planted.offset, planted.magic
    media = Watched(bytes(0x21000), [(0, data), (offset, magic)], size)
    found = recognise(media)
    if found is None:  # only where the mark does not fit, or two letters alone prove nothing
        assert offset + len(magic) > media.size or planted.name in ("core-storage", "hfs")
        return
    assert media.read_at(found.offset, len(found.magic)) == found.magic
    assert stated_size(found, media) >= 0
