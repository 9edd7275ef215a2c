"""Passes over exhibits: what one is made of, where it stands, and when it is refused."""

import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cyberforensics.case import log
from cyberforensics.case.problems import add_problems
from cyberforensics.case.rules import record_rules
from cyberforensics.case.store import Store, insert, to_json
from cyberforensics.errors import CaseDamaged, CaseRefused
from cyberforensics.model.case_document import ListRecord, PackRecord, RuleRecord
from cyberforensics.model.codec import BadShape, decoder, encoder
from cyberforensics.model.evidence import Evidence
from cyberforensics.model.problem import Problem
from cyberforensics.model.scope import Scope

TRIAGE, SCAN = "triage", "scan"
"""Kinds of passes: the one that lists and examines, and those that search what it examined for something else."""


@dataclass(frozen=True, slots=True)
class PassSetup:
    """What a pass is made of."""

    kind: str
    run_key: Mapping[str, object]
    """What the results depend on: another value of any of these is another pass."""
    zone: str | None
    packs: tuple[PackRecord, ...]
    engine: str
    versions: tuple[tuple[str, str], ...]
    read_only: str
    limits: str
    """What one content may cost, in words."""
    scope: Scope
    """What may be looked at."""
    examiner: str | None
    command: tuple[str, ...]
    source: Path
    """Where the exhibit lies on this host: for later exports, never in a result."""
    lists: tuple[ListRecord, ...] = ()
    rules: tuple[RuleRecord, ...] = ()
    """Every rule that runs."""
    skip_known: bool = False


@dataclass(frozen=True, slots=True)
class PassState:
    """Where a pass stands."""

    number: int
    session: int
    state: str
    """``planning``, ``examining`` or ``finished``."""


def begin_pass(store: Store, evidence: Evidence, setup: PassSetup) -> PassState:
    """Open a pass over an exhibit: a new one, or the one of the same run key; a finished one stays as it is.

    Raises:
        CaseRefused: the exhibit's id stands for other media, or an unfinished pass has another run key.
    """
    with store.transaction() as database:
        return _begin(database, evidence, setup)


def _begin(database: sqlite3.Connection, evidence: Evidence, setup: PassSetup) -> PassState:
    key = to_json(setup.run_key)
    row = database.execute("SELECT identity FROM exhibit WHERE exhibit = ?", (evidence.exhibit,)).fetchone()
    if row is None:
        database.execute(
            "INSERT INTO exhibit VALUES (?, ?, ?, ?)",
            (evidence.exhibit, evidence.identity, to_json(encoder(Evidence)(evidence)), setup.zone),
        )
    elif row[0] == NOT_OPENED:
        _replace_unopened(database, evidence, setup)
    elif row[0] != evidence.identity:
        raise CaseRefused(
            f"exhibit {evidence.exhibit} of this case is other media ({row[0]}), not this ({evidence.identity})",
            hint="give this source an id of its own: --exhibit ID=SOURCE",
        )
    same = "AND run_key = ?" if setup.kind == SCAN else "AND ? <> ''"  # of scans there may be many, each with its key
    found = database.execute(
        f"SELECT number, run_key, state FROM pass WHERE exhibit = ? AND kind = ? {same} ORDER BY number DESC LIMIT 1",
        (evidence.exhibit, setup.kind, key),
    ).fetchone()
    if found is not None and found[1] != key:
        _refuse(evidence.exhibit, found[1], setup.run_key, finished=found[2] == "finished")
    if found is None:
        number = insert(
            database,
            "pass",
            (
                evidence.exhibit,
                setup.kind,
                key,
                "planning",
                to_json([encoder(PackRecord)(pack) for pack in setup.packs]),
                setup.engine,
                to_json(setup.versions),
                setup.read_only,
                setup.limits,
                to_json(encoder(Scope)(setup.scope)),
                to_json([encoder(ListRecord)(found) for found in setup.lists]),
                setup.skip_known,
            ),
        )
        record_rules(database, number, setup.rules)
        state = "planning"
    else:
        number, state = found[0], found[2]
        if state != "finished":  # what a later start did otherwise is said beside
            database.execute(
                "UPDATE pass SET read_only = read_only || ' | a later start: ' || ?1 "
                "WHERE number = ?2 AND instr(read_only, ?1) = 0",
                (setup.read_only, number),
            )
    if state == "finished":
        return PassState(number, 0, state)
    session = insert(
        database,
        "session",
        (number, log.now(), None, setup.examiner, to_json(setup.command), _stored_path(setup.source.absolute())),
    )
    return PassState(number, session, state)


NOT_OPENED = "not opened"
"""Identity of an exhibit that was named and could not be opened; a later run may open it."""


def record_unopened(store: Store, evidence: Evidence, setup: PassSetup, problem: Problem) -> None:
    """Record an exhibit that could not be opened, so that the case says so."""
    unopened = replace(evidence, identity=NOT_OPENED)
    row = store.database.execute("SELECT identity FROM exhibit WHERE exhibit = ?", (evidence.exhibit,)).fetchone()
    if row is not None and row[0] != NOT_OPENED:
        return  # it was opened and examined before: what is recorded of it stands
    with store.transaction() as database:  # one: stopped in between, the exhibit would stand there without its reason
        state = _begin(database, unopened, setup)
        add_problems(database, state.number, evidence.exhibit, None, None, (problem,))


