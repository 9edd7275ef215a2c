"""``cyberforensics export``."""

import re
import sys
from fnmatch import translate
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case, export, report
from cyberforensics.cli import options, render
from cyberforensics.errors import EXIT_PROBLEMS, UsageError


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="Folder for the files and their index.")
    ] = None,
    archive: Annotated[
        Path | None, typer.Option("--zip", metavar="FILE", help="Instead: a ZIP, protected with the password infected.")
    ] = None,
    finding: Annotated[str | None, typer.Option(help="What this finding lies in (its id, or its beginning).")] = None,
    path: Annotated[str | None, typer.Option(help="GLOB of the path, as in `'/Users/*/Downloads/*'`.")] = None,
    sha256: Annotated[str | None, typer.Option(help="Contents with this digest.")] = None,
    source: Annotated[list[str] | None, typer.Option(metavar="ID=PATH", help="Where an exhibit lies now.")] = None,
    accept_writable_source: options.AcceptWritable = False,
    restricted: options.Restricted = False,
    json: Annotated[bool, typer.Option("--json", help="Print the index as one JSON array.")] = False,
) -> None:
    """Write contents out of the evidence, each under its SHA-256, with an index of where they were.

    Names from the evidence never become file names. Exit code 10: something could not be exported.

        cyberforensics export CASE --finding 3a91 -o hit
        cyberforensics export CASE --path '/Users/*/Downloads/*' --zip downloads.zip
    """
    target = output or archive
    if target is None or (output is not None and archive is not None):
        raise UsageError("either -o FOLDER or --zip FILE is needed", hint="--zip leaves nothing unprotected behind")
    if finding is None and path is None and sha256 is None:
        raise UsageError("nothing was chosen", hint="--finding ID, --path GLOB or --sha256 DIGEST")
    if sha256 is not None and not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise UsageError(f"--sha256 {sha256}: a SHA-256 has 64 hexadecimal digits")
    if finding is not None and not re.fullmatch("[0-9a-f]+", finding):
        raise UsageError(
            f"--finding {finding}: not the id of a finding", hint="`cyberforensics show findings` has them"
        )
    conditions = case.Conditions(
        path=None if path is None else translate(path), sha256=sha256 and sha256.lower(), finding=finding
    )
    roots = options.exhibits([], source, option="--source") if source else {}
    asked = ("cyberforensics", *sys.argv[1:])
    with case.open_existing(folder) as store:
        if archive is None:
            done = export.export(
                store,
                conditions,
                target,
                roots,
                accept_writable=accept_writable_source,
                restricted=restricted,
                command=asked,
            )
            where = f"index: {target / export.INDEX}"
        else:
            done, digest = export.export_zip(
                store,
                conditions,
                target,
                roots,
                accept_writable=accept_writable_source,
                restricted=restricted,
                command=asked,
            )
            where = f"archive: {target}, password {report.PASSWORD.decode()}, SHA-256 {digest}"
    if json:
        render.as_json([report.index_object(item.row, item.file, item.reason) for item in done])
    else:
        for item in done:
            render.lines([f"{item.file or f'NOT EXPORTED ({item.reason})'}  {item.row.entry.path}"])
    render.say(f"{sum(item.file is not None for item in done)} of {len(done)} exported; {where}")
    if not done or any(item.file is None for item in done):
        raise typer.Exit(EXIT_PROBLEMS)
