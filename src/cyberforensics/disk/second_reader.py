"""A second reader of a volume: the libyal back-ends that dfVFS brings, where the examination reads with TSK.

They are asked directly, name by name, and not through dfVFS's own directories: those end at the first name that can't
be read. Container and volume system are dfVFS's, so of an E01 the bytes come through libewf and not through ours.

Times: libfsntfs gives FILETIME [MS-DTYP] 2.3.3, libfsext nanoseconds since 1970, libfshfs seconds since 1904,
libfsfat 10 ms units since 1980 (see ``pyfs*_file_entry.c`` of each, and dfdatetime's FATTimestamp).
"""

import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from types import MappingProxyType
from typing import Any

from cyberforensics.disk import locator, vfs
from cyberforensics.disk.source import Source
from cyberforensics.model.cross_check import EVERYWHERE, Clock, SecondContent, SecondEntry, SecondGap, SecondTime, Unit
from cyberforensics.model.names import display_text
from cyberforensics.model.volume import Volume

MAX_DEPTH = 256
BLOCK = 1024 * 1024
_MOST_REFUSED = 1000  # names of one directory that are asked for in vain, before the rest of it is given up
_MOST_SIZE = (1 << 63) - 1
_MFT_ENTRY = (1 << 48) - 1
_FAT_DIRECTORY = 0x10
_DIRECTORIES = 64  # that are kept open for reading contents

_Stream = tuple[str | None, int, int | None]
"""Name, place (-1 for the main one) and size."""


@dataclass(frozen=True, slots=True)
class BackEnd:
    """How one library is asked."""

    name: str
    distribution: str
    module: str
    filesystems: tuple[str, ...]
    record: Callable[[Any], int]
    is_directory: Callable[[Any], bool]
    streams: Callable[[Any], Iterator[_Stream]]
    opens: str | None
    """Method of the volume that opens a record again; None where it is found by its place in each directory."""
    times: Mapping[Clock, str]
    """Meaning to the method that gives it."""
    unit: Unit


def _shown(name: str) -> str:
    """A name as `model.names.display_name` shows it, from the text that libyal gives."""
    return display_text(name).replace("/", "\\x2f")


def _ntfs_streams(entry: Any) -> Iterator[_Stream]:  # noqa: ANN401 - libyal has no types
    is_directory = entry.has_directory_entries_index()
    yield None, -1, entry.get_size() if entry.has_default_data_stream() and not is_directory else None
    for place in range(entry.get_number_of_alternate_data_streams()):
        found = entry.get_alternate_data_stream(place)
        yield found.name, place, found.size


def _ext_streams(entry: Any) -> Iterator[_Stream]:  # noqa: ANN401
    yield None, -1, entry.get_size() if _has_bytes(entry) else None


def _hfs_streams(entry: Any) -> Iterator[_Stream]:  # noqa: ANN401
    yield None, -1, entry.get_size() if _has_bytes(entry) else None
    if entry.has_resource_fork():
        yield "rsrc", 0, entry.get_resource_fork().size


def _fat_streams(entry: Any) -> Iterator[_Stream]:  # noqa: ANN401
    yield None, -1, None if _is_fat_directory(entry) else entry.get_size()


def _has_bytes(entry: Any) -> bool:  # noqa: ANN401
    mode = entry.get_file_mode()
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def _is_unix_directory(entry: Any) -> bool:  # noqa: ANN401
    return stat.S_ISDIR(entry.get_file_mode())


def _is_fat_directory(entry: Any) -> bool:  # noqa: ANN401
    return bool((entry.get_file_attribute_flags() or 0) & _FAT_DIRECTORY)


