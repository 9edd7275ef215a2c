"""Clusters given out in order, and content put into them."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import SEEK_END
from typing import BinaryIO

from cyberforensics.lab.filesystems.tree import Node, Run, slack_of
from cyberforensics.lab.plan import CannotHold, Content, NoRoom

_SECTOR = 512


@dataclass(slots=True)
class Room:
    """The clusters of a volume that nothing has yet, and those that were given back to be used again."""

    cluster: int
    """Bytes in a cluster."""
    free: deque[Run]
    """In the order in which they are given out."""
    missing: int = 0
    """Clusters that were asked for and are not there: nothing may be written then."""
    _back: deque[tuple[Run, Node]] = field(default_factory=deque)
    _overwritten: set[int] = field(default_factory=set)

    def take(self, count: int) -> list[Run]:
        """Fresh clusters, in as few runs as there are; where there are fewer, `check` says how many are missing."""
        runs: list[Run] = []
        missing = count
        while missing and self.free:
            first, length = self.free.popleft()
            part = min(length, missing)
            if part < length:
                self.free.appendleft((first + part, length - part))
            runs.append((first, part))
            missing -= part
        self.missing += missing
        return runs

    def place(self, node: Node) -> None:
        """Give a file its clusters: those given back come first, so that something lies over them."""
        missing = -(-node.size // self.cluster)
        while missing and self._back and node.takes_freed:
            (first, length), owner = self._back.popleft()
            part = min(length, missing)
            if part < length:
                self._back.appendleft(((first + part, length - part), owner))
            self._overwritten.add(id(owner))
            node.runs.append((first, part))
            missing -= part
        node.runs += self.take(missing)
        if node.planned.overwritten:
            self._back.extend((run, node) for run in node.runs)

    def check(self, nodes: Iterable[Node]) -> None:
        """Make sure that everything found room, and that what shall be overwritten was.

        Raises:
            NoRoom: the volume is too small.
            CannotHold: nothing that needs clusters is written behind what shall be overwritten.
        """
        if self.missing:
            raise NoRoom(f"the volume is too small: it needs {self.missing * self.cluster} bytes more")
        for node in nodes:
            if node.planned.overwritten and id(node) not in self._overwritten:
                raise CannotHold(
                    f"{node.planned.path}: no file with content stands behind it, so nothing overwrites it"
                )

    def next_fresh(self) -> int:
        """The first cluster never given out; all ones where there is none."""
        return self.free[0][0] if self.free else 0xFFFFFFFF


def first_fresh(count: int, start: int) -> deque[Run]:
    """One stretch of clusters."""
    return deque([(start, count)] if count else [])


def byte_runs(runs: Sequence[Run], cluster: int, heap: int, size: int, first: int = 0) -> tuple[tuple[int, int], ...]:
    """Clusters as offsets and lengths in bytes; the last one ends where the content ends.

    Args:
        heap: offset of the cluster that has the number `first`.
    """
    parts: list[tuple[int, int]] = []
    left = size
    for start, count in runs:
        if left <= 0:
            break
        length = min(count * cluster, left)
        offset = heap + (start - first) * cluster
        if parts and sum(parts[-1]) == offset:
            parts[-1] = (parts[-1][0], parts[-1][1] + length)
        else:
            parts.append((offset, length))
        left -= length
    return tuple(parts)


def put_content(out: BinaryIO, base: int, node: Node, runs: Sequence[tuple[int, int]], cluster: int) -> int | None:
    """Write a file's content and what stands behind its end; the rest of the last sector becomes zeros, as systems do.

    Returns:
        Where the slack was put, in bytes from `base`; None where there is none.

    Raises:
        CannotHold: the slack is too long.
        ValueError: the content has not the size that it says.
    """
    slack = slack_of(node, cluster)
    if node.planned.content is None or not node.size:
        return None
    _put_blocks(out, base, node.planned.content, runs, node.planned.path)
    end = sum(runs[-1])
    out.seek(base + end)
    out.write(slack.ljust(-node.size % min(cluster, _SECTOR), b"\0"))
    return end if slack else None


def _put_blocks(out: BinaryIO, base: int, content: Content, runs: Sequence[tuple[int, int]], path: str) -> None:
    places = deque(runs)
    offset, room = places.popleft()
    out.seek(base + offset)
    given = 0
    for block in content.blocks():
        given += len(block)
        if given > content.size:
            break
        rest = memoryview(block)
        while len(rest):
            if not room:
                offset, room = places.popleft()
                out.seek(base + offset)
            part = rest[:room]
            out.write(part)
            room -= len(part)
            rest = rest[len(part) :]
    if given != content.size:
        raise ValueError(f"{path}: its content has other than the {content.size} bytes that it says")


def close(out: BinaryIO, base: int, size: int) -> None:
    """Make the file as long as the volume; what was not written stays a hole."""
    if out.seek(0, SEEK_END) < base + size:
        out.seek(base + size - 1)
        out.write(b"\0")
    out.seek(base + size)


def mark(bits: bytearray, first: int, count: int) -> None:
    """Set bits, the lowest of a byte first."""
    while count and first % 8:
        bits[first // 8] |= 1 << first % 8
        first, count = first + 1, count - 1
    whole = count // 8
    bits[first // 8 : first // 8 + whole] = b"\xff" * whole
    for bit in range(first + 8 * whole, first + count):
        bits[bit // 8] |= 1 << bit % 8
