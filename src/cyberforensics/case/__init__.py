"""The case folder: store, plan, record, log. The only door to SQLite."""

from cyberforensics.case.batches import Batch, content_of, is_examined, load_batch, progress_of, remaining_batches
from cyberforensics.case.conditions import Conditions
from cyberforensics.case.contents import from_cache, learned_contents
from cyberforensics.case.counts import count_sensitive
from cyberforensics.case.coverage import entry_coverage, media_coverage
from cyberforensics.case.cross_check import (
    Pair,
    add_redigested,
    add_second,
    begin_cross_check,
    count_first,
    cross_checks,
    only_second,
    opened_volumes,
    pair_up,
    pairs,
    record_cross_check,
    to_redigest,
)
from cyberforensics.case.document import case_document, exhibit_document
from cyberforensics.case.log import append as log_action
from cyberforensics.case.moments import SortedTimes, latest, sorted_times, timeline, timeline_rows
from cyberforensics.case.orientation import add_facts, facts
from cyberforensics.case.passes import (
    SCAN,
    TRIAGE,
    PassSetup,
    PassState,
    begin_pass,
    examined_evidence,
    identity_of,
    record_unopened,
    source_of,
)
from cyberforensics.case.plan import Plan, add_volume, cut_batches, restart_plan
from cyberforensics.case.record import finish_pass, record_batch, record_problems
from cyberforensics.case.rows import count_entries, entries, events, findings, problems, volumes, zones
from cyberforensics.case.scans import Matched, finish_scan, match_digests, plan_scan, record_scan
from cyberforensics.case.store import FILES, REPORTS, Store, open_existing, open_or_create

__all__ = [
    "FILES",
    "REPORTS",
    "SCAN",
    "TRIAGE",
    "Batch",
    "Conditions",
    "Matched",
    "Pair",
    "PassSetup",
    "PassState",
    "Plan",
    "SortedTimes",
    "Store",
    "add_facts",
    "add_redigested",
    "add_second",
    "add_volume",
    "begin_cross_check",
    "begin_pass",
    "case_document",
    "content_of",
    "count_entries",
    "count_first",
    "count_sensitive",
    "cross_checks",
    "cut_batches",
    "entries",
    "entry_coverage",
    "events",
    "examined_evidence",
    "exhibit_document",
    "facts",
    "findings",
    "finish_pass",
    "finish_scan",
    "from_cache",
    "identity_of",
    "is_examined",
    "latest",
    "learned_contents",
    "load_batch",
    "log_action",
    "match_digests",
    "media_coverage",
    "only_second",
    "open_existing",
    "open_or_create",
    "opened_volumes",
    "pair_up",
    "pairs",
    "plan_scan",
    "problems",
    "progress_of",
    "record_batch",
    "record_cross_check",
    "record_problems",
    "record_scan",
    "record_unopened",
    "remaining_batches",
    "restart_plan",
    "sorted_times",
    "source_of",
    "timeline",
    "timeline_rows",
    "to_redigest",
    "volumes",
    "zones",
]
