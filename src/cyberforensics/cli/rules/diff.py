"""``cyberforensics rules diff``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.cli.rules import told
from cyberforensics.cli.rules.given import Quiet
from cyberforensics.cli.rules.listing import rule_object
from cyberforensics.rules.differences import Difference, compare
from cyberforensics.rules.listing import list_rules


def command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A pack as it was.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The pack as it is.")],
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Compare two states of a pack, rule by rule: metadata, strings, condition. Layout and order do not count.

    cyberforensics rules diff old-rules new-rules
    """
    with told.counting(quiet=quiet) as counter:
        counter("reading the rules", 0, 0)
        found = compare(list_rules(old), list_rules(new))
    if json:
        render.as_json(_object(found))
    else:
        render.lines(_lines(found))
    render.say(
        f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed"
        f" ({sum(one.matches_otherwise for one in found.changed)} may match otherwise), {found.unchanged} as before"
    )


def _lines(found: Difference) -> Iterator[str]:
    for rule in found.added:
        yield f"+ {rule.namespace}:{rule.name}"
    for rule in found.removed:
        yield f"- {rule.namespace}:{rule.name}"
    for one in found.changed:
        yield f"~ {one.rule.namespace}:{one.rule.name}"
        for part in one.parts:
            if part.old is not None:
                yield f"    - {part.what}: {part.old}"
            if part.new is not None:
                yield f"    + {part.what}: {part.new}"


def _object(found: Difference) -> dict[str, object]:
    return {
        "added": [rule_object(rule) for rule in found.added],
        "removed": [rule_object(rule) for rule in found.removed],
        "changed": [
            {
                "name": one.rule.name,
                "namespace": one.rule.namespace,
                "matches_otherwise": one.matches_otherwise,
                "parts": [{"what": part.what, "old": part.old, "new": part.new} for part in one.parts],
            }
            for one in found.changed
        ],
        "unchanged": found.unchanged,
    }
