"""Later passes over exhibits that were examined: what is read again, what each content yielded, and how far it came.

A scan looks for what earlier passes did not look for. Contents, digests and media types stay as they were recorded; a
scan adds findings, and a row of ``scanned`` for each content, so that its coverage is its own.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from cyberforensics.case import log
from cyberforensics.case.batches import Batch, content_of
from cyberforensics.case.coverage import sorted_out
from cyberforensics.case.passes import PassState
from cyberforensics.case.plan import BATCH_COUNT, Cutter
from cyberforensics.case.problems import add_problems
from cyberforensics.case.record import ContextOf, add_findings
from cyberforensics.case.rules import record_matched
from cyberforensics.case.store import Store, sum_of
from cyberforensics.model.case_document import RuleRecord
from cyberforensics.model.coverage import EntryCoverage
from cyberforensics.model.entry import Content, Status
from cyberforensics.model.examination import Digests, Examination, Finding
from cyberforensics.model.problem import Problem, Stage
from cyberforensics.model.volume import Volume

CHANGED = "content.changed"

# Of all contents of an exhibit that were read whole and are the same bytes, the first stands for the others.
_TO_READ = """
WITH firsts AS (
    SELECT min(examination.content) AS content
    FROM examination JOIN entry ON entry.number = examination.content JOIN volume ON volume.number = entry.volume
    WHERE volume.exhibit = ?1 AND examination.status = 'whole' GROUP BY examination.sha256
)
SELECT entry.number, entry.volume, entry.size
FROM examination JOIN entry ON entry.number = examination.content JOIN volume ON volume.number = entry.volume
WHERE volume.exhibit = ?1 AND examination.status IN ('whole', 'partial')
      AND (?2 OR examination.status = 'partial' OR examination.content IN (SELECT content FROM firsts))
