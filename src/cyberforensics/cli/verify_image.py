"""``cyberforensics verify-image``."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from cyberforensics import pipeline
from cyberforensics.cli import options, render
from cyberforensics.errors import EXIT_PROBLEMS


def command(
    source: Annotated[Path, typer.Argument(help="The image; of several segments, the first. Or a device.")],
    expect: Annotated[
        list[str] | None, typer.Option(metavar="sha256:HEX", help="A digest of the media that somebody stated.")
    ] = None,
    accept_writable_source: options.AcceptWritable = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Recompute the media's digests that are stored or stated, and compare. With none to compare, SHA-256 is computed.

    Every line ends in MATCH, MISMATCH, NOT AVAILABLE (nothing to compare with) or NOT COMPUTED (a folder has no media).
    Exit code 10: a mismatch, or a stated digest that could not be computed.

        cyberforensics verify-image disk.E01
        cyberforensics verify-image disk.raw --expect sha256:HEX
    """
    expected = tuple(options.digest(text) for text in expect or [])
    with _progress(quiet=json) as progress:
        checks = pipeline.verify_image(source, expected, progress, accept_writable=accept_writable_source)
    if json:
        render.as_json([asdict(check) for check in checks])
    for check in checks if not json else ():
        stated = f"stated {check.stated} ({check.stated_origin})" if check.stated else "stated: none"
        render.line(
            f"{check.subject} {check.algorithm}: {stated}, computed {check.computed or 'none'}: {check.verdict}"
        )
    if any(check.verdict == "MISMATCH" or (check.stated and check.computed is None) for check in checks):
        raise typer.Exit(EXIT_PROBLEMS)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    columns = (BarColumn(), DownloadColumn(binary_units=True), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=render.console(), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, advance=done, total=total)

        yield show
