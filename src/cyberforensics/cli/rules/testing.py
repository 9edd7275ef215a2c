"""``cyberforensics rules test``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import rule_checking, rule_testing
from cyberforensics.cli import options, render
from cyberforensics.cli.rules import told
from cyberforensics.cli.rules.given import Also, Format, Quiet, other_forms, printed, write_forms
from cyberforensics.errors import EXIT_FINDINGS_IN_PACK
from cyberforensics.model.coverage import EntryCoverage
from cyberforensics.model.diagnostic import Level
from cyberforensics.model.run import Progress


def command(
    packs: Annotated[
        list[Path], typer.Argument(metavar="PACK…", help="A rule pack (folder), a rule file, or a built archive.")
    ],
    goodware: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="IMAGE_OR_FOLDER",
            help="Known-good files: each match on them counts against the budget; repeatable.",
        ),
    ] = None,
    changed_since: Annotated[
        str | None, typer.Option(metavar="REV", help="Leave out rules that are as they were at this revision of git.")
    ] = None,
    allowed_signers: options.AllowedSigners = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Worker processes; one for each core.")] = None,
    output_format: Annotated[
        Format,
        typer.Option("--format", help="The form of the output; junit has all that was tried, others what is to mend."),
    ] = Format.TEXT,
    also: Also = None,
    json: Annotated[bool, typer.Option("--json", help="Print the results as JSON, with all counts.")] = False,
    quiet: Quiet = False,
) -> None:
    """Prove rules on their samples, on disk images and on known-good files, with every engine.

    Exit code 0: all as declared; 1: something is to be mended, with file and line of the rule.

        cyberforensics rules test my-rules
        cyberforensics rules test my-rules --goodware /usr
    """
    files = other_forms(also)
    with told.counting(quiet=quiet) as counter:
        settings = rule_testing.Settings(
            known_good=tuple(goodware or ()),
            changed_since=changed_since,
            allowed_signers=allowed_signers,
            workers=workers,
            counter=counter,
            observer=lambda progress: counter(f"image or known-good files: {progress.stage}", *_where(progress)),
        )
        tested = list(rule_testing.run_tests(packs, settings))
    document = rule_checking.as_document(map(_said, tested), "rules test")
    if json:
        render.as_json({"packs": [_object(one) for one in tested], "failed": any(one.failed for one in tested)})
    elif output_format is not Format.TEXT:
        printed(document, output_format)
    else:
        for one in tested:
            render.lines(_lines(one))
    write_forms(document, files)
    if any(one.failed for one in tested):
        raise typer.Exit(EXIT_FINDINGS_IN_PACK)


def _where(progress: Progress) -> tuple[int, int]:
    return (progress.done, progress.total) if progress.total else (progress.listed, 0)


def _said(tested: rule_testing.PackResult) -> rule_checking.PackSaid:
    return rule_checking.PackSaid(
        tested.pack, tested.base, tested.rules, tested.files, tested.diagnostics, tested.tried, tested.not_run
    )


def _lines(tested: rule_testing.PackResult) -> Iterator[str]:
    yield from told.diagnostic_lines(tested.base, tested.diagnostics)
    yield from (f"{tested.pack}: not run: {sentence}" for sentence in tested.not_run)
    counts = [sum(one.level is level for one in tested.diagnostics) for level in (Level.ERROR, Level.WARNING)]
    what = [
        told.counted(tested.rules, "rule"),
        f"{told.counted(tested.samples, 'sample')} of {told.counted(tested.tested, 'rule')}",
    ]
    if tested.images:
        what.append(told.counted(tested.images, "image"))
    if tested.known_good:
        seen, whole = _counts(tested.known_good)
        what.append(f"{render.grouped(whole)} of {render.grouped(seen)} known-good contents examined whole")
    summed = f"{told.counted(counts[0], 'error')}, {told.counted(counts[1], 'warning')}"
    yield f"{tested.pack}: {', '.join(what)}; {' and '.join(tested.engines)}: {summed}"


def _counts(known_good: Sequence[EntryCoverage]) -> tuple[int, int]:
    return sum(one.seen.count for one in known_good), sum(one.whole.count for one in known_good)


def _object(tested: rule_testing.PackResult) -> dict[str, object]:
    seen, whole = _counts(tested.known_good)
    return {
        "pack": tested.pack,
        "folder": str(tested.folder),
        "engines": list(tested.engines),
        "rules": tested.rules,
        "tested": tested.tested,
        "samples": tested.samples,
        "images": tested.images,
        "known_good": {"seen": seen, "whole": whole} if tested.known_good else None,
        "failed": tested.failed,
        "not_run": list(tested.not_run),
        "diagnostics": [told.diagnostic_object(one) for one in tested.diagnostics],
    }
