"""Findings counted as a report lists them: exact, whatever a document holds of them."""

from collections.abc import Iterator

from cyberforensics.case.conditions import Conditions
from cyberforensics.case.rows import EVERYTHING, FINDING_TABLES
from cyberforensics.case.store import Store
from cyberforensics.model.case_document import FindingCount, FindingGroup
from cyberforensics.model.contexts import GROUPS
from cyberforensics.model.examination import FINDING_SEVERITIES

_COUNTS = """
SELECT context, json_extract(finding.data, '$.rule') AS rule, severity, count(*) {tables}
WHERE listed_in IS ? AND {where} GROUP BY context, rule, severity ORDER BY severity DESC, rule, context
"""


def finding_groups(store: Store, filters: Conditions = EVERYTHING) -> Iterator[FindingGroup]:
    """What is listed first, then every group that has findings; of the findings that the filters admit."""
    database = store.database
    where, values = filters.sql()
    tables = "FROM finding" if filters == EVERYTHING else FINDING_TABLES
    counting = _COUNTS.format(tables=tables, where=where)
    for group in (None, *GROUPS):
        counts = tuple(
            FindingCount(context, rule, FINDING_SEVERITIES[severity], count)
            for context, rule, severity, count in database.execute(counting, (group, *values))
        )
        if counts:
            (entries,) = database.execute(
                f"SELECT count(DISTINCT finding.entry) {tables} WHERE listed_in IS ? AND {where}", (group, *values)
            ).fetchone()
            yield FindingGroup(group, entries, counts)


def count_sensitive(store: Store, filters: Conditions = EVERYTHING) -> int:
    """Findings that the filters admit and whose matched bytes are masked."""
    where, values = filters.sql()
    query = f"SELECT count(*) {FINDING_TABLES} WHERE json_extract(finding.data, '$.sensitive') AND {where}"
    return int(store.database.execute(query, values).fetchone()[0])


def count_findings(store: Store, filters: Conditions = EVERYTHING) -> tuple[int, int]:
    """Findings that the filters admit, and the entries in which they lie."""
    where, values = filters.sql()
    tables = "FROM finding" if filters == EVERYTHING else FINDING_TABLES
    query = f"SELECT count(*), count(DISTINCT finding.entry) {tables} WHERE {where}"
    findings, places = store.database.execute(query, values).fetchone()
    return int(findings), int(places)
