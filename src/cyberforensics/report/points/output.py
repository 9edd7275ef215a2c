"""C50 to C52: manifest, log and seal."""

from cyberforensics.report.points.record import Answer, Record, first, lacks, met, owed

_SEAL = "seal the case with `cyberforensics seal CASE --key FILE`"


def manifest(record: Record) -> Answer:
    """C50."""
    found = record.manifest
    if found is None:
        return lacks(f"there is no manifest-sha256.txt; {_SEAL}")
    if found.differences:
        return lacks(f"the folder is not what the manifest says: {first(list(found.differences))}")
    return met(f"manifest-sha256.txt: {found.files} files are as it says")


def log(record: Record) -> Answer:
    """C51."""
    found = record.log
    if not found.lines:
        return lacks("there is no examination-log.jsonl; nothing makes up for a log that is gone")
    if found.differences:
        return lacks(f"its chain does not hold: {first(list(found.differences))}; `cyberforensics log CASE`")
    if found.unnamed:
        return lacks(f"{found.unnamed} lines name no operator; `cyberforensics log CASE`")
    missing = []
    for exhibit in record.document.exhibits:
        name = exhibit.evidence.exhibit
        searched = sum(run.kind != "triage" for run in exhibit.passes)
        if not found.finished.get(f"exhibit opened {name}") and not found.finished.get(f"exhibit not opened {name}"):
            missing.append(f"that {name} was opened")
        if found.finished.get(f"exhibit scanned {name}", 0) < searched:
            missing.append(f"each later pass over {name}")
    if missing:
        return lacks(f"examination-log.jsonl does not say {first(missing)}; go on with what was interrupted")
    return met(f"examination-log.jsonl: {found.lines} lines, each chained to the one before, with operator and time")


def seal(record: Record) -> Answer:
    """C52."""
    held = record.document.seal
    if held is None or record.manifest is None:
        return lacks(f"the reports print no digests of log and store; {_SEAL}")
    printed = record.printed.get("seal")
    rows = "" if printed is None else str(printed["rows"])
    if held.store_sha256 not in rows or held.log_sha256 not in rows:
        return lacks("the reports do not print the digests of the seal; this is a bug, please report it")
    if not record.manifest.is_signed:
        return owed("the manifest is not signed; `ssh-keygen -Y sign -f KEY -n cyberforensics-manifest` signs it")
    stamp = "with a time stamp" if record.manifest.is_stamped else "without a time stamp, which is optional"
    return met(f"section 13: log head, store, the manifest's signature, {stamp}, and the commands that check them")
