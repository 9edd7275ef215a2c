"""What a pass learned of contents from their bytes alone, in the order of their digests."""

from collections.abc import Collection, Iterator

from cyberforensics.case.store import Store
from cyberforensics.model.coverage import Amount

_CONTENTS = """
SELECT sha256, bytes_read, media_type, entry.number, EXISTS (SELECT 1 FROM finding WHERE finding.entry = entry.number),
       open_rules.rules
FROM examination JOIN entry ON entry.number = examination.content
     LEFT JOIN open_rules ON open_rules.content = examination.content
WHERE examination.pass = ? AND examination.status = 'whole' AND NOT rules_skipped
      AND sha256 IS NOT NULL AND media_type IS NOT NULL
      AND entry.id NOT IN (SELECT entry FROM problem WHERE stage = 'rules' AND entry IS NOT NULL)
ORDER BY sha256, bytes_read, entry.number
"""
_FINDINGS = (
    "SELECT data, json_extract(data, '$.per_name'), json_extract(data, '$.pack'), json_extract(data, '$.namespace'), "
    "json_extract(data, '$.rule') FROM finding "
    "WHERE entry = ? AND pass = ? AND json_extract(data, '$.source') <> 'hash-list' ORDER BY number"
)


def learned_contents(
    store: Store, pass_number: int, settled: Collection[tuple[str, str, str]] = ()
) -> Iterator[tuple[bytes, int, str, str | None, str | None]]:
    """Yield SHA-256, size in bytes, media type, and as JSON findings of rules about content and the rules left open.

    Either is None where there are none. Only of contents that were examined whole, and by every rule without a problem:
    not of those that no rule saw, since they are known. What lists of digests say is not among it. The same bytes come
    as often as they were examined.

    Args:
        settled: pack, namespace and rule of those that look at content alone in files that also look at names.
    """
    for sha256, size, media_type, content, has_findings, open_rules in store.database.execute(
        _CONTENTS, (pass_number,)
    ):
        rows = store.database.execute(_FINDINGS, (content, pass_number)).fetchall() if has_findings else ()
        kept = [data for data, per_name, *rule in rows if not per_name or tuple(rule) in settled]
        findings = f"[{','.join(kept)}]" if kept else None
        yield bytes.fromhex(sha256), size, media_type, findings, open_rules


def from_cache(store: Store, pass_number: int) -> int:
    """How many contents of a pass were typed and scanned in another case, not in this one."""
    return int(store.database.execute("SELECT count(*) FROM from_cache WHERE pass = ?", (pass_number,)).fetchone()[0])


def known_contents(store: Store, exhibit: str, *, rules_skipped: bool = False) -> Amount:
    """How many contents of an exhibit stand in a known list, and their bytes; or those that no rule saw for that."""
    count, high, low = store.database.execute(
        "SELECT count(*), coalesce(sum(entry.size >> 32), 0), coalesce(sum(entry.size & 0xFFFFFFFF), 0) "
        "FROM examination JOIN entry ON entry.number = examination.content JOIN volume ON volume.number = entry.volume "
        "WHERE volume.exhibit = ? AND examination.known IS NOT NULL AND (examination.rules_skipped OR NOT ?)",
        (exhibit, rules_skipped),
    ).fetchone()
    return Amount(count, (high << 32) + low)  # see `coverage.entry_coverage`
