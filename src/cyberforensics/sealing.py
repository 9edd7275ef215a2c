"""Sealing a case: the store is closed, every file stands in a manifest, and the manifest is signed.

The order is what makes it check out: the report prints the digests of store and log as they are then; the seal is the
last line of the log; the manifest holds the digest of both; the signature is that of the manifest.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

from cyberforensics import case, signing
from cyberforensics.errors import CannotWrite, CaseDamaged, CaseRefused, UsageError
from cyberforensics.model.case_document import SealRecord
from cyberforensics.model.shown import ShownZone
from cyberforensics.model.versions import PRODUCT, product_version, typst_version
from cyberforensics.replacing import replacing
from cyberforensics.reports import refuse_stale, write_sealed_reports

NAMESPACE = "cyberforensics-manifest"
"""Of the signature: made for this, it is worth nothing for anything else."""
VERIFY = "verify.py"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing came to."""

    manifest: Path
    sha256: str
    """Of the manifest: what to hand to a second person."""
    files: int
    record: SealRecord


def seal(
    folder: Path,
    key: signing.Key | None,
    *,
    self_made: bool = False,
    identity: str = "examiner",
    zone: ShownZone | None = None,
    command: tuple[str, ...] = (),
) -> Sealed:
    """Seal a case. Where sealing it was interrupted, it goes on, with the same key.

    Args:
        key: what signs the manifest; None leaves that to another program.
        self_made: whether the key was made for this.
        zone: one in which the reports show times beside UTC.

    Raises:
        CaseRefused: there is no case, it is sealed, another command works on it, it was begun with another key, or it
            carries a report that can't be written anew.
        CaseDamaged: the store or the log contradicts itself.
        CannotWrite: the folder can't be written.
    """
    case.refuse_no_case(folder)
    case.refuse_sealed(folder)
    fingerprint = None if key is None else key.fingerprint
    with case.locked(folder):
        case.refuse_sealed(folder)
        last = case.last_line(folder)
        if case.is_seal(last):
            record = case.seal_record(json.loads(last))
            if record.key != fingerprint:
                raise CaseRefused(
                    f"{folder}: sealing was begun with the key {record.key or 'none'}, this is {fingerprint or 'none'}",
                    hint="complete it with the same key",
                )
        else:
            _refuse_broken_log(folder)
            with case.open_existing(folder) as store:
                refuse_stale(store)
            case.close_store(folder)
            origin = None if key is None else "made for this case" if self_made else "given"
            case.log_action(folder, "sealing", {"command": command, "key": fingerprint, "origin of the key": origin})
            record = _record(folder, fingerprint, identity, zone, self_made=self_made)
            _write_files(folder, record, zone)
            case.log_action(folder, case.SEALED, {"seal": asdict(record)})
        manifest = b"".join(case.manifest_lines(folder))
        if key is not None:  # before the manifest, which is what makes the case a sealed one
            with replacing(folder / case.SIGNATURE) as out:
                out.write(signing.sign(key, manifest, NAMESPACE).encode())
            with replacing(folder / case.SIGNERS) as out:
                out.write(signing.allowed_line(record.identity, NAMESPACE, key.blob).encode())
        with replacing(folder / case.MANIFEST) as out:
            out.write(manifest)
    sha256 = hashlib.sha256(manifest).hexdigest()
    return Sealed(folder / case.MANIFEST, sha256, manifest.count(b"\n"), record)


def refuse_inside(folder: Path, key: Path) -> None:
    """A key that lies in the case is in the hands of whoever has the case.

    Raises:
        UsageError: it would.
    """
    if key.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{key}: lies in the case folder, and would be handed on with it", hint="keep keys elsewhere")


def written_by() -> str:
    """Name and version of what writes the reports."""
    return f"{PRODUCT} {product_version()}"


def _refuse_broken_log(folder: Path) -> None:
    for number, what in case.check_chain(folder / case.LOG).differences:
        raise CaseDamaged(
            f"{folder / case.LOG}: line {number} {what}", hint="a log that contradicts itself is not sealed"
        )


def _record(
    folder: Path, fingerprint: str | None, identity: str, zone: ShownZone | None, *, self_made: bool
) -> SealRecord:
    try:
        lines = (folder / case.LOG).read_bytes()
        with (folder / case.STORE).open("rb") as file:
            store_digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CannotWrite(f"{error.filename}: can't be read ({error.strerror})") from error
    return SealRecord(
        store_sha256=store_digest,
        log_lines=lines.count(b"\n"),
        log_sha256=hashlib.sha256(lines).hexdigest(),
        log_head=hashlib.sha256(lines.removesuffix(b"\n").rpartition(b"\n")[2]).hexdigest(),
        key=fingerprint,
        self_made=self_made,
        identity=identity,
        zone=None if zone is None else str(zone),
        product=written_by(),
        typst=typst_version(),
    )


def _write_files(folder: Path, record: SealRecord, zone: ShownZone | None) -> None:
    """Reports with the seal in them, and the page of code that checks the case without us."""
    reports = folder / case.REPORTS
    with case.open_existing(folder, closed=True) as store:
        carried = {path.name for path in reports.iterdir()} if reports.is_dir() else set()
        written = write_sealed_reports(store, reports, record, zone=zone, carried=carried)
    case.log_action(folder, "reports written", {"reports": list(written)})
    with replacing(folder / VERIFY) as out:
        out.write(resources.files("cyberforensics.case").joinpath("without_us.py").read_bytes())
