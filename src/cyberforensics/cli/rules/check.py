"""``cyberforensics rules check``."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import rule_checking
from cyberforensics.cli import render
from cyberforensics.cli.rules.given import Format, definitions, written
from cyberforensics.errors import EXIT_FINDINGS_IN_PACK, UsageError
from cyberforensics.model.diagnostic import Level
from cyberforensics.report.diagnostics import FORMATS
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
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="FORMAT=FILE", help="Write another form into a file as well; repeatable."),
    ] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The day that counts as today.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever a file changes, until interrupted.")
    ] = False,
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
    files = [_file(text) for text in also or ()]
    known = frozenset[str]() if baseline is None else _known(baseline)
    for _ in changes(packs) if watch else (None,):
        outcome = rule_checking.check_packs(packs, options, fail_level=fail_level, baseline=known, progress=_Progress())
        render.lines(dict(FORMATS)[str(output_format)](outcome.document))
        for form, path in files:
            written(path, "".join(line + "\n" for line in dict(FORMATS)[form](outcome.document)))
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


def _file(text: str) -> tuple[str, Path]:
    form, equals, place = text.partition("=")
    if form not in dict(FORMATS) or not equals or not place:
        raise UsageError(f"--also {text}: not of the form FORMAT=FILE", hint=f"formats: {', '.join(dict(FORMATS))}")
    return form, Path(place)


def _known(path: Path) -> frozenset[str]:
    try:
        if path.stat().st_size > _LARGEST_BASELINE:
            raise UsageError(f"the baseline {path} is larger than 256 MiB")
        return read_baseline(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise UsageError(f"the baseline {path} can't be read ({reason})", hint="--write-baseline writes one") from error


class _Progress:
    """A line on standard error every two seconds."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last >= 2:
            self._last = now
            render.say(f"{render.grouped(done)} of {render.grouped(total)} files")
