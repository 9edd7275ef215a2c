"""Partition tables: MBR with extended partitions, GPT, Apple's partition map; every slot, used or not.

Read here and not with a library, because a library that meets one bad slot gives up the whole table, and the
partitions beside it are then lost without a word. What TSK alone knows (BSD, Sun) still comes from TSK. Sources:
UEFI specification 2.10, chapter 5 (MBR, GPT); Andries Brouwer, "Partition types"; Inside Macintosh: Devices,
chapter 3 (Apple partition map).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from cyberforensics.disk.media import Media
from cyberforensics.disk.partition_types import GPT_TYPES, MBR_TYPES
from cyberforensics.model.names import display_text
from cyberforensics.model.problem import Problem, Severity, Stage

_MBR_ENTRY = struct.Struct("<B3xB3xII")
_EXTENDED = frozenset({0x05, 0x0F, 0x85})
_PROTECTIVE = 0xEE
_MOST_LOGICAL = 1024
_GPT_HEADER = struct.Struct("<8s4sIIIQQQQ16sQIII")
_GPT_ENTRY = struct.Struct("<16s16sQQQ72s")
_MOST_GPT_BYTES = 4 * 1024 * 1024
_LARGEST_MEDIA = (1 << 63) - 1  # bytes
_APM_ENTRY = struct.Struct(">2s2xIII32s32s")
_MOST_APM = 4096

_NO_TYPE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of a table that describes a range."""

    name: str
    """``p1`` and on: numbered as the table numbers them, logical partitions from 5."""
    offset: int
    """Bytes from the start of the media."""
    size: int
    """Bytes."""
    type: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A range that holds a part of the table itself."""

    offset: int
    size: int
    what: str


@dataclass(slots=True)
class Table:
    """One partition table of the media."""

    scheme: str
    """``mbr``, ``gpt``, ``apm``, or what TSK calls it."""
    sector_size: int
    slots: list[Slot] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    empty: list[tuple[str, str]] = field(default_factory=list)
    """Empty slots: a name and what is said of it."""
    problems: list[Problem] = field(default_factory=list)

    def damaged(self, message: str, offset: int | None = None) -> None:
        """Note that a part of the table can't be trusted or read."""
        self.problems.append(Problem(Stage.VOLUMES, "volume.table-damaged", message, Severity.WARNING, offset=offset))


def read_tables(media: Media, sector_size: int | None) -> Iterator[Table]:
    """Yield every way in which the media can be read as partitioned, the most certain first.

    The same MBR means other places for sectors of 512 and of 4,096 bytes, which raw media does not state: both are
    given where the container does not say which it is.
    """
    sizes = (sector_size,) if sector_size else (512, 4096)
    for size in dict.fromkeys((*sizes, 512, 4096)):
        table = _gpt(media, size)
        if table is not None:
            yield table
            return
    table = _apm(media)
    if table is not None:
        yield table
    for size in sizes:
        table = _mbr(media, size)
        if table is not None:
            yield table


def _read(media: Media, offset: int, size: int) -> bytes:
    """The bytes there; what can't be read is not there."""
    try:
        return media.read_at(offset, size) if 0 <= offset < media.size else b""
    except OSError:
        return b""


# MBR


def _mbr_entries(sector: bytes) -> list[tuple[int, int, int, int]]:
    """(flag, type, start, count) of the four slots; none where the sector is no table."""
    if len(sector) < 512 or sector[510:512] != b"\x55\xaa":
        return []
    entries = [_MBR_ENTRY.unpack_from(sector, 446 + 16 * number) for number in range(4)]
    # A boot sector of a file system ends in the same mark, with code in place of the table.
    return entries if all(flag in (0, 0x80) for flag, *_ in entries) else []


