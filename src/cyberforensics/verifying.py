"""Checking a case: log, manifest, signature, time stamp, store, coverage and reports. Every difference is named."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cyberforensics import case, signing
from cyberforensics.errors import CannotWrite, CaseDamaged, CaseRefused, Error, UsageError
from cyberforensics.model.case_document import SealRecord
from cyberforensics.model.shown import shown_zone
from cyberforensics.model.versions import typst_version
from cyberforensics.reports import write_sealed_reports
from cyberforensics.sealing import NAMESPACE, written_by
from cyberforensics.stamping import nonces, taken_stamps

Verdict = Literal["OK", "DIFFERENT", "DAMAGED", "NOT CHECKED", "INFORMATION"]


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was checked, or was not."""

    subject: str
    """``log manifest signature time stamp store coverage reports``, or a file that the point is about."""
    verdict: Verdict
    message: str
    """With the place: a file, the number of a line."""
    details: Mapping[str, object] | None = None
    """Of a value that a repetition gave otherwise: where it stands, and both values whole."""


def verify(
    folder: Path, *, allowed_signers: Path | None = None, identity: str | None = None, authorities: Path | None = None
) -> tuple[Point, ...]:
    """Check everything, and go on where something differs. Nothing is written into the case.

    Args:
        allowed_signers: a file of keys that the caller trusts, and under which `identity` the signer must stand in it.
        authorities: certificates in PEM that the caller trusts to stamp time.

    Raises:
        CaseRefused: there is no case.
        CannotWrite: a file of the case can't be read.
        UsageError: one of the caller's can't.
    """
    sealed = case.is_sealed(folder)
    if not (sealed or (folder / case.LOG).exists()):
        case.refuse_no_case(folder)
    odd = list(_no_plain_files(folder))
    if odd:
        files = _manifest(folder, _read(folder / case.MANIFEST)) if sealed and _is_plain(folder / case.MANIFEST) else ()
        rest = Point("case", "NOT CHECKED", "all else is not checked, since what is named must be a file first")
        return (*dict.fromkeys((*odd, *files)), rest)
    points = list(_log(folder, sealed=sealed))
    record = _record(folder)
    closed = sealed or record is not None
    if not sealed:
        message = (
            f"the log says that the case was sealed, but {case.MANIFEST} is missing"
            if record is not None
            else "the case is not sealed: nothing shows whether it was changed"
        )
        points.append(Point("manifest", "DIFFERENT", message))
    else:
        manifest = _read(folder / case.MANIFEST)
        points += _manifest(folder, manifest)
        points += _signature(folder, manifest, record, allowed_signers, identity)
        points += _time_stamp(folder, manifest, authorities)
        points += _after(folder, manifest)
    if not (folder / case.STORE).exists():
        unsound = [Point("store", "DAMAGED", f"{case.STORE} is missing")]
    else:
        found = case.unsoundness(folder, closed=closed)
        unsound = [Point("store", "DAMAGED", f"{case.STORE}: {what}") for what in found]
    if unsound:
        message = "not checked, since the store is damaged"
        return (*points, *unsound, *(Point(what, "NOT CHECKED", message) for what in ("coverage", "reports")))
    points.append(Point("store", "OK", "SQLite finds it sound, and every row that another names is there"))
    return (*points, *_contents(folder, record, sealed=sealed))


def _no_plain_files(folder: Path) -> Iterator[Point]:
    """Links, folders and pipes in place of the files that the other checks read: a pipe would never end."""
    for name in (case.LOG, case.STORE, case.FACTS, *case.OUTSIDE):
        if os.path.lexists(folder / name) and not _is_plain(folder / name):
            yield Point("manifest", "DIFFERENT", f"{name} is no file any more")


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _log(folder: Path, *, sealed: bool) -> Iterator[Point]:
    path = folder / case.LOG
    if not path.exists():
        yield Point("log", "DIFFERENT", f"{case.LOG} is missing")
        return
    check = case.check_chain(path)
    yield from _chain_points("log", case.LOG, check)
    if sealed and (check.last or {}).get("action") != case.SEALED:
        yield Point("log", "DIFFERENT", f"{case.LOG}: line {check.lines}, its last, is not the seal")


