"""Where the members of a ZIP archive lie, from one pass over its directory: what overlaps, and what belongs to none."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from cyberforensics.disk.media import Media
from cyberforensics.disk.zip_names import spelled
from cyberforensics.disk.zip_records import HAS_DESCRIPTOR, End, Member, local_of, members
from cyberforensics.errors import MalformedData

_DESCRIPTOR = 24  # bytes behind a content whose sizes were not known when it was begun, at most


@dataclass(frozen=True, slots=True)
class Layout:
    """Places in bytes of the archive."""

    end: End
    starts: Sequence[int]
    """Of every member's header, sorted, each once."""
    shared: frozenset[int]
    """Those that more than one record names."""
    folders: dict[bytes, int]
    """Addresses of the first records of folders, by path."""

    def bound(self, local: int) -> int:
        """Where what begins at a member's header must have ended: the next header, or the directory."""
        place = bisect_right(self.starts, local)
        last = self.end.directory if local < self.end.directory else self.end.offset
        return min(self.starts[place], last) if place < len(self.starts) else last


def is_folder(member: Member) -> bool:
    """Whether a member is a folder: one that has bytes is looked at as a file, whatever its name says."""
    return member.size == 0 and member.stored_size <= 2 and spelled(member).is_folder


def lay_out(media: Media, end: End) -> Layout:
    """Where the members lie, as far as the directory can be read."""
    places: array[int] = array("Q")
    folders: dict[bytes, int] = {}
    try:
        for member in members(media.read_at, end):
            places.append(member.local)
            if is_folder(member):
                folders.setdefault(b"/".join(spelled(member).parts), member.address)
    except MalformedData:
        pass  # the walk ends at the same place, and says so
    starts: array[int] = array("Q")
    shared: set[int] = set()
    for place in sorted(places):
        if starts and starts[-1] == place:
            shared.add(place)
        else:
            starts.append(place)
    return Layout(end, starts, frozenset(shared), folders)


def unclaimed(media: Media, layout: Layout) -> int:
    """Bytes that belong to no member and to no record: before, between and behind them.

    Raises:
        MalformedData: the directory can't be read to its end: what it does not say is then unknown.
        OSError: the archive could not be read.
    """
    end = layout.end
    first = min(layout.starts[0], end.directory) if layout.starts else end.directory
    free = first + max(0, media.size - end.end)
    met: set[int] = set()
    for member in members(media.read_at, end):
        if member.local in layout.shared:
            if member.local in met:
                continue
            met.add(member.local)
        try:
            content = local_of(media.read_at, member).content
        except MalformedData:
            continue  # how long it is, is not known: the walk says so of the entry
        left = layout.bound(member.local) - content - member.stored_size
        if member.flags & HAS_DESCRIPTOR:
            left -= _DESCRIPTOR
        free += max(0, left)
    return free
