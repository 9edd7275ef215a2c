"""The files of an EWF image: their names, and reading them with few open at a time."""

import os
import re
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from cyberforensics.errors import EvidenceError

FILE_HEADER_SIZE = 13
SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"
LOGICAL_SIGNATURE = b"LVF\x09\x0d\x0a\xff\x00"
"""The first eight bytes of a segment (libyal, "Expert Witness Compression Format", File header)."""

_EXTENSION = re.compile(r"[A-Z](?:[0-9]{2}|[A-Z]{2})", re.ASCII)
_OPEN_FILES = 16


def segment_paths(first: Path) -> list[Path]:
    """Find the segments of an image beside the given one, in order: E01 to E99, EAA to EZZ, FAA and on.

    Any segment may be given. A name that is no segment's stands alone. Whether segments are missing at the
    end is seen when the image is opened: only their content says how many there are.

    Raises:
        EvidenceError: a segment is missing between others, or the folder can't be listed.
    """
    letter = first.suffix[1:2].upper()
    if _number(first.suffix, letter) is None:
        return [first]
    present: dict[int, Path] = {}
    try:
        beside = sorted(first.parent.iterdir(), key=lambda path: (path.suffix[1:2] != first.suffix[1:2], path.name))
    except OSError as error:
        raise EvidenceError("the folder of the image could not be listed") from error
    for path in beside:
        number = _number(path.suffix, letter)
        if number is not None and path.stem == first.stem:
            present.setdefault(number, path)
    found: list[Path] = []
    while len(found) + 1 in present:
        found.append(present[len(found) + 1])
    # After a gap, only a file that says so itself is a segment: image.exe and image.txt have such names too.
    beyond = sorted(number for number in present if number > len(found) and _says(present[number], number))
    if beyond:
        raise EvidenceError(
            f"segment {len(found) + 1} of the image is missing, segment {beyond[0]} is there",
            code="evidence.segment-missing",
            hint="put all segments into one folder",
        )
    return found or [first]


def _number(suffix: str, letter: str) -> int | None:
    """A segment's number by its extension: libyal's specification, Segment file extensions."""
    extension = suffix[1:].upper()
    if not letter or _EXTENSION.fullmatch(extension) is None:
        return None
    if extension[1:].isdigit():
        return int(extension[1:]) or None if extension[0] == letter else None
    high, middle, low = (ord(character) - ord("A") for character in extension)
    number = 100 + 676 * (high - (ord(letter) - ord("A"))) + 26 * middle + low
    return number if number >= 100 else None


def _says(path: Path, number: int) -> bool:
    try:
        with path.open("rb") as stream:
            header = stream.read(FILE_HEADER_SIZE)
    except OSError:
        return False
    return header[:8] in (SIGNATURE, LOGICAL_SIGNATURE) and header[9:11] == number.to_bytes(2, "little")


class SegmentFiles:
    """Positioned reads in many files, of which only the last used are open.

    A file that is opened again must be the one that it was: an image that is replaced during the run is an
    error, never other bytes.
    """

    def __init__(self, paths: Sequence[Path], open_files: int = _OPEN_FILES) -> None:
        self.paths = tuple(paths)
        self._limit = max(1, open_files)
        self._open: OrderedDict[int, int] = OrderedDict()
        self._lock = Lock()  # a descriptor must not be closed, and its number given away, under a reader
        self._identities: dict[int, tuple[int, int, int, int]] = {}
        self.sizes: tuple[int, ...] = ()
        try:
            for segment in range(len(self.paths)):
                self._descriptor(segment)
                self.sizes += (self._identities[segment][2],)
        except EvidenceError:
            self.close()
            raise

    def read(self, segment: int, offset: int, size: int) -> bytes:
        """Read bytes; fewer only where the file ends.

        Raises:
            OSError: the host could not read them.
            EvidenceError: the file is gone, or is another one now.
        """
        with self._lock:
            descriptor = self._descriptor(segment)
            try:
                data = os.pread(descriptor, size, offset)
                while len(data) < size and (more := os.pread(descriptor, size - len(data), offset + len(data))):
                    data += more
            except OSError as error:
                raise OSError(f"segment {segment + 1} could not be read at byte {offset}") from error
        return data

    def close(self) -> None:
        """Close all of them; a later read opens again."""
        with self._lock:
            while self._open:
                os.close(self._open.popitem()[1])

    def _descriptor(self, segment: int) -> int:
        descriptor = self._open.get(segment)
        if descriptor is not None:
            self._open.move_to_end(segment)
            return descriptor
        while len(self._open) >= self._limit:
            os.close(self._open.popitem(last=False)[1])
        try:
            descriptor = os.open(self.paths[segment], os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            code = "evidence.not-found" if isinstance(error, FileNotFoundError) else "evidence.unreadable"
            raise EvidenceError(f"segment {segment + 1} could not be opened", code=code) from error
        self._open[segment] = descriptor
        status = os.fstat(descriptor)
        identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if self._identities.setdefault(segment, identity) != identity:
            raise EvidenceError(f"segment {segment + 1} changed while it was read", code="evidence.changed")
        return descriptor
