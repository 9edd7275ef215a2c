"""``cyberforensics rules build``."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.cli.rules import told
from cyberforensics.cli.rules.given import Quiet
from cyberforensics.errors import UsageError


def command(
    pack: Annotated[Path, typer.Argument(metavar="PACK", help="A rule pack (folder) or rule file.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write the archive.")],
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Private key that signs: OpenSSH's, or PKCS #8.")
    ] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Do not sign: who built it, nobody can check.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Build a pack into one signed file that `triage --rules` takes: the same bytes for the same input.

    Exit code 30: an engine that the pack is for can't compile it.

        cyberforensics rules build my-rules -o my-rules.cfpack --key author.key
    """
    from cyberforensics import rule_building  # here: no other command of rules needs cryptography
    from cyberforensics.cli.seal import loaded_key

    if (key is not None) + unsigned != 1:
        raise UsageError("one of --key FILE and --unsigned is needed")
    signer = None if key is None else loaded_key(key)
    with told.counting(quiet=quiet) as counter:
        built = rule_building.build(pack, output, signer, counter)
    if json:
        render.as_json(asdict(built) | {"path": str(built.path)})
        return
    signed = "not signed" if built.key is None else f"signed with the key {built.key}"
    version = f" {built.version}" if built.version else ""
    render.line(f"{built.path}: {built.pack}{version}, {told.counted(built.rules, 'rule')}, {signed}")
    render.line(f"SHA-256: {built.sha256}")
    render.line(f"compiled with {' and '.join(built.engines)}")