def _chain_points(subject: str, name: str, check: case.ChainCheck) -> Iterator[Point]:
    for number, what in check.differences:
        yield Point(subject, "DIFFERENT", f"{name}: line {number} {what}")
    for number, what in check.information:
        yield Point(subject, "INFORMATION", f"{name}: line {number} {what}")
    if not check.differences:
        lines = "1 line" if check.lines == 1 else f"{check.lines} lines"
        yield Point(subject, "OK", f"{name}: {lines}, each chained to the one before; head {check.head}")


def _after(folder: Path, manifest: bytes) -> Iterator[Point]:
    path = folder / case.AFTER
    if path.exists():
        yield from _chain_points("after the seal", case.AFTER, case.check_chain(path, manifest))


def _manifest(folder: Path, manifest: bytes) -> Iterator[Point]:
    same, differences = case.check_manifest(folder, manifest)
    for found in differences:
        yield Point("manifest", "DIFFERENT", f"{found.place} {found.what}")
    digest = f"the manifest's SHA-256 is {hashlib.sha256(manifest).hexdigest()}"
    if not differences:
        yield Point("manifest", "OK", f"{same} files are as they were sealed; {digest}")
    else:
        yield Point("manifest", "INFORMATION", f"{same} other files are as they were sealed; {digest}")


def _signature(
    folder: Path, manifest: bytes, record: SealRecord | None, allowed: Path | None, identity: str | None
) -> Iterator[Point]:
    path = folder / case.SIGNATURE
    if not path.exists():
        if record is not None and record.key is None and allowed is None:
            yield Point("signature", "NOT CHECKED", "there is none: the case was sealed without one")
        else:
            yield Point("signature", "DIFFERENT", f"{case.SIGNATURE} is missing")
        return
    try:
        blob = signing.verify(_read(path).decode("ascii", "replace"), manifest, NAMESPACE)
    except signing.NotValid as error:
        yield Point("signature", "DIFFERENT", f"{case.SIGNATURE}: {error}")
        return
    found = signing.fingerprint(blob)
    if record is not None and record.key not in (None, found):
        yield Point("signature", "DIFFERENT", f"{case.SIGNATURE}: made with the key {found}, sealed with {record.key}")
    yield from _signers(folder, blob, record)
    if allowed is None or identity is None:
        origin = "self-made, as the log says" if record is not None and record.self_made else "named in the case alone"
        message = f"made with the key {found}, {origin}: whose it is, is not proved (--allowed-signers, --identity)"
        yield Point("signature", "OK", message)
        return
    try:
        if signing.is_allowed(blob, _given(allowed).decode("utf-8", "replace"), identity, NAMESPACE):
            yield Point("signature", "OK", f"made with the key {found}, which {allowed} has as that of {identity}")
        else:
            message = f"made with the key {found}, which {allowed} does not have as that of {identity}"
            yield Point("signature", "DIFFERENT", message)
    except signing.NotValid as error:
        yield Point("signature", "DIFFERENT", f"the key {found}: {error}")


def _signers(folder: Path, blob: bytes, record: SealRecord | None) -> Iterator[Point]:
    """The file for the convenience of ssh-keygen proves nothing, but it must not name another key either."""
    path = folder / case.SIGNERS
    if record is None or record.key is None:
        return
    if not path.exists():
        yield Point("signature", "DIFFERENT", f"{case.SIGNERS} is missing")
        return
    expected = signing.allowed_line(record.identity, NAMESPACE, blob)
    if _read(path) != expected.encode():
        yield Point("signature", "DIFFERENT", f"{case.SIGNERS} is not the line of the key that signed")


def _time_stamp(folder: Path, manifest: bytes, authorities: Path | None) -> Iterator[Point]:
    path = folder / case.TIME_STAMP
    taken = taken_stamps(folder)
    if not path.exists():
        if authorities is None and not taken:
            yield Point("time stamp", "NOT CHECKED", "there is none")
        else:
            yield Point("time stamp", "DIFFERENT", f"{case.TIME_STAMP} is missing")
        return
    try:
        data = _read(path)
        if taken and hashlib.sha256(data).hexdigest() not in taken:
            raise signing.NotValid(f"it is not the one that was taken, as {case.AFTER} says")
        stamp = signing.read_response(data)
        digest = hashlib.sha256(manifest).hexdigest()
        if stamp.digest != digest:
            raise signing.NotValid(f"it stamps {stamp.digest}, the manifest is {digest}")
        if stamp.nonce is None or f"{stamp.nonce:x}" not in nonces(folder):
            raise signing.NotValid(f"its nonce is that of no request in {case.AFTER}")
        moment = stamp.moment.isoformat().replace("+00:00", "Z")
        if authorities is None:
            message = f"it says {moment} for this manifest; who says so is not proved (--ca)"
            yield Point("time stamp", "NOT CHECKED", message)
            return
        signer = signing.check_token(stamp, _given(authorities))
        message = f"{signer!r} says that this manifest was there at {moment}; revocation was not looked at"
        yield Point("time stamp", "OK", message)
    except signing.NotValid as error:
        yield Point("time stamp", "DIFFERENT", f"{case.TIME_STAMP}: {error}")


