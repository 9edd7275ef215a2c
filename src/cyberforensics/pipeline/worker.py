"""The process that meets the evidence: jobs come in on its standard input, frames go out on its standard output.

Started as ``python -m cyberforensics.pipeline.worker``, so that nothing of the caller's is imported again. What the
libraries print goes to standard error, which is the run log.
"""

import os
import pickle
import signal
import sys

from cyberforensics.pipeline import wire
from cyberforensics.pipeline.jobs import Worker, run


def main() -> None:
    """Serve jobs until the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interruption means
    jobs = sys.stdin.buffer
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not speak in our name
    worker = Worker()
    while header := jobs.read(4):
        job = pickle.loads(jobs.read(int.from_bytes(header, "big")))  # noqa: S301 - from our own parent, never evidence
        for message in run(job, worker):
            frame = wire.encode(message)
            replies.write(len(frame).to_bytes(4, "big") + frame)
            replies.flush()


if __name__ == "__main__":
    main()
