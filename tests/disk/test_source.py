"""What is an image and what is a file; images in several files; images that name files of the host."""

import hashlib
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberforensics import disk
from cyberforensics.disk.source import IMAGE_EXTENSIONS
from cyberforensics.errors import EvidenceError
from cyberforensics.model.problem import Severity
from tests.disk import looking


def refused(path: Path) -> str:
    """The code with which a source is refused."""
    with pytest.raises(EvidenceError) as raised:
        looking.look_into(path)
    assert str(raised.value)
    return raised.value.code


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("letter.rtf", b"{\\rtf1" + bytes(60)),
        ("syslog.gz", b"\x1f\x8b\x08\x00" + bytes(60)),
        ("notes.txt", b"text\n" * 2000),
        ("no extension", b"\xff" * 70_000),
        ("empty.txt", b""),
        ("saved-boot-sector", bytes(446) + struct.pack("<B3xB3xII", 0x80, 7, 2048, 9999) + bytes(48) + b"\x55\xaa"),
        ("H+ by chance.txt", b"x" * 1024 + b"H+" + b"x" * 5000),
        ("ext by chance.bmp", b"x" * 1080 + b"\x53\xef" + b"x" * 5000),
    ],
)
def test_a_file_that_is_no_image_is_examined_as_one_file(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    found = looking.look_into(path)
    evidence = found.opened.evidence
    assert (evidence.container, evidence.media_size) == ("file", None)
    assert [(problem.code, problem.severity) for problem in found.problems] == [
        ("evidence.examined-as-file", Severity.INFO)
    ]
    (volume,) = found.volumes
    (entry,) = found.entries(volume)
    assert (entry.path, entry.size) == (f"/{name}", len(data))
    assert looking.read(found, volume, entry) == data
    if data:
        with disk.open_locator(entry.locator or "", {looking.EXHIBIT: tmp_path}) as stream:
            assert stream.read() == data
    assert disk.with_identity(found.opened, None).identity.startswith("listing-sha256=")


@pytest.mark.parametrize("extension", sorted(IMAGE_EXTENSIONS))
def test_an_image_extension_is_never_a_document(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"evidence{extension}"
    path.write_bytes(b"nothing that anybody knows\n" * 100)
    found = looking.look_into(path)
    assert found.opened.evidence.container == "raw"
    assert "volume.no-file-system" in found.codes
    path.write_bytes(b"")
    assert refused(path) == "evidence.truncated"


def test_an_image_is_recognised_by_its_content(fixture_image: Callable[[str], Path], tmp_path: Path) -> None:
    for name in ("fat12.raw", "ext4.raw", "mbr.raw", "gpt.raw", "iso.raw"):
        path = tmp_path / "exhibit"
        shutil.copy(fixture_image(name), path)
        assert looking.look_into(path).opened.evidence.container == "raw"


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere.dd") == "evidence.not-found"


def test_a_device_is_not_opened() -> None:
    assert refused(Path("/dev/null")) == "evidence.unreadable"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.L01", b"LVF\x09\x0d\x0a\xff\x00"),
        ("x.aff", b"AFF10\x0d\x0a\x00"),
        ("x.ad1", b"ADSEGMENTEDFILE\x00"),
        ("x.vdi", b"<<< VirtualBox >>>".ljust(64, b"\0") + b"\x7f\x10\xda\xbe"),
        ("x.dmg", b"encrcdsa"),
        ("x.sparseimage", b"sprs"),
        ("x.aff4", b"PK\x03\x04"),
    ],
)
def test_known_containers_that_are_not_supported(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data.ljust(4096, b"\0"))
    assert refused(path) == "evidence.unsupported-container"


