"""Virtual disks that lie in several files, and what their headers say before any library opens them.

A virtual disk names other files: a parent, extents. Those names are evidence, so they are followed only within the
image's own folder: a disk that names ``../../etc/shadow`` as its parent must not make us read it. Sources: the QCOW2
specification (QEMU, docs/interop/qcow2.txt), Microsoft's VHD and [MS-VHDX] specifications, VMware's "Virtual Disk
Format 5.0", libyal's documentation of the Parallels format.
"""

import os
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from cyberforensics.errors import EvidenceError
from cyberforensics.model.evidence import Container
from cyberforensics.model.names import display_text
from cyberforensics.model.problem import Problem, Stage

PARALLELS_DESCRIPTOR = "DiskDescriptor.xml"

_MOST_PARENTS = 64
_MOST_DESCRIPTOR = 1 << 20
_QCOW = struct.Struct(">4sIQIIQIIQQIIQQ")
_QCOW_UNSUPPORTED = ((1 << 2, "an external data file"), (1 << 3, "zstd compression"), (1 << 4, "extended clusters"))
_EXTENT = re.compile(r'^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+([A-Z0-9]+)(?:\s+"([^"\n]*)")?', re.MULTILINE)
_PARENT_CID = re.compile(r"^\s*parentCID\s*=\s*([0-9a-fA-F]+)", re.MULTILINE)
_IMAGE_FILE = re.compile(r"<File>([^<]*)</File>")
_VHDX_REGIONS = 0x30000
_VHDX_METADATA = UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
_VHDX_FILE_PARAMETERS = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b")
_VHDX_HAS_PARENT = 1 << 1


def files_of(path: Path, container: Container) -> tuple[Path, ...]:
    """Every file that the disk's bytes come from, the named one first: parents or extents.

    Raises:
        EvidenceError: one is missing, or the disk is of a variant that is known and not read.
        OSError: the file could not be read.
    """
    if container is Container.QCOW:
        return tuple(_with_parents(path, _qcow_parent))
    if container is Container.VHD:
        return tuple(_with_parents(path, _vhd_parent))
    if container is Container.VHDX:
        _refuse_vhdx_parent(path)
    if container is Container.VMDK:
        return (path, *_vmdk_extents(path))
    if container is Container.PARALLELS:
        return (path, *_parallels_images(path))
    return (path,)


def own_snapshots(path: Path, container: Container) -> Iterator[Problem]:
    """What the container keeps beside the media that is read: QCOW2's internal snapshots."""
    if container is Container.QCOW:
        count = _qcow_header(path)[11] if _qcow_header(path)[1] > 1 else 0
        if count:
            yield Problem(
                Stage.OPEN,
                "volume.snapshots-not-opened",
                f"the container keeps {count} snapshot{'s' if count > 1 else ''} of its own beside the media that "
                "was examined; not opened",
            )


def _with_parents(path: Path, parent_of: Callable[[Path], str | None]) -> Iterator[Path]:
    seen = {path}
    yield path
    parent = parent_of(path)
    while parent is not None:
        place = _beside(path, parent, "parent")
        if place in seen or len(seen) > _MOST_PARENTS:
            raise EvidenceError(f"{_shown(path)}: its chain of parents comes back to itself")
        seen.add(place)
        yield place
        path, parent = place, parent_of(place)


def _beside(path: Path, name: str, what: str) -> Path:
    """A file that the disk names, which must lie in its own folder."""
    # what other systems write before the name (C:\images\, ./) is the place where it lay there
    plain = re.split(r"[\\/]", name)[-1]
    code = "evidence.parent-missing" if what == "parent" else "evidence.segment-missing"
    place = path.parent / plain
    if plain in ("", ".", "..") or "\0" in plain or not place.is_file():
        kind = "a differencing image, whose parent" if what == "parent" else f"its {what}"
        raise EvidenceError(
            f"{_shown(path)}: {kind} {display_text(plain)!r} is not in the same folder",
            code=code,
            hint="put it into the same folder, under this name",
        )
    if what == "parent" and plain != name:
        raise EvidenceError(
            f"{_shown(path)}: a differencing image that names its parent with a folder ({display_text(name)!r})",
            code=code,
            hint="make one image of both with the tool that made them (such as `qemu-img convert`), and name that",
        )
    return place


def _qcow_header(path: Path) -> tuple[int, ...]:
    with path.open("rb") as file:
        head = file.read(_QCOW.size)
    if len(head) < _QCOW.size:
        raise EvidenceError(f"{_shown(path)}: the qcow2 container is cut short", code="evidence.truncated")
    return _QCOW.unpack(head)


