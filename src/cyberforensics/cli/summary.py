"""What a person reads at the end of a run."""

from collections.abc import Iterator

from cyberforensics import report
from cyberforensics.errors import EXIT_DONE, EXIT_FAIL_ON, EXIT_PROBLEMS
from cyberforensics.model.examination import FindingSeverity
from cyberforensics.model.run import Summary


def summary_lines(summary: Summary) -> Iterator[str]:
    """What a person reads at the end: what was examined, what was not, what was found, where the report is."""
    document = summary.document
    yield from report.training(document)
    if summary.already_examined:
        yield f"Examined before, nothing to do: {', '.join(summary.already_examined)}."
    if summary.stopped:
        names = ", ".join(summary.stopped)
        yield f"The time was over before the end of: {names}. The same command on the same case goes on from here."
    for exhibit in document.exhibits:
        yield from report.orientation_lines(exhibit.facts, exhibit)
    yield from report.examined(document)
    yield from report.integrity(document)
    yield from report.coverage_in_words(document)
    yield from report.known_in_words(document)
    yield from report.cross_checked(document)
    yield ""
    yield "Not examined:"
    yield from (f"  - {reason}" for reason in summary.unopened)
    yield from (f"  - {line}" for line in report.not_examined(document))
    yield ""
    yield from report.found(document)
    yield from report.annotations_in_words(document)
    yield f"Report:   {summary.report}"
    if summary.pdf is not None:
        yield f"PDF:      {summary.pdf}"
    yield f"Timeline: {summary.timeline}"


def exit_code(summary: Summary, fail_on: FindingSeverity | None) -> int:
    """What the run ends in; a finding that was asked for comes before trouble, since a pipeline waits for it."""
    if fail_on is not None and summary.reaches(fail_on):
        return EXIT_FAIL_ON
    return EXIT_PROBLEMS if summary.has_problems else EXIT_DONE