def _mbr(media: Media, sector_size: int) -> Table | None:
    entries = _mbr_entries(_read(media, 0, 512))
    if not any(count and (kind or start * sector_size < media.size) for _, kind, start, count in entries):
        return None
    table = Table("mbr", sector_size)
    table.frames.append(Frame(0, sector_size, "partition table (MBR)"))
    logical = 5
    for number, (_, kind, start, count) in enumerate(entries, 1):
        if count == 0:
            table.empty.append((f"p{number}", "an empty slot of the partition table"))
        elif kind in _EXTENDED:
            logical = _extended(media, table, start, logical)
        else:
            table.slots.append(Slot(f"p{number}", start * sector_size, count * sector_size, _mbr_type(kind)))
    return table


def _mbr_type(kind: int) -> str:
    return f"{MBR_TYPES.get(kind, 'type')} (0x{kind:02x})"


def _extended(media: Media, table: Table, base: int, logical: int) -> int:
    """The chain of tables in an extended partition; the number of the next logical partition."""
    waiting, seen = [base], set[int]()
    while waiting:
        start = waiting.pop(0)
        offset = start * table.sector_size
        if start in seen or len(seen) >= _MOST_LOGICAL:
            table.damaged("the chain of logical partitions comes back to itself, or has too many members", offset)
            return logical
        seen.add(start)
        entries = _mbr_entries(_read(media, offset, 512))
        if not entries:
            table.damaged("an extended partition's table is not there; logical partitions may be missing", offset)
            continue
        table.frames.append(Frame(offset, table.sector_size, "partition table (extended)"))
        for _, kind, relative, count in entries:
            if kind in _EXTENDED and count:
                waiting.append(base + relative)  # places of tables count from the first of the chain
            elif count:
                place = (start + relative) * table.sector_size
                table.slots.append(Slot(f"p{logical}", place, count * table.sector_size, _mbr_type(kind)))
                logical += 1
    return logical


# GPT


@dataclass(frozen=True, slots=True)
class _GptHeader:
    lba: int
    alternate: int
    entries_at: int
    count: int
    entry_size: int
    entries_crc: int
    sound: bool

    @property
    def bytes(self) -> int:
        return self.count * self.entry_size


def _gpt_header(media: Media, offset: int) -> _GptHeader | None:
    data = _read(media, offset, 512)
    if len(data) < _GPT_HEADER.size or data[:8] != b"EFI PART":
        return None
    _, _, size, crc, _, lba, alternate, _, _, _, entries_at, count, entry_size, entries_crc = _GPT_HEADER.unpack_from(
        data
    )
    if not 128 <= entry_size <= 4096 or not 0 < count * entry_size <= _MOST_GPT_BYTES:
        return None
    sound = 92 <= size <= 512 and zlib.crc32(data[:16] + bytes(4) + data[20:size]) == crc
    return _GptHeader(lba, alternate, entries_at, count, entry_size, entries_crc, sound)


