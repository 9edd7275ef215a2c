"""The records of the files of NTFS itself."""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cyberforensics.lab.filesystems import ntfs_index as indexes
from cyberforensics.lab.filesystems import ntfs_records as records
from cyberforensics.lab.filesystems import ntfs_system as system
from cyberforensics.lab.filesystems import ntfs_tree as trees
from cyberforensics.lab.filesystems.ntfs_index import Entry, Form, Placed
from cyberforensics.lab.filesystems.ntfs_records import DATA, Attribute, Runs
from cyberforensics.lab.filesystems.ntfs_security import SYSTEM_FILES, Security
from cyberforensics.lab.filesystems.ntfs_upcase import collation_key, table
from cyberforensics.lab.plan import PlannedVolume, Stamps

EXTEND = 11
_FIRST_RESERVED, _FIRST_UNUSED, _LAST_UNUSED = 12, 16, 23
_HIDDEN = records.HIDDEN | records.SYSTEM
_OTHERS = records.resident_size(72) + records.resident_size(66 + 2 * 8)
"""What standard information and name take of a record, with a name of eight letters."""

_HASHES = Form("$SDH", indexes.BY_SECURITY_HASH, 0, (3, 5, 6))
_IDS = Form("$SII", indexes.BY_NUMBER, 0, (4, 7, 8))
_OWNERS = Form("$O", indexes.BY_SID, 0, (3, 5, 6))
_QUOTAS = Form("$Q", indexes.BY_NUMBER, 0, (4, 7, 8))
_OBJECT_IDS = Form("$O", indexes.BY_NUMBERS, 0, (3, 5, 6))
_REPARSE_POINTS = Form("$R", indexes.BY_NUMBERS, 0, (3, 5, 6))


@dataclass(frozen=True, slots=True)
class SystemRuns:
    """The clusters of the files of NTFS itself."""

    boot: Runs
    mft_bitmap: Runs
    mft: Runs
    mirror: Runs
    log: Runs
    definitions: Runs
    capitals: Runs
    descriptors: Runs
    bitmap: Runs


@dataclass(frozen=True, slots=True)
class SystemFile:
    """A file of NTFS itself: its record, and what its folder holds of it."""

    number: int
    name: str
    """Nothing of a record that is reserved or not used."""
    parent: int
    """Number of the record of its folder."""
    flags: int
    name_attributes: int
    sizes: tuple[int, int]
    """Allocated and used, in bytes."""
    attributes: tuple[Attribute, ...]
    """But standard information and name."""
    times: bytes
    placed: tuple[Placed, ...] = ()
    """Those of its attributes that may have blocks."""

    @property
    def sequence(self) -> int:
        """The first 24 have their number, $MFT itself has 1."""
        return self.number if 1 <= self.number <= _LAST_UNUSED else 1

    def entry(self) -> Entry:
        """What its folder holds of it."""
        reference = trees.reference(self.number, self.sequence)
        return Entry(reference.to_bytes(8, "little"), self._file_name())

    def record(self) -> bytes:
        """Its record."""
        information = records.standard_information(
            self.times, self.name_attributes & ~records.DIRECTORY_NAME, SYSTEM_FILES if self.flags else 0
        )
        found = [records.resident(records.STANDARD_INFORMATION, trees.STANDARD_ID, information)]
        if self.name:
            found.append(records.resident(records.FILE_NAME, trees.NAME_ID, self._file_name(), indexed=True))
        links = 1 if self.name else 0
        return records.record(
            self.number, self.sequence, self.flags, [*found, *self.attributes], self.name, links=links
        )

    def _file_name(self) -> bytes:
        parent = trees.reference(self.parent, self.parent)
        name = self.name.encode("utf-16-le")
        return records.file_name(parent, self.times, self.sizes, self.name_attributes, name, records.WIN32_AND_DOS)


@dataclass(frozen=True, slots=True)
class _Maker:
    """What all of them have in common."""

    times: bytes
    cluster_size: int
    take: Callable[[int], Runs]

    def file(self, number: int, name: str, content: Runs, length: int, *more: Attribute) -> SystemFile:
        """A file with content in clusters."""
        data = records.non_resident(DATA, trees.MAIN_ID, content, length, self.cluster_size)
        sizes = (sum(count for _, count in content) * self.cluster_size, length)
        return SystemFile(number, name, trees.ROOT, records.IN_USE, _HIDDEN, sizes, (data, *more), self.times)

    def other(self, number: int, name: str, *found: Attribute) -> SystemFile:
        """A file with other attributes."""
        return SystemFile(number, name, trees.ROOT, records.IN_USE, _HIDDEN, (0, 0), found, self.times)

    def view(
        self, number: int, name: str, parent: int, parts: Sequence[tuple[Form, Sequence[Entry]]], *more: Attribute
    ) -> SystemFile:
        """A file with indexes that are no folders.

        Those of $Secure have blocks from the start: The Sleuth Kit does not look for owners in the record.
        """
        room = (records.RECORD_ROOM - _OTHERS - sum(len(attribute.data) for attribute in more)) // len(parts)
        placed = tuple(indexes.place(entries, room, self.take, in_blocks=parent == trees.ROOT) for _, entries in parts)
        found = list(more)
        for (form, _), part in zip(parts, placed, strict=True):
            found += indexes.attributes(part, form, self.cluster_size)
        flags = records.IN_USE | records.IS_VIEW | (records.IN_EXTEND if parent == EXTEND else 0)
        marks = _HIDDEN | records.VIEW_NAME | (records.ARCHIVE if parent == EXTEND else 0)
        return SystemFile(number, name, parent, flags, marks, (0, 0), tuple(found), self.times, placed)


