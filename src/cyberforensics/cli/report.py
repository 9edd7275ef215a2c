"""``cyberforensics report``."""

import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cyberforensics import case, reports, thumbnails, triage
from cyberforensics.cli import options, render
from cyberforensics.cli.default_group import DefaultGroup
from cyberforensics.cli.help import Command
from cyberforensics.errors import EXIT_PROBLEMS, UsageError
from cyberforensics.model.annotations import checked_label
from cyberforensics.model.run import Summary

if TYPE_CHECKING:
    from cyberforensics import signing

app = typer.Typer(
    name="report",
    cls=DefaultGroup,
    help="Write the reports of a case again, from its store alone; or check them.\n\n"
    "`report CASE` is `report write CASE`. A case folder that is called as a command is `./check`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(cls=Command)
def write(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    only: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="Only what bears this label, in a report of its own, with the totals."),
    ] = None,
    unmask: Annotated[
        bool,
        typer.Option(
            "--unmask",
            help="Show what sensitive rules matched, in a report of its own; the examination log records it.",
        ),
    ] = False,
    case_jsonld: Annotated[
        bool, typer.Option("--case-jsonld", help="Write the case as a graph of CASE/UCO, too: reports/case.jsonld.")
    ] = False,
    pdf: options.Pdf = False,
    sign_pdf: Annotated[
        Path | None,
        typer.Option(
            "--sign-pdf", metavar="P12", help="With --pdf: a signed copy, too (PAdES), with this PKCS #12 file."
        ),
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option("--passphrase-file", metavar="FILE", help="Pass phrase of that file, instead of being asked."),
    ] = None,
    pictures: Annotated[
        str | None,
        typer.Option(
            "--thumbnails",
            metavar="LABEL|pictures",
            help="Thumbnails of what bears this label, or of all pictures: reports/thumbnails.html, marked RESTRICTED.",
        ),
    ] = None,
    restricted: options.Restricted = False,
    source: Annotated[
        list[str] | None, typer.Option(metavar="ID=PATH", help="For thumbnails: where an exhibit lies now.")
    ] = None,
    show_timezone: options.ShowTimezone = None,
) -> None:
    """Write the reports of a case again, from its store alone.

    cyberforensics report write CASE --pdf
    cyberforensics report write CASE --only key-evidence
    """
    zone = options.shown(show_timezone)
    label = None if only is None else checked_label(only)
    if pdf and label is not None and sign_pdf is None:
        raise UsageError("--pdf writes the report of the whole case, and does not go with --only", hint="leave one out")
    identity = _identity(folder, sign_pdf, passphrase_file, pdf=pdf and only is None)
    if pictures is None and (restricted or source):
        raise UsageError("--restricted and --source belong to --thumbnails", hint="--thumbnails LABEL, or pictures")
    roots = options.exhibits([], source, option="--source") if source else {}
    asked = ("cyberforensics", *sys.argv[1:])
    facts = {} if zone is None else {"times shown in": str(zone)}
    case.refuse_sealed(folder)
    if pictures is not None:
        with case.open_existing(folder) as store:
            page = thumbnails.write_thumbnails(
                store, checked_label(pictures), roots, restricted=restricted, command=asked
            )
        render.line(str(page.path))
        render.say(f"{page.shown} of {page.asked} contents have a thumbnail; the page says why others have none")
    with (
        case.open_existing(folder) as store,
        case.recorded(folder, "report", facts, asked) as result,
    ):
        summary = triage.write_reports(store, unmask="report" if unmask else None, zone=zone, only=label, pdf=pdf)
        result["report"] = summary.report.name
        if summary.pdf is not None:
            result["pdf"] = summary.pdf.name
        signed = [] if identity is None else _signed(store, summary, identity, result)
        graph = reports.write_case_jsonld(store) if case_jsonld else None
        if graph is not None:
            result["graph"] = graph.name
    render.line(str(summary.report))
    for written in (summary.pdf, *signed, graph):
        if written is not None:
            render.line(str(written))
    render.shown_zone(zone)


@app.command(cls=Command)
def check(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="Folder of the case.")],
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List what the reports of a case owe a court and a laboratory, point by point: met, not supplied, not met.

    Nothing is written. Exit code 10: a point that the tool itself owes is not met.

        cyberforensics report check CASE
    """
    from cyberforensics import checking  # here: no other command needs it

    found = checking.check(folder)
    if json:
        render.as_json([asdict(each) for each in found])
    else:
        render.lines(f"{each.code}  {each.verdict:<12}  {each.point}: {each.evidence}" for each in found)
    counts = Counter(each.verdict for each in found)
    render.say(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    if counts["NOT MET"]:
        raise typer.Exit(EXIT_PROBLEMS)


def _identity(
    folder: Path, path: Path | None, passphrase_file: Path | None, *, pdf: bool
) -> "signing.PdfIdentity | None":
    """Who signs; whatever is wrong with it is said before anything is written."""
    if path is None:
        if passphrase_file is not None:
            raise UsageError("--passphrase-file goes with --sign-pdf")
        return None
    if not pdf:
        raise UsageError("--sign-pdf goes with --pdf, and not with --only")
    from cyberforensics import sealing, signing  # here: no other report needs cryptography

    signing.refuse_without_pyhanko()
    sealing.refuse_inside(folder, path)
    if not signing.identity_needs_pass_phrase(path):
        return signing.load_identity(path)
    if passphrase_file is not None:
        sealing.refuse_inside(folder, passphrase_file)
        try:
            phrase = passphrase_file.read_bytes().removesuffix(b"\n").removesuffix(b"\r")
        except OSError as error:
            raise UsageError(f"{passphrase_file}: can't be read ({error.strerror})") from error
        return signing.load_identity(path, phrase)
    if not sys.stdin.isatty():
        raise UsageError(
            f"{path}: has a pass phrase, and there is no terminal to ask for it", hint="--passphrase-file FILE"
        )
    return signing.load_identity(path, str(typer.prompt(f"Pass phrase of {path}", hide_input=True, err=True)).encode())


def _signed(
    store: case.Store, summary: Summary, identity: "signing.PdfIdentity", result: dict[str, object]
) -> list[Path]:
    from cyberforensics import signing

    document = summary.document
    signed = reports.write_signed_pdfs(store, document, lambda plain, out: signing.sign_pdf(plain, identity, out))
    result["signed"] = [path.name for path in signed]
    result["certificate"] = {"subject": identity.subject, "sha256": identity.sha256}
    return signed