ORDER BY entry.priority, entry.volume, entry.first_address, entry.number
"""


def plan_scan(store: Store, pass_number: int, exhibit: str, *, every_name: bool) -> None:
    """Cut what is to be read again into batches: the same bytes once, unless `every_name` is to be looked at."""
    with store.transaction() as database:
        rows = database.execute(_TO_READ, (exhibit, every_name))
        for volume, contents in groupby(rows, key=itemgetter(1)):
            cutter = Cutter(pass_number, volume, BATCH_COUNT)
            for number, _, size in contents:
                cutter.add(database, number, size or 0)
            cutter.cut(database)
        database.execute("UPDATE pass SET state = 'examining' WHERE number = ?", (pass_number,))


def record_scan(
    store: Store,
    pass_number: int,
    batch: Batch,
    results: Sequence[tuple[Content, Examination]],
    *,
    context_of: ContextOf,
    every_name: bool,
) -> Sequence[tuple[Content, Examination]]:
    """Write what the contents of a batch yielded, for them and for those that are the same bytes.

    Of bytes that are not those that were examined before nothing is recorded but that.
    """
    with store.transaction() as database:
        for content, examination in results:
            recorded = database.execute(
                "SELECT sha256, status FROM examination WHERE content = ?", (content.number,)
            ).fetchone()
            sha256 = recorded[0] if recorded[1] == Status.WHOLE else None
            if sha256 is not None and (examination.digests is None or examination.digests.sha256 != sha256):
                examination = _changed(content)
            copies = _copies(store, batch.volume, content, None if every_name else sha256)
            for volume, copy in copies:
                _scanned(database, pass_number, copy.number, examination)
                add_findings(database, pass_number, copy, examination, context_of, volume.filesystem, again=True)
            add_problems(
                database,
                pass_number,
                batch.volume.exhibit,
                batch.volume.id,
                content.names[0].entry,
                _new_problems(database, content, examination),
            )
        database.execute("UPDATE batch SET done = 1 WHERE number = ?", (batch.number,))
    return results


def _changed(content: Content) -> Examination:
    message = "the bytes are not those that were examined before; this pass did not look at them"
    problem = Problem(Stage.READ, CHANGED, message, path=content.names[0].path)
    return Examination(Status.UNREADABLE, CHANGED, problems=(problem,))


def _copies(store: Store, volume: Volume, content: Content, sha256: str | None) -> Iterator[tuple[Volume, Content]]:
    yield volume, content
    if sha256 is not None:
        others = store.database.execute(
            "SELECT entry.number FROM examination JOIN entry ON entry.number = examination.content "
            "JOIN volume ON volume.number = entry.volume "
            "WHERE sha256 = ? AND examination.status = 'whole' AND exhibit = ? AND entry.number <> ? ORDER BY 1",
            (sha256, volume.exhibit, content.number),
        ).fetchall()
        for (number,) in others:
            yield content_of(store, number)


def _scanned(database: sqlite3.Connection, pass_number: int, content: int, examination: Examination) -> None:
    database.execute(
        "INSERT OR IGNORE INTO scanned VALUES (?, ?, ?, ?)",
        (pass_number, content, str(examination.status), examination.status_reason),
    )


def _new_problems(database: sqlite3.Connection, content: Content, examination: Examination) -> list[Problem]:
    """Those that no earlier pass said of this content."""
    known = {
        code
        for (code,) in database.execute("SELECT DISTINCT code FROM problem WHERE entry = ?", (content.names[0].entry,))
    }
    return [problem for problem in examination.problems if problem.code not in known]


Matched = tuple[tuple[Finding, ...], tuple[str, ...]]
"""Findings, and the names of known lists."""

_DIGESTED = """
SELECT examination.content, md5, sha1, sha256 FROM examination JOIN entry ON entry.number = examination.content
JOIN volume ON volume.number = entry.volume
WHERE volume.exhibit = ? AND sha256 IS NOT NULL AND coalesce(digest_note, '') <> 'of-damaged'
ORDER BY examination.content
"""


def match_digests(
    store: Store,
    pass_number: int,
    exhibit: str,
    match: Callable[[Digests], Matched],
    *,
    context_of: ContextOf,
    counts: bool,
) -> None:
    """Hold the recorded digests of an exhibit against lists: nothing is read.

    In one transaction; asked again of the same pass it adds nothing.

    Args:
        counts: whether that is all the pass does, so that a content which has digests was looked at.
    """
    with store.transaction() as database:
        for number, md5, sha1, sha256 in database.execute(_DIGESTED, (exhibit,)).fetchall():
            digests = Digests(md5, sha1, sha256)
            findings, known = match(digests)
            if counts:
                _scanned(database, pass_number, number, Examination(Status.WHOLE))
            if findings:
                volume, content = content_of(store, number)
                examination = Examination(Status.WHOLE, digests=digests, findings=findings)
                add_findings(database, pass_number, content, examination, context_of, volume.filesystem, again=True)
            if known:
                _add_known(database, number, known)


def _add_known(database: sqlite3.Connection, content: int, lists: tuple[str, ...]) -> None:
    (before,) = database.execute("SELECT known FROM examination WHERE content = ?", (content,)).fetchone()
    names = dict.fromkeys([*json.loads(before or "[]"), *lists])
    database.execute("UPDATE examination SET known = ? WHERE content = ?", (json.dumps(list(names)), content))


def finish_scan(
    store: Store, state: PassState, exhibit: str, problems: Sequence[Problem], rules: Sequence[RuleRecord] = ()
) -> None:
    """Write the texts of the rules that matched, and mark the pass and the session as finished."""
    with store.transaction() as database:
        add_problems(database, state.number, exhibit, None, None, problems)
        record_matched(database, state.number, rules)
        database.execute("UPDATE pass SET state = 'finished' WHERE number = ?", (state.number,))
        database.execute("UPDATE session SET finished = ? WHERE number = ?", (log.now(), state.session))


_ROWS = f"""
SELECT coalesce(scanned.status, iif(examination.status IN ('whole', 'partial'), 'skipped', NULL),
                examination.status, entry.status, 'skipped'),
       iif(scanned.status IS NULL,
           iif(examination.status IN ('whole', 'partial'), 'not-reached',
               coalesce(examination.status_reason, entry.status_reason, 'not-reached')),
           scanned.status_reason),
       count(*), {sum_of("entry.size")}
FROM entry JOIN volume ON volume.number = entry.volume
LEFT JOIN examination ON examination.content = entry.number
LEFT JOIN scanned ON scanned.content = entry.number AND scanned.pass = ?2
WHERE volume.exhibit = ?1 AND (entry.content = entry.number OR entry.status IS NOT NULL)
GROUP BY 1, 2 ORDER BY 1, 2
"""


def scan_coverage(store: Store, pass_number: int, exhibit: str) -> EntryCoverage:
    """What a scan looked at of all that the exhibit has: what the earlier pass could not read, it could not read."""
    return sorted_out(store, exhibit, store.database.execute(_ROWS, (exhibit, pass_number)))
