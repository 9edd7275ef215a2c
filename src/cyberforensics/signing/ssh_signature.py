"""Signatures of files in OpenSSH's format: what ``ssh-keygen -Y sign`` writes and ``-Y verify`` checks.

Source: OpenSSH, ``PROTOCOL.sshsig``. Signed is not the file but a frame around its SHA-512, with a namespace, so that a
signature made for one purpose is worth nothing for another.
"""

import base64
import binascii
import hashlib
import re
import shlex
import struct
from collections.abc import Iterator, Mapping

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from cyberforensics.signing.keys import Key
from cyberforensics.signing.not_valid import NotValid

_MAGIC = b"SSHSIG"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_RSA_HASHES: Mapping[str, type[hashes.SHA256 | hashes.SHA512]] = {
    "rsa-sha2-256": hashes.SHA256,
    "rsa-sha2-512": hashes.SHA512,
}
_CURVE_HASHES: Mapping[int, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    256: hashes.SHA256,
    384: hashes.SHA384,
    521: hashes.SHA512,
}
_LONGEST = 1 << 16
_UNKNOWN_KEY = "its key is of a kind that this version does not know, or damaged; ssh-keygen -Y verify may know it"


def sign(key: Key, message: bytes, namespace: str) -> str:
    """The armoured signature of a message."""
    signed = _signed(message, namespace.encode(), "sha512")
    private = key.private
    if isinstance(private, ed25519.Ed25519PrivateKey):
        name, value = "ssh-ed25519", private.sign(signed)
    elif isinstance(private, rsa.RSAPrivateKey):
        name, value = "rsa-sha2-512", private.sign(signed, padding.PKCS1v15(), hashes.SHA512())
    else:
        name = key.public.split()[0]
        first, second = decode_dss_signature(private.sign(signed, ec.ECDSA(_CURVE_HASHES[private.key_size]())))
        value = _string(_mpint(first)) + _string(_mpint(second))
    frame = (
        _MAGIC
        + struct.pack(">I", 1)
        + _string(key.blob)
        + _string(namespace.encode())
        + _string(b"")
        + _string(b"sha512")
        + _string(_string(name.encode()) + _string(value))
    )
    text = base64.b64encode(frame).decode()
    return "\n".join([_BEGIN, *(text[at : at + 70] for at in range(0, len(text), 70)), _END, ""])


def verify(armoured: str, message: bytes, namespace: str) -> bytes:
    """The public key, in the wire format, by which a signature of this message was made.

    Whose key that is, the signature can't tell.

    Raises:
        NotValid: it is no signature of this message for this namespace.
    """
    fields = _fields(_unarmoured(armoured))
    blob, found, reserved, algorithm, signature = fields
    if found != namespace.encode():
        raise NotValid(f"it was made for the namespace {found[:80]!r}, not {namespace!r}")
    if reserved or algorithm.decode("ascii", "replace") not in _HASHES:
        raise NotValid("it uses a digest that this version does not know")
    name, rest = _take(signature)
    value, rest = _take(rest)
    if rest:
        raise NotValid("something follows the signature")
    try:
        _check(blob, name.decode("ascii", "replace"), value, _signed(message, found, algorithm.decode()))
    except InvalidSignature as error:
        raise NotValid("it is not the signature of this file by the key that it names") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotValid(_UNKNOWN_KEY) from error
    return blob


def allowed_line(identity: str, namespace: str, blob: bytes) -> str:
    """The line of a key for a file of allowed signers."""
    kind, _ = _take(blob)
    return f'{identity} namespaces="{namespace}" {kind.decode()} {_encoded(blob)}\n'


def is_allowed(blob: bytes, allowed_signers: str, identity: str | None, namespace: str) -> bool:
    """Whether a file of allowed signers (``ssh-keygen``, ALLOWED SIGNERS) has the key under an identity: this, or any.

    Raises:
        NotValid: the key stands in a line with options that this version does not read.
    """
    for line in allowed_signers.splitlines():
        words = _words(line)
        kind = next((at for at, word in enumerate(words) if _encoded(blob) == word), None)
        if kind is None or kind < 2 or (identity is not None and not _names(words[0], identity)):
            continue
        options = [part for word in words[1 : kind - 1] for part in _options(word)]
        if not all(name == "namespaces" for name, _ in options):
            raise NotValid("its line among the allowed signers has options that only ssh-keygen -Y verify reads")
        if all(_names(value, namespace) for _, value in options):
            return True
    return False


