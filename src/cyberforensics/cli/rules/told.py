"""How diagnostics and long work are told to people and programs."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from cyberforensics.cli import render
from cyberforensics.model.diagnostic import Diagnostic

_EVERY = 2.0  # seconds between two lines


class Counting:
    """A line now and then about what is under way; nothing about what is done sooner."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._said = time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._quiet and now - self._said >= _EVERY:
            self._said = now
            of = f" of {render.grouped(total)}" if total else ""
            render.say(f"{what}: {render.grouped(done)}{of}")


def counted(number: int, what: str) -> str:
    """``1 rule``, ``2 rules``."""
    return f"{render.grouped(number)} {what}{'' if number == 1 else 's'}"


def diagnostic_lines(folder: Path, diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    """``file:line:column: level: message [code]``, the line itself with a caret, and what to do."""
    base = folder.parent if folder.is_file() else folder
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
