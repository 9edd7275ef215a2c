"""Zip collections: files that somebody gathered from a running system, in the order of the plan. No disk lies in them.

Layout: PKWARE, APPNOTE.TXT 6.3.10 (with 4.5.5, the extra field of NTFS). Contents are stored, not compressed: so each
has a place in the file that the truth can name, and no build of zlib makes other bytes.
"""

import stat
import struct
import zipfile
from typing import BinaryIO

from cyberforensics.lab.filesystems.moments import clock, utc_time
from cyberforensics.lab.plan import CannotHold, Content, NoRoom, PlacedFile, PlannedFile, PlannedVolume, Stamps

_YEARS = (1980, 2107)
_MODES = {
    "file": stat.S_IFREG | 0o644,
    "directory": stat.S_IFDIR | 0o755,
    "link": stat.S_IFLNK | 0o777,
}
_UNIX = 3
_MS_DOS_FOLDER = 0x10
_FILETIME_EPOCH = 116_444_736_000_000_000  # 100 ns from 1601 to 1970


def write_zip(volume: PlannedVolume, out: BinaryIO, comment: str) -> tuple[PlacedFile, ...]:
    """Write a collection into an empty file; `runs` are places in it.

    Args:
        volume: its `size` is the most that the collection may have; it has no label and no serial number.
        comment: of the whole archive.

    Raises:
        NoRoom: it is larger than that.
        CannotHold: something of the plan has no place in a zip file.
        ValueError: a content has not the size that it says.
    """
    placed = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as collection:
        collection.comment = comment.encode()[:0xFFFF]
        for planned in volume.files:
            if planned.path == "/":
                raise CannotHold("/: a collection has no root, only what lies in it")
            if planned.deleted or planned.streams or planned.slack:
                raise CannotHold(f"{planned.path}: a collection has no deleted files, no streams and no slack")
            content = _content(planned)
            information = _information(planned, content.size, volume.utc_offset)
            given = 0
            with collection.open(information, "w") as member:
                start = out.tell()
                for block in content.blocks():
                    given += len(block)
                    member.write(block)
            if given != content.size:
                raise ValueError(f"{planned.path}: its content has other than the {content.size} bytes that it says")
            runs = ((start, content.size),) if content.size else ()
            times = (
                utc_time("modified", planned.stamps.modified, 100),
                utc_time("accessed", planned.stamps.accessed, 100),
                utc_time("created", planned.stamps.created, 100),
            )
            placed.append(PlacedFile(planned.path, None, None, content.size, runs, None, times, "allocated", True))
    if out.tell() > volume.size:
        raise NoRoom(f"the collection has {out.tell() - volume.size} bytes more than its size allows")
    return tuple(placed)


def _content(planned: PlannedFile) -> Content:
    if planned.content is not None:
        return planned.content
    target = planned.link_target.encode()
    return Content(len(target), lambda: iter((target,)))


def _information(planned: PlannedFile, size: int, offset: int) -> zipfile.ZipInfo:
    shown = clock(planned.stamps.modified, planned.path, offset, _YEARS)
    name = planned.path.lstrip("/") + ("/" if planned.kind == "directory" else "")
    when = (shown.year, shown.month, shown.day, shown.hour, shown.minute, shown.second)
    information = zipfile.ZipInfo(name, when)
    information.create_system = _UNIX
    information.external_attr = _MODES[planned.kind] << 16 | (_MS_DOS_FOLDER if planned.kind == "directory" else 0)
    information.extra = _utc_times(planned.stamps)
    information.file_size = size
    return information


def _utc_times(stamps: Stamps) -> bytes:
    """The extra field of NTFS, to 100 ns, and that of Info-ZIP, which more programs read."""
    times = (at // 100 + _FILETIME_EPOCH for at in (stamps.modified, stamps.accessed, stamps.created))
    exact = struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 1, 24, *times)
    seconds = stamps.modified // 1_000_000_000
    return exact + (struct.pack("<HHBi", 0x5455, 5, 1, seconds) if 0 <= seconds < 1 << 31 else b"")
