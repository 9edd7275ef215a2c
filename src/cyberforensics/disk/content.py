"""Reading contents: one reader a volume, in the process that examines."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from cyberforensics.disk import host, locator, raw_chain, vfs
from cyberforensics.disk.evidence import OpenEvidence
from cyberforensics.disk.media import Media
from cyberforensics.disk.tsk import FileSystem, pytsk3
from cyberforensics.disk.volumes import open_window
from cyberforensics.disk.zip_content import ZipReader
from cyberforensics.model.entry import Content
from cyberforensics.model.volume import Volume

BLOCK = 1024 * 1024
"""Bytes of one read."""

_RESOURCE_FORK = int(pytsk3.TSK_FS_ATTR_TYPE_HFS_RSRC)
_NO_ADDRESS = int(pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE) | int(pytsk3.TSK_FS_ATTR_RUN_FLAG_FILLER)


class ContentReader(Protocol):
    """Reads the contents of one volume."""

    def blocks(self, content: Content) -> Iterator[bytes]:
        """Yield the content in order, in blocks of at most `BLOCK` bytes, until its size or its real end.

        Raises:
            OSError: a block could not be read; what was yielded before is good.
        """

    def damaged(self, content: Content) -> bool:
        """Whether the container says that some of these bytes are not what was acquired. Ask after reading."""


def open_reader(opened: OpenEvidence, volume: Volume) -> ContentReader:
    """The reader of a volume.

    Raises:
        OSError: the volume can't be opened.
    """
    if volume.reader == "host":
        return _HostReader(opened.source.paths[0])
    if volume.reader == "zip":
        return ZipReader(open_window(opened, volume))
    if volume.reader == "tsk":
        return _TskReader(open_window(opened, volume))
    return _VfsReader(opened, volume)


class _TskReader:
    """Contents by record and attribute; system-compressed files through libfsntfs."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._file_system = FileSystem(media)
        self._fsntfs: Any = None

    def blocks(self, content: Content) -> Iterator[bytes]:
        if content.reader == "libfsntfs":
            yield from self._inflated(content)
            return
        if content.reader == "raw":
            yield from raw_chain.blocks(self._media.read_at, self._stored(content))
            return
        inode, attribute = _address(content.meta_address)
        file = self._file_system.fs.open_meta(inode=inode)
        attribute = attribute or _named_attribute(file, content)
        image = self._file_system.image
        offset = 0
        while offset < content.size:
            wanted = min(BLOCK, content.size - offset)
            failures = image.failures
            data = file.read_random(offset, wanted, *attribute)
            if image.failures != failures:
                raise OSError("the media could not be read")
            if not data:
                return
            yield data
            offset += len(data)

    def _inflated(self, content: Content) -> Iterator[bytes]:
        try:
            if self._fsntfs is None:
                import pyfsntfs

                self._fsntfs = pyfsntfs.volume()
                self._fsntfs.open_file_object(vfs.MediaFile(self._media))
            entry = self._fsntfs.get_file_entry(_address(content.meta_address)[0])
            entry.seek(0)
            left = content.size
            while left > 0:
                data: bytes = entry.read(min(BLOCK, left))
                if not data:
                    return
                yield data
                left -= len(data)
        except vfs.trouble() as error:
            raise OSError("the system-compressed content could not be inflated") from error

    def _stored(self, content: Content) -> raw_chain.Stored:
        return raw_chain.open_stored(self._media, self._file_system.name, content.meta_address)

    def damaged(self, content: Content) -> bool:
        if not self._media.damaged(0, self._media.size):
            return False
        if content.reader == "raw":
            return raw_chain.is_damaged(self._media, self._stored(content))
        inode, attribute = _address(content.meta_address)
        block = self._file_system.block_size
        file = self._file_system.fs.open_meta(inode=inode)
        attribute = attribute or _named_attribute(file, content)
        for found in file:
            if attribute and (int(found.info.type), int(found.info.id)) != attribute:
                continue
            for run in found:
                has_place = not int(run.flags) & _NO_ADDRESS
                if has_place and self._media.damaged(int(run.addr) * block, int(run.len) * block):
                    return True
        return False


def _named_attribute(file: Any, content: Content) -> tuple[int, ...]:  # noqa: ANN401 - pytsk3 has no types
    """(type, id) of a stream that the address alone does not tell: the resource fork of HFS+.

    Raises:
        OSError: the record has it no more.
    """
    if content.locator is None or "data_stream" not in locator.loads(content.locator):
        return ()
    for found in file:
        if int(found.info.type) == _RESOURCE_FORK:
            return int(found.info.type), int(found.info.id)
    raise OSError("the record has no such stream")


def _address(meta_address: str) -> tuple[int, tuple[int, ...]]:
    """Record, and (type, id) of the attribute where the address names one: ``entry-seq-type-id``."""
    parts = [int(part) for part in meta_address.split("-")]
    return parts[0], tuple(parts[2:4])


class _VfsReader:
    """Contents of a file system that dfVFS reads."""

    def __init__(self, opened: OpenEvidence, volume: Volume) -> None:
        self._source = opened.source
        self._media = opened.media
        self._volume = volume.locator or "{}"

    def blocks(self, content: Content) -> Iterator[bytes]:
        if content.locator is None:
            raise OSError("no place to read from")
        stream = vfs.open_stream(self._source, locator.loads(locator.join(self._volume, content.locator)))
        left = content.size
        while left > 0:
            try:
                data: bytes = stream.read(min(BLOCK, left))
            except vfs.trouble() as error:
                raise OSError("the content could not be read") from error
            if not data:
                return
            yield data
            left -= len(data)

    def damaged(self, content: Content) -> bool:  # noqa: ARG002 - dfVFS reads through libewf, which does not tell
        return False


class _HostReader:
    """Files of a folder of the host, never through a link."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def blocks(self, content: Content) -> Iterator[bytes]:
        relative = b"" if self._root.is_file() else content.path_raw
        descriptor = host.open_beneath(self._root, relative)
        try:
            before = os.fstat(descriptor)
            while data := os.read(descriptor, BLOCK):
                yield data
            after = os.fstat(descriptor)
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise OSError("the file was changed while it was read")
        finally:
            os.close(descriptor)

    def damaged(self, content: Content) -> bool:  # noqa: ARG002 - the host's disk is not evidence
        return False
