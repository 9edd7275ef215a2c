"""``cyberforensics rules test``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import rule_checking, rule_testing
from cyberforensics.cli import render
from cyberforensics.cli.progress import watching
from cyberforensics.cli.rules import told
from cyberforensics.cli.rules.given import Format
from cyberforensics.errors import EXIT_FINDINGS_IN_PACK
from cyberforensics.model.diagnostic import Level
from cyberforensics.report.diagnostics import FORMATS


def command(
    packs: Annotated[list[Path], typer.Argument(metavar="PACK…", help="A rule pack (folder) or rule file.")],
    goodware: Annotated[
        Path | None,
        typer.Option(metavar="IMAGE_OR_FOLDER", help="Known-good files: each match on them counts against the budget."),
    ] = None,
    changed_since: Annotated[
        str | None, typer.Option(metavar="REV", help="Leave out rules that are as they were at this revision of git.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Worker processes; one for each core.")] = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="The form of the output; all but text hold what is to be mended alone.")
    ] = Format.TEXT,
    json: Annotated[bool, typer.Option("--json", help="Print the results as JSON, with all counts.")] = False,
) -> None:
    """Prove rules on their samples, on disk images and on known-good files, with every engine.

    Exit code 0: all as declared; 1: something is to be mended, with file and line of the rule.

        cyberforensics rules test my-rules
        cyberforensics rules test my-rules --goodware /usr
    """
    quiet = json or output_format is not Format.TEXT
    with watching(quiet=quiet) as observer:
        settings = rule_testing.Settings(
            known_good=goodware,
            changed_since=changed_since,
            workers=workers,
            counter=told.Counting(quiet=quiet),
            observer=observer,
        )
        tested = list(rule_testing.run_tests(packs, settings))
    if json:
        render.as_json({"packs": [_object(one) for one in tested], "failed": any(one.failed for one in tested)})
    elif output_format is not Format.TEXT:
        results = [(one.folder, one.pack, one.diagnostics) for one in tested]
        document = rule_checking.as_document(results, sum(one.rules for one in tested))
        render.lines(dict(FORMATS)[str(output_format)](document))
    else:
        for one in tested:
            render.lines(_lines(one))
    if any(one.failed for one in tested):
        raise typer.Exit(EXIT_FINDINGS_IN_PACK)


def _lines(tested: rule_testing.PackResult) -> Iterator[str]:
    yield from told.diagnostic_lines(tested.folder, tested.diagnostics)
    yield from (f"{tested.pack}: not run: {sentence}" for sentence in tested.not_run)
    counts = [sum(one.level is level for one in tested.diagnostics) for level in (Level.ERROR, Level.WARNING)]
    what = [
        told.counted(tested.rules, "rule"),
        f"{told.counted(tested.samples, 'sample')} of {told.counted(tested.tested, 'rule')}",
    ]
    if tested.images:
        what.append(told.counted(tested.images, "image"))
    if tested.known_good is not None:
        seen, whole = tested.known_good.seen.count, tested.known_good.whole.count
        what.append(f"{render.grouped(whole)} of {render.grouped(seen)} known-good contents examined whole")
    summed = f"{told.counted(counts[0], 'error')}, {told.counted(counts[1], 'warning')}"
    yield f"{tested.pack}: {', '.join(what)}; {' and '.join(tested.engines)}: {summed}"


def _object(tested: rule_testing.PackResult) -> dict[str, object]:
    coverage = tested.known_good
    return {
        "pack": tested.pack,
        "folder": str(tested.folder),
        "engines": list(tested.engines),
        "rules": tested.rules,
        "tested": tested.tested,
        "samples": tested.samples,
        "images": tested.images,
        "known_good": None if coverage is None else {"seen": coverage.seen.count, "whole": coverage.whole.count},
        "failed": tested.failed,
        "not_run": list(tested.not_run),
        "diagnostics": [told.diagnostic_object(one) for one in tested.diagnostics],
    }
