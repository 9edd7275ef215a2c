"""The rules of a pass: every one with its digest, and the text of those that matched."""

import json
import sqlite3
from collections.abc import Iterator, Sequence

from cyberforensics.case.store import Store
from cyberforensics.model.case_document import MAX_RULES, MatchedRule, PackRecord, RuleRecord
from cyberforensics.model.codec import decoder


def record_rules(database: sqlite3.Connection, pass_number: int, rules: Sequence[RuleRecord]) -> None:
    """Write every rule that runs, without its text."""
    database.executemany(
        "INSERT OR IGNORE INTO rule VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
        [(pass_number, one.pack, one.namespace, one.name, one.file, one.line, one.sha256) for one in rules],
    )


def record_matched(database: sqlite3.Connection, pass_number: int, rules: Sequence[RuleRecord]) -> None:
    """Write the texts of the rules that have findings: with its text, a match can be repeated without the pack."""
    matched = set(
        database.execute(
            "SELECT DISTINCT json_extract(data, '$.pack'), json_extract(data, '$.namespace'), "
            "json_extract(data, '$.rule') FROM finding WHERE pass = ? AND json_extract(data, '$.source') = 'yara'",
            (pass_number,),
        )
    )
    database.executemany(
        "UPDATE rule SET text = ? WHERE pass = ? AND pack = ? AND namespace = ? AND name = ?",
        [
            (one.text, pass_number, one.pack, one.namespace, one.name)
            for one in rules
            if (one.pack, one.namespace, one.name) in matched
        ],
    )


def rules_of(store: Store, pass_number: int) -> Iterator[tuple[str, str, str, str, int, str, str | None]]:
    """Pack, namespace, name, file, line, digest, and text where it matched; in the order of names."""
    yield from store.database.execute(
        "SELECT pack, namespace, name, file, line, sha256, text FROM rule WHERE pass = ? ORDER BY 1, 2, 3",
        (pass_number,),
    )


def matched_rules(store: Store) -> tuple[tuple[MatchedRule, ...], int]:
    """The rules that matched, with their texts, at most `MAX_RULES`; and how many there are.

    A rule that several passes ran from the same pack is there once, with their exhibits.
    """
    packs: dict[int, dict[str, PackRecord]] = {}
    for number, data in store.database.execute("SELECT number, packs FROM pass"):
        packs[number] = {pack.name: pack for pack in map(decoder(PackRecord), json.loads(data))}
    found: dict[tuple[RuleRecord, str, str | None], dict[str, None]] = {}
    query = (
        "SELECT pass, exhibit, rule.pack, namespace, name, file, line, sha256, text FROM rule "
        "JOIN pass ON pass.number = rule.pass WHERE text IS NOT NULL ORDER BY rule.pack, namespace, name, sha256, pass"
    )
    for number, exhibit, *fields in store.database.execute(query):
        rule = RuleRecord(*fields)
        pack = packs[number].get(rule.pack)
        key = (rule, "" if pack is None else pack.sha256, None if pack is None else pack.signed_by)
        if key in found or len(found) < MAX_RULES:
            found.setdefault(key, {})[exhibit] = None
    distinct = "SELECT DISTINCT pack, namespace, name, sha256 FROM rule WHERE text IS NOT NULL"
    (total,) = store.database.execute(f"SELECT count(*) FROM ({distinct})").fetchone()
    shown = tuple(MatchedRule(*key, tuple(sorted(exhibits))) for key, exhibits in found.items())
    return shown, max(total, len(shown))
