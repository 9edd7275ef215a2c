"""What a sealed case is, and what lies in it outside the manifest."""

from pathlib import Path

from cyberforensics.errors import CaseDamaged, CaseRefused
from cyberforensics.model.case_document import SealRecord
from cyberforensics.model.codec import decoder

MANIFEST = "manifest-sha256.txt"
SIGNATURE = f"{MANIFEST}.sig"
TIME_STAMP = f"{MANIFEST}.tsr"
SIGNERS = "allowed_signers"
AFTER = "after-seal.jsonl"
OUTSIDE = (MANIFEST, SIGNATURE, TIME_STAMP, SIGNERS, AFTER)
"""Files that the manifest can't name: itself, what is made of it, and what is done after sealing."""

SEALED = "sealed"
"""The action of the log's last line."""


def is_sealed(folder: Path) -> bool:
    """Whether a manifest closes the case."""
    return (folder / MANIFEST).exists()


def refuse_sealed(folder: Path) -> None:
    """For whatever would write into a case.

    Raises:
        CaseRefused: it is sealed.
    """
    if is_sealed(folder):
        raise CaseRefused(
            f"{folder}: the case is sealed, so nothing can be added to it",
            hint="export, show and timeline still work; to go on with the examination, make a new case",
        )


def is_seal(line: bytes) -> bool:
    """Whether a line of the log is the seal."""
    return line.startswith(b'{"action":"%s",' % SEALED.encode())


def seal_record(line: object) -> SealRecord:
    """The record in the last line of a sealed log.

    Raises:
        CaseDamaged: there is none.
    """
    try:
        if not isinstance(line, dict) or line["action"] != SEALED:
            raise ValueError
        record: SealRecord = decoder(SealRecord)(line["facts"]["seal"])
    except (ValueError, KeyError, TypeError) as error:
        raise CaseDamaged("the last line of the log is not the seal", hint="go back to a copy of the case") from error
    return record


def refuse_half_sealed(folder: Path, last_line: bytes) -> None:
    """The seal is the log's last line: once it stands, only the manifest may follow.

    Raises:
        CaseRefused: it stands there.
    """
    if is_seal(last_line):
        raise CaseRefused(
            f"{folder}: sealing the case was interrupted, or its manifest was removed",
            hint="`cyberforensics seal`, with the same key, completes what was interrupted",
        )
