"""Signatures and time stamps that other people's programs check. The only door to cryptography and pyHanko."""

from cyberforensics.signing.keys import Key, fingerprint, load_key, make_key, needs_pass_phrase
from cyberforensics.signing.not_valid import NotValid
from cyberforensics.signing.pdf_signature import (
    PdfIdentity,
    identity_needs_pass_phrase,
    load_identity,
    refuse_without_pyhanko,
    sign_pdf,
)
from cyberforensics.signing.ssh_signature import allowed_line, is_allowed, sign, verify
from cyberforensics.signing.time_stamp import TimeStamp, check_token, read_response, request

__all__ = [
    "Key",
    "NotValid",
    "PdfIdentity",
    "TimeStamp",
    "allowed_line",
    "check_token",
    "fingerprint",
    "identity_needs_pass_phrase",
    "is_allowed",
    "load_identity",
    "load_key",
    "make_key",
    "needs_pass_phrase",
    "read_response",
    "refuse_without_pyhanko",
    "request",
    "sign",
    "sign_pdf",
    "verify",
]