def _qcow_parent(path: Path) -> str | None:
    header = _qcow_header(path)
    version, backing, backing_size, encrypted, incompatible = header[1], header[2], header[3], header[6], header[13]
    if version == 1:  # other fields, and no field for features
        with path.open("rb") as file:
            head = file.read(48)
        encrypted, incompatible = int.from_bytes(head[36:40], "big"), 0
    if version < 3:
        incompatible = 0
    if encrypted:
        raise _unsupported(path, "is encrypted, which needs its key", "decrypt it with `qemu-img convert`")
    for bit, what in _QCOW_UNSUPPORTED:
        if incompatible & bit:
            hint = "convert it with `qemu-img convert -O raw`"
            raise _unsupported(path, f"uses {what}, which is not supported", hint)
    if backing == 0:
        return None
    with path.open("rb") as file:
        _seek(file, backing)
        name = file.read(min(backing_size, 1023)).decode("utf-8", "surrogateescape")
    parent = _beside(path, name, "parent")
    with parent.open("rb") as file:
        if file.read(4) != b"QFI\xfb":
            raise _unsupported(path, "has a parent that is no QCOW2", "make one image of both with `qemu-img convert`")
    return name


def _vhd_parent(path: Path) -> str | None:
    """The parent's name in the dynamic disk header of a differencing disk (disk type 4)."""
    with path.open("rb") as file:
        footer = file.read(512)
        if footer[:8] != b"conectix" or footer[60:64] != b"\0\0\0\x04":
            return None
        _seek(file, int.from_bytes(footer[16:24], "big"))
        header = file.read(1024)
    if header[:8] != b"cxsparse" or len(header) < 576:
        raise EvidenceError(f"{_shown(path)}: the vhd container is cut short or damaged", code="evidence.truncated")
    name = header[64:576].decode("utf-16-be", "replace").partition("\0")[0]
    # libvhdi's names are those that Windows wrote: only the last part of a Windows path counts there, too
    return name.rpartition("\\")[2]


def _refuse_vhdx_parent(path: Path) -> None:
    """Whether the file parameters say that the disk has a parent ([MS-VHDX] 2.2.3, 2.6.2.1)."""
    with path.open("rb") as file:
        file.seek(_VHDX_REGIONS)
        regions = file.read(0x10000)
        for place in range(16, min(len(regions), 16 + 32 * 64) - 31, 32):
            if UUID(bytes_le=regions[place : place + 16]) == _VHDX_METADATA:
                start = int.from_bytes(regions[place + 16 : place + 24], "little")
                _seek(file, start)
                table = file.read(0x10000)
                for item in range(32, min(len(table), 32 + 32 * 64) - 31, 32):
                    if UUID(bytes_le=table[item : item + 16]) == _VHDX_FILE_PARAMETERS:
                        _seek(file, start + int.from_bytes(table[item + 16 : item + 20], "little"))
                        if int.from_bytes(file.read(8)[4:8], "little") & _VHDX_HAS_PARENT:
                            raise EvidenceError(
                                f"{_shown(path)}: a differencing image (what changed against its parent alone)",
                                code="evidence.parent-missing",
                                hint="merge it with its parent (`qemu-img convert`, Merge-VHD), and name the result",
                            )


def _vmdk_extents(path: Path) -> Iterator[Path]:
    descriptor = _vmdk_descriptor(path)
    parent = _PARENT_CID.search(descriptor)
    if parent is not None and int(parent[1], 16) != 0xFFFF_FFFF:
        raise EvidenceError(
            f"{_shown(path)}: a differencing image, which holds only what changed against its parent",
            code="evidence.parent-missing",
            hint="make one image of both with `qemu-img convert` or vmware-vdiskmanager, and name that",
        )
    extents = _EXTENT.findall(descriptor)
    with path.open("rb") as file:
        is_text = file.read(4) != b"KDMV"
    for kind, name in extents:
        if kind == "ZERO":
            continue
        if not is_text and len(extents) == 1:
            return  # the data stand in the same file, which may have been renamed
        yield _beside(path, name, "extent")


def _vmdk_descriptor(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(512)
        if head[:4] == b"COWD":
            return ""
        start, size = 0, _MOST_DESCRIPTOR
        if head[:4] == b"KDMV":
            start, size = (512 * value for value in struct.unpack_from("<QQ", head.ljust(512, b"\0"), 28))
            if start == 0:
                raise EvidenceError(
                    f"{_shown(path)}: one extent of a VMDK, without the description of the whole",
                    code="evidence.segment-missing",
                    hint="name the .vmdk file that describes the disk (a small text file)",
                )
        _seek(file, start)
        return file.read(min(size, _MOST_DESCRIPTOR)).decode("utf-8", "surrogateescape")


def _parallels_images(path: Path) -> Iterator[Path]:
    with path.open("rb") as file:
        text = file.read(_MOST_DESCRIPTOR).decode("utf-8", "replace")
    names = _IMAGE_FILE.findall(text)
    if not names:
        raise EvidenceError(f"{_shown(path)}: it names no file that holds the disk")
    for name in names:
        yield _beside(path, name, "file")


def _unsupported(path: Path, what: str, hint: str) -> EvidenceError:
    return EvidenceError(f"{_shown(path)}: the image {what}", code="evidence.unsupported-container", hint=hint)


def _shown(path: Path) -> str:
    return display_text(path.name)


def _seek(file: BinaryIO, offset: int) -> None:
    """Go to a place that the image names: the end of the file, where it names one behind that."""
    file.seek(min(offset, file.seek(0, os.SEEK_END)))
