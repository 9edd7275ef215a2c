"""Where the content of a FAT or exFAT entry lies, followed by ourselves.

For what TSK does not open, and for exFAT files whose valid data length is below their size: TSK reads on into what
the clusters held before, where the specification (7.6.5) says that the rest reads as zeros.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cyberforensics.disk.media import Media, ReadAt
from cyberforensics.disk.raw_exfat import ExfatGeometry
from cyberforensics.disk.raw_exfat import read_entry as read_exfat
from cyberforensics.disk.raw_fat import FIRST_CLUSTER, FatGeometry
from cyberforensics.disk.raw_fat import read_entry as read_fat
from cyberforensics.errors import MalformedData

_WINDOW = 64 * 1024  # bytes of the FAT that are read at once
_BLOCK = 1024 * 1024
_PAGE = 4096  # clusters that are marked together

Geometry = FatGeometry | ExfatGeometry


@dataclass(frozen=True, slots=True)
class Stored:
    """The content of one entry, as its directory entry says."""

    size: int
    valid_size: int
    """Bytes that were written; those after it are zeros."""
    runs: tuple[tuple[int, int], ...]
    """(offset in the volume, bytes), clusters whole; they may end before the size."""

    @property
    def contiguous(self) -> bool:
        """Whether all of it lies in one piece, so that it is a range of the volume."""
        return len(self.runs) == 1 and self.valid_size == self.size <= self.runs[0][1]


def geometry_of(read_at: ReadAt, filesystem: str, available: int) -> Geometry:
    """Read the geometry of a FAT or exFAT volume.

    Raises:
        MalformedData: there is none here.
    """
    if filesystem == "exfat":
        return ExfatGeometry.read(read_at, available)
    return FatGeometry.read(read_at, available)


def stored(read_at: ReadAt, geometry: Geometry, meta_address: int) -> Stored | None:
    """Follow the content of the entry of TSK's address; None where no such entry has one.

    The clusters of a deleted entry are taken as one piece: the FAT says nothing of them any more.
    """
    in_one_piece = False
    if isinstance(geometry, ExfatGeometry):
        exfat = read_exfat(read_at, geometry, meta_address)
        if exfat is None or exfat.first_cluster is None or exfat.size is None or exfat.valid_size is None:
            return None
        first, size, valid = exfat.first_cluster, exfat.size, min(exfat.valid_size, exfat.size)
        in_one_piece = exfat.deleted or bool(exfat.contiguous)
        start = geometry.heap_offset
    else:
        fat = read_fat(read_at, geometry, meta_address)
        if fat is None:
            return None
        first, size, valid, in_one_piece = fat.first_cluster, fat.size, fat.size, fat.deleted
        start = geometry.data_offset
    wanted = min(-(-size // geometry.cluster_size), geometry.clusters)
    pieces = _one_piece(geometry, first, wanted) if in_one_piece else _chain(read_at, geometry, first, wanted)
    return Stored(
        size,
        valid,
        tuple(
            (start + (cluster - FIRST_CLUSTER) * geometry.cluster_size, count * geometry.cluster_size)
            for cluster, count in pieces
        ),
    )


def blocks(read_at: ReadAt, content: Stored) -> Iterator[bytes]:
    """Yield the content in order; it ends early where the volume or the chain does.

    Raises:
        OSError: a block could not be read.
    """
    left, valid = content.size, content.valid_size
    for offset, size in content.runs:
        end = offset + min(size, left)
        while offset < end:
            wanted = min(_BLOCK, end - offset)
            written = min(wanted, valid)
            data = read_at(offset, written) if written else b""
            if len(data) < written:
                yield data
                return
            yield data + bytes(wanted - written)
            offset += wanted
            left -= wanted
            valid -= written


def _one_piece(geometry: Geometry, first: int, wanted: int) -> Iterator[tuple[int, int]]:
    there = geometry.clusters + FIRST_CLUSTER - first
    if first >= FIRST_CLUSTER and min(wanted, there) > 0:
        yield first, min(wanted, there)


def _chain(read_at: ReadAt, geometry: Geometry, first: int, wanted: int) -> Iterator[tuple[int, int]]:
    """Yield (first cluster, clusters); never more than are wanted, nor a cluster twice."""
    following = _Fat(read_at, geometry)
    seen: dict[int, bytearray] = {}  # pages of marks: the boot sector may claim more clusters than memory holds
    start, count = first, 0
    cluster: int | None = first
    while wanted > 0 and cluster is not None and FIRST_CLUSTER <= cluster < geometry.clusters + FIRST_CLUSTER:
        page, within = divmod(cluster, _PAGE)
        if page not in seen:
            seen[page] = bytearray(_PAGE)
        marks = seen[page]
        if marks[within]:
            break  # the chain comes back to itself: what was read of it by then is all there is
        marks[within] = 1
        if cluster != start + count:
            yield start, count
            start, count = cluster, 0
        count += 1
        wanted -= 1
        cluster = following.after(cluster)
    if count:
        yield start, count


class _Fat:
    """The FAT, read in windows."""

    def __init__(self, read_at: ReadAt, geometry: Geometry) -> None:
        self._read_at = read_at
        self._geometry = geometry
        self._start, self._window = 0, b""
        fat_type = geometry.fat_type if isinstance(geometry, FatGeometry) else "exfat"
        self._bits = {"fat12": 12, "fat16": 16}.get(fat_type, 32)
        self._mask = 0x0FFF_FFFF if fat_type == "fat32" else (1 << self._bits) - 1

    def after(self, cluster: int) -> int | None:
        place = cluster * self._bits // 8
        size = 2 if self._bits == 12 else self._bits // 8
        if place + size > self._geometry.fat_size:
            return None
        if not self._start <= place <= self._start + len(self._window) - size:
            self._start = place
            self._window = self._read_at(self._geometry.fat_offset + place, _WINDOW)
        value = int.from_bytes(self._window[place - self._start : place - self._start + size], "little")
        if self._bits == 12 and cluster % 2:
            value >>= 4
        return value & self._mask


def open_stored(media: Media, filesystem: str, meta_address: str) -> Stored:
    """Find the content of an entry by its address.

    Raises:
        OSError: there is none, or its structures can't be read.
    """
    try:
        found = stored(media.read_at, geometry_of(media.read_at, filesystem, media.size), int(meta_address))
    except MalformedData as error:
        raise OSError("the directory entry can't be read") from error
    if found is None:
        raise OSError("there is no such directory entry")
    return found


def is_damaged(media: Media, content: Stored) -> bool:
    """Whether the container says that bytes of the content are not what was acquired."""
    return any(media.damaged(offset, size) for offset, size in content.runs)
