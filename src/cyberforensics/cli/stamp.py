"""``cyberforensics stamp``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.errors import UsageError


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of a sealed case.")],
    request: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a request there, to be carried to an authority.")
    ] = None,
    response: Annotated[Path | None, typer.Option(metavar="FILE", help="Take the authority's reply.")] = None,
    tsa: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this authority over the network, and take its reply.")
    ] = None,
) -> None:
    """Have somebody else say when a sealed case was there: a time stamp of RFC 3161 over its manifest.

    The request holds the manifest's SHA-256 and nothing else of the case. No network is asked without --tsa.

        cyberforensics stamp CASE --request case.tsq
        cyberforensics stamp CASE --response case.tsr
    """
    from cyberforensics import stamping  # here: no other command needs cryptography

    if sum(given is not None for given in (request, response, tsa)) != 1:
        raise UsageError("one of --request FILE, --response FILE and --tsa URL is needed")
    if request is not None:
        sha256 = stamping.request_stamp(folder, request)
        render.line(f"Request: {request}, for the SHA-256 {sha256}")
        render.say("send it to a time stamping authority as application/timestamp-query, then: stamp --response FILE")
        return
    stamp = stamping.ask_for_stamp(folder, tsa) if tsa is not None else stamping.take_stamp(folder, response or folder)
    render.line(f"Time stamp: {stamp.moment.isoformat().replace('+00:00', 'Z')}, as the reply says")
    render.say("whose it is, is not checked yet: cyberforensics verify CASE --ca FILE")
