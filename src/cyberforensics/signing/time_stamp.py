"""Time stamps: requests and replies of RFC 3161, whose tokens are signed messages of RFC 5652."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from cyberforensics.signing import der
from cyberforensics.signing.certificates import issued_by, purpose_is_time_stamping
from cyberforensics.signing.der import Element
from cyberforensics.signing.not_valid import NotValid

_SHA256, _SHA384, _SHA512 = (f"2.16.840.1.101.3.4.2.{last}" for last in (1, 2, 3))
_HASHES: Mapping[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    _SHA256: hashes.SHA256,
    _SHA384: hashes.SHA384,
    _SHA512: hashes.SHA512,
}
_SIGNATURES = {  # with the digest that each implies; None: that of the signer's field
    "1.2.840.113549.1.1.1": None,
    "1.2.840.113549.1.1.11": _SHA256,
    "1.2.840.113549.1.1.12": _SHA384,
    "1.2.840.113549.1.1.13": _SHA512,
    "1.2.840.10045.4.3.2": _SHA256,
    "1.2.840.10045.4.3.3": _SHA384,
    "1.2.840.10045.4.3.4": _SHA512,
}
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_GRANTED = (0, 1)
_REFUSED = {2: "rejection", 3: "waiting", 4: "revocation warning", 5: "revocation"}
_UNREADABLE = (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
_LARGEST = 1 << 20
_NO_REPLY = "it has not the form of a reply of RFC 3161"


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """What the token of a reply says, before its signature is checked."""

    digest: str
    """SHA-256 of what was stamped, in hex."""
    nonce: int | None
    moment: datetime
    """UTC."""
    token: bytes
    """The ContentInfo of RFC 5652, in DER."""


def request(sha256: str) -> tuple[bytes, int]:
    """A request in DER for a digest in hex, which asks for the authority's certificate; and its nonce of 64 bits."""
    nonce = secrets.randbits(63) | 1 << 63  # never a short one
    imprint = der.encoded(
        der.SEQUENCE,
        der.encoded(der.SEQUENCE, der.encoded_oid(_SHA256), der.encoded(der.NULL)),
        der.encoded(der.OCTETS, bytes.fromhex(sha256)),
    )
    certificate_wanted = der.encoded(der.BOOLEAN, b"\xff")
    parts = (der.encoded_integer(1), imprint, der.encoded_integer(nonce), certificate_wanted)
    return der.encoded(der.SEQUENCE, *parts), nonce


def read_response(data: bytes) -> TimeStamp:
    """What a reply in DER says.

    Raises:
        NotValid: the authority did not grant it, or it is no reply.
    """
    try:
        return _read_response(data)
    except (IndexError, UnicodeDecodeError, ValueError) as error:
        raise NotValid(_NO_REPLY) from error


def check_token(stamp: TimeStamp, authorities: bytes) -> str:
    """Check a token's signature and the certificates behind it; the signer's name.

    Args:
        authorities: certificates that the caller trusts, in PEM.

    Raises:
        NotValid: it does not hold. Revocation is not looked at.
    """
    try:
        return _check_token(stamp, authorities)
    except InvalidSignature as error:
        raise NotValid("its signature is not that of its content") from error
    except UnsupportedAlgorithm as error:
        raise NotValid("it uses an algorithm that this version does not know") from error
    except (IndexError, KeyError, ValueError, TypeError, *_UNREADABLE) as error:
        raise NotValid("its certificates or its signature can't be read") from error


def _read_response(data: bytes) -> TimeStamp:
    if len(data) > _LARGEST:
        raise NotValid(_NO_REPLY)
    status, *token = der.only(data, der.SEQUENCE).children()
    code = status.children()[0].integer()
    if code not in _GRANTED:
        raise NotValid(f"the authority did not grant it: {_REFUSED.get(code, f'status {code}')}")
    if len(token) != 1:
        raise NotValid(_NO_REPLY)
    info = der.only(_content(_signed_data(token[0].whole)), der.SEQUENCE).children()
    algorithm, digest = info[2].children()
    if algorithm.children()[0].oid() != _SHA256 or len(digest.body) != 32:
        raise NotValid("it stamps no SHA-256")
    nonces = [found.integer() for found in info[5:] if found.tag == der.INTEGER]
    return TimeStamp(digest.body.hex(), nonces[0] if nonces else None, _moment(info[4]), token[0].whole)


