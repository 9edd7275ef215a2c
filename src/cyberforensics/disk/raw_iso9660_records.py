"""ISO 9660 directory records as they lie on the medium, and which of them TSK means.

TSK converts recorded times with the process's time zone and ignores the UTC offset beside them. Sources:
ECMA-119 (volume descriptors 8.4, recorded times 9.1.5, directory records 9.1, path table 9.4) and the Joliet
specification. A directory record has one time, when its extent was recorded: `recorded`. Authoring programs
mostly write the file's modification time there, but nothing binds them to. Rock Ridge times (`raw_susp`)
come from the POSIX file that was copied; both are given, side by side, and neither replaces the other.

A disc may hold the same files in two trees: the primary one, and one with Unicode names (Joliet). TSK shows
the Joliet tree where there is one, and what only the primary tree has as orphans. Rock Ridge lies in the
primary tree, so a Joliet record gets the Rock Ridge times of its twin: the record with the same Rock Ridge
path, or else the only one with the same extent and size. TSK shows no Rock Ridge name: `iso_listing` puts them in.

Not read: extended attribute records (ECMA-119 9.5), which discs of today do not have. Discs recorded with raw
sectors of 2,352 bytes are read; offsets then count user data alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from cyberforensics.disk import raw_susp
from cyberforensics.disk.media import ReadAt
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import EntryTime
from cyberforensics.model.times import Timestamp

SECTOR = 2048
DIRECTORY = 0x02
RECORD_SIZE = 33  # without the identifier

_FIRST_DESCRIPTOR = 16 * SECTOR
_MOST_DESCRIPTORS = 256
_MOST_RECORDS = 250_000
_MOST_READS = 200_000  # sectors of directories and continuations of names
_LONGEST_PATH = 2_048  # bytes; the format allows 255
_MOST_GAPS = 1_000
_LARGEST_DIRECTORY = 16 * 1024 * 1024
_JOLIET = (b"%/@", b"%/C", b"%/E")
_RAW_SECTOR = 2352
_PRIMARY, _SUPPLEMENTARY, _TERMINATOR = 1, 2, 255
_DESCRIPTOR_TIMES = (("created", 813), ("modified", 830), ("expires", 847), ("effective", 864))

TreeName = Literal["primary", "joliet"]


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A primary or supplementary volume descriptor."""

    offset: int
    tree: TreeName | None
    """None for a supplementary descriptor that is not Joliet: nobody reads its tree."""
    block_size: int
    blocks: int
    path_table: int
    """Block of the big-endian path table."""
    path_table_size: int
    root: bytes
    """The root's directory record."""
    times: tuple[tuple[str, Timestamp], ...]
    """Of the volume: created, modified, expires, effective."""


@dataclass(frozen=True, slots=True)
class IsoRecord:
    """One directory record, as stored."""

    tree: TreeName
    offset: int
    """Bytes from the start of the volume."""
    path: bytes | None
    """As TSK spells it, from the root without a leading slash; None where no directory leads here."""
    rock_ridge_path: bytes | None
    """None where the tree has no Rock Ridge."""
    extent: int
    """First block."""
    size: int
    flags: int
    times: tuple[EntryTime, ...]
    """`recorded` first, then Rock Ridge's."""
    link_target: bytes | None = None
    """Of a symbolic link of Rock Ridge."""

    @property
    def directory(self) -> bool:
        """Whether the record is a directory's."""
        return bool(self.flags & DIRECTORY)


def cooked(read_at: ReadAt) -> ReadAt:
    """Give a reader of the user data alone, whatever kind of sectors the image has."""
    if read_at(_FIRST_DESCRIPTOR + 1, 5) == b"CD001":
        return read_at
    for before in (16, 24):  # mode 1, and mode 2 form 1
        if read_at(16 * _RAW_SECTOR + before + 1, 5) == b"CD001":
            return _without_frames(read_at, before)
    raise MalformedData("iso9660.no-descriptor", "no volume descriptor", offset=_FIRST_DESCRIPTOR)


def _without_frames(read_at: ReadAt, before: int) -> ReadAt:
    def read_user_data(offset: int, size: int) -> bytes:
        pieces = []
        while size > 0:
            sector, start = divmod(offset, SECTOR)
            wanted = min(size, SECTOR - start)
            piece = read_at(sector * _RAW_SECTOR + before + start, wanted)
            pieces.append(piece)
            if len(piece) < wanted:
                break
            offset, size = offset + wanted, size - wanted
        return b"".join(pieces)

    return read_user_data


def descriptors(read_at: ReadAt) -> tuple[Descriptor, ...]:
    """Read the volume descriptors, in the order of the medium.

    Raises:
        MalformedData: there is no ISO 9660 file system here.
    """
    read_at = cooked(read_at)
    found = []
    for number in range(_MOST_DESCRIPTORS):
        offset = _FIRST_DESCRIPTOR + number * SECTOR
        data = read_at(offset, SECTOR)
        if len(data) < SECTOR or data[1:6] != b"CD001" or data[0] == _TERMINATOR:
            break
        if data[0] in (_PRIMARY, _SUPPLEMENTARY):
            found.append(_descriptor(data, offset))
    if not found:
        raise MalformedData("iso9660.no-descriptor", "no volume descriptor", offset=_FIRST_DESCRIPTOR)
    return tuple(found)


