"""Worker processes that are forked from this one instead of started anew: a triage costs a tenth of a second.

Everything else is the product's own: the pipes, what is said through them, the rights that a worker gives up, its
limits and its death. Only the import of its libraries is spared, some hundreds of times.
"""

import os
import signal
import subprocess
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, NoReturn
from unittest.mock import patch

import dfvfs.analyzer.analyzer
import dfvfs.resolver.resolver
import dfvfs.serializer.json_serializer  # noqa: F401 - imported before the fork, like all that workers use

from cyberforensics.pipeline import supervise, worker
from cyberforensics.pipeline.media_type import media_type

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
_MODULE = "cyberforensics.pipeline.worker"
_PIPES = slice(10, 16)  # of `Popen._execute_child`: both ends of the three standard streams


class _Forked(subprocess.Popen[bytes]):
    """A worker's process, which begins as a copy of this one."""

    def _execute_child(self, args: list[str], *more: Any, **named: Any) -> None:
        assert _MODULE in args
        jobs, _, _, replies, _, errors = more[_PIPES.start - 1 : _PIPES.stop - 1]
        self.pid = os.fork()
        if self.pid == 0:
            _become_worker(jobs, replies, errors, args[args.index(_MODULE) :])
        self._child_created = True
        for descriptor in (jobs, replies):
            os.close(descriptor)


def _become_worker(jobs: int, replies: int, errors: int, arguments: list[str]) -> NoReturn:
    code = 1
    try:
        os.setsid()
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        places = [os.dup(descriptor) for descriptor in (jobs, replies, errors)]
        for place, descriptor in enumerate(places):
            os.dup2(descriptor, place)
        marker = int(arguments[2])  # behind the module and the parent: what a new process would be passed
        os.closerange(3, marker)  # what the parent holds open, the case among it
        os.closerange(marker + 1, 4096)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        sys.argv = arguments
        worker.main()
        code = 0
    except BaseException:  # noqa: BLE001 - the log is where a worker's last words stand
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


@contextmanager
def forked_workers() -> Iterator[None]:
    """Within it, supervisors fork their workers."""
    media_type(b"text, so that libmagic's database is loaded once for all\n")
    forking = SimpleNamespace(
        Popen=_Forked, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired
    )
    with patch.object(supervise, "subprocess", forking), warnings.catch_warnings():
        # The threads of a run only wait for their workers, and a child of fork becomes one at once.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        yield
