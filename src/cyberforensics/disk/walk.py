"""The walk of one volume, whoever reads it."""

from collections.abc import Iterator
from pathlib import Path

from cyberforensics.disk import host, ntfs, vfs_walk, zip_walk
from cyberforensics.disk.evidence import OpenEvidence
from cyberforensics.disk.ewf import EwfImage
from cyberforensics.disk.free_space import free_bytes
from cyberforensics.disk.tsk import FileSystem
from cyberforensics.disk.tsk_entry import Shaper
from cyberforensics.disk.tsk_names import walk_names
from cyberforensics.disk.volumes import open_window
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import Entry
from cyberforensics.model.identity import root_id
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.volume import Volume

_KEPT = 128 << 20
"""Bytes of an EWF image's media that a walk keeps inflated: directories ask for their file records again and again."""


def walk(opened: OpenEvidence, volume: Volume, *, leave_out: Path | None = None) -> Iterator[Entry | Problem]:
    """Yield every entry of a volume in one deterministic order, with the problems met on the way.

    Args:
        leave_out: a folder of the host that is not entered where logical evidence holds it: the case folder.
    """
    if volume.reader == "host":
        yield from host.walk(opened.source.paths[0], volume, leave_out=leave_out)
    elif volume.reader == "zip":
        yield from zip_walk.walk(open_window(opened, volume), volume)
    elif volume.reader == "tsk":
        if isinstance(opened.media, EwfImage):
            opened.media.keep(_KEPT)
        yield from _walk_tsk(opened, volume)
    else:
        yield from vfs_walk.walk(opened.source, volume)


def _walk_tsk(opened: OpenEvidence, volume: Volume) -> Iterator[Entry | Problem]:
    try:
        file_system = FileSystem(open_window(opened, volume))
        shaper = Shaper(volume.id, file_system, volume.offset or 0)
    except OSError:
        yield Problem(
            Stage.WALK, "volume.unreadable", f"{volume.slot}: the file system could not be opened again", Severity.ERROR
        )
        return
    for name in walk_names(file_system, root_id(volume.exhibit, volume.slot)):
        if isinstance(name, Problem):
            yield name
            continue
        try:
            yield from shaper.entries(name)
        except (MalformedData, OSError):
            yield Problem(Stage.WALK, "walk.entry-unreadable", "the entry's record could not be read", path=name.path)
            yield shaper.unread(name)
    yield from shaper.notes()


def free_space(opened: OpenEvidence, volume: Volume) -> int | None:
    """Bytes of a volume that its file system marks as unallocated; None where it can't be told."""
    if volume.reader == "host" or volume.size is None or volume.filesystem is None:
        return None
    try:
        media = open_window(opened, volume)
        if volume.reader == "zip":
            return zip_walk.free_bytes(media)
        bitmap = None
        if volume.filesystem == "ntfs":
            bits = ntfs.bitmap(FileSystem(media))
            if bits is None:
                return None
            bitmap = lambda offset, size: bits[offset : offset + size]  # noqa: E731 - the shape that is asked for
        return free_bytes(media.read_at, volume.filesystem, volume.size, ntfs_bitmap=bitmap)
    except (OSError, MalformedData):
        return None
