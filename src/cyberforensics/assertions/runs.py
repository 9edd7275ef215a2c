"""Rules and repetition: what was planted, the same media in two containers, two numbers of workers."""

from collections.abc import Iterable, Iterator

from cyberforensics.assertions.subject import Object, Observed, Outcome, Subject, not_run, outcome
from cyberforensics.assertions.volumes import opened, path_of, stream_of
from cyberforensics.model.validation import Difference

PLANTED = "A07"
"""Id of the assertion about rules."""
_OF_THE_CONTAINER = frozenset({"id", "evidence", "entry", "parent", "locator"})
"""Fields that name the container, or are made from its name: the only ones that may differ."""


def planted(subject: Subject) -> Outcome | None:
    """The shipped rules match in every content in which something was planted, and in no other.

    On NTFS small files lie in ``$MFT``, so what matches there is not compared.
    """
    if subject.truth is None or subject.first is None:
        return None
    if not any("planted" in entry for _, entry in subject.truth.entries):
        return not_run("the truth does not say what rules should find", subject.truth.origin)
    volumes = {str(one): volume for volume in subject.truth.volumes for one in opened(subject.first, volume)}
    expected = {
        (volume, path_of(entry), stream_of(entry))
        for volume, of in volumes.items()
        for entry in of.get("entries", ())
        if entry.get("planted", "innocuous") != "innocuous"
        and entry.get("name_state") not in ("gone",)
        and entry.get("content_readable", True)
    }
    found = {
        (str(one["volume"]), str(one["path"]), one["stream"])
        for one in subject.first.findings
        if one["path"] != "/$MFT"
    }
    shown = {known.path: known.observed for known in subject.known if known.what == "path"}
    unlisted = {known.path for known in subject.known if known.what == "listing"}
    expected = {(volume, shown.get(path, path), stream) for volume, path, stream in expected if path not in unlisted}
    differences = [Difference(_where(*one), "rules", "a match", "none") for one in sorted(expected - found, key=str)]
    differences += [Difference(_where(*one), "rules", "none", "a match") for one in sorted(found - expected, key=str)]
    words = f"matches in {len(expected)} contents, and in no other; what matches in $MFT is not compared"
    return outcome(subject, PLANTED, words, "entries", len(subject.first.entries), differences)


def _where(_volume: object, path: object, stream: object) -> str:
    return f"{path}" + (f":{stream}" if stream else "")


def containers(subject: Subject) -> Outcome | None:
    """A container and raw give the same entries, findings, volumes and coverage, but for what names the container."""
    if subject.truth is None or subject.first is None:
        return None
    if subject.raw is None:
        return not_run("the truth lists no container with its raw bytes beside it", subject.truth.origin)
    differences: list[Difference] = []
    compared = 0
    for what in ("entries", "findings", "problems", "volumes", "coverage"):
        ours, other = getattr(subject.first, what), getattr(subject.raw, what)
        compared += len(ours)
        differences += _rows(what, ours, other)
    return Outcome(
        f"{compared} rows, equal field by field but for the fields that name the container",
        "the other container of the same media",
        f"{compared} rows compared, {len(differences)} differences",
        compared,
        tuple(differences),
    )


def _rows(what: str, ours: Iterable[Object], other: Iterable[Object]) -> Iterator[Difference]:
    left, right = sorted(map(_bare, ours)), sorted(map(_bare, other))
    if len(left) != len(right):
        yield Difference("raw", what, f"{len(left)} rows", f"{len(right)} rows")
        return
    for one, two in zip(left, right, strict=True):
        if one != two:
            yield Difference("raw", what, one, two)


def _bare(row: Object) -> str:
    """A row without what names its container; its order does not depend on ids."""
    return repr(sorted((name, value) for name, value in row.items() if name not in _OF_THE_CONTAINER))


def workers(subject: Subject) -> Outcome | None:
    """Two runs with different numbers of workers give identical bytes in every table and in the timeline."""
    if subject.truth is None or subject.first is None:
        return None
    if subject.again is None:
        return not_run("it was not run a second time")
    first, again = subject.first, subject.again
    names = sorted({*first.results, *again.results})
    differences = [
        Difference(name, "SHA-256", first.results.get(name, "none"), again.results.get(name, "none"))
        for name in names
        if first.results.get(name) != again.results.get(name)
    ]
    return Outcome(
        f"{len(names)} files of results with the same SHA-256 for {_workers(first)} and {_workers(again)}",
        "the other run",
        f"{len(names)} digests compared, {len(differences)} differ",
        len(names),
        tuple(differences),
    )


def _workers(run: Observed) -> str:
    return f"{run.workers} worker" + ("s" if run.workers != 1 else "")
