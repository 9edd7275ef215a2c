"""What the examiner named: which container it is, and which files belong to it."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.disk.ewf import segment_paths
from cyberforensics.errors import EvidenceError
from cyberforensics.model.evidence import Container

IMAGE_EXTENSIONS = frozenset({".dd", ".raw", ".img", ".image", ".bin", ".iso", ".dmg", ".vhd", ".ima", ".flp"})
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
    (0, b"WithoutFreeSpace", Container.PARALLELS),
    (0, b"WithouFreSpacExt", Container.PARALLELS),
)
_TRAILERS = ((b"conectix", Container.VHD), (b"koly", Container.DMG))
_REFUSED = (
    (b"LVF\x09\x0d\x0a\xff\x00", "an EnCase logical image (L01)"),
    (b"LEF2\x0d\x0a\x81\x00", "an EnCase logical image (Lx01)"),
    (b"AFF10\x0d\x0a\x00", "an AFF image"),
    (b"ADSEGMENTEDFILE", "an AccessData logical image (AD1)"),
)
_SPLIT = re.compile(r"(?P<stem>.+)\.(?P<digits>0{2,}[01])$")


@dataclass(frozen=True, slots=True)
class Source:
    """An exhibit and the files on this host that hold it. It travels to workers, never into results."""

    exhibit: str
    container: Container
    paths: tuple[Path, ...]
    """Every segment in order; the folder, for logical evidence."""


def identify(exhibit: str, path: Path) -> Source:
    """Tell the container by its content, and find its segments.

    Raises:
        EvidenceError: the path does not exist, can't be read, a segment is missing, or the container is one
            that is known and not supported.
    """
    try:
        if path.is_dir():
            descriptor = path / "DiskDescriptor.xml"
            return Source(exhibit, Container.PARALLELS if descriptor.is_file() else Container.DIRECTORY, (path,))
        with path.open("rb") as file:
            head = file.read(512)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 512))
            tail = file.read(512)
    except FileNotFoundError as error:
        raise EvidenceError(f"{path}: there is no such file or folder", code="evidence.not-found") from error
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error.strerror})") from error
    if size == 0 and path.suffix.lower() in IMAGE_EXTENSIONS:
        raise EvidenceError(f"{path}: the image is empty (0 bytes)", code="evidence.truncated")
    return Source(exhibit, *_container(path, head, tail))


def container_of(path: Path) -> Container:
    """What a source that could not be opened seems to be: all that is said of it."""
    try:
        return identify("", path).container
    except EvidenceError:
        return Container.RAW


def _container(path: Path, head: bytes, tail: bytes) -> tuple[Container, tuple[Path, ...]]:
    for magic, name in _REFUSED:
        if head.startswith(magic):
            raise EvidenceError(
                f"{path}: {name}, which is not supported",
                code="evidence.unsupported-container",
                hint="export it as E01 or raw with the tool that made it",
            )
    for offset, magic, container in _SIGNATURES:
        if head.startswith(magic, offset):
            paths = tuple(segment_paths(path)) if container is Container.EWF else (path,)
            return container, paths
    for magic, container in _TRAILERS:
        if tail.startswith(magic):
            return container, (path,)
    split = _SPLIT.match(path.name)
    if split:
        paths = _numbered(path, split["stem"], split["digits"])
        if len(paths) > 1:
            return Container.SPLIT_RAW, paths
    return Container.RAW, (path,)


def _numbered(first: Path, stem: str, digits: str) -> tuple[Path, ...]:
    """Every segment from the first on; a gap in the numbers is an error, not an end."""
    pattern = re.compile(re.escape(stem) + r"\.(\d{%d,})$" % len(digits))
    found = {
        int(match[1]): sibling
        for sibling in first.parent.iterdir()
        if (match := pattern.match(sibling.name)) and sibling.is_file()
    }
    numbers = sorted(found)
    start = int(digits)
    numbers = [number for number in numbers if number >= start]
    missing = sorted(set(range(start, numbers[-1] + 1)) - set(numbers)) if numbers else []
    if missing:
        raise EvidenceError(
            f"{first}: segment {missing[0]:0{len(digits)}d} is missing, while {numbers[-1]:0{len(digits)}d} is there",
            code="evidence.segment-missing",
            hint="put all segments into one folder and name the first",
        )
    return tuple(found[number] for number in numbers)
