"""Asking a case: filters, and every kind of row as the objects of the public interface."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from fnmatch import translate
from functools import partial

from cyberforensics import case, report
from cyberforensics.errors import UsageError
from cyberforensics.model.shown import ShownZone

Object = dict[str, object]

_TAGGED = ("events", "tags")
"""What can be filtered by a label, and by nothing else."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows; a filter that is None admits all."""

    path: str | None = None
    """GLOB of the display path."""
    category: str | None = None
    deleted: bool = False
    """Only what is not allocated."""
    since: int | None = None
    """Entries that have a time at or after it; microseconds since 1970."""
    until: int | None = None
    min_size: int | None = None
    """Bytes."""
    known: bool | None = None
    """Whether the digest stands in a known list."""
    context: str | None = None
    """Where a finding lies, a word of `model.contexts.CONTEXTS`: for findings only."""
    tag: str | None = None
    """A label that the entry, the finding or the event bears itself; also for events and tags."""

    @property
    def any(self) -> bool:
        """Whether anything is filtered."""
        return self != Filters()

    @property
    def by_tag_alone(self) -> bool:
        """Whether nothing else is filtered."""
        return replace(self, tag=None) == Filters()


def objects(
    store: case.Store,
    what: str,
    filters: Filters,
    *,
    for_people: bool = False,
    unmask: str | None = None,
    zone: ShownZone | None = None,
) -> Iterator[Object]:
    """The rows of one kind in the order of their ids.

    Args:
        for_people: findings as a report lists them, and entries as walked.
        unmask: give what sensitive rules matched, too: the command that asks, for the examination log, which has it
            before anything is given. None to mask.
        zone: one in which times are shown beside UTC.

    Raises:
        UsageError: the filters do not apply to this kind, or it has nothing that is masked.
        CannotWrite: the examination log can't be written, so nothing is unmasked.
    """
    if filters.any and what not in ("entries", "findings") and not (filters.by_tag_alone and what in _TAGGED):
        raise UsageError(f"{what}: filters apply to entries and findings only")
    if filters.context is not None and what != "findings":
        raise UsageError(f"{what}: a context is where a finding lies", hint="show findings --context …")
    if unmask is not None:
        if what != "findings":
            raise UsageError(f"{what}: only findings hold bytes that are masked")
        chosen = {name: value for name, value in asdict(filters).items() if value not in (None, False)}
        findings = case.count_sensitive(store, _conditions(filters, what))
        case.log_action(store.folder, "unmasked", {"command": unmask, "findings": findings, "filters": chosen})
    return _objects(store, what, filters, for_people=for_people, unmask=unmask is not None, zone=zone)


def _objects(
    store: case.Store, what: str, filters: Filters, *, for_people: bool, unmask: bool, zone: ShownZone | None
) -> Iterator[Object]:
    zones = case.zones(store)
    if what == "entries":
        for row in case.entries(store, filters=_conditions(filters, what), order="walk" if for_people else "id"):
            yield report.entry_object(row, zone)
    elif what == "findings":
        yield from map(
            partial(report.finding_object, unmask=unmask),
            case.findings(store, filters=_conditions(filters, what), order="first" if for_people else "id"),
        )
    elif what == "events":
        for identifier, exhibit, entry, event, labels in case.events(store, filters.tag):
            yield report.event_object(identifier, exhibit, entry, event, zones[exhibit], zone, labels=labels)
    elif what == "tags":
        yield from map(report.tag_object, case.tags(store, filters.tag))
    elif what == "problems":
        for identifier, exhibit, volume, found, problem in case.problems(store):
            yield report.problem_object(identifier, exhibit, problem, volume=volume, entry=found)
    elif what == "facts":
        for located in case.facts(store, order="asked" if for_people else "id"):
            yield report.fact_object(located, zones[located.exhibit], zone)
    elif what == "cross-check":
        yield from map(report.cross_check_object, sorted(case.cross_checks(store), key=lambda found: found.volume))
    elif what == "volumes":
        yield from map(report.volume_object, sorted(case.volumes(store), key=lambda volume: volume.id))
    else:
        for exhibit in zones:
            yield report.coverage_object(case.exhibit_document(store, exhibit))


def _conditions(filters: Filters, what: str) -> case.Conditions:
    return case.Conditions(
        path=None if filters.path is None else translate(filters.path),
        category=filters.category,
        deleted=filters.deleted,
        since=filters.since,
        until=filters.until,
        min_size=filters.min_size,
        known=filters.known,
        context=filters.context,
        label=filters.tag,
        of_findings=what == "findings",
    )
