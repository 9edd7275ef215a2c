"""``cyberforensics verify``."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.errors import EXIT_PROBLEMS, CaseDamaged, UsageError


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    allowed_signers: Annotated[
        Path | None,
        typer.Option("--allowed-signers", metavar="FILE", help="Keys that you trust, as ssh-keygen has them."),
    ] = None,
    identity: Annotated[str | None, typer.Option(metavar="NAME", help="Whose key of these must have signed.")] = None,
    ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificates (PEM) that you trust to stamp time.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Check whether a sealed case is as it was sealed: every file, the log, signature, time stamp, store and reports.

    Every difference is named, not the first alone. Nothing is written. Exit code 10: something differs, or the case is
    not sealed; 41: the store is damaged.
    """
    from cyberforensics import verifying  # here: no other command needs cryptography

    if (allowed_signers is None) != (identity is None):
        raise UsageError("--allowed-signers FILE and --identity NAME go together")
    points = verifying.verify(folder, allowed_signers=allowed_signers, identity=identity, authorities=ca)
    if json:
        render.as_json([asdict(point) for point in points])
    else:
        render.lines(f"{point.verdict}  {point.subject}: {point.message}" for point in points)
    counts = Counter(point.verdict for point in points)
    render.say(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    if counts["DAMAGED"]:
        raise typer.Exit(CaseDamaged.exit_code)
    if counts["DIFFERENT"]:
        raise typer.Exit(EXIT_PROBLEMS)
