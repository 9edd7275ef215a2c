"""What the tests of the disk room share: opening images, and reading what is in them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import disk
from cyberforensics.model.entry import Content, Entry, Kind
from cyberforensics.model.problem import Problem
from cyberforensics.model.volume import Volume

EXHIBIT = "EX-1"

PUBLIC = (
    "google_grr/ntfs_img.dd",
    "google_grr/winexec_img.dd",
    "log2timeline_dfvfs/apfs.raw",
    "log2timeline_dfvfs/bogus.001",
    "log2timeline_dfvfs/ext2.E01",
    "log2timeline_dfvfs/ext2.qcow2",
    "log2timeline_dfvfs/ext2.split.E01",
    "log2timeline_dfvfs/ext2.vhd",
    "log2timeline_dfvfs/ext2.vmdk",
    "log2timeline_dfvfs/hfsplus.raw",
    "log2timeline_dfvfs/hfsplus_zlib.dmg",
    "log2timeline_dfvfs/history/ext2.raw.gz",
    "log2timeline_dfvfs/history/image-split.E01",
    "log2timeline_dfvfs/history/image.dd",
    "log2timeline_dfvfs/history/lvm.qcow2",
    "log2timeline_dfvfs/history/lvmtest.qcow2",
    "log2timeline_dfvfs/history/mbr.raw.gz",
    "log2timeline_dfvfs/history/tsk_volume_system.raw",
    "log2timeline_dfvfs/history/vsstest.qcow2",
    "log2timeline_dfvfs/image-differential.vhd",
    "log2timeline_dfvfs/image.vhd",
    "log2timeline_dfvfs/iso9660.raw",
    "log2timeline_dfvfs/ímynd.dd",
    "msuhanov_ntfs-samples/ntfs-2m.raw.gz",
    "openrelik/image_vfat.img",
    "openrelik/image_with_partitions.qcow2",
    "openrelik/image_without_partitions.img",
    "pypi_pytsk3/test_data/bogus.raw",
    "pypi_pytsk3/test_data/image.raw",
    "pypi_pytsk3/test_data/tsk_volume_system.raw",
    "velocidex_go-ewf/rand.dd.E01",
    "velocidex_go-ewf/test.ntfs.dd.E01",
    "velocidex_go-fat/testcases/fat12.dd",
)
"""Every public image that opens, by its path in the folder of images."""

FIXTURES = [
    "cut-short.raw",
    "demo-stick.E01",
    "demo.E01",
    "exfat.raw",
    "ext4.raw",
    "fat12.raw",
    "fat16.raw",
    "fat32.raw",
    "gpt.raw",
    "iso-rockridge.raw",
    "iso.raw",
    "mbr.raw",
    "no-file-system.raw",
    "ntfs.raw",
    "segments.E01",
    "split.001",
]
"""The project's own images, each once; most lie there as E01, too."""

ALSO_E01 = [
    "cut-short",
    "exfat",
    "ext4",
    "fat12",
    "fat16",
    "fat32",
    "gpt",
    "iso-rockridge",
    "iso",
    "mbr",
    "no-file-system",
    "ntfs",
]
"""Those that are there twice."""


@dataclass(frozen=True, slots=True)
class Found:
    """An opened image and what lies in it."""

    opened: disk.OpenEvidence
    volumes: tuple[Volume, ...]
    problems: tuple[Problem, ...]

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]

    def volume(self, slot: str) -> Volume:
        return next(volume for volume in self.volumes if volume.slot == slot)

    @property
    def walkable(self) -> list[Volume]:
        return [volume for volume in self.volumes if volume.status == "opened"]

    def entries(self, volume: Volume) -> list[Entry]:
        return [item for item in disk.walk(self.opened, volume) if isinstance(item, Entry)]


def look_into(path: Path) -> Found:
    """Open an image and find its volumes."""
    opened = disk.open_evidence(disk.identify(EXHIBIT, path))
    found = list(disk.find_volumes(opened))
    return Found(
        opened,
        tuple(item for item in found if isinstance(item, Volume)),
        tuple(item for item in found if isinstance(item, Problem)),
    )


def content_of(entry: Entry) -> Content:
    """What a reader is given for an entry."""
    return Content(
        number=entry.number,
        meta_address=entry.meta_address,
        locator=entry.locator,
        path_raw=entry.path_raw,
        size=entry.size or 0,
        deleted=not entry.allocated,
        reader=entry.reader or "tsk",
        first_address=entry.first_address,
        names=(),
    )


def read(found: Found, volume: Volume, entry: Entry) -> bytes:
    """An entry's content, as it is examined."""
    return b"".join(disk.open_reader(found.opened, volume).blocks(content_of(entry)))


def media_digest(found: Found, algorithm: str) -> str:
    """The digest of all bytes of the media."""
    assert found.opened.media is not None
    return disk.digest_media(found.opened.media, [algorithm], lambda _: None)[algorithm]


def files(entries: list[Entry]) -> list[Entry]:
    """Files as other tools count them: a record once, whether or not it has a main stream.

    NTFS records that have only named streams and indexes ($Secure and the like) are files, too; virtual files of
    TSK ($MBR) are not.
    """
    records: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind is Kind.FILE and entry.allocated:
            records.setdefault(entry.meta_address.partition("-")[0] + entry.path, entry)
    return list(records.values())


def directories(entries: list[Entry]) -> list[Entry]:
    """Directories without the root, and without TSK's $OrphanFiles."""
    return [
        entry
        for entry in entries
        if entry.kind is Kind.DIRECTORY
        and entry.stream is None
        and entry.allocated
        and entry.path not in ("/", "/$OrphanFiles")
    ]


def streams(entries: list[Entry]) -> list[Entry]:
    """Alternate data streams (NTFS attributes of type 128 with a name), and not named indexes."""
    return [entry for entry in entries if entry.stream is not None and "-144-" not in entry.meta_address]


def sha256(blocks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()
