"""Which entries a reader asks for, as SQL over ``entry`` and ``examination``: our text, their values as parameters."""

from dataclasses import dataclass

from cyberforensics.case.schema import TIME_COLUMNS
from cyberforensics.model.entry import TIME_MEANINGS

_LABELLED = "(SELECT item FROM tag WHERE label = ?)"
SELECTED_ENTRIES = f"""(entry.id IN {_LABELLED}
OR entry.number IN (SELECT entry FROM finding WHERE id IN {_LABELLED})
OR entry.number IN (SELECT entry FROM event WHERE id IN {_LABELLED}))"""
SELECTED_FINDINGS = f"(finding.id IN {_LABELLED} OR entry.id IN {_LABELLED})"


@dataclass(frozen=True, slots=True)
class Conditions:
    """All must hold; None admits all."""

    path: str | None = None
    """Regular expression of the whole display path."""
    category: str | None = None
    deleted: bool = False
    since: int | None = None
    """Microseconds since 1970."""
    until: int | None = None
    min_size: int | None = None
    known: bool | None = None
    """Whether its digest stands in a known list."""
    sha256: str | None = None
    finding: str | None = None
    """Id of a finding, or its beginning."""
    context: str | None = None
    """Of the finding: for findings only."""
    label: str | None = None
    """Only what bears it itself."""
    selected: str | None = None
    """A label: entries that bear it or hold a finding or event that does; findings that bear it or whose entry does."""
    marked: bool = False
    """Only what holds a finding, or bears any label itself."""
    of_findings: bool = False
    """Whether `label` and `selected` are those of findings."""

    def sql(self) -> tuple[str, tuple[object, ...]]:
        """The condition and its values."""
        parts: list[str] = []
        values: list[object] = []
        for condition, value in (
            ("entry.path REGEXP ?", self.path),
            ("examination.category = ?", self.category),
            ("entry.size >= ?", self.min_size),
            ("examination.sha256 = ?", self.sha256),
            ("entry.number IN (SELECT entry FROM finding WHERE id GLOB ? || '*')", self.finding),
            ("finding.context = ?", self.context),
            (f"{'finding' if self.of_findings else 'entry'}.id IN {_LABELLED}", self.label),
            (SELECTED_FINDINGS if self.of_findings else SELECTED_ENTRIES, self.selected),
        ):
            if value is not None:
                parts.append(condition)
                values.extend([value] * condition.count("?"))
        if self.known is not None:
            parts.append(f"examination.known IS {'NOT ' if self.known else ''}NULL")
        if self.marked:
            parts.append("(entry.number IN (SELECT entry FROM finding) OR entry.id IN (SELECT item FROM tag))")
        if self.deleted:
            parts.append("NOT entry.allocated")
        if self.since is not None or self.until is not None:
            parts.append(f"({' OR '.join(_between(*pair) for pair in zip(TIME_MEANINGS, TIME_COLUMNS, strict=True))})")
            bounds = (self.since, self.until)
            values.extend(bound for _ in TIME_COLUMNS for bound in (bounds[0], bounds[0], bounds[1], bounds[1]))
        return " AND ".join(parts) or "1", tuple(values)


def _between(meaning: str, column: str) -> str:
    moment = (
        f"instant(entry.{column}, json_extract(time_kinds.kinds, '$.\"{meaning}\"'), "
        "(SELECT zone FROM exhibit JOIN volume USING (exhibit) WHERE volume.number = entry.volume))"
    )
    return f"(entry.{column} IS NOT NULL AND (? IS NULL OR {moment} >= ?) AND (? IS NULL OR {moment} < ?))"
