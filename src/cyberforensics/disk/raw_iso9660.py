"""Find the ISO 9660 directory record behind an entry that TSK lists.

ISO 9660 has no inodes; TSK numbers the records as it loads them (sleuthkit, tsk/fs/iso9660.cpp:
load_vol_desc, iso9660_load_inodes_pt, iso9660_load_inodes_dir), and orphans are known by that number alone.
So it is counted here the same way: first the Joliet trees, then the primary ones, each directory in the order
of the big-endian path table. After the first tree, directories are passed over, and so is each record that
begins where an earlier one does and has its size, unless that is zero: empty files of the primary tree come
back as orphans.

The count is checked, never trusted: a record whose extent, size or kind contradicts what TSK says of the
entry is not taken. Then the path decides, and where it does not, there is no record: no time is better than
another file's. `unlisted` has the records that TSK's count leaves out: it lists no entry for them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from cyberforensics.disk.media import ReadAt
from cyberforensics.disk.raw_iso9660_records import (
    DIRECTORY,
    RECORD_SIZE,
    SECTOR,
    Descriptor,
    IsoRecord,
    TreeName,
    Walk,
    cooked,
    descriptors,
    identifier,
    parse_record,
    sector_records,
    spelled,
)
from cyberforensics.errors import MalformedData

_LONGEST_NAME = 128  # bytes of UTF-8 that TSK keeps
_LARGEST_PATH_TABLE = 4 * 1024 * 1024
_LARGEST_DIRECTORY = 16 * 1024 * 1024
_MOST_NUMBERED = 250_000
_MOST_SECTORS = 100_000  # a path table may name one directory a thousand times


@dataclass(frozen=True, slots=True)
class IsoTree:
    """Every directory record of a volume, and TSK's numbers of them."""

    root: IsoRecord | None
    records: tuple[IsoRecord, ...]
    """Of the tree that TSK shows first, then of the others."""
    unlisted: tuple[IsoRecord, ...]
    """Records of the tree that TSK shows, for which it lists no entry."""
    gaps: tuple[MalformedData, ...]
    """What could not be followed."""
    _numbered: tuple[IsoRecord, ...] = field(repr=False)
    _by_path: dict[bytes, list[IsoRecord]] = field(repr=False)

    @classmethod
    def read(cls, read_at: ReadAt) -> "IsoTree":
        """Walk every tree of the volume.

        Raises:
            MalformedData: there is no ISO 9660 file system here.
        """
        read_at = cooked(read_at)
        found = descriptors(read_at)
        shown = _as_tsk_takes_them(found)
        walks = [Walk(read_at, descriptor, tree).run() for descriptor, tree in shown]
        primary = [record for walk in walks for record in walk.records if record.tree == "primary"]
        joliet = [record for walk in walks for record in walk.records if record.tree == "joliet"]
        records = tuple(_with_rock_ridge(joliet, primary)) + tuple(primary)
        by_offset = {record.offset: record for record in reversed(records)}
        counted = _Numbering(read_at, _frame(found, shown)).run(shown)
        numbered = tuple(by_offset.get(record.offset, record) for record in counted)
        by_path = defaultdict(list)
        first = records[0].tree if records else None
        for record in records:
            if record.path is not None and record.tree == first:
                by_path[record.path].append(record)
        listed = {record.offset for record in numbered}
        return cls(
            root=next((record for record in records if record.path == b""), None),
            records=records,
            unlisted=tuple(each for each in records if each.tree == first and each.offset not in listed),
            gaps=tuple(gap for walk in walks for gap in walk.gaps),
            _numbered=numbered,
            _by_path=dict(by_path),
        )

    def numbered(self, meta_address: int) -> IsoRecord | None:
        """Give the record that TSK's number means, if its count and ours go the same way: check it."""
        return self._numbered[meta_address] if 0 <= meta_address < len(self._numbered) else None

    def twin(self, record: IsoRecord) -> IsoRecord | None:
        """Give the record of the same file in the tree that TSK shows; None where it has none there."""
        named = record.path if record.rock_ridge_path is None else record.rock_ridge_path
        candidates = self._by_path.get(named or b"\0", ())
        return next((each for each in candidates if each.tree != record.tree and _same_file(each, record)), None)

    def find(
        self,
        meta_address: int,
        *,
        path: bytes | None = None,
        size: int | None = None,
        extent: int | None = None,
        directory: bool | None = None,
    ) -> IsoRecord | None:
        """Give the record of the entry to which TSK gave an address; None where it can't be told for certain.

        Args:
            path: as TSK spells it, with or without a leading slash; not for orphans.
            extent: block of the first run.
        """

        def agrees(record: IsoRecord) -> bool:
            return (
                (size is None or record.size == size)
                and (extent is None or record.extent == extent)
                and (directory is None or record.directory == directory)
            )

        wanted = None if path is None else path.strip(b"/")
        record = self.numbered(meta_address)
        if record is not None and agrees(record) and (wanted is None or record.path == wanted):
            return record
        candidates = [record for record in self._by_path.get(wanted or b"\0", ()) if agrees(record)]
        return candidates[0] if len(candidates) == 1 else None


