"""``cyberforensics triage``."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import report, triage
from cyberforensics.cli import options, render
from cyberforensics.cli import profile as profiles
from cyberforensics.cli.progress import watching
from cyberforensics.cli.summary import exit_code, summary_lines
from cyberforensics.errors import UsageError

LIMITS = triage.Limits()
"""Those of a run that names none."""


class Verify(StrEnum):
    """When the media's digest is computed."""

    ONCE = "once"
    BOTH = "both"
    NO = "no"


def command(
    case: Annotated[Path, typer.Option("--case", help="Folder of the case: a new one, or one to go on with.")],
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SOURCE...", help="Images, devices, or folders and files as they are."),
    ] = None,
    rules: Annotated[
        list[Path] | None,
        typer.Option(rich_help_panel=options.LOOK_FOR, help="A rule pack or rule file, instead of those shipped."),
    ] = None,
    no_rules: Annotated[
        bool, typer.Option("--no-rules", rich_help_panel=options.LOOK_FOR, help="Run no rules.")
    ] = False,
    skip_broken_rules: options.SkipBrokenRules = False,
    engine: options.Engine = "yara-python",
    allowed_signers: options.AllowedSigners = None,
    hashes: options.Hashes = None,
    known: options.Known = None,
    keywords: options.Keywords = None,
    skip_known: Annotated[
        bool,
        typer.Option(
            "--skip-known",
            rich_help_panel=options.LOOK_FOR,
            help="Run no rules and keywords on known contents; the report counts them.",
        ),
    ] = False,
    list_index: options.ListIndex = None,
    exhibit: Annotated[
        list[str] | None,
        typer.Option(metavar="ID=SOURCE", rich_help_panel=options.RECORD, help="A source and its exhibit id."),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[ID=]sha256:HEX", rich_help_panel=options.RECORD, help="The media's digest, as somebody stated it."
        ),
    ] = None,
    verify: Annotated[
        Verify,
        typer.Option(rich_help_panel=options.RECORD, help="Compute the media's digest: once, at both ends, or not."),
    ] = Verify.ONCE,
    source_timezone: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[ID=]ZONE",
            rich_help_panel=options.RECORD,
            help="Zone of the clocks behind local times (FAT …), such as Asia/Colombo.",
        ),
    ] = None,
    show_timezone: options.ShowTimezone = None,
    write_blocker: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[ID=]TEXT", rich_help_panel=options.RECORD, help="The write blocker in use, as you declare it."
        ),
    ] = None,
    accept_writable_source: options.AcceptWritable = False,
    examiner: options.Examiner = None,
    workers: options.Workers = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            callback=profiles.apply,
            is_eager=True,
            rich_help_panel=options.LEAVE_OUT,
            help="Options from a profile: quick, full, or a file; those given here take their place.",
        ),
    ] = None,
    first: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            rich_help_panel=options.LEAVE_OUT,
            help="Examine these paths, and what lies below them, first.",
        ),
    ] = None,
    last: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            rich_help_panel=options.LEAVE_OUT,
            help="Examine these paths, and what lies below them, last.",
        ),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            rich_help_panel=options.LEAVE_OUT,
            help="Examine only these paths, and what lies below them.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB", rich_help_panel=options.LEAVE_OUT, help="Leave out these paths, and what lies below them."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT",
            rich_help_panel=options.LEAVE_OUT,
            help="Examine only what has a time at or behind this one.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT", rich_help_panel=options.LEAVE_OUT, help="Examine only what has a time before this one."
        ),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(
            rich_help_panel=options.LEAVE_OUT, help="Examine only contents of this category, as their first bytes tell."
        ),
    ] = None,
    scope_note: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", rich_help_panel=options.LEAVE_OUT, help="The wording of the limit, for every report."
        ),
    ] = None,
    stop_after: options.StopAfter = None,
    cross_check: Annotated[
        bool,
        typer.Option(
            "--cross-check",
            rich_help_panel=options.LOOK_FOR,
            help="Read each volume with a second reader too, and compare.",
        ),
    ] = False,
    notable: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=options.LOOK_FOR,
            help="Notable paths of your own, beside those that ship (docs/orientation.md).",
        ),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            rich_help_panel=options.MACHINE,
            help="Content cache: what other cases learned of the same bytes is not redone.",
        ),
    ] = None,
    spool: options.Spool = None,
    time_limit: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=1, rich_help_panel=options.MACHINE, help="Time that each entry may take."),
    ] = LIMITS.seconds,
    time_limit_per_mib: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0, rich_help_panel=options.MACHINE, help="More of it for each MiB of the entry."
        ),
    ] = LIMITS.seconds_per_mib,
    time_limit_most: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, rich_help_panel=options.MACHINE, help="But never more than this.")
    ] = LIMITS.most_seconds,
    memory_limit: Annotated[
        int,
        typer.Option(
            metavar="MIB", min=256, rich_help_panel=options.MACHINE, help="Memory that each worker process may hold."
        ),
    ] = LIMITS.memory >> 20,
    sparse_limit: Annotated[
        int,
        typer.Option(
            metavar="GIB",
            min=1,
            rich_help_panel=options.MACHINE,
            help="Zeros that are read of one content; the rest is not examined.",
        ),
    ] = LIMITS.zeros >> 30,
    pdf: options.Pdf = False,
    fail_on: options.FailOn = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Examine every entry of the sources and write a case with its reports.

    Started again on the same case folder, it goes on where it stopped. Exit code 0: done; 10: done, with problems
    that reduce coverage, which the summary names; 11: --fail-on was given and met, whatever else there is.

        cyberforensics triage disk.E01 --case CASE
        cyberforensics triage disk.E01 stick.raw --case CASE --rules my-rules --verify both --pdf
        cyberforensics triage disk.E01 --case CASE --profile quick --stop-after 30m
    """
    if rules and no_rules:
        raise UsageError("--rules and --no-rules exclude each other")
    exhibits = options.exhibits(sources or [], exhibit or [])
    zones = options.by_exhibit("--source-timezone", source_timezone or [], exhibits)
    expected = options.by_exhibit("--expect", expect or [], exhibits)
    chosen = triage.Options(
        rule_packs=() if no_rules else tuple(rules) if rules else None,
        skip_broken_rules=skip_broken_rules,
        engine=engine,
        allowed_signers=allowed_signers,
        wanted=tuple(hashes or ()),
        known=tuple(known or ()),
        keywords=tuple(keywords or ()),
        skip_known=skip_known,
        list_index=list_index,
        expected={name: options.digest(value) for name, value in expected.items()},
        verify=verify.value,
        zones={name: options.zone(value) for name, value in zones.items()},
        show_zone=options.shown(show_timezone),
        write_blockers=options.by_exhibit("--write-blocker", write_blocker or [], exhibits),
        accept_writable=accept_writable_source,
        examiner=examiner,
        workers=workers,
        limits=triage.Limits(time_limit, time_limit_per_mib, time_limit_most, memory_limit << 20, sparse_limit << 30),
        scope=options.scope(
            include=include or (),
            exclude=exclude or (),
            since=since,
            until=until,
            categories=category or (),
            note=scope_note,
            profile=None if profile is None else profiles.read(profile),
        ),
        first=options.globs(first or ()),
        last=options.globs(last or ()),
        stop_after=options.duration(stop_after),
        cross_check=cross_check,
        spool=spool,
        notable=tuple(notable or ()),
        cache=cache,
        pdf=pdf,
        command=("cyberforensics", *sys.argv[1:]),
    )
    with watching(quiet=json) as observer:
        summary = triage.triage(exhibits, case, chosen, observer)
    if json:
        render.as_json(report.summary_object(summary.document, unopened=summary.unopened))
    else:
        render.lines(summary_lines(summary))
    render.shown_zone(chosen.show_zone)
    raise typer.Exit(exit_code(summary, fail_on))
