"""Signatures and time stamps that other people's programs check. The only door to cryptography."""

from cyberforensics.signing.keys import Key, fingerprint, load_key, make_key, needs_pass_phrase
from cyberforensics.signing.not_valid import NotValid
from cyberforensics.signing.ssh_signature import allowed_line, is_allowed, sign, verify
from cyberforensics.signing.time_stamp import TimeStamp, check_token, read_response, request

__all__ = [
    "Key",
    "NotValid",
    "TimeStamp",
    "allowed_line",
    "check_token",
    "fingerprint",
    "is_allowed",
    "load_key",
    "make_key",
    "needs_pass_phrase",
    "read_response",
    "request",
    "sign",
    "verify",
]
