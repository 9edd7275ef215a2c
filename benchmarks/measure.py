"""Run a program and say what it took: time, CPU of all its processes, memory of each kind of process."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_TICK = os.sysconf("SC_CLK_TCK")
_EVERY = 0.25  # seconds between two looks at the memory
_ESCAPE = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
_SIZE = re.compile(r"^(VmHWM|RssAnon):\s+(\d+) kB$", re.MULTILINE)
_FOUND = re.compile(rb"findings: +[0-9]")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took."""

    code: int
    """Exit code; negative for a signal."""
    wall: float
    """Seconds."""
    cpu: float
    """Seconds, user and system, of the process and all its children."""
    largest: int
    """Bytes: peak resident size of the largest process."""
    memory: Mapping[str, tuple[int, int]]
    """By kind of process: the largest peak of resident size, and of its anonymous part (sampled), in bytes."""
    others: float
    """Cores that everything else on the machine kept busy meanwhile."""
    said: tuple[tuple[float, str], ...]
    """Lines of standard error with the second in which they came; the last thousand."""


@dataclass(slots=True)
class _Watch:
    """Looks at the memory of a process and its descendants now and then."""

    pid: int
    done: threading.Event = field(default_factory=threading.Event)
    peaks: dict[str, tuple[int, int]] = field(default_factory=dict)

    def run(self) -> None:
        while not self.done.wait(_EVERY):
            for pid in _family(self.pid):
                kind = "parent" if pid == self.pid else "workers"
                high, anonymous = _memory(pid)
                before = self.peaks.get(kind, (0, 0))
                self.peaks[kind] = (max(before[0], high), max(before[1], anonymous))


def run(
    command: Sequence[str], log: Path, *, environment: Mapping[str, str] | None = None, limit: float = 4 * 3600
) -> Measured:
    """Run a program to its end; what it prints goes to ``log.out`` and ``log.err``.

    Args:
        limit: seconds after which it is killed.
    """
    said: list[tuple[float, str]] = []
    busy = _busy()
    with Path(f"{log}.out").open("wb") as out, Path(f"{log}.err").open("wb") as err:
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        watch = _Watch(process.pid)
        threads = [
            threading.Thread(target=watch.run, daemon=True),
            threading.Thread(target=_listen, args=(process.stderr, err, began, said), daemon=True),
        ]
        for thread in threads:
            thread.start()
        killer = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        killer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            killer.cancel()
            watch.done.set()
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        for thread in threads:
            thread.join(5)
        if process.stderr is not None:
            process.stderr.close()
    cpu = usage.ru_utime + usage.ru_stime
    others = max(0.0, (_busy() - busy - cpu) / wall)
    return Measured(
        process.returncode, wall, cpu, usage.ru_maxrss * 1024, dict(watch.peaks), others, tuple(said[-1000:])
    )


def first_finding(command: Sequence[str], *, limit: float = 1800) -> float | None:
    """Seconds until the live display shows a finding; the program is then interrupted. None: it showed none."""
    display, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
        start_new_session=True,
    )
    os.close(terminal)
    killer = threading.Timer(limit, process.kill)
    killer.start()
    seen: float | None = None
    shown = b""
    try:
        while seen is None:
            shown = shown[-8192:] + os.read(display, 65536)
            if _FOUND.search(_ESCAPE.sub(b"", shown)):
                seen = time.monotonic() - began
    except OSError:  # the other side is closed: it ended
        pass
    finally:
        process.terminate()  # and no Ctrl-C: who is started in the background ignores that
        threading.Thread(target=_drain, args=(display,), daemon=True).start()
        process.wait(60)
        killer.cancel()
    return seen


def warm(*files: Path | None) -> None:
    """Read files to their end, so that every tool finds them in the page cache."""
    for file in filter(None, files):
        with file.open("rb", buffering=0) as content:
            while content.read(1 << 24):
                pass


def _listen(pipe: IO[bytes], log: IO[bytes], began: float, said: list[tuple[float, str]]) -> None:
    for line in pipe:
        said.append((time.monotonic() - began, line.decode("utf-8", "backslashreplace").rstrip()))
        log.write(line)


def _drain(display: int) -> None:
    try:
        while os.read(display, 65536):
            pass
    except OSError:
        os.close(display)


def _family(root: int) -> set[int]:
    parents: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(place.name)] = int((place / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    family, waiting = {root}, True
    while waiting:
        more = {pid for pid, parent in parents.items() if parent in family and pid not in family}
        family |= more
        waiting = bool(more)
    return family


def _memory(pid: int) -> tuple[int, int]:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0, 0
    sizes = {
        name: int(value) * 1024 for name, value in re.findall(r"^(VmHWM|RssAnon):\s+(\d+) kB$", text, re.MULTILINE)
    }
    return sizes.get("VmHWM", 0), sizes.get("RssAnon", 0)


def _busy() -> float:
    """Seconds of CPU time that the whole machine has worked."""
    user, nice, system, _idle, _wait, irq, soft, *_ = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(map(int, (user, nice, system, irq, soft))) / _TICK
