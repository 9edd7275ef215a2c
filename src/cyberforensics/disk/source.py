"""What the examiner named: which container it is, and which files belong to it.

A file that has no container's signature is an image (`Container.RAW`) until `open_evidence` has looked into it:
only that can tell an image without an extension from any other file.
"""

import os
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cyberforensics.disk import device, virtual_disks
from cyberforensics.disk.device import DeviceState
from cyberforensics.disk.ewf import segment_paths
from cyberforensics.errors import EvidenceError
from cyberforensics.model.evidence import Container

IMAGE_EXTENSIONS = frozenset(
    {".dd", ".raw", ".img", ".image", ".bin", ".iso", ".dmg", ".vhd", ".vhdx", ".vmdk", ".qcow", ".qcow2", ".e01"}
    | {".ex01", ".s01", ".hdd", ".hds", ".ima", ".flp", ".dmp", ".001", ".000"}
)
"""Extensions under which an unrecognised file is an image nobody could open, never a document to examine."""

_SIGNATURES = (
    (0, b"EVF\x09\x0d\x0a\xff\x00", Container.EWF),
    (0, b"EVF2\x0d\x0a\x81\x00", Container.EWF),
    (0, b"QFI\xfb", Container.QCOW),
    (0, b"vhdxfile", Container.VHDX),
    (0, b"conectix", Container.VHD),
    (0, b"KDMV", Container.VMDK),
    (0, b"COWD", Container.VMDK),
    (0, b"# Disk DescriptorFile", Container.VMDK),
    (0, b"PK\x03\x04", Container.ZIP),
    (0, b"PK\x05\x06", Container.ZIP),
    (0, b"PK\x07\x08PK\x03\x04", Container.ZIP),
)
_TRAILERS = ((b"conectix", Container.VHD), (b"koly", Container.DMG))
_PARALLELS = (b"WithoutFreeSpace", b"WithouFreSpacExt")
_REFUSED = (
    (0, b"LVF\x09\x0d\x0a\xff\x00", "an EnCase logical image (L01)"),
    (0, b"LEF2\x0d\x0a\x81\x00", "an EnCase logical image (Lx01)"),
    (0, b"AFF10\x0d\x0a\x00", "an AFF image"),
    (0, b"ADSEGMENTEDFILE", "an AccessData logical image (AD1)"),
    (0, b"ADCRYPT\x00", "an image encrypted by AccessData"),
    (0x40, b"\x7f\x10\xda\xbe", "a VirtualBox disk (VDI)"),
    (0, b"encrcdsa", "an encrypted Apple disk image"),
    (0, b"sprs", "an Apple sparse image"),
)
_SPLIT = re.compile(r"(?P<stem>.+)\.(?P<digits>\d{3,})$")


@dataclass(frozen=True, slots=True)
class Source:
    """An exhibit and the files on this host that hold it. It travels to workers, never into results."""

    exhibit: str
    container: Container
    paths: tuple[Path, ...]
    """Every segment, extent or parent, the one that is opened first; the folder, for logical evidence; the device."""
    device: DeviceState | None = None
    """Of a block device: how it was found."""


def identify(exhibit: str, path: Path, *, accept_writable: bool = False) -> Source:
    """Tell the container by its content, and find its segments; a block device is raw media, whatever it holds.

    Args:
        accept_writable: take a block device that is in use or not read-only at the kernel.

    Raises:
        EvidenceError: the path does not exist, can't be read, a segment is missing, the container is one
            that is known and not supported, or a device may change while it is read.
    """
    try:
        if path.is_dir():
            return _folder(exhibit, path)
        if device.is_device(path):
            return _device(exhibit, path.resolve(), accept_writable=accept_writable)
        if path.exists() and not path.is_file():
            raise EvidenceError(f"{path}: neither a file, a folder nor a block device")
        with path.open("rb") as file:
            head = file.read(512)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 512))
            tail = file.read(512)
        if size == 0 and path.suffix.lower() in IMAGE_EXTENSIONS:
            raise EvidenceError(f"{path}: the image is empty (0 bytes)", code="evidence.truncated")
        return Source(exhibit, *_container(path, head, tail))
    except FileNotFoundError as error:
        raise EvidenceError(f"{path}: there is no such file or folder", code="evidence.not-found") from error
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error.strerror})") from error


def container_of(path: Path) -> Container:
    """What a source that could not be opened seems to be: all that is said of it."""
    if device.is_device(path):
        return Container.DEVICE
    try:
        return identify("", path).container
    except EvidenceError:
        return Container.RAW


