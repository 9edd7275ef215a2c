"""``cyberforensics seal``."""

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cyberforensics import case, report
from cyberforensics.cli import options, render
from cyberforensics.errors import UsageError

if TYPE_CHECKING:
    from cyberforensics import signing


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Private key that signs: OpenSSH's, or PKCS #8.")
    ] = None,
    new_key: Annotated[
        Path | None,
        typer.Option("--new-key", metavar="FILE", help="Make a key there, outside the case, and sign with it."),
    ] = None,
    unsigned: Annotated[
        bool,
        typer.Option(
            "--unsigned", help="Do not sign: ssh-keygen -Y sign does it afterwards, with an agent or a pass phrase."
        ),
    ] = False,
    identity: Annotated[str, typer.Option(metavar="NAME", help="Whom the key is said to stand for.")] = "examiner",
    show_timezone: options.ShowTimezone = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Close a case for good: a manifest of every file, signed. Nothing can be added to it afterwards.

    The reports are written anew, with the digests of store and log. Exit code 40: it is sealed already.

        cyberforensics seal CASE --new-key examiner.key
        cyberforensics seal CASE --key examiner.key --identity anna
    """
    from cyberforensics import sealing, signing  # here: no other command needs cryptography

    if (key is not None) + (new_key is not None) + unsigned != 1:
        raise UsageError("one of --key FILE, --new-key FILE and --unsigned is needed")
    if not re.fullmatch(r"[\w.@+-]{1,128}", identity, re.ASCII):
        raise UsageError(f"--identity {identity!r}: letters, digits and .@+-_ only, at most 128")
    zone = options.shown(show_timezone)
    case.refuse_no_case(folder)
    case.refuse_sealed(folder)
    for place in (key, new_key):
        if place is not None:
            sealing.refuse_inside(folder, place)
    signer = signing.make_key(new_key) if new_key is not None else None if key is None else loaded_key(key)
    words = ("cyberforensics", *sys.argv[1:])
    with contextlib.nullcontext() if new_key is None else _gone_if_unused(new_key, folder):
        made = new_key is not None
        done = sealing.seal(folder, signer, self_made=made, identity=identity, zone=zone, command=words)
    limits = report.seal_lines(done.record)
    if json:
        document = {"manifest": str(done.manifest), "sha256": done.sha256, "files": done.files, "limits": limits}
        render.as_json({**document, "key": done.record.key, "self_made": done.record.self_made})
        return
    signed = "not signed" if done.record.key is None else f"signed with the key {done.record.key}"
    render.line(f"Manifest: {done.manifest}, {done.files} files, {signed}")
    render.line(f"SHA-256 of the manifest: {done.sha256}")
    render.lines(limits)
    render.shown_zone(zone)


@contextlib.contextmanager
def _gone_if_unused(key: Path, folder: Path) -> Iterator[None]:
    """A key that was made for a seal that did not come about: used later, nothing would tell that it is self-made."""
    try:
        yield
    except BaseException:
        if not case.is_seal(case.last_line(folder)):
            key.unlink(missing_ok=True)
            key.with_name(f"{key.name}.pub").unlink(missing_ok=True)
        raise


def loaded_key(path: Path) -> "signing.Key":
    """The key of a file; a pass phrase is asked for on the terminal.

    Raises:
        UsageError: there is no terminal, or no key.
    """
    from cyberforensics import signing

    if not signing.needs_pass_phrase(path):
        return signing.load_key(path)
    if not sys.stdin.isatty():
        raise UsageError(
            f"{path}: has a pass phrase, and there is no terminal to ask for it", hint="do it on a terminal"
        )
    phrase = typer.prompt(f"Pass phrase of {path}", hide_input=True, err=True)
    return signing.load_key(path, str(phrase).encode())
