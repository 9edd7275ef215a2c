"""Findings counted as a report lists them: exact, whatever a document holds of them."""

from collections.abc import Iterator

from cyberforensics.case.conditions import Conditions
from cyberforensics.case.rows import EVERYTHING, FINDING_TABLES
from cyberforensics.case.store import Store
from cyberforensics.model.case_document import FindingCount, FindingGroup
from cyberforensics.model.contexts import GROUPS
from cyberforensics.model.examination import FINDING_SEVERITIES

_COUNTS = """
SELECT context, json_extract(data, '$.rule') AS rule, severity, count(*) FROM finding
WHERE listed_in IS ? GROUP BY context, rule, severity ORDER BY severity DESC, rule, context
"""


def finding_groups(store: Store) -> Iterator[FindingGroup]:
    """What is listed first, then every group that has findings."""
    database = store.database
    for group in (None, *GROUPS):
        counts = tuple(
            FindingCount(context, rule, FINDING_SEVERITIES[severity], count)
            for context, rule, severity, count in database.execute(_COUNTS, (group,))
        )
        if counts:
            (entries,) = database.execute(
                "SELECT count(DISTINCT entry) FROM finding WHERE listed_in IS ?", (group,)
            ).fetchone()
            yield FindingGroup(group, entries, counts)


def count_sensitive(store: Store, filters: Conditions = EVERYTHING) -> int:
    """Findings that the filters admit and whose matched bytes are masked."""
    where, values = filters.sql()
    query = f"SELECT count(*) {FINDING_TABLES} WHERE json_extract(finding.data, '$.sensitive') AND {where}"
    return int(store.database.execute(query, values).fetchone()[0])
