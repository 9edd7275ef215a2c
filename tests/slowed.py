"""The command line, cut into many small batches and, where the environment says so, stopped at a given place.

SLOWED_BATCH        contents of a batch; 4 without it
SLOWED_KILL         kill -9 itself before (``-``) or after (``+``) the n-th transaction is committed: ``-3``, ``+7``
SLOWED_PAUSE        seconds that every batch takes longer to record
SLOWED_STAGE        stand still at the first word of this stage (``opening``, ``reporting`` …), until a signal
SLOWED_CALLBACK     stand still inside a function that SQLite calls
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from sqlite3 import Connection

from cyberforensics import case, cli, triage
from cyberforensics.case import plan, store
from cyberforensics.model.entry import Content
from cyberforensics.model.examination import Examination

Recorded = Sequence[tuple[Content, Examination]]


def main() -> None:
    """Change what the environment says, and run the command line."""
    plan.BATCH_COUNT = int(os.environ.get("SLOWED_BATCH", "4"))
    if "SLOWED_KILL" in os.environ:
        _kill_at(int(os.environ["SLOWED_KILL"]))
    if "SLOWED_PAUSE" in os.environ:
        _pause(float(os.environ["SLOWED_PAUSE"]))
    if "SLOWED_STAGE" in os.environ:
        _stand_at(os.environ["SLOWED_STAGE"])
    if "SLOWED_CALLBACK" in os.environ:
        store._instant = _stand_inside  # type: ignore[assignment]
    cli.main()


def _kill_at(place: int) -> None:
    count = 0
    transaction = store.Store.transaction

    @contextmanager
    def counting(self: store.Store) -> Iterator[Connection]:
        nonlocal count
        count += 1
        with transaction(self) as database:
            yield database
            if -place == count:
                os.kill(os.getpid(), signal.SIGKILL)
        if place == count:
            os.kill(os.getpid(), signal.SIGKILL)

    store.Store.transaction = counting  # type: ignore[method-assign]


def _pause(seconds: float) -> None:
    record_batch: Callable[..., Recorded] = case.record_batch

    def slow(*arguments: object, **more: object) -> Recorded:
        time.sleep(seconds)
        return record_batch(*arguments, **more)

    case.record_batch = slow


def _stand_at(stage: str) -> None:
    work: Callable[..., triage.Summary] = triage.triage

    def standing(*arguments: object) -> triage.Summary:
        *rest, observer = arguments
        assert callable(observer)

        def watch(progress: triage.Progress) -> None:
            observer(progress)
            if progress.stage == stage:
                _stand()

        return work(*rest, watch)

    triage.triage = standing  # type: ignore[assignment]


def _stand_inside(*_: object) -> None:
    print("inside a callback", file=sys.stderr, flush=True)  # noqa: T201 - the test waits for it
    _stand()


def _stand() -> None:
    time.sleep(600)


if __name__ == "__main__":
    main()