def system_files(
    volume: PlannedVolume,
    shape: system.Geometry,
    runs: SystemRuns,
    owners: Security,
    mft_records: tuple[int, int],
    links: Sequence[trees.Node],
    take: Callable[[int], Runs],
) -> Iterator[SystemFile]:
    """All of them but the root folder, and the records that nothing uses.

    Args:
        volume: the plan.
        shape: its clusters.
        runs: where their contents lie.
        owners: the descriptors.
        mft_records: how many records are in use, reserved or were used, and how many there are.
        links: the planned links that are not deleted.
        take: gives clusters for a number of bytes.
    """
    size = shape.cluster_size
    used, all_records = mft_records
    maker = _Maker(records.four_times(Stamps(*(volume.formatted,) * 4), "the volume"), size, take)
    empty = records.resident(DATA, trees.MAIN_ID, b"")

    mft_bits = records.non_resident(records.BITMAP, 3, runs.mft_bitmap, -(-all_records // 64) * 8, size)
    yield maker.file(0, "$MFT", runs.mft, all_records * records.RECORD_SIZE, mft_bits)
    yield maker.file(1, "$MFTMirr", runs.mirror, shape.mirrored * records.RECORD_SIZE)
    yield maker.file(2, "$LogFile", runs.log, system.log_size(volume))
    label = records.resident(records.VOLUME_NAME, 4, system.label(volume))
    version = records.resident(records.VOLUME_INFORMATION, 5, struct.pack("<8xBBH", 3, 1, 0))
    yield maker.other(3, "$Volume", label, version, empty)
    yield maker.file(4, "$AttrDef", runs.definitions, len(system.attribute_definitions()))
    yield maker.file(6, "$Bitmap", runs.bitmap, -(-shape.clusters // 64) * 8)
    yield maker.file(7, "$Boot", runs.boot, system.BOOT_SIZE)
    bad = records.non_resident(DATA, 3, (), shape.clusters * size, size, "$Bad", hole=shape.clusters)
    yield maker.other(8, "$BadClus", empty, bad)
    descriptors = records.non_resident(DATA, 2, runs.descriptors, len(owners.stream), size, "$SDS")
    by_hash, by_id = (_HASHES, owners.by_hash), (_IDS, owners.by_id)
    yield maker.view(9, "$Secure", trees.ROOT, (by_hash, by_id), descriptors)
    yield maker.file(10, "$UpCase", runs.capitals, len(table()))

    owner_entries, quota_entries = system.quotas(records.filetime(volume.formatted, "the volume"))
    extended = (
        maker.view(system.QUOTA, "$Quota", EXTEND, ((_OWNERS, owner_entries), (_QUOTAS, quota_entries))),
        maker.view(system.OBJECT_IDS, "$ObjId", EXTEND, ((_OBJECT_IDS, ()),)),
        maker.view(system.REPARSE_POINTS, "$Reparse", EXTEND, ((_REPARSE_POINTS, _links(links)),)),
    )
    yield _extend(maker, extended)
    yield from extended
    for number in range(_FIRST_RESERVED, _FIRST_UNUSED):
        yield SystemFile(number, "", 0, records.IN_USE, _HIDDEN, (0, 0), (empty,), maker.times)
    for number in (*range(_FIRST_UNUSED, _LAST_UNUSED + 1), *range(used, all_records)):
        yield SystemFile(number, "", 0, 0, _HIDDEN, (0, 0), (), maker.times)


def _extend(maker: _Maker, files: Sequence[SystemFile]) -> SystemFile:
    entries = [file.entry() for file in sorted(files, key=_collated)]
    placed = indexes.place(entries, records.RECORD_ROOM - _OTHERS, maker.take)
    found = tuple(indexes.attributes(placed, indexes.FOLDER, maker.cluster_size))
    flags, marks = records.IN_USE | records.IS_DIRECTORY, _HIDDEN | records.DIRECTORY_NAME
    return SystemFile(EXTEND, "$Extend", trees.ROOT, flags, marks, (0, 0), found, maker.times)


def _links(links: Sequence[trees.Node]) -> list[Entry]:
    """The entries of $Reparse: tag and reference, compared as numbers of 32 bits."""
    keys = [struct.pack("<IQ", trees.SYMBOLIC_LINK, node.reference) for node in links]
    return [indexes.view_entry(key, b"") for key in sorted(keys, key=_numbers)]


def _numbers(key: bytes) -> tuple[int, ...]:
    return struct.unpack("<3I", key)


def _collated(file: SystemFile) -> bytes:
    return collation_key(file.name)
