"""The times of a ZIP member: the exact ones where an extra field has them, else the clock on the wall to two seconds.

Sources: PKWARE, APPNOTE.TXT 4.4.6 and 4.5.5 (NTFS, 0x000a: FILETIMEs); Info-ZIP, extrafld.txt (0x5455: seconds of UTC).
"""

import struct
from collections.abc import Iterator

from cyberforensics.disk.zip_records import Local, Member, extra_field
from cyberforensics.model.entry import EntryTime, TimeMeaning
from cyberforensics.model.times import Timestamp

_MEANINGS: tuple[TimeMeaning, ...] = ("modified", "accessed", "created")
"""In the order in which both extra fields have them."""


def times_of(member: Member, local: Local | None) -> tuple[EntryTime, ...]:
    """One time of each meaning that the member has, the most exact one.

    The header before the member is asked, too: the field of Info-ZIP has access and creation there alone.
    """
    extras = (member.extra,) if local is None else (member.extra, local.extra)
    found: dict[TimeMeaning, Timestamp] = {}
    for extra in extras:
        for meaning, stamp in _ntfs(extra):
            found.setdefault(meaning, stamp)
    for extra in extras:
        for meaning, stamp in _extended(extra):
            found.setdefault(meaning, stamp)
    # encoded as FAT does it, without the field for 10 ms
    found.setdefault("modified", Timestamp(member.dos_time << 8, "fat"))
    return tuple(EntryTime(meaning, found[meaning]) for meaning in _MEANINGS if meaning in found)


def _ntfs(extra: bytes) -> Iterator[tuple[TimeMeaning, Timestamp]]:
    field = extra_field(extra, 0x000A)
    place = 4  # reserved
    while place + 4 <= len(field):
        tag, size = struct.unpack_from("<2H", field, place)
        if tag == 1 and size == 24 and place + 28 <= len(field):
            for meaning, value in zip(_MEANINGS, struct.unpack_from("<3Q", field, place + 4), strict=True):
                if 0 < value < 1 << 63:  # 0: not set
                    yield meaning, Timestamp(value, "filetime")
        place += 4 + size


def _extended(extra: bytes) -> Iterator[tuple[TimeMeaning, Timestamp]]:
    field = extra_field(extra, 0x5455)
    place = 1
    for bit, meaning in enumerate(_MEANINGS):
        if field and field[0] >> bit & 1 and place + 4 <= len(field):  # the central directory has the first alone
            (seconds,) = struct.unpack_from("<i", field, place)
            yield meaning, Timestamp(seconds, "posix")
            place += 4