def _contents(folder: Path, record: SealRecord | None, *, sealed: bool) -> Iterator[Point]:
    """What the store says, by its own rows. A store that was changed may upset whatever reads it."""
    try:
        with case.open_existing(folder) as store:
            yield from _coverage(store)
            if sealed and record is not None:
                yield from _reports(store, record)
            else:
                yield Point("reports", "NOT CHECKED", "only those of a sealed case can be written again as they were")
    except CannotWrite:
        raise
    except Error as error:
        yield Point("store", "DAMAGED", str(error))
    except Exception as error:  # noqa: BLE001 - rows that somebody changed: whatever fails on them is that finding
        yield Point("store", "DAMAGED", f"{case.STORE}: its rows can't be read ({type(error).__name__})")


def _coverage(store: case.Store) -> Iterator[Point]:
    known = {(exhibit, problem.code) for _, exhibit, _, _, problem in case.problems(store)}
    for exhibit in case.zones(store):
        document = case.exhibit_document(store, exhibit)
        sides = [("entries", document.coverage)]
        sides += [(f"pass {at}", run.coverage) for at, run in enumerate(document.passes, 1) if run.coverage is not None]
        for what, coverage in sides:
            said = f"exhibit {exhibit}, {what}: seen {coverage.seen.count}, accounted for {coverage.accounted.count}"
            sizes = f"{coverage.seen.size} and {coverage.accounted.size} bytes"
            yield Point("coverage", "OK" if coverage.reconciles else "DIFFERENT", f"{said}; {sizes}")
        media = document.media_coverage
        if not media.reconciles:
            told = (exhibit, "coverage.media-not-reconciled") in known
            message = f"exhibit {exhibit}: the parts of the media do not add up to its {media.media_size} bytes"
            told_so = ", as the report says" if told else ""
            yield Point("coverage", "INFORMATION" if told else "DIFFERENT", message + told_so)


def _reports(store: case.Store, record: SealRecord) -> Iterator[Point]:
    """Written again from the store, they must be the same bytes: so every digest in them is the store's."""
    try:
        zone = None if record.zone is None else shown_zone(record.zone.partition(",")[0])
        case.read_facts(store.folder)
    except ValueError:
        yield Point("reports", "DIFFERENT", f"{case.LOG}: the seal names the time zone {record.zone}, unknown here")
        return
    except CaseRefused as error:
        yield Point("reports", "DIFFERENT", f"they can't be written again: {error}")
        return
    if record.product != written_by() or (zone is not None and str(zone) != record.zone):
        message = f"they were written by {record.product}, this is {written_by()}: other bytes are to be expected"
        yield Point("reports", "NOT CHECKED", message)
        return
    there = store.folder / case.REPORTS
    carried = {found.name for found in there.iterdir()} if there.is_dir() else set()
    wanted = carried if record.typst == typst_version() else {name for name in carried if not name.endswith(".pdf")}
    with tempfile.TemporaryDirectory() as temporary:
        made = write_sealed_reports(store, Path(temporary), record, zone=zone, carried=wanted)
        for name in made:
            same = (there / name).is_file() and _digest(there / name) == _digest(Path(temporary, name))
            message = "the store gives the same bytes" if same else "is not what the store gives"
            yield Point("reports", "OK" if same else "DIFFERENT", f"{case.REPORTS}/{name}: {message}")
    for name in sorted(carried.difference(made)):
        if name in wanted:
            why = "is no report that sealing writes"
        else:
            why = f"was made with typst {record.typst}, this has {typst_version()}: other bytes are to be expected"
        yield Point("reports", "NOT CHECKED", f"{case.REPORTS}/{name}: {why}")


def _record(folder: Path) -> SealRecord | None:
    try:
        return case.seal_record(json.loads(case.last_line(folder)))
    except (ValueError, RecursionError, CaseDamaged):
        return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotWrite(f"{path}: can't be read ({error.strerror})", hint="name a file that can be read") from error


def _given(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror})") from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
