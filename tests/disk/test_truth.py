"""Every line of the public evidence's TRUTH.md that is about opening, volumes and counts.

Files are counted as `fls -F` counts them: allocated records of kind file, those without a main stream included
($Secure and three more on NTFS); directories without the root and without TSK's virtual $OrphanFiles; alternate
streams without named indexes.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberforensics.errors import EvidenceError
from cyberforensics.model.entry import Kind, Status
from cyberforensics.model.volume import VolumeStatus
from tests.disk import looking

EXT2_MD5 = "196066add11fb71c4c49cf1bb50d6d24"
EXT2 = ("ext2.E01", "ext2.split.E01", "ext2.qcow2", "ext2.vhd", "ext2.vmdk", "history/ext2.raw.gz")


@pytest.mark.parametrize("name", EXT2)
def test_the_same_ext2_in_every_container(images: Path, unpacked: Callable[[Path], Path], name: str) -> None:
    found = looking.look_into(unpacked(images / "log2timeline_dfvfs" / name))
    assert [(volume.slot, volume.filesystem, volume.reader) for volume in found.volumes] == [("whole", "ext2", "tsk")]
    assert found.problems == ()
    entries = found.entries(found.volumes[0])
    assert len(looking.files(entries)) == 3
    assert len(looking.directories(entries)) == 2
    assert len([entry for entry in entries if entry.kind is Kind.LINK]) == 1
    passwords = next(entry for entry in entries if entry.path == "/passwords.txt")
    assert passwords.size == 116
    assert len(looking.read(found, found.volumes[0], passwords)) == 116


@pytest.mark.parametrize(
    ("name", "segments", "media_size", "md5"),
    [
        ("log2timeline_dfvfs/ext2.E01", 1, 4_194_304, EXT2_MD5),
        ("log2timeline_dfvfs/ext2.split.E01", 2, 4_194_304, EXT2_MD5),
        ("log2timeline_dfvfs/history/image-split.E01", 2, 1_474_560, "38ea5af8a80e16e46c095c9110242fc0"),
        ("velocidex_go-ewf/rand.dd.E01", 6, 5_242_880, "b0ac1a238d20da977b07371c3b13cc65"),
        ("velocidex_go-ewf/test.ntfs.dd.E01", 1, 10_485_760, "8b4382280340597b7930b4b34742afba"),
    ],
)
def test_stored_and_computed_md5_of_every_e01(
    images: Path, name: str, segments: int, media_size: int, md5: str
) -> None:
    found = looking.look_into(images / name)
    evidence = found.opened.evidence
    assert (len(evidence.segments), evidence.media_size) == (segments, media_size)
    assert [(stored.algorithm, stored.value, stored.origin) for stored in evidence.stored_digests] == [
        ("md5", md5, "container")
    ]
    assert looking.media_digest(found, "md5") == md5


@pytest.mark.parametrize("name", ["ext2.qcow2", "ext2.vmdk", "history/ext2.raw.gz"])
def test_other_containers_hold_the_same_media(images: Path, unpacked: Callable[[Path], Path], name: str) -> None:
    found = looking.look_into(unpacked(images / "log2timeline_dfvfs" / name))
    assert looking.media_digest(found, "md5") == EXT2_MD5


def test_a_vhd_holds_the_same_media_and_is_filled_up_to_its_geometry(images: Path) -> None:
    media = looking.look_into(images / "log2timeline_dfvfs" / "ext2.vhd").opened.media
    assert media is not None
    assert media.size == 4_212_736
    assert hashlib.md5(media.read_at(0, 4_194_304)).hexdigest() == EXT2_MD5  # noqa: S324
    assert media.read_at(4_194_304, 18_432).count(0) == 18_432


@pytest.mark.parametrize(
    ("name", "slot", "filesystem", "counts"),
    [
        # files, directories, links, streams
        ("log2timeline_dfvfs/apfs.raw", "apfs1", "apfs", (7, 2, 1, 0)),
        ("log2timeline_dfvfs/hfsplus.raw", "whole", "hfs+", (12, 4, 1, 1)),
        ("log2timeline_dfvfs/iso9660.raw", "whole", "iso9660", (3, 2, 0, 0)),
        ("log2timeline_dfvfs/ímynd.dd", "whole", "ext2", (3, 2, 1, 0)),
        ("log2timeline_dfvfs/history/vsstest.qcow2", "whole", "ntfs", (24, 5, 0, 4)),
        ("velocidex_go-ewf/test.ntfs.dd.E01", "whole", "ntfs", (24, 11, 0, 6)),
        ("velocidex_go-fat/testcases/fat12.dd", "whole", "fat12", (395, 4, 0, 0)),
        ("google_grr/ntfs_img.dd", "p1", "ntfs", (20, 6, 0, 7)),
        ("google_grr/winexec_img.dd", "whole", "ext2", (36, 27, 0, 0)),
        ("openrelik/image_with_partitions.qcow2", "p1", "ext4", (1, 1, 0, 0)),
        ("openrelik/image_with_partitions.qcow2", "p2", "ext4", (1, 1, 0, 0)),
        ("openrelik/image_without_partitions.img", "whole", "ext4", (1, 1, 0, 0)),
        ("openrelik/image_vfat.img", "whole", "fat12", (0, 0, 0, 0)),
        ("msuhanov_ntfs-samples/ntfs-2m.raw.gz", "p1", "ntfs", (20, 6, 0, 7)),
    ],
)
def test_counts(
    images: Path,
    unpacked: Callable[[Path], Path],
    name: str,
    slot: str,
    filesystem: str,
    counts: tuple[int, int, int, int],
) -> None:
    found = looking.look_into(unpacked(images / name))
    volume = found.volume(slot)
    assert (volume.filesystem, volume.status) == (filesystem, VolumeStatus.OPENED)
    entries = found.entries(volume)
    links = [entry for entry in entries if entry.kind is Kind.LINK]
    assert (
        len(looking.files(entries)),
        len(looking.directories(entries)),
        len(links),
        len(looking.streams(entries)),
    ) == counts


def test_a_compressed_disk_image_of_apple(images: Path) -> None:
    found = looking.look_into(images / "log2timeline_dfvfs" / "hfsplus_zlib.dmg")
    assert found.opened.evidence.container == "dmg"
    assert [(volume.slot, volume.filesystem) for volume in found.walkable] == [("p1", "hfs+")]
    assert "/passwords.txt" in {entry.path for entry in found.entries(found.walkable[0])}


@pytest.mark.parametrize(
    ("name", "slots"),
    [("lvm.qcow2", ["lvm1"]), ("lvmtest.qcow2", ["lvm1", "lvm2"])],
)
def test_logical_volumes(images: Path, name: str, slots: list[str]) -> None:
    found = looking.look_into(images / "log2timeline_dfvfs" / "history" / name)
    assert found.volume("whole").status is VolumeStatus.METADATA
    assert [(volume.slot, volume.filesystem, volume.offset) for volume in found.walkable] == [
        (slot, "ext2", None) for slot in slots
    ]
    assert found.problems == ()


def test_extended_partitions(images: Path) -> None:
    found = looking.look_into(images / "log2timeline_dfvfs" / "history" / "tsk_volume_system.raw")
    placed = [(volume.slot, volume.offset, volume.size, volume.status) for volume in found.volumes]
    assert placed == [
        ("p3", None, None, "empty"),
        ("p4", None, None, "empty"),
        ("table1", 0, 512, "metadata"),
        ("p1", 512, 179_200, "no-file-system"),
        ("table2", 179_712, 512, "metadata"),
        ("p5", 180_224, 1_294_336, "opened"),
    ]
    assert found.codes == ["volume.no-file-system"]


def test_shadow_copies_are_counted_and_said_not_to_be_opened(images: Path) -> None:
    found = looking.look_into(images / "log2timeline_dfvfs" / "history" / "vsstest.qcow2")
    assert found.volume("whole").snapshots == 2
    assert found.codes == ["volume.snapshots-not-opened"]
    assert "2 shadow copies" in found.problems[0].message


def test_a_volume_that_tsk_refuses_is_read_by_libfsntfs(images: Path, unpacked: Callable[[Path], Path]) -> None:
    found = looking.look_into(unpacked(images / "msuhanov_ntfs-samples" / "ntfs-2m.raw.gz"))
    volume = found.volume("p1")
    assert (volume.reader, volume.note) == ("ntfs", "deleted entries: not examined")
    assert found.codes == ["volume.deleted-not-examined"]
    for entry in found.entries(volume):
        if entry.status is None and (entry.size or 0) < 1 << 20:
            assert len(looking.read(found, volume, entry)) == entry.size
    # records without a main stream have nothing to read
    secure = next(entry for entry in found.entries(volume) if entry.path == "/$Secure" and entry.stream is None)
    assert (secure.status, secure.status_reason) == (Status.NO_CONTENT, "no-stream")


def test_a_differencing_disk_without_its_parent(images: Path, tmp_path: Path) -> None:
    for name, parent in (("fat-differential.vhd", "fat-parent.vhd"), ("image-differential.vhd", "image.vhd")):
        alone = tmp_path / name
        alone.write_bytes((images / "log2timeline_dfvfs" / name).read_bytes())
        with pytest.raises(EvidenceError) as raised:
            looking.look_into(alone)
        assert raised.value.code == "evidence.parent-missing"
        assert parent in str(raised.value)


def test_a_differencing_disk_with_its_parent_has_both_as_segments(images: Path) -> None:
    found = looking.look_into(images / "log2timeline_dfvfs" / "image-differential.vhd")
    segments = [segment.name for segment in found.opened.evidence.segments]
    assert segments == ["image-differential.vhd", "image.vhd"]
    assert found.volume("whole").filesystem == "ext2"
    entries = found.entries(found.volume("whole"))
    assert {entry.path for entry in entries} >= {"/passwords.txt", "/a_directory/another_file"}


def test_a_parallels_disk_whose_data_are_missing(images: Path) -> None:
    with pytest.raises(EvidenceError) as raised:
        looking.look_into(images / "log2timeline_dfvfs" / "hfsplus.hdd")
    assert raised.value.code == "evidence.segment-missing"


@pytest.mark.parametrize(
    "name", ["velocidex_go-ewf/rand.dd.E01", "log2timeline_dfvfs/bogus.001", "pypi_pytsk3/test_data/bogus.raw"]
)
def test_an_image_without_file_system(images: Path, name: str) -> None:
    found = looking.look_into(images / name)
    assert [(volume.slot, volume.status) for volume in found.volumes] == [("whole", VolumeStatus.NO_FILE_SYSTEM)]
    assert found.codes == ["volume.no-file-system"]
    assert found.walkable == []


def test_every_public_image_is_looked_at(images: Path) -> None:
    there = {
        str(path.relative_to(images))
        for path in images.rglob("*")
        if path.suffix.lower() in (".dd", ".raw", ".img", ".vhd", ".vmdk", ".qcow2", ".dmg", ".e01", ".001", ".hdd")
        or path.name.endswith(".raw.gz")
    }
    refused = {
        "log2timeline_dfvfs/fat-differential.vhd",
        "log2timeline_dfvfs/hfsplus.hdd",
        "log2timeline_dfvfs/hfsplus.hdd/hfsplus.hdd",
    }
    assert there == set(looking.PUBLIC) | refused


@pytest.mark.parametrize("name", looking.PUBLIC)
def test_no_locator_and_no_text_names_a_place_of_the_host(
    images: Path, unpacked: Callable[[Path], Path], name: str
) -> None:
    path = unpacked(images / name)
    found = looking.look_into(path)
    texts = [found.opened.evidence.identity, *(segment.name for segment in found.opened.evidence.segments)]
    texts += [problem.message for problem in found.problems]
    for volume in found.volumes:
        texts += [volume.locator or "", volume.note, volume.type, volume.label or ""]
    for text in texts:
        assert str(path.parent) not in text
    for volume in found.walkable[:1]:
        assert '"type_indicator":"OS"' in (volume.locator or "")
        assert f'"evidence:{looking.EXHIBIT}/' in (volume.locator or "")
