"""The process that meets the evidence: jobs come in on its standard input, frames go out on its standard output.

Started as ``python -m cyberforensics.pipeline.worker PARENT MARKER MEMORY FOLDER READABLE…``, so that nothing of the
caller's is imported again. MARKER is a descriptor, and FOLDER may be empty. What the libraries print goes to standard
error, which is the run log.
"""

import ctypes
import gc
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from cyberforensics.pipeline import wire
from cyberforensics.pipeline.frames import frames
from cyberforensics.pipeline.jobs import ExamineJob, Worker, run
from cyberforensics.pipeline.least_rights import give_up_rights
from cyberforensics.pipeline.marker import Marker

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    """Serve jobs until the parent closes the pipe."""
    _end_with_parent(int(sys.argv[1]))
    gc.set_threshold(50_000, 50, 50)  # entries are many, small, and hold no cycles
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interruption means
    jobs = sys.stdin.buffer
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not speak in our name
    out_of_memory = _framed(wire.encode(wire.OutOfMemory()))  # made now: then there may be no memory for it
    try:
        _serve(jobs, replies)
    except MemoryError:
        os.write(replies.fileno(), out_of_memory)
        os._exit(1)  # nothing that this process still holds is to be trusted


def _serve(jobs: BinaryIO, replies: BinaryIO) -> None:
    marker, memory, folder, *readable = sys.argv[2:]
    rights = give_up_rights(Path(folder) if folder else None, int(memory), [Path(place) for place in readable])
    worker = Worker(rights, Marker(int(marker)))
    while header := jobs.read(4):
        job = pickle.loads(jobs.read(int.from_bytes(header, "big")))  # noqa: S301 - from our own parent, never evidence
        for message in run(job, worker):
            for frame in frames(message, job.contents if isinstance(job, ExamineJob) else ()):
                replies.write(_framed(frame))
                replies.flush()


def _framed(frame: bytes) -> bytes:
    return len(frame).to_bytes(4, "big") + frame


def _end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the parent is gone, even in a call of a library that never returns.

    The end of standard input alone is seen between two jobs only.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it was gone before the kernel knew
        sys.exit()


if __name__ == "__main__":
    main()
