"""Damage to a volume once everything has happened: of the medium, or by a hand that means to hurt who reads it.

What each does is said of the structures of the published layouts (Microsoft FAT 1.03; libyal's "New Technologies File
System (NTFS)"), and what may still be expected of each file is decided from where the writer put it.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from cyberforensics.lab.filesystems.fat_shape import Bits, shape_of
from cyberforensics.lab.plan import CannotHold, PlacedFile, PlannedVolume
from cyberforensics.lab.scenario import Damage
from cyberforensics.lab.truth import Broken, Left

_BLOCK = 1 << 16
_SLOT = 32
_FIRST_ADDRESS, _FIRST_CLUSTER = 3, 2  # The Sleuth Kit's number of the first slot; the first cluster of the heap
_RECORD, _FILE_NAME = 1024, 0x30

_BOOT: Mapping[str, tuple[int, int]] = {"ext4": (1024, 1024), "iso9660": (32768, 2048)}
"""Offset and length of what says how a volume is laid out; the first sector of the others."""


@dataclass(frozen=True, slots=True)
class Site:
    """A volume as it was written, in a file that may be changed."""

    out: BinaryIO
    offset: int
    """Of the volume, in bytes."""
    planned: PlannedVolume
    placed: Sequence[PlacedFile]

    def named(self, path: str) -> PlacedFile:
        """The last file of a path, which is the one that is there if one is.

        Raises:
            CannotHold: there is none, or it has no content.
        """
        found = [one for one in self.placed if one.path == path and one.stream is None]
        living = [one for one in found if one.name_state == "allocated"] or found
        if not living or not living[-1].runs:
            raise CannotHold(f"damage: {path}: there is no such file with content at the end of the story")
        return living[-1]


@dataclass(frozen=True, slots=True)
class Wounds:
    """What was done, and what it leaves."""

    broken: tuple[Broken, ...]
    left: Mapping[int, Left]
    """Of each placed stream, by its id in memory; what is not in it is whole."""
    size: int | None
    """To which the disk was cut, in bytes."""


def damaged(site: Site, damages: Sequence[Damage]) -> Wounds:
    """Do all of it, in order.

    Raises:
        CannotHold: it can't be done on such a volume, or to such a file; the message says what would be right.
    """
    broken: list[Broken] = []
    left: dict[int, Left] = {}
    size = None
    for number, damage in enumerate(damages):
        try:
            done, hurt = dict(KINDS)[damage.do].effect(site, damage)
        except CannotHold as error:
            error.damage = number
            raise
        broken.append(done)
        left |= {key: _worse(left.get(key, "whole"), state) for key, state in hurt.items()}
        size = done.offset if damage.do == "cut" else size
    return Wounds(tuple(broken), left, size)


_ORDER: tuple[Left, ...] = ("whole", "changed", "in-part", "open")


def _worse(one: Left, other: Left) -> Left:
    return max(one, other, key=_ORDER.index)


Effect = Callable[[Site, Damage], tuple[Broken, dict[int, Left]]]


def _range(site: Site, damage: Damage) -> tuple[int, int]:
    """Offset in the volume and length of what is flipped or zeroed."""
    if damage.structure == "boot":
        return _BOOT.get(site.planned.file_system, (0, 512))
    if damage.structure == "record":
        return _record(site, damage.path)
    if damage.path:
        one = site.named(damage.path)
        at = damage.at
        for start, length in one.runs:
            if at < length:
                return start + at, min(damage.size or 1, length - at)
            at -= length
        raise CannotHold(f"damage: {damage.path} has {one.size} bytes, so none at {damage.at}")
    if damage.at >= site.planned.size:
        raise CannotHold(f"damage: at {damage.at} lies behind the end of the volume, which has {site.planned.size}")
    return damage.at, min(damage.size or 512, site.planned.size - damage.at)


def _changed(site: Site, damage: Damage, change: Callable[[bytes], bytes]) -> tuple[Broken, dict[int, Left]]:
    start, length = _range(site, damage)
    for at in range(start, start + length, _BLOCK):
        part = min(_BLOCK, start + length - at)
        site.out.seek(site.offset + at)
        before = site.out.read(part).ljust(part, b"\0")
        site.out.seek(site.offset + at)
        site.out.write(change(before))
    return _told(site, damage, start, length), _hit(site, damage, start, length)


def _hit(site: Site, damage: Damage, start: int, length: int) -> dict[int, Left]:
    """Who is hurt by a change of bytes: the files in whose content alone it lies, else everything may be."""
    if damage.structure == "record":
        whose = site.named(damage.path)
        return {id(one): "open" for one in site.placed if one.meta_address and _number(one) == _number(whose)}
    touched = [one for one in site.placed if any(_meets(run, start, length) for run in one.runs)]
    inside = sum(
        min(at + size, start + length) - max(at, start)
        for one in touched[:1]
        for at, size in one.runs
        if _meets((at, size), start, length)
    )
    if inside == length and not damage.structure:
        return {id(one): "changed" for one in touched}
    return {id(one): "open" for one in site.placed}


def _meets(run: tuple[int, int], start: int, length: int) -> bool:
    return run[0] < start + length and start < sum(run)


def _flip(site: Site, damage: Damage) -> tuple[Broken, dict[int, Left]]:
    return _changed(site, damage, lambda data: bytes(byte ^ 0xFF for byte in data))


def _zero(site: Site, damage: Damage) -> tuple[Broken, dict[int, Left]]:
    return _changed(site, damage, lambda data: bytes(len(data)))


def _cut(site: Site, damage: Damage) -> tuple[Broken, dict[int, Left]]:
    at = damage.at
    if damage.path:
        one = site.named(damage.path)
        at = one.runs[0][0] + damage.at
    at = -(-at // 512) * 512
    if not 0 < at < site.planned.size:
        raise CannotHold(f"damage: cut at {at}: give a place within the {site.planned.size} bytes of the volume")
    site.out.truncate(site.offset + at)
    hurt: dict[int, Left] = {
        id(one): "in-part" for one in site.placed if any(start + length > at for start, length in one.runs)
    }
    return _told(site, damage, at, site.planned.size - at), hurt


def _itself(site: Site, damage: Damage) -> tuple[Broken, dict[int, Left]]:
    """The folder that the name of an MFT record gives becomes the record itself."""
    start, _ = _record(site, damage.path)
    record = _read(site, start, _RECORD)
    place = struct.unpack_from("<H", record, 20)[0]
    while place + 8 < _RECORD:
        kind, length = struct.unpack_from("<II", record, place)
        if kind == _FILE_NAME:
            at = place + struct.unpack_from("<H", record, place + 20)[0]
            reference = struct.unpack_from("<I", record, 44)[0] | struct.unpack_from("<H", record, 16)[0] << 48
            if not at % 512 < 512 - 10:  # the last two bytes of a sector stand elsewhere
                break
            _put(site, start + at, struct.pack("<Q", reference))
            number = _number(site.named(damage.path))
            hurt: dict[int, Left] = {
                id(one): "open" for one in site.placed if one.meta_address and _number(one) == number
            }
            return _told(site, damage, start + at, 8), hurt
        if not 0 < length < _RECORD:
            break
        place += length
    raise CannotHold(f"damage: {damage.path}: its record has no name that can be changed")


def _cycle(site: Site, damage: Damage) -> tuple[Broken, dict[int, Left]]:
    """The second cluster of a file is followed by its first one."""
    shape = shape_of(site.planned, _bits(site, damage))
    one = site.named(damage.path)
    first = _cluster(one, shape.cluster, shape.heap)
    if one.size <= 2 * shape.cluster or one.runs[0][1] <= shape.cluster or one.name_state != "allocated":
        raise CannotHold(f"damage: {damage.path}: a cycle needs a file of more than two clusters of {shape.cluster}")
    table = shape.reserved * 512
    for copy in range(2):
        start = table + copy * shape.table * 512
        if shape.bits == 12:
            at = start + (first + 1) * 3 // 2
            pair = int.from_bytes(_read(site, at, 2), "little")
            odd = (first + 1) % 2
            pair = pair & 0x000F | first << 4 if odd else pair & 0xF000 | first
            _put(site, at, pair.to_bytes(2, "little"))
        else:
            width = shape.bits // 8
            _put(site, start + (first + 1) * width, first.to_bytes(width, "little"))
    return _told(site, damage, table, shape.table * 512), {id(one): "in-part"}


def _overlap(site: Site, damage: Damage) -> tuple[Broken, dict[int, Left]]:
    """The directory says of a file that it begins where another one does."""
    shape = shape_of(site.planned, _bits(site, damage))
    one, other = site.named(damage.path), site.named(damage.other)
    if "allocated" not in (one.name_state, other.name_state) or one.meta_address is None:
        raise CannotHold(f"damage: {damage.path}: both files of an overlap must be there at the end of the story")
    cluster = _cluster(other, shape.cluster, shape.heap)
    slot = shape.root_at + (int(one.meta_address) - _FIRST_ADDRESS) * _SLOT
    _put(site, slot + 20, struct.pack("<H", cluster >> 16))
    _put(site, slot + 26, struct.pack("<H", cluster & 0xFFFF))
    return _told(site, damage, slot, _SLOT), {id(one): "changed" if one.size <= other.size else "in-part"}


@dataclass(frozen=True, slots=True)
class DamageKind:
    """What damage can be."""

    effect: Effect
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    about: str


KINDS: tuple[tuple[str, DamageKind], ...] = (
    ("flip", DamageKind(_flip, (), ("path", "structure", "at", "size"), "every bit becomes its opposite")),
    ("zero", DamageKind(_zero, (), ("path", "structure", "at", "size"), "the bytes become zeros")),
    ("cut", DamageKind(_cut, (), ("path", "at"), "the image ends there, at the next sector")),
    ("self", DamageKind(_itself, ("path",), (), "NTFS: the record of a file says that it lies in itself")),
    ("cycle", DamageKind(_cycle, ("path",), (), "FAT: the second cluster of a file leads back to its first")),
    ("overlap", DamageKind(_overlap, ("path", "other"), (), "FAT: a file begins where the other one does")),
)
"""Every kind, with what it takes."""


def _bits(site: Site, damage: Damage) -> Bits:
    bits: Mapping[str, Literal[12, 16, 32]] = {"fat12": 12, "fat16": 16, "fat32": 32}
    system = site.planned.file_system
    if system not in bits:
        raise CannotHold(f"damage: {damage.do} is for fat12, fat16 and fat32, and the volume is {system}")
    return bits[system]


def _cluster(one: PlacedFile, cluster: int, heap: int) -> int:
    return (one.runs[0][0] - heap) // cluster + _FIRST_CLUSTER


def _number(one: PlacedFile) -> str:
    return (one.meta_address or "").partition("-")[0]


def _record(site: Site, path: str) -> tuple[int, int]:
    """Where the MFT record of a file lies: the boot sector says where the MFT begins, and records say their number."""
    if site.planned.file_system != "ntfs":
        raise CannotHold(f"damage: {path}: only ntfs has records; the volume is {site.planned.file_system}")
    boot = _read(site, 0, 512)
    sector, per_cluster = struct.unpack_from("<HB", boot, 11)
    number = int(_number(site.named(path)))
    start = struct.unpack_from("<Q", boot, 48)[0] * sector * per_cluster + number * _RECORD
    head = _read(site, start, 48)
    if head[:4] != b"FILE" or struct.unpack_from("<I", head, 44)[0] != number:
        raise CannotHold(f"damage: {path}: its record lies in another piece of the MFT")
    return start, _RECORD


def _read(site: Site, at: int, size: int) -> bytes:
    site.out.seek(site.offset + at)
    return site.out.read(size)


def _put(site: Site, at: int, data: bytes) -> None:
    site.out.seek(site.offset + at)
    site.out.write(data)


def _told(site: Site, damage: Damage, start: int, length: int) -> Broken:
    return Broken(damage.volume, damage.do, damage.path or damage.structure or None, site.offset + start, length)
