"""FAT and exFAT: each allocated directory read a second time, slot by slot, and compared with what TSK lists."""

from collections.abc import Iterator
from typing import Any

from cyberforensics.disk import raw_exfat, raw_fat
from cyberforensics.disk.listing import Directory, LeftOut, OwnRecord, Stray
from cyberforensics.disk.raw_chain import Stored, geometry_of, stored
from cyberforensics.disk.raw_exfat import ExfatGeometry
from cyberforensics.disk.raw_fat import ENTRY_SIZE, FIRST_ADDRESS
from cyberforensics.disk.raw_fat_names import LARGEST_DIRECTORY, SlotName, Spelled, exfat_names, fat_names, slots
from cyberforensics.disk.tsk import FileSystem
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import NameState
from cyberforensics.model.problem import Problem, Stage


class FatListing:
    """The names in use of one directory after the other."""

    def __init__(self, file_system: FileSystem) -> None:
        """Read the boot sector.

        Raises:
            MalformedData: there is no FAT file system here that we understand.
            OSError: it can't be read.
        """
        self._file_system = file_system
        self._read_at = file_system.media.read_at
        self._geometry = geometry_of(self._read_at, file_system.name, file_system.media.size)
        self._names: dict[int, SlotName] = {}
        self._listed: set[int] = set()
        self._cut = 0

    def notes(self) -> Iterator[Problem]:
        """What is to be said of the whole volume."""
        if self._cut:
            message = (
                f"the names of {self._cut} directories were read a second time up to {LARGEST_DIRECTORY} bytes only"
            )
            yield Problem(Stage.WALK, "walk.not-compared", f"{message}; some may be left out or cut")

    def enter(self, directory: Directory) -> None:
        self._names, self._listed = {}, set()
        if not directory.allocated:
            return
        block = self._file_system.block_size
        runs = [
            (int(run.addr) * block, int(run.len) * block)
            for attribute in self._file_system.fs.open_meta(inode=directory.meta_address)
            for run in attribute
        ]
        self._cut += sum([size for _, size in runs]) > LARGEST_DIRECTORY
        read = exfat_names if isinstance(self._geometry, ExfatGeometry) else fat_names
        first = self._geometry.slots.first_sector * self._geometry.sector_size
        self._names = {
            FIRST_ADDRESS + (found.offset - first) // ENTRY_SIZE: found for found in read(slots(self._read_at, runs))
        }

    def spell(self, raw: bytes, meta_address: int, file: Any) -> Spelled | None:  # noqa: ANN401, ARG002 - see OwnListing
        found = self._names.get(meta_address)
        if found is None:
            return None
        self._listed.add(meta_address)
        return found.name

    def left_out(self) -> Iterator[LeftOut]:
        for address, found in self._names.items():
            if address not in self._listed:
                yield LeftOut(found.name, address, self._record(address, found))

    def stray(self, meta_address: int, state: NameState) -> Stray | None:  # noqa: ARG002 - see OwnListing
        return None

    def _record(self, address: int, found: SlotName) -> OwnRecord:
        content: Stored | None = None
        try:
            content = stored(self._read_at, self._geometry, address)
            if isinstance(self._geometry, ExfatGeometry):
                times = raw_exfat.times(self._read_at, self._geometry, address)
            else:
                times = raw_fat.times(self._read_at, self._geometry, address)
        except MalformedData:
            times = ()
        return OwnRecord(
            size=content.size if content else 0,
            is_directory=found.is_directory,
            times=times,
            offset=content.runs[0][0] if content and content.runs else None,
            contiguous=content is not None and content.contiguous,
            readable=content is not None and not found.is_directory,
        )