def test_split_raw(fixture_image: Callable[[str], Path], tmp_path: Path) -> None:
    for number in (1, 2, 3):
        shutil.copy(fixture_image(f"split.{number:03}"), tmp_path)
    first = tmp_path / "split.001"
    found = looking.look_into(first)
    assert (found.opened.evidence.container, found.opened.evidence.media_size) == ("split-raw", 524_288)
    assert refused(tmp_path / "split.003") == "evidence.segment-missing"  # names the first
    (tmp_path / "split.002").unlink()
    assert refused(first) == "evidence.segment-missing"
    (tmp_path / "split.2024").write_bytes(b"no segment")
    (tmp_path / "split.003").unlink()
    assert looking.look_into(first).opened.evidence.media_size == 204_800


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same bytes in every format that qemu-img makes."""
    if shutil.which("qemu-img") is None:
        pytest.skip("qemu-img (qemu-utils) is not installed")
    folder = tmp_path_factory.mktemp("qemu")
    data = b"".join(hashlib.sha256(bytes([number % 251, number // 251])).digest() for number in range(32_768))
    (folder / "base.raw").write_bytes(data)
    for name, *options in (
        ("qcow2.qcow2", "-O", "qcow2"),
        ("packed.qcow2", "-O", "qcow2", "-c"),
        ("old.qcow2", "-O", "qcow2", "-o", "compat=0.10"),
        ("dynamic.vhdx", "-O", "vhdx", "-o", "subformat=dynamic"),
        ("fixed.vhdx", "-O", "vhdx", "-o", "subformat=fixed"),
        ("dynamic.vhd", "-O", "vpc", "-o", "subformat=dynamic,force_size=on"),
        ("fixed.vhd", "-O", "vpc", "-o", "subformat=fixed,force_size=on"),
        ("sparse.vmdk", "-O", "vmdk", "-o", "subformat=monolithicSparse"),
        ("flat.vmdk", "-O", "vmdk", "-o", "subformat=monolithicFlat"),
        ("parts.vmdk", "-O", "vmdk", "-o", "subformat=twoGbMaxExtentSparse"),
        ("flatparts.vmdk", "-O", "vmdk", "-o", "subformat=twoGbMaxExtentFlat"),
        ("stream.vmdk", "-O", "vmdk", "-o", "subformat=streamOptimized"),
        ("zstd.qcow2", "-O", "qcow2", "-c", "-o", "compression_type=zstd"),
        ("extended.qcow2", "-O", "qcow2", "-o", "extended_l2=on"),
        ("p.hdd.0.hds", "-O", "parallels"),
    ):
        subprocess.run(["qemu-img", "convert", *options, "base.raw", name], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize(
    ("name", "container", "segments"),
    [
        ("qcow2.qcow2", "qcow2", 1),
        ("packed.qcow2", "qcow2", 1),
        ("old.qcow2", "qcow2", 1),
        ("dynamic.vhdx", "vhdx", 1),
        ("fixed.vhdx", "vhdx", 1),
        ("dynamic.vhd", "vhd", 1),
        ("fixed.vhd", "vhd", 1),
        ("sparse.vmdk", "vmdk", 1),
        ("flat.vmdk", "vmdk", 2),
        ("parts.vmdk", "vmdk", 2),
        ("flatparts.vmdk", "vmdk", 2),
        ("stream.vmdk", "vmdk", 1),
    ],
)
def test_the_same_media(made: Path, name: str, container: str, segments: int) -> None:
    found = looking.look_into(made / name)
    evidence = found.opened.evidence
    assert (evidence.container, len(evidence.segments)) == (container, segments)
    expected = hashlib.sha256((made / "base.raw").read_bytes()).hexdigest()
    assert looking.media_digest(found, "sha256") == expected
    assert evidence.media_size == (made / "base.raw").stat().st_size


def parallels(folder: Path, data: Path, kind: str) -> Path:
    """A Parallels disk of one file, with its description."""
    folder.mkdir()
    shutil.copy(data, folder / "p.hdd.0.hds")
    size = data.stat().st_size // 512
    guid = "{5fbaabe3-6958-40ff-92a7-860e329aab41}"
    (folder / "DiskDescriptor.xml").write_text(
        "<?xml version='1.0' encoding='UTF-8'?>\n<Parallels_disk_image Version=\"1.0\">\n"
        f"<Disk_Parameters><Disk_size>{size}</Disk_size><Cylinders>4</Cylinders><Heads>16</Heads>"
        "<Sectors>32</Sectors><Padding>0</Padding><Name>p</Name></Disk_Parameters>\n"
        f"<StorageData><Storage><Start>0</Start><End>{size}</End><Blocksize>2048</Blocksize><Image>"
        f"<GUID>{guid}</GUID><Type>{kind}</Type><File>p.hdd.0.hds</File></Image></Storage></StorageData>\n"
        f"<Snapshots><Shot><GUID>{guid}</GUID>"
        "<ParentGUID>{00000000-0000-0000-0000-000000000000}</ParentGUID></Shot></Snapshots>\n"
        "</Parallels_disk_image>\n"
    )
    return folder


def test_a_parallels_disk(made: Path, tmp_path: Path) -> None:
    folder = parallels(tmp_path / "disk.hdd", made / "base.raw", "Plain")
    expected = hashlib.sha256((made / "base.raw").read_bytes()).hexdigest()
    for named in (folder, folder / "DiskDescriptor.xml"):
        found = looking.look_into(named)
        assert [segment.name for segment in found.opened.evidence.segments] == ["DiskDescriptor.xml", "p.hdd.0.hds"]
        assert looking.media_digest(found, "sha256") == expected
    (folder / "p.hdd.0.hds").unlink()
    assert refused(folder) == "evidence.segment-missing"


def test_a_parallels_disk_of_a_newer_kind(made: Path, tmp_path: Path) -> None:
    """The library knows the older of two signatures."""
    folder = parallels(tmp_path / "disk.hdd", made / "p.hdd.0.hds", "Compressed")
    assert refused(folder) == "evidence.unreadable"
    assert refused(folder / "p.hdd.0.hds") == "evidence.unreadable"
    (folder / "DiskDescriptor.xml").unlink()
    assert refused(folder / "p.hdd.0.hds") == "evidence.segment-missing"


@pytest.mark.parametrize("name", ["zstd.qcow2", "extended.qcow2"])
def test_variants_that_are_not_read_are_named(made: Path, name: str) -> None:
    assert refused(made / name) == "evidence.unsupported-container"


def test_an_encrypted_qcow2(made: Path, tmp_path: Path) -> None:
    data = bytearray((made / "qcow2.qcow2").read_bytes())
    data[32:36] = b"\0\0\0\2"
    (tmp_path / "locked.qcow2").write_bytes(data)
    assert refused(tmp_path / "locked.qcow2") == "evidence.unsupported-container"


def test_snapshots_that_a_container_keeps_are_said(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "kept.qcow2"
    shutil.copy(made / "qcow2.qcow2", path)
    for name in ("before", "after"):
        subprocess.run(["qemu-img", "snapshot", "-c", name, path], check=True)
    found = looking.look_into(path)
    assert "volume.snapshots-not-opened" in found.codes
    assert "keeps 2 snapshots" in found.problems[0].message


def test_missing_extents(made: Path, tmp_path: Path) -> None:
    shutil.copy(made / "flat.vmdk", tmp_path)
    assert refused(tmp_path / "flat.vmdk") == "evidence.segment-missing"
    shutil.copy(made / "parts-s001.vmdk", tmp_path)
    assert refused(tmp_path / "parts-s001.vmdk") in ("evidence.segment-missing", "evidence.unreadable")


def test_a_qcow2_with_its_parent(made: Path, tmp_path: Path) -> None:
    shutil.copy(made / "qcow2.qcow2", tmp_path / "parent.qcow2")
    child = tmp_path / "child.qcow2"
    create = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "parent.qcow2", child.name]
    subprocess.run(create, cwd=tmp_path, check=True)
    found = looking.look_into(child)
    assert [segment.name for segment in found.opened.evidence.segments] == ["child.qcow2", "parent.qcow2"]
    expected = hashlib.sha256((made / "base.raw").read_bytes()).hexdigest()
    assert looking.media_digest(found, "sha256") == expected
    (tmp_path / "parent.qcow2").unlink()
    assert refused(child) == "evidence.parent-missing"


@pytest.mark.parametrize("parent", ["../{}/parent.qcow2", "{}/parent.qcow2", "/etc/passwd", "..", "."])
def test_a_disk_can_not_name_a_parent_elsewhere(made: Path, tmp_path: Path, parent: str) -> None:
    """A hostile image must not make us read the examiner's files as its parent."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    shutil.copy(made / "qcow2.qcow2", tmp_path / "parent.qcow2")
    child = folder / "child.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", child, "1M"], check=True)
    name = parent.format(tmp_path).encode()
    data = bytearray(child.read_bytes())
    data[8:20] = struct.pack(">QI", 512, len(name))
    data[512 : 512 + len(name)] = name
    child.write_bytes(data)
    assert refused(child) == "evidence.parent-missing"