def _replace_unopened(database: sqlite3.Connection, evidence: Evidence, setup: PassSetup) -> None:
    database.execute("DELETE FROM problem WHERE exhibit = ?", (evidence.exhibit,))
    database.execute("DELETE FROM rule WHERE pass IN (SELECT number FROM pass WHERE exhibit = ?)", (evidence.exhibit,))
    database.execute(
        "DELETE FROM session WHERE pass IN (SELECT number FROM pass WHERE exhibit = ?)", (evidence.exhibit,)
    )
    database.execute("DELETE FROM pass WHERE exhibit = ?", (evidence.exhibit,))
    database.execute(
        "UPDATE exhibit SET identity = ?, evidence = ?, zone = ? WHERE exhibit = ?",
        (evidence.identity, to_json(encoder(Evidence)(evidence)), setup.zone, evidence.exhibit),
    )


def _refuse(exhibit: str, stored: str, wanted: Mapping[str, object], *, finished: bool) -> None:
    before, now = json.loads(stored), json.loads(to_json(wanted))
    differences = [
        _difference(name, before.get(name), now.get(name))
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
    state = "was examined" if finished else "has an unfinished pass"
    raise CaseRefused(
        f"exhibit {exhibit} {state} with other settings; " + "; ".join(differences),
        hint="use the same settings, or a new case folder; to search what was examined for something else: "
        "cyberforensics scan",
    )


def _difference(name: str, before: object, now: object) -> str:
    """What was then and what is now; of lists, only what one of them has and the other has not."""
    if isinstance(before, list) and isinstance(now, list):
        gone, come = [item for item in before if item not in now], [item for item in now if item not in before]
        return f"{name}: {_short(gone)} then, {_short(come)} now"
    return f"{name}: {_short(before)} then, {_short(now)} now"


def _short(value: object) -> str:
    """A value in a sentence; digests by their first digits."""
    if value in (None, "", []):
        return "none"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return re.sub(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"\1…", text)


def examined_evidence(store: Store, exhibit: str) -> Evidence:
    """What is recorded of an exhibit that was examined to its end.

    Raises:
        CaseRefused: there is none of that id, or it was not.
    """
    row = store.database.execute(
        "SELECT evidence, state FROM exhibit JOIN pass USING (exhibit) WHERE exhibit = ? AND kind = ?",
        (exhibit, TRIAGE),
    ).fetchone()
    if row is None:
        known = ", ".join(name for (name,) in store.database.execute("SELECT exhibit FROM exhibit ORDER BY exhibit"))
        raise CaseRefused(f"exhibit {exhibit} is not in this case", hint=f"it has: {known or 'none'}")
    if row[1] != "finished":
        raise CaseRefused(
            f"exhibit {exhibit} was not examined to its end", hint="finish that first: cyberforensics triage"
        )
    evidence: Evidence = decoder(Evidence)(json.loads(row[0]))
    return evidence


@dataclass(frozen=True, slots=True)
class RecordedPass:
    """A pass as the store has it, with what it takes to do it again."""

    number: int
    exhibit: str
    opened: bool
    """Whether the exhibit could be opened."""
    kind: str
    finished: bool
    run_key: Mapping[str, Any]
    packs: tuple[PackRecord, ...]
    lists: tuple[ListRecord, ...]
    scope: Scope
    command: tuple[str, ...]
    """By which it was begun."""
    started: str


def recorded_passes(store: Store) -> Iterator[RecordedPass]:
    """Every pass in the order in which they were begun.

    Raises:
        CaseDamaged: what is recorded of one is not of its form.
    """
    query = """
    SELECT pass.number, exhibit, identity, kind, state, run_key, packs, lists, scope, command, started
    FROM pass JOIN exhibit USING (exhibit) JOIN session ON session.pass = pass.number
    GROUP BY pass.number HAVING session.number = min(session.number) ORDER BY pass.number
    """
    for row in store.database.execute(query):
        number, exhibit, identity, kind, state, run_key, packs, lists, scope, command, started = row
        try:
            yield RecordedPass(
                number,
                exhibit,
                identity != NOT_OPENED,
                kind,
                state == "finished",
                dict(json.loads(run_key)),
                tuple(decoder(PackRecord)(pack) for pack in json.loads(packs)),
                tuple(decoder(ListRecord)(found) for found in json.loads(lists)),
                decoder(Scope)(json.loads(scope)),
                tuple(json.loads(command)),
                started,
            )
        except (ValueError, TypeError, RecursionError, BadShape) as error:
            raise CaseDamaged(
                f"pass {number} of the case is not of its form", hint="go back to a copy of the case"
            ) from error


def identity_of(store: Store, exhibit: str) -> str:
    """What the exhibit's media was told by."""
    row = store.database.execute("SELECT identity FROM exhibit WHERE exhibit = ?", (exhibit,)).fetchone()
    return str(row[0])


def source_of(store: Store, exhibit: str) -> Path:
    """Where the exhibit lay when it was last examined."""
    row = store.database.execute(
        "SELECT source FROM session JOIN pass ON pass.number = session.pass WHERE exhibit = ? "
        "ORDER BY session.number DESC LIMIT 1",
        (exhibit,),
    ).fetchone()
    return Path(os.fsdecode(row[0]))


def _stored_path(path: Path) -> str | bytes:
    """A path of the host as text, or as bytes where it is no text: SQLite takes no surrogates."""
    raw = os.fsencode(path)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