BACK_ENDS: tuple[BackEnd, ...] = (
    BackEnd(
        name="libfsntfs",
        distribution="libfsntfs-python",
        module="pyfsntfs",
        filesystems=("ntfs",),
        record=lambda entry: entry.get_file_reference() & _MFT_ENTRY,
        is_directory=lambda entry: entry.has_directory_entries_index() and not entry.get_symbolic_link_target(),
        streams=_ntfs_streams,
        opens="get_file_entry",
        times=MappingProxyType(
            {
                "modified": "get_modification_time_as_integer",
                "accessed": "get_access_time_as_integer",
                "changed": "get_entry_modification_time_as_integer",
                "created": "get_creation_time_as_integer",
            }
        ),
        unit="filetime",
    ),
    BackEnd(
        name="libfsext",
        distribution="libfsext-python",
        module="pyfsext",
        filesystems=("ext2", "ext3", "ext4"),
        record=lambda entry: entry.get_inode_number(),
        is_directory=_is_unix_directory,
        streams=_ext_streams,
        opens="get_file_entry_by_inode",
        times=MappingProxyType(
            {
                "modified": "get_modification_time_as_integer",
                "accessed": "get_access_time_as_integer",
                "changed": "get_inode_change_time_as_integer",
                "created": "get_creation_time_as_integer",
            }
        ),
        unit="posix-ns",
    ),
    BackEnd(
        name="libfshfs",
        distribution="libfshfs-python",
        module="pyfshfs",
        filesystems=("hfs+",),
        record=lambda entry: entry.get_identifier(),
        is_directory=_is_unix_directory,
        streams=_hfs_streams,
        opens="get_file_entry_by_identifier",
        times=MappingProxyType(
            {
                "modified": "get_modification_time_as_integer",
                "accessed": "get_access_time_as_integer",
                "changed": "get_entry_modification_time_as_integer",
                "created": "get_creation_time_as_integer",
            }
        ),
        unit="hfs",
    ),
    BackEnd(
        name="libfsfat",
        distribution="libfsfat-python",
        module="pyfsfat",
        filesystems=("fat12", "fat16", "fat32", "exfat"),
        record=lambda entry: entry.get_identifier(),
        is_directory=_is_fat_directory,
        streams=_fat_streams,
        opens=None,  # by identifier it opens nothing of exFAT (20260826)
        times=MappingProxyType(
            {
                "modified": "get_modification_time_as_integer",
                "accessed": "get_access_time_as_integer",
                "created": "get_creation_time_as_integer",
            }
        ),
        unit="fat-10ms",
    ),
)


def back_end(volume: Volume) -> BackEnd | None:
    """The second reader of a volume that TSK reads; None where there is none."""
    if volume.reader != "tsk":
        return None
    return next((found for found in BACK_ENDS if volume.filesystem in found.filesystems), None)