def _descriptor(data: bytes, offset: int) -> Descriptor:
    block_size = int.from_bytes(data[130:132], "big")
    if block_size not in (512, 1024, 2048):
        raise MalformedData("iso9660.block-size", f"{block_size} bytes", offset=offset + 130)
    tree: TreeName | None = "primary"
    if data[0] == _SUPPLEMENTARY:
        tree = "joliet" if data[88:91] in _JOLIET else None
    return Descriptor(
        offset=offset,
        tree=tree,
        block_size=block_size,
        blocks=int.from_bytes(data[84:88], "big"),
        path_table=int.from_bytes(data[148:152], "big"),
        path_table_size=int.from_bytes(data[136:140], "big"),
        root=data[156:190],
        times=tuple(
            (meaning, Timestamp(int.from_bytes(data[at : at + 17], "big"), "iso9660-long"))
            for meaning, at in _DESCRIPTOR_TIMES
        ),
    )


def sector_records(sector: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the directory records of one sector, with their places; records never cross a sector.

    As TSK does, look on after zeros in steps of two, and give the rest of a sector up at a broken length.
    """
    place = 0
    while place < len(sector):
        length = sector[place]
        if length == 0:
            place += 2
            continue
        if length < RECORD_SIZE or place + length > len(sector):
            return
        yield place, sector[place : place + length]
        place += length


def parse_record(data: bytes, offset: int, tree: TreeName, path: bytes | None = None) -> IsoRecord:
    """Decode a directory record, without its system use area."""
    if len(data) < RECORD_SIZE:
        raise MalformedData("iso9660.record-truncated", f"{len(data)} bytes", offset=offset)
    return IsoRecord(
        tree=tree,
        offset=offset,
        path=path,
        rock_ridge_path=None,
        extent=int.from_bytes(data[6:10], "big"),
        size=int.from_bytes(data[14:18], "big"),
        flags=data[25],
        times=(EntryTime("recorded", Timestamp(int.from_bytes(data[18:25], "big"), "iso9660")),),
    )


def identifier(data: bytes) -> bytes:
    """Give the file identifier of a directory record, as stored."""
    return data[RECORD_SIZE : RECORD_SIZE + data[32]]


def system_use(data: bytes) -> bytes:
    """Give the system use area of a directory record: what follows the identifier and its padding."""
    return data[RECORD_SIZE + (data[32] | 1) :]


def spelled(stored: bytes, tree: TreeName) -> bytes:
    """Spell an identifier as TSK does: UTF-8, without the version and one final dot."""
    name = stored
    if tree == "joliet":
        text = stored[: len(stored) & ~1].decode("utf-16-be", "surrogatepass")
        name = text.encode("utf-8", "surrogatepass")
    return name.partition(b"\0")[0].partition(b";")[0].removesuffix(b".")


class Walk:
    """One tree, followed from its root: every directory once, however they point at each other."""

    def __init__(self, read_at: ReadAt, descriptor: Descriptor, tree: TreeName) -> None:
        """Take the reader of user data (`cooked`), and where to begin."""
        self._source = read_at
        self._reads = 0
        self._descriptor = descriptor
        self._tree: TreeName = tree
        self._skip: int | None = None
        self.records: list[IsoRecord] = []
        self.gaps: list[MalformedData] = []

    def run(self) -> "Walk":
        """Fill `records`, and `gaps` with what could not be followed."""
        root = parse_record(self._descriptor.root, self._descriptor.offset + 156, self._tree, b"")
        pending = [root]
        seen = {root.extent}
        while pending:
            for record in self._directory(pending.pop()):
                if len(self.records) >= _MOST_RECORDS:
                    self._gap("iso9660.too-many-records", f"more than {_MOST_RECORDS}", record.offset)
                    return self
                self.records.append(record)
                if not record.directory or record.extent in seen:
                    continue
                if len(record.path or b"") > _LONGEST_PATH:
                    self._gap("iso9660.path-too-long", f"more than {_LONGEST_PATH} bytes", record.offset)
                    continue
                seen.add(record.extent)
                pending.append(record)
        return self

    def _read_at(self, offset: int, size: int) -> bytes:
        """Read, a bounded number of times: directories may overlap, and names may continue anywhere."""
        self._reads += 1
        return self._source(offset, size) if self._reads <= _MOST_READS else b""

    def _directory(self, directory: IsoRecord) -> Iterator[IsoRecord]:
        start = directory.extent * self._descriptor.block_size
        if directory.size > _LARGEST_DIRECTORY:
            self._gap("iso9660.directory-too-large", f"{directory.size} bytes", start)
        for within in range(0, min(directory.size, _LARGEST_DIRECTORY), SECTOR):
            sector = self._read_at(start + within, SECTOR)
            if len(sector) < SECTOR:
                cut = "iso9660.too-many-reads" if self._reads > _MOST_READS else "volume.truncated"
                self._gap(cut, "directory not read to its end", start + within)
                return
            for place, data in sector_records(sector):
                stored = identifier(data)
                if stored not in (b"\0", b"\1"):
                    yield self._record(data, start + within + place, directory)
                elif directory.path == b"" and within + place == 0:
                    self._skip = raw_susp.announced(system_use(data))
                    yield self._record(data, start, None)

    def _gap(self, code: str, message: str, offset: int) -> None:
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(MalformedData(code, message, offset=offset))

    def _record(self, data: bytes, offset: int, parent: IsoRecord | None) -> IsoRecord:
        name, path, posix = b"", None, None
        if parent is not None:
            name, path = spelled(identifier(data), self._tree), parent.path
            posix = parent.rock_ridge_path or path
        record = parse_record(data, offset, self._tree, _join(path, name))
        if self._skip is None:
            return record
        susp = raw_susp.parse(system_use(data)[self._skip :], self._read_at, self._descriptor.block_size)
        own = name if susp.name is None or parent is None else susp.name
        posix = _join(posix, own)[: 2 * _LONGEST_PATH]
        return replace(record, rock_ridge_path=posix, times=record.times + susp.times, link_target=susp.target)


def _join(parent: bytes | None, name: bytes) -> bytes:
    return parent + b"/" + name if parent else name