def _frame(found: Sequence[Descriptor], shown: Sequence[tuple[Descriptor, TreeName]]) -> Descriptor:
    """The descriptor whose block size and count TSK uses for all: the first primary one that it keeps."""
    return next((each for each, tree in shown if tree == "primary"), found[0])


def _as_tsk_takes_them(found: Sequence[Descriptor]) -> list[tuple[Descriptor, TreeName]]:
    """Order the trees: Joliet first; a primary one with a supplementary one's path table is dropped."""
    supplementary = {each.path_table for each in found if each.tree != "primary"}
    trees: list[tuple[Descriptor, TreeName]] = [(each, "joliet") for each in found if each.tree == "joliet"]
    return trees + [
        (each, "primary") for each in found if each.tree == "primary" and each.path_table not in supplementary
    ]


def _with_rock_ridge(joliet: Sequence[IsoRecord], primary: Sequence[IsoRecord]) -> Iterator[IsoRecord]:
    by_path = {each.rock_ridge_path: each for each in primary if each.rock_ridge_path is not None}
    by_extent = defaultdict(list)
    for record in primary:
        if record.size and not record.directory:
            by_extent[record.extent, record.size].append(record)
    for record in joliet:
        twin = None if record.path is None else by_path.get(record.path)
        if twin is None or not _same_file(twin, record):
            same_content = by_extent.get((record.extent, record.size), ())
            twin = same_content[0] if len(same_content) == 1 else None
        if twin is None:
            yield record
        else:
            yield replace(record, times=record.times + twin.times[1:], rock_ridge_path=twin.rock_ridge_path)


def _same_file(one: IsoRecord, other: IsoRecord) -> bool:
    """Whether records of two trees can be of one file: the trees share contents, but not directories."""
    if one.directory or other.directory:
        return one.directory and other.directory
    return one.size == other.size and (one.size == 0 or one.extent == other.extent)


class _Numbering:
    """TSK's own count of the records, with its ways of giving up on a sector."""

    def __init__(self, read_at: ReadAt, frame: Descriptor) -> None:
        self._read_at = read_at
        self._block_size = frame.block_size
        self._blocks = frame.blocks
        self._budget = _MOST_SECTORS
        self._taken: set[tuple[int, int]] = set()
        self._first_tree = True
        self.records: list[IsoRecord] = []

    def run(self, trees: Sequence[tuple[Descriptor, TreeName]]) -> tuple[IsoRecord, ...]:
        for descriptor, tree in trees:
            for extent in self._path_table(descriptor):
                self._directory(extent * self._block_size, tree)
            if tree == "joliet":
                self._first_tree = False
        return tuple(self.records)

    def _path_table(self, descriptor: Descriptor) -> Iterator[int]:
        size = min(descriptor.path_table_size, _LARGEST_PATH_TABLE)
        table = self._read_at(descriptor.path_table * self._block_size, size)
        place = 0
        while place + 8 <= len(table):
            yield int.from_bytes(table[place + 2 : place + 6], "big")
            place += 8 + table[place] + table[place] % 2

    def _directory(self, start: int, tree: TreeName) -> None:
        sectors = 1  # until the directory's own record says how many
        number = 0
        while number < min(sectors, _LARGEST_DIRECTORY // SECTOR) and self._budget > 0:
            self._budget -= 1
            sector = self._read_at(start + number * SECTOR, SECTOR)
            if len(sector) < SECTOR:
                return
            skip = 0
            for place, data in sector_records(sector):
                if skip:
                    skip -= 1
                    continue
                if data[25] & DIRECTORY and not self._first_tree:
                    continue
                record = parse_record(data, start + number * SECTOR + place, tree)
                if number == 0 and place == 0:
                    if data[32] > 1:
                        continue
                    sectors = record.size // SECTOR
                    skip = 1  # the record of the parent
                    if self.records:
                        continue
                elif not _has_name(data, tree):
                    break
                if record.extent >= self._blocks or self._end(record) > self._blocks * self._block_size:
                    break
                self._take(record)
            number += 1

    def _end(self, record: IsoRecord) -> int:
        return record.extent * self._block_size + record.size

    def _take(self, record: IsoRecord) -> None:
        content = (record.extent, record.size)
        again = not self._first_tree and record.size and content in self._taken
        if not again and len(self.records) < _MOST_NUMBERED:
            self._taken.add(content)
            self.records.append(record)


def _has_name(data: bytes, tree: TreeName) -> bool:
    """Whether TSK can make a name of the identifier; where not, it leaves the rest of the sector out."""
    stored = identifier(data)
    if RECORD_SIZE + data[32] > len(data):
        return False
    if tree == "joliet":
        return len(stored) % 2 == 0 and spelled(stored, tree) != b"" and _utf8_size(stored) <= _LONGEST_NAME
    return spelled(stored[:_LONGEST_NAME], tree) != b""


def _utf8_size(stored: bytes) -> int:
    return len(stored.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass"))
