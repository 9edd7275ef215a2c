"""What lies in a place: encrypted and unsupported volumes are named, hybrids are examined once."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cyberforensics.disk.signatures import SIGNATURES, Signature
from cyberforensics.model.volume import VolumeStatus
from tests.disk import looking, tables

MIB = 1 << 20
CLOSED = [signature for signature in SIGNATURES if signature.status is not None]


def with_signature(path: Path, signature: Signature) -> Path:
    """Two MiB of zeros with nothing but the signature."""
    pieces = {signature.offset: signature.magic}
    if signature.name == "core-storage":
        pieces[8] = b"\x01\x00\x10\x00"
    return tables.write(path, 2 * MIB, pieces)


@pytest.mark.parametrize("signature", CLOSED, ids=lambda signature: signature.name)
def test_what_can_not_be_opened_is_named(tmp_path: Path, signature: Signature) -> None:
    found = looking.look_into(with_signature(tmp_path / "disk.img", signature))
    (volume,) = found.volumes
    assert signature.title in volume.note
    assert volume.status is signature.status
    code = "volume.no-file-system" if volume.status is VolumeStatus.NO_FILE_SYSTEM else f"volume.{volume.status}"
    assert found.codes == [code]


@pytest.mark.parametrize(
    "signature", [found for found in CLOSED if len(found.magic) >= 4], ids=lambda found: found.name
)
def test_an_image_is_one_by_what_lies_in_it_whatever_its_name(tmp_path: Path, signature: Signature) -> None:
    found = looking.look_into(with_signature(tmp_path / "evidence", signature))
    assert found.opened.evidence.container == "raw"


def test_an_encrypted_partition_beside_another(tmp_path: Path) -> None:
    table = tables.gpt(4 * MIB, [(tables.LINUX, 2048, 4095, "secret"), (tables.LINUX, 4096, 6143, "empty")])
    luks = {MIB: b"LUKS\xba\xbe\x00\x02"}
    found = looking.look_into(tables.write(tmp_path / "disk.img", 4 * MIB, table, luks))
    assert [(found.volume(slot).status, found.volume(slot).label) for slot in ("p1", "p2")] == [
        ("encrypted", "secret"),
        ("no-file-system", "empty"),
    ]
    assert found.codes == ["volume.encrypted", "volume.no-file-system"]


def test_a_partition_table_inside_a_logical_place_is_said_not_to_be_opened(tmp_path: Path) -> None:
    table = {0: tables.mbr([(0x83, 2048, 2048)]), MIB: tables.mbr([(0x83, 64, 128)])}
    found = looking.look_into(tables.write(tmp_path / "disk.img", 4 * MIB, table))
    assert found.volume("p1").status is VolumeStatus.UNSUPPORTED
    assert found.codes == ["volume.unsupported"]


@pytest.fixture(scope="module")
def hybrid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bootable ISO that is a disk, too."""
    if shutil.which("xorriso") is None:
        pytest.skip("xorriso is not installed")
    folder = tmp_path_factory.mktemp("hybrid")
    tree = folder / "tree"
    tree.mkdir()
    (tree / "hello.txt").write_text("hello\n")
    (tree / "boot.img").write_bytes(bytes(2048))
    (folder / "mbr").write_bytes(bytes(432))
    image = folder / "hybrid.iso"
    subprocess.run(
        [
            "xorriso",
            "-as",
            "mkisofs",
            "-quiet",
            "-R",
            "-J",
            "-b",
            "boot.img",
            "-no-emul-boot",
            "-isohybrid-mbr",
            folder / "mbr",
            "-partition_offset",
            "16",
            "-o",
            image,
            tree,
        ],
        check=True,
        capture_output=True,
    )
    return image


def test_a_hybrid_iso_is_examined_once(hybrid: Path) -> None:
    found = looking.look_into(hybrid)
    assert [(volume.slot, volume.filesystem) for volume in found.walkable] == [("whole", "iso9660")]
    inside = [volume for volume in found.volumes if volume.slot != "whole"]
    assert [volume.status for volume in inside] == [VolumeStatus.METADATA]
    assert "examined as a part of it" in inside[0].note
    assert found.problems == ()


def test_what_lies_behind_a_hybrid_iso_is_examined(hybrid: Path, tmp_path: Path) -> None:
    """A live system's stick keeps what its user did in a partition behind the ISO."""
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 (e2fsprogs) is not installed")
    iso = hybrid.read_bytes()
    start = -(-len(iso) // MIB) * MIB
    kept = tables.write(tmp_path / "kept.raw", 4 * MIB)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-L", "persistence", kept], check=True)
    stick = bytearray(iso.ljust(start, b"\0") + kept.read_bytes())
    stick[462:478] = tables.mbr([(0x83, start // 512, 4 * MIB // 512)])[446:462]
    path = tmp_path / "stick.img"
    path.write_bytes(stick)
    found = looking.look_into(path)
    assert [(volume.slot, volume.filesystem, volume.offset) for volume in found.walkable] == [
        ("iso", "iso9660", 0),
        ("p2", "ext4", start),
    ]
    iso_volume = found.volume("iso")
    assert {entry.path for entry in found.entries(iso_volume)} >= {"/hello.txt"}
    placed = [volume for volume in found.volumes if volume.offset is not None]
    assert sum(volume.size or 0 for volume in placed) == len(stick)


def test_xfs_is_read_and_says_what_is_not(tmp_path: Path) -> None:
    if shutil.which("mkfs.xfs") is None:
        pytest.skip("mkfs.xfs (xfsprogs) is not installed")
    protofile = tmp_path / "proto"
    (tmp_path / "hello.txt").write_text("hello from xfs\n")
    protofile.write_text(f"/\n0 0\nd--755 0 0\nhello.txt ---644 0 0 {tmp_path / 'hello.txt'}\n$\n")
    path = tmp_path / "disk.img"
    with path.open("wb") as out:
        out.truncate(320 * MIB)
    subprocess.run(["mkfs.xfs", "-q", "-f", "-p", protofile, path], check=True)
    found = looking.look_into(path)
    (volume,) = found.volumes
    assert (volume.filesystem, volume.reader, volume.status) == ("xfs", "xfs", "opened")
    assert found.codes == ["volume.deleted-not-examined"]
    hello = next(entry for entry in found.entries(volume) if entry.path == "/hello.txt")
    assert looking.read(found, volume, hello) == b"hello from xfs\n"
    with path.open("r+b") as file:
        file.truncate(200 * MIB)
    assert {"volume.past-end", "volume.unreadable"} & set(looking.look_into(path).codes)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_system_longer_than_its_place_is_said(images: Path, tmp_path: Path, share: float) -> None:
    for name in ("apfs.raw", "hfsplus.raw", "iso9660.raw", "history/image.dd"):
        data = (images / "log2timeline_dfvfs" / name).read_bytes()
        path = tmp_path / "cut.raw"
        path.write_bytes(data[: int(len(data) * share)])
        assert {"volume.past-end", "volume.unreadable"} & set(looking.look_into(path).codes), name
