"""Certificates behind a time stamp: the way up to one that is trusted, at the moment of the stamp.

As much of RFC 5280 as it takes: signatures, validity, basic constraints, key usage, and no critical extension that is
not understood. Revocation, policies and name constraints are not looked at.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID

from cyberforensics.signing.not_valid import NotValid

_LONGEST_WAY = 8
_UNDERSTOOD = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage)


def purpose_is_time_stamping(certificate: x509.Certificate) -> None:
    """RFC 3161, 2.3: the one purpose, marked as critical.

    Raises:
        NotValid: it is for something else.
    """
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise NotValid("its signer's certificate is not one for time stamping") from error
    if not found.critical or list(found.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise NotValid("its signer's certificate is not one for time stamping alone")


def issued_by(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    trusted: Sequence[x509.Certificate],
    moment: datetime,
) -> None:
    """Follow the issuers up to one that is trusted.

    Raises:
        NotValid: there is no such way at that moment.
    """
    for below in range(_LONGEST_WAY):
        _check_one(certificate, moment)
        if certificate in trusted:
            return
        above = (found for found in (*trusted, *others) if found != certificate and _issued(found, certificate))
        issuer = next(above, None)
        if issuer is None:
            break
        _check_issuer(issuer, below)
        certificate = issuer
    raise NotValid(f"no trusted certificate stands behind {certificate.subject.rfc4514_string()!r}")


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _check_one(certificate: x509.Certificate, moment: datetime) -> None:
    name = repr(certificate.subject.rfc4514_string())
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        raise NotValid(f"the certificate of {name} was not valid at the moment of the stamp")
    for extension in certificate.extensions:
        if extension.critical and not isinstance(extension.value, _UNDERSTOOD):
            raise NotValid(f"the certificate of {name} has a critical extension that this version does not read")


def _check_issuer(issuer: x509.Certificate, below: int) -> None:
    """`below` is how many issuers already stand between it and the signer."""
    name = repr(issuer.subject.rfc4514_string())
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound as error:
        raise NotValid(f"the certificate of {name} may not issue others") from error
    if not constraints.ca or (constraints.path_length is not None and constraints.path_length < below):
        raise NotValid(f"the certificate of {name} may not issue such others")
    usages = [found.value for found in issuer.extensions if isinstance(found.value, x509.KeyUsage)]
    if any(not usage.key_cert_sign for usage in usages):
        raise NotValid(f"the certificate of {name} may not sign others")
