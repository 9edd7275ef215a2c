"""The tables of ``case.sqlite``; docs/case-format.md describes them for those who read a case without us."""

from cyberforensics.model.entry import TIME_MEANINGS

FORMAT = 1
"""Raised when a case of this version can't be read by code of the one before."""

TIME_COLUMNS = tuple(f"t_{meaning.replace('-', '_')}" for meaning in TIME_MEANINGS)
"""Raw values; `time_kinds` says how each is encoded."""

_TIMES = ",\n    ".join(f"{column} ANY" for column in TIME_COLUMNS)

TABLES = f"""
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE exhibit (
    exhibit TEXT PRIMARY KEY,
    identity TEXT NOT NULL,
    evidence TEXT NOT NULL,           -- JSON: model.evidence.Evidence
    zone TEXT                         -- declared for local clocks
) STRICT;

CREATE TABLE volume (
    number INTEGER PRIMARY KEY,
    exhibit TEXT NOT NULL REFERENCES exhibit,
    volume TEXT NOT NULL UNIQUE,      -- exhibit/slot
    data TEXT NOT NULL,               -- JSON: model.volume.Volume
    first_entry INTEGER,              -- entry.number of its root
    free INTEGER,                     -- bytes that the file system marks as unallocated
    walked INTEGER NOT NULL DEFAULT 0 -- the plan's mark
) STRICT;

CREATE TABLE pass (
    number INTEGER PRIMARY KEY,
    exhibit TEXT NOT NULL REFERENCES exhibit,
    kind TEXT NOT NULL,
    run_key TEXT NOT NULL,            -- JSON: what the results depend on
    state TEXT NOT NULL,              -- planning, examining, finished
    packs TEXT NOT NULL,              -- JSON: model.case_document.PackRecord
    engine TEXT NOT NULL,
    versions TEXT NOT NULL,
    read_only TEXT NOT NULL,
    limits TEXT NOT NULL,             -- what one content may cost, in words
    scope TEXT NOT NULL,              -- JSON: model.scope.Scope
    lists TEXT NOT NULL,              -- JSON: model.case_document.ListRecord
    skip_known INTEGER NOT NULL       -- whether rules were not run on what is known
) STRICT;

CREATE TABLE rule (
    pass INTEGER NOT NULL REFERENCES pass,
    pack TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    file TEXT NOT NULL,               -- in the pack
    line INTEGER NOT NULL,
    sha256 TEXT NOT NULL,             -- of its text
    text TEXT,                        -- of rules that matched
    PRIMARY KEY (pass, pack, namespace, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    number INTEGER PRIMARY KEY,
    pass INTEGER NOT NULL REFERENCES pass,
    started TEXT NOT NULL,
    finished TEXT,
    examiner TEXT,
    command TEXT NOT NULL,
    source ANY NOT NULL               -- where the exhibit lay on that host, bytes where it is no UTF-8
) STRICT;

CREATE TABLE time_kinds (number INTEGER PRIMARY KEY, kinds TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE entry (
    number INTEGER PRIMARY KEY,       -- in the order of the walk
    volume INTEGER NOT NULL REFERENCES volume,
    id TEXT NOT NULL,
    parent TEXT,
    path TEXT NOT NULL,
    path_raw BLOB,                    -- where it differs from path
    stream TEXT,
    kind TEXT NOT NULL,
    meta_address TEXT NOT NULL,
    allocated INTEGER NOT NULL,
    name_state TEXT NOT NULL,
    recovery TEXT NOT NULL,
    size INTEGER,
    time_kinds INTEGER REFERENCES time_kinds,
    {_TIMES},
    mode INTEGER,
    uid INTEGER,
    gid INTEGER,
    owner TEXT,
    link_target TEXT,
    locator TEXT,
    content INTEGER,                  -- entry.number of the first name of the same content
    reader TEXT,
    first_address INTEGER,
    allocated_size INTEGER,
    status TEXT,                      -- where the walk decided
    status_reason TEXT,
    priority INTEGER NOT NULL
) STRICT;

CREATE TABLE batch (
    number INTEGER PRIMARY KEY,
    pass INTEGER NOT NULL REFERENCES pass,
    volume INTEGER NOT NULL REFERENCES volume,
    contents TEXT NOT NULL,           -- JSON: entry numbers
    size INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE examination (
    content INTEGER PRIMARY KEY REFERENCES entry,
    pass INTEGER NOT NULL REFERENCES pass,
    status TEXT NOT NULL,
    status_reason TEXT,
    bytes_read INTEGER NOT NULL,
    md5 TEXT,
    sha1 TEXT,
    sha256 TEXT,
    digest_note TEXT,
    all_zero INTEGER,
    media_type TEXT,
    category TEXT,
    known TEXT,                       -- JSON: names of the known lists that hold its digest, if any
    rules_skipped INTEGER NOT NULL DEFAULT 0 -- whether rules were not run on it because of that
) STRICT;

CREATE TABLE from_cache (             -- contents that were not typed and scanned again: a fact of the run, not a result
    content INTEGER PRIMARY KEY REFERENCES entry,
    pass INTEGER NOT NULL REFERENCES pass
) STRICT;

CREATE TABLE open_rules (             -- contents that rules could match under another name: for the content cache
    content INTEGER PRIMARY KEY REFERENCES entry,
    pass INTEGER NOT NULL REFERENCES pass,
    rules TEXT NOT NULL               -- JSON: their places among the rules of the pass that are asked it
) STRICT;

CREATE TABLE scanned (                -- how far a later pass came with a content
    pass INTEGER NOT NULL REFERENCES pass,
    content INTEGER NOT NULL REFERENCES entry,
    status TEXT NOT NULL,
    status_reason TEXT,
    PRIMARY KEY (pass, content)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
    number INTEGER PRIMARY KEY,
    pass INTEGER NOT NULL REFERENCES pass,
    id TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES entry,
    severity INTEGER NOT NULL,        -- place in model.examination.FINDING_SEVERITIES
    context TEXT NOT NULL,
    listed_in TEXT,                   -- one of model.contexts.GROUPS, null where a report lists it first
    sha256 TEXT,
    data TEXT NOT NULL                -- JSON: model.examination.Finding
) STRICT;

CREATE TABLE event (
    number INTEGER PRIMARY KEY,
    pass INTEGER NOT NULL REFERENCES pass,
    id TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES entry,
    raw ANY NOT NULL,
    encoding TEXT NOT NULL,
    data TEXT NOT NULL                -- JSON: model.event.Event
) STRICT;

CREATE TABLE fact (                   -- orientation
    number INTEGER PRIMARY KEY,
    pass INTEGER NOT NULL REFERENCES pass,
    id TEXT NOT NULL,
    volume INTEGER NOT NULL REFERENCES volume,
    data TEXT NOT NULL                -- JSON: model.orientation.Fact
) STRICT;

CREATE TABLE problem (
    number INTEGER PRIMARY KEY,
    pass INTEGER NOT NULL REFERENCES pass,
    id TEXT NOT NULL,
    exhibit TEXT NOT NULL,
    volume TEXT,
    entry TEXT,                       -- entry.id
    stage TEXT NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    path TEXT,
    offset INTEGER,
    message TEXT NOT NULL
) STRICT;

CREATE TABLE cross_check (
    volume INTEGER PRIMARY KEY REFERENCES volume,
    pass INTEGER NOT NULL REFERENCES pass,
    data TEXT NOT NULL                -- JSON: model.cross_check.CrossCheck
) STRICT;

CREATE TABLE digest_check (
    number INTEGER PRIMARY KEY,
    exhibit TEXT NOT NULL REFERENCES exhibit,
    data TEXT NOT NULL                -- JSON: model.case_document.DigestCheck
) STRICT;

CREATE TABLE source_check (
    number INTEGER PRIMARY KEY,
    exhibit TEXT NOT NULL REFERENCES exhibit,
    data TEXT NOT NULL                -- JSON: model.case_document.SourceCheck
) STRICT;

CREATE TABLE tag (                    -- what people said of an item: no result
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,               -- entry, finding, event
    item TEXT NOT NULL,               -- its id, which survives a new run
    label TEXT NOT NULL,
    note TEXT NOT NULL,
    operator TEXT NOT NULL,
    time TEXT NOT NULL,
    UNIQUE (item, label)
) STRICT;

CREATE TABLE noted_fact (             -- notes of the examiner
    number INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    operator TEXT NOT NULL,
    time TEXT NOT NULL
) STRICT;

CREATE TABLE opinion (                -- the examiner's, apart from every fact
    number INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    operator TEXT NOT NULL,
    time TEXT NOT NULL
) STRICT;

CREATE INDEX entry_other_names ON entry (content) WHERE content <> number;
"""

INDEXES = """
CREATE INDEX IF NOT EXISTS entry_id ON entry (id);
CREATE INDEX IF NOT EXISTS finding_entry ON finding (entry);
CREATE INDEX IF NOT EXISTS finding_id ON finding (id);
CREATE INDEX IF NOT EXISTS examination_sha256 ON examination (sha256);
CREATE INDEX IF NOT EXISTS event_id ON event (id);
CREATE INDEX IF NOT EXISTS problem_id ON problem (id);
"""
"""Built when a pass is finished: live indexes would halve the speed of writing."""
