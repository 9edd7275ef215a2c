"""What all commands share in speaking: results to standard output, talk to standard error."""

import io
import json
import sys
from collections.abc import Iterable

import typer
from rich.console import Console

from cyberforensics import report
from cyberforensics.errors import CannotWrite, Error, RulePackError
from cyberforensics.model.shown import ShownZone


class ReaderGone(Exception):
    """Whoever read standard output has had enough."""


def console() -> Console:
    """For talk: standard error, plain where it is not a terminal."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line of talk, in which nothing of a name acts on the terminal."""
    typer.echo(report.visible(text), err=True)


def usage(error: typer.TyperException) -> None:
    """A request that makes no sense, as Typer words it."""
    words = io.StringIO()
    if hasattr(error, "show"):
        error.show(words)
    else:
        words.write(f"error: {error}")
    for line in words.getvalue().splitlines():
        say(line)


def shown_zone(zone: ShownZone | None) -> None:
    """Say in which zone times stand beside UTC, if in any."""
    if zone is not None:
        unshifted = "not those of unknown zone, nor bare dates"
        say(f"Times are shown in {zone.name} beside UTC (tzdata {zone.tzdata}); {unshifted}.")


def error(problem: Error) -> None:
    """An error and its hint."""
    say(f"error: {problem}")
    if isinstance(problem, RulePackError):
        for line in problem.details:
            say(f"  {line}")
    if problem.hint:
        say(f"hint: {problem.hint}")


def lines(output: Iterable[str]) -> None:
    """Results, a line each. On a terminal nothing in them acts; elsewhere they are what they are.

    Raises:
        ReaderGone: nobody reads them any more.
        CannotWrite: they can't be written.
    """
    shown = report.visible if sys.stdout.isatty() else str
    for line in output:
        _written(shown(line) + "\n")


def line(text: str) -> None:
    """One line of results."""
    lines([text])


def as_json(value: object) -> None:
    """A result as one JSON document."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    lines(text.encode(errors="replace").decode().split("\n"))


def as_json_array(values: Iterable[object]) -> None:
    """Results as one JSON array, each written as it comes."""
    between = "["
    for value in values:
        text = json.dumps(value, indent=2, ensure_ascii=False).encode(errors="replace").decode()
        line(between)
        lines(f"  {part}" for part in text.split("\n")[:-1])
        between = f"  {text.rpartition(chr(10))[2]},"
    line("[]" if between == "[" else between.removesuffix(","))
    if between != "[":
        line("]")


def flush() -> None:
    """Write out what is still held back.

    Raises:
        ReaderGone: nobody reads it any more.
        CannotWrite: it can't be written.
    """
    _written("", through=True)


def _written(text: str, *, through: bool = False) -> None:
    try:
        sys.stdout.write(text)
        if through:
            sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error
    except OSError as error:
        raise CannotWrite(f"standard output: can't be written ({error.strerror})") from error


def in_bytes(size: int | None) -> str:
    """A size as people read it."""
    if size is None:
        return "-"
    value = float(size)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"):
        if value < 1024 or unit == "EiB":
            return f"{size} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{size} B"


def grouped(number: int) -> str:
    """A count as people read it: ``12 345``, the same in every country."""
    return f"{number:,}".replace(",", " ")
