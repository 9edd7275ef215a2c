"""``cyberforensics scan``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import report, scan
from cyberforensics.cli import options, render
from cyberforensics.cli.progress import watching
from cyberforensics.cli.summary import exit_code, summary_lines
from cyberforensics.model.run import Options


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    rules: Annotated[
        list[Path] | None, typer.Option(rich_help_panel=options.LOOK_FOR, help="A rule pack or rule file.")
    ] = None,
    skip_broken_rules: options.SkipBrokenRules = False,
    engine: options.Engine = "yara-python",
    allowed_signers: options.AllowedSigners = None,
    hashes: options.Hashes = None,
    known: options.Known = None,
    keywords: options.Keywords = None,
    list_index: options.ListIndex = None,
    exhibit: Annotated[list[str] | None, typer.Option(metavar="ID", help="Search this exhibit only.")] = None,
    source: Annotated[list[str] | None, typer.Option(metavar="ID=PATH", help="Where an exhibit lies now.")] = None,
    show_timezone: options.ShowTimezone = None,
    accept_writable_source: options.AcceptWritable = False,
    examiner: options.Examiner = None,
    workers: options.Workers = None,
    spool: options.Spool = None,
    stop_after: options.StopAfter = None,
    fail_on: options.FailOn = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Search what was examined for something else: a new pass, beside those there are.

    Nothing that was found before changes. Lists of digests need no evidence: recorded digests are held against them.
    Rules and keywords read the contents once more, of equal ones only the first. Exit code 0: done; 10: done, with
    problems that reduce coverage; 11: --fail-on was given and met.

        cyberforensics scan CASE --hashes stolen.md5
        cyberforensics scan CASE --rules new-rules --keywords names.txt
    """
    roots = options.exhibits([], source, option="--source") if source else {}
    chosen = Options(
        rule_packs=tuple(rules or ()),
        skip_broken_rules=skip_broken_rules,
        engine=engine,
        allowed_signers=allowed_signers,
        wanted=tuple(hashes or ()),
        known=tuple(known or ()),
        keywords=tuple(keywords or ()),
        list_index=list_index,
        examiner=examiner,
        workers=workers,
        spool=spool,
        stop_after=options.duration(stop_after),
        show_zone=options.shown(show_timezone),
        accept_writable=accept_writable_source,
        command=("cyberforensics", *sys.argv[1:]),
    )
    with watching(quiet=json) as observer:
        summary = scan.scan(folder, chosen, exhibits=exhibit or (), roots=roots, observer=observer)
    if json:
        render.as_json(report.summary_object(summary.document, unopened=summary.unopened))
    else:
        render.lines(summary_lines(summary))
    render.shown_zone(chosen.show_zone)
    raise typer.Exit(exit_code(summary, fail_on))
