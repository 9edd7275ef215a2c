"""``cyberforensics verify``."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import chain, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cyberforensics import case
from cyberforensics.cli import options, render
from cyberforensics.cli.progress import watching
from cyberforensics.errors import EXIT_PROBLEMS, CaseDamaged, UsageError

if TYPE_CHECKING:
    from cyberforensics import repeating, verifying

_MOST = 20
"""Differences of one kind of rows that are printed for reading; JSON has them all."""


def command(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    sources: Annotated[
        list[Path] | None, typer.Argument(metavar="[SOURCE]...", help="With --repeat: where the evidence lies now.")
    ] = None,
    allowed_signers: Annotated[
        Path | None,
        typer.Option("--allowed-signers", metavar="FILE", help="Keys that you trust, as ssh-keygen has them."),
    ] = None,
    identity: Annotated[str | None, typer.Option(metavar="NAME", help="Whose key of these must have signed.")] = None,
    ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificates (PEM) that you trust to stamp time.")
    ] = None,
    repeat: Annotated[
        bool, typer.Option("--repeat", help="Examine the evidence again, and compare every row with the record.")
    ] = False,
    source: Annotated[list[str] | None, typer.Option(metavar="ID=PATH", help="Where an exhibit lies now.")] = None,
    rules: Annotated[list[Path] | None, typer.Option(help="A rule pack of the case, where it lies now.")] = None,
    hashes: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A list of digests of the case, where it lies now.")
    ] = None,
    known: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A list of known digests, where it lies now.")
    ] = None,
    keywords: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A list of keywords, where it lies now.")
    ] = None,
    notable: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A file of notable paths, where it lies now.")
    ] = None,
    work: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the repetition is made, and removed again.")
    ] = None,
    workers: options.Workers = None,
    accept_writable_source: options.AcceptWritable = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Check whether a sealed case is as it was sealed: every file, the log, signature, time stamp, store and reports.

    Every difference is named, not the first alone. Nothing is written; a repetition is stated in the log. Exit code
    10: something differs, or the case is not sealed; 41: the store is damaged.

        cyberforensics verify CASE
        cyberforensics verify CASE --repeat disk.E01
    """
    from cyberforensics import repeating, retrieving, verifying  # here: no other command needs cryptography

    if (allowed_signers is None) != (identity is None):
        raise UsageError("--allowed-signers FILE and --identity NAME go together")
    choice = repeating.Choice(
        sources=_sources(folder, sources or [], source or []),
        given=retrieving.Given(*(tuple(paths or ()) for paths in (rules, hashes, known, keywords, notable))),
        work=work,
        workers=workers,
        accept_writable=accept_writable_source,
        command=("cyberforensics", *sys.argv[1:]),
    )
    if not repeat and choice != repeating.Choice(command=choice.command):
        raise UsageError("SOURCE and the options of a repetition need --repeat")
    checked = verifying.verify(folder, allowed_signers=allowed_signers, identity=identity, authorities=ca)
    repeated = _repetition(folder, choice, checked, quiet=json) if repeat else iter(())
    first = tuple(islice(repeated, 1))  # the work is behind it, and nothing is printed before
    points = chain(checked, first, repeated)
    counts: Counter[str] = Counter()
    if json:
        render.as_json_array(map(_object, _counted(points, counts)))
    else:
        render.lines(_lines(_counted(points, counts)))
    render.say(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    if counts["DAMAGED"]:
        raise typer.Exit(CaseDamaged.exit_code)
    if counts["DIFFERENT"]:
        raise typer.Exit(EXIT_PROBLEMS)


def _sources(folder: Path, sources: list[Path], named: list[str]) -> dict[str, Path]:
    """Where exhibits lie now, by id: a source alone stands for the exhibit of its name, or for the only one."""
    if not (sources or named):
        return {}
    with case.open_existing(folder) as store:
        exhibits = list(case.zones(store))
    given = options.exhibits([], named, option="--source") if named else {}
    for path in sources:
        name = path.absolute().name
        given[exhibits[0] if len(exhibits) == 1 and name not in exhibits else name] = path
    for name in given:
        if name not in exhibits:
            hint = f"name it: --source ID=PATH; the case has {', '.join(exhibits)}"
            raise UsageError(f"{name} is no exhibit of this case", hint=hint)
    return given


def _repetition(
    folder: Path, choice: "repeating.Choice", points: Iterable["verifying.Point"], *, quiet: bool
) -> Iterator["verifying.Point"]:
    """What repeating comes to; a damaged store is not repeated."""
    from cyberforensics import repeating, verifying

    if any(point.verdict == "DAMAGED" for point in points):
        message = "NOT REPEATED, since the store is damaged"
        yield verifying.Point(repeating.SUBJECT, "NOT CHECKED", message)
        return
    with watching(quiet=quiet) as observer:
        found = repeating.repeat(folder, choice, observer)
        first = next(found)
    yield first
    yield from found


def _counted(points: Iterable["verifying.Point"], counts: Counter[str]) -> Iterator["verifying.Point"]:
    for point in points:
        counts[point.verdict] += 1
        yield point


def _object(point: "verifying.Point") -> dict[str, object]:
    return {name: value for name, value in asdict(point).items() if value is not None}


def _lines(points: Iterable["verifying.Point"]) -> Iterator[str]:
    """For reading: of many differences of one kind the first."""
    for what, group in groupby(points, key=lambda point: None if point.details is None else point.details["what"]):
        told = 0
        for point in group:
            told += 1
            if what is None or told <= _MOST:
                yield f"{point.verdict}  {point.subject}: {point.message}"
        if what is not None and told > _MOST:
            yield f"DIFFERENT  {point.subject}: {told - _MOST} more differences of {what}: --json has them all"
