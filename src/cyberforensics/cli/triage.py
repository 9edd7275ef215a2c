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
        list[Path] | None, typer.Option(help="A rule pack or rule file, instead of those shipped.")
    ] = None,
    no_rules: Annotated[bool, typer.Option("--no-rules", help="Run no rules.")] = False,
    skip_broken_rules: Annotated[
        bool, typer.Option("--skip-broken-rules", help="Leave out rule files that do not compile; the report says so.")
    ] = False,
    engine: options.Engine = "yara-python",
    allowed_signers: options.AllowedSigners = None,
    hashes: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A list of digests; contents that have one are findings.")
    ] = None,
    known: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A list of digests of known files, which are counted.")
    ] = None,
    keywords: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A list of keywords to search contents for.")
    ] = None,
    skip_known: Annotated[
        bool, typer.Option("--skip-known", help="Run no rules and keywords on known contents; the report counts them.")
    ] = False,
    list_index: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where the indexes of lists of digests are kept; else beside each list."),
    ] = None,
    exhibit: Annotated[list[str] | None, typer.Option(metavar="ID=SOURCE", help="A source and its exhibit id.")] = None,
    expect: Annotated[
        list[str] | None, typer.Option(metavar="[ID=]sha256:HEX", help="The media's digest, as somebody stated it.")
    ] = None,
    verify: Annotated[
        Verify, typer.Option(help="Compute the media's digest: once, at both ends, or not.")
    ] = Verify.ONCE,
    source_timezone: Annotated[
        list[str] | None,
        typer.Option(metavar="[ID=]ZONE", help="Zone of the clocks behind local times (FAT …), such as Asia/Colombo."),
    ] = None,
    show_timezone: options.ShowTimezone = None,
    write_blocker: Annotated[
        list[str] | None, typer.Option(metavar="[ID=]TEXT", help="The write blocker in use, as you declare it.")
    ] = None,
    accept_writable_source: options.AcceptWritable = False,
    examiner: Annotated[str | None, typer.Option(help="Your name, for the record.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Worker processes; one for each core.")] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            callback=profiles.apply,
            is_eager=True,
            help="Options from a profile: quick, full, or a file; those given here take their place.",
        ),
    ] = None,
    first: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Examine these paths, and what lies below them, first.")
    ] = None,
    last: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Examine these paths, and what lies below them, last.")
    ] = None,
    include: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Examine only these paths, and what lies below them.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Leave out these paths, and what lies below them.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Examine only what has a time at or behind this one.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Examine only what has a time before this one.")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="Examine only contents of this category, as their first bytes tell.")
    ] = None,
    scope_note: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The wording of the limit, for every report.")
    ] = None,
    stop_after: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Begin nothing further after 30m, 1h30m …; started again, it goes on."),
    ] = None,
    cross_check: Annotated[
        bool, typer.Option("--cross-check", help="Read each volume with a second reader too, and compare.")
    ] = False,
    notable: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Notable paths of your own, beside those that ship (docs/orientation.md)."),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Content cache: what other cases learned of the same bytes is not redone."),
    ] = None,
    spool: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where large contents are spooled; else the case folder."),
    ] = None,
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="Time that each entry may take.")
    ] = LIMITS.seconds,
    time_limit_per_mib: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="More of it for each MiB of the entry.")
    ] = LIMITS.seconds_per_mib,
    time_limit_most: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="But never more than this.")
    ] = LIMITS.most_seconds,
    memory_limit: Annotated[
        int, typer.Option(metavar="MIB", min=256, help="Memory that each worker process may hold.")
    ] = LIMITS.memory >> 20,
    sparse_limit: Annotated[
        int, typer.Option(metavar="GIB", min=1, help="Zeros that are read of one content; the rest is not examined.")
    ] = LIMITS.zeros >> 30,
    pdf: options.Pdf = False,
    fail_on: options.FailOn = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Examine every entry of the sources and write a case with its reports.

    Started again on the same case folder, it goes on where it stopped. Exit code 0: done; 10: done, with problems
    that reduce coverage, which the summary names; 11: --fail-on was given and met, whatever else there is.
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
