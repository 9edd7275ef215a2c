"""One pass over the bytes of a content: digests, and how far it could be read."""

import errno
import hashlib
from dataclasses import dataclass
from typing import Protocol

from cyberforensics.disk import ContentReader
from cyberforensics.model.entry import Content, Status
from cyberforensics.model.examination import Digests
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.run import Limits
from cyberforensics.pipeline.spool import is_zero


class Sink(Protocol):
    """Where the blocks of a content go: the spool, or windows."""

    def write(self, block: bytes) -> None:
        """Add a block."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a content could be read."""

    status: Status
    reason: str | None
    size: int
    """Bytes that were read."""
    all_zero: bool
    digests: Digests | None = None
    problems: tuple[Problem, ...] = ()

    def note(self, *, deleted: bool) -> str | None:
        """What `Examination.digest_note` says."""
        if self.digests is None:
            return None
        if self.reason == "content.damaged":
            return "of-damaged"
        return "of-bytes-read" if deleted else None


class _TooLarge(Exception):
    """The content goes on beyond what is read of one; the sentence says why."""


@dataclass(slots=True)
class _Tally:
    """Counts what was read, and ends what has no end.

    A file system may claim a content of 8 EiB. What it holds of it is bounded: by holes (which are zeros), and by
    the room of the volume, since a content that has more than that leads in a circle.
    """

    most_zeros: int
    most_else: int | None
    zeros: int = 0
    size: int = 0

    def add(self, block: bytes) -> None:
        """Count a block.

        Raises:
            _TooLarge: it is the first beyond what is read.
        """
        zeros = self.zeros + (len(block) if is_zero(block) else 0)
        size = self.size + len(block)
        if zeros > self.most_zeros:
            raise _TooLarge(f"more zeros than the {self.most_zeros} bytes that are read of one content")
        if self.most_else is not None and size - zeros > self.most_else:
            raise _TooLarge(f"more content than the {self.most_else} bytes that its volume has room for")
        self.zeros, self.size = zeros, size


def read(content: Content, reader: ContentReader, sink: Sink, limits: Limits, room: int | None) -> Reading:
    """Read a content to its end, or as far as it can be.

    Args:
        room: bytes of the volume; None where it has no bounds.

    Raises:
        MemoryError: this process met its limit.
        NoRoom, CannotWrite: the sink refuses.
    """
    hashes = [make(usedforsecurity=False) for make in (hashlib.md5, hashlib.sha1, hashlib.sha256)]
    tally = _Tally(limits.zeros, None if room is None else max(room, limits.zeros))
    try:
        for block in reader.blocks(content):
            tally.add(block)
            for value in hashes:
                value.update(block)
            sink.write(block)
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise MemoryError from error
        code = "content.compressed-unreadable" if content.reader == "libfsntfs" else "content.unreadable"
        return _incomplete(content, tally, code, f"the content could not be read past byte {tally.size}")
    except _TooLarge as bound:
        return _incomplete(content, tally, "content.too-large", f"{bound}; the first {tally.size} bytes were examined")
    if tally.size > content.size:
        message = f"there were {tally.size} bytes where {content.size} were listed: it grew meanwhile"
        return _incomplete(content, tally, "content.changed", message)
    if tally.size != content.size:
        message = f"{tally.size} of {content.size} bytes could be read"
        return _incomplete(content, tally, "content.short", message)
    digests = Digests(*(value.hexdigest() for value in hashes))
    is_all_zero = 0 < tally.size == tally.zeros
    if reader.damaged(content):
        problem = read_problem(content, "content.damaged", "the container's checksums say that some bytes are damaged")
        return Reading(Status.PARTIAL, problem.code, tally.size, is_all_zero, digests, (problem,))
    return Reading(Status.WHOLE, None, tally.size, is_all_zero, digests)


def _incomplete(content: Content, tally: _Tally, code: str, message: str) -> Reading:
    """Bytes read must equal the size, or the entry is in part or unreadable and has no digest."""
    status = Status.PARTIAL if tally.size else Status.UNREADABLE
    problem = read_problem(content, code, message, offset=tally.size)
    return Reading(status, code, tally.size, 0 < tally.size == tally.zeros, problems=(problem,))


def read_problem(content: Content, code: str, message: str, *, offset: int | None = None) -> Problem:
    """A problem of reading a content, under its first name."""
    return Problem(Stage.READ, code, message, Severity.WARNING, content.names[0].path, offset)
