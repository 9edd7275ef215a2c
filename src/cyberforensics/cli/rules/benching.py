"""``cyberforensics rules bench``."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import rule_benching, rule_checking
from cyberforensics.cli import options, render
from cyberforensics.cli.rules import told
from cyberforensics.cli.rules.given import Also, Format, Quiet, other_forms, printed, write_forms
from cyberforensics.errors import EXIT_FINDINGS_IN_PACK, UsageError
from cyberforensics.model.diagnostic import Tried
from cyberforensics.rule_benching import in_words
from cyberforensics.rules.manifest import CostBudget, cost_budget


def command(
    pack: Annotated[
        Path, typer.Argument(metavar="PACK", help="A rule pack (folder), a rule file, or a built archive.")
    ],
    corpus: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Files to measure on; else a built-in corpus.")
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="What a rule may cost: 5% of the pack, or 3x a plain rule."),
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(metavar="OLD", help="The pack as it was: what became dearer fails.")
    ] = None,
    top: Annotated[int, typer.Option(metavar="N", min=1, help="How many of the dearest rules to list.")] = 20,
    engine: options.Engine = "yara-python",
    allowed_signers: options.AllowedSigners = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Worker processes; one for each core.")] = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="The form of the output; all but text hold what costs too much.")
    ] = Format.TEXT,
    also: Also = None,
    json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Measure what each rule costs, and say why the dearest do.

    In units of a plain rule, with which everything is measured in turns. Exit code 0: done; 1: a rule costs more than
    it may, or than it did.

        cyberforensics rules bench my-rules
        cyberforensics rules bench my-rules --budget 5%
    """
    files = other_forms(also)
    with told.counting(quiet=quiet) as counter:
        settings = rule_benching.Settings(
            engine=engine,
            corpus=corpus,
            budget=_budget(budget),
            compare=compare,
            top=top,
            allowed_signers=allowed_signers,
            workers=workers,
            counter=counter,
        )
        result = rule_benching.bench(pack, settings)
    forms = rule_checking.as_document([_said(result)], "rules bench")
    if json:
        document = asdict(result) | {"folder": str(result.folder), "base": str(result.base), "failed": result.failed}
        render.as_json(document)
    elif output_format is not Format.TEXT:
        printed(forms, output_format)
    else:
        render.lines(_lines(result))
    write_forms(forms, files)
    if result.failed:
        raise typer.Exit(EXIT_FINDINGS_IN_PACK)


def _said(result: rule_benching.Benched) -> rule_checking.PackSaid:
    tried = tuple(
        Tried("costs", name, tuple(one for one in result.diagnostics if _name(one.file, one.rule) == name))
        for name in dict.fromkeys(
            [
                *(_name(cost.file, cost.rule) for cost in result.dear),
                *(_name(one.file, one.rule) for one in result.diagnostics),
            ]
        )
    )
    notes = tuple(_rest(result))
    return rule_checking.PackSaid(
        result.pack, result.base, result.rules, result.rule_files, result.diagnostics, tried, notes
    )


def _name(file: str, rule: str | None) -> str:
    return f"{file}: {rule}" if rule else file


def _rest(result: rule_benching.Benched) -> Iterator[str]:
    others = result.rules - len(result.dear)
    if others > 0:
        yield f"no more than {result.rest:.2f}: each of the other {render.grouped(others)} rules"


def _budget(text: str | None) -> CostBudget | None:
    try:
        return None if text is None else cost_budget(text)
    except ValueError as error:
        raise UsageError(f"--budget: {error}") from error


def _lines(result: rule_benching.Benched) -> Iterator[str]:
    yield f"{result.pack}: {told.counted(result.rules, 'rule')}, {result.engine}"
    left_out = f"; {render.grouped(result.left_out)} left out or cut" if result.left_out else ""
    yield f"measured on {told.counted(result.files, 'content')}, {render.in_bytes(result.size)}{left_out}"
    yield f"the whole pack costs {in_words(result.total)} plain rules"
    for module in result.modules:
        yield f"the module {module.name} costs {in_words(module.times)}, once for {told.counted(module.rules, 'rule')}"
    yield ""
    yield "  times a plain rule       of pack  rule"
    for cost in result.dear:
        yield f"  {in_words(cost.times):<23} {cost.share:>7.1f}%  {cost.rule} ({cost.file})"
        yield from (f"{'':36}{why}" for why in cost.why)
    yield from (f"  {text}" for text in _rest(result))
    for change in result.changed:
        yield f"{change.rule or 'the whole pack'}: {in_words(change.ratio)} times what it cost before"
    yield from told.diagnostic_lines(result.base, result.diagnostics)
