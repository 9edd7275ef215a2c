"""What an assertion is given, and what it answers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cyberforensics.assertions.truth import Truth
from cyberforensics.model.case_document import DigestCheck
from cyberforensics.model.validation import Anomaly, Difference, FileDigest

Object = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Observed:
    """What one triage of one container gave, as anybody can have it with ``show … --format jsonl``."""

    workers: int
    entries: tuple[Object, ...]
    findings: tuple[Object, ...]
    problems: tuple[Object, ...]
    volumes: tuple[Object, ...]
    coverage: tuple[Object, ...]
    digest_checks: tuple[DigestCheck, ...]
    results: Mapping[str, str]
    """SHA-256 of each table as JSON lines and of the timeline, by name."""
    before: tuple[FileDigest, ...]
    """The source's files before the run, digested outside the product's readers."""
    after: tuple[FileDigest, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What another program said of a container, or why it said nothing."""

    tool: str
    """Name and version."""
    digests: Mapping[str, str]
    """Of the media, by algorithm."""
    missing: str = ""
    """Why there is no answer."""


@dataclass(frozen=True, slots=True)
class Known:
    """A difference that is documented."""

    assertion: str
    image: str
    path: str
    """Display path, as the truth has it."""
    what: str
    """Which value of the entry, as the assertion calls it."""
    observed: str
    why: str
    documented: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One image, what must come out of it, and what came out."""

    name: str
    origin: str
    truth: Truth | None = None
    first: Observed | None = None
    """Its first container."""
    again: Observed | None = None
    """The same with another number of workers."""
    raw: Observed | None = None
    """Its raw bytes, where there are any beside the first container."""
    answer: Answer | None = None
    """Of another program; None where there is none for such a container."""
    known: tuple[Known, ...] = ()
    """Of this image, whatever the assertion."""
    damaged: tuple[int, int] | None = None
    """Offset and size, in bytes of the media, of what the run damaged."""
    encrypted: tuple[tuple[int, int], ...] = ()
    """Offset and size of volumes with the header of an encryption format."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one assertion came to on one image. Nothing compared, and no difference: it was not run."""

    expected: str
    origin: str
    observed: str
    compared: int
    differences: tuple[Difference, ...] = ()
    anomalies: tuple[Anomaly, ...] = field(default=())
    not_run: str = ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """One sentence that can be wrong."""

    id: str
    says: str
    check: Callable[[Subject], Outcome | None]
    """None where the assertion is not about such an image."""


def not_run(why: str, origin: str = "") -> Outcome:
    """There is nothing to compare with."""
    return Outcome("", origin, "", 0, not_run=why)


def outcome(
    subject: Subject, assertion: str, expected: str, what: str, compared: int, found: Iterable[Difference]
) -> Outcome:
    """An outcome whose documented differences are anomalies; one documented that was not observed is a difference.

    Args:
        what: what was compared, in the plural.
    """
    assert subject.truth is not None  # noqa: S101 - for the type checker
    known = {(one.path, one.what): one for one in subject.known if one.assertion == assertion}
    differences: list[Difference] = []
    anomalies: list[Anomaly] = []
    for each in found:
        one = known.get((each.where, each.what))
        if one is None or one.observed != each.observed:
            differences.append(each)
            continue
        del known[each.where, each.what]
        anomalies.append(Anomaly(each.where, each.what, each.expected, each.observed, one.why, one.documented))
    for one in known.values():
        documented = f"{one.observed}, as {one.documented} has it"
        differences.append(Difference(one.path, one.what, documented, "not observed"))
    observed = f"{compared} {what} compared, {len(differences)} of their values differ"
    if anomalies:
        observed += f"; {len(anomalies)} documented " + ("anomaly" if len(anomalies) == 1 else "anomalies")
    return Outcome(expected, subject.truth.origin, observed, compared, tuple(differences), tuple(anomalies))
