"""The application: its commands, and the only place where errors become exit codes."""

import os
import signal
import sys
import traceback
from types import FrameType
from typing import Annotated

import typer

from cyberforensics import errors
from cyberforensics.cli import export, info, listing, render, report, show, timeline, triage, verify_image
from cyberforensics.model.versions import versions

app = typer.Typer(
    name="cyberforensics",
    help="Digital forensics triage: seized images in, a case that others can check out.\n\n"
    "Begin with `cyberforensics info IMAGE`, then `cyberforensics triage IMAGE --case FOLDER`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS = (
    ("triage", triage.command),
    ("info", info.command),
    ("ls", listing.command),
    ("verify-image", verify_image.command),
    ("show", show.command),
    ("timeline", timeline.command),
    ("export", export.command),
    ("report", report.command),
)
"""Every command, in the order in which help lists them."""

for _name, _command in COMMANDS:
    app.command(_name)(_command)


class _Terminated(BaseException):
    """SIGTERM."""


def _version(value: bool) -> None:
    if value:
        for name, version in versions():
            typer.echo(f"{name} {version}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Name the version of every library used."),
    ] = False,
) -> None:
    """Digital forensics triage: seized images in, a case that others can check out."""


def main() -> None:
    """Run a command, and turn what it raises into one clear sentence and an exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(_run())


def _run() -> int:
    try:
        result = app(standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else errors.EXIT_DONE
    except typer.Exit as stop:
        return stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        render.say("stopped; start the same command again to go on where it stopped")
        return errors.EXIT_INTERRUPTED
    except _Terminated:
        render.say("terminated; start the same command again to go on where it stopped")
        return errors.EXIT_TERMINATED
    except typer.TyperException as error:
        if hasattr(error, "show"):  # usage, as Typer words it
            error.show(sys.stderr)
        else:
            render.say(f"error: {error}")
        return errors.EXIT_USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has had enough
        return errors.EXIT_DONE
    except errors.Error as error:
        render.error(error)
        return error.exit_code
    except Exception:  # noqa: BLE001 - a bug of ours must end in its own exit code, and say what to report
        traceback.print_exc()
        render.say("this is a bug: please report it with the lines above and `cyberforensics --version`")
        return errors.EXIT_BUG


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise _Terminated
