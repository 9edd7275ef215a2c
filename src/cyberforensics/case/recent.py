"""Which entries are recent: by the times of their own volume, never by the examining machine's clock.

The newest hundredth of a volume may lie anywhere, even in the future of a clock that was set wrong; recent is what was
changed or made in the days before that.
"""

import sqlite3

from cyberforensics.case.moments import MOMENT
from cyberforensics.model.entry import EARLY, USUAL

DAYS = 30
_MICROSECONDS = 86_400_000_000  # of a day
_OUTLIERS = 100  # one in so many is not asked when the newest time is looked for

_NEWEST = " UNION ALL ".join(
    f"SELECT entry.number AS number, entry.t_{meaning} AS raw, "
    f"json_extract(time_kinds.kinds, '$.{meaning}') AS encoding "
    f"FROM entry JOIN time_kinds ON time_kinds.number = entry.time_kinds "
    f"WHERE entry.volume = ?1 AND entry.content = entry.number AND entry.allocated AND entry.t_{meaning} IS NOT NULL"
    for meaning in ("modified", "created")
)
_TIMES = f"""
CREATE TEMP TABLE recent AS
SELECT times.number AS number, max({MOMENT}) AS moment FROM ({_NEWEST}) AS times
JOIN volume ON volume.number = ?1 JOIN exhibit ON exhibit.exhibit = volume.exhibit GROUP BY times.number
"""


def raise_recent(database: sqlite3.Connection, volume: int) -> None:
    """Raise the recent entries of a volume from the `USUAL` priority to `EARLY`."""
    database.execute(_TIMES, (volume,))
    try:
        newest = database.execute(
            "SELECT moment FROM recent WHERE moment IS NOT NULL ORDER BY moment DESC "
            f"LIMIT 1 OFFSET (SELECT count(moment) / {_OUTLIERS} FROM recent)"
        ).fetchone()
        if newest is not None:
            database.execute(
                "UPDATE entry SET priority = ? WHERE priority = ? "
                "AND number IN (SELECT number FROM recent WHERE moment >= ?)",
                (EARLY, USUAL, newest[0] - DAYS * _MICROSECONDS),
            )
    finally:
        database.execute("DROP TABLE recent")
