"""The files of NTFS itself, as a fresh volume of version 3.1 holds them.

What they hold: libyal's "New Technologies File System (NTFS)" and https://flatcap.github.io/linux-ntfs/ntfs/files/;
every structure was compared with a volume made by mkntfs 2022.10.3. $UsnJrnl and the transaction log are absent:
Windows makes them when it mounts a volume.
"""

import hashlib
import struct
from dataclasses import dataclass

from cyberforensics.lab.filesystems import ntfs_index as indexes
from cyberforensics.lab.filesystems import ntfs_records as records
from cyberforensics.lab.filesystems.ntfs_security import ADMINISTRATORS
from cyberforensics.lab.plan import CannotHold, PlannedVolume

BOOT_SIZE = 8192
QUOTA, OBJECT_IDS, REPARSE_POINTS = 24, 25, 26
"""Records of what lies in $Extend."""
ROOT_ROOM = records.RECORD_ROOM - records.resident_size(72) - records.resident_size(66 + 2)
"""What the root folder's record has for its index."""

_LONGEST_LABEL = 32  # UTF-16 units: what Windows takes
_MIN_LOG, _MAX_LOG = 256 * 1024, 4 * 1024 * 1024

_RESIDENT, _INDEXED, _NON_RESIDENT = 0x40, 0x02, 0x80
_NO_LIMIT = (1 << 64) - 1
_ATTRIBUTE_DEFINITIONS = (  # name, type, flags, smallest and largest size
    ("$STANDARD_INFORMATION", 0x10, _RESIDENT, 48, 72),
    ("$ATTRIBUTE_LIST", 0x20, _NON_RESIDENT, 0, _NO_LIMIT),
    ("$FILE_NAME", 0x30, _RESIDENT | _INDEXED, 68, 578),
    ("$OBJECT_ID", 0x40, _RESIDENT, 0, 256),
    ("$SECURITY_DESCRIPTOR", 0x50, _NON_RESIDENT, 0, _NO_LIMIT),
    ("$VOLUME_NAME", 0x60, _RESIDENT, 2, 256),
    ("$VOLUME_INFORMATION", 0x70, _RESIDENT, 12, 12),
    ("$DATA", 0x80, 0, 0, _NO_LIMIT),
    ("$INDEX_ROOT", 0x90, _RESIDENT, 0, _NO_LIMIT),
    ("$INDEX_ALLOCATION", 0xA0, _NON_RESIDENT, 0, _NO_LIMIT),
    ("$BITMAP", 0xB0, _NON_RESIDENT, 0, _NO_LIMIT),
    ("$REPARSE_POINT", 0xC0, _NON_RESIDENT, 0, 16_384),
    ("$EA_INFORMATION", 0xD0, _RESIDENT, 8, 8),
    ("$EA", 0xE0, 0, 0, 65_536),
    ("$LOGGED_UTILITY_STREAM", 0x100, _NON_RESIDENT, 0, 65_536),
)


