"""``cyberforensics tag``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import case
from cyberforensics.cli import render


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    item: Annotated[str, typer.Argument(metavar="ID", help="Of an entry, a finding or an event, or its beginning.")],
    label: Annotated[str, typer.Argument(help="A label of your own, as in key-evidence or not-relevant.")],
    note: Annotated[str, typer.Option(help="Why.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take the label off.")] = False,
) -> None:
    """Put a label on an entry, a finding or an event, which may bear several. The examination log has who and when.

    cyberforensics tag CASE 3a91 key-evidence --note 'the list that was sold'
    """
    command = ("cyberforensics", *sys.argv[1:])
    with case.open_to_annotate(folder) as store:
        tag = (case.remove_tag if remove else case.add_tag)(store, item, label, note, command)
    render.say(f"{tag.kind} {tag.item} {'no longer bears' if remove else 'bears'} the label {tag.label}")
