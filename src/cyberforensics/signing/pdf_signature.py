"""Signatures inside a PDF (PAdES B-B, ETSI EN 319 142-1), by pyHanko: the optional extra ``sign-pdf``.

No network is asked: neither a time stamp nor revocation data enter the signature. pyHanko is loaded when it is needed.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs12

from cyberforensics.errors import UsageError

_LARGEST_FILE = 1 << 20
_FIELD = "Signature"


@dataclass(frozen=True, slots=True)
class PdfIdentity:
    """A certificate with its private key, as a PKCS #12 file holds them."""

    subject: str
    """Of the certificate, as RFC 4514 writes names."""
    sha256: str
    """Of the certificate in DER, in hex."""
    data: bytes = field(repr=False)
    pass_phrase: bytes | None = field(repr=False)


def refuse_without_pyhanko() -> None:
    """Say which extra is missing, before anything is done.

    Raises:
        UsageError: pyHanko is not installed.
    """
    if find_spec("pyhanko") is None:
        raise UsageError(
            "--sign-pdf needs pyHanko, which is not installed",
            hint="install the extra sign-pdf: pip install 'cyberforensics[sign-pdf]', or requirements/sign-pdf.txt",
        )


def identity_needs_pass_phrase(path: Path) -> bool:
    """Whether a PKCS #12 file is protected.

    Raises:
        UsageError: it can't be read.
    """
    try:
        pkcs12.load_pkcs12(_read(path), None)
    except ValueError:  # how the library says it; a file that is none at all is told by `load_identity`
        return True
    return False


def load_identity(path: Path, pass_phrase: bytes | None = None) -> PdfIdentity:
    """Load the certificate and the key that are to sign.

    Raises:
        UsageError: it can't be read, the pass phrase is wrong, or what is in it can't sign now.
    """
    data = _read(path)
    try:
        found = pkcs12.load_pkcs12(data, pass_phrase)
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{path}: no PKCS #12 file, or another pass phrase", hint="give the .p12 or .pfx file"
        ) from error
    if found.key is None or found.cert is None:
        raise UsageError(f"{path}: holds no certificate with its private key", hint="export both into one file")
    certificate = found.cert.certificate
    _refuse_not_now(path, certificate)
    return PdfIdentity(
        certificate.subject.rfc4514_string(), certificate.fingerprint(hashes.SHA256()).hex(), data, pass_phrase
    )


def sign_pdf(pdf: bytes, identity: PdfIdentity, out: BinaryIO) -> None:
    """Add a signature to a PDF, as a further revision: the bytes before it stay as they are.

    The time in it is that of this machine's clock.

    Raises:
        UsageError: pyHanko refuses the key.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # here: an optional extra
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter

    signer = signers.SimpleSigner.load_pkcs12_data(identity.data, other_certs=[], passphrase=identity.pass_phrase)
    if signer is None:
        raise UsageError("pyHanko can't use the key of the certificate", hint="RSA or ECDSA keys can sign")
    metadata = signers.PdfSignatureMetadata(field_name=_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    signers.PdfSigner(metadata, signer=signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=out)


def _refuse_not_now(path: Path, certificate: x509.Certificate) -> None:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begin <= datetime.now(UTC) <= end:
        raise UsageError(
            f"{path}: the certificate is valid from {begin:%Y-%m-%d} to {end:%Y-%m-%d}, not now",
            hint="use a certificate that is valid, or set this machine's clock",
        )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror})") from error
    if len(data) > _LARGEST_FILE:
        raise UsageError(f"{path}: is too large for a PKCS #12 file", hint="give the .p12 or .pfx file")
    return data