@dataclass(frozen=True, slots=True)
class Geometry:
    """A volume in clusters."""

    cluster_size: int
    clusters: int
    sectors: int
    """Of the volume, without the last one, which holds the copy of the boot sector."""
    mirrored: int
    """How many records of the MFT have a copy: four, or a cluster full."""

    def clusters_for(self, size: int) -> int:
        """How many clusters hold so many bytes."""
        return -(-size // self.cluster_size)


def geometry(volume: PlannedVolume) -> Geometry:
    """Take the clusters of the plan, or those of 4,096 bytes that mkntfs and Windows take up to 16 TiB.

    Raises:
        CannotHold: clusters that NTFS does not know, or a volume that is no number of sectors.
    """
    size = volume.cluster_size or 4096
    if size not in {512 << power for power in range(8)}:
        raise CannotHold(f"a cluster has 512, 1024, 2048 … 65536 bytes, not {size}")
    if volume.size % 512 or volume.size <= 0:
        raise CannotHold(f"a volume has whole sectors of 512 bytes; {volume.size} bytes are not")
    sectors = volume.size // 512 - 1
    clusters = sectors * 512 // size
    if clusters > 0xFFFF_FFFF:
        raise CannotHold(f"{clusters} clusters are more than NTFS counts; take larger ones")
    return Geometry(size, clusters, sectors, max(4, size // records.RECORD_SIZE))


def boot_sector(volume: PlannedVolume, shape: Geometry, mft: int, mirror: int) -> bytes:
    """The boot sector. Its code does nothing but wait: nobody shall start a training volume."""
    per_cluster = shape.cluster_size // 512
    sector = bytearray(512)
    struct.pack_into("<3s8sHB", sector, 0, b"\xeb\x52\x90", b"NTFS    ", 512, per_cluster)
    struct.pack_into("<BHHHI", sector, 0x15, 0xF8, 0, 63, 255, 0)
    struct.pack_into("<IQQQ", sector, 0x24, 0x0080_0080, shape.sectors, mft, mirror)
    record = _size_code(records.RECORD_SIZE, shape.cluster_size)
    block = _size_code(indexes.BLOCK_SIZE, shape.cluster_size)
    struct.pack_into("<B3xB3xQ", sector, 0x40, record, block, serial_number(volume))
    sector[0x54:0x57] = b"\xf4\xeb\xfd"  # hlt, and again
    sector[0x60:0x80] = b"TRAINING: nothing to start here "
    sector[510:] = b"\x55\xaa"
    return bytes(sector)


def serial_number(volume: PlannedVolume) -> int:
    """What the volume says of itself, made of the plan's number so that two of them never look alike."""
    return int.from_bytes(hashlib.sha256(b"NTFS serial %d" % volume.serial).digest()[:8], "little")


def log_size(volume: PlannedVolume) -> int:
    """A hundredth of the volume, within what Windows takes; it is 0xFF throughout, as mkntfs leaves it."""
    return min(max(volume.size // 100 // 65_536 * 65_536, _MIN_LOG), _MAX_LOG)


def attribute_definitions() -> bytes:
    """The content of $AttrDef: 160 bytes for each type, and 160 zeros."""
    rows = [
        name.encode("utf-16-le").ljust(128, b"\0") + struct.pack("<IIIIQQ", kind, 0, 0, flags, smallest, largest)
        for name, kind, flags, smallest, largest in _ATTRIBUTE_DEFINITIONS
    ]
    return b"".join(rows) + bytes(160)


def label(volume: PlannedVolume) -> bytes:
    """The volume's label in UTF-16.

    Raises:
        CannotHold: it is longer than Windows takes.
    """
    encoded = volume.label.encode("utf-16-le", "surrogatepass")
    if len(encoded) > 2 * _LONGEST_LABEL:
        raise CannotHold(f"the label {volume.label!r} is longer than {_LONGEST_LABEL} characters")
    return encoded


def quotas(formatted: int) -> tuple[tuple[indexes.Entry, ...], tuple[indexes.Entry, ...]]:
    """The entries of $Quota's $O (owners) and $Q (quotas): no limit for anybody, and the Administrators.

    Args:
        formatted: when, as FILETIME.
    """
    unlimited = struct.pack("<IIQQqqQ", 2, 1, 0, formatted, -1, -1, 0)
    rows = ((1, unlimited), (0x100, unlimited + ADMINISTRATORS))
    by_number = tuple(indexes.view_entry(struct.pack("<I", number), data) for number, data in rows)
    # what fills the entry up is a relic that Windows and mkntfs both write
    return (indexes.view_entry(ADMINISTRATORS, struct.pack("<I", 0x100), b" \0\0\0"),), by_number


def _size_code(size: int, cluster_size: int) -> int:
    """A number of clusters, or as a negative byte the power of two."""
    return size // cluster_size if size >= cluster_size else 256 - (size.bit_length() - 1)
