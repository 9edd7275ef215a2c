"""What all commands share in speaking: results to standard output, talk to standard error."""

import json
import sys
from collections.abc import Iterable

import typer
from rich.console import Console

from cyberforensics.errors import Error, RulePackError


def console() -> Console:
    """For talk: standard error, plain where it is not a terminal."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line of talk."""
    typer.echo(text, err=True)


def error(problem: Error) -> None:
    """An error and its hint."""
    say(f"error: {problem}")
    if isinstance(problem, RulePackError):
        for line in problem.details:
            say(f"  {line}")
    if problem.hint:
        say(f"hint: {problem.hint}")


def lines(output: Iterable[str]) -> None:
    """Results, a line each."""
    write = sys.stdout.write
    for line in output:
        write(line + "\n")


def as_json(value: object) -> None:
    """A result as one JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def in_bytes(size: int | None) -> str:
    """A size as people read it."""
    if size is None:
        return "-"
    value = float(size)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if value < 1024 or unit == "TiB":
            return f"{size} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{size} B"


def grouped(number: int) -> str:
    """A count as people read it: ``12 345``, the same in every country."""
    return f"{number:,}".replace(",", " ")
