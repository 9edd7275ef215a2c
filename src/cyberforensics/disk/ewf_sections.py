"""The structures of an EWF segment: section descriptors, and what the small sections hold.

Source: libyal, libewf, "Expert Witness Compression Format (EWF)"; in brackets, the chapter of it that is meant.
All values are little-endian; every checksum is Adler-32 of what stands before it.
"""

import struct
from dataclasses import dataclass
from uuid import UUID
from zlib import adler32

from cyberforensics.disk.ewf_damage import STRUCTURE_DAMAGED
from cyberforensics.disk.ewf_segments import FILE_HEADER_SIZE, LOGICAL_SIGNATURE, SIGNATURE
from cyberforensics.errors import EvidenceError, MalformedData
from cyberforensics.model.evidence import StoredDigest
from cyberforensics.model.names import display_name

DESCRIPTOR_SIZE = 76
_DESCRIPTOR = struct.Struct("<16sQQ40xI")  # type, next section's offset, size, padding, checksum
_VOLUME = struct.Struct("<B3xIIIQ12xB15xB3xI4x16s")  # [Volume section] as far as it is used
_VOLUME_SIZE = 1052
_OLD_VOLUME = struct.Struct("<4xIIII")  # [Volume section, EWF specification] and SMART
_OLD_VOLUME_SIZE = 94
_TABLE_HEADER = struct.Struct("<I4xQ4xI")  # [Table section, EnCase 6 to 7] entries, base offset, checksum
TABLE_HEADER_SIZE = _TABLE_HEADER.size
_ERROR_HEADER_SIZE = 520
_SESSION_HEADER_SIZE = 36
_LARGEST_CHUNK = 128 << 20  # 32,768 sectors of 4 KiB, the most that any writer offers
_LOGICAL_MEDIA = 0x0E


class NotCovered(EvidenceError):
    """A sound format that this reader leaves to libewf: Ex01, L01, encrypted images."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="evidence.unsupported-container")


_NOT_COVERED = (LOGICAL_SIGNATURE, b"EVF2\r\n\x81\x00", b"LEF2\r\n\x81\x00", b"ADCRYPT\0")


def check_file_header(header: bytes, segment: int) -> None:
    """Refuse a segment, counted from 0, that does not begin as it must [File header]."""
    if header.startswith(_NOT_COVERED):
        raise NotCovered("the image is logical, of the second version, or encrypted: not EWF-E01")
    if len(header) < FILE_HEADER_SIZE and SIGNATURE.startswith(header[:8]):
        raise EvidenceError(f"segment {segment + 1} is cut off in its first bytes", code="evidence.truncated")
    if not header.startswith(SIGNATURE):
        raise EvidenceError(f"segment {segment + 1} does not begin as an EWF file")
    number = int.from_bytes(header[9:11], "little")
    if number != segment + 1:
        raise EvidenceError(
            f"segment {segment + 1} says that it is segment {number}",
            code="evidence.segment-missing",
            hint="all segments of one image are needed, in their order",
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a segment."""

    segment: int
    """Counted from 0."""
    type: str
    start: int
    """Bytes from the start of the segment to its descriptor."""
    end: int
    """Where the next one starts; the end of the descriptor in ``next`` and ``done``, which point to themselves."""

    @property
    def data_start(self) -> int:
        """The first byte after the descriptor."""
        return self.start + DESCRIPTOR_SIZE

    @property
    def data_size(self) -> int:
        """Bytes after the descriptor."""
        return max(0, self.end - self.data_start)

    @property
    def is_last(self) -> bool:
        """Whether the segment ends here."""
        return self.type in ("next", "done")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A section descriptor as stored [Section descriptor]."""

    type: str
    """In display form."""
    next: int
    size: int
    sound: bool
    """Whether its checksum holds."""


def descriptor(data: bytes) -> Descriptor | None:
    """Decode a section descriptor; None where there is not even room for one."""
    if len(data) < DESCRIPTOR_SIZE:
        return None
    name, following, size, checksum = _DESCRIPTOR.unpack_from(data)
    kind = display_name(name.partition(b"\0")[0])
    return Descriptor(kind, following, size, adler32(data[: DESCRIPTOR_SIZE - 4]) == checksum)


@dataclass(frozen=True, slots=True)
class Media:
    """What a volume, disk or data section says of the media [Volume, Disk, Data section]."""

    sectors: int
    sector_size: int
    sectors_per_chunk: int
    stated_chunks: int
    media_type: int | None = None
    """None in the original specification's short form."""
    media_flags: int = 0
    compression_level: int = 0
    error_granularity: int = 0
    set_identifier: str = ""
    """GUID of the segment file set; empty where none was written."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.sectors * self.sector_size

    @property
    def chunk_size(self) -> int:
        """Bytes."""
        return self.sector_size * self.sectors_per_chunk

    @property
    def chunks(self) -> int:
        """How many chunks hold the sectors."""
        return -(-self.sectors // self.sectors_per_chunk)


def media(data: bytes) -> tuple[Media, bool]:
    """Decode a volume, disk or data section; False where its checksum does not hold.

    Raises:
        MalformedData: it is too short, or describes nothing that could be.
        NotCovered: it describes logical evidence.
    """
    if len(data) >= _VOLUME_SIZE:
        kind, chunks, per_chunk, sector_size, sectors, flags, level, granularity, guid = _VOLUME.unpack_from(data)
        if kind == _LOGICAL_MEDIA:
            raise NotCovered("the image is logical evidence (L01)")
        identifier = str(UUID(bytes_le=guid)) if any(guid) else ""
        found = Media(sectors, sector_size, per_chunk, chunks, kind, flags, level, granularity, identifier)
        sound = _sound(data[:_VOLUME_SIZE])
    elif len(data) >= _OLD_VOLUME_SIZE:
        chunks, per_chunk, sector_size, sectors = _OLD_VOLUME.unpack_from(data)
        found = Media(sectors, sector_size, per_chunk, chunks)
        sound = _sound(data[:_OLD_VOLUME_SIZE])
    else:
        raise MalformedData(STRUCTURE_DAMAGED, f"{len(data)} bytes are no description of the media")
    if found.chunk_size == 0 or found.chunk_size > _LARGEST_CHUNK or found.sectors == 0 or found.size >= 1 << 63:
        raise MalformedData(
            STRUCTURE_DAMAGED,
            f"{found.sectors} sectors of {found.sector_size} bytes in chunks of {found.sectors_per_chunk} can't be",
        )
    return found, sound


@dataclass(frozen=True, slots=True)
class TableHeader:
    """The head of a chunk table [Table section]."""

    entries: int
    base: int
    """What the entries' offsets count from: 0 before EnCase 6."""


