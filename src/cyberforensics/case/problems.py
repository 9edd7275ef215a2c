"""Problems, as rows."""

import sqlite3
from collections.abc import Sequence

from cyberforensics.model.identity import row_id
from cyberforensics.model.problem import Problem


def add_problems(
    database: sqlite3.Connection,
    pass_number: int,
    exhibit: str,
    volume: str | None,
    entry: str | None,
    problems: Sequence[Problem],
) -> None:
    """Write problems of one exhibit, volume or entry. The same problem twice is told apart by its ordinal."""
    seen: dict[str, int] = {}
    for problem in problems:
        parts = (
            exhibit,
            volume or "",
            entry or "",
            problem.stage,
            problem.code,
            problem.path or "",
            str(problem.offset),
            problem.message,
        )
        plain = row_id("problem", *parts)
        ordinal = seen[plain] = seen.get(plain, -1) + 1
        database.execute(
            "INSERT INTO problem VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                pass_number,
                plain if ordinal == 0 else row_id("problem", *parts, str(ordinal)),
                exhibit,
                volume,
                entry,
                str(problem.stage),
                problem.code,
                str(problem.severity),
                problem.path,
                problem.offset,
                problem.message,
            ),
        )
