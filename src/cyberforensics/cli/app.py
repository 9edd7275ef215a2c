"""The application: its commands, and the only place where errors become exit codes."""

import gc
import io
import os
import signal
import sys
import traceback
from types import FrameType
from typing import Annotated

import typer

from cyberforensics import errors
from cyberforensics.cli import render
from cyberforensics.cli.commands import Commands
from cyberforensics.model.versions import versions

app = typer.Typer(
    name="cyberforensics",
    cls=Commands,
    help="Digital forensics triage: seized images in, a case that others can check out.\n\n"
    "Begin with `cyberforensics info IMAGE`, then `cyberforensics triage IMAGE --case FOLDER`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        for name, version in versions():
            render.line(f"{name} {version}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Name the version of every library used."),
    ] = False,
) -> None:
    """Digital forensics triage: seized images in, a case that others can check out."""


class _Stopped(BaseException):
    """A signal asks to stop."""


_received: list[int] = []
"""Signals that asked to stop. Remembered, since an exception of ours may get lost in a library that calls back."""

_CODES = {signal.SIGINT: errors.EXIT_INTERRUPTED, signal.SIGTERM: errors.EXIT_TERMINATED}
_SHOW_CURSOR = b"\x1b[?25h"


def main() -> None:
    """Run a command, and turn what it raises into one clear sentence and an exit code."""
    gc.set_threshold(50_000, 50, 50)  # rows are many, small, and hold no cycles: by default each 700 are looked through
    for number in _CODES:
        signal.signal(number, _stop)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # the same bytes in every locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(_run())


def _stop(number: int, _frame: FrameType | None) -> None:
    """The first signal ends the run in order, the second at once: whatever happens, the case can be gone on with."""
    if _received:
        if sys.stderr.isatty():
            os.write(sys.stderr.fileno(), _SHOW_CURSOR)
        os._exit(_CODES[signal.Signals(_received[0])])
    _received.append(number)
    raise _Stopped


def _run() -> int:
    try:
        return _outcome()
    except BaseException:
        if not _received:
            raise
        word = "stopped" if _received[0] == signal.SIGINT else "terminated"
        render.say(word + ("; start the same command again to go on where it stopped" if _is_triage() else ""))
        return _CODES[signal.Signals(_received[0])]


def _is_triage() -> bool:
    return sys.argv[1:2] == ["triage"]


def _outcome() -> int:
    try:
        result = app(standalone_mode=False)
        render.flush()
        return result if isinstance(result, int) else errors.EXIT_DONE
    except typer.Exit as stop:
        render.flush()
        return stop.exit_code
    except typer.TyperException as error:
        render.usage(error)
        return errors.EXIT_USAGE
    except render.ReaderGone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has had enough
        return errors.EXIT_DONE
    except errors.Error as error:
        if _received:
            raise
        render.error(error)
        return error.exit_code
    except Exception:
        if _received:
            raise
        traceback.print_exc()
        render.say("this is a bug: please report it with the lines above and `cyberforensics --version`")
        return errors.EXIT_BUG
