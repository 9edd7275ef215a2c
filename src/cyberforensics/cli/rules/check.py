"""``cyberforensics rules check``."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import rule_checking
from cyberforensics.cli import render
from cyberforensics.cli.rules import told
from cyberforensics.cli.rules.given import (
    Also,
    Format,
    Quiet,
    definitions,
    other_forms,
    printed,
    write_forms,
    written,
)
from cyberforensics.errors import EXIT_FINDINGS_IN_PACK, UsageError
from cyberforensics.model.diagnostic import Level
from cyberforensics.rules.checking import CheckOptions, baseline_text, read_baseline
from cyberforensics.rules.checking.watching import changes

_LARGEST_BASELINE = 256 << 20


class EngineChoice(StrEnum):
    """Which engines must take a pack."""

    BOTH = "both"
    PYTHON = "yara-python"
    X = "yara-x"

    @property
    def engines(self) -> frozenset[str]:
        """Their names."""
        return frozenset((self.PYTHON, self.X) if self is EngineChoice.BOTH else (self,))


class ProfileChoice(StrEnum):
    """The names of `PROFILES`, and none of them."""

    MINIMAL = "minimal"
    NEO23X0 = "neo23x0"
    CCCS = "cccs"
    NONE = "none"


def command(
    packs: Annotated[list[Path], typer.Argument(metavar="PACK...", help="Folders of rules, or rule files.")],
    engine: Annotated[
        EngineChoice | None,
        typer.Option("--engine", help="Which engines must take it; else those that the pack names."),
    ] = None,
    profile: Annotated[
        ProfileChoice | None, typer.Option("--profile", help="Convention that the metadata is held to.")
    ] = None,
    define: Annotated[
        list[str] | None,
        typer.Option("--define", metavar="NAME=VALUE", help="A variable that the rules may use; repeatable."),
    ] = None,
    fail_level: Annotated[Level, typer.Option("--fail-level", help="Exit with 1 from this level on.")] = Level.ERROR,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="What this file knows does not count.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option("--write-baseline", metavar="FILE", help="Write all that is said now into this file.")
    ] = None,
    output_format: Annotated[Format, typer.Option("--format", help="The form of the output.")] = Format.TEXT,
    also: Also = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The day that counts as today.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever a file changes, until interrupted.")
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Worker processes; one for each core.")] = None,
    quiet: Quiet = False,
) -> None:
    """Compile rule packs with both engines and look for mistakes: each with file, line and what to do.

    It exits with 0, or with 1 where something reaches `--fail-level`.

        cyberforensics rules check my-rules
        cyberforensics rules check my-rules --format sarif
    """
    options = CheckOptions(
        today=_day(day),
        engines=None if engine is None else engine.engines,
        profile="" if profile is ProfileChoice.NONE else profile,
        externals=definitions(define or ()),
    )
    files = other_forms(also)
    known = frozenset[str]() if baseline is None else _known(baseline)
    for _ in changes(packs) if watch else (None,):
        with told.counting(quiet=quiet) as counter:
            outcome = rule_checking.check_packs(
                packs, options, fail_level=fail_level, baseline=known, workers=workers, counter=counter
            )
        printed(outcome.document, output_format)
        write_forms(outcome.document, files)
        if write_baseline is not None:
            written(write_baseline, baseline_text((one.diagnostic, one.fingerprint) for one in outcome.everything))
        for line in _summary(outcome, fail_level):
            render.say(line)
        if watch:
            render.flush()
    if outcome.failed and write_baseline is None:
        raise typer.Exit(EXIT_FINDINGS_IN_PACK)


def _summary(outcome: rule_checking.Outcome, fail_level: Level) -> Iterator[str]:
    document = outcome.document
    counts = ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in document.counts().items())
    files = render.grouped(len(document.files))
    yield f"{files} files, {render.grouped(document.rules)} rules: {counts}"
    if document.excused:
        yield f"{document.excused} excused by comments"
    if document.known:
        yield f"{document.known} known from the baseline"
    if outcome.gone:
        yield f"{outcome.gone} of the baseline are gone: --write-baseline writes it anew"
    yield f"{'failed' if outcome.failed else 'passed'}: --fail-level {fail_level}"


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--date {text}: not a day of the form YYYY-MM-DD") from error


def _known(path: Path) -> frozenset[str]:
    try:
        if path.stat().st_size > _LARGEST_BASELINE:
            raise UsageError(f"the baseline {path} is larger than 256 MiB")
        return read_baseline(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise UsageError(f"the baseline {path} can't be read ({reason})", hint="--write-baseline writes one") from error
