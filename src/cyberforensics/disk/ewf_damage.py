"""What is wrong with an EWF image, and where: problems of its structure, and ranges of damaged media."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType

from cyberforensics.model.problem import Problem, Severity, Stage

STRUCTURE_DAMAGED = "evidence.structure-damaged"
CHUNK_CHECKSUM = "evidence.chunk-checksum"
CHUNK_UNREADABLE = "evidence.chunk-unreadable"
CHUNK_MISSING = "evidence.chunk-missing"
READ_ERROR = "evidence.acquisition-read-error"

EWF_PROBLEM_CODES: Mapping[str, str] = MappingProxyType(
    {
        STRUCTURE_DAMAGED: "A structure of the image contradicts its checksum or its neighbours.",
        CHUNK_CHECKSUM: "A chunk of the image does not match its checksum; it was read as it is stored.",
        CHUNK_UNREADABLE: "A chunk can't be inflated, or is not where its table says; it was read as zeros.",
        CHUNK_MISSING: "The image ends before, or has lost, a range of the media; it was read as zeros.",
        READ_ERROR: "The image records that these sectors could not be read when it was made.",
    }
)
"""The codes that this reader adds to those of the model."""

_MOST_PROBLEMS = 100  # of one image: hostile input must not grow a list for ever


@dataclass(frozen=True, slots=True)
class DamagedRange:
    """A range of the media that is not, or may not be, what was on it."""

    offset: int
    """Bytes from the start of the media."""
    size: int
    """Bytes."""
    code: str
    """Of `EWF_PROBLEM_CODES`."""

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.offset + self.size


class Damage:
    """Damaged ranges as they are discovered, by code; neighbours are merged, so that a long run stays one range."""

    def __init__(self) -> None:
        self._starts: dict[str, list[int]] = {}
        self._ends: dict[str, list[int]] = {}
        self._lock = Lock()  # two threads of a digest may discover damage at once

    def add(self, offset: int, size: int, code: str) -> None:
        """Record a range; one that is known already changes nothing."""
        if size <= 0:
            return
        with self._lock:
            starts = self._starts.setdefault(code, [])
            ends = self._ends.setdefault(code, [])
            # All ranges that overlap or touch the new one are replaced by their union.
            low = bisect_left(ends, offset)
            high = bisect_right(starts, offset + size)
            start = min(offset, starts[low]) if low < high else offset
            end = max(offset + size, ends[high - 1]) if low < high else offset + size
            starts[low:high] = [start]
            ends[low:high] = [end]

    def touches(self, offset: int, size: int) -> bool:
        """Whether a range of the media overlaps any that is known to be damaged."""
        with self._lock:
            for code, ends in self._ends.items():
                place = bisect_right(ends, offset)
                if place < len(ends) and self._starts[code][place] < offset + size:
                    return True
        return False

    def ranges(self) -> tuple[DamagedRange, ...]:
        """All of them, by offset."""
        with self._lock:
            found = [
                DamagedRange(start, end - start, code)
                for code, starts in self._starts.items()
                for start, end in zip(starts, self._ends[code], strict=True)
            ]
        return tuple(sorted(found, key=lambda damaged: (damaged.offset, damaged.code)))


class Notes:
    """Problems of the structure, in the order of their discovery, each once, and no more than a hundred."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}

    def add(
        self,
        message: str,
        offset: int | None = None,
        code: str = STRUCTURE_DAMAGED,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Record a problem; `offset` counts from the start of the segment that the message names."""
        if len(self._problems) < _MOST_PROBLEMS:
            self._problems.setdefault(Problem(Stage.OPEN, code, message, severity, offset=offset))
        elif len(self._problems) == _MOST_PROBLEMS:
            more = "The image has more problems of its structure than are listed."
            self._problems.setdefault(Problem(Stage.OPEN, STRUCTURE_DAMAGED, more, Severity.ERROR))

    def all(self) -> tuple[Problem, ...]:
        """What was recorded so far."""
        return tuple(self._problems)
