"""What was received."""

from dataclasses import dataclass
from enum import StrEnum


class Container(StrEnum):
    """How the media is wrapped."""

    RAW = "raw"
    SPLIT_RAW = "split-raw"
    EWF = "ewf"
    QCOW = "qcow2"
    VHD = "vhd"
    VHDX = "vhdx"
    VMDK = "vmdk"
    DMG = "dmg"
    PARALLELS = "parallels"
    DEVICE = "device"
    ZIP = "zip"
    DIRECTORY = "directory"
    FILE = "file"

    @property
    def is_logical(self) -> bool:
        """Whether it holds files of the host and no media."""
        return self in (Container.DIRECTORY, Container.FILE)


@dataclass(frozen=True, slots=True)
class StoredDigest:
    """A digest that somebody stated before this run."""

    algorithm: str
    """``md5``, ``sha1``, ``sha256``."""
    value: str
    """Lower-case hexadecimal."""
    origin: str
    """``container`` (stored in the image) or ``examiner`` (given with --expect)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of the container."""

    name: str
    """The file's own name in display form, without its folder: no host path stands in results."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Device:
    """A block device, as it describes itself to the kernel; None: not available. Texts are in display form."""

    vendor: str | None
    model: str | None
    serial: str | None
    """Of the disk."""
    usb_serial: str | None
    """Of the USB device: a stick, or the bridge in front of a disk."""
    logical_sector_size: int | None
    """Bytes."""
    physical_sector_size: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One exhibit as it was opened."""

    exhibit: str
    """The exhibit's id: what people call it."""
    container: Container
    segments: tuple[Segment, ...]
    """None of them for a block device."""
    media_size: int | None
    """Bytes of the media inside the container; None for logical evidence."""
    sector_size: int | None
    stored_digests: tuple[StoredDigest, ...] = ()
    identity: str = ""
    """What tells this media from any other: container GUID and stored digest, or the digest of fixed blocks."""
    container_metadata: tuple[tuple[str, str], ...] = ()
    """What the container says of its making (case number, examiner, dates …), in display form, in its order."""
    device: Device | None = None
    """None for what is no block device. Areas that a device hides (HPA, DCO) are never examined."""
