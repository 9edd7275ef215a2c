"""What several commands take, and how it is understood."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cyberforensics.cli.profile import Profile
from cyberforensics.errors import UsageError
from cyberforensics.model.evidence import StoredDigest
from cyberforensics.model.examination import FindingSeverity
from cyberforensics.model.media_types import CATEGORIES
from cyberforensics.model.scope import Scope
from cyberforensics.model.shown import ShownZone, shown_zone
from cyberforensics.model.times import zone_named

LOOK_FOR = "What to look for"
LEAVE_OUT = "What to leave out, and what comes first"
RECORD = "For the record"
MACHINE = "What it may use of this machine"
"""Panels of the help of commands that take much."""

AcceptWritable = Annotated[
    bool,
    typer.Option(
        "--accept-writable-source",
        rich_help_panel=RECORD,
        help="Read a device although it is in use or can be written to.",
    ),
]

Restricted = Annotated[
    bool, typer.Option("--restricted", help="What is labelled restricted, too; the examination log records it.")
]

Pdf = Annotated[bool, typer.Option("--pdf", help="Write reports/report.pdf as well, a document on paper.")]

ShowTimezone = Annotated[
    str | None,
    typer.Option("--show-timezone", metavar="ZONE", help="Show times in this zone beside UTC, as in Asia/Colombo."),
]

Engine = Annotated[
    str, typer.Option(rich_help_panel=LOOK_FOR, metavar="NAME", help="What runs the rules: yara-python, or yara-x.")
]

AllowedSigners = Annotated[
    Path | None,
    typer.Option(
        "--allowed-signers",
        metavar="FILE",
        rich_help_panel=LOOK_FOR,
        help="Take only built rule packs that one of these keys signed.",
    ),
]

FailOn = Annotated[
    FindingSeverity | None,
    typer.Option("--fail-on", help="End in exit code 11 where the case has a finding as severe as this, or more."),
]

SkipBrokenRules = Annotated[
    bool,
    typer.Option(
        "--skip-broken-rules",
        rich_help_panel=LOOK_FOR,
        help="Leave out rule files that do not compile; the report says so.",
    ),
]

Hashes = Annotated[
    list[Path] | None,
    typer.Option(
        rich_help_panel=LOOK_FOR, metavar="FILE", help="A list of digests; contents that have one are findings."
    ),
]

Known = Annotated[
    list[Path] | None,
    typer.Option(rich_help_panel=LOOK_FOR, metavar="FILE", help="A list of digests of known files, which are counted."),
]

Keywords = Annotated[
    list[Path] | None,
    typer.Option(rich_help_panel=LOOK_FOR, metavar="FILE", help="A list of keywords to search contents for."),
]

ListIndex = Annotated[
    Path | None,
    typer.Option(
        rich_help_panel=LOOK_FOR,
        metavar="FOLDER",
        help="Where the indexes of lists of digests are kept; else beside each list.",
    ),
]

Examiner = Annotated[
    str | None, typer.Option(rich_help_panel=RECORD, metavar="NAME", help="Your name, for the record.")
]

Workers = Annotated[
    int | None,
    typer.Option(rich_help_panel=MACHINE, metavar="N", min=1, max=256, help="Worker processes; one for each core."),
]

Spool = Annotated[
    Path | None,
    typer.Option(
        rich_help_panel=MACHINE, metavar="FOLDER", help="Where large contents are spooled; else the case folder."
    ),
]

StopAfter = Annotated[
    str | None,
    typer.Option(
        rich_help_panel=LEAVE_OUT,
        metavar="DURATION",
        help="Begin nothing further after 30m, 1h30m …; started again, it goes on.",
    ),
]

Exact = Annotated[bool, typer.Option("--exact", help="Sizes in bytes, and times with all their digits.")]

_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64}
_EXHIBIT = re.compile(r"[\w.,+@() -]{1,128}", re.UNICODE)


def exhibits(sources: Sequence[Path], named: Sequence[str], *, option: str = "--exhibit") -> dict[str, Path]:
    """Exhibit ids and their sources, from plain sources and from ``ID=SOURCE``.

    Raises:
        UsageError: there is none, an id stands twice or has characters that an id can't have.
    """
    pairs = [(source.absolute().name, source) for source in sources]
    for text in named:
        identity, equals, place = text.partition("=")
        if not (identity and equals and place):
            raise UsageError(f"{option} {text}: not of the form ID={option[2:].upper()}")
        pairs.append((identity, Path(place)))
    if not pairs:
        raise UsageError("no source was named", hint="cyberforensics triage IMAGE --case FOLDER")
    result: dict[str, Path] = {}
    for identity, source in pairs:
        if not _EXHIBIT.fullmatch(identity):
            raise UsageError(
                f"exhibit id {identity!r}: letters, digits, space and .,+@()-_ only, at most 128",
                hint="name it yourself: --exhibit ID=SOURCE",
            )
        if identity in result:
            raise UsageError(
                f"two sources would be exhibit {identity}", hint="give each an id of its own: --exhibit ID=SOURCE"
            )
        result[identity] = source
    return result


def by_exhibit(option: str, values: Sequence[str], exhibits: Mapping[str, Path]) -> dict[str, str]:
    """``[ID=]VALUE`` for each exhibit; a value without an id is for all.

    Raises:
        UsageError: an id is no exhibit of this run.
    """
    result: dict[str, str] = {}
    for text in values:
        identity, equals, value = text.rpartition("=")
        if not equals:
            result.update(dict.fromkeys(exhibits, value))
        elif identity in exhibits:
            result[identity] = value
        else:
            raise UsageError(f"{option} {text}: {identity} is no exhibit of this run")
    return result


def zone(name: str) -> str:
    """A time zone by its IANA name.

    Raises:
        UsageError: there is none of that name.
    """
    try:
        zone_named(name)
    except ValueError as error:
        raise UsageError(
            f"time zone {name!r} does not exist", hint="use an IANA name such as Europe/Paris, Asia/Colombo or UTC"
        ) from error
    return name


def shown(name: str | None) -> ShownZone | None:
    """A zone to show times in, by its IANA name.

    Raises:
        UsageError: there is none of that name.
    """
    return None if name is None else shown_zone(zone(name))


def digest(text: str) -> StoredDigest:
    """``sha256:HEX``, also md5 and sha1.

    Raises:
        UsageError: it is not of that form.
    """
    algorithm, _, value = text.partition(":")
    value = value.lower()
    if _LENGTHS.get(algorithm) != len(value) or not re.fullmatch(r"[0-9a-f]+", value):
        raise UsageError(f"--expect {text}: not of the form sha256:HEX (64 digits), sha1:HEX (40) or md5:HEX (32)")
    return StoredDigest(algorithm, value, "examiner")


def scope(
    *,
    include: Sequence[str],
    exclude: Sequence[str],
    since: str | None,
    until: str | None,
    categories: Sequence[str],
    note: str | None,
    profile: Profile | None = None,
) -> Scope:
    """What a run may look at.

    Raises:
        UsageError: it can be seen without any evidence that nothing would be left, or there is no such category.
    """
    for name in categories:
        if name not in CATEGORIES:
            raise UsageError(
                f"--category {name}: there is no such category", hint=f"there are: {', '.join(CATEGORIES)}"
            )
    found = Scope(
        globs(include),
        globs(exclude),
        moment(since),
        moment(until),
        tuple(categories),
        note or "",
        "" if profile is None else profile.name,
        "" if profile is None else profile.leaves_out,
    )
    if found.since is not None and found.until is not None and found.since >= found.until:
        raise UsageError(f"--since {since} is not before --until {until}: the scope leaves nothing")
    if found.leaves_nothing:
        what = "every --include is left out by an --exclude" if include else "an --exclude leaves out every path"
        raise UsageError(f"{what}: the scope leaves nothing")
    if note is not None and not found.limits:
        raise UsageError("--scope-note words a limit, and there is none", hint="--include, --exclude, --since …")
    return found


def globs(given: Sequence[str]) -> tuple[str, ...]:
    """GLOBs of display paths.

    Raises:
        UsageError: one of them can't fit any path.
    """
    for glob in given:
        if not glob.startswith(("/", "*", "?", "[")):
            raise UsageError(
                f"{glob!r} fits no path: paths begin with a slash, from the root of their volume",
                hint=f"as in '/{glob}' or '*/{glob}'",
            )
    return tuple(given)


_DURATION = re.compile(r"(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def duration(text: str | None) -> float | None:
    """Seconds of ``90s``, ``30m``, ``1h30m``.

    Raises:
        UsageError: it is nothing of the kind.
    """
    if text is None:
        return None
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(f"{text!r} is no duration", hint="as in 90s, 30m or 1h30m")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return 3600.0 * hours + 60.0 * minutes + seconds


def moment(text: str | None) -> int | None:
    """A moment as microseconds since 1970: RFC 3339, or a date, which begins at 00:00 UTC.

    Raises:
        UsageError: it is neither.
    """
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no moment", hint="as in 2026-03-14 or 2026-03-14T08:30:00Z") from error
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    elapsed = parsed - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
