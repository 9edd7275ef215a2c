"""Containers: EWF sections and tables, and what the headers of virtual disks say. Refused, or read within bounds."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cyberforensics.disk import ewf, source, virtual_disks
from cyberforensics.errors import EvidenceError
from cyberforensics.model.evidence import Container
from cyberforensics.model.problem import PROBLEM_CODES
from tests.disk.ewf_writer import Plan, build, noise, signed
from tests.fuzz.counted import Patch, counted, patched, patches

_MEDIA = noise(7, 40 * 512) + bytes(100 * 512) + noise(8, 11 * 512)
_IMAGES = (
    build(_MEDIA, Plan(sectors_per_chunk=8)),
    build(_MEDIA, Plan(sectors_per_chunk=8, chunks_per_segment=9)),
    build(_MEDIA, Plan(sectors_per_chunk=4, encase1=True, base_offset=True, errors=[(3, 5)], sessions=[0, 16])),
)
_MOST_MEDIA = 1 << 63


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("containers")


def _sections(segment: bytes) -> list[int]:
    """Where the sections of a sound segment begin: each names the next at its byte 16."""
    places = [13]
    while True:
        following = int.from_bytes(segment[places[-1] + 16 : places[-1] + 24], "little")
        if following <= places[-1] or following + 76 > len(segment):
            return places
        places.append(following)


def _named(error: Exception) -> None:
    assert not isinstance(error, EvidenceError) or error.code in PROBLEM_CODES


def _read(segments: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        paths = []
        for number, segment in enumerate(segments, 1):
            paths.append(Path(name) / f"image.E{number:02d}")
            paths[-1].write_bytes(segment)
        try:
            image = ewf.EwfImage.open(paths)
        except (EvidenceError, ewf.NotCovered) as error:
            _named(error)
            return
        with image:
            assert 0 <= image.size < _MOST_MEDIA
            for offset in (0, 5_000, 70_000, image.size // 2, max(0, image.size - 700)):
                wanted = min(1 << 16, max(0, image.size - offset))
                assert len(image.read_at(offset, 1 << 16)) == wanted  # damage is noted, and never shortens
            assert len(image.problems) <= 1_000
            for problem in image.problems:
                assert problem.code in PROBLEM_CODES
            for damaged in image.damage:
                assert 0 <= damaged.offset < damaged.end <= image.size


_WHICH = st.integers(0, len(_IMAGES) - 1)


@counted()
@given(_WHICH, st.integers(0, 9), patches(1 << 16), st.none() | st.integers(0, 1 << 16))
def test_ewf_of_damaged_bytes(which: int, number: int, changes: list[Patch], cut: int | None) -> None:
    image = list(_IMAGES[which])
    segment = image[number % len(image)]
    within = [(at % len(segment), new) for at, new in changes]
    image[number % len(image)] = patched(segment, within, None if cut is None else cut % len(segment))
    _read(image)


_SPANS = st.sampled_from([(0, 72), (76, 20), (76, 1048 - 4), (100, 40)])  # what a checksum follows


@counted(150)
@given(
    _WHICH,
    st.integers(0, 9),
    st.lists(st.tuples(st.integers(0, 99), _SPANS, patches(1044, 40)), min_size=1, max_size=3),
)
def test_ewf_of_damaged_sections_with_sound_checksums(
    which: int, number: int, damages: list[tuple[int, tuple[int, int], list[Patch]]]
) -> None:
    """Damage that a checksum would show, made by somebody who writes the checksum, too."""
    image = list(_IMAGES[which])
    sound = image[number % len(image)]
    segment = bytearray(sound)
    for section, (begin, length), changes in damages:
        start = _sections(sound)[section % len(_sections(sound))]
        body = bytes(segment[start + begin : start + begin + length])
        if body:
            new = signed(patched(body, [(at % len(body), data) for at, data in changes]))
            segment[start + begin : start + begin + len(new)] = new[: len(segment) - start - begin]
    image[number % len(image)] = bytes(segment)
    _read(image)


_HEADS: dict[str, tuple[bytes, Container]] = {
    "a.qcow2": (b"QFI\xfb\0\0\0\3" + bytes(96), Container.QCOW),
    "a.vhd": (
        (b"conectix".ljust(16, b"\0") + (512).to_bytes(8, "big")).ljust(60, b"\0") + b"\0\0\0\4" + bytes(448) +
        b"cxsparse" + bytes(1016),
        Container.VHD,
    ),
    "a.vhdx": (b"vhdxfile" + bytes(0x30008) + b"\6\xa2\x7c\x8b\x90\x47\x9a\x4b" + bytes(64), Container.VHDX),
    "a.vmdk": (b"KDMV\1\0\0\0" + bytes(20) + (1).to_bytes(8, "little") + (20).to_bytes(8, "little") + bytes(1024),
               Container.VMDK),
    "b.vmdk": (b'# Disk DescriptorFile\nparentCID=ffffffff\nRW 100 FLAT "../../etc/shadow" 0\n', Container.VMDK),
    "DiskDescriptor.xml": (b"<Parallels_disk_image><File>../../etc/shadow</File></Parallels_disk_image>",
                           Container.PARALLELS),
}  # fmt: skip


def _inside(folder: Path, read: Callable[[], tuple[Path, ...]]) -> None:
    """Whatever a disk names, no file outside its own folder is ever given."""
    try:
        paths = read()
    except EvidenceError as error:
        _named(error)
        return
    except OSError:
        return
    assert all(path.parent == folder for path in paths)
    assert len(paths) <= 10_000


@counted(200)
@given(st.sampled_from(sorted(_HEADS)), patches(1 << 18, 1024), st.none() | st.integers(0, 1 << 18))
@example(name="a.vhd", changes=[(14, b"\0\0\x80")], cut=None)  # a place of its header beyond 63 bits
def test_virtual_disks(folder: Path, name: str, changes: list[Patch], cut: int | None) -> None:
    head, container = _HEADS[name]
    place = folder / name
    within = [(at % len(head), new) for at, new in changes]
    place.write_bytes(patched(head, within, None if cut is None else cut % (len(head) + 1)))
    _inside(folder, lambda: virtual_disks.files_of(place, container))
    _inside(folder, lambda: source.identify("X", place).paths)
    try:
        assert len(list(virtual_disks.own_snapshots(place, container))) <= 1
    except EvidenceError as error:
        _named(error)


@counted(200)
@given(st.text(max_size=60), st.sampled_from(["vmdk", "xml", "qcow2"]))
def test_names_that_virtual_disks_give(folder: Path, name: str, kind: str) -> None:
    raw = name.encode("utf-8", "surrogatepass")
    if kind == "vmdk":
        place, container = folder / "c.vmdk", Container.VMDK
        place.write_bytes(b'# Disk DescriptorFile\nRW 100 FLAT "' + raw + b'" 0\n')
    elif kind == "xml":
        place, container = folder / "DiskDescriptor.xml", Container.PARALLELS
        place.write_bytes(b"<Parallels_disk_image><File>" + raw + b"</File>")
    else:
        place, container = folder / "c.qcow2", Container.QCOW
        place.write_bytes(b"QFI\xfb\0\0\0\2" + (100).to_bytes(8, "big") + len(raw).to_bytes(4, "big") + bytes(80) + raw)
    _inside(folder, lambda: virtual_disks.files_of(place, container))
