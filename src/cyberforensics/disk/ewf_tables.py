"""Where each chunk of an EWF image lies: the chunk tables, read when they are needed and kept within a bound.

A terabyte has 31 million chunks: their table stays in the file, in groups of some ten thousand entries, and a
reader holds the few groups that it used last.
"""

import sys
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from deflate import adler32

from cyberforensics.disk.ewf_damage import Notes
from cyberforensics.disk.ewf_segments import SegmentFiles

_COMPRESSED = 0x8000_0000
_OFFSET = 0x7FFF_FFFF
_KEPT_ENTRIES = 2 << 20  # 8 MiB of them


@dataclass(frozen=True, slots=True)
class TableCopy:
    """One of the two places where a group's entries are stored."""

    name: str
    """``table`` or ``table2``."""
    offset: int
    """Of the entries, from the start of the segment."""
    base: int
    has_checksum: bool
    """The original specification and SMART write none."""


@dataclass(frozen=True, slots=True)
class Group:
    """The chunks of one table."""

    first: int
    """Number of its first chunk in the media."""
    count: int
    segment: int
    start: int
    """Of the table's section: chunks before it end there at the latest."""
    end: int
    """Of the table's section: in EnCase 1 and SMART it holds the chunks themselves."""
    copies: tuple[TableCopy, ...]
    """The one to be preferred first."""


class Entries(NamedTuple):
    """A group's table as it was read."""

    offsets: "array[int]"
    base: int
    plain_from: int
    """From this entry on, all 32 bits are the offset and no chunk is compressed."""


class Span(NamedTuple):
    """Where a chunk is stored."""

    segment: int
    offset: int
    size: int
    """Bytes up to the next chunk or the end of the sectors; at most `limit`; 0 where the table makes no sense."""
    compressed: bool


class Tables:
    """All chunk tables of an image."""

    def __init__(self, files: SegmentFiles, groups: Sequence[Group], limit: int, notes: Notes) -> None:
        self._files = files
        self._groups = tuple(groups)
        self._firsts = [group.first for group in groups]
        self._limit = limit
        self._notes = notes
        self._kept: OrderedDict[int, Entries] = OrderedDict()
        self._kept_entries = 0
        self._lock = Lock()
        self.chunks = groups[-1].first + groups[-1].count if groups else 0
        """How many chunks are listed."""

    def check(self) -> None:
        """Read every table once, so that a damaged one is known before anything is read from the media."""
        for place in range(len(self._groups)):
            self._entries(place)

    def spans(self, first: int, stop: int) -> list[Span]:
        """Where the chunks from `first` up to but without `stop` lie; all must be below `chunks`."""
        found: list[Span] = []
        while first < stop:
            place = bisect_right(self._firsts, first) - 1
            group = self._groups[place]
            with self._lock:
                entries = self._entries(place)
            end = min(stop, group.first + group.count)
            found += [self._span(group, entries, chunk - group.first) for chunk in range(first, end)]
            first = end
        return found

    def _span(self, group: Group, entries: Entries, entry: int) -> Span:
        offsets, base, plain_from = entries
        stored = offsets[entry]
        compressed = stored >= _COMPRESSED and entry < plain_from
        start = base + (stored & _OFFSET if entry < plain_from else stored)
        if entry + 1 < group.count:
            following = offsets[entry + 1]
            end = base + (following & _OFFSET if entry + 1 < plain_from else following)
        else:
            end = group.start if start < group.start else group.end
        if end <= start:  # a table that is out of order: the chunk itself says where it ends
            end = start + self._limit
        size = min(end - start, self._limit, self._files.sizes[group.segment] - start)
        return Span(group.segment, start, max(0, size), compressed)

    def _entries(self, place: int) -> Entries:
        entries = self._kept.get(place)
        if entries is not None:
            self._kept.move_to_end(place)
            return entries
        entries = self._read(self._groups[place])
        self._kept[place] = entries
        self._kept_entries += len(entries.offsets)
        while self._kept_entries > _KEPT_ENTRIES and len(self._kept) > 1:
            self._kept_entries -= len(self._kept.popitem(last=False)[1].offsets)
        return entries

    def _read(self, group: Group) -> Entries:
        for copy in group.copies:
            data = self._files.read(group.segment, copy.offset, 4 * group.count + 4 * copy.has_checksum)
            if not copy.has_checksum or adler32(data[:-4]) == int.from_bytes(data[-4:], "little"):
                if copy is not group.copies[0]:
                    self._note(group, f"the {group.copies[0].name} is damaged, {copy.name} was used")
                break
        else:
            # The chunks have checksums of their own: a wrong entry ends in a chunk that is known to be damaged.
            copy = group.copies[0]
            data = self._files.read(group.segment, copy.offset, 4 * group.count)
            self._note(group, "no copy of the table is whole, the first was used")
        offsets = array("I", data[: 4 * group.count].ljust(4 * group.count, b"\0"))
        if sys.byteorder == "big":
            offsets.byteswap()
        return Entries(offsets, copy.base, self._plain_from(group, copy.base, offsets))

    def _note(self, group: Group, message: str) -> None:
        self._notes.add(
            f"Segment {group.segment + 1}, chunks {group.first} to {group.first + group.count - 1}: {message}.",
            group.start,
        )

    def _plain_from(self, group: Group, base: int, offsets: "array[int]") -> int:
        """EnCase 6.7.1 let the offsets of a large segment grow into the compression bit.

        As libewf does [Table entries offset overflow]: from the first offset past 2 GiB, chunks are not compressed.
        """
        if group.end - base > _OFFSET:
            for entry in range(1, group.count):
                before = offsets[entry - 1] & _OFFSET
                if offsets[entry] & _OFFSET < before <= offsets[entry]:
                    return entry
        return group.count