def _moment(element: Element) -> datetime:
    found = re.fullmatch(r"(\d{14})(\.\d{1,9})?Z", element.body.decode("ascii"))
    if element.tag != der.TIME or found is None:
        raise NotValid("its time is not of the form that RFC 3161 asks for")
    return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _signed_data(token: bytes) -> list[Element]:
    kind, content = der.only(token, der.SEQUENCE).children()
    if kind.oid() != _SIGNED_DATA:
        raise NotValid(_NO_REPLY)
    return der.only(content.body, der.SEQUENCE).children()


def _content(signed: list[Element]) -> bytes:
    kind, content = signed[2].children()
    if kind.oid() != _TST_INFO:
        raise NotValid(_NO_REPLY)
    return der.only(content.body, der.OCTETS).body


def _check_token(stamp: TimeStamp, authorities: bytes) -> str:
    signed = _signed_data(stamp.token)
    content = _content(signed)
    inside = [
        x509.load_der_x509_certificate(found.whole)
        for part in signed[3:-1]
        if part.tag == 0xA0
        for found in part.children()
    ]
    trusted = x509.load_pem_x509_certificates(authorities)
    (signer,) = signed[-1].children()
    _, who, digest_algorithm, attributes, signature_algorithm, signature, *_ = signer.children()
    if attributes.tag != 0xA0:
        raise NotValid("its signer states no attributes, which RFC 3161 asks for")
    digest = digest_algorithm.children()[0].oid()
    algorithm = signature_algorithm.children()[0].oid()
    if digest not in _HASHES or algorithm not in _SIGNATURES:
        raise NotValid("it uses an algorithm that this version does not know; openssl ts -verify may")
    found = {part.children()[0].oid(): part.children()[1].children()[0] for part in attributes.children()}
    if found[_CONTENT_TYPE].oid() != _TST_INFO or found[_MESSAGE_DIGEST].body != _digest(digest, content):
        raise NotValid("its signature is not that of its content")
    certificate = _signer([*inside, *trusted], who)
    _check_signing_certificate(found, certificate)
    # RFC 5652, 5.4: signed is the attributes' DER as a SET, not with the tag under which they stand here
    data = der.encoded(der.SET, attributes.body)
    used = _HASHES[_SIGNATURES[algorithm] or digest]()
    public = certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature.body, data, padding.PKCS1v15(), used)
    elif isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(signature.body, data, ec.ECDSA(used))
    else:
        raise NotValid("its signer's kind of key is not one that this version knows; openssl ts -verify may")
    purpose_is_time_stamping(certificate)
    issued_by(certificate, inside, trusted, stamp.moment)
    return certificate.subject.rfc4514_string()


def _digest(algorithm: str, data: bytes) -> bytes:
    return hashlib.new(_HASHES[algorithm]().name, data, usedforsecurity=True).digest()


def _signer(certificates: list[x509.Certificate], who: Element) -> x509.Certificate:
    if who.tag != der.SEQUENCE:
        raise NotValid("its signer is named in a way that this version does not read; openssl ts -verify may")
    issuer, serial = who.children()
    for certificate in certificates:
        same_issuer = certificate.issuer.public_bytes() == issuer.whole
        if same_issuer and certificate.serial_number == serial.integer():
            return certificate
    raise NotValid("its signer's certificate is neither in it nor among those that are trusted")


def _check_signing_certificate(attributes: dict[str, Element], certificate: x509.Certificate) -> None:
    """RFC 5035: the signed attributes hold the digest of the certificate, so that no other can be put in its place."""
    if _SIGNING_CERTIFICATE_V2 in attributes:
        first = attributes[_SIGNING_CERTIFICATE_V2].children()[0].children()[0].children()
        named = first[0].children()[0].oid() if first[0].tag == der.SEQUENCE else _SHA256
        stated = first[1] if first[0].tag == der.SEQUENCE else first[0]
        if named not in _HASHES:
            raise NotValid("it uses an algorithm that this version does not know; openssl ts -verify may")
        computed = certificate.fingerprint(_HASHES[named]())
    elif _SIGNING_CERTIFICATE in attributes:
        stated = attributes[_SIGNING_CERTIFICATE].children()[0].children()[0].children()[0]
        computed = certificate.fingerprint(hashes.SHA1())  # noqa: S303 - what RFC 2634 says; the signature covers it
    else:
        raise NotValid("it does not say which certificate signed it, which RFC 3161 asks for")
    if stated.body != computed:
        raise NotValid("the certificate in it is not the one that signed it")
