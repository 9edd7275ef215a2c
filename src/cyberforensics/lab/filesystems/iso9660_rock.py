"""Rock Ridge: names, modes, four times and symbolic links beside the records of the primary tree.

Layout: System Use Sharing Protocol 1.10 (SP, CE, ER) and Rock Ridge Interchange Protocol 1.10 (PX, TF, NM, SL).
"""

from dataclasses import dataclass

from cyberforensics.lab.filesystems.iso9660_records import LONGEST, SECTOR, both32, seven_bytes
from cyberforensics.lab.plan import CannotHold, PlannedFile, Stamps

_CE = 28
_MODES = {"file": 0o100644, "directory": 0o040755, "link": 0o120777}
_LONGEST_NAME = 255  # bytes
_LONGEST_TARGET = 1024  # bytes: with the name it stays in one continuation
_LONGEST_ENTRY = 250
_ER = (
    b"RRIP_1991A",
    b"THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS",
    b"PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR "
    b"FOR CONTACT INFORMATION.",
)


@dataclass(slots=True)
class Use:
    """The system use area of one record, and what did not fit into it."""

    inline: bytes
    more: bytes
    at: int = 0
    """Where `more` stands in the area of continuations, in bytes."""

    @property
    def length(self) -> int:
        return len(self.inline) + (_CE if self.more else 0)

    def packed(self, continuations: int) -> bytes:
        """The bytes in the record; `continuations` is the first sector of their area."""
        if not self.more:
            return self.inline
        place = both32(continuations + self.at // SECTOR) + both32(self.at % SECTOR) + both32(len(self.more))
        return self.inline + b"CE" + bytes((_CE, 1)) + place


class Continuations:
    """What did not fit into records, none of it over the end of a sector."""

    def __init__(self) -> None:
        self.data = bytearray()

    def keep(self, use: Use) -> Use:
        if use.more:
            if len(self.data) % SECTOR + len(use.more) > SECTOR:
                self.data += bytes(-len(self.data) % SECTOR)
            use.at = len(self.data)
            self.data += use.more
        return use


def use_of(planned: PlannedFile, links: int, offset: int, room: int) -> Use:
    """The area of a named record.

    Args:
        links: how many names lead to it.
        offset: minutes that the local clock was ahead of UTC.
        room: bytes that the record has for it.

    Raises:
        CannotHold: the name or the target of a link is too long.
    """
    name = planned.path.rpartition("/")[2].encode()
    if len(name) > _LONGEST_NAME:
        raise CannotHold(f"{planned.path}: a name of {len(name)} bytes, and {_LONGEST_NAME} is the longest")
    entries = _common(planned.kind, planned.stamps, planned.path, planned.owner, links, offset)
    pieces = [name[start : start + _LONGEST_ENTRY] for start in range(0, len(name), _LONGEST_ENTRY)]
    for number, piece in enumerate(pieces, 1):
        entries.append(b"NM" + bytes((5 + len(piece), 1, 1 if number < len(pieces) else 0)) + piece)
    if planned.kind == "link":
        entries += _link(planned.link_target.encode(), planned.path)
    return _fitted(entries, room)


def use_of_dot(stamps: Stamps, links: int, offset: int, *, is_root: bool) -> Use:
    """The area of a folder's own record, or of its parent's; the root's says that Rock Ridge is in use."""
    entries = _common("directory", stamps, "/", 0, links, offset)
    if not is_root:
        return Use(b"".join(entries), b"")
    lengths = bytes(len(text) for text in _ER)
    rule = b"ER" + bytes((8 + sum(lengths), 1)) + lengths + b"\x01" + b"".join(_ER)
    return Use(b"SP\x07\x01\xbe\xef\x00" + b"".join(entries), rule)


def _common(kind: str, stamps: Stamps, path: str, owner: int, links: int, offset: int) -> list[bytes]:
    times = (stamps.created, stamps.modified, stamps.accessed, stamps.changed)
    return [
        b"PX\x24\x01" + both32(_MODES[kind]) + both32(links) + both32(owner) * 2,
        b"TF\x21\x01\x0f" + b"".join(seven_bytes(at, path, offset) for at in times),
    ]


def _link(target: bytes, path: str) -> list[bytes]:
    if not 0 < len(target) <= _LONGEST_TARGET:
        raise CannotHold(f"{path}: a link needs a target of 1 to {_LONGEST_TARGET} bytes")
    parts = []
    for index, part in enumerate(target.split(b"/")):
        if not part and index:
            continue
        if len(part) > _LONGEST_ENTRY - 8:
            raise CannotHold(f"{path}: a part of its target has {len(part)} bytes, {_LONGEST_ENTRY - 8} is the most")
        flags = {b"": 8, b".": 2, b"..": 4}.get(part, 0)
        parts.append(bytes((flags, 0)) if flags else bytes((0, len(part))) + part)
    entries = [bytearray()]
    for packed in parts:
        if len(entries[-1]) + len(packed) > _LONGEST_ENTRY:
            entries.append(bytearray())
        entries[-1] += packed
    last = len(entries) - 1
    return [b"SL" + bytes((5 + len(body), 1, 1 if index < last else 0)) + body for index, body in enumerate(entries)]


def _fitted(entries: list[bytes], room: int) -> Use:
    if sum(map(len, entries)) <= room:
        return Use(b"".join(entries), b"")
    inline = b""
    while len(inline) + len(entries[0]) + _CE <= room:
        inline += entries.pop(0)
    return Use(inline, b"".join(entries))


def room_for_use(identifier: bytes) -> int:
    """Bytes that a record with such an identifier has for its system use area."""
    return LONGEST - 33 - len(identifier) - (1 - len(identifier) % 2)
