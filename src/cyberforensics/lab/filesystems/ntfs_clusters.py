"""Which clusters are given to what: from the front, and again where a file is overwritten."""

from collections import deque

from cyberforensics.lab.filesystems.ntfs_records import Runs

Owner = tuple[int, int]
"""A planned file and one of its streams, by their indexes."""

_MAX_PIECES = 4
"""Of clusters given again, in one stream: so that its runs fit into a record."""

MAX_RUNS = _MAX_PIECES + 2
"""Of one stream: pieces given again, and new clusters before and behind the copy of the MFT's start."""


class Clusters:
    """Gives out clusters. It goes on past the end of the volume, so that it can be said how much is missing."""

    def __init__(self, count: int, kept: tuple[int, int]) -> None:
        """Of a volume of so many clusters, of which a run in the middle is kept for something."""
        self.count = count
        self._kept = kept
        self._next = 0
        self._free: deque[tuple[int, int, Owner]] = deque()
        self._kept_free: list[tuple[int, int, Owner]] = []
        self._overwritten: set[Owner] = set()

    @property
    def missing(self) -> int:
        """How many more clusters than the volume has were asked for."""
        return max(self._next - self.count, 0)

    def take(self, wanted: int) -> Runs:
        """New clusters, in one run or in two around those that are kept."""
        start, length = self._kept
        runs: list[tuple[int, int]] = []
        if self._next <= start < self._next + wanted:
            if before := start - self._next:
                runs.append((self._next, before))
            self._next, wanted = start + length, wanted - before
        if wanted:
            runs.append((self._next, wanted))
            self._next += wanted
        return tuple(runs)

    def take_again(self, wanted: int) -> Runs:
        """Clusters that were given up to be overwritten, as far as there are any, and then new ones."""
        runs: list[tuple[int, int]] = []
        while wanted and self._free and len(runs) < _MAX_PIECES:
            start, length, whose = self._free.popleft()
            self._overwritten.add(whose)
            used = min(length, wanted)
            if used < length:
                self._free.appendleft((start + used, length - used, whose))
            runs.append((start, used))
            wanted -= used
        return (*runs, *self.take(wanted))

    def give_up(self, runs: Runs, whose: Owner, *, overwritten: bool) -> None:
        """Say that somebody's stream is deleted: it is free, and given again only if it may be overwritten."""
        (self._free if overwritten else self._kept_free).extend((start, length, whose) for start, length in runs)

    def was_overwritten(self, whose: Owner) -> bool:
        """Whether something took clusters of his since he gave them up."""
        return whose in self._overwritten

    def bitmap(self) -> bytes:
        """One bit a cluster, a multiple of 8 bytes; bits behind the last cluster are set, as the system sets them."""
        size = -(-self.count // 64) * 8
        bits = bytearray(size)
        _mark(bits, 0, self._next, used=True)
        _mark(bits, *self._kept, used=True)
        for start, length, _ in (*self._free, *self._kept_free):
            _mark(bits, start, length, used=False)
        _mark(bits, self.count, size * 8 - self.count, used=True)
        return bytes(bits)


def _mark(bits: bytearray, start: int, length: int, *, used: bool) -> None:
    at, end = start, start + length
    while at < end:
        if at % 8 == 0 and end - at >= 8:
            whole = (end - at) // 8
            bits[at // 8 : at // 8 + whole] = (b"\xff" if used else b"\0") * whole
            at += whole * 8
        else:
            bits[at // 8] = bits[at // 8] | 1 << at % 8 if used else bits[at // 8] & ~(1 << at % 8)
            at += 1
