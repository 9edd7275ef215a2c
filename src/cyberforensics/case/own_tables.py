"""Whether a store holds the tables of a case of this version, and nothing else.

A case may come from somebody else. A view in the place of a table could compute without end, a trigger could write;
what SQLite keeps of each table is the text that made it, so comparing texts finds all of them.
"""

import sqlite3
from contextlib import closing
from functools import cache

from cyberforensics.case.schema import INDEXES, TABLES

_Object = tuple[str, str, str | None]
"""Type, name and text; an index that a table brings with it has no text."""


def strange_objects(database: sqlite3.Connection) -> tuple[str, ...]:
    """Names of tables, indexes, views and triggers that no case of this version has, and of tables that are missing."""
    tables, known = _own()
    found = _objects(database)
    return tuple(sorted({name for _, name, _ in (found - known) | (tables - found)}))


@cache
def _own() -> tuple[frozenset[_Object], frozenset[_Object]]:
    """What a new case has, and what it has when it is finished."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(TABLES)
        tables = _objects(database)
        database.executescript(INDEXES)
        return tables, _objects(database)


def _objects(database: sqlite3.Connection) -> frozenset[_Object]:
    # sqlite_stat1 is made by ANALYZE: the name is SQLite's own, nobody else's table can have it.
    query = "SELECT type, name, sql FROM main.sqlite_schema WHERE name <> 'sqlite_stat1'"
    return frozenset(database.execute(query))
