"""The reports of a case, from its store alone; of a large one the timeline is written beside the rest."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from cyberforensics import case, pipeline, report
from cyberforensics.errors import CannotWrite, CaseRefused, Error, UsageError
from cyberforensics.model.case_document import CaseDocument, SealRecord
from cyberforensics.model.run import Summary
from cyberforensics.model.shown import ShownZone
from cyberforensics.replacing import replacing

LARGE = 20_000
"""Entries from which on a process of its own is worth its start for the timeline."""

HTML, UNMASKED, TIMELINE = "report.html", "report-unmasked.html", "timeline.csv"
CASE_JSONLD = "case.jsonld"
SIGNED = "-signed.pdf"
"""How the name of a PDF ends that holds a signature."""


@dataclass(frozen=True, slots=True)
class TimelineJob:
    """Write the timeline of a case."""

    folder: Path
    zone: ShownZone | None = None

    def run(self, _: pipeline.Worker) -> Iterator[pipeline.Message]:
        """Write it; there is nothing to answer."""
        with case.open_existing(self.folder) as store, case.sorted_times(store) as times:
            write_timeline(times, self.zone)
        return iter(())


@dataclass(frozen=True, slots=True)
class PdfJob:
    """Write the PDF report of a case, or one volume of its findings."""

    case: Path
    folder: Path
    """Into which it is written."""
    volume: int = 0
    seal: SealRecord | None = None
    """Of a case that is sealed, or is being sealed."""

    def run(self, _: pipeline.Worker) -> Iterator[pipeline.Message]:
        """Write it; there is nothing to answer."""
        with case.open_existing(self.case, closed=self.seal is not None) as store:
            _write_pdf(self.folder, replace(case.case_document(store), seal=self.seal), self.volume)
        return iter(())


def write_pdfs(store: case.Store, document: CaseDocument, folder: Path | None = None) -> tuple[Path, ...]:
    """Write the PDF report and its volumes of findings, each in a process of its own; what is sensitive is masked.

    Args:
        folder: into which they are written; the case's own where none is named.

    Returns their paths, the report's first. Volumes of an earlier report that has more of them are taken away.

    Raises:
        CannotWrite: they can't be written.
    """
    home = store.folder.absolute()
    where = (folder or home / case.REPORTS).absolute()
    names = [report.pdf_name(volume) for volume in range(report.pdf_volumes(document) + 1)]
    for volume in range(len(names)):
        job = PdfJob(home, where, volume, document.seal)
        with pipeline.beside(job, home if where.is_relative_to(home) else where) as other:
            if not other.is_done():
                _write_pdf(where, document, volume)
    for old in where.glob("report-findings-*.pdf"):
        if old.name not in names and not old.name.endswith(SIGNED):  # what somebody signed is not ours to take away
            old.unlink()
    return tuple(where / name for name in names)


def _write_pdf(folder: Path, document: CaseDocument, volume: int) -> None:
    with replacing(folder / report.pdf_name(volume)) as out:
        report.write_pdf(document, out, volume)


def write_signed_pdfs(store: case.Store, document: CaseDocument, sign: Callable[[bytes, BinaryIO], None]) -> list[Path]:
    """Write a signed copy of the PDF report and of each of its volumes; those without a signature keep their bytes.

    Args:
        sign: signs the bytes of a PDF, and writes what comes out.

    Raises:
        CannotWrite: they can't be read or written.
    """
    written: list[Path] = []
    for volume in range(report.pdf_volumes(document) + 1):
        path = store.folder / case.REPORTS / report.pdf_name(volume)
        try:
            plain = path.read_bytes()
        except OSError as error:
            raise CannotWrite(f"{path}: can't be read ({error.strerror})") from error
        signed = path.with_name(path.stem + SIGNED)
        with replacing(signed) as out:
            sign(plain, out)
        written.append(signed)
    return written


def write_timeline(times: case.SortedTimes, zone: ShownZone | None = None, folder: Path | None = None) -> None:
    """Write the timeline, into the case where no other folder is named.

    Raises:
        CannotWrite: it can't be written.
    """
    with replacing((folder or times.store.folder / case.REPORTS) / TIMELINE) as out:
        report.write_lines(report.csv_lines(case.timeline_rows(times), zone), out, end="\r\n")


def write_reports(
    store: case.Store,
    *,
    beside: bool = False,
    unmask: str | None = None,
    zone: ShownZone | None = None,
    only: str | None = None,
    pdf: bool = False,
) -> Summary:
    """Write the reports of a case from its store alone.

    Args:
        beside: write the timeline of a large case at the same time, in a process of its own: for those who hold the
            lock of the case, so that both are made of the same rows.
        unmask: show what sensitive rules matched, in a file of another name: the command that asks, for the examination
            log, which has it before anything is written. None to mask.
        zone: one in which times are shown beside UTC.
        only: a label: write a report of what it selects, in a file of its own; the timeline stays as it is.
        pdf: write the PDF report as well; one that is there is written again, so that it is never older than the rest.

    Raises:
        UsageError: nothing bears the label.
        Error: the coverage equation does not reconcile, which is a bug of ours.
        CannotWrite: they can't be written.
        CaseRefused: the case is sealed.
    """
    case.refuse_sealed(store.folder)
    if only is not None and next(case.tags(store, only), None) is None:
        raise UsageError(f"nothing bears the label {only}", hint="`cyberforensics show tags CASE` has those there are")
    if unmask is not None:
        name = report_name(only, unmask=True)
        case.log_action(
            store.folder, "unmasked", {"command": unmask, "findings": case.count_sensitive(store), "report": name}
        )
    if only is not None:
        with case.sorted_times(store, only=only) as times:
            folder = store.folder / case.REPORTS
            return _write_html(times, zone, folder, unmask=unmask is not None, only=only)
    folder = store.folder / case.REPORTS
    if beside and case.count_entries(store) >= LARGE:  # the other process sorts the times, so this one need not
        with pipeline.beside(TimelineJob(store.folder.absolute(), zone), store.folder) as other:
            with case.unsorted_times(store) as times:
                summary = _write_html(times, zone, folder, unmask=unmask is not None)
            is_written = other.is_done()
        if not is_written:
            with case.sorted_times(store) as times:
                write_timeline(times, zone)
    else:
        with case.sorted_times(store) as times:
            summary = _write_html(times, zone, folder, unmask=unmask is not None)
            write_timeline(times, zone)
    pdf = pdf or (unmask is None and (store.folder / case.REPORTS / report.pdf_name()).exists())
    return replace(summary, pdf=write_pdfs(store, summary.document)[0]) if pdf else summary


def refuse_stale(store: case.Store) -> None:
    """For sealing, which writes every report anew: one whose label nothing bears any more can't be.

    Raises:
        CaseRefused: there is such a report.
    """
    can_be = {report_name(label, unmask=unmask) for label in _labels(store) for unmask in (False, True)}
    for path in sorted((store.folder / case.REPORTS).glob("report-only-*.html")):
        if path.name not in can_be:
            raise CaseRefused(
                f"{path}: nothing bears the label of this report any more, so it can't be written anew",
                hint="move it out of the case, or set the label again",
            )


def write_sealed_reports(
    store: case.Store, folder: Path, seal: SealRecord, *, zone: ShownZone | None, carried: Collection[str]
) -> tuple[str, ...]:
    """Write the reports of a sealed case into a folder: the same case and seal give the same bytes. Their names.

    Args:
        carried: names in the case's own folder of reports: what is not always written is where it is among them.

    Raises:
        Error, CannotWrite: as `write_reports`.
    """
    written = [HTML, TIMELINE]
    with case.sorted_times(store) as times:
        document = _write_html(times, zone, folder, unmask=False, seal=seal).document
        if UNMASKED in carried:
            written.append(_write_html(times, zone, folder, unmask=True, seal=seal).report.name)
        write_timeline(times, zone, folder)
    for label in _labels(store):
        for unmask in (False, True):
            if report_name(label, unmask=unmask) in carried:
                with case.sorted_times(store, only=label) as times:
                    summary = _write_html(times, zone, folder, unmask=unmask, only=label, seal=seal)
                written.append(summary.report.name)
    if CASE_JSONLD in carried:
        written.append(write_case_jsonld(store, folder, seal).name)
    if report.pdf_name() in carried:
        written += [path.name for path in write_pdfs(store, document, folder)]
    return tuple(written)


def _labels(store: case.Store) -> list[str]:
    return sorted({tag.label for tag in case.tags(store)})


def write_case_jsonld(store: case.Store, folder: Path | None = None, seal: SealRecord | None = None) -> Path:
    """Write the case as a graph of CASE/UCO: exhibits, actions, and files that hold a finding or bear a label.

    Args:
        folder: into which it is written; the case's own where none is named.
        seal: of a case that is sealed.

    Raises:
        CannotWrite: it can't be written.
    """
    path = (folder or store.folder / case.REPORTS) / CASE_JSONLD
    with replacing(path) as out:
        found = case.entries(store, filters=case.Conditions(marked=True), order="weight")
        report.write_case_jsonld(replace(case.case_document(store), seal=seal), found, out)
    return path


def report_name(only: str | None, *, unmask: bool) -> str:
    """The report's file name. Of a label that is no plain file name, characters of its digest tell it from others."""
    if only is None:
        return UNMASKED if unmask else HTML
    plain = re.sub("[^a-z0-9]+", "-", only.lower()).strip("-")
    told = plain if plain == only else "-".join(filter(None, (plain, hashlib.sha256(only.encode()).hexdigest()[:8])))
    return f"report-only-{told}{'-unmasked' if unmask else ''}.html"


def _write_html(
    times: case.Times,
    zone: ShownZone | None,
    folder: Path,
    *,
    unmask: bool,
    only: str | None = None,
    seal: SealRecord | None = None,
) -> Summary:
    store = times.store
    document = replace(case.case_document(store, times=times, only=only), seal=seal)
    for exhibit in document.exhibits:
        if not exhibit.coverage.reconciles:
            raise Error(
                f"exhibit {exhibit.evidence.exhibit}: the coverage equation does not reconcile; "
                f"seen {exhibit.coverage.seen}, accounted for {exhibit.coverage.accounted}",
                hint="this is a bug: please report it with the files case.sqlite and run.log",
            )
    html = folder / report_name(only, unmask=unmask)
    with replacing(html) as out:
        report.write_html(
            document,
            case.entries(store, filters=case.Conditions(selected=only), order="weight", limit=report.MAX_ENTRIES),
            case.latest(times, report.MAX_TIMELINE),
            out,
            entries_shown="those with findings first, then by priority",
            timeline_shown="the latest",
            unmask=unmask,
            zone=zone,
        )
    return Summary(document, html, folder / TIMELINE)