def _gpt(media: Media, sector: int) -> Table | None:
    primary = _gpt_header(media, sector)
    last = media.size // sector - 1
    places = [primary.alternate, last] if primary is not None else [last]
    backup = next(filter(None, (_gpt_header(media, lba * sector) for lba in places)), None)
    if primary is None and (backup is None or not backup.sound or backup.lba not in places):
        return None
    table = Table("gpt", sector)
    copies = [header for header in (primary, backup) if header is not None]
    sound = [
        header
        for header in copies
        if header.sound and zlib.crc32(_entries(media, header, sector)) == header.entries_crc
    ]
    chosen = (sound or copies)[0]
    if not sound:
        table.damaged("the checksums of every copy of the partition table (GPT) are wrong", sector)
    elif chosen is not primary:
        table.damaged("the first copy of the partition table (GPT) is damaged; its copy at the end was read", sector)
    elif backup is None:
        message = "the copy of the partition table (GPT) at the end of the media is missing; the first was read"
        table.problems.append(Problem(Stage.VOLUMES, "volume.table-damaged", message, Severity.INFO))
    if any(kind == _PROTECTIVE for _, kind, *_ in _mbr_entries(_read(media, 0, 512))):
        table.frames.append(Frame(0, sector, "protective MBR"))
    for header in copies:
        at, what = (sector, "") if header is primary else (header.lba * sector, ", copy")
        table.frames.append(Frame(at, sector, f"partition table (GPT header{what})"))
        size = -(-header.bytes // sector) * sector
        table.frames.append(Frame(header.entries_at * sector, size, f"partition table (GPT{what})"))
    _gpt_slots(table, _entries(media, chosen, sector), chosen, sector)
    _beside_gpt(media, table, sector)
    return table


def _entries(media: Media, header: _GptHeader, sector: int) -> bytes:
    return _read(media, header.entries_at * sector, header.bytes)


def _gpt_slots(table: Table, entries: bytes, header: _GptHeader, sector: int) -> None:
    empty = 0
    for number in range(header.count):
        data = entries[number * header.entry_size : (number + 1) * header.entry_size]
        if len(data) < _GPT_ENTRY.size:
            table.damaged(f"the partition table (GPT) ends at slot {number} of {header.count}")
            break
        kind, _, first, last, _, name = _GPT_ENTRY.unpack_from(data)
        identifier = str(UUID(bytes_le=kind))
        if identifier == _NO_TYPE:
            empty += 1
        elif last < first:
            table.damaged(f"p{number + 1} ends before it begins")
        else:
            if (last + 1) * sector > _LARGEST_MEDIA:  # 64 bits of sectors are more than 64 bits of bytes
                table.damaged(f"p{number + 1} reaches to sector {last}, which no media has")
                first, last = min(first, _LARGEST_MEDIA // sector - 1), min(last, _LARGEST_MEDIA // sector - 1)
            label = name.decode("utf-16-le", "replace").partition("\0")[0]
            table.slots.append(
                Slot(
                    f"p{number + 1}",
                    first * sector,
                    (last - first + 1) * sector,
                    GPT_TYPES.get(identifier, f"type {identifier}"),
                    display_text(label) or None,
                )
            )
    if empty:
        table.empty.append(("empty", f"{empty} of {header.count} slots of the partition table are empty"))


def _beside_gpt(media: Media, table: Table, sector: int) -> None:
    """Slots of a hybrid MBR that lie where no partition of the GPT lies."""
    used = [(slot.offset, slot.offset + slot.size) for slot in table.slots]
    used += [(frame.offset, frame.offset + frame.size) for frame in table.frames]
    for number, (_, kind, start, count) in enumerate(_mbr_entries(_read(media, 0, 512)), 1):
        begin, end = start * sector, (start + count) * sector
        if kind in (0, _PROTECTIVE) or not count or begin >= media.size:
            continue
        if all(end <= first or begin >= last for first, last in used):
            table.slots.append(Slot(f"mbr{number}", begin, end - begin, _mbr_type(kind)))


# Apple partition map


def _apm(media: Media) -> Table | None:
    head = _read(media, 0, 512)
    block = int.from_bytes(head[2:4], "big") if head[:2] == b"ER" else 512
    for size in dict.fromkeys((block if block in (512, 1024, 2048, 4096) else 512, 512, 2048)):
        if _read(media, size, 2) == b"PM":
            break
    else:
        return None
    table = Table("apm", size, frames=[Frame(0, size, "driver descriptor (Apple partition map)")])
    entries = int.from_bytes(_read(media, size + 4, 4), "big")
    if not 0 < entries <= _MOST_APM:
        return None
    for number in range(1, entries + 1):
        data = _read(media, number * size, 512)
        if len(data) < 512 or data[:2] != b"PM":
            table.damaged(f"the Apple partition map ends at slot {number} of {entries}", number * size)
            break
        _, _, start, count, raw_name, raw_kind = _APM_ENTRY.unpack_from(data)
        name, kind = (value.partition(b"\0")[0].decode("mac_roman") for value in (raw_name, raw_kind))
        if kind == "Apple_partition_map":
            table.frames.append(Frame(start * size, count * size, "partition table (Apple partition map)"))
        elif kind in ("Apple_Free", "Apple_Void"):
            table.empty.append((f"p{number}", f"{kind}: {count} blocks that belong to no partition"))
        else:
            table.slots.append(
                Slot(f"p{number}", start * size, count * size, display_text(kind), display_text(name) or None)
            )
    return table