def test_an_extent_of_another_folder_is_not_read(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"x" * 1_048_576)
    text = (made / "flat.vmdk").read_text().replace('"flat-flat.vmdk"', f'"{tmp_path}/secret"')
    (folder / "flat.vmdk").write_text(text)
    assert refused(folder / "flat.vmdk") == "evidence.segment-missing"


@pytest.mark.parametrize(
    "name",
    ["qcow2.qcow2", "dynamic.vhdx", "dynamic.vhd", "fixed.vhd", "sparse.vmdk", "stream.vmdk", "parts-s001.vmdk"],
)
def test_cut_at_any_length_a_virtual_disk_is_a_named_trouble(made: Path, tmp_path: Path, name: str) -> None:
    assert_cut_short_is_named(made / name, tmp_path)


@pytest.mark.parametrize(
    "name",
    ["ext2.E01", "ext2.qcow2", "ext2.vhd", "ext2.vmdk", "hfsplus_zlib.dmg", "history/lvm.qcow2", "iso9660.raw"],
)
def test_cut_at_any_length_it_is_a_named_trouble(images: Path, tmp_path: Path, name: str) -> None:
    assert_cut_short_is_named(images / "log2timeline_dfvfs" / name, tmp_path)


@pytest.mark.parametrize("name", ["ntfs.raw", "fat16.raw", "exfat.raw", "ext4.raw", "gpt.raw", "mbr.raw", "iso.raw"])
def test_cut_at_any_length_a_raw_image_says_what_is_missing(
    fixture_image: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    assert_cut_short_is_named(fixture_image(name), tmp_path)


def assert_cut_short_is_named(path: Path, folder: Path) -> None:
    """Whatever remains of it is opened, or refused with a code; nothing else may be raised on the way."""
    data = path.read_bytes()
    codes: set[str] = set()
    for length in {1, 8, 100, 511, 512, 513, 4096, *(len(data) * share // 100 for share in (5, 30, 60, 90, 99))}:
        cut = folder / path.name
        cut.write_bytes(data[:length])
        try:
            found = looking.look_into(cut)
        except EvidenceError as error:
            codes.add(error.code)
            continue
        assert found.volumes
        for volume in found.walkable:
            for entry in found.entries(volume):
                if entry.content is None or entry.status is not None or (entry.size or 0) > 1 << 20:
                    continue
                try:
                    looking.read(found, volume, entry)
                except OSError:
                    continue
    assert codes <= {"evidence.truncated", "evidence.unreadable", "evidence.segment-missing"}
