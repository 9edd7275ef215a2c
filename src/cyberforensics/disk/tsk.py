"""The Sleuth Kit over our media: opening, and what every user of it must know.

TSK converts FAT and ISO 9660 times by the process's zone, so `TZ` is set to UTC before pytsk3 is touched.
"""

import os
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cyberforensics.disk.media import Media

os.environ["TZ"] = "UTC"
time.tzset()

import pytsk3 as pytsk3  # noqa: E402 - TSK reads TZ when it is first used; others import it from here

FILE_SYSTEMS: Mapping[int, str] = MappingProxyType(
    {
        int(pytsk3.TSK_FS_TYPE_NTFS): "ntfs",
        int(pytsk3.TSK_FS_TYPE_FAT12): "fat12",
        int(pytsk3.TSK_FS_TYPE_FAT16): "fat16",
        int(pytsk3.TSK_FS_TYPE_FAT32): "fat32",
        int(pytsk3.TSK_FS_TYPE_EXFAT): "exfat",
        int(pytsk3.TSK_FS_TYPE_EXT2): "ext2",
        int(pytsk3.TSK_FS_TYPE_EXT3): "ext3",
        int(pytsk3.TSK_FS_TYPE_EXT4): "ext4",
        int(pytsk3.TSK_FS_TYPE_HFS): "hfs+",
        int(pytsk3.TSK_FS_TYPE_ISO9660): "iso9660",
        int(pytsk3.TSK_FS_TYPE_FFS1): "ufs",
        int(pytsk3.TSK_FS_TYPE_FFS1B): "ufs",
        int(pytsk3.TSK_FS_TYPE_FFS2): "ufs",
    }
)
"""The file systems that are walked with TSK; what else it recognises (APFS, YAFFS) goes elsewhere."""


_FILL = 65_536
"""Bytes with which TSK fills one of the 32 places of its cache, from the start of a sector on."""


class Image(pytsk3.Img_Info):  # type: ignore[misc]  # pytsk3 has no types
    """Our media as TSK sees it.

    For a record of 1 KiB, TSK fills a place of its cache with 64 KiB. Records and directories lie scattered, and of
    an E01 each fill is three chunks to inflate, so a fill that does not go on where the last read was is declined:
    TSK then asks for what it wants alone (tsk/img/img_io.c, "let's try skipping the cache").
    """

    def __init__(self, media: Media) -> None:
        self.media = media
        self.failures = 0
        """Reads that failed. TSK 4.15 may hand out memory that was never written as what it read (the same file,
        `tsk_img_read_no_cache`, for lengths that are no multiple of 512): who reads content looks here too."""
        self._last = -1
        self._declined = -1
        super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

    def close(self) -> None:
        """The media outlives the image."""

    def read(self, offset: int, size: int) -> bytes:
        """Called by TSK, for which no bytes are an error; an exception from here would reach nobody as what it is."""
        is_fill = size == _FILL and offset % 512 == 0 and offset != self._declined
        if is_fill and not 0 <= offset - self._last <= _FILL:
            self._declined = offset
            return b""
        self._last, self._declined = offset, -1
        try:
            data = self.media.read_at(offset, size)
        except OSError:
            data = b""
        if not data and is_fill:
            self._declined = offset  # what follows is the same read without the cache
        elif not data:
            self.failures += 1
        return data

    def get_size(self) -> int:
        """Bytes."""
        return self.media.size


class FileSystem:
    """An opened file system, with what must stay alive beside it."""

    def __init__(self, media: Media) -> None:
        """Open the file system that begins with the media's first byte.

        Raises:
            OSError: TSK recognises none, or one that is not walked with it.
        """
        self.media = media
        self.image = Image(media)
        self.fs: Any = pytsk3.FS_Info(self.image)
        kind = int(self.fs.info.ftype)
        if kind not in FILE_SYSTEMS:
            raise OSError("not a file system that is walked with TSK")
        self.name = FILE_SYSTEMS[kind]
        self.block_size = int(self.fs.info.block_size)
        self.block_count = int(self.fs.info.block_count)


def partitions(media: Media) -> tuple[str, int, list[Any]]:
    """The partition table: its type, its sector size, and TSK's parts in order of their start.

    Raises:
        OSError: there is none, or it can't be read.
    """
    table = pytsk3.Volume_Info(Image(media))
    kind = str(table.info.vstype).removeprefix("TSK_VS_TYPE_").lower()
    return kind, int(table.info.block_size), list(table)
