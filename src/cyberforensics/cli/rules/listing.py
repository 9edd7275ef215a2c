"""``cyberforensics rules list``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli import render
from cyberforensics.cli.rules import told
from cyberforensics.cli.rules.given import Quiet
from cyberforensics.rules.listing import ListedRule, list_rules


def command(
    pack: Annotated[Path, typer.Argument(metavar="PACK", help="A folder of rules, or a rule file.")],
    json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """List the rules of a pack: where each is, its severity, tags, externals and modules.

    cyberforensics rules list my-rules
    """
    with told.counting(quiet=quiet) as counter:
        counter("reading the rules", 0, 0)
        rules = list_rules(pack)
    if json:
        render.as_json([rule_object(rule) for rule in rules])
        return
    for rule in rules:
        words = [
            str(rule.severity),
            *("sensitive" for _ in range(rule.sensitive)),
            *("private" for _ in range(rule.private)),
            *("global" for _ in range(rule.is_global)),
            *(f"tag {tag}" for tag in rule.tags),
            *(f"external {name}" for name in rule.externals),
            *(f"module {name}" for name in rule.modules),
        ]
        render.line(f"{rule.namespace}:{rule.name}  {rule.file}:{rule.line}  {', '.join(words)}")
    render.say(f"{render.grouped(len(rules))} rules")


def rule_object(rule: ListedRule) -> dict[str, object]:
    """A rule as JSON has it."""
    return {
        "name": rule.name,
        "namespace": rule.namespace,
        "file": rule.file,
        "line": rule.line,
        "severity": rule.severity,
        "sensitive": rule.sensitive,
        "private": rule.private,
        "global": rule.is_global,
        "tags": list(rule.tags),
        "externals": list(rule.externals),
        "modules": list(rule.modules),
        "meta": [{"name": meta.name, "value": meta.value} for meta in rule.text.meta],
    }
