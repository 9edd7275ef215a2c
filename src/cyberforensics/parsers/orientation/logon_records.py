"""Logon records of Linux: wtmp and lastlog, in the two layouts that glibc has.

glibc, bits/utmp.h: where `__WORDSIZE_TIME64_COMPAT32` is set (x86_64, and 32-bit systems) session and times have
32 bits, so that a struct utmp has 384 bytes and a struct lastlog 292; elsewhere (aarch64) they have 64 bits: 400, 296.
Both little-endian; big-endian systems (s390x) are told apart by their types, and not read.
"""

import struct
from dataclasses import dataclass

_UTMP = (
    struct.Struct("<h2xi32s4s32s256shhiII16s20x"),
    struct.Struct("<h2xi32s4s32s256shhqqq16s20x4x"),
)
"""type, pid, line, id, user, host, exit (2), session, seconds, microseconds, address."""
_LASTLOG = (struct.Struct("<I32s256s"), struct.Struct("<q32s256s"))
_USER_PROCESS = 7
_LAST_TYPE = 9  # ACCOUNTING
_LATEST = 1 << 40
"""Seconds since 1970 that no sound record is beyond."""


@dataclass(frozen=True, slots=True)
class Logon:
    """One logon."""

    record: int
    """Its number in the file."""
    seconds: int
    """Since 1970, UTC."""
    line: str
    host: str


def last_logons(data: bytes | bytearray) -> dict[str, Logon] | None:
    """The latest logon of each user of a wtmp file; None where no layout fits all of its records."""
    for layout in _UTMP:
        if len(data) % layout.size == 0 and (found := _by_user(data, layout)) is not None:
            return found
    return None


def _by_user(data: bytes | bytearray, layout: struct.Struct) -> dict[str, Logon] | None:
    latest: dict[str, Logon] = {}
    for number, record in enumerate(layout.iter_unpack(data)):
        kind, _, line, _, user, host, *_, seconds, microseconds, _ = record
        if not 0 <= kind <= _LAST_TYPE or not 0 <= seconds < _LATEST or not 0 <= microseconds < 1_000_000:
            return None
        name = _text(user)
        if kind == _USER_PROCESS and name and (name not in latest or latest[name].seconds <= seconds):
            latest[name] = Logon(number, seconds, _text(line), _text(host))
    return latest


def lastlog(data: bytes | bytearray) -> dict[int, Logon] | None:
    """The logon of each uid of a lastlog file that has one; None where its size fits no layout."""
    for layout in _LASTLOG:
        if len(data) % layout.size:
            continue
        found: dict[int, Logon] = {}
        for uid, (seconds, line, host) in enumerate(layout.iter_unpack(data)):
            if seconds:
                found[uid] = Logon(uid, seconds, _text(line), _text(host))
        if all(0 < logon.seconds < _LATEST for logon in found.values()):
            return found
    return None


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")
