"""Who owns what: security descriptors and the three parts of $Secure that keep them.

Layout: libyal's "New Technologies File System (NTFS)", section 12 ($SDS, $SDH, $SII); descriptors, access control
lists and SIDs: Microsoft, [MS-DTYP] 2.4.
"""

import hashlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cyberforensics.lab.filesystems.ntfs_index import Entry, view_entry
from cyberforensics.lab.plan import CannotHold

SYSTEM_FILES = 0x100
"""Security id of the system's own files; those of the planned ones follow."""

_BLOCK = 0x4_0000
"""$SDS: each block of this size is followed by its copy."""

_LOCAL_SYSTEM = bytes.fromhex("010100000000000512000000")  # S-1-5-18
ADMINISTRATORS = bytes.fromhex("01020000000000052000000020020000")  # S-1-5-32-544
_USERS = bytes.fromhex("01020000000000052000000021020000")  # S-1-5-32-545
_FULL, _READ, _READ_AND_RUN = 0x1F_01FF, 0x12_0089, 0x12_00A9
_INHERITED, _INHERITED_AND_HANDED_ON = 0x10, 0x13
_SELF_RELATIVE, _HAS_LIST = 0x8000, 0x0004


@dataclass(frozen=True, slots=True)
class Security:
    """The descriptors of a volume."""

    ids: Mapping[tuple[int, bool], int]
    """Security id of what an owner has, by his number and whether it is a folder."""
    stream: bytes
    """The content of $SDS: the descriptors, and from 256 KiB on their copy."""
    by_id: tuple[Entry, ...]
    """Of $SII, sorted."""
    by_hash: tuple[Entry, ...]
    """Of $SDH, sorted."""


def security(owners: Iterable[int], serial: int) -> Security:
    """Make a descriptor for the system, and two for each owner: of folders and of files.

    Owner 0 is the group Administrators; another one is a user of the machine, with his number as the last part of
    his SID, whose machine part is made of the volume's serial.

    Raises:
        CannotHold: more owners than descriptors fit into one block (about 800).
    """
    machine = struct.unpack("<3I", hashlib.sha256(b"machine %d" % serial).digest()[:12])
    descriptors = [_descriptor(ADMINISTRATORS, 0, [(_LOCAL_SYSTEM, _READ), (ADMINISTRATORS, _READ)])]
    ids: dict[tuple[int, bool], int] = {}
    for owner in dict.fromkeys((0, *owners)):
        sid = ADMINISTRATORS if owner == 0 else _user(machine, owner)
        rights = [(_LOCAL_SYSTEM, _FULL), (ADMINISTRATORS, _FULL), (_USERS, _READ_AND_RUN)]
        if owner:
            rights.append((sid, _FULL))
        for is_folder, flags in ((True, _INHERITED_AND_HANDED_ON), (False, _INHERITED)):
            ids[owner, is_folder] = SYSTEM_FILES + len(descriptors)
            descriptors.append(_descriptor(sid, flags, rights))
    return _stored(ids, descriptors)


def descriptor_hash(descriptor: bytes) -> int:
    """The sum by which $SDH finds a descriptor: each number of 32 bits is added to the sum, rotated by 3 bits."""
    total = 0
    for (number,) in struct.iter_unpack("<I", descriptor):
        total = (number + (total << 3 | total >> 29)) & 0xFFFF_FFFF
    return total


def _stored(ids: Mapping[tuple[int, bool], int], descriptors: list[bytes]) -> Security:
    stream, headers = bytearray(), []
    for number, descriptor in enumerate(descriptors):
        stream.extend(bytes(-len(stream) % 16))
        header = struct.pack(
            "<IIQI", descriptor_hash(descriptor), SYSTEM_FILES + number, len(stream), 20 + len(descriptor)
        )
        headers.append(header)
        stream += header + descriptor
    if len(stream) > _BLOCK:
        raise CannotHold(f"the volume: {len(ids) // 2} owners need more than one block of $Secure; plan fewer owners")
    by_id = [view_entry(header[4:8], header) for header in headers]
    by_hash = [view_entry(header[:8], header, b"I\0I\0") for header in sorted(headers, key=_hash_and_id)]
    whole = bytes(stream).ljust(_BLOCK, b"\0") + bytes(stream)
    return Security(ids, whole, tuple(by_id), tuple(by_hash))


def _hash_and_id(header: bytes) -> tuple[int, ...]:
    return struct.unpack_from("<II", header)


def _descriptor(owner: bytes, flags: int, rights: list[tuple[bytes, int]]) -> bytes:
    entries = b"".join(struct.pack("<BBHI", 0, flags, 8 + len(sid), mask) + sid for sid, mask in rights)
    access = struct.pack("<BBHHH", 2, 0, 8 + len(entries), len(rights), 0) + entries
    owner_at = 20 + len(access)
    group_at = owner_at + len(owner)
    head = struct.pack("<BBHIIII", 1, 0, _SELF_RELATIVE | _HAS_LIST, owner_at, group_at, 0, 20)
    return head + access + owner + _LOCAL_SYSTEM


def _user(machine: tuple[int, ...], number: int) -> bytes:
    """S-1-5-21-…-number."""
    return struct.pack("<BB6s5I", 1, 5, (5).to_bytes(6, "big"), 21, *machine, number & 0xFFFF_FFFF)
