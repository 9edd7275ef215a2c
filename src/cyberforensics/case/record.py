"""Writing what was learned: one transaction a batch holds its rows and the mark that it is done."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from cyberforensics.case import log
from cyberforensics.case.batches import Batch
from cyberforensics.case.finding_json import finding_json
from cyberforensics.case.passes import PassState
from cyberforensics.case.problems import add_problems
from cyberforensics.case.rules import record_matched
from cyberforensics.case.schema import INDEXES
from cyberforensics.case.store import Store, storable, to_json
from cyberforensics.model.case_document import DigestCheck, RuleRecord, SourceCheck
from cyberforensics.model.codec import encoder
from cyberforensics.model.contexts import FindingContext
from cyberforensics.model.entry import Content, Name
from cyberforensics.model.event import Event
from cyberforensics.model.examination import FINDING_SEVERITIES, Examination
from cyberforensics.model.identity import finding_id, row_id
from cyberforensics.model.problem import Problem

Category = Callable[[str | None], str | None]


class ContextOf(Protocol):
    """Where a finding lies."""

    def __call__(self, name: Name, filesystem: str | None, *, in_rule_text: bool) -> FindingContext:
        """From its entry's name, the file system, and whether what matched lies in the text of rules."""


def record_batch(
    store: Store,
    pass_number: int,
    batch: Batch,
    results: Sequence[tuple[Content, Examination]],
    *,
    category: Category,
    context_of: ContextOf,
) -> Sequence[tuple[Content, Examination]]:
    """Write a batch; what was written: not the contents that were taken out of it meanwhile, to be read again.

    Args:
        category: media type to category.
        context_of: a finding's place to its context.
    """
    with store.transaction() as database:
        row = database.execute("SELECT contents FROM batch WHERE number = ?", (batch.number,)).fetchone()
        wanted = frozenset(json.loads(row[0]))
        results = [result for result in results if result[0].number in wanted]
        database.executemany(
            "INSERT INTO examination VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_examination(pass_number, content, examination, category) for content, examination in results],
        )
        for content, examination in results:
            add_findings(database, pass_number, content, examination, context_of, batch.volume.filesystem)
            _events(database, pass_number, content, examination.events)
            add_problems(
                database,
                pass_number,
                batch.volume.exhibit,
                batch.volume.id,
                content.names[0].entry,
                examination.problems,
            )
        database.executemany(
            "INSERT INTO from_cache VALUES (?, ?)",
            [(content.number, pass_number) for content, examination in results if examination.from_cache],
        )
        database.executemany(
            "INSERT INTO open_rules VALUES (?, ?, ?)",
            [
                (content.number, pass_number, to_json(list(examination.open_rules)))
                for content, examination in results
                if examination.open_rules
            ],
        )
        database.execute("UPDATE batch SET done = 1 WHERE number = ?", (batch.number,))
    return results


def _examination(
    pass_number: int, content: Content, examination: Examination, category: Category
) -> tuple[object, ...]:
    digests = examination.digests
    return (
        content.number,
        pass_number,
        str(examination.status),
        examination.status_reason,
        examination.bytes_read,
        digests.md5 if digests else None,
        digests.sha1 if digests else None,
        digests.sha256 if digests else None,
        examination.digest_note,
        examination.all_zero,
        examination.media_type,
        category(examination.media_type),
        to_json(list(examination.known)) if examination.known else None,
        examination.rules_skipped,
    )


def add_findings(
    database: sqlite3.Connection,
    pass_number: int,
    content: Content,
    examination: Examination,
    context_of: ContextOf,
    filesystem: str | None,
    *,
    again: bool = False,
) -> None:
    """Write findings; `again`: those that an earlier pass has recorded stay as they are."""
    names = {name.entry: name for name in content.names}
    numbers = {content.names[0].entry: content.number}
    if len(names) > 1 and any(finding.entry in names for finding in examination.findings):
        numbers |= database.execute(
            "SELECT id, number FROM entry WHERE content = ? AND content <> number", (content.number,)
        )
    for finding in examination.findings:
        name = names.get(finding.entry or "", content.names[0])
        places = tuple((match.identifier, match.offset) for match in finding.strings)
        identity = finding_id(name.entry, finding.source, finding.pack, finding.namespace, finding.rule, places)
        if again and database.execute("SELECT 1 FROM finding WHERE id = ?", (identity,)).fetchone():
            continue
        where = context_of(name, filesystem, in_rule_text=finding.in_rule_text)
        database.execute(
            "INSERT INTO finding VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                pass_number,
                identity,
                numbers[name.entry],
                FINDING_SEVERITIES.index(finding.severity),
                where.context,
                where.group,
                examination.digests.sha256 if examination.digests else None,
                finding_json(finding if finding.entry is None else replace(finding, entry=None)),
            ),
        )


def _events(database: sqlite3.Connection, pass_number: int, content: Content, events: Sequence[Event]) -> None:
    for ordinal, event in enumerate(events):
        database.execute(
            "INSERT INTO event VALUES (NULL, ?, ?, ?, ?, ?, ?)",
            (
                pass_number,
                row_id("event", content.names[0].entry, event.data_type, str(event.timestamp.raw), str(ordinal)),
                content.number,
                storable(event.timestamp.raw),
                event.timestamp.encoding,
                to_json(encoder(Event)(event)),
            ),
        )


def record_problems(
    store: Store, state: PassState, exhibit: str, volume: str | None, problems: Sequence[Problem]
) -> None:
    """Write problems of an exhibit or a volume as a whole."""
    with store.transaction() as database:
        add_problems(database, state.number, exhibit, volume, None, problems)


def finish_pass(
    store: Store,
    state: PassState,
    exhibit: str,
    *,
    digests: Sequence[DigestCheck],
    sources: Sequence[SourceCheck],
    problems: Sequence[Problem],
    rules: Sequence[RuleRecord] = (),
) -> None:
    """Write what was checked of the source, build the indexes, and mark the pass and the session as finished.

    The texts of the rules that matched are written as well.

    All in one transaction: a run that is stopped before its end checks again, and nothing stands twice.
    """
    with store.transaction() as database:
        for table, kind, checks in (("digest_check", DigestCheck, digests), ("source_check", SourceCheck, sources)):
            database.execute(f"DELETE FROM {table} WHERE exhibit = ?", (exhibit,))
            database.executemany(
                f"INSERT INTO {table} VALUES (NULL, ?, ?)",
                [(exhibit, to_json(encoder(kind)(check))) for check in checks],
            )
        add_problems(database, state.number, exhibit, None, None, problems)
        for statement in INDEXES.split(";"):
            if statement.strip():
                database.execute(statement)
        record_matched(database, state.number, rules)
        database.execute("UPDATE pass SET state = 'finished' WHERE number = ?", (state.number,))
        database.execute("UPDATE session SET finished = ? WHERE number = ?", (log.now(), state.session))
        database.execute("ANALYZE")