def table_header(data: bytes) -> TableHeader | None:
    """Decode the head of a table; None where its checksum does not hold."""
    if len(data) < TABLE_HEADER_SIZE:
        return None
    entries, base, checksum = _TABLE_HEADER.unpack_from(data)
    if adler32(data[: TABLE_HEADER_SIZE - 4]) != checksum:
        return None
    return TableHeader(entries, base)


def stored_digests(kind: str, data: bytes) -> tuple[StoredDigest, ...]:
    """The digests in a hash or digest section [Hash, Digest section]; one of zeros was not computed and is left out."""
    whole = data[: 36 if kind == "hash" else 80]
    _require_sound(whole, 36 if kind == "hash" else 80)
    found = [("md5", whole[:16])]
    if kind == "digest":
        found.append(("sha1", whole[16:36]))
    return tuple(StoredDigest(name, value.hex(), "container") for name, value in found if any(value))


def error_ranges(data: bytes) -> tuple[tuple[int, int], ...]:
    """First sector and number of sectors of each range that could not be acquired [Error2 section]."""
    return tuple(struct.iter_unpack("<II", _entries(data, _ERROR_HEADER_SIZE, 8)))


def sessions(data: bytes) -> tuple[tuple[int, int], ...]:
    """Start sector and flags of each session or track of an optical disc [Session section]."""
    return tuple(
        (start, flags) for flags, start in struct.iter_unpack("<II24x", _entries(data, _SESSION_HEADER_SIZE, 32))
    )


def _entries(data: bytes, header_size: int, entry_size: int) -> bytes:
    """The array of a section that has a counted header, an array and the array's checksum."""
    _require_sound(data[:header_size], header_size)
    count = int.from_bytes(data[:4], "little")
    if count == 0:
        return b""
    end = header_size + count * entry_size
    _require_sound(data[header_size : end + 4], end + 4 - header_size)
    return data[header_size:end]


def _require_sound(data: bytes, size: int) -> None:
    if len(data) < size:
        raise MalformedData(STRUCTURE_DAMAGED, f"{size} bytes are needed and {len(data)} are there")
    if not _sound(data):
        raise MalformedData(STRUCTURE_DAMAGED, "its checksum does not hold")


def _sound(data: bytes) -> bool:
    return adler32(data[:-4]) == int.from_bytes(data[-4:], "little")