def _device(exhibit: str, path: Path, *, accept_writable: bool) -> Source:
    state = device.read_state(path)
    if not accept_writable:
        device.refuse_what_may_change(path, state)
    if state.size == 0:
        raise EvidenceError(f"{path}: the device has no media (0 bytes)", code="evidence.truncated")
    return Source(exhibit, Container.DEVICE, (path,), state)


def still_there(source: Source) -> None:
    """Ask whether a device that was opened is still there: what it no longer answers must not be recorded as read.

    Raises:
        EvidenceError: it is gone.
    """
    if source.device is not None and device.is_gone(source.paths[0], source.device):
        raise EvidenceError(
            f"{source.paths[0]}: the device disappeared, or answers no more, while it was read",
            code="evidence.device-gone",
            hint="connect it again and start the same command: what was recorded stands, and it goes on there",
        )


def _folder(exhibit: str, path: Path) -> Source:
    descriptor = path / virtual_disks.PARALLELS_DESCRIPTOR
    if descriptor.is_file():
        return Source(exhibit, Container.PARALLELS, virtual_disks.files_of(descriptor, Container.PARALLELS))
    if (path / "bands").is_dir() and (path / "token").exists():
        raise _refused(path, "an Apple sparse bundle")
    return Source(exhibit, Container.DIRECTORY, (path,))


def _container(path: Path, head: bytes, tail: bytes) -> tuple[Container, tuple[Path, ...]]:
    for offset, magic, name in _REFUSED:
        if head.startswith(magic, offset):
            raise _refused(path, name)
    if path.suffix.lower() == ".aff4" and head.startswith(b"PK"):
        raise _refused(path, "an AFF4 image")
    for offset, magic, container in _SIGNATURES:
        if head.startswith(magic, offset):
            if container is Container.EWF:
                return container, tuple(segment_paths(path))
            return container, virtual_disks.files_of(path, container)
    if head.startswith(_PARALLELS) or (b"<Parallels_disk_image" in head and path.suffix.lower() == ".xml"):
        return Container.PARALLELS, _parallels(path)
    for magic, container in _TRAILERS:
        if tail.startswith(magic):
            return container, (path,)
    if tail.endswith(b"cdsaencr"):
        raise _refused(path, "an encrypted Apple disk image")
    split = _SPLIT.match(path.name)
    if split:
        paths = _numbered(path, split["stem"], split["digits"])
        if len(paths) > 1:
            return Container.SPLIT_RAW, paths
    return Container.RAW, (path,)


def _refused(path: Path, name: str) -> EvidenceError:
    return EvidenceError(
        f"{path}: {name}, which is not supported",
        code="evidence.unsupported-container",
        hint="export it as E01 or raw with the tool that made it, or convert it (`qemu-img convert`)",
    )


def _parallels(path: Path) -> tuple[Path, ...]:
    """A disk named by its description, or by one of the files that the description beside it names."""
    descriptor = path if path.suffix.lower() == ".xml" else path.parent / virtual_disks.PARALLELS_DESCRIPTOR
    if not descriptor.is_file():
        raise EvidenceError(
            f"{path}: a Parallels disk, without the {virtual_disks.PARALLELS_DESCRIPTOR} that describes it",
            code="evidence.segment-missing",
            hint="put both into one folder, and name the folder",
        )
    return virtual_disks.files_of(descriptor, Container.PARALLELS)


def _numbered(named: Path, stem: str, digits: str) -> tuple[Path, ...]:
    """Every segment from the first on; a gap in the numbers is an error, not an end."""
    pattern = re.compile(rf"{re.escape(stem)}\.(\d{{{len(digits)},}})$")
    found = {
        int(match[1]): sibling
        for sibling in named.parent.iterdir()
        if (match := pattern.match(sibling.name)) and sibling.is_file()
    }
    start = int(digits)
    run = [start]
    while run[0] > 0 and run[0] - 1 in found:
        run.insert(0, run[0] - 1)
    if start > 1:
        if run[0] > 1:
            return (named,)  # a number that is no segment's, such as a year
        raise EvidenceError(
            f"{named}: not the first segment of a split image",
            code="evidence.segment-missing",
            hint=f"name the first, {found[run[0]].name}",
        )
    numbers = sorted(number for number in found if number >= start)
    width = len(digits)
    for before, number in pairwise(numbers):
        if number != before + 1 and len(found[number].suffix) == width + 1:
            raise EvidenceError(
                f"{named}: segment {before + 1:0{width}d} is missing, while {number:0{width}d} is there",
                code="evidence.segment-missing",
                hint="put all segments into one folder and name the first",
            )
        if number != before + 1:
            numbers = numbers[: numbers.index(number)]
            break
    return tuple(found[number] for number in numbers)
