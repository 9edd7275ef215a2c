"""Where a Python process spends its CPU time: imported by the interpreter itself where this folder is on PYTHONPATH.

The kernel's profiling timer counts CPU time. At each tick every thread's CPU clock is read, and what it used since
the last tick is given to the place where the thread is now. A C function that runs for long delays the tick and gets
all of its time, so libraries are weighed as well as Python is. The counts go to a file that is opened at the start:
a process that may not open files any more, or that is killed, leaves them too (the last second may be missing).
"""

import atexit
import json
import os
import signal
import sys
import threading
import time
from types import FrameType

_EVERY = 0.005  # seconds of CPU time
_FLUSH = 0.5  # seconds of CPU time
_OURS = "/cyberforensics/"


class _Sampler:
    def __init__(self, folder: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.open(f"{folder}/{os.getpid()}-{time.time_ns()}.json", flags, 0o600)
        self._counts: dict[tuple[str, ...], float] = {}
        self._clocks: dict[int, float] = {}
        self._sampled = 0.0
        self._flushed = 0.0
        self._busy = False

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._tick)
        signal.siginterrupt(signal.SIGPROF, False)
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
        atexit.register(self._stop)

    def _stop(self) -> None:
        """End the ticks: an interpreter that shuts down forgets its handlers, and the signal would end the process."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        self._flush()

    def _tick(self, _number: int, interrupted: FrameType | None) -> None:
        if self._busy:
            return
        self._busy = True
        here = threading.get_ident()
        for thread, top in sys._current_frames().items():
            frame = interrupted if thread == here else top
            try:
                used = time.clock_gettime(time.pthread_getcpuclockid(thread))
            except OSError:
                continue
            delta = used - self._clocks.get(thread, 0.0)
            self._clocks[thread] = used
            if delta > 0 and frame is not None:
                self._sampled += delta
                place = _place(frame)
                self._counts[place] = self._counts.get(place, 0.0) + delta
        if self._sampled - self._flushed > _FLUSH:
            self._flush()
        self._busy = False

    def _flush(self) -> None:
        self._flushed = self._sampled
        rows = [[*place, round(seconds, 4)] for place, seconds in self._counts.items()]
        data = json.dumps({"role": _role(), "cpu": time.process_time(), "rows": rows}).encode()
        os.pwrite(self._file, data.ljust(os.fstat(self._file).st_size), 0)


def _place(frame: FrameType) -> tuple[str, ...]:
    """The job, the innermost place of the product's own code, and the innermost place of all."""
    innermost = _name(frame)
    job, ours, line = "", "", "0"
    step: FrameType | None = frame
    while step is not None:
        code = step.f_code
        if _OURS in code.co_filename:
            if not ours:
                ours, line = _name(step), str(step.f_lineno or 0)
            if code.co_qualname.endswith("Job.run"):
                job = code.co_qualname.removesuffix(".run")
                break
        step = step.f_back
    return job, ours, line, innermost


def _name(frame: FrameType) -> str:
    file = frame.f_code.co_filename
    short = file.rpartition(_OURS)[2] if _OURS in file else "/".join(file.rsplit("/", 2)[-2:])
    return f"{short}:{frame.f_code.co_qualname}"


def _role() -> str:
    return "worker" if any("pipeline" in part and "worker" in part for part in sys.argv) else "parent"


if folder := os.environ.get("BENCH_SAMPLES"):
    _Sampler(folder).start()
