"""How diagnostics and long work are told to people and programs."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Event, Thread

from cyberforensics.cli import render
from cyberforensics.model.diagnostic import Diagnostic

_EVERY = 2.0  # seconds between two lines


class _Counting:
    """What is under way, as it was last said."""

    def __init__(self) -> None:
        self.now: tuple[str, int, int] | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        self.now = (what, done, total)


@contextmanager
def counting(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """What to tell of long work: a line on standard error every two seconds, where that is a terminal.

    A thread says them, so that they come also while one thing takes long.
    """
    counter = _Counting()
    if quiet or not sys.stderr.isatty():
        yield counter
        return
    ended = Event()
    teller = Thread(target=_tell, args=(counter, ended), name="progress", daemon=True)
    teller.start()
    try:
        yield counter
    finally:
        ended.set()
        teller.join()


def _tell(counter: _Counting, ended: Event) -> None:
    while not ended.wait(_EVERY):
        if counter.now is not None:
            what, done, total = counter.now
            of = f" of {render.grouped(total)}" if total else ""
            render.say(f"{what}: {render.grouped(done)}{of}" if done or total else what)


def counted(number: int, what: str) -> str:
    """``1 rule``, ``2 rules``."""
    return f"{render.grouped(number)} {what}{'' if number == 1 else 's'}"


def diagnostic_lines(base: Path, diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    """``file:line:column: level: message [code]``, the line itself with a caret, and what to do."""
    for one in diagnostics:
        place = str(base / one.file)
        if one.span is not None:
            place += f":{one.span.line}:{one.span.column}"
        yield f"{place}: {one.level}: {'' if one.rule is None else f'{one.rule}: '}{one.message} [{one.code}]"
        if one.span is not None and one.excerpt:
            yield f"    {one.excerpt[0]}"
            yield f"    {' ' * (one.span.column - 1)}{'^' * max(1, one.span.end_column - one.span.column)}"
        if one.hint:
            yield f"    hint: {one.hint}"


def diagnostic_object(one: Diagnostic) -> dict[str, object]:
    """As JSON has it."""
    return asdict(one)