class SecondReader:
    """A volume, opened by its second reader."""

    def __init__(self, source: Source, volume: Volume) -> None:
        """Open it.

        Raises:
            OSError: there is no second reader, or it does not open the volume.
        """
        found = back_end(volume)
        media = vfs.open_media(source, locator.loads(volume.locator or "{}"))
        if found is None or media is None:
            raise OSError("the second reader does not open the volume")
        self._back_end = found
        self._exfat = volume.filesystem == "exfat"
        self._directories: dict[tuple[int, ...], Any] = {}
        try:
            self._volume = import_module(found.module).volume()
            self._volume.open_file_object(vfs.MediaFile(media))
            self._root = self._volume.get_root_directory()
            if self._root is None:
                raise OSError("the volume has no root")
        except vfs.trouble() as error:
            raise OSError("the second reader does not open the volume") from error

    def walk(self, most: int) -> Iterator[SecondEntry | SecondGap]:
        """Yield every name and stream it lists, each directory before what it holds; what can't be read is a gap.

        Args:
            most: entries after which the walk ends, with a gap `EVERYWHERE`.
        """
        number = 0
        seen: set[int] = set()
        waiting: list[tuple[Any, str, tuple[int, ...]]] = [(self._root, "", ())]
        while waiting:
            directory, path, steps = waiting.pop()
            below: list[tuple[Any, str, tuple[int, ...]]] = []
            for found, entry in self._directory(directory, path, steps):
                if isinstance(found, SecondGap):
                    yield found
                    continue
                if number >= most:
                    yield SecondGap(EVERYWHERE, None)
                    return
                yield replace(found, number=number)
                number += 1
                if found.is_directory and found.stream is None and entry is not self._root:
                    if found.record in seen or len(steps) + 1 >= MAX_DEPTH:
                        yield SecondGap(found.path, None)
                    else:
                        seen.add(found.record)
                        below.append((entry, found.path, found.steps))
            waiting.extend(reversed(below))

    def _directory(
        self,
        directory: Any,  # noqa: ANN401 - libyal has no types
        path: str,
        steps: tuple[int, ...],
    ) -> Iterator[tuple[SecondEntry | SecondGap, Any]]:
        refused, last_refused = 0, False
        try:
            if directory is self._root:
                yield from [(found, directory) for found in self._entries(directory, "/", ())]
            count = directory.get_number_of_sub_file_entries()
        except vfs.trouble():
            yield SecondGap(path or "/", None), None
            return
        for place in range(count):
            try:
                entry = directory.get_sub_file_entry(place)
                name = entry.name
                if name in (".", ".."):
                    continue
                streams = list(self._entries(entry, f"{path}/{_shown(name)}", (*steps, place)))
            except vfs.trouble():
                refused, last_refused = refused + 1, place == count - 1
                if refused >= _MOST_REFUSED:
                    yield SecondGap(path or "/", None), None
                    return
                continue
            for found in streams:
                yield found, entry
        if refused:
            # libfsfat ends an exFAT directory at a name that it can't read: what follows is not even counted
            is_cut = self._exfat and last_refused
            yield SecondGap(path or "/", None if is_cut else refused), None

    def _entries(self, entry: Any, path: str, steps: tuple[int, ...]) -> Iterator[SecondEntry]:  # noqa: ANN401
        record = self._back_end.record(entry)
        if not 0 <= record <= _MOST_SIZE:
            raise ValueError("a record that no volume has")
        is_directory = entry is self._root or self._back_end.is_directory(entry)
        times = tuple(self._times(entry))
        for name, place, size in self._back_end.streams(entry):
            if size is not None and not 0 <= size <= _MOST_SIZE:
                raise ValueError("a size that no medium has")
            yield SecondEntry(
                number=0,
                path=path,
                stream=None if place < 0 else _shown(name or ""),
                place=place,
                record=record,
                steps=steps,
                is_directory=is_directory,
                size=size,
                times=times if place < 0 else (),
            )

    def _times(self, entry: Any) -> Iterator[SecondTime]:  # noqa: ANN401
        for meaning, method in self._back_end.times.items():
            raw = getattr(entry, method)()
            if raw is not None and -_MOST_SIZE <= raw <= _MOST_SIZE:
                yield SecondTime(meaning, raw, self._back_end.unit)

    def blocks(self, content: SecondContent) -> Iterator[bytes]:
        """Yield a stream's bytes, at most as many as its size says.

        Raises:
            OSError: a block could not be read.
        """
        try:
            stream = entry = self._open(content)
            if content.place >= 0:
                is_fork = self._back_end.name == "libfshfs"
                stream = entry.get_resource_fork() if is_fork else entry.get_alternate_data_stream(content.place)
            offset = 0
            while offset < content.size:
                data: bytes = stream.read_buffer_at_offset(min(BLOCK, content.size - offset), offset)
                if not data:
                    return
                yield data
                offset += len(data)
        except vfs.trouble() as error:
            raise OSError("the second reader could not read the content") from error

    def _open(self, content: SecondContent) -> Any:  # noqa: ANN401
        if self._back_end.opens is not None:
            return getattr(self._volume, self._back_end.opens)(content.record)
        *above, place = content.steps
        if tuple(above) not in self._directories:
            if len(self._directories) >= _DIRECTORIES:
                self._directories.clear()
            directory = self._root
            for step in above:
                directory = directory.get_sub_file_entry(step)
            self._directories[tuple(above)] = directory
        return self._directories[tuple(above)].get_sub_file_entry(place)