def _words(line: str) -> list[str]:
    if line.lstrip().startswith("#"):
        return []
    try:
        return shlex.split(_quoted_options(line))
    except ValueError:
        return []


def _quoted_options(line: str) -> str:
    """A line is words, of which quotes may enclose parts; nothing else of a shell's has a meaning in it."""
    return line.replace("\\", "\\\\").replace("'", "\\'")


def _options(word: str) -> Iterator[tuple[str, str]]:
    """``name="value",name`` with the quotes gone: values of ``namespaces`` hold commas, and no other is read."""
    if word.startswith("namespaces="):
        yield "namespaces", word.removeprefix("namespaces=")
    else:
        yield word, ""


def _names(patterns: str, name: str) -> bool:
    """OpenSSH's pattern list: comma-separated, ``*`` and ``?``, and what ``!`` precedes is excluded."""
    found = False
    for pattern in patterns.split(","):
        wanted = re.escape(pattern.removeprefix("!")).replace(r"\*", ".*").replace(r"\?", ".")
        if re.fullmatch(wanted, name, re.DOTALL):
            if pattern.startswith("!"):
                return False
            found = True
    return found


def _encoded(blob: bytes) -> str:
    return base64.b64encode(blob).decode()


def _check(blob: bytes, name: str, value: bytes, signed: bytes) -> None:
    kind, _ = _take(blob)
    public = load_ssh_public_key(kind + b" " + base64.b64encode(blob))
    if isinstance(public, ed25519.Ed25519PublicKey) and name == "ssh-ed25519":
        public.verify(value, signed)
    elif isinstance(public, rsa.RSAPublicKey) and name in _RSA_HASHES:
        if public.key_size < 2048:
            raise NotValid(f"its RSA key has {public.key_size} bits only")
        public.verify(value, signed, padding.PKCS1v15(), _RSA_HASHES[name]())
    elif isinstance(public, ec.EllipticCurvePublicKey) and name.encode() == kind:
        first, rest = _take(value)
        second, rest = _take(rest)
        numbers = (int.from_bytes(first), int.from_bytes(second))
        public.verify(encode_dss_signature(*numbers), signed, ec.ECDSA(_CURVE_HASHES[public.key_size]()))
    else:
        raise NotValid(_UNKNOWN_KEY)


def _signed(message: bytes, namespace: bytes, algorithm: str) -> bytes:
    digest = _HASHES[algorithm](message).digest()
    return _MAGIC + _string(namespace) + _string(b"") + _string(algorithm.encode()) + _string(digest)


def _unarmoured(text: str) -> bytes:
    lines = [line.rstrip("\r") for line in text.split("\n")]
    if len(text) > _LONGEST or lines[0] != _BEGIN or _END not in lines or any(lines[lines.index(_END) + 1 :]):
        raise NotValid("it has not the form of an SSH signature")
    encoded = "".join(lines[1 : lines.index(_END)])
    try:
        frame = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise NotValid("its base64 is damaged") from error
    if _encoded(frame) != encoded:  # bits that decode to nothing are changed
        raise NotValid("its base64 is damaged")
    return frame


def _fields(frame: bytes) -> list[bytes]:
    if frame[:10] != _MAGIC + struct.pack(">I", 1):
        raise NotValid("it is not an SSH signature of version 1")
    rest, fields = frame[10:], []
    for _ in range(5):
        field, rest = _take(rest)
        fields.append(field)
    if rest:
        raise NotValid("something follows the signature")
    return fields


def _take(data: bytes) -> tuple[bytes, bytes]:
    if len(data) < 4:
        raise NotValid("it ends too early")
    (length,) = struct.unpack_from(">I", data)
    if length > len(data) - 4:
        raise NotValid("it ends too early")
    return data[4 : 4 + length], data[4 + length :]


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _mpint(value: int) -> bytes:
    """RFC 4251: two's complement, so a number whose first bit is set gets a zero before it."""
    return value.to_bytes(value.bit_length() // 8 + 1)
