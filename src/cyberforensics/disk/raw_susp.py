"""Rock Ridge: the times, names and links of POSIX that ride in the system use area of ISO 9660 directory records.

Sources: the System Use Sharing Protocol 1.12 (IEEE P1281: 5.1 CE, 5.3 SP, 5.4 ST) and the Rock Ridge
Interchange Protocol 1.12 (IEEE P1282: 4.1.3 SL, 4.1.4 NM, 4.1.6 TF). A TF entry holds up to seven times in the 7-byte
form of a directory record or the 17-byte form of a volume descriptor. Expiration and effective times say
when data shall be used, not what happened to it; they have no meaning in our vocabulary and are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cyberforensics.disk.media import ReadAt
from cyberforensics.model.entry import EntryTime, TimeMeaning
from cyberforensics.model.times import Encoding, Timestamp

# The order of the bits, and of the times; None: expiration, effective.
_TF_TIMES: tuple[TimeMeaning | None, ...] = (
    "created",
    "modified",
    "accessed",
    "changed",
    "backup",
    None,
    None,
)
_TF_LONG_FORM = 0x80
_SL_CONTINUES, _SL_CURRENT, _SL_PARENT, _SL_ROOT = 0x01, 0x02, 0x04, 0x08
_NM_ELSEWHERE = 0x06  # the name of the directory itself, or of its parent

_HEAD = 4
_CE_SIZE = 28
_SP_SIZE = 7
_XA_SIZE = 14  # what CD-ROM XA puts before
_SECTOR = 2048
_MOST_CONTINUATIONS = 8  # a chain that is longer is a cycle, or meant to be one


@dataclass(frozen=True, slots=True)
class RockRidge:
    """What the entries of one system use area say."""

    times: tuple[EntryTime, ...] = ()
    name: bytes | None = None
    """As stored; None where there is no NM entry."""
    target: bytes | None = None
    """Of a symbolic link; None where there is no SL entry."""


def announced(area: bytes) -> int | None:
    """Give the bytes to skip in each system use area, as the root's own says; None where it is not in use."""
    if len(area) >= _SP_SIZE and area[:2] == b"SP" and area[4:6] == b"\xbe\xef":
        return area[6]
    if area[_XA_SIZE : _XA_SIZE + 2] == b"SP":
        return announced(area[_XA_SIZE:])
    return None


def parse(area: bytes, read_at: ReadAt, block_size: int) -> RockRidge:
    """Decode the entries of an area, with those in its continuation areas."""
    times: list[EntryTime] = []
    name: bytes | None = None
    components: list[bytes] | None = None
    for kind, entry in _entries(area, read_at, block_size):
        if kind == b"TF":
            times += _times(entry)
        elif kind == b"SL":
            components = [*(components or ()), *_components(entry)]
        elif kind == b"NM" and len(entry) > _HEAD and not entry[_HEAD] & _NM_ELSEWHERE:
            name = (name or b"") + entry[_HEAD + 1 :]
    return RockRidge(tuple(times), name, None if components is None else _target(components))


def _entries(area: bytes, read_at: ReadAt, block_size: int) -> Iterator[tuple[bytes, bytes]]:
    for _ in range(_MOST_CONTINUATIONS):
        continuation = None
        place = 0
        while place + _HEAD <= len(area):
            kind, length = area[place : place + 2], area[place + 2]
            if length < _HEAD or place + length > len(area) or kind == b"ST":
                break
            entry = area[place : place + length]
            if kind == b"CE" and length >= _CE_SIZE:
                block, start, size = (int.from_bytes(entry[at : at + 4], "big") for at in (8, 16, 24))
                continuation = (block * block_size + start, size)
            else:
                yield kind, entry
            place += length
        if continuation is None or not 0 < continuation[1] <= _SECTOR:
            return
        area = read_at(*continuation)


def _components(entry: bytes) -> Iterator[bytes]:
    """Yield each component with what follows it: a slash, or nothing where it continues or is the root."""
    place = _HEAD + 1
    while place + 2 <= len(entry):
        flags, length = entry[place], entry[place + 1]
        text = entry[place + 2 : place + 2 + length]
        if flags & _SL_ROOT:
            yield b"/"
        elif flags & (_SL_CURRENT | _SL_PARENT):
            yield b"./" if flags & _SL_CURRENT else b"../"
        else:
            yield text if flags & _SL_CONTINUES else text + b"/"
        place += 2 + length


def _target(components: list[bytes]) -> bytes:
    path = b"".join(components)
    return path if path == b"/" else path.removesuffix(b"/")


def _times(entry: bytes) -> Iterator[EntryTime]:
    if len(entry) <= _HEAD:
        return
    flags = entry[_HEAD]
    size = 17 if flags & _TF_LONG_FORM else 7
    encoding: Encoding = "iso9660-long" if flags & _TF_LONG_FORM else "iso9660"
    place = _HEAD + 1
    for bit, meaning in enumerate(_TF_TIMES):
        if not flags & 1 << bit:
            continue
        stored = entry[place : place + size]
        if len(stored) < size:
            return
        if meaning is not None:
            yield EntryTime(meaning, Timestamp(int.from_bytes(stored, "big"), encoding))
        place += size
